//! Bodies for the admin API, made of flags.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::failure::Failure;

/// The fields that were given; the API leaves the others as they are.
#[derive(Debug, Default)]
pub(super) struct Form(Map<String, Value>);

impl Form {
    /// Sets a field when there is a value.
    pub(super) fn set<T: Into<Value>>(mut self, field: &str, value: Option<T>) -> Self {
        if let Some(value) = value {
            self.0.insert(field.to_owned(), value.into());
        }
        self
    }

    /// Sets a field, or empties it.
    pub(super) fn patch<T: Into<Value>>(self, field: &str, value: Option<OrNone<T>>) -> Self {
        self.set(field, value.map(Value::from))
    }

    /// The body.
    pub(super) fn body(self) -> Value {
        Value::Object(self.0)
    }

    /// The body of a change, which must change something.
    pub(super) fn needed(self) -> Result<Value, Failure> {
        if self.0.is_empty() {
            return Err(Failure::usage("nothing is to be changed").so("see the flags with --help"));
        }
        Ok(self.body())
    }
}

/// A value, or the word `none`, which empties a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OrNone<T> {
    Some(T),
    None,
}

impl<T: FromStr> FromStr for OrNone<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text == "none" {
            return Ok(Self::None);
        }
        text.parse().map(Self::Some)
    }
}

impl<T: Into<Value>> From<OrNone<T>> for Value {
    fn from(value: OrNone<T>) -> Self {
        match value {
            OrNone::Some(value) => value.into(),
            OrNone::None => Self::Null,
        }
    }
}

/// One provider and one upstream model: `deepseek/deepseek-chat`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TargetName {
    pub(super) provider: String,
    pub(super) model: String,
}

impl FromStr for TargetName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((provider, model)) if !provider.is_empty() && !model.is_empty() => Ok(Self {
                provider: provider.to_owned(),
                model: model.to_owned(),
            }),
            Some(_) | None => Err("it must be PROVIDER/MODEL, for example deepseek/deepseek-chat"),
        }
    }
}

/// A name and a value: `openai=https://…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair(pub(super) String, pub(super) String);

impl FromStr for Pair {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').ok_or("it must be NAME=VALUE")?;
        Ok(Self(name.trim().to_owned(), value.trim().to_owned()))
    }
}

/// Pairs as a JSON object; none when there are none.
pub(super) fn object(pairs: Vec<Pair>) -> Option<Value> {
    let object: Map<String, Value> = pairs
        .into_iter()
        .map(|Pair(name, value)| (name, value.into()))
        .collect();
    (!object.is_empty()).then_some(Value::Object(object))
}

/// What two opposite flags say together; none when neither is given.
pub(super) fn switched(on: bool, off: bool) -> Option<bool> {
    (on || off).then_some(on)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_given_fields_are_sent_and_none_empties() {
        let form = Form::default()
            .set("name", Some("a"))
            .set::<&str>("note", None)
            .patch("rpm_limit", Some(OrNone::Some(3_u64)))
            .patch("max_tokens", Some(OrNone::<u64>::None));
        assert_eq!(
            form.body(),
            json!({"name": "a", "rpm_limit": 3, "max_tokens": null})
        );
        assert!(Form::default().needed().is_err());
    }

    #[test]
    fn a_limit_is_a_number_or_none() {
        assert_eq!("none".parse(), Ok(OrNone::<u64>::None));
        assert_eq!("12".parse(), Ok(OrNone::Some(12_u64)));
        assert!("many".parse::<OrNone<u64>>().is_err());
    }

    #[test]
    fn the_model_of_a_target_may_contain_slashes() {
        let target: TargetName = "openrouter/z-ai/glm-5.2".parse().unwrap();
        assert_eq!(
            (target.provider.as_str(), target.model.as_str()),
            ("openrouter", "z-ai/glm-5.2")
        );
        assert!("deepseek".parse::<TargetName>().is_err());
        assert!("/x".parse::<TargetName>().is_err());
    }

    #[test]
    fn opposite_flags_say_nothing_when_neither_is_given() {
        assert_eq!(
            [
                switched(true, false),
                switched(false, true),
                switched(false, false)
            ],
            [Some(true), Some(false), None]
        );
    }
}
