//! Calls that a provider left in the text because it did not know its own model's way of writing them:
//! `<tool_call>{"name": …, "arguments": …}</tool_call>` and `<function=name><parameter=key>value</parameter></function>`.

use serde_json::{Map, Value};

use super::Step;
use crate::cross::replay;
use crate::event::{Event, Opening};
use crate::part::{Call, Kind, Part};

/// How calls begin and end in a text.
const MARKS: [(&str, &str); 2] = [
    ("<tool_call>", "</tool_call>"),
    ("<function=", "</function>"),
];

/// Takes calls out of the text.
#[derive(Debug, Default)]
pub(super) struct CallsInText {
    /// Whether the provider has a text open.
    is_text: bool,
    /// Whether it was passed on.
    is_open: bool,
    /// Whether a call was found.
    is_found: bool,
    /// The marks of the call that is open.
    inside: Option<(&'static str, &'static str)>,
    /// What may be the beginning of a mark, or belongs to the open call.
    held: String,
    /// Up to where `held` is known not to hold the end of the open call.
    searched: usize,
}

impl CallsInText {
    fn scan(&mut self, out: &mut Vec<Event>) {
        let mut held = std::mem::take(&mut self.held);
        let mut rest = held.as_str();
        loop {
            if let Some((begin, end)) = self.inside {
                let from = std::mem::take(&mut self.searched);
                let Some(at) = rest[from..].find(end).map(|at| from + at) else {
                    // The last bytes may be the beginning of it.
                    self.searched = rest.floor_char_boundary(rest.len().saturating_sub(end.len()));
                    break;
                };
                let (body, behind) = rest.split_at(at + end.len());
                self.inside = None;
                self.call(begin, body, at, out);
                rest = behind;
            } else if let Some((at, marks)) = first_mark(rest) {
                self.say(&rest[..at], out);
                self.inside = Some(marks);
                rest = &rest[at + marks.0.len()..];
            } else {
                let (sure, behind) = rest.split_at(rest.len() - begun_mark(rest));
                self.say(sure, out);
                rest = behind;
                break;
            }
        }
        let done = held.len() - rest.len();
        held.drain(..done);
        self.held = held;
    }

    fn say(&mut self, text: &str, out: &mut Vec<Event>) {
        // The line ends behind calls are nobody's words.
        let is_behind = self.is_found && !self.is_open;
        let text = if is_behind { text.trim_start() } else { text };
        if text.is_empty() {
            return;
        }
        if !std::mem::replace(&mut self.is_open, true) {
            out.push(Event::Open(Opening::Text));
        }
        out.push(Event::Text(text.to_owned()));
    }

    fn close(&mut self, out: &mut Vec<Event>) {
        if std::mem::take(&mut self.is_open) {
            out.push(Event::Close);
        }
    }

    /// A call, or the text that looked like one.
    fn call(&mut self, begin: &str, body: &str, inner: usize, out: &mut Vec<Event>) {
        let Some(call) = read(begin, &body[..inner]) else {
            self.say(begin, out);
            return self.say(body, out);
        };
        self.close(out);
        self.is_found = true;
        replay::part(Part::new(Kind::Call(call)), out);
    }

    /// The text is at its end; a call need not be.
    fn end(&mut self, out: &mut Vec<Event>) {
        let rest = std::mem::take(&mut self.held);
        self.searched = 0;
        match self.inside.take() {
            Some((begin, _)) => self.call(begin, &rest, rest.len(), out),
            None => self.say(&rest, out),
        }
        self.close(out);
        self.is_text = false;
    }
}

impl Step for CallsInText {
    fn take(&mut self, event: Event, out: &mut Vec<Event>) {
        match event {
            Event::Open(Opening::Text) => self.is_text = true,
            Event::Text(text) if self.is_text => {
                self.held.push_str(&text);
                self.scan(out);
            }
            Event::Citation(_) if self.is_text && !self.is_open => {}
            Event::Close if self.is_text => self.end(out),
            Event::Open(Opening::Refusal | Opening::Reasoning | Opening::Call(_))
            | Event::Start(_)
            | Event::Text(_)
            | Event::Citation(_)
            | Event::Reasoning(_)
            | Event::Arguments(_)
            | Event::Close
            | Event::CloseWith(_)
            | Event::Whole(_)
            | Event::Usage(_)
            | Event::Stop(_)
            | Event::Alive
            | Event::Failed(_)
            | Event::End => out.push(event),
        }
    }
}

fn first_mark(text: &str) -> Option<(usize, (&'static str, &'static str))> {
    text.match_indices('<').find_map(|(at, _)| {
        let here = &text[at..];
        let marks = MARKS.into_iter().find(|marks| here.starts_with(marks.0))?;
        Some((at, marks))
    })
}

/// How many bytes at the end may be the beginning of a mark.
fn begun_mark(text: &str) -> usize {
    let Some(at) = text.rfind('<') else {
        return 0;
    };
    let is_begun = MARKS
        .iter()
        .any(|(begin, _)| begin.starts_with(&text[at..]));
    if is_begun { text.len() - at } else { 0 }
}

fn read(begin: &str, body: &str) -> Option<Call> {
    let body = body.trim();
    if begin == MARKS[1].0 {
        return in_tags(body);
    }
    match body.strip_prefix(MARKS[1].0) {
        Some(tagged) => in_tags(tagged),
        None => in_json(body),
    }
}

fn in_json(body: &str) -> Option<Call> {
    let mut fields: Map<String, Value> = serde_json::from_str(body).ok()?;
    let name = fields.get("name")?.as_str()?.to_owned();
    let arguments = ["arguments", "parameters"]
        .iter()
        .find_map(|key| fields.remove(*key));
    Some(Call {
        name,
        arguments: match arguments {
            Some(Value::String(text)) => text,
            Some(value) => value.to_string(),
            None => String::new(),
        },
        ..Call::default()
    })
}

/// `name>{…}` or `name><parameter=key>value</parameter>…`.
fn in_tags(body: &str) -> Option<Call> {
    let (name, rest) = body.split_once('>')?;
    let rest = rest.trim().trim_end_matches("</function>").trim();
    let arguments = if rest.starts_with('{') {
        rest.to_owned()
    } else {
        parameters(rest)?.to_string()
    };
    Some(Call {
        name: name.trim().to_owned(),
        arguments,
        ..Call::default()
    })
}

fn parameters(text: &str) -> Option<Value> {
    let mut fields = Map::new();
    for piece in text.split("<parameter=").skip(1) {
        let (name, rest) = piece.split_once('>')?;
        let (value, _) = rest.split_once("</parameter>").unwrap_or((rest, ""));
        let value = value.strip_prefix('\n').unwrap_or(value);
        let value = value.strip_suffix('\n').unwrap_or(value);
        let parsed = serde_json::from_str(value)
            .ok()
            .filter(|value: &Value| !value.is_string());
        fields.insert(
            name.trim().to_owned(),
            parsed.unwrap_or_else(|| value.into()),
        );
    }
    Some(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::{CallsInText, Step};
    use crate::event::{Event, Opening};

    fn read(text: &str, step: usize) -> Vec<String> {
        let mut found = CallsInText::default();
        let mut out = Vec::new();
        found.take(Event::Open(Opening::Text), &mut out);
        let chars: Vec<char> = text.chars().collect();
        for piece in chars.chunks(step) {
            found.take(Event::Text(piece.iter().collect()), &mut out);
        }
        found.take(Event::Close, &mut out);
        let mut told: Vec<String> = Vec::new();
        for event in out {
            match event {
                Event::Open(Opening::Call(call)) => told.push(format!("{}: ", call.name)),
                Event::Open(_) => told.push("text: ".to_owned()),
                Event::Text(more) | Event::Arguments(more) => {
                    told.last_mut().unwrap().push_str(&more);
                }
                Event::Close => told.last_mut().unwrap().push('.'),
                other @ (Event::Start(_)
                | Event::Citation(_)
                | Event::Reasoning(_)
                | Event::CloseWith(_)
                | Event::Whole(_)
                | Event::Usage(_)
                | Event::Stop(_)
                | Event::Alive
                | Event::Failed(_)
                | Event::End) => panic!("{other:?}"),
            }
        }
        told
    }

    #[test]
    fn p229_calls_are_taken_out_of_the_text() {
        for (text, expected) in [
            (
                "so:\n<tool_call>\n{\"name\":\"f\",\"arguments\":{\"x\":1}}\n</tool_call>\n<tool_call>{\"name\":\"g\"}</tool_call>\n",
                vec!["text: so:\n.", "f: {\"x\":1}.", "g: ."],
            ),
            (
                "<tool_call><function=f>\n<parameter=p>\na <b>\n</parameter>\n<parameter=n>3</parameter></function></tool_call> done",
                vec!["f: {\"p\":\"a <b>\",\"n\":3}.", "text: done."],
            ),
            ("<function=f>{\"x\":1}</function>", vec!["f: {\"x\":1}."]),
            ("<tool_call>{\"name\":\"f\"}", vec!["f: ."]),
            ("a < b <tool", vec!["text: a < b <tool."]),
            (
                "<tool_call>no json</tool_call>!",
                vec!["text: <tool_call>no json</tool_call>!."],
            ),
        ] {
            for step in [1, 7, 1000] {
                assert_eq!(read(text, step), expected, "{text} by {step}");
            }
        }
    }
}
