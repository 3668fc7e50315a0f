//! Laws that hold for every body.

use proptest::prelude::*;
use serde_json::Value;

use super::maximal::maximal;
use crate::anthropic::read_request;
use crate::anthropic::sample::again;

/// The maximal body with only some of its fields, messages, blocks and tools.
fn thinned(mut keeps: impl FnMut() -> bool) -> Value {
    let mut body = maximal();
    let fields = body.as_object_mut().unwrap();
    fields.retain(|key, _| ["model", "messages", "tools"].contains(&key.as_str()) || keeps());
    for list in ["tools", "system"] {
        if let Some(list) = fields.get_mut(list).and_then(Value::as_array_mut) {
            list.retain(|_| keeps());
        }
    }
    // A choice without tools says nothing, and is not said.
    if fields["tools"].as_array().unwrap().is_empty() {
        fields.shift_remove("tool_choice");
    }
    for message in fields["messages"].as_array_mut().unwrap() {
        if let Some(blocks) = message["content"].as_array_mut() {
            for block in blocks.iter_mut() {
                // What a block needs to be one stays; the rest may be gone.
                let needed = [
                    "type",
                    "text",
                    "thinking",
                    "id",
                    "name",
                    "input",
                    "tool_use_id",
                    "source",
                    "content",
                ];
                if block["type"] != "image" && block["type"] != "document" {
                    let fields = block.as_object_mut().unwrap();
                    fields.retain(|key, _| needed.contains(&key.as_str()) || keeps());
                }
            }
            blocks.retain(|_| keeps());
        }
    }
    body
}

/// Any JSON, with names that mean something every now and then.
fn json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "type",
        "role",
        "content",
        "text",
        "source",
        "thinking",
        "signature",
        "tool_use",
        "tool_result",
        "messages",
        "tools",
        "name",
        "id",
        "input",
        "cache_control",
        "system",
        "user",
        "data",
        "base64",
        "image",
        "model",
        "output_config",
        "format",
        "tool_choice",
        "metadata",
        "user_id",
        "server_tool_use",
        "citations",
        "x",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        names.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 8, move |inner| {
        let field = (names.clone().prop_map(str::to_owned), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::from),
            prop::collection::vec(field, 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_part_of_what_can_be_said_is_written_as_it_was_read(coins in prop::collection::vec(any::<bool>(), 64)) {
        let mut coins = coins.into_iter().cycle();
        let body = thinned(|| coins.next().unwrap());
        prop_assert_eq!(again(&body), body);
    }

    #[test]
    fn reading_and_writing_twice_changes_no_more_than_once(body in json()) {
        let mut body = body;
        if let Some(fields) = body.as_object_mut() {
            fields.entry("messages").or_insert_with(|| Value::Array(Vec::new()));
        }
        if read_request(body.clone()).is_ok() {
            let once = written(&body);
            prop_assert_eq!(written(&once), once);
        }
    }
}

fn written(body: &Value) -> Value {
    let request = read_request(body.clone()).expect("it can be read");
    crate::anthropic::sample::sent(&request, &crate::anthropic::sample::book()).0
}
