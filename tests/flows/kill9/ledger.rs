//! What the gateway said it had kept, to be compared with what it has.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use keyway_tests::Admin;
use serde_json::Value;

/// What a record holds in the field that is changed: a text, or nothing at all when it was deleted.
pub(super) type Content = Option<String>;

/// All records that were ever written, by their path in the admin API.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    records: BTreeMap<String, Record>,
    touched: BTreeSet<String>,
}

#[derive(Debug, Clone, Default)]
struct Record {
    acknowledged: Content,
    /// A change whose answer has not come: it may have been made, or not.
    under_way: Option<Content>,
}

impl Ledger {
    /// A change is sent.
    pub(super) fn sends(&mut self, path: &str, content: Content) {
        self.records.entry(path.to_owned()).or_default().under_way = Some(content);
        self.touched.insert(path.to_owned());
    }

    /// The change was acknowledged.
    pub(super) fn acknowledged(&mut self, path: &str, content: Content) {
        let record = Record {
            acknowledged: content,
            under_way: None,
        };
        self.records.insert(path.to_owned(), record);
        self.touched.insert(path.to_owned());
    }

    /// Records below a path that are there, as far as is known.
    pub(super) fn living(&self, below: &str) -> Vec<String> {
        let living = self.records.iter().filter(|(path, record)| {
            path.starts_with(below) && record.under_way.is_none() && record.acknowledged.is_some()
        });
        living.map(|(path, _)| path.clone()).collect()
    }

    /// The records that were written since the last time.
    pub(super) fn take_touched(&mut self) -> Self {
        let touched = std::mem::take(&mut self.touched);
        let records = touched
            .into_iter()
            .map(|path| (path.clone(), self.records[&path].clone()))
            .collect();
        Self {
            records,
            touched: BTreeSet::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// Each record is as it was acknowledged, or as the change under way would have made it.
    pub(super) async fn holds_at(&self, admin: &Admin) {
        for (path, record) in &self.records {
            let found = content_of(admin, path).await;
            let is_whole =
                found == record.acknowledged || record.under_way.as_ref() == Some(&found);
            assert!(is_whole, "{path} holds {found:?}: {record:?}");
        }
    }

    /// What was under way is decided once the gateway is back.
    pub(super) async fn settle(&mut self, admin: &Admin) {
        for (path, record) in &mut self.records {
            if record.under_way.take().is_some() {
                record.acknowledged = content_of(admin, path).await;
            }
        }
    }
}

async fn content_of(admin: &Admin, path: &str) -> Content {
    let reply = admin.send(Method::GET, path, &Value::Null).await;
    match reply.status {
        404 => None,
        200 => {
            let body = reply.json();
            let record = ["group", "provider", "key"].map(|kind| &body[kind]);
            let record = record.into_iter().find(|record| record.is_object());
            let record = record.unwrap_or_else(|| panic!("{path}: {body}"));
            record[changed_field(path)].as_str().map(str::to_owned)
        }
        _ => panic!("{path}: {}", reply.wire()),
    }
}

/// The field that changes are made in: keys have no note.
pub(super) fn changed_field(path: &str) -> &'static str {
    if path.starts_with("/admin/llm/keys/") {
        "name"
    } else {
        "note"
    }
}
