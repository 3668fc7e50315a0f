//! The server as a process of its own.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use tokio::sync::oneshot;

use super::binary::server_binary;
use crate::patience::{PATIENCE, poll_until};

/// A running `keyway-server serve`; killed when it is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    output: Arc<Mutex<String>>,
}

impl Process {
    /// Starts the server and waits for the line that tells its address.
    pub(super) async fn start(
        data: &Path,
        environment: &[(OsString, OsString)],
    ) -> Result<(Self, SocketAddr), String> {
        let mut command = Command::new(server_binary());
        command.arg("serve").current_dir(data).env_clear();
        for name in ["PATH", "HOME", "SystemRoot", "LLVM_PROFILE_FILE"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(|error| format!("cannot be started: {error}"))?;
        let output = Arc::new(Mutex::new(String::new()));
        let (tell, told) = oneshot::channel();
        collect(child.stdout.take(), output.clone(), Some(tell));
        let errors = collect(child.stderr.take(), output.clone(), None);
        let process = Self { child, output };
        match tokio::time::timeout(PATIENCE, told).await {
            Ok(Ok(address)) => Ok((process, address)),
            Ok(Err(_)) => {
                // Its reasons come on the other stream, which may be read a little later.
                errors.map(thread::JoinHandle::join);
                Err(format!("ended at once:\n{}", process.output()))
            }
            Err(_) => Err(format!(
                "did not say where it listens:\n{}",
                process.output()
            )),
        }
    }

    /// All that it has printed.
    pub(super) fn output(&self) -> String {
        self.output
            .lock()
            .expect("no panic holds this lock")
            .clone()
    }

    /// Its process id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, waits, and returns its exit code.
    pub(super) async fn stop(mut self) -> Option<i32> {
        let id = self.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        assert!(
            asked.is_ok_and(|status| status.success()),
            "a running server can be asked to end"
        );
        let ended = poll_until(PATIENCE, async || {
            matches!(self.child.try_wait(), Ok(Some(_)))
        })
        .await;
        assert!(ended, "the server does not end:\n{}", self.output());
        self.child.wait().ok().and_then(|status| status.code())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok(); // it may have ended by itself
        self.child.wait().ok();
    }
}

/// Reads a pipe to its end on a thread, so that the server never waits for its reader.
fn collect(
    pipe: Option<impl Read + Send + 'static>,
    output: Arc<Mutex<String>>,
    mut tell: Option<oneshot::Sender<SocketAddr>>,
) -> Option<thread::JoinHandle<()>> {
    let pipe = pipe?;
    Some(thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if let Some(address) = address_in(&line)
                && let Some(tell) = tell.take()
            {
                tell.send(address).ok(); // the test may have given up
            }
            let mut output = output.lock().expect("no panic holds this lock");
            output.push_str(&line);
            output.push('\n');
        }
    }))
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("listening on http://")?;
    rest.split_whitespace()
        .next()?
        .trim_end_matches('/')
        .parse()
        .ok()
}
