//! What a command says: results on standard output, remarks on standard error.

use std::io::{self, IsTerminal, Write};

use serde_json::Value;

use super::{failure::Failure, table::Table};

/// How to write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    json: bool,
    colours: bool,
}

/// A shade of meaning, shown as a colour where there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// A head.
    Quiet,
    /// All is well.
    Good,
    /// Worth a look.
    Doubtful,
    /// Something is wrong.
    Bad,
}

impl Output {
    /// For the standard streams of this process; `plain` is `NO_COLOR`.
    pub(super) fn new(json: bool, plain: bool) -> Self {
        let colours = !json && !plain && io::stdout().is_terminal();
        Self { json, colours }
    }

    /// Whether programs read it.
    pub(super) fn is_json(self) -> bool {
        self.json
    }

    /// Writes a line of the result.
    #[expect(
        clippy::unused_self,
        reason = "results are written by the output that a command was given"
    )]
    pub(super) fn line(self, text: impl AsRef<str>) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        writeln!(out, "{}", text.as_ref())?;
        Ok(out.flush()?)
    }

    /// Writes a remark, which is not part of the result.
    pub(super) fn remark(self, text: impl AsRef<str>) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        Ok(writeln!(io::stderr().lock(), "{}", text.as_ref())?)
    }

    /// Writes a table, or `nothing` when it is empty.
    pub(super) fn table(self, table: &Table, nothing: &str) -> Result<(), Failure> {
        if table.is_empty() {
            return self.remark(nothing);
        }
        for (at, line) in table.lines().iter().enumerate() {
            if at == 0 {
                self.line(self.toned(Tone::Quiet, line))?;
            } else {
                self.line(line)?;
            }
        }
        Ok(())
    }

    /// Writes what was done: the answer for programs, a sentence for people.
    pub(super) fn done(
        self,
        answer: &Value,
        sentence: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if self.json {
            self.json(answer)
        } else {
            self.line(sentence())
        }
    }

    /// Writes JSON for programs, several lines long.
    pub(super) fn json(self, value: &Value) -> Result<(), Failure> {
        self.line(format!("{value:#}"))
    }

    /// Writes JSON for programs on one line.
    pub(super) fn json_line(self, value: &Value) -> Result<(), Failure> {
        self.line(value.to_string())
    }

    /// The text in a colour, where there are colours.
    pub(super) fn toned(self, tone: Tone, text: &str) -> String {
        if !self.colours {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Quiet => "2",
            Tone::Good => "32",
            Tone::Doubtful => "33",
            Tone::Bad => "31",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_no_colours_where_nobody_looks() {
        let piped = Output::new(false, true);
        assert_eq!(piped.toned(Tone::Bad, "fail"), "fail");
        let terminal = Output {
            json: false,
            colours: true,
        };
        assert_eq!(terminal.toned(Tone::Bad, "fail"), "\u{1b}[31mfail\u{1b}[0m");
    }
}
