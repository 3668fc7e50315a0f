//! `keyway-server open`: the web page, logged in.

use std::process::{Command, Stdio};

use clap::Args;
use serde_json::json;

use super::{Context, cells::text, client::Client, failure::Failure, path, running};

/// Opens the web page, logged in, by a link that works once.
#[derive(Debug, Args)]
pub(super) struct Open {
    /// Prints the link and opens nothing.
    #[arg(long)]
    print: bool,
}

impl Open {
    /// Asks the running gateway for a link.
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let Some(remote) = running::running(context).await? else {
            return Err(Failure::unreachable("no gateway runs on this data folder")
                .so("start one with `keyway-server serve`"));
        };
        let answer = Client::Running(Box::new(remote))
            .post(&path::admin(["login-link"]), &json!({}))
            .await?;
        let output = context.output;
        if output.is_json() {
            return output.json(&answer);
        }
        let link = text(&answer, "link");
        // The link is printed in any case: a browser that opens elsewhere helps nobody.
        output.line(link)?;
        if self.print || browse(link) {
            return Ok(());
        }
        output.remark("no browser could be opened here; open the link yourself, it works once and for ten minutes")
    }
}

/// Opens a link with the program the system has for it.
fn browse(link: &str) -> bool {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("rundll32");
        command.arg("url.dll,FileProtocolHandler");
        command
    } else {
        Command::new("xdg-open")
    };
    let quiet = command
        .arg(link)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}
