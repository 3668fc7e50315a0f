//! The command line: `keyway-server [COMMAND]`.
//!
//! A command asks the admin API through a [`Client`]: that of the running gateway, or the
//! same API of the data folder opened in this process when none runs. Each command is written once.

mod arguments;
mod backup;
mod cells;
mod client;
mod doctor;
mod export;
mod failure;
mod form;
mod greeting;
mod groups;
mod import;
mod keys;
mod logs;
mod open;
mod output;
mod path;
mod pinned;
mod port;
mod prompt;
mod providers;
mod records;
mod remote;
mod routes;
mod running;
mod secret;
mod serve;
mod setup;
mod status;
mod switch;
mod table;
mod token;
mod tools;
mod usage;
mod users;
mod vault;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use secrecy::SecretString;

use arguments::{Arguments, Command, Question};
use client::Client;
use failure::{Exit, Failure};
use output::Output;

use crate::{observe::logging, options::Options};

/// What every command knows.
#[derive(Debug)]
struct Context {
    options: Options,
    /// The gateway to talk to, when it is not the one of the data folder.
    url: Option<String>,
    /// The admin token given on the command line.
    token: Option<SecretString>,
    group: String,
    output: Output,
    /// How this program is called again: `keyway-server`, with the data folder when it is not the usual one.
    again: String,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            failure.exit().into()
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let (command, common) = arguments.into_parts()?;
    let context = setup::context(common, &command)?;
    logging::begin(&context.options.log_level);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(obey(command, context))
}

async fn obey(command: Command, context: Context) -> Result<(), Failure> {
    match command {
        Command::Serve(serve) => serve.run(context).await,
        Command::Status(status) => status.run(&context).await,
        Command::Doctor(doctor) => doctor.run(&context).await,
        Command::Open(open) => open.run(&context).await,
        Command::Token(token) => token.run(&context).await,
        Command::Import(import) => import.run(&context).await,
        Command::Backup(backup) => backup.run(&context).await,
        Command::Secret(secret) => secret.run(&context).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            let mut command = Arguments::command();
            clap_complete::generate(shell, &mut command, "keyway-server", &mut script);
            context
                .output
                .line(String::from_utf8_lossy(&script).trim_end())
        }
        Command::Ask(question) => {
            let client = Client::open(&context).await?;
            let done = ask(*question, &context, &client).await;
            client.close().await;
            done
        }
    }
}

async fn ask(question: Question, context: &Context, client: &Client) -> Result<(), Failure> {
    match question {
        Question::Use(switch) => switch.run(context, client).await,
        Question::Keys(keys) => keys.run(context, client).await,
        Question::Routes(routes) => routes.run(context, client).await,
        Question::Providers(providers) => providers.run(context, client).await,
        Question::Groups(groups) => groups.run(context, client).await,
        Question::Users(users) => users.run(context, client).await,
        Question::Tools(tools) => tools.run(context, client).await,
        Question::Logs(logs) => logs.run(context, client).await,
        Question::Usage(usage) => usage.run(context, client).await,
        Question::Export(export) => export.run(context, client).await,
    }
}

#[expect(
    clippy::print_stderr,
    reason = "errors of a command belong on the terminal"
)]
fn complain(failure: &Failure) {
    if failure.exit() != Exit::ReaderLeft {
        eprintln!("error: {failure}");
    }
}
