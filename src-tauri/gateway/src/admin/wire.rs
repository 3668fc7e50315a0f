//! How values look on the wire, as scripts written for keyway-router expect them.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

/// A switch: 1 or 0 in answers; `true`, `false`, 1 or 0 in requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flag(pub(super) bool);

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.0.into())
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FlagVisitor).map(Self)
    }
}

struct FlagVisitor;

impl de::Visitor<'_> for FlagVisitor {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true or false")
    }

    fn visit_bool<E>(self, value: bool) -> Result<bool, E> {
        Ok(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<bool, E> {
        match value {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(E::invalid_value(de::Unexpected::Unsigned(value), &self)),
        }
    }
}

impl PartialSchema for Flag {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0))
            .maximum(Some(1))
            .into()
    }
}

impl ToSchema for Flag {}

/// A moment in ISO 8601, always with `+00:00` and either no fraction or six digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(pub(super) Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let form = if self.0.subsec_nanosecond() == 0 {
            "%FT%T+00:00"
        } else {
            "%FT%T%.6f+00:00"
        };
        serializer.collect_str(&self.0.strftime(form))
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}

impl ToSchema for Moment {}

/// A field of a change: left out, emptied by `null`, or given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Patch<T> {
    /// Left out: it stays as it is.
    #[default]
    Keep,
    /// `null`: it is emptied.
    Clear,
    /// Given: it is replaced.
    Set(T),
}

impl<T> Patch<T> {
    /// Changes a value accordingly.
    pub(super) fn apply(self, to: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *to = None,
            Self::Set(value) => *to = Some(value),
        }
    }

    /// Turns the given value into another.
    pub(super) fn try_map<U, E>(self, turn: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(turn(value)?),
        })
    }

    /// Emptied when the request says so in its own word, whatever the field says.
    pub(super) fn or_clear(self, clear: bool) -> Self {
        if clear { Self::Clear } else { self }
    }

    /// What was given, if anything was.
    pub(super) fn given(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn flags_are_numbers_in_answers_and_anything_sensible_in_requests() {
        assert_eq!(serde_json::to_value(Flag(true)).unwrap(), json!(1));
        for (text, flag) in [("true", true), ("1", true), ("false", false), ("0", false)] {
            assert_eq!(serde_json::from_str::<Flag>(text).unwrap(), Flag(flag));
        }
        assert!(serde_json::from_str::<Flag>("2").is_err());
        assert!(serde_json::from_str::<Flag>("\"yes\"").is_err());
    }

    #[test]
    fn moments_look_as_python_writes_them() {
        let whole: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        let fraction: Timestamp = "2030-01-01T00:00:00.25Z".parse().unwrap();
        assert_eq!(
            serde_json::to_value(Moment(whole)).unwrap(),
            json!("2030-01-01T00:00:00+00:00")
        );
        assert_eq!(
            serde_json::to_value(Moment(fraction)).unwrap(),
            json!("2030-01-01T00:00:00.250000+00:00")
        );
    }

    #[test]
    fn null_empties_and_absence_keeps() {
        #[derive(Deserialize)]
        struct Form {
            #[serde(default)]
            limit: Patch<u64>,
        }
        let read = |text: &str| serde_json::from_str::<Form>(text).unwrap().limit;
        assert_eq!(read("{}"), Patch::Keep);
        assert_eq!(read(r#"{"limit": null}"#), Patch::Clear);
        assert_eq!(read(r#"{"limit": 3}"#), Patch::Set(3));
        assert_eq!(Patch::Set(3).or_clear(true), Patch::Clear);
    }
}
