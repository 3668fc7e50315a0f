//! The arguments, and what happens in which order.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

use super::children::Child;
use super::contestant::{Contestant, Field, Who};
use super::report::{Idle, Report, note, say};
use super::rounds::{self, Plan};
use super::rows::{self, Kind, Row};
use super::{bare, nginx, platform, proof, target};

/// Files a process has open besides its streams.
const SPARE_FILES: u64 = 500;
/// How long Keyway is left alone before its idle memory is read.
const REST: Duration = Duration::from_secs(2);

/// Measures Keyway against no proxy, a bare one and nginx; compares ratios, not times.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    role: Option<Role>,
    /// A second a row at most and few streams: shows that everything works.
    #[arg(long)]
    smoke: bool,
    /// Only these rows.
    #[arg(long, value_delimiter = ',')]
    rows: Vec<String>,
    /// Only these contestants.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Who>,
    /// Exactly this many rounds, settled or not.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=100))]
    rounds: Option<u16>,
    /// Where the figures go.
    #[arg(long, default_value = "target/bench.json")]
    json: PathBuf,
    /// The Keyway server to measure; without it, the one beside this program.
    #[arg(long)]
    keyway: Option<PathBuf>,
}

/// What this program is when the benchmark starts it again.
#[derive(Subcommand)]
enum Role {
    /// The scripted model.
    #[command(hide = true)]
    Target,
    /// The bare proxy in front of a target.
    #[command(hide = true)]
    Bare { target: SocketAddr },
    /// Another program, ended with the process that started it.
    #[command(hide = true)]
    Leash {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        program: Vec<String>,
    },
}

/// Runs the benchmark, or the role the benchmark gave this process.
pub(crate) fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    // One thread each: the load generator and the target should not crowd out who is measured.
    let alone = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
    };
    match &arguments.role {
        Some(Role::Target) => alone()?.block_on(target::run()),
        Some(Role::Bare { target }) => tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(bare::run(*target)),
        Some(Role::Leash { program }) => Err(platform::leash(program)),
        None => alone()?.block_on(until_signal(run(&arguments))),
    }
}

/// A signal ends the run like an error does: with every child ended.
async fn until_signal(run: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        done = run => done,
        _ = terminate.recv() => bail!("told to end"),
        _ = interrupt.recv() => bail!("interrupted"),
    }
}

async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let chosen = chosen_rows(arguments)?;
    enough_files(&chosen, platform::raise_open_files()?)?;
    // Children run in folders of their own, so the path has to hold from there.
    let keyway = std::path::absolute(arguments.keyway.clone().map_or_else(beside_us, Ok)?)?;
    let (_target, address) = Child::start_role(&["target"])?;
    let field = Field {
        target: address,
        keyway,
        nginx: nginx::find(),
    };
    let mut fleet = Vec::new();
    for who in contestants(arguments, &field, &chosen) {
        fleet.push(Contestant::start(who, &field).await?);
    }
    let after_start = idle_kb(&fleet).await?;
    for contestant in &fleet {
        proof::prove(contestant).await?;
    }
    let plan = plan(arguments);
    let mut outcomes = Vec::new();
    for row in chosen {
        note(&format!("{}: {}", row.name, row.what));
        outcomes.push(rounds::run(row, &fleet, &field, &plan).await?);
    }
    let idle = Idle {
        after_start,
        after_rows: idle_kb(&fleet).await?,
    };
    let report = Report {
        outcomes,
        idle,
        smoke: arguments.smoke,
    };
    say(&report.table());
    if let Some(folder) = arguments.json.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = serde_json::to_string_pretty(&report.json())?;
    std::fs::write(&arguments.json, text + "\n")
        .with_context(|| arguments.json.display().to_string())
}

fn chosen_rows(arguments: &Arguments) -> anyhow::Result<Vec<Row>> {
    let mut rows = rows::all(arguments.smoke);
    let names: Vec<_> = rows.iter().map(|row| row.name).collect();
    for wanted in &arguments.rows {
        ensure!(
            names.contains(&wanted.as_str()),
            "no row {wanted}; there are {}",
            names.join(", ")
        );
    }
    rows.retain(|row| {
        arguments.rows.is_empty() || arguments.rows.iter().any(|name| name == row.name)
    });
    Ok(rows)
}

/// A proxy holds two files for each stream.
fn enough_files(rows: &[Row], limit: u64) -> anyhow::Result<()> {
    for row in rows {
        if let Kind::Streams(count) = row.kind {
            let needed = 2 * count as u64 + SPARE_FILES;
            ensure!(
                needed <= limit,
                "{} needs {needed} open files, the limit is {limit}",
                row.name
            );
        }
    }
    Ok(())
}

fn contestants(arguments: &Arguments, field: &Field, rows: &[Row]) -> Vec<Who> {
    let mut all = Who::ALL.to_vec();
    if !arguments.only.is_empty() {
        all.retain(|who| arguments.only.contains(who));
    }
    if all.contains(&Who::Keyway) && rows.iter().any(|row| row.who.contains(&Who::Same)) {
        all.push(Who::Same);
    }
    if !arguments.only.is_empty() {
        return all;
    }
    if field.nginx.is_none() {
        note("nginx is not installed: its column stays empty");
        all.retain(|who| *who != Who::Nginx);
    }
    all
}

fn beside_us() -> anyhow::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("keyway-server"))
}

async fn idle_kb(fleet: &[Contestant]) -> anyhow::Result<Option<u64>> {
    let Some(keyway) = fleet.iter().find(|one| one.who == Who::Keyway) else {
        return Ok(None);
    };
    sleep(REST).await;
    keyway.resident_kb()
}

fn plan(arguments: &Arguments) -> Plan {
    let short = Duration::from_millis(200);
    let (slice, stream_slice) = if arguments.smoke {
        (short, short)
    } else {
        (Duration::from_secs(1), Duration::from_secs(4))
    };
    let exact = arguments
        .rounds
        .map(usize::from)
        .or(arguments.smoke.then_some(1));
    Plan {
        slice,
        stream_slice,
        rounds: exact.map_or(5..=15, |rounds| rounds..=rounds),
        stream_rounds: exact.map_or(3..=5, |rounds| rounds..=rounds),
    }
}
