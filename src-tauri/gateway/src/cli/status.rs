//! `keyway-server status`.

use clap::Args;
use serde_json::{Value, json};

use super::{
    Context,
    cells::{cell, count, text},
    client::Client,
    failure::{Exit, Failure},
    path, running,
};
use crate::store;

/// Says whether the gateway runs, and what it has. Exit code 3 when it does not run.
#[derive(Debug, Args)]
pub(super) struct Status {}

impl Status {
    /// Asks the running gateway.
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        match running::running(context).await? {
            Some(remote) => {
                let base = remote.base().to_owned();
                let answer = Client::Running(Box::new(remote))
                    .get(&path::admin(["llm", "overview"]))
                    .await?;
                report(context, &base, &answer["overview"])
            }
            None => stopped(context),
        }
    }
}

fn report(context: &Context, base: &str, overview: &Value) -> Result<(), Failure> {
    let output = context.output;
    if output.is_json() {
        return output
            .json(&json!({"ok": true, "running": true, "url": base, "overview": overview}));
    }
    let number = |field: &str, one: &str| count(overview[field].as_u64().unwrap_or_default(), one);
    let has = [
        number("groups", "group"),
        number("providers", "provider"),
        number("routes", "route"),
        number("keys", "key"),
    ];
    let today = &overview["today"];
    let under_way = count(
        overview["in_flight"].as_u64().unwrap_or_default(),
        "request",
    );
    for (name, value) in [
        (
            "gateway",
            format!("running at {base}, version {}", text(overview, "version")),
        ),
        ("data folder", text(overview, "data_dir").to_owned()),
        ("has", has.join(", ")),
        ("now", format!("{under_way} under way")),
        (
            "today",
            format!(
                "{} requests ({} ok), {} tokens in, {} out",
                cell(today, "total"),
                cell(today, "ok"),
                cell(today, "req_t"),
                cell(today, "resp_t")
            ),
        ),
        ("resting", resting(overview)),
    ] {
        output.line(format!("{name:<12} {value}"))?;
    }
    for error in overview["recent_errors"]
        .as_array()
        .into_iter()
        .flatten()
        .take(3)
    {
        let what = super::table::one_line(text(error, "error"));
        output.line(format!(
            "{:<12} {} {}: {what}",
            "error",
            cell(error, "status_code"),
            text(error, "asked_model")
        ))?;
    }
    Ok(())
}

fn resting(overview: &Value) -> String {
    let names: Vec<&str> = overview["circuit_providers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if names.is_empty() {
        "no provider".to_owned()
    } else {
        names.join(", ")
    }
}

/// A gateway that does not run is a fact, told on standard output, and a failure to scripts.
fn stopped(context: &Context) -> Result<(), Failure> {
    let folder = &context.options.data_dir;
    let has_data = folder.join(store::FILE).exists();
    if context.output.is_json() {
        context.output.json(
            &json!({"ok": true, "running": false, "data_dir": folder, "has_data": has_data}),
        )?;
    } else {
        let data = if has_data {
            ""
        } else {
            " (nothing is there yet)"
        };
        context
            .output
            .line(format!("{:<12} not running", "gateway"))?;
        context
            .output
            .line(format!("{:<12} {}{data}", "data folder", folder.display()))?;
    }
    Err(
        Failure::of(Exit::Unreachable, "no gateway runs on this data folder")
            .so(format!("start it with `{} serve`", context.again)),
    )
}
