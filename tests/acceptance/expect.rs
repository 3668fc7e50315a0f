//! What must have come out of a client's cases, whichever client it was.

use keyway_tests::{Protocol, eventually};
use serde_json::{Value, json};

use crate::clients::Results;
use crate::stage::{AFTER_TOOL, Stage, TEXT, USAGE, tool_arguments};

/// The cases of a client that speaks this protocol.
pub(crate) fn all_cases(results: &Results, stage: &Stage, protocol: Protocol) {
    let (before, suffix) = match protocol {
        Protocol::Responses => ("responses_", "-r"),
        Protocol::Anthropic | Protocol::OpenAi | Protocol::Gemini => ("", ""),
    };
    let case = |name: &str| results.case(&format!("{before}{name}"));
    answer(case("text"), TEXT, &format!("talker{suffix}"), protocol);
    answer(case("stream"), TEXT, &format!("talker{suffix}"), protocol);
    let pieces = case("stream")["pieces"].as_array().map_or(0, Vec::len);
    assert!(pieces > 2, "the text came in {pieces} pieces");

    for name in ["tool", "stream_tool"] {
        let result = case(name);
        answer(result, AFTER_TOOL, &format!("caller{suffix}"), protocol);
        assert_eq!(
            result["calls"],
            json!([["get_weather", tool_arguments()]]),
            "{result}"
        );
    }
    let unknown = results.error(&format!("{before}unknown_model"));
    assert_eq!(unknown["status"], 404, "{unknown}");
    let cut = results.error(&format!("{before}cut"));
    assert_ne!(cut["status"], 404, "{cut}");
    assert!(
        stage.calls_of(&format!("cutter{suffix}")) >= 1,
        "the cut stream was asked for"
    );
}

/// The cases of refusals and repetitions, which every client has once.
pub(crate) fn repetitions(results: &Results, stage: &Stage, protocol: Protocol) {
    let stranger = results.error("bad_key");
    assert_eq!(stranger["status"], 401, "{stranger}");
    let refused = results.error("refused");
    assert_eq!(refused["status"], 429, "{refused}");
    if protocol != Protocol::Gemini {
        assert_eq!(refused["retry_after"], "1", "{refused}");
    }
    for (name, model) in [("retried", "busy"), ("overloaded", "tired")] {
        answer(results.case(name), TEXT, model, protocol);
        assert_eq!(stage.calls_of(model), 2, "{model} is asked again");
    }
    let models = &results.case("models")["models"];
    assert!(
        models
            .as_array()
            .is_some_and(|names| names.contains(&json!("talker"))),
        "{models}"
    );
}

/// The count of a text of 200 words: the upstream's own, or one near the truth where it has none.
pub(crate) fn count(results: &Results, stage: &Stage, protocol: Protocol) {
    let tokens = results.case("count")["tokens"].as_u64();
    let near = match protocol {
        // The vendor's documentation counts 403 for a tool of this kind and a question of ten words.
        Protocol::Anthropic => 580..=720,
        Protocol::Gemini | Protocol::OpenAi | Protocol::Responses => 200..=260,
    };
    match stage.keyway() {
        None => assert_eq!(tokens, Some(321)),
        Some(_) => assert!(
            tokens.is_some_and(|count| near.contains(&count)),
            "{tokens:?}"
        ),
    }
}

/// The built-in Echo, which only Keyway has.
pub(crate) fn echo(results: &Results, protocol: Protocol) {
    let whole = results.case("echo");
    assert_eq!(whole["model"], "echo", "{whole}");
    assert!(
        whole["text"].as_str().is_some_and(|text| !text.is_empty()),
        "{whole}"
    );
    let streamed = results.case("echo_stream");
    assert_eq!(streamed["text"], whole["text"], "{streamed}");
    assert_eq!(streamed["model"], "echo", "{streamed}");
    if protocol == Protocol::OpenAi {
        let responses = results.case("echo_responses");
        assert_eq!(responses["text"], whole["text"], "{responses}");
        assert_eq!(responses["model"], "echo", "{responses}");
    }
    let status = match protocol {
        Protocol::Anthropic => 529,
        Protocol::OpenAi | Protocol::Responses => 429,
        Protocol::Gemini => 503,
    };
    let failed = results.error("echo_status");
    assert_eq!(failed["status"], status, "{failed}");
    let cut = results.error("echo_cut");
    assert_ne!(cut["status"], 404, "{cut}");
    let called = results.case("echo_call");
    assert_eq!(
        called["calls"],
        json!([["get_weather", tool_arguments()]]),
        "{called}"
    );
}

/// What Keyway did behind the client's back.
pub(crate) async fn discretion(stage: &Stage) {
    let Some(keyway) = stage.keyway() else {
        return;
    };
    for request in stage.upstream().received() {
        assert_eq!(
            request.key().as_deref(),
            Some("upstream-key"),
            "{}",
            request.target
        );
        let text = format!("{request:?}");
        assert!(
            !text.contains(keyway.key()),
            "the client's key went upstream: {text}"
        );
        if request.method == "POST" {
            assert!(
                request.model().starts_with("up-"),
                "{} {}",
                request.target,
                request.model()
            );
        }
    }
    assert!(
        !keyway.output().contains(keyway.key()),
        "the client's key was printed"
    );
    assert!(
        !keyway.output().contains("upstream-key"),
        "the upstream's key was printed"
    );
    eventually!(
        keyway
            .logs()
            .await
            .iter()
            .any(|entry| { entry["route_alias"] == "talker" && entry["status_code"] == 200 })
    );
}

fn answer(result: &Value, text: &str, model: &str, protocol: Protocol) {
    assert_eq!(result["text"], text, "{result}");
    assert_eq!(result["model"], model, "{result}");
    // Anthropic counts what came from the cache apart.
    let input = match protocol {
        Protocol::Anthropic => USAGE.input - USAGE.cached,
        Protocol::OpenAi | Protocol::Responses | Protocol::Gemini => USAGE.input,
    };
    assert_eq!(
        result["usage"],
        json!([input, USAGE.cached, USAGE.output]),
        "{result}"
    );
}
