//! What comes back: packed, of an odd status, in another form than asked for, or a refusal.

use keyway_tests::{Answer, Protocol, Reply, ScriptedUpstream, Talk, sample};
use serde_json::{Value, json};

use super::{same, via};
use crate::outcome::message;

/// The words of an Anthropic message, whole or streamed.
fn words(reply: &Reply) -> String {
    let is_stream = reply
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("text/event-stream"));
    let bits: Vec<Value> = if is_stream {
        let events = reply.events().into_iter().map(|event| event.json());
        events.map(|event| event["delta"]["text"].clone()).collect()
    } else {
        let content = reply.json()["content"].clone();
        let blocks = content.as_array().into_iter().flatten();
        blocks.map(|block| block["text"].clone()).collect()
    };
    bits.iter().filter_map(Value::as_str).collect()
}

fn last_event(reply: &Reply) -> String {
    let last = reply.events().pop().expect("there are events");
    last.event.unwrap_or_default()
}

#[tokio::test]
async fn p008_what_was_unpacked_does_not_say_that_it_is_packed() {
    let upstream = ScriptedUpstream::giving(Answer::saying("grüße").gzipped());
    for keyway in [
        same(&upstream).await,
        via(Protocol::OpenAi, &upstream).await,
    ] {
        let caller = keyway
            .anthropic()
            .with_header("accept-encoding", "gzip, deflate, br, zstd");
        for reply in [caller.say("m", "hi").await, caller.stream("m", "hi").await] {
            assert_eq!(words(&reply), "grüße", "{}", reply.wire());
            assert_eq!(reply.header("content-encoding"), None);
            let length = reply.body.len().to_string();
            let told = reply.header("content-length");
            assert!(told.is_none_or(|told| told == length), "{told:?}");
            let received = upstream.last().header("accept-encoding");
            assert_eq!(received.as_deref(), Some("identity"));
        }
    }
}

#[tokio::test]
async fn p018_a_redirect_is_followed_by_nobody() {
    let elsewhere = ScriptedUpstream::greeting();
    let address = format!("http://{}/v1/messages", elsewhere.address());
    let redirect = Answer::body("text/plain", "").header("location", &address);
    for status in [301, 302, 307, 308] {
        let upstream = ScriptedUpstream::giving(redirect.clone().with_status(status));
        for keyway in [
            same(&upstream).await,
            via(Protocol::OpenAi, &upstream).await,
        ] {
            let reply = keyway.anthropic().stream("m", "hi").await;

            assert_eq!(reply.status, 502, "{status}: {}", reply.wire());
            assert!(message(&reply.json()).contains("a redirect"), "{status}");
            assert_eq!(reply.header("location"), None);
        }
    }
    assert_eq!(elsewhere.calls(), 0);
}

#[tokio::test]
async fn p022_when_to_come_again_crosses_the_protocols() {
    let upstream = ScriptedUpstream::giving(Answer::rate_limited(7));
    let keyway = via(Protocol::OpenAi, &upstream).await;

    let reply = keyway.anthropic().say("m", "hi").await;

    assert_eq!(reply.status, 429, "{}", reply.wire());
    assert_eq!(reply.header("retry-after"), Some("7"));
    assert_eq!(reply.header("request-id"), Some("req_scripted"));
}

/// What the scripted upstream says in Chat's words, in the form that was not asked for.
async fn in_the_other_form(streamed: bool) -> Answer {
    let upstream = ScriptedUpstream::talking(Talk::saying("hello"));
    let caller = keyway_tests::Caller::new(upstream.address(), Protocol::OpenAi);
    if streamed {
        let events = caller.stream("m-upstream", "hi").await.text();
        Answer::streaming([events])
    } else {
        let whole = caller.ask(sample::ask(Protocol::OpenAi, "m-upstream", "hi"));
        Answer::json(&whole.await.json())
    }
}

#[tokio::test]
async fn p024_an_answer_in_one_piece_is_told_as_events() {
    let upstream = ScriptedUpstream::giving(in_the_other_form(false).await);
    let keyway = via(Protocol::OpenAi, &upstream).await;

    let reply = keyway.anthropic().stream("m", "hi").await;

    assert_eq!(words(&reply), "hello", "{}", reply.wire());
    assert_eq!(last_event(&reply), "message_stop");
}

#[tokio::test]
async fn p025_events_are_gathered_for_who_wants_one_piece() {
    let upstream = ScriptedUpstream::giving(in_the_other_form(true).await);
    let keyway = via(Protocol::OpenAi, &upstream).await;

    let reply = keyway.anthropic().say("m", "hi").await;

    assert_eq!(reply.json()["type"], "message", "{}", reply.wire());
    assert_eq!(words(&reply), "hello");
}

#[tokio::test]
async fn p027_every_status_of_success_is_success() {
    for status in [201, 202, 203] {
        let answer = Answer::saying("hello").with_status(status);
        let upstream = ScriptedUpstream::giving(answer);
        for keyway in [
            same(&upstream).await,
            via(Protocol::OpenAi, &upstream).await,
        ] {
            let whole = keyway.anthropic().say("m", "hi").await;
            let streamed = keyway.anthropic().stream("m", "hi").await;

            assert!((200..300).contains(&whole.status), "{}", whole.wire());
            assert_eq!(words(&whole), "hello", "{status}");
            assert_eq!(words(&streamed), "hello", "{status}");
        }
    }
}

#[tokio::test]
async fn p028_an_error_that_says_success_has_the_status_of_an_error() {
    let error = json!({"error": {"message": "slow down", "code": 429}});
    let upstream = ScriptedUpstream::giving(Answer::json(&error));
    let keyway = via(Protocol::OpenAi, &upstream).await;
    for reply in [
        keyway.anthropic().say("m", "hi").await,
        keyway.anthropic().stream("m", "hi").await,
    ] {
        assert_eq!(reply.status, 429, "{}", reply.wire());
        assert_eq!(reply.json()["error"]["type"], "rate_limit_error");
        assert_eq!(message(&reply.json()), "slow down");
    }
}

#[tokio::test]
async fn p101_what_cannot_be_said_is_not_worth_asking_again() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = via(Protocol::OpenAi, &upstream).await;
    let mut body = sample::ask(Protocol::Anthropic, "m", "hi");
    body["mcp_servers"] = json!([{"type": "url", "url": "https://a.io", "name": "a"}]);

    let reply = keyway.anthropic().ask(body).await;

    assert_eq!(reply.status, 400, "{}", reply.wire());
    assert_eq!(reply.header("x-should-retry"), Some("false"));
    let told = reply.json();
    assert!(message(&told).contains("mcp_servers"), "{told}");
    assert_eq!(upstream.calls(), 0);
}

#[tokio::test]
async fn p285_a_refused_key_is_said_to_be_the_providers() {
    let upstream = ScriptedUpstream::giving(Answer::refusing(401, "Incorrect API key"));
    let keyway = via(Protocol::OpenAi, &upstream).await;
    for client in [Protocol::Anthropic, Protocol::Responses, Protocol::Gemini] {
        let reply = keyway.caller(client).say("m", "hi").await;

        assert_eq!(reply.status, 401, "{}", reply.wire());
        let told = reply.json();
        let said = message(&told);
        assert!(
            said.contains("\"p1\"") && said.contains("Incorrect API key"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn p288_what_breaks_before_its_first_event_has_a_status_and_later_an_event() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = via(Protocol::OpenAi, &upstream).await;
    for breaks in [
        Answer::reset_after,
        Answer::closed_after,
        Answer::ended_after,
    ] {
        upstream.always(breaks(Answer::saying("one two three"), 0));
        let before = keyway.anthropic().stream("m", "hi").await;
        upstream.always(breaks(Answer::saying("one two three"), 3));
        let after = keyway.anthropic().stream("m", "hi").await;

        assert_eq!(before.status, 502, "{}", before.wire());
        assert_eq!(before.json()["error"]["type"], "api_error");
        assert_eq!(after.status, 200);
        assert_eq!(last_event(&after), "error", "{}", after.wire());
    }
}
