//! The messages of a request to Chat.

use serde_json::{Map, Value};

use super::reading::Said;
use super::refusal::{Read, data_url, ensure, list, object, refuse, stranger, text};

/// Reads the conversation.
pub(super) fn read(messages: &Value, is_deepseek: bool, said: &mut Vec<Said>) -> Read<()> {
    let messages = list(messages, || "Invalid type for 'messages'".to_owned())?;
    ensure(!messages.is_empty(), || {
        "Invalid 'messages': empty array.".to_owned()
    })?;
    for (index, message) in messages.iter().enumerate() {
        let at = format!("messages[{index}]");
        let fields = object(message, || {
            format!("Invalid type for '{at}': expected an object")
        })?;
        let mut reader = Reader {
            at,
            is_deepseek,
            said,
        };
        reader.message(fields, message)?;
    }
    check_pairs(messages)
}

struct Reader<'a> {
    at: String,
    is_deepseek: bool,
    said: &'a mut Vec<Said>,
}

impl Reader<'_> {
    fn message(&mut self, fields: &Map<String, Value>, message: &Value) -> Read<()> {
        let role = message["role"].as_str().unwrap_or_default();
        let known: &[&str] = match role {
            "system" | "user" => &["role", "content", "name"],
            "assistant" => &[
                "role",
                "content",
                "name",
                "refusal",
                "tool_calls",
                "reasoning_content",
                // What the SDKs add to an answer that they give back.
                "annotations",
                "audio",
                "function_call",
                "parsed",
            ],
            "tool" => &["role", "content", "tool_call_id"],
            other => {
                return refuse(format!(
                    "Invalid value: '{other}'. Supported values are: 'system', 'assistant', 'user', and 'tool'."
                ));
            }
        };
        if let Some(name) = stranger(fields, known) {
            let at = &self.at;
            return refuse(format!(
                "Additional properties are not allowed ('{name}' was unexpected) - '{at}'"
            ));
        }
        match role {
            "assistant" => self.answer(message),
            "tool" => self.result(message),
            "user" => self.user(&message["content"]),
            _ => self.texts(&message["content"]).map(drop),
        }
    }

    fn user(&mut self, content: &Value) -> Read<()> {
        if let Some(text) = content.as_str() {
            self.said.push(Said::User(text.to_owned()));
            return Ok(());
        }
        let at = self.at.clone();
        let parts = list(content, || format!("Invalid type for '{at}.content'"))?;
        ensure(!parts.is_empty(), || {
            format!("Invalid '{at}.content': expected at least one part")
        })?;
        for part in parts {
            match part["type"].as_str() {
                Some("text") => self.said.push(Said::User(self.text_of(part)?)),
                Some("image_url") if !self.is_deepseek => {
                    let address = part["image_url"]["url"].as_str().unwrap_or_default();
                    let Some((kind, data)) = data_url(address) else {
                        return refuse(format!(
                            "Invalid '{at}.content': cannot fetch the image at {address}"
                        ));
                    };
                    self.said.push(Said::Image(kind, data));
                }
                other => {
                    return refuse(format!(
                        "Invalid value: {other:?} in '{at}.content'. Supported values are: 'text'"
                    ));
                }
            }
        }
        Ok(())
    }

    fn text_of(&self, part: &Value) -> Read<String> {
        let at = &self.at;
        let fields = object(part, || format!("Invalid type for '{at}.content[0]'"))?;
        if let Some(name) = stranger(fields, &["type", "text"]) {
            return refuse(format!(
                "Additional properties are not allowed ('{name}' was unexpected) - '{at}.content'"
            ));
        }
        text(&part["text"], || {
            format!("Missing required parameter: '{at}.content[0].text'")
        })
        .map(str::to_owned)
    }

    /// Content that may have text only.
    fn texts(&self, content: &Value) -> Read<String> {
        if let Some(text) = content.as_str() {
            return Ok(text.to_owned());
        }
        let at = &self.at;
        ensure(content.is_array(), || {
            format!("Invalid value for 'content': expected a string, got null - '{at}'")
        })?;
        let mut texts = Vec::new();
        for part in list(content, String::new)? {
            ensure(part["type"] == "text", || {
                format!("Invalid '{at}.content': {} is no text", part["type"])
            })?;
            texts.push(self.text_of(part)?);
        }
        Ok(texts.join("\n"))
    }

    fn answer(&mut self, message: &Value) -> Read<()> {
        let at = self.at.clone();
        let calls = list(&message["tool_calls"], || {
            format!("Invalid type for '{at}.tool_calls'")
        })?;
        ensure(message["tool_calls"].is_null() || !calls.is_empty(), || {
            format!(
                "Invalid '{at}.tool_calls': empty array. Expected an array with minimum length 1"
            )
        })?;
        if let Some(thoughts) = message["reasoning_content"].as_str() {
            self.said.push(Said::Thought(thoughts.to_owned(), None));
        } else {
            ensure(calls.is_empty() || !self.is_deepseek, || {
                "The `reasoning_content` in the thinking mode must be passed back to the API."
                    .to_owned()
            })?;
        }
        let silent = message["content"].is_null() && !calls.is_empty();
        let text = if silent {
            String::new()
        } else {
            self.texts(&message["content"])?
        };
        if !text.is_empty() {
            self.said.push(Said::Answer(text));
        }
        for call in calls {
            self.call(call)?;
        }
        Ok(())
    }

    fn call(&mut self, call: &Value) -> Read<()> {
        let at = &self.at;
        let id = text(&call["id"], || {
            format!("Missing required parameter: '{at}.tool_calls[0].id'")
        })?;
        ensure(call["type"] == "function", || {
            format!("Invalid value for '{at}.tool_calls[0].type'")
        })?;
        let (name, arguments) = (&call["function"]["name"], &call["function"]["arguments"]);
        let name = text(name, || {
            format!("Missing required parameter: '{at}.tool_calls[0].function.name'")
        })?;
        let arguments = text(arguments, || {
            format!("Invalid type for '{at}.tool_calls[0].function.arguments'")
        })?;
        let parsed: Result<Value, _> = serde_json::from_str(arguments);
        ensure(parsed.is_ok_and(|value| value.is_object()), || {
            format!("the arguments of {name} are no JSON object: {arguments}")
        })?;
        self.said.push(Said::Call(id.to_owned(), name.to_owned()));
        Ok(())
    }

    fn result(&mut self, message: &Value) -> Read<()> {
        let at = &self.at;
        let id = text(&message["tool_call_id"], || {
            format!("Missing required parameter: '{at}.tool_call_id'")
        })?;
        let text = self.texts(&message["content"])?;
        self.said.push(Said::Result(id.to_owned(), text));
        Ok(())
    }
}

/// Results follow their calls directly, one for each.
fn check_pairs(messages: &[Value]) -> Read<()> {
    let mut open: Vec<&str> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        if message["role"] == "tool" {
            let id = message["tool_call_id"].as_str().unwrap_or_default();
            let Some(at) = open.iter().position(|known| *known == id) else {
                return refuse(
                    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with \
                     'tool_calls'.",
                );
            };
            open.remove(at);
            continue;
        }
        check_answered(&open, index)?;
        let calls = message["tool_calls"].as_array().into_iter().flatten();
        open = calls.filter_map(|call| call["id"].as_str()).collect();
    }
    check_answered(&open, messages.len())
}

fn check_answered(open: &[&str], index: usize) -> Read<()> {
    ensure(open.is_empty(), || {
        format!(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each \
             'tool_call_id'. The following tool_call_ids did not have response messages before messages[{index}]: {}",
            open.join(", ")
        )
    })
}
