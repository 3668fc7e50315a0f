//! What values may look like. Each check names the field it refuses.

use std::{collections::BTreeMap, net::IpAddr};

use http::{HeaderName, HeaderValue};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use keyway_protocols::Protocol;
use serde_json::{Map, Value};
use url::{Host, Url};

use super::{
    error::{ApiError, BadField},
    quirk_words,
};
use crate::app::App;

type Checked<T> = Result<T, ApiError>;

/// Headers that Keyway sets itself, or that belong to one connection only.
const OWN_HEADERS: [&str; 20] = [
    "authorization",
    "x-api-key",
    "x-goog-api-key",
    "api-key",
    "proxy-authorization",
    "cookie",
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "upgrade",
    "accept-encoding",
    "expect",
    "proxy-connection",
    "via",
    "x-keyway-hops",
];

/// An id that people choose: it goes into paths.
pub(super) fn id(field: &'static str, text: &str) -> Checked<()> {
    let allowed = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let means_something = text.chars().any(|c| c.is_ascii_alphanumeric());
    if text.len() <= 64 && allowed && means_something {
        return Ok(());
    }
    Err(BadField::shape(
        field,
        "must be 1 to 64 letters, digits, dots, dashes or underscores",
    )
    .into())
}

/// A text of `min` to `max` characters.
pub(super) fn text(field: &'static str, text: &str, min: usize, max: usize) -> Checked<()> {
    let length = if min > 0 {
        text.trim().chars().count()
    } else {
        text.chars().count()
    };
    if length < min || text.chars().count() > max {
        return Err(
            BadField::shape(field, format!("must be {min} to {max} characters long")).into(),
        );
    }
    Ok(())
}

/// A name: one line of text.
pub(super) fn name(field: &'static str, value: &str) -> Checked<()> {
    line(field, value, 128)
}

/// Text without line breaks and other control characters.
pub(super) fn line(field: &'static str, value: &str, max: usize) -> Checked<()> {
    text(field, value, 1, max)?;
    if value.chars().any(char::is_control) {
        return Err(BadField::shape(field, "must not contain control characters").into());
    }
    Ok(())
}

/// Free text of the owner.
pub(super) fn note(value: &str) -> Checked<()> {
    text("note", value, 0, 512)
}

/// A limit, when there is one.
pub(super) fn limit(field: &'static str, value: Option<&u64>) -> Checked<()> {
    match value {
        Some(0) => Err(BadField::shape(field, "must be 1 or more").into()),
        Some(_) | None => Ok(()),
    }
}

/// An upstream key: it becomes a header.
pub(super) fn secret(field: &'static str, value: &str) -> Checked<()> {
    text(field, value, 1, 4096)?;
    if HeaderValue::from_str(value).is_err() {
        return Err(BadField::shape(field, "must be plain text without line breaks").into());
    }
    Ok(())
}

/// A protocol by its name.
pub(super) fn protocol(field: &'static str, name: &str) -> Checked<Protocol> {
    name.parse().map_err(|_| {
        BadField::shape(
            field,
            "must be openai, openai-responses, anthropic or gemini",
        )
        .coded("unknown_protocol")
        .into()
    })
}

/// A moment in ISO 8601; one without an offset is UTC.
pub(super) fn moment(field: &'static str, text: &str) -> Checked<Timestamp> {
    let text = text.trim();
    let naive = || {
        text.parse::<DateTime>()
            .and_then(|time| time.to_zoned(TimeZone::UTC))
            .map(|time| time.timestamp())
    };
    text.parse().or_else(|_| naive()).map_err(|_| {
        BadField::value(
            field,
            "must be a time in ISO 8601, for example 2030-01-01T00:00:00+00:00",
        )
        .into()
    })
}

/// JSON in a text field.
pub(super) fn json_object(field: &'static str, text: &str) -> Checked<()> {
    if text.chars().count() > 4096 {
        return Err(BadField::shape(field, "must be at most 4096 characters long").into());
    }
    match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(BadField::shape(field, "must be a JSON object in a string").into()),
    }
}

/// Quirks: known ones, with values that fit. Each is checked by itself, so that the one at fault is named.
pub(super) fn quirks(all: &Map<String, Value>) -> Checked<()> {
    for (name, value) in all {
        if let Some(why) = quirk_words::fault(name, value) {
            return Err(BadField::shape(format!("quirks.{name}"), why).into());
        }
    }
    Ok(())
}

/// A base URL: somewhere else than this gateway, and without a password in it.
pub(super) fn base_url(app: &App, field: &str, text: &str) -> Checked<()> {
    let refuse = |why: &str| Err(BadField::shape(field.to_owned(), why).into());
    if text.chars().count() > 512 {
        return refuse("must be at most 512 characters long");
    }
    let Ok(url) = Url::parse(text) else {
        return refuse("must be an http:// or https:// URL");
    };
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return refuse("must be an http:// or https:// URL with a host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not contain a user name or password: put the key into api_key");
    }
    if url.fragment().is_some() || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return refuse("must not contain spaces or a #fragment");
    }
    if is_this_gateway(app, &url) {
        let bad = BadField::shape(
            field.to_owned(),
            "is the address of this gateway: requests would go in circles",
        );
        return Err(bad.coded("base_url_is_keyway").into());
    }
    Ok(())
}

fn is_this_gateway(app: &App, url: &Url) -> bool {
    let public = app
        .options
        .public_base_url
        .as_deref()
        .and_then(|own| Url::parse(own).ok());
    let same_as_public = public.is_some_and(|own| {
        own.host() == url.host() && own.port_or_known_default() == url.port_or_known_default()
    });
    let own = app
        .address
        .get()
        .copied()
        .unwrap_or_else(|| app.options.address());
    let is_here = match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => is_own(IpAddr::V4(address), own.ip()),
        Some(Host::Ipv6(address)) => is_own(address.to_canonical(), own.ip()),
        None => false,
    };
    same_as_public || (is_here && url.port_or_known_default() == Some(own.port()))
}

fn is_own(address: IpAddr, own: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified() || address == own
}

/// Headers that are added to requests.
pub(super) fn headers(all: &BTreeMap<String, String>) -> Checked<()> {
    if all.len() > 32 {
        return Err(BadField::shape("headers", "must be at most 32").into());
    }
    for (name, value) in all {
        let field = || format!("headers.{name}");
        let Ok(parsed) = HeaderName::try_from(name.as_str()) else {
            return Err(BadField::shape(field(), "is no valid header name").into());
        };
        if OWN_HEADERS.contains(&parsed.as_str()) {
            return Err(BadField::shape(field(), "is set by Keyway itself").into());
        }
        if HeaderValue::from_str(value).is_err() || value.len() > 4096 {
            return Err(BadField::shape(field(), "has a value that no header can carry").into());
        }
    }
    Ok(())
}

/// An outbound proxy.
pub(super) fn proxy(text: &str) -> Checked<()> {
    let known = ["http", "https", "socks5", "socks5h"];
    let usable = text == "none"
        || (text.len() <= 512
            // A URL parser leaves line breaks out; what connects does not.
            && !text.contains(|c: char| c.is_control() || c.is_whitespace())
            && Url::parse(text).is_ok_and(|url| url.has_host() && known.contains(&url.scheme())));
    if usable {
        return Ok(());
    }
    Err(BadField::shape(
        "proxy",
        "must be an http://, https:// or socks5:// URL, or none",
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_can_stand_in_a_path() {
        for good in ["a", "deepseek", "g1.deep-seek_2", &"x".repeat(64)] {
            assert!(id("id", good).is_ok(), "{good}");
        }
        for bad in ["", "a/b", "a b", "..", "ü", "-", &"x".repeat(65)] {
            assert!(id("id", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_one_line_and_not_blank() {
        assert!(name("name", "Günther's key").is_ok());
        assert!(name("name", "   ").is_err());
        assert!(name("name", "a\nb").is_err());
        assert!(name("name", &"ü".repeat(128)).is_ok());
        assert!(name("name", &"ü".repeat(129)).is_err());
    }

    #[test]
    fn times_without_an_offset_are_utc() {
        let wanted: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        for text in [
            "2030-01-01T00:00:00Z",
            "2030-01-01T02:00:00+02:00",
            "2030-01-01T00:00:00",
            "2030-01-01 00:00",
            "2030-01-01",
        ] {
            assert_eq!(moment("expires_at", text).unwrap(), wanted, "{text}");
        }
        assert!(moment("expires_at", "tomorrow").is_err());
    }

    #[test]
    fn headers_of_keyway_itself_and_broken_ones_are_refused() {
        let one = |name: &str, value: &str| {
            headers(&BTreeMap::from([(name.to_owned(), value.to_owned())]))
        };
        assert!(one("X-Team", "a").is_ok());
        for (name, value) in [
            ("Authorization", "a"),
            ("Connection", "close"),
            ("X-Keyway-Hops", "0"),
            ("a b", "c"),
            ("x-team", "a\nb"),
        ] {
            assert!(one(name, value).is_err(), "{name}");
        }
    }

    #[test]
    fn proxies_are_urls_or_none() {
        for good in ["none", "http://p:3128", "socks5://u:p@10.0.0.1:1080"] {
            assert!(proxy(good).is_ok(), "{good}");
        }
        for bad in ["", "p:3128", "ftp://p", "http://", "http://p\r\nq"] {
            assert!(proxy(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn configurations_are_json_objects() {
        assert!(json_object("config", r#"{"a": 1}"#).is_ok());
        assert!(json_object("config", "[]").is_err());
        assert!(json_object("config", "").is_err());
    }
}
