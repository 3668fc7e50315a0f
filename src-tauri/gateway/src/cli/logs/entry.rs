use serde_json::Value;

use super::{answered_by, tone};
use crate::cli::{
    Context,
    cells::{cell, moment, text},
    client::Client,
    failure::Failure,
    path,
    table::one_line,
};

/// Shows one entry with its attempts and losses.
pub(super) async fn show(context: &Context, client: &Client, id: &str) -> Result<(), Failure> {
    let answer = client.get(&path::admin(["llm", "logs", id])).await?;
    let output = context.output;
    if output.is_json() {
        return output.json(&answer);
    }
    let entry = &answer["log"];
    let status = output.toned(tone(entry), &cell(entry, "status_code"));
    output.line(format!("{:<12}  {status}", "status"))?;
    lines(entry).iter().try_for_each(|line| output.line(line))
}

/// What people read of an entry, below its status.
fn lines(entry: &Value) -> Vec<String> {
    let spoken = format!(
        "{} -> {}",
        cell(entry, "protocol_in"),
        cell(entry, "protocol_out")
    );
    let facts = [
        ("error", cell(entry, "error")),
        ("time", moment(entry, "created_at")),
        ("key", cell(entry, "key_name")),
        ("client", cell(entry, "client")),
        ("asked", cell(entry, "asked_model")),
        ("route", cell(entry, "route_alias")),
        ("answered by", answered_by(entry)),
        ("credential", cell(entry, "credential")),
        ("protocols", spoken),
        ("tokens in", cell(&entry["usage"], "input")),
        ("tokens out", cell(&entry["usage"], "output")),
        ("milliseconds", cell(entry, "latency_ms")),
        ("ended by", cell(entry, "finish_reason")),
    ];
    let known = facts.into_iter().filter(|(_, value)| value != "-");
    let mut lines: Vec<String> = known
        .map(|(name, value)| format!("{name:<12}  {}", one_line(&value)))
        .collect();
    let all = |field: &str| entry[field].as_array().cloned().unwrap_or_default();
    let attempts = all("attempts");
    lines.extend(attempts.iter().map(|one| told("attempt", &attempt(one))));
    lines.extend(all("losses").iter().map(|one| told("lost", &loss(one))));
    lines
}

fn told(name: &str, what: &str) -> String {
    format!("{name:<12}  {}", one_line(what))
}

/// `deepseek/deepseek-chat: 529 overloaded after 12 ms`.
fn attempt(attempt: &Value) -> String {
    let why = match (&attempt["status_code"], text(attempt, "error_class")) {
        (Value::Null, "") => "no answer".to_owned(),
        (Value::Null, class) => class.to_owned(),
        (status, "") => status.to_string(),
        (status, class) => format!("{status} {class}"),
    };
    let ms = attempt["ms"].as_f64().unwrap_or_default();
    format!("{}: {why} after {ms:.0} ms", answered_by(attempt))
}

/// `clamped max_tokens, 3 times: to 4096`; what may change the answer is marked.
fn loss(loss: &Value) -> String {
    let often = match loss["count"].as_u64() {
        Some(0 | 1) | None => String::new(),
        Some(count) => format!(", {count} times"),
    };
    let note = match text(loss, "note") {
        "" => String::new(),
        note => format!(": {note}"),
    };
    let mark = if loss["weight"] == "notable" {
        " (the answer may differ)"
    } else {
        ""
    };
    format!(
        "{} {}{often}{note}{mark}",
        text(loss, "how"),
        text(loss, "field")
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_entry_is_told_with_its_attempts_and_losses_and_without_what_nobody_knows() {
        let entry = json!({
            "asked_model": "deep", "provider_id": "b", "upstream_model": "n", "credential": null,
            "protocol_in": "anthropic", "protocol_out": "openai", "latency_ms": 830,
            "usage": {"input": 1200, "output": 80},
            "attempts": [
                {"provider_id": "a", "upstream_model": "m", "status_code": 529, "error_class": "overloaded", "ms": 12.4},
                {"provider_id": "b", "upstream_model": "n", "status_code": 200, "error_class": null, "ms": 800.0},
            ],
            "losses": [
                {"field": "thinking", "how": "clamped", "weight": "notable", "note": "to low", "count": 1},
                {"field": "tools[].x\ny", "how": "dropped", "weight": "harmless", "note": "", "count": 3},
            ],
        });
        let wanted = [
            "asked         deep",
            "answered by   b/n",
            "protocols     anthropic -> openai",
            "tokens in     1,200",
            "tokens out    80",
            "milliseconds  830",
            "attempt       a/m: 529 overloaded after 12 ms",
            "attempt       b/n: 200 after 800 ms",
            "lost          clamped thinking: to low (the answer may differ)",
            "lost          dropped tools[].x y, 3 times",
        ];
        assert_eq!(lines(&entry), wanted);
    }
}
