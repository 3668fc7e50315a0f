//! How a command ends when it does not succeed: a sentence, what to do about it, and a number for scripts.

use std::{fmt, io, process::ExitCode};

use crate::{
    gateway::OpenError, import::keyway::ImportError, store::StoreError, store::vault::VaultError,
};

/// What a failure means to a script. The numbers never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Whoever read the output went away, which is no failure.
    ReaderLeft,
    /// It did not work.
    Failed,
    /// It was asked in a way that cannot be.
    Usage,
    /// No gateway answers there.
    Unreachable,
    /// There is no such record.
    NotFound,
    /// It contradicts what is there.
    Conflict,
}

impl Exit {
    /// The exit code.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::ReaderLeft => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::NotFound => 4,
            Self::Conflict => 5,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// What happened, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    exit: Exit,
    what: String,
    todo: Option<String>,
}

impl Failure {
    /// Something else than what the other makers are for.
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self::of(Exit::Failed, what)
    }

    /// A command line that cannot be.
    pub(super) fn usage(what: impl Into<String>) -> Self {
        Self::of(Exit::Usage, what)
    }

    /// A record that is not there.
    pub(super) fn not_found(what: impl Into<String>) -> Self {
        Self::of(Exit::NotFound, what)
    }

    /// A contradiction to what is there.
    pub(super) fn conflict(what: impl Into<String>) -> Self {
        Self::of(Exit::Conflict, what)
    }

    /// A gateway that does not answer.
    pub(super) fn unreachable(what: impl Into<String>) -> Self {
        Self::of(Exit::Unreachable, what)
    }

    /// A failure of this kind.
    pub(super) fn of(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            what: what.into(),
            todo: None,
        }
    }

    /// The same with what to do about it.
    pub(super) fn so(mut self, todo: impl Into<String>) -> Self {
        self.todo = Some(todo.into());
        self
    }

    /// What it means to a script.
    pub(super) fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.todo {
            Some(todo) => write!(f, "; {todo}"),
            None => Ok(()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::of(Exit::ReaderLeft, "nobody reads the output");
        }
        Self::new(error.to_string())
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Store(error) => error.into(),
            OpenError::Vault(error) => error.into(),
            OpenError::TakeOver(_)
            | OpenError::Tls { .. }
            | OpenError::Random(_)
            | OpenError::Broken(_) => Self::new(error.to_string()),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Missing { .. } => Self::not_found(error.to_string()),
            StoreError::Duplicate { .. } | StoreError::Conflict { .. } => {
                Self::conflict(error.to_string())
            }
            StoreError::Io { error: io, .. } if io.kind() == io::ErrorKind::PermissionDenied => {
                Self::new(error.to_string()).so(
                    "run as the user the gateway runs as, or choose another folder with --data-dir",
                )
            }
            StoreError::Newer { .. }
            | StoreError::ForeignDatabase { .. }
            | StoreError::Corrupt(_)
            | StoreError::Unreadable { .. }
            | StoreError::Io { .. }
            | StoreError::NoRandomness(_)
            | StoreError::BrokeOff
            | StoreError::Closed
            | StoreError::Sqlite(_) => Self::new(error.to_string()),
        }
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Secrets(error) => Self::new(error.to_string()).so("nothing was changed"),
            VaultError::Store(error) => error.into(),
        }
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Unreadable { .. } => Self::not_found(error.to_string()),
            ImportError::SecretNeeded => {
                Self::usage(error.to_string()).so("by --secret or KEYWAY_IMPORT_SECRET")
            }
            ImportError::SomethingElse { .. } | ImportError::WrongSecret => {
                Self::new(error.to_string())
            }
            ImportError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_happened_and_then_what_to_do() {
        let failure = Failure::conflict("port 1 is taken").so("choose another with --port");
        assert_eq!(
            failure.to_string(),
            "port 1 is taken; choose another with --port"
        );
        assert_eq!(failure.exit().code(), 5);
    }

    #[test]
    fn exit_codes_are_those_that_scripts_know() {
        let all = [
            Exit::ReaderLeft,
            Exit::Failed,
            Exit::Usage,
            Exit::Unreachable,
            Exit::NotFound,
            Exit::Conflict,
        ];
        assert_eq!(all.map(Exit::code), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_reader_that_left_is_no_failure() {
        let left = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(left.exit().code(), 0);
    }
}
