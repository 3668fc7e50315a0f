//! The SDKs' own readers of streams, with providers of every protocol behind Keyway.
//!
//! Each has the same conversations with its own kind of provider directly, and with all four kinds through
//! Keyway: the same texts, thoughts, arguments of calls, reasons and tokens come out.

use keyway_tests::{Protocol, TestKeyway};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::agent::{Agent, guide};
use crate::clients::{Results, bare, node, results_of};
use crate::tools;

const CASES: [&str; 5] = ["text", "tools", "tools_whole", "image", "structured"];

#[tokio::test]
async fn the_anthropic_node_sdk_hears_the_same_from_every_provider() {
    crosses(Protocol::Anthropic, "cross_anthropic.mjs").await;
}

#[tokio::test]
async fn the_anthropic_python_sdk_hears_the_same_from_every_provider() {
    crosses(Protocol::Anthropic, "cross_anthropic.py").await;
}

#[tokio::test]
async fn the_openai_node_sdk_hears_the_same_in_chat_from_every_provider() {
    crosses(Protocol::OpenAi, "cross_openai.mjs").await;
}

#[tokio::test]
async fn the_openai_python_sdk_hears_the_same_in_chat_from_every_provider() {
    crosses(Protocol::OpenAi, "cross_openai.py").await;
}

#[tokio::test]
async fn the_openai_node_sdk_hears_the_same_in_responses_from_every_provider() {
    crosses(Protocol::Responses, "cross_openai.mjs").await;
}

#[tokio::test]
async fn the_openai_python_sdk_hears_the_same_in_responses_from_every_provider() {
    crosses(Protocol::Responses, "cross_openai.py").await;
}

#[tokio::test]
async fn the_google_node_sdk_hears_the_same_from_every_provider() {
    crosses(Protocol::Gemini, "cross_genai.mjs").await;
}

#[tokio::test]
async fn the_google_python_sdk_hears_the_same_from_every_provider() {
    crosses(Protocol::Gemini, "cross_genai.py").await;
}

/// The name that a provider of this protocol knows the model by.
fn upstream_model(provider: Protocol) -> &'static str {
    match provider {
        Protocol::Anthropic => "claude-sonnet-4-5",
        Protocol::OpenAi => "local-thinker",
        Protocol::Responses => "gpt-5.5",
        Protocol::Gemini => "gemini-3-pro-preview",
    }
}

async fn crosses(client: Protocol, script: &str) {
    let agent = Agent::playing(guide, "/");
    let keyway = TestKeyway::start().await;
    let address = agent.upstream().address();
    let mut places = vec![json!({
        "name": "direct", "url": format!("http://{address}"), "key": "any-key", "model": upstream_model(client),
    })];
    for provider in Protocol::ALL {
        let made = keyway.provider(provider, agent.upstream()).await;
        let alias = format!("by-{provider}");
        keyway.route(&alias, &made, upstream_model(provider)).await;
        places.push(json!({
            "name": provider.name(), "url": keyway.url(), "key": keyway.key(), "model": alias,
        }));
    }
    let results = play(client, script, &Value::from(places)).await;

    let mut differences = agent.refusals();
    for case in CASES {
        let direct = results.case(&format!("direct/{case}"));
        is_as_told(case, direct);
        for provider in Protocol::ALL {
            let crossed = results.case(&format!("{provider}/{case}"));
            compare(
                &format!("{client} by {provider}, {case}"),
                direct,
                crossed,
                &mut differences,
            );
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// What the model itself says has come, as far as every protocol can say it.
fn is_as_told(case: &str, direct: &Value) {
    let last = direct["turns"].as_array().and_then(|turns| turns.last());
    let text = last
        .and_then(|turn| turn["text"].as_str())
        .unwrap_or_default();
    let told = match case {
        "text" => text == "Grüße aus Zürich – all is well 👋 here.",
        "image" => text.starts_with("I see image/png "),
        "structured" => text == r#"{"city":"Zürich","degrees":21}"#,
        _ => {
            let calls = json!([
                ["get_weather", {"city": "Zürich \"Süd\" 👋"}],
                ["get_time", {"zone": "Europe/Zurich", "at": 1.5}],
            ]);
            let first = &direct["turns"][0];
            assert_eq!(first["calls"], calls, "{direct:#}");
            assert_eq!(
                first["thoughts"], "Weather „and“ time are told by tools.",
                "{direct:#}"
            );
            text == "It is sunny in Zürich at 12:30."
        }
    };
    assert!(told, "directly, {case}: {direct:#}");
}

/// Notes where what came through Keyway differs from what came directly.
fn compare(place: &str, direct: &Value, crossed: &Value, differences: &mut Vec<String>) {
    if let Some(error) = crossed["error"]["message"].as_str() {
        differences.push(format!("{place}: {error:.400}"));
        return;
    }
    let turns = |result: &Value| result["turns"].as_array().cloned().unwrap_or_default();
    assert_eq!(turns(direct).len(), turns(crossed).len(), "{place}");
    for (number, (want, got)) in turns(direct).iter().zip(turns(crossed)).enumerate() {
        for (field, value) in want.as_object().into_iter().flatten() {
            if got[field] != *value {
                let got = &got[field];
                differences.push(format!(
                    "{place}, turn {number}, {field}: {value} became {got}"
                ));
            }
        }
    }
}

async fn play(client: Protocol, script: &str, places: &Value) -> Results {
    let home = TempDir::new().expect("a temporary folder can be made");
    let mut command: Command = if script.contains(".py") {
        let mut command = bare(tools::python(), home.path());
        command
            .args(["-I", "-B"])
            .arg(tools::client_folder().join(script));
        command
    } else {
        node(script, home.path())
    };
    command
        .env("CLIENT_PLACES", places.to_string())
        .env("CLIENT_PROTOCOL", client.name());
    results_of(script, command).await
}
