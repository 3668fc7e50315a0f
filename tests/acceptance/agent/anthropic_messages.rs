//! The messages of a request to Anthropic.

use serde_json::Value;

use super::anthropic_turns;
use super::reading::Said;
use super::refusal::{Read, ensure, is_plain, list, object, refuse, stranger, text};
use super::seals::Seals;

/// Reads the conversation; `strict` is whether thinking was turned on by a budget.
pub(super) fn read(
    body: &Value,
    strict: bool,
    seals: &mut Seals,
    said: &mut Vec<Said>,
) -> Read<()> {
    let messages = list(&body["messages"], || {
        "messages: Input should be a valid list".to_owned()
    })?;
    ensure(!messages.is_empty(), || {
        "messages: at least one message is required".to_owned()
    })?;
    ensure(messages[0]["role"] == "user", || {
        "messages: first message must use the \"user\" role".to_owned()
    })?;
    for (index, message) in messages.iter().enumerate() {
        let at = format!("messages.{index}");
        let fields = object(message, || {
            format!("{at}: Input should be a valid dictionary")
        })?;
        if let Some(name) = stranger(fields, &["role", "content", "output_config"]) {
            return refuse(format!("{at}.{name}: Extra inputs are not permitted"));
        }
        let role = message["role"].as_str().unwrap_or_default();
        ensure(["user", "assistant", "system"].contains(&role), || {
            format!("{at}.role: Input should be 'user', 'assistant' or 'system'")
        })?;
        let content = &message["content"];
        ensure(!is_empty(content), || {
            format!(
                "{at}: all messages must have non-empty content except for the optional final assistant message"
            )
        })?;
        let mut reader = Reader {
            role,
            at: format!("{at}.content"),
            seals,
            said,
        };
        reader.content(content)?;
    }
    let last = messages.iter().rfind(|message| message["role"] != "system");
    ensure(
        last.is_none_or(|message| message["role"] != "assistant"),
        || {
            "This model does not support assistant message prefill. The conversation must end with a user message.".to_owned()
        },
    )?;
    anthropic_turns::check(messages, strict)
}

struct Reader<'a> {
    role: &'a str,
    at: String,
    seals: &'a mut Seals,
    said: &'a mut Vec<Said>,
}

impl Reader<'_> {
    fn content(&mut self, content: &Value) -> Read<()> {
        if let Some(text) = content.as_str() {
            return self.words(text);
        }
        let blocks = list(content, || {
            format!("{}: Input should be a valid list", self.at)
        })?;
        let place = self.at.clone();
        for (index, block) in blocks.iter().enumerate() {
            self.at = format!("{place}.{index}");
            self.block(block)?;
        }
        Ok(())
    }

    fn words(&mut self, text: &str) -> Read<()> {
        ensure(!text.is_empty(), || {
            "messages: text content blocks must be non-empty".to_owned()
        })?;
        let text = text.to_owned();
        match self.role {
            "assistant" => self.said.push(Said::Answer(text)),
            "user" => self.said.push(Said::User(text)),
            _ => {}
        }
        Ok(())
    }

    fn block(&mut self, block: &Value) -> Read<()> {
        let kind = block["type"].as_str().unwrap_or_default();
        let (roles, known): (&[&str], &[&str]) = match kind {
            "text" => (
                &["user", "assistant", "system"],
                &["text", "citations", "cache_control"],
            ),
            "image" => (&["user"], &["source", "cache_control"]),
            "document" => (
                &["user"],
                &["source", "title", "context", "citations", "cache_control"],
            ),
            "thinking" => (&["assistant"], &["thinking", "signature"]),
            "redacted_thinking" => (&["assistant"], &["data"]),
            "tool_use" => (
                &["assistant"],
                &["id", "name", "input", "cache_control", "caller"],
            ),
            "tool_result" => (
                &["user"],
                &["tool_use_id", "content", "is_error", "cache_control"],
            ),
            other => {
                let at = &self.at;
                return refuse(format!(
                    "{at}: Input tag '{other}' found using 'type' does not match"
                ));
            }
        };
        let (at, role) = (&self.at, self.role);
        ensure(roles.contains(&role), || {
            format!("{at}: `{kind}` blocks cannot be in `{role}` messages")
        })?;
        let fields = object(block, || {
            format!("{at}: Input should be a valid dictionary")
        })?;
        let known = [&["type"], known].concat();
        if let Some(name) = stranger(fields, &known) {
            return refuse(format!(
                "{at}.{kind}.{name}: Extra inputs are not permitted"
            ));
        }
        match kind {
            "text" => self.words(text(&block["text"], || {
                format!("{at}.text.text: Field required")
            })?),
            "image" => self.image(block),
            "thinking" => self.thought(block),
            "tool_use" => self.call(block),
            "tool_result" => self.result(block),
            _ => Ok(()),
        }
    }

    fn image(&mut self, block: &Value) -> Read<()> {
        let source = &block["source"];
        let (kind, data) = (source["media_type"].as_str(), source["data"].as_str());
        let (Some("base64"), Some(kind), Some(data)) = (source["type"].as_str(), kind, data) else {
            return refuse(format!("{}.image.source: Field required", self.at));
        };
        self.said
            .push(Said::Image(kind.to_owned(), data.to_owned()));
        Ok(())
    }

    fn thought(&mut self, block: &Value) -> Read<()> {
        let at = &self.at;
        let thoughts = text(&block["thinking"], || {
            format!("{at}.thinking.thinking: Field required")
        })?;
        let seal = text(&block["signature"], || {
            format!("{at}.thinking.signature: Field required")
        })?;
        let sealed = self.seals.back(seal);
        ensure(
            sealed.is_some_and(|sealed| sealed.thoughts == thoughts),
            || format!("{at}: Invalid `signature` in `thinking` block"),
        )?;
        self.said
            .push(Said::Thought(thoughts.to_owned(), Some(seal.to_owned())));
        Ok(())
    }

    fn call(&mut self, block: &Value) -> Read<()> {
        let at = &self.at;
        let id = text(&block["id"], || format!("{at}.tool_use.id: Field required"))?;
        ensure(is_plain(id, 256), || {
            format!("{at}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
        })?;
        let name = text(&block["name"], || {
            format!("{at}.tool_use.name: Field required")
        })?;
        ensure(block["input"].is_object(), || {
            format!("{at}.tool_use.input: Input should be a valid dictionary")
        })?;
        self.said.push(Said::Call(id.to_owned(), name.to_owned()));
        Ok(())
    }

    fn result(&mut self, block: &Value) -> Read<()> {
        let at = self.at.clone();
        let id = text(&block["tool_use_id"], || {
            format!("{at}.tool_result.tool_use_id: Field required")
        })?;
        let mut texts = Vec::new();
        if let Some(text) = block["content"].as_str() {
            texts.push(text.to_owned());
        } else {
            for part in list(&block["content"], || {
                format!("{at}.tool_result.content: Input should be a list")
            })? {
                match part["type"].as_str() {
                    Some("text") => {
                        texts.push(part["text"].as_str().unwrap_or_default().to_owned());
                    }
                    Some("image" | "document" | "tool_reference" | "search_result") => {}
                    other => {
                        return refuse(format!(
                            "{at}.tool_result.content: Input tag '{other:?}' does not match"
                        ));
                    }
                }
            }
        }
        self.said
            .push(Said::Result(id.to_owned(), texts.join("\n")));
        Ok(())
    }
}

fn is_empty(content: &Value) -> bool {
    content.as_str().is_some_and(str::is_empty)
        || content.as_array().is_some_and(Vec::is_empty)
        || content.is_null()
}
