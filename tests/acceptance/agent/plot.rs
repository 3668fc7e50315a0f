//! What the model does, turn by turn.

use super::reading::{Reading, Said, results};
use super::spelling::Act;

/// What the model says and does in one turn.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    /// What it thinks first.
    pub(crate) thoughts: Option<String>,
    /// What it says.
    pub(crate) text: Option<String>,
    /// What it does, all at the same time.
    pub(crate) acts: Vec<Act>,
}

impl Line {
    /// Words alone.
    pub(crate) fn saying(text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::default()
        }
    }

    /// The same, thinking first.
    #[must_use]
    pub(crate) fn thinking(mut self, thoughts: &str) -> Self {
        self.thoughts = Some(thoughts.to_owned());
        self
    }

    /// The same, doing this, too.
    #[must_use]
    pub(crate) fn doing(mut self, act: Act) -> Self {
        self.acts.push(act);
        self
    }
}

/// The user's first task, as a prompt has to name it.
pub(crate) const FIRST_TASK: &str = "TASK ONE";
/// The user's second task.
pub(crate) const SECOND_TASK: &str = "TASK TWO";
/// The file with the password, and what it says.
pub(crate) const NOTES: (&str, &str) = ("notes.txt", "The password is Rosenkohl-42.\n");
/// The file that the model writes.
pub(crate) const POEM: &str = "poem.txt";
/// What the model says at the end of the first task.
pub(crate) const FIRST_END: &str = "All done: Rosenkohl-42 and ran-1764.";
/// What the model says at the end of the second task.
pub(crate) const SECOND_END: &str = "The poem says „Rosenkohl-42“.";

/// The poem, as it has to stand in its file.
pub(crate) fn poem(password: &str) -> String {
    format!("Rosen sind rot – „{password}“\nVeilchen \"blau\" \\ 👋\n")
}

/// A model that reads a password in a file, writes it into a poem, runs a command, and tells.
///
/// It goes on by what the tools' results say: a result that got lost or mixed up ends the play.
pub(crate) fn coder(reading: &Reading) -> Line {
    if reading.tools.is_empty() {
        return Line::saying("A poem"); // a title is asked for
    }
    if let Some(since) = reading.since(SECOND_TASK) {
        return second(since);
    }
    match reading.since(FIRST_TASK) {
        Some(since) => first(since),
        None => Line::saying("A poem"),
    }
}

fn first(since: &[Said]) -> Line {
    let results: Vec<_> = results(since).collect();
    let password = results
        .first()
        .and_then(|text| word_after(text, "password is "));
    let ran = results.iter().skip(1).any(|text| text.contains("ran-1764"));
    match (results.len(), password) {
        (0, _) => Line::saying("Let me read the notes – first.")
            .thinking("The notes hold the password; „read“ them first.")
            .doing(Act::Read(NOTES.0.to_owned())),
        (1, Some(password)) => Line::default()
            .thinking("Now the poem, and the command beside it.")
            .doing(Act::Write(POEM.to_owned(), poem(&password)))
            .doing(Act::Run("printf 'ran-%s\\n' 1764 | tee ran.txt".to_owned())),
        (3, Some(password)) if ran => {
            Line::saying(format!("All done: {password} and ran-1764.")).thinking("That is all.")
        }
        (_, _) => Line::saying(format!("I lost my way after {results:?}")),
    }
}

fn second(since: &[Said]) -> Line {
    let results: Vec<_> = results(since).collect();
    match results.as_slice() {
        [] => Line::default()
            .thinking("The poem has to be read again.")
            .doing(Act::Run(format!("cat {POEM}"))),
        [poem] if poem.contains("„Rosenkohl-42“") => Line::saying(SECOND_END),
        others => Line::saying(format!("I lost my way after {others:?}")),
    }
}

/// The word behind `before`, without a full stop.
fn word_after(text: &str, before: &str) -> Option<String> {
    let (_, rest) = text.split_once(before)?;
    let word: String = rest
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '-')
        .collect();
    (!word.is_empty()).then_some(word)
}
