use std::io::Read as _;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::Method;
use serde_json::json;

use super::*;
use crate::{Caller, sample};

const TEXT: &str = "Grüße – 你好 👋";

fn caller(upstream: &ScriptedUpstream, protocol: Protocol) -> Caller {
    Caller::new(upstream.address(), protocol)
}

fn anthropic(upstream: &ScriptedUpstream) -> Caller {
    caller(upstream, Protocol::Anthropic)
}

fn text() -> Answer {
    Answer::saying(TEXT)
}

#[tokio::test]
async fn every_protocol_gets_the_text_whole_and_in_pieces() {
    let upstream = ScriptedUpstream::giving(text());
    for protocol in Protocol::ALL {
        let whole = caller(&upstream, protocol).say("m", "hi").await;
        let streamed = caller(&upstream, protocol).stream("m", "hi").await;

        assert!(whole.text().contains(TEXT), "{protocol}: {}", whole.text());
        assert!(
            streamed.events().len() > 3,
            "{protocol}: {}",
            streamed.text()
        );
        assert!(
            streamed.text().contains("你好"),
            "{protocol}: {}",
            streamed.text()
        );
        let models: Vec<_> = upstream.received().iter().map(Received::model).collect();
        assert!(models.iter().all(|model| model == "m"), "{models:?}");
    }
    assert_eq!(upstream.calls(), 8);
}

#[tokio::test]
async fn a_tool_is_called_only_where_it_is_offered() {
    let upstream = ScriptedUpstream::talking(Talk::calling("look", json!({"city": "Bern"})));
    for protocol in Protocol::ALL {
        let caller = caller(&upstream, protocol);
        let bare = caller.say("m", "hi").await;
        let offered = sample::with_tool(protocol, sample::ask(protocol, "m", "hi"), "look");
        let answered = caller.ask(offered).await;

        assert!(
            bare.text().contains("The tool has answered."),
            "{protocol}: {}",
            bare.text()
        );
        assert!(
            answered.text().contains("Bern"),
            "{protocol}: {}",
            answered.text()
        );
    }
}

#[tokio::test]
async fn gemini_without_sse_streams_an_array() {
    let upstream = ScriptedUpstream::giving(text());
    let body = r#"{"contents":[]}"#;

    let reply = caller(&upstream, Protocol::Gemini)
        .post("/v1/models/m:streamGenerateContent", body)
        .await;

    assert!(
        reply
            .json()
            .as_array()
            .is_some_and(|chunks| chunks.len() > 2),
        "{}",
        reply.text()
    );
}

#[tokio::test]
async fn a_refusal_has_the_shape_of_the_protocol() {
    let upstream = ScriptedUpstream::giving(Answer::rate_limited(7));
    let pointers = [
        (
            Protocol::Anthropic,
            "/error/type",
            json!("rate_limit_error"),
        ),
        (
            Protocol::OpenAi,
            "/error/code",
            json!("rate_limit_exceeded"),
        ),
        (
            Protocol::Responses,
            "/error/code",
            json!("rate_limit_exceeded"),
        ),
        (
            Protocol::Gemini,
            "/error/status",
            json!("RESOURCE_EXHAUSTED"),
        ),
    ];
    for (protocol, pointer, expected) in pointers {
        let reply = caller(&upstream, protocol).say("m", "hi").await;

        assert_eq!(reply.status, 429);
        assert_eq!(reply.header("retry-after"), Some("7"));
        assert_eq!(reply.json().pointer(pointer), Some(&expected), "{protocol}");
    }
}

#[tokio::test]
async fn answers_lined_up_come_first_and_once() {
    let upstream = ScriptedUpstream::giving(text());
    upstream.next(Answer::overloaded());
    upstream.next(Answer::bad_gateway_page());
    upstream.next_for("other", Answer::status(404));
    let caller = anthropic(&upstream);

    let mut statuses = Vec::new();
    for model in ["m", "m", "other", "other", "m"] {
        statuses.push(caller.say(model, "hi").await.status);
    }

    assert_eq!(statuses, [529, 502, 404, 200, 200]);
}

#[tokio::test]
async fn a_reset_and_a_closed_stream_break_off() {
    for answer in [text().reset_after(3), text().closed_after(3)] {
        let upstream = ScriptedUpstream::giving(answer);

        let reply = anthropic(&upstream).stream("m", "hi").await;

        assert!(reply.broken.is_some(), "{}", reply.wire());
        assert!(!reply.text().contains("message_stop"), "{}", reply.wire());
    }
}

#[tokio::test]
async fn a_stream_may_end_properly_and_too_early() {
    let upstream = ScriptedUpstream::giving(text().ended_after(4));

    let reply = anthropic(&upstream).stream("m", "hi").await;

    assert_eq!(reply.broken, None);
    assert_eq!(reply.events().len(), 4);
}

#[tokio::test]
async fn a_client_that_leaves_a_hanging_answer_is_noticed() {
    let upstream = ScriptedUpstream::giving(text().hanging_after(2));
    let mut reply = anthropic(&upstream)
        .open(sample::stream(Protocol::Anthropic, "m", "hi"))
        .await;
    assert!(reply.next_event().await.is_some());
    assert_eq!(upstream.answers_abandoned(), 0);

    drop(reply);

    upstream.closed_early().await;
}

#[tokio::test]
async fn silence_and_hanging_up_bring_no_answer() {
    let upstream = ScriptedUpstream::giving(Answer::hang_up());
    let ended = anthropic(&upstream)
        .try_start(Method::POST, "/v1/messages", Bytes::new())
        .await;
    assert!(ended.is_err());

    upstream.always(Answer::silence());
    let caller = anthropic(&upstream);
    let waiting = caller.try_start(Method::POST, "/v1/messages", Bytes::new());
    tokio::select! {
        _ = waiting => panic!("it answered"),
        () = upstream.until_called(2) => {}
    }
    upstream.closed_early().await;
}

#[tokio::test]
async fn a_refusing_port_refuses() {
    let upstream = ScriptedUpstream::refusing();

    let refused = anthropic(&upstream)
        .try_start(Method::GET, "/", Bytes::new())
        .await;

    let error = refused.expect_err("nobody listens");
    assert!(error.is_connect(), "{error:?}");
}

#[tokio::test]
async fn a_body_may_be_compressed() {
    let upstream = ScriptedUpstream::giving(text().gzipped());

    let reply = anthropic(&upstream).stream("m", "hi").await;

    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    let mut plain = String::new();
    GzDecoder::new(&*reply.body)
        .read_to_string(&mut plain)
        .unwrap();
    assert!(plain.contains("message_stop"));
}

#[tokio::test]
async fn other_line_ends_and_cuts_carry_the_same_events() {
    let plain = ScriptedUpstream::giving(text());
    let expected = anthropic(&plain).stream("m", "hi").await.events();
    for answer in [
        text().with_crlf(),
        text().split_in_characters(),
        text().byte_by_byte(),
    ] {
        let upstream = ScriptedUpstream::giving(answer);

        let reply = anthropic(&upstream).stream("m", "hi").await;

        assert_eq!(reply.events(), expected);
    }
}

#[tokio::test]
async fn a_file_is_streamed_event_by_event() {
    let upstream = ScriptedUpstream::streaming("anthropic/thinking-and-tools.sse");

    let reply = anthropic(&upstream).stream("m", "hi").await;

    assert_eq!(reply.events().len(), 15, "{}", reply.wire());
    assert_eq!(
        reply.body,
        crate::fixture("anthropic/thinking-and-tools.sse")
    );
}

#[tokio::test]
async fn characters_are_cut_in_the_middle() {
    let upstream = ScriptedUpstream::giving(text().split_in_characters());
    let mut reply = anthropic(&upstream)
        .open(sample::stream(Protocol::Anthropic, "m", "hi"))
        .await;

    let mut cut = 0;
    while let Some(bytes) = reply.next_bytes().await {
        cut += usize::from(std::str::from_utf8(&bytes).is_err());
    }

    assert!(cut >= 2, "{cut} pieces ended inside a character");
}

#[tokio::test]
async fn events_wait_for_the_test() {
    let gate = Gate::closed();
    let upstream = ScriptedUpstream::giving(text().each_piece_at(&gate));
    let mut reply = anthropic(&upstream)
        .open(sample::stream(Protocol::Anthropic, "m", "hi"))
        .await;

    gate.let_pass(1);
    let first = reply.next_event().await.expect("the first event");
    assert_eq!(first.json()["type"], "message_start");
    gate.open();
    assert!(reply.rest().await.text().contains("message_stop"));
}

#[tokio::test]
async fn headers_trickle_and_stop_half_way() {
    let gate = Gate::closed();
    let upstream = ScriptedUpstream::giving(text().trickling_headers(&gate));
    let caller = anthropic(&upstream);
    let asking = caller.say("m", "hi");
    tokio::pin!(asking);
    tokio::select! {
        _ = &mut asking => panic!("the headers came whole"),
        () = upstream.until_called(1) => {}
    }

    gate.open();

    assert_eq!(asking.await.status, 200);
}

#[tokio::test]
async fn bodies_are_read_when_the_test_lets_them() {
    let gate = Gate::closed();
    let upstream = ScriptedUpstream::giving(text());
    upstream.reading_bodies_at(&gate);
    let caller = anthropic(&upstream);
    let body = vec![b' '; 8 << 20];
    let asking = caller.post("/v1/messages", body);
    tokio::pin!(asking);
    let early = tokio::time::timeout(std::time::Duration::from_millis(50), &mut asking).await;
    assert!(early.is_err() && upstream.calls() == 0);

    gate.open();

    assert_eq!(asking.await.status, 200);
    assert_eq!(upstream.last().body.len(), 8 << 20);
}

#[tokio::test]
async fn connections_are_kept_until_the_script_closes_them() {
    let upstream = ScriptedUpstream::giving(text());
    let caller = anthropic(&upstream);
    caller.say("m", "hi").await;
    caller.say("m", "hi").await;
    assert_eq!(upstream.connections(), 1);

    upstream.always(text().then_closing());
    caller.say("m", "hi").await;
    upstream.always(text());
    let after = eventually_answered(&caller).await;

    assert_eq!(after.status, 200);
    assert_eq!(upstream.connections(), 2);
}

#[tokio::test]
async fn idle_connections_are_closed_on_demand() {
    let upstream = ScriptedUpstream::giving(text());
    let caller = anthropic(&upstream);
    caller.say("m", "hi").await;

    upstream.close_idle_connections();
    let after = eventually_answered(&caller).await;

    assert_eq!(after.status, 200);
    assert_eq!(upstream.connections(), 2);
}

#[tokio::test]
async fn keys_models_paths_and_counts_are_kept_to() {
    let upstream = ScriptedUpstream::giving(text());
    upstream.wanting_key("right");
    upstream.knowing(&["m"]);
    upstream.at_path("/v1/special", Answer::json(&json!({"special": true})));
    let right = anthropic(&upstream).with_key("right");

    assert_eq!(
        anthropic(&upstream)
            .with_key("wrong")
            .say("m", "hi")
            .await
            .status,
        401
    );
    assert_eq!(right.say("n", "hi").await.status, 404);
    assert_eq!(right.say("m", "hi").await.status, 200);
    assert_eq!(right.get("/v1/special").await.json()["special"], true);
    assert_eq!(right.get("/v1/models").await.json()["data"][0]["id"], "m");
    assert_eq!(
        right.post("/v1/messages/count_tokens", "{}").await.status,
        404
    );
    upstream.counting(42);
    let counted = right.post("/v1/messages/count_tokens", "{}").await;
    assert_eq!(counted.json()["input_tokens"], 42);
}

/// Asks again where a connection was closed under the question: that is the client's own lot.
async fn eventually_answered(caller: &Caller) -> crate::Reply {
    let body = sample::ask(Protocol::Anthropic, "m", "hi").to_string();
    loop {
        let body = Bytes::from(body.clone());
        if let Ok(reply) = caller.try_start(Method::POST, "/v1/messages", body).await {
            return reply.rest().await;
        }
    }
}
