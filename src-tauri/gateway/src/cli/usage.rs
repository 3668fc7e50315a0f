//! `keyway-server usage`.

use clap::Args;
use serde_json::{Map, Value, json};

use super::{
    Context,
    cells::{cell, moment, text},
    client::Client,
    failure::Failure,
    path,
    records::{self, KEY},
    table::Table,
};

/// Sums up requests and tokens: of the group since today or a given time, and of each key in all.
#[derive(Debug, Args)]
pub(super) struct Usage {
    /// From this time on: 2030-01-01, or with a time in ISO 8601; today (UTC) without it.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
}

impl Usage {
    /// Sums up.
    pub(super) async fn run(self, context: &Context, client: &Client) -> Result<(), Failure> {
        let query = [
            ("group_id", Some(context.group.as_str())),
            ("since", self.since.as_deref()),
        ];
        let total = client
            .get(&path::with_query(&path::admin(["llm", "usage"]), &query))
            .await?;
        let keys = of_keys(context, client).await?;
        if context.output.is_json() {
            let mut all: Map<String, Value> = total.as_object().cloned().unwrap_or_default();
            all.insert("keys".to_owned(), keys.into());
            return context.output.json(&all.into());
        }
        let since = moment(&total, "since");
        context.output.line(format!(
            "group {} since {since}: {} requests ({} ok), {} tokens in, {} out, {} ms on average",
            context.group,
            cell(&total["usage"], "total"),
            cell(&total["usage"], "ok"),
            cell(&total["usage"], "req_t"),
            cell(&total["usage"], "resp_t"),
            average(&total["usage"]),
        ))?;
        context.output.line("")?;
        let mut table = Table::new(&[
            "KEY",
            " REQUESTS",
            " OK",
            " TOKENS IN",
            " TOKENS OUT",
            " AVERAGE MS",
        ]);
        for key in &keys {
            table.row([
                text(key, "name").to_owned(),
                cell(key, "total"),
                cell(key, "ok"),
                cell(key, "req_t"),
                cell(key, "resp_t"),
                average(key),
            ]);
        }
        context.output.table(&table, "the group has no keys")
    }
}

/// What each key of the group has used, as far as the log goes back.
async fn of_keys(context: &Context, client: &Client) -> Result<Vec<Value>, Failure> {
    let answer = records::list(context, client, KEY).await?;
    let mut all = Vec::new();
    for key in answer["keys"].as_array().into_iter().flatten() {
        let id = records::id(KEY, key);
        let stats = client
            .get(&path::with_query(
                &path::admin(["llm", "stats"]),
                &[("api_key_id", Some(id))],
            ))
            .await?;
        let mut row = json!({"name": key["name"], "key_id": id});
        if let (Some(row), Some(stats)) = (row.as_object_mut(), stats["stats"].as_object()) {
            row.extend(stats.clone());
        }
        all.push(row);
    }
    Ok(all)
}

fn average(stats: &Value) -> String {
    stats["avg_latency"]
        .as_f64()
        .map_or_else(|| "-".to_owned(), |ms| format!("{ms:.0}"))
}
