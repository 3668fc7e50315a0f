//! `keyway-server providers`.

mod form;
mod quirks;
mod remove;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Context,
    cells::{cell, state, text},
    client::Client,
    failure::Failure,
    output::Tone,
    path,
    records::{self, PROVIDER},
    table::Table,
};

use form::{Edit, New};

/// Providers: the services that answer.
#[derive(Debug, Args)]
pub(super) struct Providers {
    #[command(subcommand)]
    command: Option<ProvidersCommand>,
}

#[derive(Debug, Default, Subcommand)]
enum ProvidersCommand {
    /// Lists the providers of the group (the default).
    #[default]
    List,
    /// Adds a provider.
    Add(New),
    /// Changes a provider.
    Edit(Edit),
    /// Removes providers, with the routes that are bound to them.
    Remove {
        /// Their ids.
        #[arg(required = true)]
        ids: Vec<String>,
        /// Asks nothing.
        #[arg(long)]
        yes: bool,
    },
    /// Lists what Keyway assumes about services, and what holds for one.
    Quirks {
        /// A provider, to see what holds for it.
        id: Option<String>,
        /// One of its models.
        model: Option<String>,
    },
    /// Sends a small real request to a provider.
    Test {
        /// Its id.
        id: String,
    },
}

impl Providers {
    /// Does what was asked.
    pub(super) async fn run(self, context: &Context, client: &Client) -> Result<(), Failure> {
        let output = context.output;
        match self.command.unwrap_or_default() {
            ProvidersCommand::List => list(context, client).await,
            ProvidersCommand::Add(new) => {
                let id = new.id().to_owned();
                let answer = client
                    .post(&records::list_path(context, PROVIDER), &new.body()?)
                    .await?;
                output.done(&answer, || {
                    format!(
                        "added provider {id} to group {}; try it with `providers test {id}`",
                        context.group
                    )
                })
            }
            ProvidersCommand::Edit(edit) => {
                let id = edit.id().to_owned();
                let found = records::find(context, client, PROVIDER, &id).await?;
                let answer = client.patch(&of(&found), &edit.body(&found)?).await?;
                output.done(&answer, || format!("changed provider {id}"))
            }
            ProvidersCommand::Remove { ids, yes } => {
                for id in ids {
                    remove::remove(context, client, &id, yes).await?;
                }
                Ok(())
            }
            ProvidersCommand::Quirks { id, model } => {
                quirks::show(context, client, id.as_deref(), model.as_deref()).await
            }
            ProvidersCommand::Test { id } => {
                let found = records::find(context, client, PROVIDER, &id).await?;
                let body = json!({"provider_id": records::id(PROVIDER, &found), "group_id": context.group});
                test(context, client, &format!("provider {id}"), &body).await
            }
        }
    }
}

fn of(provider: &Value) -> String {
    path::admin(["llm", "providers", records::id(PROVIDER, provider)])
}

async fn list(context: &Context, client: &Client) -> Result<(), Failure> {
    let answer = records::list(context, client, PROVIDER).await?;
    if context.output.is_json() {
        return context.output.json(&answer);
    }
    let mut table = Table::new(&[
        "PROVIDER",
        "NAME",
        "PROTOCOL",
        "BASE URL",
        "KEY",
        " CREDENTIALS",
        "STATE",
    ]);
    for provider in answer["providers"].as_array().into_iter().flatten() {
        let credentials = format!(
            "{} of {}",
            cell(provider, "credential_healthy"),
            cell(provider, "credential_count")
        );
        table.row([
            text(provider, "provider_id").to_owned(),
            text(provider, "name").to_owned(),
            text(provider, "protocol").to_owned(),
            text(provider, "base_url").to_owned(),
            cell(provider, "api_key"),
            credentials,
            state(provider),
        ]);
    }
    let nothing = format!(
        "group {} has no providers; add one with `providers add ID BASE_URL --api-key -`; route echo works without any",
        context.group
    );
    context.output.table(&table, &nothing)
}

/// Asks the gateway to try something, and tells how it went.
pub(super) async fn test(
    context: &Context,
    client: &Client,
    what: &str,
    body: &Value,
) -> Result<(), Failure> {
    let answer = client.post(&path::admin(["llm", "test"]), body).await?;
    let (output, test) = (context.output, &answer["test"]);
    let works = test["ok"] == true;
    if output.is_json() {
        output.json(&answer)?;
    } else {
        let (tone, word) = if works {
            (Tone::Good, "ok")
        } else {
            (Tone::Bad, "fail")
        };
        // Of a failure the message says what came, if anything did; the status alone may stand for no answer.
        let came = if works {
            format!("answered {}", cell(test, "status"))
        } else {
            "failed".to_owned()
        };
        let model = match text(test, "upstream_model") {
            "" => String::new(),
            model => format!(" with model {model}"),
        };
        output.line(format!(
            "{}   {what} {came}{model} after {} ms: {}",
            output.toned(tone, word),
            cell(test, "latency_ms"),
            super::table::one_line(text(test, "message")),
        ))?;
    }
    if works {
        Ok(())
    } else {
        Err(Failure::new(format!("{what} does not work")).so("the line above says why"))
    }
}
