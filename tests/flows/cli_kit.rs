//! The command line as a person or a script uses it: words in, an exit code and two streams out.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use keyway_tests::{PATIENCE, poll_until, server_binary};
use serde_json::Value;

/// The secret that the kit's gateways run with.
pub(crate) const SECRET: &str = "kit-secret-kit-secret-kit-secret";
/// The admin token that the kit's gateways run with.
pub(crate) const ADMIN_TOKEN: &str = "kit-admin-token";

/// How commands are called: with a data folder and an environment of their own.
#[derive(Debug, Clone)]
pub(crate) struct Cli {
    data: PathBuf,
    works_in: PathBuf,
    environment: Vec<(String, String)>,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Cli {
    /// Commands for this data folder, with the secret of the kit and no admin token.
    pub(crate) fn at(data: &Path) -> Self {
        let mut cli = Self {
            data: data.to_owned(),
            works_in: data.parent().unwrap_or(data).to_owned(),
            environment: Vec::new(),
        };
        for (name, value) in [
            ("KEYWAY_SECRET", SECRET),
            ("KEYWAY_HOST", "127.0.0.1"),
            ("KEYWAY_PORT", "0"),
        ] {
            cli = cli.with_env(name, value);
        }
        cli
    }

    /// The same with one more variable, in the place of one of its name; an empty one counts as none.
    pub(crate) fn with_env(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, started in this folder.
    pub(crate) fn in_folder(mut self, folder: &Path) -> Self {
        folder.clone_into(&mut self.works_in);
        self
    }

    /// Runs a command; the words are parted by blanks, those in quotes stay together.
    pub(crate) fn run(&self, line: &str) -> Said {
        self.run_with_input(line, "")
    }

    /// The same with something piped in.
    pub(crate) fn run_with_input(&self, line: &str, input: &str) -> Said {
        let mut command = self.command(line);
        command.stdin(Stdio::piped());
        let mut child = command.spawn().expect("the program can be started");
        let mut stdin = child.stdin.take().expect("it is piped");
        stdin.write_all(input.as_bytes()).ok(); // a command that reads nothing may have ended
        drop(stdin);
        let ended = child.wait_with_output().expect("it ends");
        Said {
            code: ended.status.code(),
            out: String::from_utf8(ended.stdout).expect("it speaks UTF-8"),
            err: String::from_utf8(ended.stderr).expect("it speaks UTF-8"),
        }
    }

    /// Runs a command that must work and returns what it printed.
    pub(crate) fn ok(&self, line: &str) -> String {
        let said = self.run(line);
        assert_eq!(said.code, Some(0), "{line}: {said:?}");
        said.out.trim_end().to_owned()
    }

    /// Runs a command with `--json` that must work.
    pub(crate) fn json(&self, line: &str) -> Value {
        let out = self.ok(&format!("{line} --json"));
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{line}: {error}: {out}"))
    }

    /// Runs a command that must fail like this and returns its error.
    pub(crate) fn fails(&self, code: i32, line: &str) -> String {
        let said = self.run(line);
        assert_eq!(said.code, Some(code), "{line}: {said:?}");
        let err = said.err.trim_end().to_owned();
        assert!(err.contains("error: "), "{line}: {said:?}");
        err
    }

    /// Starts a command that goes on.
    pub(crate) fn start(&self, line: &str) -> Running {
        let mut child = self
            .command(line)
            .spawn()
            .expect("the program can be started");
        let (tell, lines) = mpsc::channel();
        pass_on(child.stdout.take(), tell.clone());
        pass_on(child.stderr.take(), tell);
        Running { child, lines }
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(server_binary());
        command.args(words(line)).current_dir(&self.works_in);
        command
            .env_clear()
            .env("KEYWAY_DATA_DIR", &self.data)
            .env("KEYWAY_KEYCHAIN", "false");
        for name in ["PATH", "HOME", "SystemRoot", "LLVM_PROFILE_FILE"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// A command that goes on; killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Running {
    /// The next line with this text in it, whatever comes before.
    pub(crate) fn line_with(&self, text: &str) -> String {
        let mut others = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            if line.contains(text) {
                return line;
            }
            others.push(line);
        }
        panic!("no line with {text:?} in {others:#?}")
    }

    /// Sends a signal: `INT`, `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &id])
            .status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "a running program can be told"
        );
    }

    /// Waits for its end and returns the exit code.
    pub(crate) async fn ended(mut self) -> Option<i32> {
        let ended = poll_until(PATIENCE, async || {
            matches!(self.child.try_wait(), Ok(Some(_)))
        })
        .await;
        assert!(ended, "the program does not end");
        self.child.wait().ok().and_then(|status| status.code())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok(); // it may have ended by itself
        self.child.wait().ok();
    }
}

fn pass_on(pipe: Option<impl Read + Send + 'static>, tell: mpsc::Sender<String>) {
    let Some(pipe) = pipe else {
        return;
    };
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            tell.send(line).ok(); // the test may be over
        }
    });
}

/// Parts a line as a shell does, as far as the tests need it.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    parts
        .flat_map(|(at, part)| {
            let quoted = at % 2 == 1;
            let words: Vec<String> = if quoted {
                vec![part.to_owned()]
            } else {
                part.split_whitespace().map(str::to_owned).collect()
            };
            words
        })
        .collect()
}
