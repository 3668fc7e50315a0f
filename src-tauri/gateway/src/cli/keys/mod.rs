//! `keyway-server keys`.

mod form;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::{
    Context,
    cells::{cell, is_on, moment, state, text, used_of},
    client::Client,
    failure::Failure,
    path,
    records::{self, KEY},
    table::Table,
};

use form::{Edit, New};

/// Keys that clients send.
#[derive(Debug, Args)]
pub(super) struct Keys {
    #[command(subcommand)]
    command: Option<KeysCommand>,
}

#[derive(Debug, Default, Subcommand)]
enum KeysCommand {
    /// Lists the keys of the group (the default).
    #[default]
    List,
    /// Issues a key and prints it.
    Add(New),
    /// Changes a key.
    Edit(Edit),
    /// Prints a key in full.
    Show {
        /// Its name or id.
        key: String,
    },
    /// Deletes keys: what they are used for stops working at once.
    Remove {
        /// Names or ids.
        #[arg(required = true)]
        keys: Vec<String>,
    },
}

impl Keys {
    /// Does what was asked.
    pub(super) async fn run(self, context: &Context, client: &Client) -> Result<(), Failure> {
        match self.command.unwrap_or_default() {
            KeysCommand::List => list(context, client).await,
            KeysCommand::Add(new) => add(context, client, new).await,
            KeysCommand::Edit(edit) => change(context, client, edit).await,
            KeysCommand::Show { key } => show(context, client, &key).await,
            KeysCommand::Remove { keys } => remove(context, client, &keys).await,
        }
    }
}

async fn list(context: &Context, client: &Client) -> Result<(), Failure> {
    let answer = records::list(context, client, KEY).await?;
    if context.output.is_json() {
        return context.output.json(&answer);
    }
    let mut table = Table::new(&[
        "NAME",
        "KEY",
        "STATE",
        "ROUTE",
        "FAST",
        "OWNER",
        " REQUESTS",
        " TOKENS",
        "LAST USED",
        "ID",
    ]);
    for key in answer["keys"].as_array().into_iter().flatten() {
        table.row([
            text(key, "name").to_owned(),
            text(key, "key_prefix").to_owned(),
            state_of(key),
            cell(key, "current_route"),
            cell(key, "fast_route"),
            cell(key, "owner_user_id"),
            used_of(key, "used_requests", "max_requests"),
            used_of(key, "used_tokens", "max_tokens"),
            moment(key, "last_used_at"),
            text(key, "key_id").to_owned(),
        ]);
    }
    context.output.table(
        &table,
        &format!(
            "group {} has no keys; make one with `keys add NAME`",
            context.group
        ),
    )
}

fn state_of(key: &Value) -> String {
    let until = moment(key, "expires_at");
    match (is_on(key, "enabled"), key["expires_at"].is_null()) {
        (false, _) | (true, true) => state(key),
        (true, false) => format!("until {}", until.split(' ').next().unwrap_or_default()),
    }
}

async fn add(context: &Context, client: &Client, new: New) -> Result<(), Failure> {
    let answer = client
        .post(&records::list_path(context, KEY), &new.body())
        .await?;
    let output = context.output;
    if output.is_json() {
        return output.json(&answer);
    }
    let name = text(&answer["key"], "name");
    output.remark(format!("issued key {name:?} in group {}", context.group))?;
    if is_on(&answer["key"], "hash_only") {
        output.remark("only its hash is kept: store it now")?;
    }
    // The key alone, so that `KEY=$(keyway-server keys add ci)` works.
    output.line(text(&answer, "plaintext"))
}

async fn change(context: &Context, client: &Client, edit: Edit) -> Result<(), Failure> {
    let (word, body) = edit.parts()?;
    let found = records::find(context, client, KEY, &word).await?;
    let path = path::admin(["llm", "keys", records::id(KEY, &found)]);
    let answer = client.patch(&path, &body).await?;
    context.output.done(&answer, || {
        format!("changed key {:?}", text(&answer["key"], "name"))
    })
}

async fn show(context: &Context, client: &Client, word: &str) -> Result<(), Failure> {
    let found = records::find(context, client, KEY, word).await?;
    let answer = client
        .get(&path::admin([
            "llm",
            "keys",
            records::id(KEY, &found),
            "plaintext",
        ]))
        .await?;
    if context.output.is_json() {
        return context.output.json(&answer);
    }
    context.output.line(text(&answer, "plaintext"))
}

async fn remove(context: &Context, client: &Client, words: &[String]) -> Result<(), Failure> {
    for word in words {
        let found = records::find(context, client, KEY, word).await?;
        let answer = client
            .delete(&path::admin(["llm", "keys", records::id(KEY, &found)]))
            .await?;
        if context.output.is_json() {
            context.output.json_line(&answer)?;
        } else {
            context
                .output
                .line(format!("deleted key {:?}", text(&found, "name")))?;
        }
    }
    Ok(())
}
