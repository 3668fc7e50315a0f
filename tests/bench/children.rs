//! The processes the benchmark starts, and their end.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Child as Process, Command, Stdio};

use anyhow::{Context, bail};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

const PATIENCE_SECONDS: i64 = 5;

/// A running process; dropping it ends it, and so does the end of the benchmark.
pub(crate) struct Child {
    process: Process,
}

impl Child {
    /// Starts a program with its output going to `log`.
    pub(crate) fn start(
        program: &Path,
        arguments: &[&OsStr],
        environment: &[(&str, String)],
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let log = std::fs::File::create(folder.join("output.log"))?;
        let mut command = leashed()?;
        command.arg(program).args(arguments).current_dir(folder);
        command
            .env_clear()
            .envs(std::env::vars().filter(|(name, _)| name == "PATH"));
        command
            .env("HOME", folder)
            .envs(environment.iter().map(|(name, value)| (name, value)));
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let process = command
            .spawn()
            .with_context(|| program.display().to_string())?;
        Ok(Self { process })
    }

    /// Starts this binary in another role, which says its address as its first line.
    pub(crate) fn start_role(arguments: &[&str]) -> anyhow::Result<(Self, SocketAddr)> {
        let mut command = leashed()?;
        command.arg(std::env::current_exe()?).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = Self {
            process: command.spawn()?,
        };
        let output = child
            .process
            .stdout
            .take()
            .context("a child without output")?;
        if !readable(&output)? {
            bail!("{arguments:?} did not say where it listens");
        }
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let address = line
            .trim()
            .parse()
            .with_context(|| format!("{arguments:?}: {line:?}"))?;
        Ok((child, address))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Whether the process has ended by itself.
    pub(crate) fn has_ended(&mut self) -> anyhow::Result<bool> {
        Ok(self.process.try_wait()?.is_some())
    }

    fn ask_to_end(&self) -> anyhow::Result<bool> {
        let pid = Pid::from_child(&self.process);
        let handle = pidfd_open(pid, PidfdFlags::empty())?;
        kill_process(pid, Signal::TERM)?;
        readable(&handle)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // A child that is gone already, or does not end when asked, needs no more than this.
        if !self.ask_to_end().unwrap_or(false) {
            self.process.kill().ok();
        }
        self.process.wait().ok();
    }
}

fn leashed() -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("leash");
    Ok(command)
}

fn readable(what: &impl AsFd) -> anyhow::Result<bool> {
    let patience = Timespec {
        tv_sec: PATIENCE_SECONDS,
        tv_nsec: 0,
    };
    let mut waiting = [PollFd::new(what, PollFlags::IN)];
    Ok(poll(&mut waiting, Some(&patience))? > 0)
}
