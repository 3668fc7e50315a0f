//! Time: answers that take long, clients that leave, and ends that have to be ends.

use std::pin::pin;
use std::time::Duration;

use keyway_tests::{
    Answer, Gate, Launch, PATIENCE, Protocol, ScriptedUpstream, TestKeyway, Wire, sample, within,
};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::via;

/// So soon somebody is told.
const AT_ONCE: Duration = Duration::from_secs(1);

/// A client of Anthropic's that has asked and waits.
async fn waiting(keyway: &TestKeyway, body: &Value) -> Wire {
    let headers = [
        ("x-api-key", keyway.key()),
        ("content-type", "application/json"),
    ];
    let mut client = Wire::to(keyway.address()).await;
    client
        .ask("POST /v1/messages", &headers, body.to_string().as_bytes())
        .await;
    client
}

#[tokio::test]
async fn p012_who_leaves_costs_nothing_in_another_protocol_either() {
    let streamed = sample::stream(Protocol::Anthropic, "m", "hi");
    let whole = sample::ask(Protocol::Anthropic, "m", "hi");
    let talking = Answer::saying("one two three four");
    for (phase, answer, body) in [
        ("before the head", Answer::silence(), &streamed),
        (
            "before an event",
            talking.clone().hanging_after(0),
            &streamed,
        ),
        ("inside events", talking.clone().hanging_after(3), &streamed),
        ("before the head of a whole", Answer::silence(), &whole),
        (
            "inside a whole",
            talking.byte_by_byte().hanging_after(50),
            &whole,
        ),
    ] {
        let upstream = ScriptedUpstream::giving(answer);
        let keyway = via(Protocol::OpenAi, &upstream).await;
        let client = waiting(&keyway, body).await;
        upstream.until_called(1).await;

        drop(client);

        within(AT_ONCE, phase, upstream.closed_early()).await;
        let entry = keyway.newest_log(1).await;
        assert_eq!(entry["status_code"], 499, "{phase}: {entry}");
    }
}

/// Longer than any wait that is allowed.
const BEAT: Duration = Duration::from_millis(300);
const MOST_SILENCE: Duration = Duration::from_millis(1800);

#[tokio::test]
async fn p013_a_stream_may_last_as_long_as_something_comes() {
    let upstream = ScriptedUpstream::greeting();
    let wait = MOST_SILENCE.as_millis();
    let patience = json!({"connect_ms": 1000, "first_byte_ms": wait, "idle_ms": wait});
    let keyway = TestKeyway::with_provider("m", &upstream, json!({"timeouts": patience})).await;
    let gate = Gate::closed();
    let text = "one two three four five six seven eight nine ten";
    upstream.always(Answer::saying(text).each_piece_at(&gate));
    let began = Instant::now();
    let caller = keyway.anthropic();
    let mut reply = pin!(caller.stream("m", "hi"));
    let mut beat = tokio::time::interval(BEAT);

    let reply = loop {
        tokio::select! {
            reply = &mut reply => break reply,
            _ = beat.tick() => gate.let_pass(1),
        }
    };

    assert!(began.elapsed() > 2 * MOST_SILENCE, "{:?}", began.elapsed());
    assert!(reply.text().contains("message_stop"), "{}", reply.wire());
}

#[tokio::test]
async fn p014_events_of_another_protocol_are_told_one_by_one() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = via(Protocol::OpenAi, &upstream).await;
    let gate = Gate::closed();
    upstream.always(Answer::saying("one two three").each_piece_at(&gate));
    gate.let_pass(1);
    let body = sample::stream(Protocol::Anthropic, "m", "hi");
    let mut live = keyway.anthropic().open(body).await;
    assert_eq!(live.headers["x-accel-buffering"], "no");
    assert!(live.next_event().await.is_some(), "the beginning");
    for word in ["one", "two", "three"] {
        gate.let_pass(1);
        let told = async {
            loop {
                let event = live.next_event().await.expect("more comes");
                if event.data.contains(word) {
                    break;
                }
            }
        };
        within(PATIENCE, word, told).await;
    }
}

#[tokio::test]
async fn p015_p016_who_waits_is_told_that_somebody_is_there() {
    let launch = Launch::new().with_env("KEYWAY_KEEP_ALIVE_SECONDS", "1");
    let keyway = launch.start().await;
    let upstream = ScriptedUpstream::greeting();
    let provider = keyway.provider(Protocol::OpenAi, &upstream).await;
    keyway.route("m", &provider, "m-upstream").await;
    let signs = [
        (Protocol::Anthropic, ["ping", "ping"]),
        (
            Protocol::Responses,
            ["response.created", "response.in_progress"],
        ),
    ];
    for (client, expected) in signs {
        let gate = Gate::closed();
        upstream.always(Answer::saying("hello").each_piece_at(&gate));
        let body = sample::stream(client, "m", "hi");
        let mut live = keyway.caller(client).open(body).await;
        let mut told = Vec::new();
        while told.len() < 3 {
            let event = live.next_event().await.expect("signs of life come");
            told.push(event.json()["type"].as_str().unwrap_or_default().to_owned());
        }
        gate.open();
        let rest = live.rest().await;

        assert_eq!(told[..2], expected, "{client}: {told:?}");
        let last = rest.events().pop().expect("the answer follows").json();
        let end = last["type"].as_str().unwrap_or_default().to_owned();
        let ends = ["message_stop", "response.completed"];
        assert!(ends.contains(&end.as_str()), "{client}: {end}");
    }
}

#[tokio::test]
async fn p053_an_error_is_the_end_of_the_connections_answer() {
    let error = "data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n";
    let word = "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\
        \"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"hi\"}}]}\n\n";
    let answer = Answer::streaming([word, error]);
    let ends = [
        answer.clone(),
        answer.clone().closed_after(2),
        answer.hanging_after(2),
    ];
    for answer in ends {
        let upstream = ScriptedUpstream::giving(answer);
        let keyway = via(Protocol::OpenAi, &upstream).await;

        let asked = keyway.responses();
        let reply = within(AT_ONCE, "the end", asked.stream("m", "hi")).await;

        let last = reply.events().pop().expect("there are events").json();
        assert_eq!(last["type"], "response.failed", "{}", reply.wire());
        assert_eq!(reply.broken, None);
        let entry = keyway.log_of(&reply).await;
        assert_eq!(entry["error"], "overloaded", "{entry}");
    }
}
