//! Finding the record that a word on the command line means.

use serde_json::Value;

use super::{Context, cells::text, client::Client, failure::Failure, path};

/// A kind of record that belongs to a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// What people call one.
    pub(super) one: &'static str,
    /// Its list below a group, in the path and in the answer.
    pub(super) list: (&'static str, &'static str),
    /// The field with its identity.
    id: &'static str,
    /// The field with its name.
    name: &'static str,
}

/// Client keys.
pub(super) const KEY: Kind = Kind {
    one: "key",
    list: ("keys", "keys"),
    id: "key_id",
    name: "name",
};
/// Routes.
pub(super) const ROUTE: Kind = Kind {
    one: "route",
    list: ("routes", "routes"),
    id: "route_id",
    name: "alias",
};
/// Providers.
pub(super) const PROVIDER: Kind = Kind {
    one: "provider",
    list: ("providers", "providers"),
    id: "uid",
    name: "provider_id",
};
/// Tool providers.
pub(super) const TOOL: Kind = Kind {
    one: "tool",
    list: ("tool-providers", "tool_providers"),
    id: "uid",
    name: "tool_id",
};

/// The path of the list of a group's records.
pub(super) fn list_path(context: &Context, kind: Kind) -> String {
    path::admin(["llm", "groups", &context.group, kind.list.0])
}

/// A group's records, as the API answers.
pub(super) async fn list(context: &Context, client: &Client, kind: Kind) -> Result<Value, Failure> {
    client.get(&list_path(context, kind)).await
}

/// The record of the group that goes by this name or id.
pub(super) async fn find(
    context: &Context,
    client: &Client,
    kind: Kind,
    word: &str,
) -> Result<Value, Failure> {
    let answer = list(context, client, kind).await?;
    let all = answer[kind.list.1].as_array().cloned().unwrap_or_default();
    only(kind, word, &context.group, &all)
}

/// The identity of a record.
pub(super) fn id(kind: Kind, record: &Value) -> &str {
    text(record, kind.id)
}

fn only(kind: Kind, word: &str, group: &str, all: &[Value]) -> Result<Value, Failure> {
    let is = |record: &Value, field: &str| text(record, field) == word;
    let mut found: Vec<&Value> = all.iter().filter(|record| is(record, kind.id)).collect();
    if found.is_empty() {
        found = all.iter().filter(|record| is(record, kind.name)).collect();
    }
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(missing(kind, word, group, all)),
        several => {
            let ids: Vec<&str> = several.iter().map(|record| text(record, kind.id)).collect();
            Err(Failure::conflict(format!(
                "{} {}s of group {group} are called {word:?}",
                ids.len(),
                kind.one
            ))
            .so(format!("name one by its id: {}", ids.join(", "))))
        }
    }
}

fn missing(kind: Kind, word: &str, group: &str, all: &[Value]) -> Failure {
    const SHOWN: usize = 8;
    let failure = Failure::not_found(format!("group {group} has no {} {word:?}", kind.one));
    if all.is_empty() {
        return failure.so(format!(
            "it has no {}s at all; --group names another group",
            kind.one
        ));
    }
    let names: Vec<&str> = all
        .iter()
        .take(SHOWN)
        .map(|record| text(record, kind.name))
        .collect();
    let more = if all.len() > SHOWN { ", …" } else { "" };
    failure.so(format!("it has {}{more}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::failure::Exit;

    fn keys() -> Vec<Value> {
        vec![
            json!({"key_id": "k1", "name": "laptop"}),
            json!({"key_id": "k2", "name": "ci"}),
            json!({"key_id": "k3", "name": "ci"}),
            json!({"key_id": "k4", "name": "k1"}),
        ]
    }

    #[test]
    fn a_record_goes_by_its_name_or_its_id_and_the_id_wins() {
        assert_eq!(
            only(KEY, "laptop", "default", &keys()).unwrap()["key_id"],
            "k1"
        );
        assert_eq!(only(KEY, "k2", "default", &keys()).unwrap()["key_id"], "k2");
        assert_eq!(only(KEY, "k1", "default", &keys()).unwrap()["key_id"], "k1");
    }

    #[test]
    fn a_name_of_several_is_a_conflict_that_tells_the_ids() {
        let failure = only(KEY, "ci", "default", &keys()).unwrap_err();
        assert_eq!(failure.exit(), Exit::Conflict);
        assert!(
            failure.to_string().ends_with("name one by its id: k2, k3"),
            "{failure}"
        );
    }

    #[test]
    fn a_name_of_none_tells_which_there_are() {
        let failure = only(KEY, "phone", "default", &keys()).unwrap_err();
        assert_eq!(failure.exit(), Exit::NotFound);
        assert_eq!(
            failure.to_string(),
            "group default has no key \"phone\"; it has laptop, ci, ci, k1"
        );
    }
}
