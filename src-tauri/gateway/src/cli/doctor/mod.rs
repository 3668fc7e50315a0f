//! `keyway-server doctor`: looks for what is wrong and says what to do about it. It changes nothing.

mod around;
mod data;
mod network;

use clap::Args;
use serde_json::{Value, json};

use super::{
    Context,
    failure::Failure,
    output::{Output, Tone},
    table::one_line,
};

/// Looks for what is wrong and says what to do about it.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Asks every provider as well, by small real requests.
    #[arg(long)]
    online: bool,
}

/// What was looked at, and what it is like.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    about: &'static str,
    verdict: Verdict,
    what: String,
    todo: Option<String>,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// All is well.
    Ok,
    /// It works, but not as it might.
    Warn,
    /// It does not work.
    Fail,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Ok => Tone::Good,
            Self::Warn => Tone::Doubtful,
            Self::Fail => Tone::Bad,
        }
    }
}

impl Finding {
    fn ok(about: &'static str, what: impl Into<String>) -> Self {
        Self {
            about,
            verdict: Verdict::Ok,
            what: what.into(),
            todo: None,
        }
    }

    fn warn(about: &'static str, what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self {
            about,
            verdict: Verdict::Warn,
            what: what.into(),
            todo: Some(todo.into()),
        }
    }

    fn fail(about: &'static str, what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self {
            about,
            verdict: Verdict::Fail,
            what: what.into(),
            todo: Some(todo.into()),
        }
    }

    fn json(&self) -> Value {
        json!({"check": self.about, "verdict": self.verdict.word(), "detail": self.what, "next_step": self.todo})
    }

    fn show(&self, output: Output) -> Result<(), Failure> {
        let word = output.toned(self.verdict.tone(), &format!("{:<4}", self.verdict.word()));
        output.line(format!(
            "{word}  {:<15}  {}",
            self.about,
            one_line(&self.what)
        ))?;
        match &self.todo {
            Some(todo) => output.line(format!("{:<21}  -> {}", "", one_line(todo))),
            None => Ok(()),
        }
    }
}

impl Doctor {
    /// Looks at everything.
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let mut findings = data::folder(context);
        findings.extend(data::database(context).await);
        findings.extend(around::tls(context));
        findings.extend(network::gateway(context).await);
        findings.push(around::clock(context));
        findings.extend(around::agents(context));
        findings.extend(around::keyway_router(context));
        if self.online {
            findings.extend(network::providers(context).await);
        }
        report(context.output, &findings)
    }
}

fn report(output: Output, findings: &[Finding]) -> Result<(), Failure> {
    let failed = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fail)
        .count();
    if output.is_json() {
        let checks: Vec<Value> = findings.iter().map(Finding::json).collect();
        output.json(&json!({"ok": failed == 0, "checks": checks}))?;
    } else {
        findings
            .iter()
            .try_for_each(|finding| finding.show(output))?;
    }
    match failed {
        0 => Ok(()),
        1 => Err(Failure::new("one check failed").so("see the step behind ->")),
        many => Err(Failure::new(format!("{many} checks failed")).so("see the steps behind ->")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failed_check_fails_the_whole_and_warnings_do_not() {
        let output = Output::new(true, true);
        let fine = [
            Finding::ok("clock", "is right"),
            Finding::warn("tls", "is off", "set it"),
        ];
        assert!(report(output, &fine).is_ok());
        let failed = [Finding::fail("port", "is taken", "choose another")];
        assert_eq!(report(output, &failed).unwrap_err().exit().code(), 1);
        assert_eq!(failed[0].json()["next_step"], "choose another");
    }
}
