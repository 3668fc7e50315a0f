//! `keyway-server import`.

use std::{io::IsTerminal, path::PathBuf};

use clap::{Args, Subcommand};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    Context, cells::count, client::Client, failure::Failure, path, prompt, running, vault,
};
use crate::{
    clock::{Clock, SystemClock},
    import::keyway::{self, ImportError, Remark, Report},
    options::Options,
};

/// Brings in what another program has.
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    /// keyway-router's database: groups, providers, routes, keys, log.
    Keyway(Keyway),
}

#[derive(Debug, Args)]
struct Keyway {
    /// Its keyway.db, or the folder it lies in.
    path: PathBuf,
    #[arg(
        help = "The KEYWAY_SECRET it ran with; - asks for it [env: KEYWAY_IMPORT_SECRET]",
        long,
        allow_hyphen_values = true,
        env = "KEYWAY_IMPORT_SECRET",
        hide_env = true,
        hide_env_values = true
    )]
    secret: Option<String>,
    /// Tells what it would bring, and changes nothing.
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    /// Imports.
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        if context.url.is_some() {
            return Err(
                Failure::usage("an import needs the data folder itself, not --url")
                    .so("run it on the gateway's machine"),
            );
        }
        let From::Keyway(order) = self.from;
        let dry_run = order.dry_run;
        let found = running::running(context).await?;
        let options = context.options.clone();
        let work = tokio::task::spawn_blocking(move || order.run(&options));
        let report = work
            .await
            .map_err(|error| Failure::new(error.to_string()))??;
        if let Some(remote) = found.filter(|_| !dry_run) {
            // Any change makes a gateway read its configuration anew, and with it what came from here.
            Client::Running(Box::new(remote))
                .patch(&path::admin(["settings"]), &json!({}))
                .await?;
        }
        show(context, &report, dry_run)
    }
}

impl Keyway {
    /// Blocks.
    fn run(self, options: &Options) -> Result<Report, Failure> {
        const QUESTION: &str = "KEYWAY_SECRET that keyway-router ran with";
        let given = prompt::secret_or_ask(self.secret, QUESTION)?;
        let opened = vault::open(options)?;
        let (sealer, now) = (opened.unlocked.key.sealer(), SystemClock.now());
        let bring = if self.dry_run {
            keyway::preview
        } else {
            keyway::import
        };
        let bring =
            |secret: Option<&SecretString>| bring(&self.path, secret, &opened.store, &sealer, now);
        if given.is_some() {
            return Ok(bring(given.as_ref())?);
        }
        // Both products may run with the same secret; when they do not, nobody said that it was the same.
        match bring(options.secret.as_ref()) {
            Err(ImportError::SecretNeeded | ImportError::WrongSecret)
                if std::io::stdin().is_terminal() =>
            {
                Ok(bring(Some(&prompt::secret(QUESTION)?))?)
            }
            Err(ImportError::WrongSecret) => Err(ImportError::SecretNeeded.into()),
            brought => Ok(brought?),
        }
    }
}

fn show(context: &Context, report: &Report, dry_run: bool) -> Result<(), Failure> {
    let output = context.output;
    if output.is_json() {
        let report = serde_json::to_value(report).unwrap_or(Value::Null);
        return output.json(&json!({"ok": true, "dry_run": dry_run, "report": report}));
    }
    let verb = if dry_run { "would bring" } else { "brought" };
    output.line(format!("{verb} {}", sum(report)))?;
    remarks(context, "left out", &report.skipped)?;
    remarks(context, "not quite as it was", &report.changed)
}

fn sum(report: &Report) -> String {
    let all = [
        (report.groups, "group"),
        (report.providers, "provider"),
        (report.credentials, "credential"),
        (report.routes, "route"),
        (report.targets, "further target"),
        (report.keys, "key"),
        (report.tools, "tool"),
    ];
    let mut parts: Vec<String> = all
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, one)| count(*number, one))
        .collect();
    match report.logs {
        0 => {}
        1 => parts.push("1 log entry".to_owned()),
        logs => parts.push(format!("{logs} log entries")),
    }
    if parts.is_empty() {
        "nothing new".to_owned()
    } else {
        parts.join(", ")
    }
}

fn remarks(context: &Context, title: &str, remarks: &[Remark]) -> Result<(), Failure> {
    if remarks.is_empty() {
        return Ok(());
    }
    context.output.line(format!("{title}:"))?;
    for remark in remarks {
        context
            .output
            .line(format!("  {}: {}", remark.what, remark.why))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_one_sentence_without_zeros() {
        let report = Report {
            groups: 1,
            keys: 2,
            logs: 30,
            ..Report::default()
        };
        assert_eq!(sum(&report), "1 group, 2 keys, 30 log entries");
        assert_eq!(sum(&Report::default()), "nothing new");
    }
}
