//! `keyway-server users`.

use clap::{Args, Subcommand};

use super::{
    Context,
    cells::{cell, state, text},
    client::Client,
    failure::Failure,
    form::{Form, switched},
    path,
    table::Table,
};

/// Users: the names that keys belong to.
#[derive(Debug, Args)]
pub(super) struct Users {
    #[command(subcommand)]
    command: Option<UsersCommand>,
}

#[derive(Debug, Default, Subcommand)]
enum UsersCommand {
    /// Lists all users (the default).
    #[default]
    List,
    /// Adds a user.
    Add {
        /// The name.
        name: String,
        /// Free text.
        #[arg(long)]
        note: Option<String>,
    },
    /// Changes a user.
    Edit {
        /// The name.
        name: String,
        #[command(flatten)]
        change: UserChange,
    },
    /// Removes users that own no keys.
    Remove {
        /// The names.
        #[arg(required = true)]
        names: Vec<String>,
    },
}

#[derive(Debug, Args)]
struct UserChange {
    /// Another name; the keys follow.
    #[arg(long, value_name = "NAME")]
    rename: Option<String>,
    /// Free text.
    #[arg(long)]
    note: Option<String>,
    /// Lets the user's keys in again.
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Turns the user's keys away.
    #[arg(long)]
    disable: bool,
}

impl Users {
    /// Does what was asked.
    pub(super) async fn run(self, context: &Context, client: &Client) -> Result<(), Failure> {
        let all = path::admin(["llm", "users"]);
        let output = context.output;
        match self.command.unwrap_or_default() {
            UsersCommand::List => list(context, client).await,
            UsersCommand::Add { name, note } => {
                let form = Form::default()
                    .set("user_id", Some(name.as_str()))
                    .set("note", note);
                let answer = client.post(&all, &form.body()).await?;
                output.done(&answer, || format!("added user {name:?}"))
            }
            UsersCommand::Edit { name, change } => {
                let form = Form::default()
                    .set("user_id", change.rename)
                    .set("note", change.note)
                    .set("enabled", switched(change.enable, change.disable));
                let answer = client
                    .patch(&path::admin(["llm", "users", &name]), &form.needed()?)
                    .await?;
                output.done(&answer, || {
                    format!("changed user {:?}", text(&answer["user"], "user_id"))
                })
            }
            UsersCommand::Remove { names } => {
                for name in names {
                    let answer = client.delete(&path::admin(["llm", "users", &name])).await?;
                    output.done(&answer, || format!("removed user {name:?}"))?;
                }
                Ok(())
            }
        }
    }
}

async fn list(context: &Context, client: &Client) -> Result<(), Failure> {
    let answer = client.get(&path::admin(["llm", "users"])).await?;
    if context.output.is_json() {
        return context.output.json(&answer);
    }
    let mut table = Table::new(&["NAME", "STATE", " KEYS", " REQUESTS", " TOKENS", "NOTE"]);
    for user in answer["users"].as_array().into_iter().flatten() {
        table.row([
            text(user, "user_id").to_owned(),
            state(user),
            cell(user, "key_count"),
            cell(user, "used_requests"),
            cell(user, "used_tokens"),
            text(user, "note").to_owned(),
        ]);
    }
    context.output.table(
        &table,
        "there are no users; `users add NAME` or `keys add NAME --owner USER` makes one",
    )
}
