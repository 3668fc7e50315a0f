//! `keyway-server export`.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::{Value, json};

use super::{Context, cells::text, client::Client, failure::Failure, path};

/// Writes the configuration as JSON, without secrets.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The file to write, which must not exist; without it the JSON is printed.
    file: Option<PathBuf>,
}

impl Export {
    /// Exports all groups.
    pub(super) async fn run(self, context: &Context, client: &Client) -> Result<(), Failure> {
        let export = whole(client).await?;
        let Some(file) = &self.file else {
            return context.output.json(&export);
        };
        write(file, &export)?;
        context.output.done(&json!({"ok": true, "file": file}), || {
            format!("exported to {}", file.display())
        })
    }
}

/// All records as the API shows them: upstream keys cut short, client keys by their beginning only.
async fn whole(client: &Client) -> Result<Value, Failure> {
    let mut groups = Vec::new();
    let listed = client.get(&path::admin(["llm", "groups"])).await?;
    for group in listed["groups"].as_array().into_iter().flatten() {
        let mut group = group.clone();
        for (list, field) in [
            ("providers", "providers"),
            ("routes", "routes"),
            ("keys", "keys"),
            ("tool-providers", "tool_providers"),
        ] {
            let answer = client
                .get(&path::admin([
                    "llm",
                    "groups",
                    text(&group, "group_id"),
                    list,
                ]))
                .await?;
            group[field] = answer[field].clone();
        }
        groups.push(group);
    }
    let users = client.get(&path::admin(["llm", "users"])).await?;
    let settings = client.get(&path::admin(["settings"])).await?;
    Ok(json!({
        "format": "keyway-export-1",
        "version": env!("CARGO_PKG_VERSION"),
        "settings": settings["settings"],
        "users": users["users"],
        "groups": groups,
    }))
}

fn write(file: &Path, export: &Value) -> Result<(), Failure> {
    let put = || -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        writeln!(options.open(file)?, "{export:#}")
    };
    put().map_err(|error| cannot_write(file, &error))
}

/// A file that cannot be written, and what to do.
pub(super) fn cannot_write(file: &Path, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return Failure::conflict(format!("{} is there already", file.display()))
            .so("choose another name");
    }
    Failure::new(format!("cannot write {}: {error}", file.display()))
}
