//! Asking the person at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use secrecy::SecretString;

use super::failure::Failure;

/// What an option takes in place of a secret, to have it asked for.
pub(super) const ASK: &str = "-";

/// A secret given as a word; `-` asks for it, or reads a line from what is piped in.
pub(super) fn secret_or_ask(
    given: Option<String>,
    question: &str,
) -> Result<Option<SecretString>, Failure> {
    match given {
        Some(word) if word == ASK => secret(question).map(Some),
        other => Ok(other.map(SecretString::from)),
    }
}

/// Asks for a secret, without showing it.
pub(super) fn secret(question: &str) -> Result<SecretString, Failure> {
    let text = if io::stdin().is_terminal() {
        rpassword::prompt_password(format!("{question}: "))?
    } else {
        line()?
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::usage(format!("{question}: nothing was given")));
    }
    Ok(SecretString::from(text))
}

/// Asks for a yes where somebody is there to give it; scripts go on.
pub(super) fn confirm_on_terminal(question: &str) -> Result<(), Failure> {
    if io::stdin().is_terminal() {
        return confirm(question);
    }
    Ok(())
}

/// Asks for a yes; where nobody can answer it must have been given before.
pub(super) fn confirm(question: &str) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Err(
            Failure::usage(format!("{question}: nobody is there to confirm it")).so("say --yes"),
        );
    }
    write!(io::stderr(), "{question}? [y/N] ")?;
    match line()?.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new("nothing was changed")),
    }
}

fn line() -> Result<String, Failure> {
    let mut text = String::new();
    io::stdin().lock().read_line(&mut text)?;
    Ok(text)
}
