use std::time::Duration;

use keyway_protocols::{
    Protocol,
    loss::{How, Losses, Weight},
    usage::Usage,
};
use serde_json::json;

use crate::{admin::testing::TestAdmin, store::LogEntry};

fn lost() -> Losses {
    let mut losses = Losses::default();
    losses.add("top_k", How::Dropped, Weight::Notable, "no such field");
    losses
}

fn log(admin: &TestAdmin, number: u32, status: u16) {
    admin.clock.wind(Duration::from_millis(10));
    let usage = Usage {
        input: 100,
        output: 20,
        ..Usage::default()
    };
    admin.app().store.log(LogEntry {
        id: format!("entry-{number}").into(),
        at: admin.app().clock.now(),
        request_id: None,
        group: "default".into(),
        key_id: Some("key-1".into()),
        key_name: Some("k".into()),
        asked_model: "sonnet".into(),
        route_id: None,
        route_alias: Some("fast".into()),
        provider_id: Some("p1".into()),
        upstream_model: Some("m-1".into()),
        credential: Some("primary".into()),
        protocol_in: Protocol::Anthropic,
        protocol_out: Some(Protocol::Anthropic),
        streamed: true,
        status,
        error_code: (status >= 400).then(|| "upstream_failed".into()),
        error: (status >= 400).then(|| "x".repeat(300).into()),
        usage: Some(usage),
        request_bytes: 10,
        response_bytes: 20,
        first_byte_us: Some(1_500),
        total_us: 250_000,
        finish_reason: None,
        client: None,
        attempts: Vec::new(),
        losses: lost(),
        counted: None,
    });
}

async fn three(admin: &TestAdmin) {
    for (number, status) in [(1, 200), (2, 503), (3, 200)] {
        log(admin, number, status);
    }
    admin.app().store.flush().await.unwrap();
}

#[tokio::test]
async fn the_log_is_read_page_by_page_from_the_newest() {
    let admin = TestAdmin::open().await;
    three(&admin).await;
    let first = admin.get("/admin/llm/logs?limit=2").await.ok();
    assert_eq!(
        (&first["total"], &first["logs"][0]["log_id"]),
        (&json!(3), &json!("entry-3"))
    );
    assert_eq!(first["logs"][0]["request_tokens"], 100);
    assert_eq!(
        (
            &first["logs"][0]["latency_ms"],
            &first["logs"][0]["first_byte_ms"]
        ),
        (&json!(250), &json!(1.5))
    );
    let next = format!(
        "/admin/llm/logs?limit=2&cursor={}",
        first["next_cursor"].as_str().unwrap()
    );
    let last = admin.get(&next).await.ok();
    assert_eq!(
        (&last["logs"][0]["log_id"], &last["next_cursor"]),
        (&json!("entry-1"), &json!(null))
    );
    assert_eq!(
        admin.get("/admin/llm/logs/entry-2").await.ok()["log"]["status_code"],
        503
    );
    let loss = json!({
        "field": "top_k", "how": "dropped", "weight": "notable", "note": "no such field", "count": 1,
    });
    assert_eq!(last["logs"][0]["losses"], json!([loss]));
    admin
        .get("/admin/llm/logs/none")
        .await
        .refused(404, "not_found", "");
}

#[tokio::test]
async fn the_log_is_searched_and_bad_questions_are_named() {
    let admin = TestAdmin::open().await;
    three(&admin).await;
    for (query, total) in [
        ("outcome=error", 1),
        ("outcome=ok", 2),
        ("api_key_id=key-1", 3),
        ("api_key_id=other", 0),
        ("group_id=default&route=fast", 3),
        ("model=sonnet&provider_id=p1", 3),
        ("since=2031-01-01", 0),
        ("until=2030-01-01T00:00:00Z", 0),
    ] {
        assert_eq!(
            admin.get(&format!("/admin/llm/logs?{query}")).await.ok()["total"],
            total,
            "{query}"
        );
    }
    admin
        .get("/admin/llm/logs?limit=1001")
        .await
        .refused(422, "invalid_field", "limit");
    admin
        .get("/admin/llm/logs?cursor=x")
        .await
        .refused(422, "invalid_field", "cursor");
    admin
        .get("/admin/llm/logs?outcome=x")
        .await
        .refused(422, "invalid_field", "outcome");
    admin
        .get("/admin/llm/logs?since=x")
        .await
        .refused(400, "invalid_field", "since");
}

#[tokio::test]
async fn sums_and_the_overview_tell_of_the_log() {
    let admin = TestAdmin::open().await;
    three(&admin).await;
    let stats = admin.get("/admin/llm/stats?api_key_id=key-1").await.ok();
    assert_eq!(
        stats["stats"],
        json!({"total": 3, "ok": 2, "req_t": 300, "resp_t": 60, "avg_latency": 250.0})
    );
    admin
        .get("/admin/llm/stats")
        .await
        .refused(422, "invalid_field", "api_key_id");
    assert_eq!(
        admin.get("/admin/llm/usage").await.ok()["usage"]["total"],
        3
    );
    assert_eq!(
        admin.get("/admin/llm/usage?since=2031-01-01").await.ok()["usage"]["total"],
        0
    );
    let overview = admin.get("/admin/llm/overview").await.ok()["overview"].clone();
    assert_eq!(overview["today"]["req_t"], 300);
    let errors = overview["recent_errors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[0]["status_code"]), (1, &json!(503)));
    assert_eq!(errors[0]["error"].as_str().unwrap().len(), 200);
    assert_eq!(overview["warnings"], json!(["master_key_in_file"]));
    assert_eq!(overview["data_dir"], admin.folder().display().to_string());
}
