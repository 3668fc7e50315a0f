use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::maximal::{maximal, tools};
use crate::anthropic::read_request;
use crate::anthropic::sample::again;
use crate::carrier::{Carrier, Opaque};
use crate::part::Kind;
use crate::request::{Effort, Hosted, Role, ThinkingMode, ToolChoice, ToolKind};

fn recorded() -> Vec<(PathBuf, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/recorded");
    let files = fs::read_dir(folder).expect("the recorded bodies are there");
    let paths = files.map(|file| file.unwrap().path());
    let ours = paths.filter(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with("claude-code") && name.ends_with(".body.json")
    });
    ours.map(|path| {
        let text = fs::read(&path).unwrap();
        (path, serde_json::from_slice(&text).unwrap())
    })
    .collect()
}

#[test]
fn recorded_bodies_of_claude_code_are_written_as_they_were_read() {
    let bodies = recorded();
    assert!(bodies.len() >= 9, "only {} bodies found", bodies.len());
    for (path, body) in bodies {
        assert_eq!(again(&body), body, "{}", path.display());
    }
}

#[test]
fn p068_everything_a_client_can_say_is_written_as_it_was_read() {
    let body = maximal();
    let written = again(&body);
    for (key, value) in body.as_object().unwrap() {
        assert_eq!(written.get(key), Some(value), "{key}");
    }
    assert_eq!(written, body);
}

#[test]
fn other_spellings_are_written_as_they_were_read() {
    let small = |key: &str, value: Value| {
        let mut body =
            json!({"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]});
        body[key] = value;
        body
    };
    for (key, value) in [
        ("system", json!("one string")),
        ("system", json!([])),
        ("system", Value::Null),
        ("tools", json!([])),
        ("stop_sequences", json!([])),
        ("thinking", json!({"type": "adaptive"})),
        (
            "thinking",
            json!({"type": "adaptive", "display": "omitted"}),
        ),
        ("thinking", json!({"type": "disabled"})),
        ("thinking", json!({"type": "between_tools"})),
        ("thinking", Value::Null),
        ("output_config", json!({"effort": "low"})),
        ("output_config", json!({"effort": "unheard of"})),
        ("output_config", json!({})),
        (
            "output_config",
            json!({"format": {"type": "json_schema", "schema": {}, "more": 1}}),
        ),
        (
            "output_format",
            json!({"type": "json_schema", "schema": {"type": "object"}}),
        ),
        ("metadata", json!({})),
        ("metadata", json!({"user_id": "plain"})),
        ("metadata", json!({"user_id": null})),
        ("stream", json!(false)),
        ("max_tokens", json!(0)),
        ("temperature", json!(0)),
        ("fallbacks", json!("default")),
        ("container", json!("c")),
    ] {
        let body = small(key, value);
        assert_eq!(again(&body), body);
    }
    let mut uncounted = small("model", json!("m"));
    uncounted.as_object_mut().unwrap().remove("max_tokens");
    assert_eq!(again(&uncounted), uncounted, "a body to be counted");
}

#[test]
fn every_choice_is_written_as_it_was_read() {
    for choice in [
        json!({"type": "auto"}),
        json!({"type": "any", "disable_parallel_tool_use": false}),
        json!({"type": "none"}),
        json!({"type": "tool", "name": "Read"}),
        json!({"type": "tool", "name": "web_search", "disable_parallel_tool_use": true}),
        json!({"type": "tool", "name": "bash"}),
        json!({"type": "new", "x": 1}),
        json!({"type": "auto", "x": 1}),
        Value::Null,
    ] {
        let body = json!({"model": "m", "max_tokens": 1, "messages": [], "tools": tools(), "tool_choice": choice});
        assert_eq!(again(&body), body);
    }
}

#[test]
fn what_has_a_neutral_word_is_said_by_it() {
    let request = read_request(maximal()).unwrap();

    assert_eq!(request.sampling.max_output, Some(4096));
    assert_eq!(request.thinking.mode, Some(ThinkingMode::On));
    assert_eq!(request.thinking.budget, Some(2048));
    assert_eq!(request.thinking.shown, Some(true));
    assert_eq!(request.thinking.effort, Some(Effort::Xhigh));
    assert_eq!(request.parallel_tools, Some(false));
    assert_eq!(request.cache_key.as_deref(), Some("s-1"));
    assert!(request.user.as_deref().unwrap().contains("device_id"));
    assert_eq!(request.turns[1].role, Role::System);
    let parts = request.turns[3].parts();
    let Kind::Text(text) = &parts[5].kind else {
        panic!("{:?}", parts[5]);
    };
    assert_eq!(text.citations.len(), 1, "only pages have addresses");
    assert_eq!(text.citations[0].quote.as_deref(), Some("words"));
    assert_eq!(parts.last().unwrap().as_text(), Some("after the calls"));
    let kinds: Vec<_> = request.tools.iter().map(|tool| &tool.kind).collect();
    assert!(matches!(
        kinds[2],
        ToolKind::Function {
            schema: Some(_),
            ..
        }
    ));
    assert!(matches!(
        kinds[6],
        ToolKind::Hosted {
            what: Hosted::WebSearch,
            ..
        }
    ));
    assert!(matches!(
        kinds[3],
        ToolKind::Hosted {
            what: Hosted::Other,
            ..
        }
    ));
    assert!(request.tools[6].cache.is_some());
}

#[test]
fn a_forced_web_search_is_known_as_one() {
    let body = json!({"model": "m", "messages": [], "tools": [{"type": "web_search_20250305", "name": "web_search"}],
        "tool_choice": {"type": "tool", "name": "web_search"}});
    let request = read_request(body).unwrap();
    assert!(matches!(
        request.tool_choice,
        Some(ToolChoice::Hosted {
            what: Hosted::WebSearch,
            ..
        })
    ));
}

#[test]
fn wrapped_carriers_are_unwrapped_and_own_ones_stay_as_they_are() {
    let carrier = Carrier {
        provider: "p1".into(),
        opaque: Opaque::Encrypted("e".into()),
    };
    let body = json!({"model": "m", "messages": [{"role": "assistant", "content": [
        {"type": "thinking", "thinking": "t", "signature": carrier.wrapped()},
        {"type": "redacted_thinking", "data": carrier.wrapped()},
        {"type": "thinking", "thinking": "t", "signature": "own"},
    ]}]});
    let request = read_request(body).unwrap();
    let carriers: Vec<_> = request.turns[0]
        .parts()
        .iter()
        .map(|part| {
            let Kind::Reasoning(reasoning) = &part.kind else {
                panic!("{part:?}");
            };
            reasoning.carrier.clone().unwrap()
        })
        .collect();
    let own = Carrier::genuine(Opaque::Signature("own".into()));
    assert_eq!(carriers, [carrier.clone(), carrier, own]);
}

#[test]
fn p308_redacted_thoughts_are_carried_as_they_are() {
    let body = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "assistant", "content":
        [{"type": "redacted_thinking", "data": "ab=="}, {"type": "text", "text": "x"}]}]});
    assert_eq!(again(&body), body);
}

#[test]
fn p097_signed_thoughts_without_text_are_kept() {
    let body = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "assistant", "content":
        [{"type": "thinking", "thinking": "", "signature": "s"}, {"type": "text", "text": "x"}]}]});
    assert_eq!(again(&body), body);
}

#[test]
fn p107_text_after_calls_stays_behind_them() {
    let body = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "assistant", "content": [
        {"type": "tool_use", "id": "a", "name": "f", "input": {}}, {"type": "text", "text": "x"}]}]});
    let request = read_request(body.clone()).unwrap();
    let parts = request.turns[0].parts();
    assert!(parts[0].as_call().is_some() && parts[1].as_text() == Some("x"));
    assert_eq!(again(&body), body);
}

#[test]
fn p108_results_that_are_explicitly_no_errors_stay_so() {
    for is_error in [Some(false), Some(true), None] {
        let mut result = json!({"tool_use_id": "a", "type": "tool_result", "content": "x"});
        if let Some(is_error) = is_error {
            result["is_error"] = is_error.into();
        }
        let body = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [result]}]});
        let request = read_request(body.clone()).unwrap();
        assert_eq!(
            request.turns[0].parts()[0].as_result().unwrap().is_error,
            is_error
        );
        assert_eq!(again(&body), body);
    }
}

#[test]
fn p110_bodies_of_other_protocols_are_told_where_they_belong() {
    for (messages, field, place) in [
        (
            json!([{"role": "assistant", "content": null, "tool_calls": []}]),
            "messages[0].tool_calls",
            "/v1/chat/completions",
        ),
        (
            json!([{"role": "tool", "tool_call_id": "a", "content": "x"}]),
            "messages[0].role",
            "/v1/chat/completions",
        ),
        (
            json!([{"role": "user", "content": [{"type": "image_url"}]}]),
            "messages[0].content[0].type",
            "/v1/chat/completions",
        ),
        (
            json!([{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a",
            "content": [{"type": "input_text"}]}]}]),
            "messages[0].content[0].content[0].type",
            "/v1/responses",
        ),
        (
            json!([{"role": "alien", "content": "x"}]),
            "messages[0].role",
            "user, assistant or system",
        ),
        (
            json!([{"role": "user", "content": 7}]),
            "messages[0].content",
            "string or a list",
        ),
        (json!([7]), "messages[0]", "object"),
        (json!(null), "messages", "list"),
    ] {
        let error = read_request(json!({"model": "m", "messages": messages})).unwrap_err();
        assert_eq!(error.field, field);
        assert!(error.message.contains(place), "{error}");
    }
    let error = read_request(json!({"model": "m", "input": "x"})).unwrap_err();
    assert!(error.message.contains("/v1/responses"));
    let error = read_request(
        json!({"model": "m", "messages": [], "tools": [{"type": "function", "function": {}}]}),
    );
    assert_eq!(error.unwrap_err().field, "tools[0].function");
    assert!(read_request(json!([])).is_err());
}
