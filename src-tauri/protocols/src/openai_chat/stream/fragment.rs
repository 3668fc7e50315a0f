//! A fragment of a call, as it stands in a delta.

use serde_json::{Map, Value};

use super::super::calls::take_signature;
use super::super::fields::telling;
use crate::carrier::Carrier;
use crate::counts::Counts;
use crate::part::CallForm;

/// A fragment of a call.
#[derive(Debug, Clone, Default)]
pub(super) struct Fragment {
    /// The choice it stands in.
    pub(super) choice: u64,
    /// The number of its call, if told.
    pub(super) index: Option<u64>,
    /// Where it stands in its delta.
    pub(super) position: usize,
    /// How many stand there.
    pub(super) among: usize,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) form: CallForm,
    /// The next of the arguments.
    pub(super) arguments: String,
    /// A signature that came with the call.
    pub(super) signature: Option<Carrier>,
}

impl Fragment {
    /// Reads the fragments of a delta; an empty list and null are none.
    pub(super) fn all(delta: &Map<String, Value>, choice: u64) -> Vec<Self> {
        let list = delta.get("tool_calls").and_then(Value::as_array);
        let among = list.map_or(0, Vec::len);
        let numbered = list.into_iter().flatten().enumerate();
        let mut all: Vec<Self> = numbered
            .map(|(position, value)| Self {
                choice,
                position,
                among,
                ..Self::read(value)
            })
            .collect();
        all.extend(
            delta
                .get("function_call")
                .and_then(|call| legacy(call, choice)),
        );
        all
    }

    fn read(value: &Value) -> Self {
        let custom = value.get("custom").filter(|inner| inner.is_object());
        let form = if custom.is_some() {
            CallForm::Custom
        } else {
            CallForm::Function
        };
        let inner = custom.or_else(|| value.get("function"));
        let text = |value: Option<&Value>| telling(value).map(str::to_owned);
        let mut fields = value.as_object().cloned().unwrap_or_default();
        Self {
            index: value.get("index").and_then(Value::number),
            id: text(value.get("id")),
            name: text(inner.and_then(|inner| inner.get("name"))),
            form,
            arguments: arguments_in(inner),
            signature: value
                .get("extra_content")
                .and_then(|_| take_signature(&mut fields)),
            ..Self::default()
        }
    }
}

/// A call in its older form: there is only one.
fn legacy(call: &Value, choice: u64) -> Option<Fragment> {
    call.as_object()?;
    Some(Fragment {
        choice,
        index: Some(0),
        among: 1,
        name: telling(call.get("name")).map(str::to_owned),
        arguments: arguments_in(Some(call)),
        ..Fragment::default()
    })
}

/// The arguments as text; an object is printed.
fn arguments_in(inner: Option<&Value>) -> String {
    let keys = ["arguments", "input"];
    let told = inner.and_then(|inner| keys.iter().find_map(|key| inner.get(key)));
    match told {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}

/// The object in arguments that were written as a string once too often.
pub(in crate::openai_chat) fn decoded(arguments: &str) -> Option<String> {
    if !arguments.trim_start().starts_with('"') {
        return None;
    }
    let inner: String = serde_json::from_str(arguments).ok()?;
    let is_object = serde_json::from_str::<Value>(&inner).is_ok_and(|value| value.is_object());
    is_object.then_some(inner)
}

/// Whether an object is whole, told while it comes.
#[derive(Debug, Default)]
pub(super) struct Braces {
    depth: usize,
    is_begun: bool,
    is_string: bool,
    is_escaped: bool,
}

impl Braces {
    pub(super) fn read(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.is_string => self.is_escaped = true,
                b'"' => self.is_string = !self.is_string,
                b'{' | b'[' if !self.is_string => {
                    self.depth += 1;
                    self.is_begun = true;
                }
                b'}' | b']' if !self.is_string => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.is_begun && self.depth == 0 && !self.is_string
    }
}
