use serde_json::Value;

use super::{ErrorKind, ErrorReply, across, recognise, should_retry};
use crate::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};

const KINDS: [ErrorKind; 12] = [
    ErrorKind::InvalidRequest,
    ErrorKind::ContextTooLong,
    ErrorKind::Authentication,
    ErrorKind::Billing,
    ErrorKind::Permission,
    ErrorKind::NotFound,
    ErrorKind::TooLarge,
    ErrorKind::RateLimit,
    ErrorKind::Upstream,
    ErrorKind::Overloaded,
    ErrorKind::Timeout,
    ErrorKind::Internal,
];

/// What a provider sends, and what it means.
const SHAPES: &[(Protocol, u16, &str, ErrorKind, &str)] = &[
    (
        Anthropic,
        529,
        r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
        ErrorKind::Overloaded,
        "Overloaded",
    ),
    (
        Anthropic,
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8 maximum"}}"#,
        ErrorKind::ContextTooLong,
        "prompt is too long: 9 tokens > 8 maximum",
    ),
    (
        OpenAi,
        429,
        r#"{"error":{"message":"no money","type":"insufficient_quota","code":"insufficient_quota","param":null}}"#,
        ErrorKind::Billing,
        "no money",
    ),
    (
        OpenAi,
        404,
        r#"{"error":{"message":"no m","type":"invalid_request_error","code":"model_not_found"}}"#,
        ErrorKind::NotFound,
        "no m",
    ),
    (
        OpenAi,
        200,
        r#"{"error":{"message":"x","code":429}}"#,
        ErrorKind::RateLimit,
        "x",
    ),
    (
        OpenAi,
        200,
        r#"{"object":"error","message":"bad","type":"BadRequestError","code":400}"#,
        ErrorKind::InvalidRequest,
        "bad",
    ),
    (
        OpenAi,
        200,
        r#"{"id":"1","base_resp":{"status_code":1004,"status_msg":"login fail"}}"#,
        ErrorKind::Upstream,
        "login fail",
    ),
    (
        OpenAi,
        500,
        r#"{"error":"boom"}"#,
        ErrorKind::Upstream,
        "boom",
    ),
    (
        OpenAi,
        422,
        r#"{"detail":[{"msg":"field required"}]}"#,
        ErrorKind::InvalidRequest,
        "field required",
    ),
    (
        Gemini,
        429,
        r#"[{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED"}}]"#,
        ErrorKind::RateLimit,
        "quota",
    ),
    (
        Gemini,
        500,
        r#"{"error":{"code":500,"status":"INTERNAL","message":"{\"error\":{\"message\":\"inner\"}}"}}"#,
        ErrorKind::Upstream,
        "inner",
    ),
    (
        OpenAi,
        502,
        "<html><head><title>502 Bad\nGateway</title></head><body>x</body></html>",
        ErrorKind::Upstream,
        "502 Bad Gateway",
    ),
    (
        OpenAi,
        503,
        "upstream <b>connect</b> error",
        ErrorKind::Overloaded,
        "upstream connect error",
    ),
];

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn overloaded(protocol: Protocol) -> ErrorReply<'static> {
    ErrorReply {
        request_id: Some("req_1"),
        ..ErrorReply::new(
            ErrorKind::Overloaded,
            protocol,
            "provider_overloaded",
            "try \"later\"",
        )
    }
}

#[test]
fn every_protocol_words_an_error_its_own_way() {
    let body = |protocol| text(&overloaded(protocol).body(protocol)).to_owned();

    insta::assert_snapshot!(body(Anthropic), @r#"{"type":"error","error":{"type":"overloaded_error","message":"try \"later\"","details":{"error_code":"provider_overloaded"}},"request_id":"req_1"}"#);
    insta::assert_snapshot!(body(OpenAi), @r#"{"error":{"message":"try \"later\"","type":"server_error","param":null,"code":"provider_overloaded"}}"#);
    insta::assert_snapshot!(body(OpenAiResponses), @r#"{"error":{"message":"try \"later\"","type":"server_error","param":null,"code":"provider_overloaded"}}"#);
    insta::assert_snapshot!(body(Gemini), @r#"{"error":{"code":503,"message":"try \"later\"","status":"UNAVAILABLE","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"provider_overloaded","domain":"keyway"},{"@type":"type.googleapis.com/google.rpc.RequestInfo","requestId":"req_1"}]}}"#);
}

#[test]
fn every_protocol_ends_a_failed_stream_its_own_way() {
    let frame = |protocol| text(&overloaded(protocol).stream_frame(protocol)).to_owned();

    assert!(frame(Anthropic).starts_with("event: error\ndata: {\"type\":\"error\","));
    assert!(frame(OpenAi).starts_with("data: {\"error\":{\"message\""));
    assert!(frame(Gemini).starts_with("data: {\"error\":{\"code\":503"));
    let failed = frame(OpenAiResponses);
    let data = failed
        .strip_prefix("event: response.failed\ndata: ")
        .unwrap();
    let event: Value = serde_json::from_str(data).unwrap();
    assert_eq!(event["type"], "response.failed");
    assert_eq!(event["response"]["error"]["code"], "server_is_overloaded");
    for protocol in Protocol::ALL {
        assert!(frame(protocol).ends_with("}\n\n"));
        assert_eq!(frame(protocol).matches("\n\n").count(), 1);
    }
}

#[test]
fn an_overload_has_the_status_that_the_client_retries() {
    assert_eq!(ErrorKind::Overloaded.default_status(Anthropic), 529);
    assert_eq!(ErrorKind::Overloaded.default_status(OpenAi), 503);
    assert_eq!(ErrorKind::Billing.default_status(OpenAi), 429);
}

#[test]
fn what_is_written_is_recognised_again() {
    for protocol in Protocol::ALL {
        for kind in KINDS {
            let reply = ErrorReply::new(kind, protocol, "some_code", "some words");
            let (seen, message) = recognise(protocol, reply.status, &reply.body(protocol)).unwrap();

            assert_eq!(message, "some words");
            let same_status = seen.default_status(protocol) == reply.status;
            let is_server = |status| status >= 500;
            assert!(
                same_status
                    || (is_server(reply.status) && is_server(seen.default_status(protocol)))
                    || kind == ErrorKind::TooLarge,
                "{kind:?} in {protocol} became {seen:?}"
            );
        }
    }
}

#[test]
fn providers_shapes_are_recognised() {
    for (protocol, status, body, kind, message) in SHAPES {
        let expected = Some((*kind, (*message).to_owned()));
        assert_eq!(
            recognise(*protocol, *status, body.as_bytes()),
            expected,
            "{body}"
        );
    }
}

#[test]
fn an_answer_is_not_an_error() {
    for body in [
        r#"{"id":"x","error":null,"choices":[]}"#,
        r#"{"base_resp":{"status_code":0,"status_msg":""}}"#,
        "hello",
        "[]",
    ] {
        for protocol in Protocol::ALL {
            assert_eq!(recognise(protocol, 200, body.as_bytes()), None, "{body}");
        }
    }
}

/// What each protocol's providers say for the same five failures.
fn failures(from: Protocol) -> [(u16, String); 5] {
    let body = |kind: ErrorKind, message: &str| {
        let reply = ErrorReply::new(kind, from, "c", message);
        let text = String::from_utf8(reply.body(from).to_vec()).unwrap();
        // Providers name what Keyway puts its own code to.
        let code = kind.open_ai_code().unwrap_or("x");
        (
            reply.status,
            text.replace("\"code\":\"c\"", &format!("\"code\":\"{code}\"")),
        )
    };
    let too_long = match from {
        Anthropic => "prompt is too long: 9 tokens > 8 maximum",
        OpenAi | OpenAiResponses => {
            "This model's maximum context length is 8 tokens. However, your messages resulted in 9 tokens."
        }
        Gemini => "The input token count (9) exceeds the maximum number of tokens allowed (8).",
    };
    [
        body(ErrorKind::InvalidRequest, "field x is wrong"),
        body(ErrorKind::ContextTooLong, too_long),
        body(ErrorKind::RateLimit, "slow down, try again in 1.2s"),
        body(ErrorKind::Overloaded, "busy"),
        body(ErrorKind::Billing, "no money"),
    ]
}

#[test]
fn p281_p102_p284_errors_cross_from_every_protocol_to_every_other() {
    let mut told = Vec::new();
    for from in Protocol::ALL {
        for to in Protocol::ALL.into_iter().filter(|to| *to != from) {
            told.push(format!("{from} -> {to}"));
            for (status, body) in failures(from) {
                let error = across(from, to, status, body.as_bytes());
                told.push(format!(
                    "  {} {} {} retry {:?} after {:?}: {}",
                    error.status,
                    error.kind.as_str(),
                    error.code,
                    error.should_retry,
                    error.retry_after,
                    error.message
                ));
            }
        }
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn p282_errors_wrapped_in_each_other_are_unwrapped() {
    let inner = r#"{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED"}}"#;
    let middle = serde_json::json!({"error": {"message": inner}}).to_string();
    let outer = serde_json::json!({"error": {"message": middle, "code": 429}}).to_string();
    let error = across(OpenAi, Anthropic, 429, outer.as_bytes());

    assert_eq!(error.message, "quota");
    assert_eq!(error.kind, ErrorKind::RateLimit);
}

#[test]
fn p283_googles_retry_info_is_read() {
    let body = r#"[{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED","details":[
        {"@type":"type.googleapis.com/google.rpc.QuotaFailure"},
        {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"12.5s"}]}}]"#;
    let error = across(Gemini, OpenAi, 429, body.as_bytes());

    assert_eq!(
        error.retry_after,
        Some(std::time::Duration::from_millis(12_500))
    );
    assert_eq!(error.status, 429);
}

#[test]
fn p026_a_failure_without_words_is_one_all_the_same() {
    for body in ["", "{}", "<html></html>"] {
        let error = across(OpenAi, Anthropic, 524, body.as_bytes());
        assert_eq!(
            (error.status, error.kind),
            (504, ErrorKind::Timeout),
            "{body}"
        );
        assert!(!error.message.is_empty());
    }
}

#[test]
fn p101_what_would_fail_again_in_the_same_way_is_not_to_be_tried_again() {
    for kind in KINDS {
        let is_lasting = kind.default_status(OpenAi) < 500 && kind != ErrorKind::RateLimit;
        let expected = is_lasting.then_some(false);
        assert_eq!(should_retry(kind), expected, "{kind:?}");
    }
}

#[test]
fn p102_a_server_error_with_the_status_of_no_room_is_overloaded() {
    let body = br#"{"error":{"message":"busy","type":"server_error","param":null,"code":null}}"#;
    for from in [Protocol::OpenAi, Protocol::OpenAiResponses] {
        for status in [503, 529] {
            let told = |to| {
                let across = across(from, to, status, body);
                (across.kind, across.status)
            };
            assert_eq!(told(Protocol::Anthropic), (ErrorKind::Overloaded, 529));
            assert_eq!(told(Protocol::Gemini), (ErrorKind::Overloaded, 503));
        }
        let failed = across(from, Protocol::Anthropic, 500, body);
        assert_eq!((failed.kind, failed.status), (ErrorKind::Upstream, 500));
    }
}
