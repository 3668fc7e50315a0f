//! Reads how long an upstream asks to be left alone.

use std::time::Duration;

use http::{HeaderMap, header};
use jiff::Timestamp;

/// The wait that an answer's headers ask for: `retry-after-ms`, else `retry-after` in seconds or as a date.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
    };
    if let Some(milliseconds) = text("retry-after-ms").and_then(|text| text.parse::<u64>().ok()) {
        return Some(Duration::from_millis(milliseconds));
    }
    let asked = text(header::RETRY_AFTER.as_str())?;
    if let Ok(seconds) = asked.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = jiff::fmt::rfc2822::parse(asked).ok()?.timestamp();
    Duration::try_from(date - now).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn wait(name: &'static str, value: &'static str) -> Option<Duration> {
        let headers =
            HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_static(value))]);
        let now = "2026-11-20T10:00:00Z".parse().unwrap();
        retry_after(&headers, now)
    }

    #[test]
    fn all_forms_are_read() {
        assert_eq!(wait("retry-after", "3"), Some(Duration::from_secs(3)));
        assert_eq!(wait("retry-after", "0.5"), Some(Duration::from_millis(500)));
        assert_eq!(
            wait("retry-after-ms", "250"),
            Some(Duration::from_millis(250))
        );
        assert_eq!(
            wait("retry-after", "Fri, 20 Nov 2026 10:00:07 GMT"),
            Some(Duration::from_secs(7))
        );
        assert_eq!(wait("retry-after", "Fri, 20 Nov 2026 09:00:00 GMT"), None);
        assert_eq!(wait("retry-after", "soon"), None);
    }
}
