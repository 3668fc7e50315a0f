//! Writes a whole answer.

use bytes::BytesMut;
use serde_json::{Map, Value};

use super::read::read_output;
use super::shell::counts;
use crate::codec::{Reply, WriteStream};
use crate::event::{Event, Start};
use crate::openai_responses::OWN;
use crate::openai_responses::fields::restore;
use crate::openai_responses::stream::writer::StreamWriter;
use crate::response::Response;
use crate::usage::Usage;

/// Writes a response object.
///
/// It is the last one that the same answer would have had as events, so the two never differ.
pub(crate) fn write_response(response: &Response, reply: &Reply) -> Value {
    if response.extra.noted(OWN, "output").is_some() {
        return write_own(response, reply);
    }
    written(response, reply)
}

fn written(response: &Response, reply: &Reply) -> Value {
    let mut writer = StreamWriter::new(reply);
    let mut unheard = BytesMut::new();
    let start = Start {
        id: response.id.clone(),
        model: response.model.clone(),
        created: response.created,
    };
    writer.write(Event::Start(start), &mut unheard);
    for part in &response.parts {
        writer.write(Event::Whole(part.clone()), &mut unheard);
        unheard.clear();
    }
    if let Some(usage) = response.usage {
        writer.write(Event::Usage(usage), &mut unheard);
    }
    writer.write(Event::Stop(response.stop.clone()), &mut unheard);
    writer.ended(&mut unheard).1
}

/// Writes an answer that came in this protocol, as it came.
fn write_own(response: &Response, reply: &Reply) -> Value {
    let mut body = Map::new();
    if !response.id.is_empty() {
        body.insert("id".into(), response.id.as_str().into());
    }
    let model = if reply.model.is_empty() {
        &response.model
    } else {
        &reply.model
    };
    if !model.is_empty() {
        body.insert("model".into(), model.as_str().into());
    }
    restore(&mut body, &response.extra);
    if let Some(created) = response.created {
        body.entry("created_at").or_insert(created.into());
    }
    body.insert("output".into(), own_output(response, reply));
    if let Some(usage) = response.usage {
        let noted = response.extra.noted(OWN, "usage");
        let same = noted.filter(|raw| Usage::read(OWN, raw) == Some(usage));
        body.insert(
            "usage".into(),
            same.cloned().unwrap_or_else(|| counts(usage)),
        );
    }
    Value::Object(body)
}

/// The output as it came, as long as it still says the same.
fn own_output(response: &Response, reply: &Reply) -> Value {
    let noted = response.extra.noted(OWN, "output").unwrap_or(&Value::Null);
    let output = noted.as_array().map_or(&[][..], Vec::as_slice);
    if read_output(output) == response.parts {
        return noted.clone();
    }
    written(response, reply)["output"].take()
}
