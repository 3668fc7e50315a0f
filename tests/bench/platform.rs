//! What the benchmark asks of Linux: a clock all processes share, open files, an end with its parent.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::Context;
use rustix::process::{Resource, Rlimit, Signal};
use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds since boot: the same for every process of the machine.
pub(crate) fn now_ns() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}

/// Raises the limit of open files as far as it goes and says where that is; children inherit it.
pub(crate) fn raise_open_files() -> anyhow::Result<u64> {
    let hard = rustix::process::getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: hard,
        maximum: hard,
    };
    rustix::process::setrlimit(Resource::Nofile, limit).context("open-files limit")?;
    Ok(hard.unwrap_or(u64::MAX))
}

/// Becomes `program`, which the kernel then ends when the process that started it ends.
///
/// Only returns when the program could not be started.
pub(crate) fn leash(program: &[String]) -> anyhow::Error {
    let Some((name, arguments)) = program.split_first() else {
        return anyhow::anyhow!("no program to start");
    };
    if let Err(error) = rustix::process::set_parent_process_death_signal(Some(Signal::TERM)) {
        return io::Error::from(error).into();
    }
    anyhow::Error::from(Command::new(name).args(arguments).exec()).context(name.clone())
}
