//! A JSON value as far as counting needs it: names and numbers, read without copying the names.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Something that holds counts under names.
pub(crate) trait Counts: Sized {
    /// The value under a name.
    fn named(&self, name: &str) -> Option<&Self>;
    /// The value itself, however it is written: a number, a float, or a number in quotes.
    fn number(&self) -> Option<u64>;

    /// The count at a path such as `/details/cached`.
    fn count(&self, path: &str) -> Option<u64> {
        let mut names = path.split('/').skip(1);
        names
            .try_fold(self, |value, name| value.named(name))?
            .number()
    }

    /// The first count there is at any of these paths.
    fn first(&self, paths: &[&str]) -> Option<u64> {
        paths.iter().find_map(|path| self.count(path))
    }
}

impl Counts for Value {
    fn named(&self, name: &str) -> Option<&Self> {
        self.get(name)
    }

    fn number(&self) -> Option<u64> {
        self.as_u64()
            .or_else(|| quoted(self.as_str()?))
            .or_else(|| whole(self.as_f64()?))
    }
}

/// A value read for its counts alone.
#[derive(Debug)]
pub(crate) enum Lean<'a> {
    /// A count.
    Number(u64),
    /// Values under names.
    Object(Vec<(Cow<'a, str>, Lean<'a>)>),
    /// Nothing that counts.
    Other,
}

impl Counts for Lean<'_> {
    fn named(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        // As in any JSON reader, the last of several values under one name counts.
        members
            .iter()
            .rev()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
    }

    fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Object(_) | Self::Other => None,
        }
    }
}

/// The name under which the parser hands over a number that has a fraction, as it was written.
const EXACT_NUMBER: &str = "$serde_json::private::Number";

fn quoted(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and counts that large do not exist"
)]
fn whole(number: f64) -> Option<u64> {
    (number >= 0.0).then_some(number as u64)
}

impl<'de: 'a, 'a> Deserialize<'de> for Lean<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Lean<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_u64<E>(self, number: u64) -> Result<Lean<'de>, E> {
        Ok(Lean::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Lean<'de>, E> {
        Ok(u64::try_from(number).map_or(Lean::Other, Lean::Number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Lean<'de>, E> {
        Ok(whole(number).map_or(Lean::Other, Lean::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Lean<'de>, E> {
        Ok(quoted(text).map_or(Lean::Other, Lean::Number))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Lean<'de>, E> {
        Ok(Lean::Other)
    }

    fn visit_unit<E>(self) -> Result<Lean<'de>, E> {
        Ok(Lean::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Lean<'de>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Lean::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lean<'de>, A::Error> {
        let mut members = Vec::with_capacity(8);
        while let Some(name) = map.next_key_seed(Name)? {
            if name == EXACT_NUMBER {
                let text: Cow<'de, str> = map.next_value()?;
                let number = text.parse().ok().and_then(whole);
                return Ok(number.map_or(Lean::Other, Lean::Number));
            }
            members.push((name, map.next_value()?));
        }
        Ok(Lean::Object(members))
    }
}

/// Reads a name, which serde copies unless asked for a borrowed one.
struct Name;

impl<'de> serde::de::DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Lean};
    use serde_json::Value;

    #[test]
    fn both_readers_find_the_same_counts() {
        let text = r#"{"a":1,"b":"2","c":3.0,"d":{"e":4,"e":5,"f\u0067":6},"g":null,"h":[7],"i":-8,"j":true}"#;
        let lean: Lean<'_> = serde_json::from_str(text).unwrap();
        let value: Value = serde_json::from_str(text).unwrap();
        let expected = [
            ("/a", Some(1)),
            ("/b", Some(2)),
            ("/c", Some(3)),
            ("/d/e", Some(5)),
            ("/d/fg", Some(6)),
            ("/d", None),
            ("/g", None),
            ("/h", None),
            ("/i", None),
            ("/j", None),
            ("/none", None),
        ];
        for (path, count) in expected {
            assert_eq!(lean.count(path), count, "lean {path}");
            assert_eq!(value.count(path), count, "value {path}");
        }
    }
}
