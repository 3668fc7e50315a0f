//! What goes wrong at a provider, told in the words of the client's protocol.

use bytes::Bytes;
use keyway_tests::{
    Answer, Framing, Launch, PATIENCE, Protocol, ScriptedUpstream, Talk, TestKeyway, poll_until,
    sample, within,
};
use serde_json::{Value, json};

use super::heard::heard;
use super::stage::{MODEL, Stage, directions, via};
use crate::outcome::{failure, logged, message, seen};

/// What a failure is called in a protocol: its type, or its status in Gemini.
fn kind(client: Protocol, body: &Value) -> String {
    let name = failure(client, body);
    name.split(' ').next().unwrap_or_default().to_owned()
}

/// The status a client knows for a status of another protocol's provider, and the kind it is told.
#[expect(
    clippy::match_same_arms,
    reason = "a table is read line by line, each with its client"
)]
fn told(client: Protocol, status: u16) -> (u16, &'static str) {
    use Protocol::{Anthropic, Gemini, OpenAi, Responses};
    match (client, status) {
        (Anthropic, 400) => (400, "invalid_request_error"),
        (Anthropic, 401) => (401, "authentication_error"),
        (Anthropic, 404) => (404, "not_found_error"),
        (Anthropic, 429) => (429, "rate_limit_error"),
        (Anthropic, 529) => (529, "overloaded_error"),
        (OpenAi | Responses, 400) => (400, "invalid_request_error"),
        (OpenAi | Responses, 401) => (401, "authentication_error"),
        (OpenAi | Responses, 404) => (404, "invalid_request_error"),
        (OpenAi | Responses, 429) => (429, "rate_limit_error"),
        (OpenAi | Responses, 529) => (503, "server_error"),
        (Gemini, 400) => (400, "INVALID_ARGUMENT"),
        (Gemini, 401) => (401, "UNAUTHENTICATED"),
        (Gemini, 404) => (404, "NOT_FOUND"),
        (Gemini, 429) => (429, "RESOURCE_EXHAUSTED"),
        (Gemini, 529) => (503, "UNAVAILABLE"),
        (_, other) => panic!("nothing is said of {other}"),
    }
}

async fn ask_both(stage: &Stage, client: Protocol, provider: Protocol) -> [keyway_tests::Reply; 2] {
    let model = via(provider);
    let whole = stage.caller(client).say(&model, "hi").await;
    [whole, stage.caller(client).stream(&model, "hi").await]
}

#[tokio::test]
async fn statuses_are_those_that_the_client_knows() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    for status in [400, 401, 404, 429, 529] {
        let answer = Answer::status(status).header("retry-after", "7");
        let answer = answer.header("x-ratelimit-remaining-tokens", "3");
        stage.upstream.always(answer);
        let by_status = |provider: &Protocol| {
            // Providers of OpenAI's kind have no name for this: their words say no more than "server error".
            status != 529 || matches!(provider, Protocol::Anthropic | Protocol::Gemini)
        };
        for (client, provider) in directions().filter(|pair| by_status(&pair.1)) {
            for reply in ask_both(&stage, client, provider).await {
                let what = format!("{status} of {provider} for {client}: {}", reply.wire());
                let (wanted, name) = told(client, status);
                assert_eq!(reply.status, wanted, "{what}");
                assert_eq!(kind(client, &reply.json()), name, "{what}");
                let said = message(&reply.json()).to_owned();
                assert!(
                    said.contains(&format!("scripted status {status}")),
                    "{what}"
                );
                assert_eq!(reply.header("retry-after"), Some("7"), "{what}");
                assert_eq!(reply.header("x-ratelimit-remaining-tokens"), None, "{what}");
                let entry = stage.keyway.log_of(&reply).await;
                assert_eq!(entry["status_code"], wanted);
                assert_eq!(entry["protocol_out"], provider.name());
            }
        }
    }
}

#[tokio::test]
async fn a_page_of_a_broken_proxy_is_a_bad_gateway() {
    let stage = Stage::with(ScriptedUpstream::giving(Answer::bad_gateway_page())).await;
    for (client, provider) in directions() {
        for reply in ask_both(&stage, client, provider).await {
            assert_eq!(reply.status, 502, "{client} to {provider}");
            let said = message(&reply.json()).to_owned();
            assert!(said.contains("502 Bad Gateway"), "{said}");
            assert!(!said.contains('<'), "{said}");
        }
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_ends_in_the_clients_own_error() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    let talk = || Answer::talking(Talk::saying("one two three four five"));
    for (client, provider) in directions() {
        // Behind so many pieces some text has come, whatever the protocol.
        for answer in [
            talk().closed_after(6),
            talk().reset_after(6),
            talk().ended_after(4),
        ] {
            let answer = if provider == Protocol::Gemini {
                talk().closed_after(3)
            } else {
                answer
            };
            stage.upstream.always(answer);
            let reply = stage.caller(client).stream(&via(provider), "hi").await;

            let saw = seen(client, &reply);
            let what = format!("{client} to {provider}: {saw}\n{}", reply.wire());
            assert!(saw.starts_with("200, "), "{what}");
            let end = match client {
                Protocol::Anthropic => "then api_error upstream_cut",
                Protocol::OpenAi => "then server_error upstream_cut",
                Protocol::Responses => "then response.failed server_error",
                Protocol::Gemini => "then INTERNAL upstream_cut",
            };
            assert!(saw.contains(end), "{what}");
            let entry = stage.keyway.log_of(&reply).await;
            assert_eq!(logged(&entry), "200 upstream_cut", "{what}");
        }
    }
}

#[tokio::test]
async fn a_whole_answer_that_breaks_off_is_a_bad_gateway() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    for (client, provider) in directions() {
        let talk = Answer::saying("one two three four");
        stage.upstream.always(talk.byte_by_byte().closed_after(30));
        let reply = stage.caller(client).say(&via(provider), "hi").await;

        assert_eq!(reply.status, 502, "{client} to {provider}");
        let entry = stage.keyway.log_of(&reply).await;
        assert_eq!(entry["error_code"], "upstream_cut");
    }
}

/// An error as a provider puts it into a stream.
fn error_event(provider: Protocol) -> &'static str {
    match provider {
        Protocol::Anthropic => {
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Too busy\"}}\n\n"
        }
        Protocol::OpenAi => {
            "data: {\"error\":{\"message\":\"Too busy\",\"type\":\"server_error\",\"code\":\"server_is_overloaded\"}}\n\n"
        }
        Protocol::Responses => {
            "event: error\ndata: {\"type\":\"error\",\"sequence_number\":1,\"code\":\"server_is_overloaded\",\"message\":\"Too busy\",\"param\":null}\n\n"
        }
        Protocol::Gemini => {
            "data: {\"error\":{\"code\":503,\"message\":\"Too busy\",\"status\":\"UNAVAILABLE\"}}\n\n"
        }
    }
}

/// Some text as a provider streams it.
fn some_text(provider: Protocol) -> Vec<&'static str> {
    match provider {
        Protocol::Anthropic => vec![
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\n",
            "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"one\"}}\n\n",
        ],
        Protocol::OpenAi => vec![
            "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"one\"}}]}\n\n",
        ],
        Protocol::Responses => vec![
            "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"model\":\"m\",\"status\":\"in_progress\",\"output\":[]}}\n\n",
            "data: {\"type\":\"response.output_item.added\",\"sequence_number\":1,\"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"msg_1\",\"role\":\"assistant\",\"content\":[]}}\n\n",
            "data: {\"type\":\"response.output_text.delta\",\"sequence_number\":2,\"output_index\":0,\"content_index\":0,\"item_id\":\"msg_1\",\"delta\":\"one\"}\n\n",
        ],
        Protocol::Gemini => vec![
            "data: {\"candidates\":[{\"index\":0,\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"one\"}]}}],\"modelVersion\":\"m\"}\n\n",
        ],
    }
}

#[tokio::test]
async fn an_error_that_comes_first_is_an_error_and_not_a_stream() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    for (client, provider) in directions() {
        stage
            .upstream
            .always(Answer::streaming([error_event(provider)]));
        for reply in ask_both(&stage, client, provider).await {
            let what = format!("{client} to {provider}: {}", reply.wire());
            let (status, name) = told(client, 529);
            assert_eq!(reply.status, status, "{what}");
            assert_eq!(kind(client, &reply.json()), name, "{what}");
            assert!(message(&reply.json()).contains("Too busy"), "{what}");
        }
    }
}

#[tokio::test]
async fn an_error_in_the_middle_ends_the_stream_in_the_clients_words() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    for (client, provider) in directions() {
        let events = some_text(provider)
            .into_iter()
            .chain([error_event(provider)]);
        stage.upstream.always(Answer::streaming(events));
        let reply = stage.caller(client).stream(&via(provider), "hi").await;

        let what = format!("{client} to {provider}: {}", reply.wire());
        assert_eq!((reply.status, &reply.broken), (200, &None), "{what}");
        let last = reply.events().pop().expect("it has events").json();
        assert!(reply.text().contains("one"), "{what}");
        assert!(last.to_string().contains("Too busy"), "{what}");
        let saw = seen(client, &reply);
        let name = match client {
            Protocol::Anthropic => "overloaded_error",
            Protocol::OpenAi => "server_error",
            Protocol::Responses => "response.failed server_is_overloaded",
            Protocol::Gemini => "UNAVAILABLE",
        };
        assert!(saw.contains(name), "{what}");
        let entry = stage.keyway.log_of(&reply).await;
        assert_eq!(entry["error_code"], "overloaded", "{what}");
        assert_eq!(entry["error"], "Too busy");
    }
}

#[tokio::test]
async fn an_error_in_the_middle_does_not_tell_the_providers_key() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    for (client, provider) in directions() {
        let error = error_event(provider).replace("Too busy", "Too busy for upstream-key today");
        let text = some_text(provider).into_iter().map(str::to_owned);
        stage
            .upstream
            .always(Answer::streaming(text.chain([error])));
        let reply = stage.caller(client).stream(&via(provider), "hi").await;

        let entry = stage.keyway.log_of(&reply).await;
        for told in [reply.wire(), entry.to_string()] {
            let what = format!("{client} to {provider}: {told}");
            assert!(told.contains("Too busy for … today"), "{what}");
            assert!(!told.contains("upstream-key"), "{what}");
        }
    }
}

#[tokio::test]
async fn an_error_with_the_status_of_success_is_an_error() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    for (client, provider) in directions() {
        let body = json!({"error": {"message": "slow down", "code": 429}});
        stage.upstream.always(Answer::json(&body));
        for reply in ask_both(&stage, client, provider).await {
            assert_eq!(
                reply.status,
                429,
                "{client} to {provider}: {}",
                reply.wire()
            );
            assert!(message(&reply.json()).contains("slow down"));
        }
    }
}

#[tokio::test]
async fn an_empty_answer_is_no_answer() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    let empties = [
        Answer::body("text/event-stream", ""),
        Answer::streaming(["data: [DONE]\n\n"]),
        Answer::streaming([": hello\n\n"]),
        Answer::body("application/json", ""),
        Answer::json(&json!({"hello": "world"})),
    ];
    for (client, provider) in directions() {
        for answer in &empties {
            stage.upstream.always(answer.clone());
            for reply in ask_both(&stage, client, provider).await {
                let what = format!("{client} to {provider}: {answer:?}: {}", reply.wire());
                assert_eq!(reply.status, 502, "{what}");
                let entry = stage.keyway.log_of(&reply).await;
                let code = entry["error_code"].as_str().unwrap_or_default();
                assert!(
                    ["upstream_not_an_answer", "upstream_cut", "upstream"].contains(&code),
                    "{what}"
                );
            }
        }
    }
}

/// What a provider answers to a question in the other form.
async fn in_the_other_form(provider: Protocol, wants_events: bool) -> bytes::Bytes {
    let upstream = ScriptedUpstream::talking(Talk::saying("one two"));
    let keyway = TestKeyway::with_route("m", provider, [&upstream]).await;
    let body = if wants_events {
        sample::ask(provider, "m", "hi")
    } else {
        sample::stream(provider, "m", "hi")
    };
    keyway.caller(provider).ask(body).await.body
}

#[tokio::test]
async fn json_for_a_stream_and_events_for_a_whole_answer_are_turned_round() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    for provider in Protocol::ALL {
        let (json, events) = (
            in_the_other_form(provider, true).await,
            in_the_other_form(provider, false).await,
        );
        for client in Protocol::ALL.into_iter().filter(|one| *one != provider) {
            for kind in ["application/json", "text/event-stream"] {
                // Some say they send one and send the other.
                stage.upstream.always(Answer::body(kind, json.clone()));
                let streamed = stage.caller(client).stream(&via(provider), "hi").await;
                stage.upstream.always(Answer::body(kind, events.clone()));
                let whole = stage.caller(client).say(&via(provider), "hi").await;

                let kind = streamed.header("content-type").unwrap_or_default();
                assert!(kind.starts_with("text/event-stream"), "{kind}");
                for reply in [streamed, whole] {
                    let heard = heard(client, &reply);
                    assert_eq!(heard.text, "one two", "{client} to {provider}");
                    assert_ne!(heard.usage, (0, 0, 0), "{client} to {provider}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_client_that_leaves_is_noticed_by_the_provider() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    for (number, (client, provider)) in directions().enumerate() {
        let talk = Answer::saying("one two three four");
        let pieces = if provider == Protocol::Gemini { 2 } else { 6 };
        stage.upstream.always(talk.hanging_after(pieces));
        let body = sample::stream(client, &via(provider), "hi");
        let mut live = stage.caller(client).open(body).await;
        assert!(live.next_event().await.is_some());
        drop(live);

        let left = || async { stage.upstream.answers_abandoned() > number };
        let noticed = poll_until(PATIENCE, left).await;
        assert!(noticed, "{client} to {provider}");
        let entry = stage.keyway.newest_log(number + 1).await;
        assert_eq!(entry["status_code"], 499, "{client} to {provider}: {entry}");
        assert_eq!(entry["protocol_out"], provider.name());
    }
}

#[tokio::test]
async fn a_client_that_leaves_before_the_first_event_blames_nobody() {
    let launch = Launch::new().with_env("KEYWAY_KEEP_ALIVE_SECONDS", "1");
    let stage = Stage::launched(launch, ScriptedUpstream::greeting()).await;
    stage
        .upstream
        .always(Answer::saying("one").hanging_after(0));
    let others = |client| directions().find(|pair| pair.0 == client);
    let pairs = Protocol::ALL.into_iter().filter_map(others);
    for (number, (client, provider)) in pairs.enumerate() {
        let body = sample::stream(client, &via(provider), "hi");
        let mut live = stage.caller(client).open(body).await;
        let sign = within(PATIENCE, "a sign of life", live.next_bytes()).await;
        assert!(sign.is_some(), "{client} to {provider}");
        drop(live);

        let entry = stage.keyway.newest_log(number + 1).await;
        assert_eq!(logged(&entry), "499 client_left", "{client} to {provider}");
        assert_eq!(entry["error"], Value::Null, "{client} to {provider}");
    }
}

#[tokio::test]
async fn an_answer_that_begins_with_endless_blanks_is_none() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    let (client, provider) = (Protocol::Anthropic, Protocol::OpenAi);
    let comment = format!(": {}\n\n", "still here ".repeat(1000));
    for blank in [" ", "\n", &comment] {
        let megabyte = Bytes::from(blank.repeat((1 << 20) / blank.len() + 1));
        let answer = |count| {
            let blanks = std::iter::repeat_n(megabyte.clone(), count);
            let events = some_text(provider).into_iter().chain(["data: [DONE]\n\n"]);
            Answer::streaming(blanks.chain(events.map(Bytes::from)))
        };
        stage.upstream.always(answer(17));
        let refused = stage.caller(client).stream(&via(provider), "hi").await;
        stage.upstream.always(answer(2));
        let reply = stage.caller(client).stream(&via(provider), "hi").await;

        assert_eq!(refused.status, 502, "{}", &blank[..1]);
        let entry = stage.keyway.log_of(&refused).await;
        assert_eq!(
            entry["error_code"],
            "upstream_not_an_answer",
            "{}",
            &blank[..1]
        );
        assert!(message(&refused.json()).contains("blanks and comments"));
        assert!(
            reply.text().contains(":\"one\""),
            "{blank:?}: {}",
            reply.wire()
        );
    }
}

#[tokio::test]
async fn a_silent_provider_is_waited_for_with_signs_of_life() {
    let launch = Launch::new().with_env("KEYWAY_KEEP_ALIVE_SECONDS", "1");
    let stage = Stage::launched(launch, ScriptedUpstream::greeting()).await;
    for (client, provider) in directions() {
        let gate = keyway_tests::Gate::closed();
        let talk = Answer::saying("one").each_piece_at(&gate);
        stage.upstream.always(talk.framed(Framing::Chunked));
        let body = sample::stream(client, &via(provider), "hi");
        let caller = stage.caller(client);
        let mut live = within(PATIENCE, "the headers", caller.open(body)).await;
        assert_eq!(live.status, 200);

        let sign = within(PATIENCE, "a sign of life", live.next_bytes()).await;

        let sign = sign.expect("the stream goes on");
        let text = String::from_utf8_lossy(&sign).into_owned();
        let is_harmless = match client {
            Protocol::Anthropic => text.contains("event: ping"),
            Protocol::Responses => text.contains("data: "),
            Protocol::OpenAi => text.starts_with(':'),
            Protocol::Gemini => text.trim().is_empty() || text.starts_with(':'),
        };
        assert!(is_harmless, "{client}: {text:?}");
        gate.open();
        let mut reply = live.rest().await;
        reply.body = [sign, reply.body].concat().into();
        assert_eq!(heard(client, &reply).text, "one", "{client} to {provider}");
    }
}

#[tokio::test]
async fn targets_of_different_protocols_stand_in_for_each_other() {
    for client in Protocol::ALL {
        for first in Protocol::ALL {
            let (failing, second) = (ScriptedUpstream::greeting(), ScriptedUpstream::greeting());
            let keyway = TestKeyway::start().await;
            let one = keyway.provider(first, &failing).await;
            let mut ids = vec![one];
            for other in Protocol::ALL.into_iter().filter(|other| *other != first) {
                ids.push(keyway.provider(other, &second).await);
            }
            let ids: Vec<_> = ids.iter().map(String::as_str).collect();
            keyway.failover("m", &ids[..2], MODEL).await;
            failing.next(Answer::overloaded());
            failing.next(Answer::streaming([error_event(first)]));

            let whole = keyway.caller(client).say("m", "hi").await;
            let streamed = keyway.caller(client).stream("m", "hi").await;

            let same_protocol = client == first;
            for (reply, early) in [(whole, false), (streamed, true)] {
                if early && same_protocol {
                    continue; // bytes of the same protocol are passed on as they come
                }
                let text = heard(client, &reply).text;
                assert_eq!(
                    text, "Hello from the scripted upstream.",
                    "{client} to {first}"
                );
                let entry = keyway.log_of(&reply).await;
                let tried = logged(&entry);
                assert!(
                    tried == "200, tried: 529, 200" || tried == "200, tried: 503, 200",
                    "{client} to {first}: {tried}"
                );
                assert_eq!(entry["provider_id"], "p2");
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_and_its_field_named() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    let body = json!({
        "model": via(Protocol::Anthropic), "n": 2,
        "messages": [{"role": "user", "content": "hi"}],
    });
    let chat = stage.caller(Protocol::OpenAi).ask(body).await;
    let body = json!({
        "model": via(Protocol::OpenAi), "input": "hi", "previous_response_id": "resp_1",
    });
    let responses = stage.caller(Protocol::Responses).ask(body).await;
    let body = json!({
        "model": via(Protocol::OpenAi), "max_tokens": 9,
        "messages": [{"role": "user", "content": [
            {"type": "image", "source": {"type": "file", "file_id": "file_1"}},
        ]}],
    });
    let anthropic = stage.caller(Protocol::Anthropic).ask(body).await;

    for (client, reply, field) in [
        (Protocol::OpenAi, &chat, "n"),
        (Protocol::Responses, &responses, "previous_response_id"),
        (Protocol::Anthropic, &anthropic, "messages[0].content[0]"),
    ] {
        assert_eq!(reply.status, 400, "{client}: {}", reply.wire());
        let said = failure(client, &reply.json());
        assert_eq!(said, "invalid_request_error not_convertible");
        let words = message(&reply.json()).to_owned();
        assert!(words.starts_with(field), "{words}");
    }
    assert_eq!(anthropic.header("x-should-retry"), Some("false"));
    assert_eq!(stage.upstream.calls(), 0);
    let logged = poll_until(PATIENCE, async || stage.keyway.logs().await.len() == 3).await;
    assert!(logged, "refusals are logged, too");
}

#[tokio::test]
async fn a_target_that_the_request_can_be_said_to_stands_in() {
    let (first, second) = (ScriptedUpstream::greeting(), ScriptedUpstream::greeting());
    let keyway = TestKeyway::start().await;
    let ids = [
        keyway.provider(Protocol::Anthropic, &first).await,
        keyway.provider(Protocol::OpenAi, &second).await,
    ];
    let more = json!({"api_key": "another", "label": "second"});
    let path = "/admin/llm/providers/p1/credentials?group_id=default";
    keyway.admin().post(path, more).await;
    keyway.failover("m", &[&ids[0], &ids[1]], MODEL).await;
    let mut body = sample::ask(Protocol::OpenAi, "m", "hi");
    body["n"] = json!(2);

    let reply = keyway.openai().ask(body.clone()).await;
    second.always(Answer::status(503));
    let refused = keyway.openai().ask(body).await;

    assert_eq!(reply.status, 200, "{}", reply.wire());
    let entry = keyway.log_of(&reply).await;
    assert_eq!(logged(&entry), "200, tried: not_convertible, 200");
    assert_eq!(entry["losses"], json!([]));
    assert_eq!((first.calls(), second.calls()), (0, 2));
    assert_eq!(refused.status, 503, "{}", refused.wire());
}
