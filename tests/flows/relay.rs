//! Answers on their way: unchanged but for the model's name, never faster than the client reads.

use keyway_tests::{
    Answer, Caller, Gate, PATIENCE, Protocol, ScriptedUpstream, Talk, TestKeyway, Wire, poll_until,
    sample,
};
use serde_json::json;

const TEXT: &str = "Grüße – 你好 👋, tschüß";

/// What the upstream itself would say, asked directly, with the alias in the place of its model's name.
async fn expected(upstream: &ScriptedUpstream, protocol: Protocol, streamed: bool) -> String {
    let caller = Caller::new(upstream.address(), protocol);
    let reply = if streamed {
        caller.stream("m-upstream", "hi").await
    } else {
        caller.say("m-upstream", "hi").await
    };
    reply.text().replace("\"m-upstream\"", "\"m\"")
}

/// Ids carry the number of the request, which differs between the two.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split("scripted");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("scripted");
        out.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    out
}

async fn passes_unchanged(answer: Answer) {
    let upstream = ScriptedUpstream::giving(answer);
    let plain = ScriptedUpstream::giving(Answer::talking(Talk::saying(TEXT).thinking("hm …")));
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    for protocol in Protocol::ALL {
        let whole = keyway.caller(protocol).say("m", "hi").await;
        let streamed = keyway.caller(protocol).stream("m", "hi").await;

        for (reply, is_stream) in [(whole, false), (streamed, true)] {
            let expected = expected(&plain, protocol, is_stream).await;
            let got = reply.text().replace("\r\n", "\n");
            assert_eq!(
                without_numbers(&got),
                without_numbers(&expected),
                "{protocol}"
            );
            assert_eq!(reply.header("content-encoding"), None);
        }
    }
}

fn talk() -> Answer {
    Answer::talking(Talk::saying(TEXT).thinking("hm …"))
}

#[tokio::test]
async fn answers_differ_in_the_model_name_alone() {
    passes_unchanged(talk()).await;
}

#[tokio::test]
async fn answers_in_single_bytes_arrive_the_same() {
    passes_unchanged(talk().byte_by_byte()).await;
}

#[tokio::test]
async fn answers_cut_inside_characters_arrive_the_same() {
    passes_unchanged(talk().split_in_characters()).await;
}

#[tokio::test]
async fn p007_compressed_answers_arrive_unpacked() {
    passes_unchanged(talk().gzipped()).await;
}

#[tokio::test]
async fn line_ends_of_the_upstream_stay_as_they_are() {
    passes_unchanged(talk().with_crlf()).await;
    let upstream = ScriptedUpstream::giving(talk().with_crlf());
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;

    let reply = keyway.anthropic().stream("m", "hi").await;

    assert!(reply.text().contains("\r\n\r\n"), "{}", reply.text());
}

#[tokio::test]
async fn p014_an_event_reaches_the_client_before_the_next_one_is_sent() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    for protocol in Protocol::ALL {
        let gate = Gate::closed();
        upstream.always(talk().each_piece_at(&gate));
        gate.let_pass(1);
        let mut live = keyway
            .caller(protocol)
            .open(sample::stream(protocol, "m", "hi"))
            .await;
        assert!(live.next_event().await.is_some(), "{protocol}: the first");
        gate.let_pass(1);
        assert!(live.next_event().await.is_some(), "{protocol}: the second");
    }
}

#[tokio::test]
async fn a_gemini_stream_without_events_is_a_list_and_breaks_off_like_one() {
    let upstream = ScriptedUpstream::giving(talk());
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    let path = "/v1beta/models/m:streamGenerateContent";
    let body = r#"{"contents":[]}"#;

    let whole = keyway.gemini().post(path, body).await;
    upstream.always(talk().closed_after(2));
    let cut = keyway.gemini().post(path, body).await;

    let chunks = whole.json().as_array().cloned().unwrap_or_default();
    assert!(chunks.len() > 3, "{}", whole.text());
    assert!(chunks.iter().all(|chunk| chunk["modelVersion"] == "m"));
    assert!(
        cut.broken.is_some(),
        "no client takes it for an end: {}",
        cut.wire()
    );
    assert_eq!(keyway.log_of(&cut).await["error_code"], "upstream_cut");
}

/// So much may lie between upstream and a client that does not read: four socket buffers and one piece.
const UNDER_WAY: usize = 24 << 20;
const PIECE: usize = 64 << 10;
const PIECES: usize = 1600;

fn flood() -> Answer {
    let text = "x".repeat(PIECE);
    let event = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n");
    let event = bytes::Bytes::from(event);
    let end = bytes::Bytes::from_static(b"data: [DONE]\n\n");
    Answer::streaming(std::iter::repeat_n(event, PIECES).chain([end]))
}

/// The bytes the upstream has got rid of, once no more go.
async fn standstill(upstream: &ScriptedUpstream) -> usize {
    let (mut last, mut same) = (0, 0);
    let stood = poll_until(PATIENCE, async || {
        let sent = upstream.bytes_sent();
        same = if sent == last { same + 1 } else { 0 };
        last = sent;
        same > 15 && sent > 0
    })
    .await;
    assert!(stood, "the upstream never stands still");
    last
}

#[tokio::test]
async fn p055_a_client_that_reads_slowly_slows_the_upstream_down() {
    let upstream = ScriptedUpstream::giving(flood());
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    let before = keyway.own_kb();
    let mut client = Wire::to(keyway.address()).await;
    let body = sample::stream(Protocol::OpenAi, "m", "hi").to_string();
    let key = format!("Bearer {}", keyway.key());
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "application/json"),
    ];
    client
        .ask("POST /v1/chat/completions", &headers, body.as_bytes())
        .await;

    let sent = standstill(&upstream).await;
    let after = keyway.own_kb();

    assert!(
        sent < UNDER_WAY,
        "{sent} bytes went out to a client that reads nothing"
    );
    assert!(after < before + 16_000, "{before} KB grew to {after} KB");
    let row = format!("openai streaming: stops reading | upstream stops after {sent} of 105 MB");
    crate::table::record("slow client", &[row], before, after);
    let reply = client.reply().await;
    assert!(reply.body.len() > PIECE * PIECES);
    assert!(reply.body.ends_with(b"data: [DONE]\n\n"));
    assert!(keyway.own_kb() < before + 16_000);
    assert_eq!(keyway.newest_log(1).await["status_code"], 200);
}

/// Whether a request meets the end of its connection is a matter of luck: so often it is tried.
const ROUNDS: usize = 200;

#[tokio::test]
async fn p019_a_pooled_connection_that_died_meanwhile_costs_no_request() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    for round in 0..ROUNDS {
        let reply = keyway.anthropic().say("m", "hi").await;
        assert_eq!(reply.status, 200, "round {round}: {}", reply.wire());
        upstream.close_idle_connections();
    }
    upstream.always(Answer::saying("bye").then_closing());
    for round in 0..ROUNDS {
        let reply = keyway.anthropic().stream("m", "hi").await;
        assert_eq!(reply.status, 200, "round {round}: {}", reply.wire());
        assert_eq!(reply.broken, None);
    }
    assert_eq!(upstream.calls(), 2 * ROUNDS);
}

#[tokio::test]
async fn connections_to_an_upstream_are_used_again() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    for _ in 0..5 {
        keyway.openai().stream("m", "hi").await;
        keyway.anthropic().say("m", "hi").await;
    }
    assert_eq!(upstream.connections(), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_closing_event_breaks_nothing() {
    let events = [
        "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}\n\n",
        "data: [DONE]\n\n",
    ];
    let upstream = ScriptedUpstream::giving(Answer::streaming(events).closed_after(2));
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;

    let reply = keyway.openai().stream("m", "hi").await;
    upstream.always(Answer::streaming(events).closed_after(1));
    let cut = keyway.openai().stream("m", "hi").await;

    assert_eq!(reply.text(), events.concat());
    assert!(reply.broken.is_none(), "{}", reply.wire());
    let entry = keyway.log_of(&reply).await;
    assert_eq!(
        (&entry["status_code"], &entry["error_code"]),
        (&json!(200), &json!(null))
    );
    assert!(cut.text().contains("upstream_cut"), "{}", cut.wire());
}
