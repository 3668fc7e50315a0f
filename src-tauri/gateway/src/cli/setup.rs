//! What the environment and the common flags say, checked before anything is done.

use std::{io, path::Path};

use secrecy::SecretString;

use super::{
    Context,
    arguments::{Command, Common},
    failure::Failure,
    greeting,
    output::Output,
};
use crate::options::{Environment, Options};

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// What the command needs to know.
pub(super) fn context(common: Common, command: &Command) -> Result<Context, Failure> {
    let folder = std::env::current_dir()?;
    let dotenv = folder.join(".env");
    let environment = Environment::read(&folder).map_err(|error| unreadable(&dotenv, &error))?;
    let from_environment = Options::from_environment(&environment, &folder);
    let mut options = from_environment.map_err(|error| {
        let name = error.to_string();
        let name = name.split(' ').next().unwrap_or_default().to_owned();
        misplaced(&dotenv, &environment, &name, &error.to_string())
    })?;
    options.log_level = log_level(&options.log_level)
        .map_err(|why| misplaced(&dotenv, &environment, "KEYWAY_LOG_LEVEL", &why))?;
    check_public_url(&options)
        .map_err(|why| misplaced(&dotenv, &environment, "KEYWAY_PUBLIC_BASE_URL", &why))?;
    let usual = options.data_dir.clone();
    if let Some(data_dir) = common.data_dir {
        options.data_dir = data_dir;
    }
    // The gateway and the commands compare folders, whatever folder each was started in.
    options.data_dir = std::path::absolute(&options.data_dir)?;
    if let Command::Serve(serve) = command {
        serve.over(&mut options)?;
    }
    let is_usual = environment.get("KEYWAY_DATA_DIR").is_none() && options.data_dir == usual;
    let output = Output::new(common.json, std::env::var_os("NO_COLOR").is_some());
    Ok(Context {
        again: greeting::called_again((!is_usual).then_some(options.data_dir.as_path())),
        url: common.url,
        token: common.token.map(SecretString::from),
        group: common.group,
        output,
        options,
    })
}

/// The level as the log takes it; keyway-router's names of levels go on working.
pub(super) fn log_level(given: &str) -> Result<String, String> {
    let given = given.to_lowercase();
    let level = match given.as_str() {
        "warning" => "warn",
        "critical" | "fatal" => "error",
        other => other,
    };
    let is_directives = level.contains('=') || level.contains(',');
    if is_directives || LEVELS.contains(&level) {
        return Ok(level.to_owned());
    }
    Err(format!(
        "KEYWAY_LOG_LEVEL is {given:?}, but it must be off, error, warn, info, debug or trace"
    ))
}

fn check_public_url(options: &Options) -> Result<(), String> {
    let Some(text) = &options.public_base_url else {
        return Ok(());
    };
    let usable = url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if usable {
        return Ok(());
    }
    Err(format!(
        "KEYWAY_PUBLIC_BASE_URL is {text:?}, but it must be an http:// or https:// URL"
    ))
}

fn unreadable(dotenv: &Path, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::InvalidData
        && let Some(line) = std::fs::read(dotenv)
            .ok()
            .and_then(|bytes| first_bad_line(&bytes))
    {
        return Failure::new(format!(
            "{} line {line}: it is no UTF-8 text",
            dotenv.display()
        ))
        .so("save the file as UTF-8");
    }
    Failure::new(format!("cannot read {}: {error}", dotenv.display()))
        .so("make it readable, or start from another folder")
}

fn first_bad_line(bytes: &[u8]) -> Option<usize> {
    let good = std::str::from_utf8(bytes).err()?.valid_up_to();
    Some(memchr::memchr_iter(b'\n', &bytes[..good]).count() + 1)
}

/// Says in which line of `.env` a bad value stands, when it comes from there.
fn misplaced(dotenv: &Path, environment: &Environment, name: &str, why: &str) -> Failure {
    let text = std::fs::read_to_string(dotenv).unwrap_or_default();
    let is_in_force = |line: &str| {
        environment
            .get(name)
            .is_some_and(|value| line.contains(value))
    };
    match line_of(&text, name)
        .filter(|(_, line)| is_in_force(line) && std::env::var_os(name).is_none())
    {
        Some((number, _)) => Failure::usage(format!("{} line {number}: {why}", dotenv.display())),
        None => Failure::usage(why),
    }
}

/// The last line that sets a variable, and its number.
fn line_of<'a>(text: &'a str, name: &str) -> Option<(usize, &'a str)> {
    let sets = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        line.split_once('=')
            .is_some_and(|(found, _)| found.trim() == name)
    };
    text.lines()
        .enumerate()
        .filter(|(_, line)| sets(line))
        .map(|(at, line)| (at + 1, line))
        .last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_sets_a_variable_is_the_one_in_force() {
        let text = "# KEYWAY_PORT=1\nKEYWAY_PORT=2\n\nexport KEYWAY_PORT = many\nKEYWAY_PORTS=3\n";
        assert_eq!(
            line_of(text, "KEYWAY_PORT"),
            Some((4, "export KEYWAY_PORT = many"))
        );
        assert_eq!(line_of(text, "KEYWAY_HOST"), None);
    }

    #[test]
    fn bytes_that_are_no_text_are_named_by_their_line() {
        assert_eq!(first_bad_line(b"a\nb\nc\xff\n"), Some(3));
        assert_eq!(first_bad_line(b"a\nb\n"), None);
    }

    #[test]
    fn levels_of_python_are_understood_and_others_refused() {
        assert_eq!(log_level("WARNING").unwrap(), "warn");
        assert_eq!(log_level("critical").unwrap(), "error");
        assert_eq!(
            log_level("keyway_gateway=trace").unwrap(),
            "keyway_gateway=trace"
        );
        assert!(
            log_level("loud")
                .unwrap_err()
                .contains("KEYWAY_LOG_LEVEL is \"loud\"")
        );
    }
}
