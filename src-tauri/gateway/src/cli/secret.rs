//! `keyway-server secret`: the master key.

use clap::{Args, Subcommand, ValueEnum};
use secrecy::SecretString;
use serde_json::json;

use super::{
    Context,
    failure::Failure,
    prompt,
    token::no_gateway,
    vault::{self, Opened, as_keychain},
};
use crate::{options::Options, secrets::MasterSource, store};

/// The master key that seals all secrets.
#[derive(Debug, Args)]
pub(super) struct Secret {
    #[command(subcommand)]
    command: SecretCommand,
}

#[derive(Debug, Subcommand)]
enum SecretCommand {
    /// Seals all secrets anew with another master key. The gateway must not run.
    Rotate(Rotate),
}

#[derive(Debug, Args)]
struct Rotate {
    /// Where the new key is to lie; the same place as now without it.
    #[arg(long, value_enum)]
    to: Option<Place>,
    #[arg(
        help = "The new KEYWAY_SECRET, for --to environment; -, or nothing, asks for it [env: KEYWAY_NEW_SECRET]",
        long,
        value_name = "SECRET",
        allow_hyphen_values = true,
        env = "KEYWAY_NEW_SECRET",
        hide_env = true,
        hide_env_values = true
    )]
    new_secret: Option<String>,
}

/// Where a master key can lie.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Place {
    /// The keychain of the operating system.
    Keychain,
    /// The file master.key in the data folder.
    File,
    /// `KEYWAY_SECRET`.
    Environment,
}

impl From<Place> for MasterSource {
    fn from(place: Place) -> Self {
        match place {
            Place::Keychain => Self::Keychain,
            Place::File => Self::File,
            Place::Environment => Self::Environment,
        }
    }
}

impl Secret {
    /// Rotates.
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let SecretCommand::Rotate(rotate) = self.command;
        if context.url.is_some() {
            return Err(Failure::usage(
                "the master key is rotated in the data folder itself, not by --url",
            ));
        }
        no_gateway(context, "the master key cannot be rotated").await?;
        let folder = &context.options.data_dir;
        if !folder.join(store::FILE).exists() {
            return Err(Failure::not_found(format!(
                "{} holds no database",
                folder.display()
            )));
        }
        let options = context.options.clone();
        let work = tokio::task::spawn_blocking(move || rotate.run(&options));
        let (from, to) = work
            .await
            .map_err(|error| Failure::new(error.to_string()))??;
        let answer = json!({"ok": true, "from": from.as_str(), "to": to.as_str()});
        context.output.done(&answer, || {
            format!("all secrets are sealed with a new master key, which lies in {to}")
        })?;
        match todo(from, to) {
            Some(todo) => context.output.remark(todo),
            None => Ok(()),
        }
    }
}

impl Rotate {
    fn run(self, options: &Options) -> Result<(MasterSource, MasterSource), Failure> {
        let Opened { store, unlocked } = vault::open(options)?;
        let from = unlocked.source;
        let to = self.to.map_or(from, MasterSource::from);
        let new = self.new_key(to)?;
        let keychain = vault::keychain(options);
        store::vault::rotate(
            &store,
            as_keychain(keychain.as_ref()),
            &unlocked,
            to,
            new.as_ref(),
        )?;
        store.close();
        Ok((from, to))
    }

    fn new_key(self, to: MasterSource) -> Result<Option<SecretString>, Failure> {
        match to {
            MasterSource::Environment => {
                let asked = self.new_secret.or_else(|| Some(prompt::ASK.to_owned()));
                prompt::secret_or_ask(asked, "new KEYWAY_SECRET")
            }
            MasterSource::Keychain | MasterSource::File if self.new_secret.is_some() => Err(
                Failure::usage(format!("a master key in {to} is made, not given"))
                    .so("leave --new-secret out"),
            ),
            MasterSource::Keychain | MasterSource::File => Ok(None),
        }
    }
}

/// What is left to do by hand.
fn todo(from: MasterSource, to: MasterSource) -> Option<&'static str> {
    match (from, to) {
        (_, MasterSource::Environment) => {
            Some("start the gateway with the new KEYWAY_SECRET from now on")
        }
        (MasterSource::Environment, MasterSource::Keychain | MasterSource::File) => {
            Some("unset KEYWAY_SECRET before you start the gateway again")
        }
        (
            MasterSource::Keychain | MasterSource::File,
            MasterSource::Keychain | MasterSource::File,
        ) => None,
    }
}
