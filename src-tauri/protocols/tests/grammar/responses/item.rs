//! The ladder of one item.

use serde_json::Value;

use super::super::{any, count, ensure, list, name, text};

/// The item that is open.
pub(super) struct Item {
    pub(super) id: String,
    kind: String,
    /// The event that began the open part (`content_part`, `reasoning_summary_part`), and its index.
    part: Option<(String, u64)>,
    /// What was said in the open part, or as arguments.
    said: String,
    /// Whether the open part's text, or the arguments, were said to be complete.
    is_said: bool,
    annotations: usize,
    /// The parts that are complete.
    parts: Vec<Value>,
}

impl Item {
    pub(super) fn new(id: &str, kind: &str) -> Self {
        Self {
            id: id.to_owned(),
            kind: kind.to_owned(),
            part: None,
            said: String::new(),
            is_said: false,
            annotations: 0,
            parts: Vec::new(),
        }
    }

    pub(super) fn event(&mut self, event: &str, value: &Value) -> Result<(), String> {
        if let Some(step) = event.strip_prefix("content_part.") {
            return self.part("content_part", "content_index", step, value);
        }
        if let Some(step) = event.strip_prefix("reasoning_summary_part.") {
            return self.part("reasoning_summary_part", "summary_index", step, value);
        }
        let (what, step) = event.rsplit_once('.').unwrap_or((event, ""));
        let field = match (self.kind.as_str(), what) {
            ("message", "output_text")
            | ("reasoning", "reasoning_summary_text" | "reasoning_text") => "text",
            ("message", "refusal") => "refusal",
            ("message", "output_text.annotation") => {
                name(any(value, "annotation")?, "type")?;
                self.annotations += 1;
                return self.within(value);
            }
            ("function_call", "function_call_arguments") => "arguments",
            ("custom_tool_call", "custom_tool_call_input") => "input",
            ("web_search_call", "web_search_call") => return Ok(()),
            (kind, _) => return Err(format!("{event} in {kind}")),
        };
        self.within(value)?;
        ensure!(!self.is_said, "{event} behind the last word");
        if step == "delta" {
            self.said.push_str(name(value, "delta")?);
        } else {
            ensure!(
                text(value, field)? == self.said,
                "{value} is not {:?}",
                self.said
            );
            self.is_said = true;
        }
        Ok(())
    }

    /// Whether an event belongs to the open part, in an item that has parts.
    fn within(&self, value: &Value) -> Result<(), String> {
        if self.kind != "message" && self.kind != "reasoning" {
            return Ok(());
        }
        let (part, index) = self.part.as_ref().ok_or("words without a part")?;
        let key = if part == "content_part" {
            "content_index"
        } else {
            "summary_index"
        };
        ensure!(
            count(value, key)? == *index,
            "words of another part: {value}"
        );
        Ok(())
    }

    fn part(&mut self, what: &str, key: &str, step: &str, value: &Value) -> Result<(), String> {
        let index = count(value, key)?;
        ensure!(
            index == self.parts.len() as u64,
            "{key} {index} out of order"
        );
        let part = any(value, "part")?;
        let said = if part["type"] == "refusal" {
            text(part, "refusal")?
        } else {
            text(part, "text")?
        };
        if step == "added" {
            ensure!(
                self.part.is_none() && said.is_empty(),
                "a part opens in another one: {value}"
            );
            self.part = Some((what.to_owned(), index));
            (self.said, self.is_said) = (String::new(), false);
            return Ok(());
        }
        ensure!(
            self.part.take().is_some() && self.is_said,
            "a part ends too soon: {value}"
        );
        ensure!(
            said == self.said && !said.is_empty(),
            "{part} is not {:?}",
            self.said
        );
        let told = part
            .get("annotations")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        ensure!(
            told == std::mem::take(&mut self.annotations),
            "annotations: {part}"
        );
        self.parts.push(part.clone());
        Ok(())
    }

    pub(super) fn done(&self, item: &Value) -> Result<(), String> {
        ensure!(self.part.is_none(), "an item ends within a part");
        ensure!(
            name(item, "id")? == self.id && name(item, "type")? == self.kind,
            "another item: {item}"
        );
        match self.kind.as_str() {
            "message" => ensure!(
                list(item, "content")? == &self.parts,
                "other words than told: {item}"
            ),
            "reasoning" => {
                let mut told = list(item, "summary")?.clone();
                told.extend(
                    item.get("content")
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten()
                        .cloned(),
                );
                ensure!(told == self.parts, "other thoughts than told: {item}");
            }
            "function_call" | "custom_tool_call" => {
                let key = if self.kind == "function_call" {
                    "arguments"
                } else {
                    "input"
                };
                ensure!(
                    self.is_said && text(item, key)? == self.said,
                    "other {key} than told: {item}"
                );
                name(item, "call_id")?;
                name(item, "name")?;
            }
            _ => {}
        }
        Ok(())
    }
}
