//! `keyway-server token`.

use clap::Args;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{Context, failure::Failure, running, vault};
use crate::gateway;

/// Prints the admin token.
#[derive(Debug, Args)]
pub(super) struct Token {
    /// Makes another one; the old one opens nothing any more. The gateway must not run.
    #[arg(long)]
    rotate: bool,
}

impl Token {
    /// Prints the token, after making another if asked.
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        if self.rotate {
            no_gateway(context, "the token cannot be replaced").await?;
            if context.options.admin_token.is_some() {
                return Err(
                    Failure::conflict("the admin token is set by KEYWAY_ADMIN_TOKEN")
                        .so("change it there"),
                );
            }
        }
        let token = match context.options.admin_token.clone().filter(|_| !self.rotate) {
            Some(token) => token,
            None => kept(context, self.rotate).await?,
        };
        let token = token.expose_secret();
        context
            .output
            .done(&json!({"ok": true, "token": token}), || token.to_owned())
    }
}

async fn kept(context: &Context, rotate: bool) -> Result<secrecy::SecretString, Failure> {
    let options = context.options.clone();
    let kept = tokio::task::spawn_blocking(move || {
        let opened = vault::open(&options)?;
        let sealer = opened.unlocked.key.sealer();
        if rotate {
            let token = gateway::random_token().map_err(|error| Failure::new(error.to_string()))?;
            gateway::keep_token(&opened.store, &sealer, &token)?;
        }
        Ok(gateway::kept_token(&opened.store, &sealer)?)
    });
    kept.await
        .map_err(|error| Failure::new(error.to_string()))?
}

/// Refuses what a running gateway would not notice.
pub(super) async fn no_gateway(context: &Context, what: &str) -> Result<(), Failure> {
    match running::running(context).await? {
        None => Ok(()),
        Some(remote) => Err(Failure::conflict(format!(
            "{what} while the gateway runs at {}",
            remote.base()
        ))
        .so("stop it first")),
    }
}
