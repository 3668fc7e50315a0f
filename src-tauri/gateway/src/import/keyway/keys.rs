//! Its client keys and tool providers.

use rusqlite::Row;

use super::{
    add::{Done, Import, group_of},
    old::{flag, moment, moment_of, natural, text},
};
use crate::{
    config::{ClientKey, KeyHash, Limits, Purpose, Role, ToolKind},
    ids,
    store::{
        keys::{self, KeyRow},
        tools::{self, ToolRow},
    },
};

impl Import<'_> {
    pub(super) fn key(&mut self, row: &Row<'_>) -> Done {
        let name = text(row, "name").unwrap_or_default();
        let what = format!("key {name}");
        let id = text(row, "key_id").unwrap_or_else(ids::fresh);
        let Some(hash) = text(row, "key_hash").and_then(|hash| KeyHash::from_hex(&hash)) else {
            self.skip(what, "its hash is unreadable");
            return Ok(());
        };
        let is_there = keys::by_hash(self.db, &hash)?.is_some()
            || keys::get(self.db, &id.as_str().into())?.is_some();
        if is_there {
            self.skip(what, "it is there already");
            return Ok(());
        }
        let sealed = self.reseal(&what, text(row, "key_encrypted"));
        let key = self.key_of(row, id, hash, name);
        if let Err(error) = keys::insert(self.db, &KeyRow { key, sealed }) {
            return self.skip_missing(what, error);
        }
        self.report.keys += 1;
        Ok(())
    }

    fn key_of(&mut self, row: &Row<'_>, id: String, hash: KeyHash, name: String) -> ClientKey {
        let expiry = text(row, "expires_at").filter(|expiry| !expiry.is_empty());
        let expires_at = expiry.as_deref().and_then(moment);
        let is_unclear = expiry.is_some() && expires_at.is_none();
        if is_unclear {
            self.change(
                format!("key {name}"),
                "its expiry is unreadable, so it was disabled",
            );
        }
        let positive = |column| natural(row, column).filter(|limit| *limit > 0);
        ClientKey {
            id: id.into(),
            group: group_of(row),
            hash,
            prefix: text(row, "key_prefix").unwrap_or_default(),
            name,
            owner: text(row, "owner_user_id").filter(|owner| !owner.is_empty()),
            purpose: Purpose::default(),
            role: Role::default(),
            enabled: flag(row, "enabled") && !is_unclear,
            expires_at,
            allowed_aliases: Vec::new(),
            allowed_providers: Vec::new(),
            current_route: None,
            fast_route: None,
            limits: Limits {
                requests_per_minute: positive("rpm_limit"),
                max_requests: positive("max_requests"),
                max_tokens: positive("max_tokens"),
                concurrency: positive("concurrency_limit"),
                ..Limits::default()
            },
            used_requests: natural(row, "used_requests").unwrap_or(0),
            used_tokens: natural(row, "used_tokens").unwrap_or(0),
            last_used_at: text(row, "last_used_at").and_then(|text| moment(&text)),
            created_at: moment_of(row, "created_at", self.now),
        }
    }

    pub(super) fn tool(&mut self, row: &Row<'_>) -> Done {
        let id = text(row, "tool_id").unwrap_or_default();
        let group = group_of(row);
        let what = format!("tool {id} of group {group}");
        // A copied group has `<group>.tavily`, which keyway-router itself no longer recognises.
        let Ok(kind) = id
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .parse::<ToolKind>()
        else {
            self.skip(what, "Keyway knows no such tool");
            return Ok(());
        };
        if !tools::find(self.db, &id, Some(&group))?.is_empty() {
            self.skip(what, "there is a tool of this id in the group");
            return Ok(());
        }
        let tool = ToolRow {
            uid: ids::fresh().into(),
            sealed: self.reseal(&what, text(row, "api_key")),
            name: text(row, "name").unwrap_or_else(|| id.clone()),
            id,
            group,
            kind,
            config: text(row, "config").unwrap_or_else(|| "{}".to_owned()),
            enabled: flag(row, "enabled"),
            created_at: moment_of(row, "created_at", self.now),
            updated_at: moment_of(row, "updated_at", self.now),
        };
        if let Err(error) = tools::insert(self.db, &tool) {
            return self.skip_missing(what, error);
        }
        self.report.tools += 1;
        Ok(())
    }
}
