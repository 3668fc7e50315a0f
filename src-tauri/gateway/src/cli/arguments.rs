//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::{
    backup::Backup, doctor::Doctor, export::Export, failure::Failure, groups::Groups,
    import::Import, keys::Keys, logs::Logs, open::Open, providers::Providers, routes::Routes,
    secret::Secret, serve::Serve, status::Status, switch::Use, token::Token, tools::Tools,
    usage::Usage, users::Users,
};

const AFTER: &str = "\
Commands talk to the running gateway of the data folder, or open the folder themselves when none runs.
Settings come from flags, then KEYWAY_* variables and .env, then defaults.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 gateway not reachable, 4 not found, 5 conflict.";

/// One key in front of every model provider.
#[derive(Debug, Parser)]
#[command(name = "keyway-server", version, propagate_version = true, after_help = AFTER)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
    #[command(flatten)]
    pub(super) common: Common,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(super) struct Common {
    /// Prints JSON for programs.
    #[arg(long, global = true)]
    pub(super) json: bool,
    #[arg(
        help = "Where the database lies [env: KEYWAY_DATA_DIR]",
        long,
        global = true,
        value_name = "FOLDER"
    )]
    pub(super) data_dir: Option<PathBuf>,
    /// The group it is about.
    #[arg(
        long,
        global = true,
        value_name = "GROUP",
        default_value = "default",
        hide_default_value = true
    )]
    pub(super) group: String,
    /// Talks to the gateway at this base URL, such as one on another machine.
    #[arg(long, global = true, value_name = "URL")]
    pub(super) url: Option<String>,
    #[arg(
        help = "The admin token of that gateway [env: KEYWAY_ADMIN_TOKEN]",
        long,
        global = true,
        value_name = "TOKEN",
        allow_hyphen_values = true
    )]
    pub(super) token: Option<String>,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Starts the gateway (the default).
    Serve(Serve),
    /// Says whether the gateway runs, and what it has.
    Status(Status),
    /// Looks for what is wrong and says what to do about it.
    Doctor(Doctor),
    #[command(flatten)]
    Ask(Box<Question>),
    /// Opens the web page, logged in, by a link that works once.
    Open(Open),
    /// Prints the admin token.
    Token(Token),
    /// Brings in what another program has.
    Import(Import),
    /// Writes a copy of the database, while the gateway runs or not.
    Backup(Backup),
    /// The master key that seals all secrets.
    Secret(Secret),
    /// Prints a script that completes commands in a shell.
    Completions {
        /// The shell to print it for.
        shell: clap_complete::Shell,
    },
}

/// What the admin API alone can answer.
#[derive(Debug, Subcommand)]
pub(super) enum Question {
    /// Makes a key answer with another route, from its next request on, where the asked model is no alias.
    Use(Use),
    /// Keys that clients send.
    Keys(Keys),
    /// Routes: the model names that clients ask for.
    Routes(Routes),
    /// Providers: the services that answer.
    Providers(Providers),
    /// Groups: namespaces of providers, routes, keys and tools.
    Groups(Groups),
    /// Users: the names that keys belong to.
    Users(Users),
    /// Tools that run inside the gateway.
    Tools(Tools),
    /// Shows the latest requests.
    Logs(Logs),
    /// Sums up requests and tokens.
    Usage(Usage),
    /// Writes the configuration as JSON, without secrets.
    Export(Export),
}

impl Arguments {
    /// The command and what all commands take. Flags of `serve` may stand alone: `keyway-server --port 9300`.
    pub(super) fn into_parts(self) -> Result<(Command, Common), Failure> {
        let outer = self.serve;
        let command = match self.command {
            None => Command::Serve(outer),
            Some(Command::Serve(inner)) => Command::Serve(inner.or(outer)),
            Some(_) if !outer.is_empty() => {
                return Err(
                    Failure::usage("--host, --port and --log-level are flags of `serve`")
                        .so("leave them out of other commands"),
                );
            }
            Some(other) => other,
        };
        Ok((command, self.common))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parsed(line: &str) -> Result<(Command, Common), String> {
        let words = std::iter::once("keyway-server").chain(line.split_whitespace());
        let arguments = Arguments::try_parse_from(words).map_err(|error| error.to_string())?;
        arguments
            .into_parts()
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn without_a_command_the_gateway_is_started() {
        assert!(matches!(parsed("").unwrap().0, Command::Serve(_)));
        assert!(
            matches!(parsed("--port 9300").unwrap().0, Command::Serve(serve) if !serve.is_empty())
        );
        assert!(
            matches!(parsed("serve --port 9300").unwrap().0, Command::Serve(serve) if !serve.is_empty())
        );
    }

    #[test]
    fn flags_of_serve_mean_nothing_to_other_commands() {
        assert!(
            parsed("--port 9300 keys list")
                .unwrap_err()
                .contains("flags of `serve`")
        );
    }

    #[test]
    fn what_every_command_takes_may_stand_on_either_side_of_it() {
        for line in [
            "--json --group work keys list",
            "keys list --group work --json",
        ] {
            let (command, common) = parsed(line).unwrap();
            assert!(
                matches!(command, Command::Ask(question) if matches!(*question, Question::Keys(_)))
            );
            assert!(common.json, "{line}");
            assert_eq!(common.group, "work", "{line}");
        }
    }
}
