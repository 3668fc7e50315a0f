//! `keyway-server tools`.

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;

use super::{
    Context,
    cells::{cell, is_on, state, text},
    client::Client,
    failure::Failure,
    form::{Form, switched},
    path, prompt,
    records::{self, TOOL},
    table::Table,
};

/// Tools that run inside the gateway.
#[derive(Debug, Args)]
pub(super) struct Tools {
    #[command(subcommand)]
    command: Option<ToolsCommand>,
}

#[derive(Debug, Default, Subcommand)]
enum ToolsCommand {
    /// Lists the tools of the group (the default).
    #[default]
    List,
    /// Adds a tool.
    Add {
        /// Its id: letters, digits, dots, dashes, underscores.
        id: String,
        /// What it does: `tavily`, `datetime_now` or `http_fetch`; without it the id says so.
        #[arg(long)]
        kind: Option<String>,
        #[command(flatten)]
        settings: Settings,
    },
    /// Changes a tool.
    Edit {
        /// Its id.
        id: String,
        #[command(flatten)]
        settings: Settings,
        /// Offers it again.
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        /// Offers it no more.
        #[arg(long)]
        disable: bool,
    },
    /// Removes tools.
    Remove {
        /// Their ids.
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

#[derive(Debug, Args)]
struct Settings {
    /// What people call it.
    #[arg(long)]
    name: Option<String>,
    /// Its upstream key; `-` asks for it.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    api_key: Option<String>,
    /// Settings as a JSON object.
    #[arg(long, value_name = "JSON")]
    config: Option<String>,
}

impl Settings {
    fn onto(self, form: Form) -> Result<Form, Failure> {
        let key = prompt::secret_or_ask(self.api_key, "upstream key")?;
        let form = form.set("name", self.name).set("config", self.config);
        Ok(form.set("api_key", key.as_ref().map(ExposeSecret::expose_secret)))
    }
}

impl Tools {
    /// Does what was asked.
    pub(super) async fn run(self, context: &Context, client: &Client) -> Result<(), Failure> {
        let output = context.output;
        match self.command.unwrap_or_default() {
            ToolsCommand::List => list(context, client).await,
            ToolsCommand::Add {
                id,
                kind,
                mut settings,
            } => {
                settings.name = settings.name.or_else(|| Some(id.clone()));
                let form = Form::default()
                    .set("tool_id", Some(id.as_str()))
                    .set("kind", kind);
                let body = settings.onto(form)?.body();
                let answer = client
                    .post(&records::list_path(context, TOOL), &body)
                    .await?;
                output.done(&answer, || {
                    format!("added tool {id} to group {}", context.group)
                })
            }
            ToolsCommand::Edit {
                id,
                settings,
                enable,
                disable,
            } => {
                let form = Form::default().set("enabled", switched(enable, disable));
                let body = settings.onto(form)?.needed()?;
                let found = records::find(context, client, TOOL, &id).await?;
                let answer = client
                    .patch(
                        &path::admin(["llm", "tool-providers", records::id(TOOL, &found)]),
                        &body,
                    )
                    .await?;
                output.done(&answer, || format!("changed tool {id}"))
            }
            ToolsCommand::Remove { ids } => {
                for id in ids {
                    let found = records::find(context, client, TOOL, &id).await?;
                    let answer = client
                        .delete(&path::admin([
                            "llm",
                            "tool-providers",
                            records::id(TOOL, &found),
                        ]))
                        .await?;
                    output.done(&answer, || format!("removed tool {id}"))?;
                }
                Ok(())
            }
        }
    }
}

async fn list(context: &Context, client: &Client) -> Result<(), Failure> {
    let answer = records::list(context, client, TOOL).await?;
    if context.output.is_json() {
        return context.output.json(&answer);
    }
    let mut table = Table::new(&["TOOL", "KIND", "NAME", "STATE", "KEY", "SETTINGS"]);
    for tool in answer["tool_providers"].as_array().into_iter().flatten() {
        let key = if is_on(tool, "api_key_set") {
            "set"
        } else {
            "-"
        };
        table.row([
            text(tool, "tool_id").to_owned(),
            text(tool, "kind").to_owned(),
            text(tool, "name").to_owned(),
            state(tool),
            key.to_owned(),
            cell(tool, "config"),
        ]);
    }
    context.output.table(
        &table,
        &format!(
            "group {} has no tools; add one with `tools add tavily --api-key -`",
            context.group
        ),
    )
}
