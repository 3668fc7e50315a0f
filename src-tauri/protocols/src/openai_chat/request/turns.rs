//! From messages to turns.

use std::collections::VecDeque;

use serde_json::{Map, Value};

use super::super::CHAT;
use super::super::assistant::read_said;
use super::super::content::read_content;
use super::super::fields::{keep_rest, take_text, telling};
use crate::codec::Unsayable;
use crate::extra::Extra;
use crate::part::{CallForm, Kind, Part, Parts, ToolResult};
use crate::request::{Role, Turn};

/// Reads the messages, each into a turn.
pub(super) fn read(messages: Vec<Value>) -> Result<Vec<Turn>, Unsayable> {
    let mut reader = Reader::default();
    let numbered = messages.into_iter().enumerate();
    numbered
        .map(|(index, message)| reader.message(index, message))
        .collect()
}

/// What has to be known of the messages before.
#[derive(Debug, Default)]
struct Reader {
    /// The calls of the last assistant's message that were not answered.
    open: VecDeque<Asked>,
    /// How many calls there were in the older form.
    legacy: usize,
}

#[derive(Debug)]
struct Asked {
    id: String,
    name: String,
    form: CallForm,
}

impl Reader {
    fn message(&mut self, index: usize, message: Value) -> Result<Turn, Unsayable> {
        let Value::Object(mut fields) = message else {
            let field = format!("messages[{index}]");
            return Err(Unsayable::new(field, "a message has to be an object"));
        };
        let Some(role) = take_text(&mut fields, "role") else {
            let field = format!("messages[{index}].role");
            return Err(Unsayable::new(field, "a message needs a role"));
        };
        let mut extra = Extra::default();
        let mut turn = match role.as_str() {
            "system" => said(Role::System, &mut fields, &mut extra),
            "developer" => said(Role::Developer, &mut fields, &mut extra),
            "assistant" => self.assistant(index, &mut fields, &mut extra),
            "tool" | "function" => self.result(&role, &mut fields, &mut extra),
            _ => said(Role::User, &mut fields, &mut extra),
        };
        if !matches!(role.as_str(), "user" | "assistant" | "tool" | "system") {
            extra.note(CHAT, "role", role.as_str().into());
        }
        // A result's name is the tool's.
        let is_result = matches!(role.as_str(), "tool" | "function");
        if turn.name.is_none() && !is_result {
            turn.name = take_text(&mut fields, "name");
        }
        keep_rest(&mut extra, fields);
        turn.extra = extra;
        Ok(turn)
    }

    fn assistant(
        &mut self,
        index: usize,
        fields: &mut Map<String, Value>,
        extra: &mut Extra,
    ) -> Turn {
        let place = index.to_string();
        let content = read_said(fields, extra, &place, &mut self.legacy);
        let calls = content.list.iter().filter_map(Part::as_call);
        self.open = calls
            .map(|call| Asked {
                id: call.id.clone(),
                name: call.name.clone(),
                form: call.form,
            })
            .collect();
        Turn::new(Role::Assistant, content)
    }

    /// A message that answers a call. One that does not name it answers the first call still open.
    fn result(&mut self, role: &str, fields: &mut Map<String, Value>, extra: &mut Extra) -> Turn {
        let is_legacy = role == "function";
        let id = if is_legacy {
            None
        } else {
            take_text(fields, "tool_call_id")
        };
        let name = telling(fields.get("name")).map(str::to_owned);
        let at = self.open.iter().position(|call| match (&id, &name) {
            (Some(id), _) => call.id == *id,
            (None, Some(name)) => call.name == *name,
            (None, None) => true,
        });
        let asked = at.and_then(|at| self.open.remove(at));
        if id.is_none() && !is_legacy {
            extra.note(CHAT, "tool_call_id", "absent".into());
        }
        if name.is_some() {
            extra.note(
                CHAT,
                "name",
                fields.shift_remove("name").unwrap_or_default(),
            );
        }
        let form = asked.as_ref().map_or(CallForm::Function, |call| call.form);
        let call = id.or_else(|| asked.map(|call| call.id)).unwrap_or_default();
        let content = read_content(fields.shift_remove("content"), extra);
        let result = ToolResult {
            call,
            name,
            form,
            is_error: None,
            content,
        };
        Turn::of(Role::User, vec![Part::new(Kind::Result(result))])
    }
}

fn said(role: Role, fields: &mut Map<String, Value>, extra: &mut Extra) -> Turn {
    let content: Parts = read_content(fields.shift_remove("content"), extra);
    Turn::new(role, content)
}
