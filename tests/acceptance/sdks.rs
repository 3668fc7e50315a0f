//! The SDKs of `OpenAI`, Anthropic and Google.

use keyway_tests::Protocol;

use crate::clients::{Results, play_node, play_python};
use crate::expect;
use crate::stage::Stage;

const OPENAI: [Protocol; 2] = [Protocol::OpenAi, Protocol::Responses];

#[tokio::test]
async fn the_scripted_upstream_speaks_as_openai_to_its_python_sdk() {
    let stage = Stage::direct(&OPENAI);
    let results = play_python("openai.py", &stage).await;
    check(&results, &stage, &OPENAI, "3.51.0").await;
}

#[tokio::test]
async fn the_scripted_upstream_speaks_as_openai_to_its_node_sdk() {
    let stage = Stage::direct(&OPENAI);
    let results = play_node("openai.mjs", &stage).await;
    check(&results, &stage, &OPENAI, "7.55.0").await;
}

#[tokio::test]
async fn the_scripted_upstream_speaks_as_anthropic_to_its_python_sdk() {
    let stage = Stage::direct(&[Protocol::Anthropic]);
    let results = play_python("anthropic.py", &stage).await;
    check(&results, &stage, &[Protocol::Anthropic], "2.10.0").await;
}

#[tokio::test]
async fn the_scripted_upstream_speaks_as_anthropic_to_its_node_sdk() {
    let stage = Stage::direct(&[Protocol::Anthropic]);
    let results = play_node("anthropic.mjs", &stage).await;
    check(&results, &stage, &[Protocol::Anthropic], "1.10.0").await;
}

#[tokio::test]
async fn the_scripted_upstream_speaks_as_gemini_to_its_node_sdk() {
    let stage = Stage::direct(&[Protocol::Gemini]);
    let results = play_node("genai.mjs", &stage).await;
    check(&results, &stage, &[Protocol::Gemini], "3.1.0").await;
}

#[tokio::test]
async fn the_openai_python_sdk_works_through_keyway() {
    let stage = Stage::keyway_for(&OPENAI).await;
    let results = play_python("openai.py", &stage).await;
    check(&results, &stage, &OPENAI, "3.51.0").await;
}

#[tokio::test]
async fn the_openai_node_sdk_works_through_keyway() {
    let stage = Stage::keyway_for(&OPENAI).await;
    let results = play_node("openai.mjs", &stage).await;
    check(&results, &stage, &OPENAI, "7.55.0").await;
}

#[tokio::test]
async fn the_anthropic_python_sdk_works_through_keyway() {
    let stage = Stage::keyway_for(&[Protocol::Anthropic]).await;
    let results = play_python("anthropic.py", &stage).await;
    check(&results, &stage, &[Protocol::Anthropic], "2.10.0").await;
}

#[tokio::test]
async fn the_anthropic_node_sdk_works_through_keyway() {
    let stage = Stage::keyway_for(&[Protocol::Anthropic]).await;
    let results = play_node("anthropic.mjs", &stage).await;
    check(&results, &stage, &[Protocol::Anthropic], "1.10.0").await;
}

#[tokio::test]
async fn the_google_node_sdk_works_through_keyway() {
    let stage = Stage::keyway_for(&[Protocol::Gemini]).await;
    let results = play_node("genai.mjs", &stage).await;
    check(&results, &stage, &[Protocol::Gemini], "3.1.0").await;
}

async fn check(results: &Results, stage: &Stage, protocols: &[Protocol], version: &str) {
    assert_eq!(
        results.case("client")["version"],
        version,
        "another client was installed"
    );
    for protocol in protocols {
        expect::all_cases(results, stage, *protocol);
    }
    let main = protocols[0];
    expect::repetitions(results, stage, main);
    if main == Protocol::Anthropic || main == Protocol::Gemini {
        expect::count(results, stage, main);
    }
    if stage.keyway().is_some() {
        expect::echo(results, main);
    }
    expect::discretion(stage).await;
}
