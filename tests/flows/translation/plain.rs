//! What goes well: text, thoughts, calls, counts and ends, in every direction and form.

use keyway_tests::{Answer, Protocol, ScriptedUpstream, Talk, Usage, sample};
use serde_json::{Value, json};

use super::heard::{Heard, heard};
use super::stage::{MODEL, Stage, directions, via};

const USAGE: Usage = Usage {
    input: 120,
    cached: 20,
    output: 31,
    thinking: 0,
};

fn done(client: Protocol) -> &'static str {
    match client {
        Protocol::Anthropic => "end_turn",
        Protocol::OpenAi => "stop",
        Protocol::Responses => "completed",
        Protocol::Gemini => "STOP",
    }
}

fn called(client: Protocol) -> &'static str {
    match client {
        Protocol::Anthropic => "tool_use",
        Protocol::OpenAi => "tool_calls",
        Protocol::Responses => "completed",
        Protocol::Gemini => "STOP",
    }
}

fn bodies(client: Protocol, model: &str) -> [Value; 2] {
    [
        sample::ask(client, model, "hi"),
        sample::stream(client, model, "hi"),
    ]
}

#[tokio::test]
async fn every_client_hears_what_every_provider_says() {
    let talk = Talk::saying("Grüße aus Oslo, 你好.").using(USAGE);
    let stage = Stage::with(ScriptedUpstream::talking(talk)).await;
    for (client, provider) in directions() {
        for body in bodies(client, &via(provider)) {
            let reply = stage.caller(client).ask(body).await;

            let wanted = Heard {
                text: "Grüße aus Oslo, 你好.".to_owned(),
                model: via(provider),
                usage: (120, 20, 31),
                ended: done(client).to_owned(),
                ..Heard::default()
            };
            assert_eq!(heard(client, &reply), wanted, "{client} to {provider}");
            let asked = stage.upstream.last();
            assert_eq!(asked.protocol(), provider, "{client} to {provider}");
            assert_eq!(asked.model(), MODEL);
            assert_eq!(asked.key().as_deref(), Some("upstream-key"));
            let entry = stage.keyway.log_of(&reply).await;
            assert_eq!(entry["protocol_in"], client.name());
            assert_eq!(entry["protocol_out"], provider.name());
            assert_eq!(entry["usage"]["input"], 120, "{client} to {provider}");
            assert_eq!(entry["usage"]["cached"], 20);
            assert_eq!(entry["usage"]["output"], 31);
            assert_eq!(entry["status_code"], 200);
            assert!(entry["finish_reason"].is_string(), "{entry}");
        }
    }
}

#[tokio::test]
async fn calls_reach_the_client_and_their_results_the_provider() {
    let talk = Talk::calling("look_up", json!({"city": "Oslo", "n": 12_345_678_901_u64}))
        .and_calling("look_up", json!({"city": "Bergen"}));
    let stage = Stage::with(ScriptedUpstream::talking(talk)).await;
    for (client, provider) in directions() {
        for body in bodies(client, &via(provider)) {
            let body = sample::with_tool(client, body, "look_up");

            let reply = stage.caller(client).ask(body).await;

            let heard = heard(client, &reply);
            let calls = [
                (
                    "look_up".to_owned(),
                    json!({"city": "Oslo", "n": 12_345_678_901_u64}),
                ),
                ("look_up".to_owned(), json!({"city": "Bergen"})),
            ];
            assert_eq!(heard.calls, calls, "{client} to {provider}");
            assert_eq!(heard.ended, called(client), "{client} to {provider}");
        }
    }
}

#[tokio::test]
async fn thoughts_reach_the_client_apart_from_the_text() {
    let talk = Talk::saying("Four.").thinking("Two and two.");
    let stage = Stage::with(ScriptedUpstream::talking(talk)).await;
    for (client, provider) in directions() {
        for body in bodies(client, &via(provider)) {
            let reply = stage.caller(client).ask(body).await;

            let heard = heard(client, &reply);
            assert_eq!(heard.text, "Four.", "{client} to {provider}");
            assert_eq!(heard.thoughts, "Two and two.", "{client} to {provider}");
        }
    }
}

#[tokio::test]
async fn however_the_network_cuts_the_answer_is_the_same() {
    let talk = || Answer::talking(Talk::saying("Grüße, 你好."));
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    let answers = [
        talk().byte_by_byte(),
        talk().split_in_characters(),
        talk().gzipped(),
        talk().with_crlf(),
    ];
    for (client, provider) in directions() {
        for answer in &answers {
            for body in bodies(client, &via(provider)) {
                stage.upstream.always(answer.clone());
                let reply = stage.caller(client).ask(body).await;
                let heard = heard(client, &reply);
                assert_eq!(heard.text, "Grüße, 你好.", "{client} to {provider}");
                assert_eq!(heard.ended, done(client));
            }
        }
    }
}

#[tokio::test]
async fn an_event_reaches_the_client_before_the_next_one_is_sent() {
    use keyway_tests::Gate;
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    for (client, provider) in directions() {
        let gate = Gate::closed();
        let talk = Talk::saying("one two three");
        stage
            .upstream
            .always(Answer::talking(talk).each_piece_at(&gate));
        // The first words are the fifth event of Responses at the latest; the rest is still to come.
        gate.let_pass(5);
        let body = sample::stream(client, &via(provider), "hi");
        let mut live = stage.caller(client).open(body).await;
        assert!(live.next_event().await.is_some(), "{client} to {provider}");
        drop(live);
    }
}

#[tokio::test]
async fn gemini_clients_get_a_list_where_they_ask_for_no_events() {
    let stage = Stage::with(ScriptedUpstream::talking(Talk::saying("one two"))).await;
    for provider in [Protocol::Anthropic, Protocol::OpenAi, Protocol::Responses] {
        let path = format!("/v1beta/models/{}:streamGenerateContent", via(provider));
        let body = sample::ask(Protocol::Gemini, "unused", "hi");
        let reply = stage
            .caller(Protocol::Gemini)
            .post(&path, body.to_string())
            .await;

        assert_eq!(reply.header("content-type"), Some("application/json"));
        let chunks = reply.json().as_array().cloned().unwrap_or_default();
        let text: String = chunks
            .iter()
            .filter_map(|chunk| chunk["candidates"][0]["content"]["parts"][0]["text"].as_str())
            .collect();
        assert_eq!(text, "one two", "{}", reply.text());
    }
}
