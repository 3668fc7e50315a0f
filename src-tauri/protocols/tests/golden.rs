//! The streams and bodies every client accepts, relayed: the model is renamed and all else read, not changed.

use std::fs;
use std::path::PathBuf;

use bytes::Bytes;
use keyway_protocols::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::envelope::{Scanner, splice};
use keyway_protocols::error::ErrorKind;
use keyway_protocols::same::{SameStream, StreamEnd, same_body};
use keyway_protocols::usage::Usage;

fn golden(protocol: Protocol) -> String {
    let path = format!("{}/tests/golden/{protocol}.sse", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).expect("the golden stream is there")
}

fn relay(protocol: Protocol, alias: Option<&str>, wire: &str) -> (String, StreamEnd) {
    let mut stream = SameStream::new(protocol, alias.map(Into::into));
    let mut out = Vec::new();
    stream
        .push(Bytes::copy_from_slice(wire.as_bytes()), &mut out)
        .expect("no event is too large");
    let end = stream.finish(&mut out);
    (
        String::from_utf8(out.concat()).expect("text stays text"),
        end,
    )
}

/// The golden stream with the model written as the alias, by plain search and replace.
fn renamed(protocol: Protocol, wire: &str) -> String {
    let key = if protocol == Gemini {
        "modelVersion"
    } else {
        "model"
    };
    wire.replace(
        &format!("\"{key}\":\"m\""),
        &format!("\"{key}\":\"my \\\"own\\\"\""),
    )
}

fn usage(reasoning: u64) -> Usage {
    Usage {
        input: 15,
        cached: 3,
        written: 0,
        output: 20,
        reasoning,
    }
}

#[test]
fn golden_streams_are_renamed_and_read() {
    for (protocol, finish, reasoning, events) in [
        (Anthropic, "tool_use", 0, 15),
        (OpenAi, "tool_calls", 0, 9),
        (OpenAiResponses, "completed", 0, 23),
        (Gemini, "STOP", 8, 4),
    ] {
        let wire = golden(protocol);
        let (out, end) = relay(protocol, Some("my \"own\""), &wire);

        assert_eq!(out, renamed(protocol, &wire));
        assert_ne!(out, wire);
        assert_eq!(end.usage, Some(usage(reasoning)), "{protocol}");
        assert_eq!(end.finish_reason.as_deref(), Some(finish));
        assert!(end.terminal && !end.cut && end.error.is_none(), "{end:?}");
        assert_eq!(end.events, events);
    }
}

#[test]
fn without_an_alias_the_very_same_bytes_go_on() {
    for protocol in Protocol::ALL {
        for alias in [None, Some("m".into())] {
            let wire = Bytes::from(golden(protocol));
            let mut out = Vec::new();
            SameStream::new(protocol, alias)
                .push(wire.clone(), &mut out)
                .unwrap();

            assert_eq!(out.len(), 1);
            assert_eq!(out[0].as_ptr(), wire.as_ptr());
            assert_eq!(out[0], wire);
        }
    }
}

#[test]
fn every_line_end_is_kept() {
    for protocol in Protocol::ALL {
        for newline in ["\r\n", "\r"] {
            let wire = golden(protocol).replace('\n', newline);
            let (out, end) = relay(protocol, Some("my \"own\""), &wire);

            assert_eq!(out, renamed(protocol, &wire));
            assert!(end.terminal && end.usage.is_some());
        }
    }
}

#[test]
fn a_stream_cut_anywhere_sends_whole_events_only() {
    for protocol in Protocol::ALL {
        let wire = golden(protocol);
        for cut in (0..wire.len()).filter(|at| wire.is_char_boundary(*at)) {
            let (out, end) = relay(protocol, None, &wire[..cut]);

            assert!(
                out.is_empty() || out.ends_with("\n\n"),
                "cut at {cut}: {out}"
            );
            if end.cut {
                assert!(wire.starts_with(&out));
            } else {
                assert_eq!(out.trim_end(), wire[..cut].trim_end());
            }
        }
    }
}

#[test]
fn a_last_event_without_its_empty_line_is_completed() {
    for (tail, newline) in [
        ("", "\n"),
        ("\n", "\n"),
        ("", "\r\n"),
        ("\r\n", "\r\n"),
        ("", "\r"),
    ] {
        let body = format!("data: {{\"model\":\"m\",\"choices\":[]}}{newline}{newline}");
        let wire = format!("{body}data: [DONE]{tail}");

        let (out, end) = relay(OpenAi, None, &wire);

        assert_eq!(out, format!("{body}data: [DONE]{newline}{newline}"));
        assert!(end.terminal && !end.cut);
    }
}

#[test]
fn a_model_in_data_of_several_lines_is_renamed() {
    let wire = "event: x\ndata: {\"choices\":[],\ndata: \"model\": \"old\",\ndata: \"usage\":{\"prompt_tokens\":1}}\n\n";
    let (out, end) = relay(OpenAi, Some("new"), wire);

    assert_eq!(out, wire.replace("\"old\"", "\"new\""));
    assert_eq!(end.usage.unwrap().input, 1);
}

#[test]
fn only_the_answers_own_model_is_renamed() {
    let wire = "data: {\"choices\":[{\"delta\":{\"content\":\"\\\"model\\\":\\\"old\\\"\",\"model\":\"old\"}}],\"model\":\"old\"}\n\n";
    let (out, _) = relay(OpenAi, Some("new"), wire);

    let expected = format!(
        "{}\"model\":\"new\"}}\n\n",
        wire.strip_suffix("\"model\":\"old\"}\n\n").unwrap()
    );
    assert_eq!(out, expected);
}

#[test]
fn a_model_that_is_no_name_stays() {
    for value in ["null", "{}", "7"] {
        let wire = format!("data: {{\"model\":{value},\"choices\":[]}}\n\n");
        assert_eq!(relay(OpenAi, Some("new"), &wire).0, wire);
    }
}

#[test]
fn comments_and_unknown_events_pass() {
    let wire = ": OPENROUTER PROCESSING\n\n: ka\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\nevent: news\ndata: hello\n\n\n";
    for protocol in Protocol::ALL {
        let (out, end) = relay(protocol, Some("new"), wire);

        assert_eq!(out, wire);
        assert_eq!((end.events, end.terminal, end.error), (2, false, None));
    }
}

#[test]
fn errors_in_a_stream_are_read_and_pass() {
    let cases = [
        (
            Anthropic,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n",
            ErrorKind::Overloaded,
        ),
        (
            Anthropic,
            "event: error\ndata: {\"error\":{\"type\":\"api_error\",\"message\":\"busy\"}}\n\n",
            ErrorKind::Upstream,
        ),
        (
            OpenAi,
            "data: {\"error\":{\"message\":\"busy\",\"type\":\"server_error\",\"code\":null}}\n\n",
            ErrorKind::Upstream,
        ),
        (
            OpenAi,
            "event: error\ndata: {\"message\":\"busy\",\"code\":\"rate_limit_exceeded\"}\n\n",
            ErrorKind::RateLimit,
        ),
        (
            OpenAi,
            "data: {\"object\":\"error\",\"message\":\"busy\",\"code\":503}\n\n",
            ErrorKind::Overloaded,
        ),
        (
            OpenAiResponses,
            "data: {\"type\":\"error\",\"code\":\"server_is_overloaded\",\"message\":\"busy\",\"param\":null}\n\n",
            ErrorKind::Overloaded,
        ),
        (
            OpenAiResponses,
            "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"busy\"}}}\n\n",
            ErrorKind::RateLimit,
        ),
        (
            Gemini,
            "data: {\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}\n\n",
            ErrorKind::Overloaded,
        ),
        (
            Gemini,
            "data: [{\"error\":{\"code\":429,\"message\":\"busy\",\"status\":\"RESOURCE_EXHAUSTED\"}}]\n\n",
            ErrorKind::RateLimit,
        ),
    ];
    for (protocol, wire, kind) in cases {
        let (out, end) = relay(protocol, Some("new"), wire);

        let error = end
            .error
            .unwrap_or_else(|| panic!("no error seen in {wire}"));
        assert_eq!(
            (error.kind, error.message.as_str()),
            (kind, "busy"),
            "{wire}"
        );
        assert_eq!(out, wire);
    }
}

#[test]
fn vendors_places_for_usage_are_read() {
    let chunk = |fields: &str| format!("data: {{\"model\":\"m\",{fields}}}\n\n");
    for fields in [
        r#""choices":[{"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":7,"completion_tokens":2}}]"#,
        r#""choices":[],"x_groq":{"id":"1","usage":{"prompt_tokens":7,"completion_tokens":2}}"#,
        r#""choices":[], "usage" : {"prompt_tokens":7,"completion_tokens":2}"#,
    ] {
        // A null or zeros at the end tell nothing.
        let wire = [
            chunk(r#""choices":[],"usage":{"prompt_tokens":7,"completion_tokens":1}"#),
            chunk(fields),
            chunk(r#""choices":[],"usage":null"#),
            chunk(r#""choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0}"#),
        ];
        let (_, end) = relay(OpenAi, None, &wire.concat());

        let usage = end.usage.unwrap();
        assert_eq!((usage.input, usage.output), (7, 2), "{fields}");
    }
}

#[test]
fn a_length_limit_in_responses_ends_with_its_reason() {
    let wire = "data: {\"type\":\"response.incomplete\",\"response\":{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"},\"model\":\"m\"}}\n\n";
    let (_, end) = relay(OpenAiResponses, None, wire);

    assert_eq!(end.finish_reason.as_deref(), Some("max_output_tokens"));
    assert!(end.terminal);
}

#[test]
fn a_blocked_prompt_ends_a_gemini_stream() {
    let (_, end) = relay(
        Gemini,
        None,
        "data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\n\n",
    );

    assert_eq!(end.finish_reason.as_deref(), Some("SAFETY"));
    assert!(end.terminal);
}

#[test]
fn whole_answers_are_renamed_and_read() {
    let cases = [
        (
            Anthropic,
            r#"{"id":"msg_1","type":"message","model": "m","content":[{"type":"tool_use","input":{"model":"m"}}],"stop_reason":"end_turn","usage":{"input_tokens":12,"cache_read_input_tokens":3,"output_tokens":20}}"#,
            "end_turn",
        ),
        (
            OpenAi,
            r#"{"id":"1","choices":[{"index":0,"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":15,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":3}},"model": "m"}"#,
            "stop",
        ),
        (
            OpenAiResponses,
            r#"{"id":"resp_1","status":"completed","error":null,"incomplete_details":null,"model": "m","output":[{"model":"m"}],"usage":{"input_tokens":15,"input_tokens_details":{"cached_tokens":3},"output_tokens":20}}"#,
            "completed",
        ),
        (
            Gemini,
            r#"{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":15,"cachedContentTokenCount":3,"candidatesTokenCount":20},"modelVersion": "m"}"#,
            "STOP",
        ),
    ];
    for (protocol, body, finish) in cases {
        let answer = same_body(protocol, Bytes::from_static(body.as_bytes()), Some("alias"));

        let expected = body.replace(": \"m\"", ": \"alias\"");
        assert_eq!(String::from_utf8(answer.frames.concat()).unwrap(), expected);
        assert_eq!(answer.usage, Some(usage(0)), "{protocol}");
        assert_eq!(answer.finish_reason.as_deref(), Some(finish));
        assert_eq!(answer.error, None);
        assert_eq!(answer.frames[0].as_ptr(), body.as_ptr(), "no copy is made");
    }
}

#[test]
fn a_list_of_gemini_chunks_is_renamed_and_its_last_usage_counts() {
    let body = r#"[{"modelVersion":"m","usageMetadata":{"promptTokenCount":15}},
        {"candidates":[{"finishReason":"STOP"}],"modelVersion":"m","usageMetadata":{"promptTokenCount":15,"cachedContentTokenCount":3,"candidatesTokenCount":20}}]"#;

    let answer = same_body(Gemini, Bytes::from_static(body.as_bytes()), Some("a"));

    assert_eq!(
        answer.frames.concat(),
        body.replace("\"m\"", "\"a\"").as_bytes()
    );
    assert_eq!(answer.usage, Some(usage(0)));
    assert_eq!(answer.finish_reason.as_deref(), Some("STOP"));
}

#[test]
fn a_list_of_gemini_chunks_goes_on_element_by_element() {
    let first = r#"[{"modelVersion":"m","candidates":[{"content":{"parts":[{"text":"]}\""}]}}]}"#;
    let second = ",\r\n{\"modelVersion\":\"m\",\"usageMetadata\":{\"promptTokenCount\":15}}";
    let wire = [first, second, "\n]\n"].concat();
    let mut stream = SameStream::new(Gemini, Some("a".into()));
    let mut out = Vec::new();

    stream
        .push(Bytes::from([first, &second[..9]].concat()), &mut out)
        .unwrap();
    assert_eq!(out.concat(), first.replace("\"m\"", "\"a\"").as_bytes());
    stream
        .push(Bytes::from(second[9..].to_owned()), &mut out)
        .unwrap();
    stream.push(Bytes::from_static(b"\n]\n"), &mut out).unwrap();
    let end = stream.finish(&mut out);

    assert_eq!(out.concat(), wire.replace("\"m\"", "\"a\"").as_bytes());
    assert_eq!(
        (end.usage.unwrap().input, end.events, end.cut),
        (15, 2, false)
    );
    let (out, end) = relay(Gemini, None, &wire[..wire.len() - 3]);
    assert!(end.cut && wire.starts_with(&out));
}

#[test]
fn an_error_sent_as_a_success_is_noticed() {
    let body = r#"{"id":"1","choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}"#;

    let answer = same_body(OpenAi, Bytes::from_static(body.as_bytes()), None);

    assert_eq!(answer.error.unwrap().message, "insufficient balance");
}

#[test]
fn what_is_no_json_stays_as_it_is() {
    for body in [
        "",
        "<html>\"model\":\"m\"</html>",
        "{\"model\":\"m\"",
        "{\"model\":\"m\"} x",
        "data: {\"model\":\"m\"}\n\n",
    ] {
        for protocol in Protocol::ALL {
            let answer = same_body(protocol, Bytes::from_static(body.as_bytes()), Some("a"));
            assert_eq!(answer.frames.concat(), body.as_bytes());
        }
    }
}

#[test]
fn a_whole_answer_where_a_stream_was_asked_for_is_renamed_and_read() {
    let body = "{\"model\":\"m\",\n\"choices\":[{\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1}}\n";

    let (out, end) = relay(OpenAi, Some("a"), body);

    assert_eq!(out, body.replace("\"m\"", "\"a\""));
    assert_eq!((end.usage.unwrap().input, end.cut), (1, false));
}

#[test]
fn recorded_requests_leave_with_another_model_and_nothing_else() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/recorded");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().ends_with(".body.json") {
            continue;
        }
        seen += 1;
        let body = Bytes::from(fs::read(&path).unwrap());
        let frames: Vec<Bytes> = (0..body.len())
            .step_by(7001)
            .map(|start| body.slice(start..body.len().min(start + 7001)))
            .collect();
        let mut scanner = Scanner::default();
        for frame in &frames {
            scanner.push(frame);
        }
        let envelope = scanner.finish().unwrap();
        let mut value: serde_json::Value = serde_json::from_slice(&body).unwrap();

        assert_eq!(envelope.len, body.len());
        assert_eq!(envelope.stream, value["stream"].as_bool());
        assert_eq!(envelope.max_tokens, value["max_tokens"].as_u64());
        let Some(spot) = envelope.model else {
            assert!(value.get("model").is_none());
            continue;
        };
        assert_eq!(value["model"], spot.name);
        let spliced = splice(&frames, &spot, "another").concat();
        assert_eq!(spliced[..spot.start], body[..spot.start]);
        assert!(spliced[spot.start..].starts_with(b"\"another\""));
        assert_eq!(spliced[spot.start + 9..], body[spot.end..]);
        value["model"] = "another".into();
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&spliced).unwrap(),
            value
        );
    }
    assert_eq!(seen, 13, "all recorded bodies were tried");
}
