//! The directions in a prompt.

use std::time::Duration;

use serde_json::Value;

const MARK: &str = "echo:";
const LONGEST_WAIT: Duration = Duration::from_mins(1);
const MOST_TOKENS: u64 = 50_000;

/// The directions there are, as told to people.
pub const DIRECTIONS: &str = "\
echo: say TEXT            answer with this text
echo: think TEXT          think this first
echo: tokens 5000         answer with a text of so many tokens (at most 50000)
echo: call TOOL {json}    call this tool; several lines make parallel calls
echo: status 529          fail with this status (400 to 599)
echo: delay 2s            wait before the answer begins (at most 60s)
echo: pace 50ms           wait between the events of a stream (at most 60s)
echo: cut after 5         break off after so many events of a stream, or in the middle of a whole answer";

/// What a prompt tells Echo to do.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) status: Option<u16>,
    pub(super) delay: Duration,
    pub(super) pace: Duration,
    pub(super) cut_after: Option<usize>,
    pub(super) say: Option<String>,
    pub(super) think: Option<String>,
    pub(super) tokens: Option<u64>,
    pub(super) calls: Vec<WantedCall>,
    /// What the person wrote besides.
    pub(super) rest: String,
    /// The first line that made no sense, and why.
    pub(super) mistake: Option<String>,
}

/// A tool call that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WantedCall {
    pub(super) tool: String,
    pub(super) input: String,
}

/// Whether a text has a line that directs Echo.
pub(super) fn has_directions(text: &str) -> bool {
    text.lines().any(|line| direction(line).is_some())
}

impl Script {
    /// Reads all blocks of a prompt; the last one that holds more than directions is what was said.
    ///
    /// A prompt with a mistake directs nothing: its answer explains the mistake.
    pub(super) fn read(texts: &[String]) -> Self {
        let mut script = Self::default();
        for text in texts {
            let mut rest = Vec::new();
            for line in text.lines() {
                let Some(direction) = direction(line) else {
                    rest.push(line);
                    continue;
                };
                if let Err(reason) = script.follow(direction) {
                    let mistake = format!("`{}`: {reason}", line.trim());
                    return Self {
                        mistake: Some(mistake),
                        ..Self::default()
                    };
                }
            }
            let rest = rest.join("\n");
            if !rest.trim().is_empty() {
                rest.trim().clone_into(&mut script.rest);
            }
        }
        script
    }

    fn follow(&mut self, direction: &str) -> Result<(), String> {
        let (verb, rest) = direction
            .split_once(char::is_whitespace)
            .unwrap_or((direction, ""));
        let rest = rest.trim();
        match verb {
            "say" => add_line(&mut self.say, rest),
            "think" if rest.is_empty() => return Err("what to think is missing".to_owned()),
            "think" => add_line(&mut self.think, rest),
            "tokens" => self.tokens = Some(number(rest, 1, MOST_TOKENS)?),
            "status" => self.status = Some(status(rest)?),
            "delay" => self.delay = duration(rest)?,
            "pace" => self.pace = duration(rest)?,
            "cut" => self.cut_after = Some(cut(rest)?),
            "call" => self.calls.push(call(rest)?),
            _ => return Err(format!("`{verb}` is no direction")),
        }
        Ok(())
    }
}

fn direction(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix(MARK).map(str::trim)
}

fn add_line(text: &mut Option<String>, line: &str) {
    match text {
        Some(text) => {
            text.push('\n');
            text.push_str(line);
        }
        None => *text = Some(line.to_owned()),
    }
}

fn number(text: &str, least: u64, most: u64) -> Result<u64, String> {
    let number = text
        .parse()
        .ok()
        .filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("a number from {least} to {most} is needed"))
}

fn status(text: &str) -> Result<u16, String> {
    u16::try_from(number(text, 400, 599)?).map_err(|error| error.to_string())
}

fn cut(text: &str) -> Result<usize, String> {
    let count = text.strip_prefix("after").unwrap_or(text).trim();
    let count = count.strip_suffix("events").unwrap_or(count).trim();
    count
        .parse()
        .map_err(|_| "the number of events is needed, as in `cut after 5`".to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    let seconds = match text.strip_suffix("ms") {
        Some(milliseconds) => milliseconds
            .trim()
            .parse()
            .map(|number: f64| number / 1_000.0),
        None => text.strip_suffix('s').unwrap_or("").trim().parse(),
    };
    let duration = seconds
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration
        .filter(|duration| *duration <= LONGEST_WAIT)
        .ok_or_else(|| "a time up to 60s is needed, as in `2s` or `200ms`".to_owned())
}

fn call(text: &str) -> Result<WantedCall, String> {
    let (tool, input) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if tool.is_empty() {
        return Err("the tool's name is missing".to_owned());
    }
    let input = input.trim();
    if input.starts_with('{')
        && let Err(error) = serde_json::from_str::<Value>(input)
    {
        return Err(format!("the tool's input is not JSON: {error}"));
    }
    Ok(WantedCall {
        tool: tool.to_owned(),
        input: input.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{DIRECTIONS, Script, WantedCall};

    fn read(text: &str) -> Script {
        Script::read(&[text.to_owned()])
    }

    #[test]
    fn every_direction_is_understood() {
        let script = read(
            "hello\necho: delay 1.5s\necho: pace 20ms\n echo: cut after 3\necho: think hm\necho: say a\necho: say b\n\
             echo: tokens 9\necho: call Read {\"path\":\"a b\"}\necho: call Now\necho: status 429\nworld",
        );
        let call = |tool: &str, input: &str| WantedCall {
            tool: tool.to_owned(),
            input: input.to_owned(),
        };
        let expected = Script {
            status: Some(429),
            delay: Duration::from_millis(1_500),
            pace: Duration::from_millis(20),
            cut_after: Some(3),
            say: Some("a\nb".to_owned()),
            think: Some("hm".to_owned()),
            tokens: Some(9),
            calls: vec![call("Read", r#"{"path":"a b"}"#), call("Now", "")],
            rest: "hello\nworld".to_owned(),
            mistake: None,
        };
        assert_eq!(script, expected);
    }

    #[test]
    fn the_directions_that_people_are_told_are_right() {
        for line in DIRECTIONS.lines() {
            let (example, _) = line.split_once("  ").unwrap();
            let example = example.replace("{json}", "{}");
            assert_eq!(read(&example).mistake, None, "{example}");
        }
    }

    #[test]
    fn a_mistake_stops_everything_and_says_where() {
        for line in [
            "echo:",
            "echo: dance",
            "echo: status 200",
            "echo: status 600",
            "echo: delay 61s",
            "echo: delay 5",
            "echo: delay -1s",
            "echo: delay NaNs",
            "echo: pace fast",
            "echo: cut after",
            "echo: think",
            "echo: tokens 50001",
            "echo: tokens 0",
            "echo: call",
            "echo: call Read {oops",
        ] {
            let script = read(&format!("echo: status 500\n{line}"));
            assert!(
                script.mistake.is_some_and(|mistake| mistake.contains(line)),
                "{line}"
            );
            assert_eq!(script.status, None);
        }
    }

    #[test]
    fn a_line_that_only_mentions_echo_is_text() {
        let script = read("say echo: status 500\n$ echo hello");
        assert_eq!(script.status, None);
        assert_eq!(script.rest, "say echo: status 500\n$ echo hello");
    }
}
