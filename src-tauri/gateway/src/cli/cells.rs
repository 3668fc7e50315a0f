//! Values of the admin API as people read them.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

/// What stands where there is nothing.
pub(super) const NOTHING: &str = "-";

/// A text field; empty when it is missing.
pub(super) fn text<'a>(record: &'a Value, field: &str) -> &'a str {
    record[field].as_str().unwrap_or_default()
}

/// A text field as a cell.
pub(super) fn cell(record: &Value, field: &str) -> String {
    match &record[field] {
        Value::String(text) if !text.is_empty() => text.clone(),
        Value::Number(number) => grouped(&number.to_string()),
        Value::Bool(flag) => yes(*flag).to_owned(),
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => NOTHING.to_owned(),
    }
}

/// A switch, which the API writes as 1 or 0.
pub(super) fn is_on(record: &Value, field: &str) -> bool {
    match &record[field] {
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_u64() == Some(1),
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

/// A switch as a word.
pub(super) fn state(record: &Value) -> String {
    if is_on(record, "enabled") {
        "on"
    } else {
        "off"
    }
    .to_owned()
}

fn yes(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

/// What was used, of how much: `12 / 1,000`.
pub(super) fn used_of(record: &Value, used: &str, most: &str) -> String {
    let used = cell(record, used);
    if record[most].is_null() {
        return used;
    }
    format!("{used} / {}", cell(record, most))
}

/// A moment in the time of this machine.
pub(super) fn moment(record: &Value, field: &str) -> String {
    let Ok(at) = text(record, field).parse::<Timestamp>() else {
        return NOTHING.to_owned();
    };
    at.to_zoned(TimeZone::system())
        .strftime("%F %T")
        .to_string()
}

/// A number with its thousands apart: `1,234,567`.
pub(super) fn grouped(digits: &str) -> String {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits.to_owned();
    }
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 key`, `2 keys`.
pub(super) fn count(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {one}{plural}", grouped(&number.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (digits, wanted) in [
            ("7", "7"),
            ("1234", "1,234"),
            ("1234567", "1,234,567"),
            ("-12", "-12"),
            ("1.5", "1.5"),
        ] {
            assert_eq!(grouped(digits), wanted);
        }
        assert_eq!(count(1, "key"), "1 key");
        assert_eq!(count(1200, "key"), "1,200 keys");
    }

    #[test]
    fn missing_values_are_a_dash_and_limits_stand_behind_what_was_used() {
        let record = json!({"name": "", "used": 12, "most": 1000, "none": null, "enabled": 1});
        assert_eq!(cell(&record, "name"), "-");
        assert_eq!(cell(&record, "gone"), "-");
        assert_eq!(used_of(&record, "used", "most"), "12 / 1,000");
        assert_eq!(used_of(&record, "used", "none"), "12");
        assert_eq!(state(&record), "on");
        assert_eq!(moment(&record, "gone"), "-");
    }
}
