//! Reads a request.

use serde_json::{Map, Value};

use super::super::fields::{take, take_list, take_object, take_text};
use super::super::parts::{self, Calls};
use super::super::{GEMINI, camel};
use super::{config_read, notes, tools_read};
use crate::codec::Unsayable;
use crate::extra::Extra;
use crate::part::{Part, Parts};
use crate::request::{Request, Role, Turn};

/// Reads the body of `generateContent`, or of `countTokens`, which may hold one.
pub(in super::super) fn read(mut body: Value) -> Result<Request, Unsayable> {
    camel::spell(&mut body);
    let Value::Object(mut object) = body else {
        return Err(Unsayable::new("", "the body must be an object"));
    };
    if let Some(inner) = take_object(&mut object, "generateContentRequest") {
        object = inner;
    }
    let contents = contents(&mut object)?;
    let mut request = Request::default();
    let mut calls = Calls::default();
    for (index, content) in contents.into_iter().enumerate() {
        let place = format!("contents[{index}]");
        request.turns.push(turn(content, &place, &mut calls)?);
        calls.next_turn();
    }
    system(&mut object, &mut request)?;
    tools_read::tools(&mut object, &mut request)?;
    tools_read::choice(&mut object, &mut request);
    config_read::config(&mut object, &mut request);
    for (name, value) in object {
        request.extra.keep(GEMINI, &name, value);
    }
    Ok(request)
}

fn contents(object: &mut Map<String, Value>) -> Result<Vec<Value>, Unsayable> {
    match take(object, "contents") {
        Some(Value::Array(list)) => Ok(list),
        Some(item @ (Value::Object(_) | Value::String(_))) => Ok(vec![item]),
        Some(Value::Null | Value::Bool(_) | Value::Number(_)) => {
            Err(Unsayable::new("contents", "the contents must be a list"))
        }
        None => Err(Unsayable::new("contents", "the contents are missing")),
    }
}

fn turn(content: Value, place: &str, calls: &mut Calls) -> Result<Turn, Unsayable> {
    let mut object = match content {
        Value::Object(object) => object,
        Value::String(text) => return Ok(Turn::of(Role::User, vec![Part::text(text)])),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            return Err(Unsayable::new(place, "a content must be an object"));
        }
    };
    let mut extra = Extra::default();
    let role = role(&mut object, &mut extra);
    let parts = checked_parts(&mut object, place)?;
    let parts = parts::gather(parts, calls);
    for (name, value) in object {
        extra.keep(GEMINI, &name, value);
    }
    let mut turn = Turn::of(role, parts);
    turn.extra = extra;
    Ok(turn)
}

/// Whose turn it is; a missing role is the client's.
fn role(object: &mut Map<String, Value>, extra: &mut Extra) -> Role {
    let told = take_text(object, "role");
    let role = match told.as_deref() {
        Some("model" | "assistant") => Role::Assistant,
        Some("system") => Role::System,
        Some(_) | None => Role::User,
    };
    if told.as_deref() != Some(spelled(role)) {
        extra.note(GEMINI, notes::ROLE, told.map_or(Value::Null, Value::from));
    }
    role
}

/// How a role is written.
pub(super) fn spelled(role: Role) -> &'static str {
    match role {
        Role::Assistant => "model",
        Role::User | Role::System | Role::Developer => "user",
    }
}

fn checked_parts(object: &mut Map<String, Value>, place: &str) -> Result<Vec<Value>, Unsayable> {
    let parts = take_list(object, "parts");
    let is_part = |part: &Value| part.is_object() || part.is_string();
    match parts.iter().position(|part| !is_part(part)) {
        Some(index) => Err(Unsayable::new(
            format!("{place}.parts[{index}]"),
            "a part must be an object",
        )),
        None => Ok(parts),
    }
}

fn system(object: &mut Map<String, Value>, request: &mut Request) -> Result<(), Unsayable> {
    let Some(system) = take(object, "systemInstruction") else {
        return Ok(());
    };
    let mut content = match system {
        Value::Object(content) => content,
        Value::String(text) => {
            request.system = Some(Parts::list(vec![Part::text(text)]));
            return Ok(());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            return Err(Unsayable::new(
                "systemInstruction",
                "the system instruction must be a content",
            ));
        }
    };
    let parts = checked_parts(&mut content, "systemInstruction")?;
    let parts = parts::gather(parts, &mut Calls::default());
    request.system = Some(Parts::list(parts));
    if !content.is_empty() {
        request.extra.note(GEMINI, notes::SYSTEM, content.into());
    }
    Ok(())
}
