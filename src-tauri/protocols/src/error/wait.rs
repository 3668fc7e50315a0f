//! How long a provider asks to wait, wherever it says so.

use std::time::Duration;

use serde_json::Value;

use crate::Protocol;

/// The longest wait that `OpenAI`'s SDKs obey; they take no notice of a longer one.
const LONGEST_OBEYED: u64 = 60;
/// Waits beyond a day are told by mistake.
const LONGEST: Duration = Duration::from_hours(24);
/// What stands in front of a wait in words.
const PHRASES: [&str; 3] = ["try again in ", "retry in ", "retry after "];

/// The seconds that `retry-after` should say to clients of this protocol.
pub fn retry_after_seconds(wait: Duration, to: Protocol) -> u64 {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    match to {
        Protocol::OpenAi | Protocol::OpenAiResponses => seconds.min(LONGEST_OBEYED),
        Protocol::Anthropic | Protocol::Gemini => seconds,
    }
}

/// How long until limits that are used up are free again, by `OpenAI`'s headers; `header` looks one up.
pub fn until_limits_reset<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Option<Duration> {
    let of = |what: &str| {
        let remaining = header(&format!("x-ratelimit-remaining-{what}"))?;
        let is_used_up = remaining.trim() == "0";
        let reset = header(&format!("x-ratelimit-reset-{what}"))?;
        is_used_up.then(|| span(reset)).flatten()
    };
    of("requests").max(of("tokens"))
}

/// A wait in the details of a Google error: `RetryInfo`.
pub(super) fn told_by_details(body: &Value) -> Option<Duration> {
    let body = body.as_array().map_or(Some(body), |list| list.first())?;
    let details = body.get("error")?.get("details")?.as_array()?;
    let delay = details.iter().find_map(|detail| detail.get("retryDelay"))?;
    match delay {
        Value::String(text) => span(text),
        Value::Object(parts) => parts.get("seconds")?.as_u64().map(Duration::from_secs),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

/// A wait in words: `Please try again in 1.2s.`
pub(super) fn told_in_words(message: &str) -> Option<Duration> {
    let lower = message.to_ascii_lowercase();
    PHRASES.iter().find_map(|phrase| {
        let rest = &lower[lower.find(phrase)? + phrase.len()..];
        span(rest)
    })
}

/// A span of time such as `6m0s`, `1.5s`, `20ms`, `30` or `12 seconds`; what follows it does not matter.
fn span(text: &str) -> Option<Duration> {
    let mut rest = text.trim_start();
    let mut sum = 0.0;
    let mut is_found = false;
    while let Some((number, after)) = number(rest) {
        let word = after.trim_start();
        let len = word
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(word.len());
        let Some(seconds) = unit(&word[..len]) else {
            break;
        };
        sum += number * seconds;
        is_found = true;
        rest = &word[len..];
        if len == 0 {
            break;
        }
    }
    let wait = is_found
        .then(|| Duration::try_from_secs_f64(sum).ok())
        .flatten()?;
    (wait <= LONGEST).then_some(wait)
}

fn number(text: &str) -> Option<(f64, &str)> {
    let len = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    // A sentence may end behind the number.
    let digits = text[..len].trim_end_matches('.');
    let number = digits.parse().ok()?;
    Some((number, &text[len..]))
}

/// How many seconds a unit has; a bare number means seconds.
fn unit(word: &str) -> Option<f64> {
    Some(match word {
        "ms" | "millisecond" | "milliseconds" => 0.001,
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hour" | "hours" => 3600.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{retry_after_seconds, span, told_in_words, until_limits_reset};
    use crate::Protocol;

    #[test]
    fn p283_spans_of_time_are_read_in_every_spelling() {
        for (text, milliseconds) in [
            ("6m0s", Some(360_000)),
            ("1m30.5s", Some(90_500)),
            ("20ms", Some(20)),
            ("1.2s.", Some(1200)),
            ("12 seconds or so", Some(12_000)),
            ("7", Some(7000)),
            ("7.", Some(7000)),
            ("1h2m", Some(3_720_000)),
            ("soon", None),
            ("", None),
            ("99999999h", None),
            ("1.2.3s", None),
        ] {
            assert_eq!(
                span(text),
                milliseconds.map(Duration::from_millis),
                "{text}"
            );
        }
        let words = "Rate limit reached. Please try again in 1.2s. Visit https://x.";
        assert_eq!(told_in_words(words), Some(Duration::from_millis(1200)));
        assert_eq!(told_in_words("try again later"), None);
    }

    #[test]
    fn p283_waits_are_whole_seconds_that_the_client_obeys() {
        let long = Duration::from_millis(90_200);
        assert_eq!(retry_after_seconds(long, Protocol::Anthropic), 91);
        assert_eq!(retry_after_seconds(long, Protocol::OpenAi), 60);
        assert_eq!(
            retry_after_seconds(Duration::from_millis(20), Protocol::OpenAi),
            1
        );
    }

    #[test]
    fn p283_only_limits_that_are_used_up_have_to_be_waited_for() {
        let headers = [
            ("x-ratelimit-remaining-requests", "5"),
            ("x-ratelimit-reset-requests", "1h"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "6m0s"),
        ];
        let find = |name: &str| {
            headers
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| *value)
        };
        assert_eq!(until_limits_reset(find), Some(Duration::from_mins(6)));
        assert_eq!(until_limits_reset(|_| None), None);
    }
}
