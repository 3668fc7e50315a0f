//! `keyway-server logs`.

mod entry;

use std::collections::HashSet;

use clap::{Args, Subcommand};
use http_body_util::BodyExt;
use keyway_protocols::sse::Frames;
use serde_json::Value;

use super::{
    Context,
    cells::{cell, moment, text},
    client::Client,
    failure::Failure,
    output::{Output, Tone},
    path,
    records::{self, KEY},
    table::{Table, one_line},
};

/// Shows the latest requests.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Logs {
    #[command(subcommand)]
    command: Option<LogsCommand>,
    /// Goes on as requests come in, until Ctrl-C.
    #[arg(long, short)]
    follow: bool,
    /// How many.
    #[arg(long, short = 'n', default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Of this key only.
    #[arg(long, value_name = "NAME")]
    key: Option<String>,
    /// Of this route only.
    #[arg(long, value_name = "ALIAS")]
    route: Option<String>,
    /// Those that went this way only: `ok`, `error`, `client_error`, `client_left` or `server_error`.
    #[arg(long)]
    outcome: Option<String>,
    /// From this time on: 2030-01-01, or with a time in ISO 8601.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Of all groups.
    #[arg(long)]
    all_groups: bool,
}

#[derive(Debug, Subcommand)]
enum LogsCommand {
    /// Shows one request with its attempts and what it lost in translation.
    Show {
        /// Its id, as the list has it.
        id: String,
    },
}

impl Logs {
    /// Shows the latest requests, or one.
    pub(super) async fn run(self, context: &Context, client: &Client) -> Result<(), Failure> {
        if let Some(LogsCommand::Show { id }) = &self.command {
            return entry::show(context, client, id).await;
        }
        let key = match &self.key {
            Some(word) => {
                Some(records::id(KEY, &records::find(context, client, KEY, word).await?).to_owned())
            }
            None => None,
        };
        let answer = client
            .get(&self.path(context, key.as_deref(), self.since.as_deref(), self.limit))
            .await?;
        if !self.follow {
            return if context.output.is_json() {
                context.output.json(&answer)
            } else {
                shown(context.output, &answer)
            };
        }
        self.follow(context, client, key.as_deref(), &answer).await
    }

    fn path(
        &self,
        context: &Context,
        key: Option<&str>,
        since: Option<&str>,
        limit: u32,
    ) -> String {
        let query = [
            (
                "group_id",
                (!self.all_groups).then_some(context.group.as_str()),
            ),
            ("api_key_id", key),
            ("route", self.route.as_deref()),
            ("outcome", self.outcome.as_deref()),
            ("since", since),
            ("limit", Some(&*limit.to_string())),
        ];
        path::with_query(&path::admin(["llm", "logs"]), &query)
    }

    async fn follow(
        &self,
        context: &Context,
        client: &Client,
        key: Option<&str>,
        first: &Value,
    ) -> Result<(), Failure> {
        let Client::Running(remote) = client else {
            return Err(Failure::unreachable(
                "no gateway runs on this data folder, so there is nothing to follow",
            )
            .so("start one with `keyway-server serve`"));
        };
        let mut stream = remote.listen(&path::admin(["events"])).await?.into_body();
        let mut tail = Tail::default();
        tail.show(context.output, first)?;
        let mut frames = Frames::default();
        while let Some(Ok(piece)) = stream.frame().await {
            let Ok(data) = piece.into_data() else {
                continue;
            };
            frames.push(data);
            if brings_news(&mut frames) {
                let answer = client
                    .get(&self.path(context, key, tail.since(), 1000))
                    .await?;
                tail.show(context.output, &answer)?;
            }
        }
        Err(Failure::unreachable("the gateway has stopped"))
    }
}

/// Whether any of the events that are complete tells of entries.
fn brings_news(frames: &mut Frames) -> bool {
    let mut news = false;
    while let Ok(Some(frame)) = frames.next_frame() {
        news |= frame.data().is_some_and(|data| tells_of_entries(&data));
    }
    news
}

fn tells_of_entries(event: &[u8]) -> bool {
    let kind = serde_json::from_slice::<Value>(event).ok();
    kind.is_some_and(|event| matches!(event["type"].as_str(), Some("logged" | "refresh")))
}

/// Shows entries as they come, each once.
#[derive(Debug, Default)]
struct Tail {
    last: Option<String>,
    seen: HashSet<String>,
}

impl Tail {
    fn since(&self) -> Option<&str> {
        self.last.as_deref()
    }

    fn show(&mut self, output: Output, answer: &Value) -> Result<(), Failure> {
        for entry in self.fresh(answer) {
            if output.is_json() {
                output.json_line(entry)?;
            } else {
                output.line(line(output, entry))?;
            }
        }
        Ok(())
    }

    /// The entries not shown yet, the oldest first.
    fn fresh<'a>(&mut self, answer: &'a Value) -> Vec<&'a Value> {
        let page: Vec<&Value> = answer["logs"].as_array().into_iter().flatten().collect();
        let fresh: Vec<&Value> = page
            .iter()
            .rev()
            .filter(|entry| !self.seen.contains(text(entry, "log_id")))
            .copied()
            .collect();
        if let Some(newest) = page.first() {
            self.last = Some(text(newest, "created_at").to_owned());
        }
        // What is older than the page cannot come again: the next one begins with its newest.
        self.seen = page
            .iter()
            .map(|entry| text(entry, "log_id").to_owned())
            .collect();
        fresh
    }
}

/// A page of the log as a table, the newest entry last, where the eye is.
fn shown(output: Output, answer: &Value) -> Result<(), Failure> {
    let mut table = Table::new(&[
        "TIME",
        "STATUS",
        "KEY",
        "ASKED",
        "ANSWERED BY",
        " IN",
        " OUT",
        " MS",
        " LOST",
        "ID",
        "ERROR",
    ]);
    for entry in answer["logs"].as_array().into_iter().flatten().rev() {
        table.row([
            moment(entry, "created_at"),
            cell(entry, "status_code"),
            cell(entry, "key_name"),
            cell(entry, "asked_model"),
            answered_by(entry),
            cell(entry, "request_tokens"),
            cell(entry, "response_tokens"),
            cell(entry, "latency_ms"),
            lost(entry).map_or_else(String::new, |number| number.to_string()),
            text(entry, "log_id").to_owned(),
            text(entry, "error").to_owned(),
        ]);
    }
    output.table(&table, "there are no such requests in the log")
}

/// How many things an entry lost in translation; none where nothing was.
fn lost(entry: &Value) -> Option<usize> {
    entry["losses"]
        .as_array()
        .map(Vec::len)
        .filter(|number| *number > 0)
}

fn answered_by(entry: &Value) -> String {
    match (text(entry, "provider_id"), text(entry, "upstream_model")) {
        ("", _) => "-".to_owned(),
        (provider, "") => provider.to_owned(),
        (provider, model) => format!("{provider}/{model}"),
    }
}

fn tone(entry: &Value) -> Tone {
    match entry["status_code"].as_u64().unwrap_or_default() {
        200..=399 => Tone::Good,
        400..=499 => Tone::Doubtful,
        _ => Tone::Bad,
    }
}

/// One entry on a line of its own: `12:30:01  200  laptop  sonnet -> deepseek/deepseek-chat  1,200+80 tokens  830 ms`.
fn line(output: Output, entry: &Value) -> String {
    let status = entry["status_code"].as_u64().unwrap_or_default();
    let time = moment(entry, "created_at");
    let text_of = format!(
        "{}  {}  {} -> {}  {}+{} tokens  {} ms",
        output.toned(tone(entry), &status.to_string()),
        cell(entry, "key_name"),
        cell(entry, "asked_model"),
        answered_by(entry),
        cell(entry, "request_tokens"),
        cell(entry, "response_tokens"),
        cell(entry, "latency_ms"),
    );
    let lost = lost(entry).map_or_else(String::new, |number| format!("  {number} lost"));
    let error = match text(entry, "error") {
        "" => String::new(),
        error => format!("  {}", one_line(error)),
    };
    format!("{time}  {text_of}{lost}{error}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(ids: &[&str]) -> Value {
        let logs: Vec<Value> = ids
            .iter()
            .map(|id| json!({"log_id": id, "created_at": format!("2030-01-01T00:00:0{id}+00:00")}))
            .collect();
        json!({ "logs": logs })
    }

    fn ids(entries: &[&Value]) -> String {
        entries.iter().map(|entry| text(entry, "log_id")).collect()
    }

    #[test]
    fn each_entry_is_shown_once_and_the_oldest_first() {
        let mut tail = Tail::default();
        assert_eq!(ids(&tail.fresh(&page(&["2", "1"]))), "12");
        assert_eq!(tail.since(), Some("2030-01-01T00:00:02+00:00"));
        assert_eq!(ids(&tail.fresh(&page(&["4", "3", "2"]))), "34");
        assert_eq!(ids(&tail.fresh(&page(&["4"]))), "");
        assert_eq!(ids(&tail.fresh(&page(&[]))), "");
        assert_eq!(tail.since(), Some("2030-01-01T00:00:04+00:00"));
    }

    #[test]
    fn an_entry_tells_how_many_things_it_lost() {
        let entry = json!({"status_code": 200, "losses": [{}, {}]});
        let plain = Output::new(false, true);
        assert!(line(plain, &entry).ends_with(" ms  2 lost"));
        assert!(line(plain, &json!({"losses": []})).ends_with(" ms"));
    }

    #[test]
    fn only_news_of_the_log_is_a_reason_to_look() {
        assert!(tells_of_entries(br#"{"type": "logged", "entries": 2}"#));
        assert!(tells_of_entries(br#"{"type": "refresh"}"#));
        assert!(!tells_of_entries(br#"{"type": "config", "what": "keys"}"#));
        assert!(!tells_of_entries(b""));
    }
}
