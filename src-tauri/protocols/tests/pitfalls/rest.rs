//! What none of the others showed all the way.

use keyway_protocols::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::cross::{Forgetful, ReasoningForm, Target};
use keyway_protocols::quirks::Quirks;
use serde_json::{Map, Value, json};

use crate::kit::{HERE, cross_bytes, sent};
use crate::ways::way;

fn signs(client: Protocol, count: usize) -> String {
    let mut stream = way(client, OpenAi, ReasoningForm::Native).stream();
    let all = (0..count).map(|_| stream.keep_alive());
    all.map(|sign| String::from_utf8(sign.to_vec()).expect("signs are text"))
        .collect()
}

#[test]
fn p016_codex_is_kept_waiting_by_events_and_not_by_comments() {
    let told = signs(OpenAiResponses, 3);
    assert!(told.lines().all(|line| !line.starts_with(':')), "{told}");
    let data = told.lines().filter_map(|line| line.strip_prefix("data: "));
    let events: Vec<Value> = data
        .map(|data| serde_json::from_str(data).expect("data is JSON"))
        .collect();
    let last = events.last().expect("there are events");
    assert_eq!(last["type"], "response.in_progress", "{told}");
    let numbers: Vec<_> = events
        .iter()
        .map(|event| &event["sequence_number"])
        .collect();
    let expected: Vec<Value> = (0..events.len()).map(Value::from).collect();
    assert_eq!(numbers, expected.iter().collect::<Vec<_>>());
}

#[test]
fn p017_a_sign_of_life_for_gemini_is_never_part_of_the_data_behind_it() {
    for count in 1..4 {
        let told = signs(Gemini, count);
        assert!(told.ends_with("\n\n"), "{told:?}");
        let is_harmless = |line: &str| line.is_empty() || line.starts_with(':');
        assert!(told.lines().all(is_harmless), "{told:?}");
    }
}

#[test]
fn p078_a_tool_that_is_offered_later_is_one_of_the_tools() {
    let schema = json!({"type": "object", "properties": {}});
    let body = json!({"model": "m", "max_tokens": 100,
    "tools": [{"name": "read", "input_schema": schema}],
    "messages": [
        {"role": "user", "content": "hi"},
        {"role": "system", "content": [
            {"type": "tool_addition", "tool": {"name": "write", "input_schema": schema}},
            {"type": "tool_removal", "tool_name": "read"},
        ]},
    ]});
    let sent = sent(Anthropic, OpenAi, &body);
    let tools = sent["tools"].as_array().expect("there are tools");
    assert_eq!(tools.len(), 1, "{sent}");
    assert_eq!(tools[0]["function"]["name"], "write");
    assert!(!sent.to_string().contains("tool_addition"), "{sent}");
}

#[test]
fn p212_openai_is_not_sent_129_tools() {
    let tool = |number| json!({"name": format!("t{number}"), "input_schema": {"type": "object"}});
    let asking = |count: usize| {
        json!({"model": "m", "max_tokens": 100, "tools": (0..count).map(tool).collect::<Vec<_>>(),
            "messages": [{"role": "user", "content": "hi"}]})
    };
    let quirks = Quirks::resolve(OpenAi, "api.openai.com", "gpt-5.6", &Map::new());
    let target = Target {
        protocol: OpenAi,
        model: "gpt-5.6",
        provider: HERE,
        quirks: &quirks.expect("the table is sound"),
    };
    let crossed = |count| {
        let body = asking(count).to_string();
        cross_bytes(Anthropic, body.as_bytes(), &target, &Forgetful)
    };
    assert!(crossed(128).is_ok());
    let refused = crossed(129).expect_err("they are too many");
    assert_eq!(refused.field, "tools");
    assert!(refused.message.contains("128"), "{refused}");
}
