//! `keyway-server groups`.

use clap::{Args, Subcommand};

use super::{
    Context,
    cells::{cell, count, state, text},
    client::Client,
    failure::Failure,
    form::{Form, OrNone, switched},
    path, prompt,
    table::Table,
};

/// Groups: namespaces of providers, routes, keys and tools.
#[derive(Debug, Args)]
pub(super) struct Groups {
    #[command(subcommand)]
    command: Option<GroupsCommand>,
}

#[derive(Debug, Default, Subcommand)]
enum GroupsCommand {
    /// Lists all groups (the default).
    #[default]
    List,
    /// Makes a group.
    Add {
        /// Its id: letters, digits, dots, dashes, underscores.
        id: String,
        /// What people call it; the id without it.
        #[arg(long)]
        name: Option<String>,
        /// Free text.
        #[arg(long)]
        note: Option<String>,
    },
    /// Changes a group.
    Edit {
        /// Its id.
        id: String,
        #[command(flatten)]
        change: GroupChange,
    },
    /// Copies a group with all it has; every key is issued anew and printed.
    Copy {
        /// The group to copy.
        id: String,
        /// What people call the copy.
        name: String,
        /// The id of the copy; one is made without it.
        #[arg(long, value_name = "ID")]
        new_id: Option<String>,
    },
    /// Deletes a group with all it has.
    Remove {
        /// Its id.
        id: String,
        /// Does not ask.
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
struct GroupChange {
    /// What people call it.
    #[arg(long)]
    name: Option<String>,
    /// Free text.
    #[arg(long)]
    note: Option<String>,
    /// What answers when the asked model is no alias and the key has no current route; or `none`.
    #[arg(long, value_name = "ROUTE")]
    default_route: Option<OrNone<String>>,
    /// What gets the asked model as it is when there is no default route; or `none`.
    #[arg(long, value_name = "PROVIDER")]
    default_provider: Option<OrNone<String>>,
    /// Lets its keys in again.
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Turns its keys away.
    #[arg(long)]
    disable: bool,
}

impl Groups {
    /// Does what was asked.
    pub(super) async fn run(self, context: &Context, client: &Client) -> Result<(), Failure> {
        let output = context.output;
        match self.command.unwrap_or_default() {
            GroupsCommand::List => list(context, client).await,
            GroupsCommand::Add { id, name, note } => {
                let name = name.unwrap_or_else(|| id.clone());
                let form = Form::default()
                    .set("group_id", Some(id.as_str()))
                    .set("name", Some(name))
                    .set("note", note);
                let answer = client
                    .post(&path::admin(["llm", "groups"]), &form.body())
                    .await?;
                output.done(&answer, || format!("made group {id}"))
            }
            GroupsCommand::Edit { id, change } => {
                let form = Form::default()
                    .set("name", change.name)
                    .set("note", change.note)
                    .set("enabled", switched(change.enable, change.disable))
                    .patch("default_route", change.default_route)
                    .patch("default_provider", change.default_provider);
                let answer = client
                    .patch(&path::admin(["llm", "groups", &id]), &form.needed()?)
                    .await?;
                output.done(&answer, || format!("changed group {id}"))
            }
            GroupsCommand::Copy { id, name, new_id } => {
                let form = Form::default()
                    .set("new_name", Some(name))
                    .set("new_group_id", new_id);
                copy(context, client, &id, form).await
            }
            GroupsCommand::Remove { id, yes } => remove(context, client, &id, yes).await,
        }
    }
}

async fn list(context: &Context, client: &Client) -> Result<(), Failure> {
    let answer = client.get(&path::admin(["llm", "groups"])).await?;
    if context.output.is_json() {
        return context.output.json(&answer);
    }
    let mut table = Table::new(&[
        "GROUP",
        "NAME",
        "STATE",
        " PROVIDERS",
        " ROUTES",
        " KEYS",
        " TOOLS",
        "DEFAULT ROUTE",
        "DEFAULT PROVIDER",
    ]);
    for group in answer["groups"].as_array().into_iter().flatten() {
        table.row([
            text(group, "group_id").to_owned(),
            text(group, "name").to_owned(),
            state(group),
            cell(group, "provider_count"),
            cell(group, "route_count"),
            cell(group, "key_count"),
            cell(group, "tool_count"),
            cell(group, "default_route"),
            cell(group, "default_provider"),
        ]);
    }
    context.output.table(&table, "there are no groups")
}

async fn copy(context: &Context, client: &Client, id: &str, form: Form) -> Result<(), Failure> {
    let answer = client
        .post(&path::admin(["llm", "groups", id, "copy"]), &form.body())
        .await?;
    let output = context.output;
    if output.is_json() {
        return output.json(&answer);
    }
    let group = &answer["group"];
    output.remark(format!(
        "copied group {id} to {}; its keys:",
        text(group, "group_id")
    ))?;
    let mut table = Table::new(&["NAME", "KEY"]);
    for key in group["issued_keys"].as_array().into_iter().flatten() {
        table.row([
            text(key, "name").to_owned(),
            text(key, "plaintext").to_owned(),
        ]);
    }
    output.table(&table, "none: the group had no keys")
}

async fn remove(context: &Context, client: &Client, id: &str, yes: bool) -> Result<(), Failure> {
    let path = path::admin(["llm", "groups", id]);
    if !yes {
        let answer = client.get(&path).await?;
        let has = |field: &str, one: &str| {
            count(answer["group"][field].as_u64().unwrap_or_default(), one)
        };
        let all = [
            has("provider_count", "provider"),
            has("route_count", "route"),
            has("key_count", "key"),
        ];
        prompt::confirm(&format!("delete group {id} with {}", all.join(", ")))?;
    }
    let answer = client.delete(&path).await?;
    context
        .output
        .done(&answer, || format!("deleted group {id}"))
}
