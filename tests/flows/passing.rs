//! Endpoints that only `OpenAI`'s protocol has: they pass as they are, the model's name apart.

use keyway_tests::{Answer, ScriptedUpstream, TestKeyway};
use serde_json::json;

const FORM: &str = "--xYz\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\
    Content-Type: image/png\r\n\r\n\u{1}\u{2}name=\"model\"\r\n\r\nfake\r\n--xYz\r\n\
    Content-Disposition: form-data; name=\"model\"\r\n\r\nimages\r\n--xYz\r\n\
    Content-Disposition: form-data; name=\"prompt\"\r\n\r\nthe model\r\n--xYz--\r\n";

async fn stage(alias: &str) -> (ScriptedUpstream, TestKeyway) {
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::with_provider(alias, &upstream, json!({})).await;
    (upstream, keyway)
}

#[tokio::test]
async fn embeddings() {
    let (upstream, keyway) = stage("vectors").await;
    let body = r#"{ "input":["a"],"model":"vectors" ,"dimensions":3}"#;

    let reply = keyway.openai().post("/v1/embeddings", body).await;

    assert_eq!(reply.status, 200, "{}", reply.wire());
    assert_eq!(reply.json()["model"], "vectors");
    assert_eq!(reply.json()["data"][0]["embedding"][1], -0.5);
    let received = upstream.last();
    assert_eq!(received.target, "/v1/embeddings");
    let expected = body.replace("\"vectors\"", "\"vectors-upstream\"");
    assert_eq!(received.body, expected.as_bytes());
    let entry = keyway.log_of(&reply).await;
    assert_eq!(entry["route_alias"], "vectors");
    assert_eq!(entry["usage"]["input"], 5, "{entry}");
}

#[tokio::test]
async fn a_form_upload_differs_in_its_model_field_alone() {
    let (upstream, keyway) = stage("images").await;
    upstream.at_path("/v1/images/edits", Answer::json(&json!({"data": []})));
    let caller = keyway
        .openai()
        .with_header("content-type", "multipart/form-data; boundary=xYz");

    let reply = caller.post("/v1/images/edits", FORM).await;

    assert_eq!(reply.status, 200, "{}", reply.wire());
    let received = upstream.last();
    let expected = FORM.replace("\r\n\r\nimages\r\n", "\r\n\r\nimages-upstream\r\n");
    assert_eq!(String::from_utf8_lossy(&received.body), expected);
    let kind = received.header("content-type");
    assert_eq!(kind.as_deref(), Some("multipart/form-data; boundary=xYz"));
}

#[tokio::test]
async fn bytes_that_are_not_text_come_back_untouched() {
    let (upstream, keyway) = stage("speech").await;
    let sound: Vec<u8> = (0..200_000_u32)
        .map(|at| at.to_le_bytes()[at as usize % 3])
        .collect();
    let answer = Answer::body("audio/mpeg", sound.clone());
    upstream.at_path("/v1/audio/speech", answer);
    let body = json!({"model": "speech", "input": "hi", "voice": "alloy"});

    let reply = keyway
        .openai()
        .post("/v1/audio/speech", body.to_string())
        .await;

    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("audio/mpeg"));
    assert!(reply.body == sound, "{} bytes", reply.body.len());
    assert_eq!(keyway.log_of(&reply).await["response_bytes"], 200_000);
}

#[tokio::test]
async fn further_endpoints_go_below_the_base_url() {
    let (upstream, keyway) = stage("m").await;
    for path in [
        "/rerank",
        "/moderations",
        "/completions",
        "/images/generations",
    ] {
        upstream.at_path(&format!("/v1{path}"), Answer::json(&json!({"path": path})));
        let body = json!({"model": "m", "input": "x"}).to_string();

        let reply = keyway.openai().post(&format!("/v1{path}"), body).await;

        assert_eq!(reply.json()["path"], path);
        assert_eq!(upstream.last().json()["model"], "m-upstream");
    }
}

#[tokio::test]
async fn the_built_in_provider_has_none_of_them() {
    let keyway = TestKeyway::start().await;

    let reply = keyway
        .openai()
        .post("/v1/embeddings", r#"{"model":"echo","input":"x"}"#)
        .await;

    assert_eq!(reply.status, 404, "{}", reply.wire());
    assert_eq!(reply.json()["error"]["code"], "not_served");
}

#[tokio::test]
async fn p137_a_websocket_is_refused_at_once() {
    let (_upstream, keyway) = stage("m").await;

    let reply = keyway.responses().get("/v1/responses").await;

    assert_eq!(reply.status, 426, "{}", reply.wire());
    assert_eq!(reply.json()["error"]["code"], "no_websocket");
}
