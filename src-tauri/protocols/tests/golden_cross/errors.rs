//! What every client is told of every provider's errors.

use std::fmt::Write;

use keyway_protocols::Protocol;
use keyway_protocols::error::{ErrorReply, across};
use serde_json::Value;

use super::kit::{fixtures, pretty, told};

#[test]
fn errors_reach_every_client() {
    for provider in Protocol::ALL {
        for (name, text) in fixtures(&format!("errors/{provider}")) {
            let fixture: Value = serde_json::from_str(&text).expect("JSON");
            let status = fixture["status"].as_u64().expect("a status");
            let status = u16::try_from(status).expect("a status");
            let body = &fixture["body"];
            let body = body
                .as_str()
                .map_or_else(|| body.to_string(), str::to_owned);
            let mut all = format!("{status} {body}\n");
            for client in Protocol::ALL.into_iter().filter(|it| *it != provider) {
                all.push_str(&client_is_told(provider, client, status, &body));
            }
            told("errors", &format!("{provider}_{name}"), &all);
        }
    }
}

fn client_is_told(provider: Protocol, client: Protocol, status: u16, body: &str) -> String {
    let error = across(provider, client, status, body.as_bytes());
    let reply = ErrorReply {
        kind: error.kind,
        status: error.status,
        code: &error.code,
        message: &error.message,
        request_id: Some("req_1"),
    };
    let mut text = format!("\n# {client}: {}\n", error.status);
    if let Some(wait) = error.retry_after {
        writeln!(text, "retry-after: {wait:?}").expect("a string");
    }
    if let Some(again) = error.should_retry {
        writeln!(text, "x-should-retry: {again}").expect("a string");
    }
    let frame = reply.stream_frame(client);
    let frame = String::from_utf8_lossy(&frame);
    writeln!(
        text,
        "{}\n{}",
        pretty(&reply.body(client)),
        frame.trim_end()
    )
    .expect("a string");
    text
}
