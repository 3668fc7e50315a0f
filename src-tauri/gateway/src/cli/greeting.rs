//! What `serve` says once it listens: the address, a login link, a line to try it with.

use std::{ffi::OsStr, path::Path};

use serde_json::json;

use super::{Context, cells::text, client::Client, failure::Failure, path};
use crate::{Gateway, app::App, secrets::MasterSource};

/// The key that is made when there is none at all.
const FIRST_KEY: &str = "first key";

/// Greets the person at the terminal; scripts read the first line.
pub(super) async fn greet(context: &Context, gateway: &Gateway) -> Result<(), Failure> {
    let (app, output) = (gateway.app(), context.output);
    let base = app.base_url();
    output.line(format!("listening on {base}"))?;
    let link = app
        .door
        .one_time_link(&base, app.clock.now())
        .map_err(|error| Failure::new(error.to_string()))?;
    output.line(format!("log in with   {link}"))?;
    output.line(format!(
        "              (works once, for ten minutes; `{} open` makes another)",
        context.again
    ))?;
    output.line(format!(
        "data lies in  {}",
        context.options.data_dir.display()
    ))?;
    let key = match some_key(app) {
        Some(name) => format!("$({} keys show {})", context.again, quoted(&name)),
        None if has_keys(app) => return Ok(()),
        None => first_key(gateway).await?,
    };
    output.line(format!("try it with   {}", curl(&base, &key)))?;
    warn(context, app)
}

/// The first key of all, as its text.
async fn first_key(gateway: &Gateway) -> Result<String, Failure> {
    let client = Client::Here(gateway.clone());
    let made = client
        .post(
            &path::admin(["llm", "groups", "default", "keys"]),
            &json!({"name": FIRST_KEY}),
        )
        .await?;
    Ok(text(&made, "plaintext").to_owned())
}

/// The oldest key of the default group that can be shown again and used.
fn some_key(app: &App) -> Option<String> {
    let snapshot = app.live.now();
    let now = app.clock.now();
    let usable = snapshot.keys().filter(|key| {
        key.enabled
            && key.group.as_str() == "default"
            && key.expires_at.is_none_or(|until| until > now)
    });
    let mut usable: Vec<_> = usable.collect();
    usable.sort_by_key(|key| key.created_at);
    let shown = app
        .store
        .read_blocking(|db| crate::store::keys::list(db, None))
        .ok()?;
    let can_be_shown = |id: &crate::ids::KeyId| {
        shown
            .iter()
            .any(|row| row.key.id == *id && row.sealed.is_some())
    };
    usable
        .into_iter()
        .find(|key| can_be_shown(&key.id))
        .map(|key| key.name.clone())
}

fn has_keys(app: &App) -> bool {
    app.live.now().keys().next().is_some()
}

fn warn(context: &Context, app: &App) -> Result<(), Failure> {
    let host = context.options.host;
    if !host.is_loopback() {
        let how = if context.options.tls.is_some() {
            ""
        } else {
            ", and what they send is not encrypted"
        };
        context.output.remark(format!(
            "warning: {host} can be reached from other machines{how}; use --host 127.0.0.1 to keep it to this one"
        ))?;
    }
    if app.master == MasterSource::File {
        context.output.remark(format!(
            "note: the master key lies in the file master.key beside the database; `{} secret rotate --to environment` moves it into KEYWAY_SECRET",
            context.again
        ))?;
    }
    Ok(())
}

/// One line that runs as it is.
fn curl(base: &str, key: &str) -> String {
    let body = json!({"model": "echo", "messages": [{"role": "user", "content": "Hello"}]});
    format!(
        "curl {base}/v1/chat/completions -H \"Authorization: Bearer {key}\" -H \"Content-Type: application/json\" -d '{body}'"
    )
}

/// How a shell calls this program again for the same data folder.
pub(super) fn called_again(data_dir: Option<&Path>) -> String {
    let program = std::env::args_os()
        .next()
        .unwrap_or_else(|| "keyway-server".into());
    // A path from here would be wrong anywhere else; a bare name is found by the shell.
    let is_bare = Path::new(&program).components().count() == 1;
    let program = match std::path::absolute(&program) {
        Ok(path) if !is_bare => path.into_os_string(),
        Ok(_) | Err(_) => program,
    };
    called(&program, data_dir)
}

fn called(program: &OsStr, data_dir: Option<&Path>) -> String {
    let mut words = quoted(&program.to_string_lossy());
    if let Some(folder) = data_dir {
        words.push_str(" --data-dir ");
        words.push_str(&quoted(&folder.to_string_lossy()));
    }
    words
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_when_a_shell_would_take_them_apart() {
        assert_eq!(quoted("keyway-server"), "keyway-server");
        assert_eq!(quoted("first key"), "'first key'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn the_program_is_called_again_as_it_was_called() {
        let called = called(
            OsStr::new("./target/keyway-server"),
            Some(Path::new("/a b")),
        );
        assert_eq!(called, "./target/keyway-server --data-dir '/a b'");
    }
}
