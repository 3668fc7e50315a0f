//! Requests.

mod choice;
mod controls;
mod echo;
mod format;
mod messages;
mod thinking;
mod tools;
mod turns;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::CHAT;
use super::fields::{keep_rest, put_rest, take_list};
use crate::codec::{Target, Unsayable};
use crate::extra::{Extra, Place};
use crate::loss::Losses;
use crate::request::Request;

/// Reads the body of a request.
pub(crate) fn read_request(body: Value) -> Result<Request, Unsayable> {
    let Value::Object(mut fields) = body else {
        return Err(Unsayable::new("", "the body has to be a JSON object"));
    };
    let messages = take_list(&mut fields, "messages");
    let messages =
        messages.ok_or_else(|| Unsayable::new("messages", "messages has to be a list"))?;
    let mut request = Request {
        turns: turns::read(messages)?,
        ..Request::default()
    };
    tools::read(&mut fields, &mut request);
    let noted = controls::take(&mut fields);
    controls::read(&noted, &mut request);
    keep_rest(&mut request.extra, fields);
    for (key, value) in noted {
        request.extra.note(CHAT, &key, value);
    }
    Ok(request)
}

/// Writes the body of a request.
pub(crate) fn write_request(
    request: &Request,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<Value, Unsayable> {
    let mut object = Map::new();
    object.insert("model".into(), target.model.into());
    let messages = messages::write(request, target, losses)?;
    object.insert("messages".into(), Value::Array(messages));
    tools::write(request, target, losses, &mut object);
    controls::write(request, target, losses, &mut object);
    put_rest(&request.extra, &mut object);
    request.extra.note_lost(CHAT, Place::Top, losses);
    Ok(Value::Object(object))
}

/// Whether a request came in this protocol, so that its notes tell how things were spelled.
fn is_from_here(extra: &Extra) -> bool {
    extra.origin() == Some(CHAT)
}
