//! Conversations that nobody would send: they are refused, or what is sent is sound.

use keyway_protocols::Protocol;
use keyway_protocols::cross::Forgetful;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::kit::{cross_bytes, with_target};
use crate::prefix::steps;
use crate::sound::assert_sound;

/// A change somewhere in a body.
#[derive(Debug, Clone)]
enum Change {
    /// Another value in its place.
    Put(Value),
    /// Nothing in its place.
    Remove,
    /// The same element once more.
    Repeat,
    /// Two elements in each other's place.
    Swap(usize),
}

fn odd() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!(" "),
        json!("call:1"),
        json!("odd.name/\u{1F600}"),
        json!("x".repeat(100)),
        json!([]),
        json!({}),
        json!([null]),
        json!({"type": "text"}),
        json!({"type": "tool_result", "tool_use_id": "gone"}),
        json!({"role": "assistant", "content": ""}),
        json!({"functionCall": {}}),
        json!({"type": "function_call", "call_id": "c1", "name": "", "arguments": "{"}),
    ])
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => odd().prop_map(Change::Put),
        2 => Just(Change::Remove),
        2 => Just(Change::Repeat),
        2 => (0_usize..8).prop_map(Change::Swap),
    ]
}

/// Changes the value that is reached by these steps.
fn changed(value: &mut Value, path: &[usize], change: &Change) {
    let Some((step, rest)) = path.split_first() else {
        return;
    };
    match value {
        Value::Array(list) if !list.is_empty() => {
            let at = step % list.len();
            if !rest.is_empty() && list[at].is_object() | list[at].is_array() {
                return changed(&mut list[at], rest, change);
            }
            match change {
                Change::Put(odd) => list[at] = odd.clone(),
                Change::Remove => drop(list.remove(at)),
                Change::Repeat => list.insert(at, list[at].clone()),
                Change::Swap(other) => {
                    let other = other % list.len();
                    list.swap(at, other);
                }
            }
        }
        Value::Object(fields) if !fields.is_empty() => {
            let at = step % fields.len();
            let Some(key) = fields.keys().nth(at).cloned() else {
                return;
            };
            let inner = &mut fields[&key];
            if !rest.is_empty() && (inner.is_object() || inner.is_array()) {
                return changed(inner, rest, change);
            }
            match change {
                Change::Put(odd) => *inner = odd.clone(),
                Change::Remove | Change::Repeat | Change::Swap(_) => {
                    drop(fields.shift_remove(&key));
                }
            }
        }
        Value::Array(_)
        | Value::Object(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_) => {}
    }
}

fn client() -> impl Strategy<Value = Protocol> {
    prop::sample::select(Protocol::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn whatever_is_sent_is_sound_or_refused(
        client in client(),
        step in 0_usize..4,
        changes in prop::collection::vec((prop::collection::vec(0_usize..12, 1..6), change()), 1..5),
    ) {
        let bodies = steps(client);
        let mut body = bodies[step % bodies.len()].clone();
        for (path, change) in &changes {
            changed(&mut body, path, change);
        }
        let text = body.to_string();
        for target in Protocol::ALL.into_iter().filter(|target| *target != client) {
            let crossed = with_target(target, |_| {}, |target| {
                cross_bytes(client, text.as_bytes(), target, &Forgetful)
            });
            if let Ok(crossed) = crossed {
                let sent: Value = serde_json::from_slice(&crossed.body).expect("what is sent is JSON");
                assert_sound(target, &sent);
            }
        }
    }
}

#[test]
fn what_real_clients_send_is_sound_for_everybody() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/recorded");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the recorded bodies are there") {
        let path = entry.expect("the folder is read").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let client = match &name {
            name if !name.ends_with(".body.json") => continue,
            name if name.starts_with("claude") => Protocol::Anthropic,
            name if name.starts_with("codex") => Protocol::OpenAiResponses,
            _ => Protocol::Gemini,
        };
        let body = std::fs::read(&path).expect("the body is read");
        for target in Protocol::ALL.into_iter().filter(|target| *target != client) {
            let crossed = with_target(
                target,
                |_| {},
                |target| cross_bytes(client, &body, target, &Forgetful),
            );
            let crossed = crossed.unwrap_or_else(|error| panic!("{name} to {target}: {error}"));
            let sent: Value = serde_json::from_slice(&crossed.body).expect("what is sent is JSON");
            assert_sound(target, &sent);
            count += 1;
        }
    }
    assert!(count >= 30, "{count}");
}
