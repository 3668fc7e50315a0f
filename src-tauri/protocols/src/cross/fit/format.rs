//! The shape of the answer: natively where the target has it, else in words.

use serde_json::Value;

use super::fields::Field;
use super::way::Way;
use crate::Protocol;
use crate::loss::{How, Losses};
use crate::part::{Part, Parts};
use crate::request::{Format, Request};
use crate::schema;

/// Says the shape of the answer in the way that the target follows.
pub(super) fn settle(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    let quirks = way.quirks();
    let has_room = quirks.format_with_tools || request.tools.is_empty();
    request.format = match request.format.take() {
        None | Some(Format::Text) => None,
        Some(Format::Json) if has_room && !way.is_to(Protocol::Anthropic) => {
            if is_open_ai(way.target.protocol) && !is_open_ai(way.client) {
                // They refuse the mode unless JSON is spoken of; their own clients know that.
                tell(request, None);
            }
            Some(Format::Json)
        }
        Some(Format::Json) => {
            tell(request, None);
            way.note(Field::Format, How::Replaced, "an instruction", losses);
            None
        }
        Some(Format::Schema {
            name,
            description,
            schema,
            strict,
        }) => {
            let native = quirks.format_schema && has_room;
            match native
                .then(|| followed(&schema, strict, way, losses))
                .flatten()
            {
                Some((schema, strict)) => Some(Format::Schema {
                    name,
                    description,
                    schema,
                    strict,
                }),
                None => instead(request, &schema, has_room, way, losses),
            }
        }
    };
}

fn is_open_ai(protocol: Protocol) -> bool {
    matches!(protocol, Protocol::OpenAi | Protocol::OpenAiResponses)
}

/// The instruction in place of a schema that cannot be enforced, and the nearest thing that can.
fn instead(
    request: &mut Request,
    schema: &Value,
    has_room: bool,
    way: &Way<'_>,
    losses: &mut Losses,
) -> Option<Format> {
    tell(request, Some(schema));
    way.note(Field::Format, How::Replaced, "an instruction", losses);
    let has_json = has_room && !way.is_to(Protocol::Anthropic);
    has_json.then_some(Format::Json)
}

/// The schema as the target follows it, and whether strictly; nothing if it cannot.
fn followed(
    schema: &Value,
    strict: Option<bool>,
    way: &Way<'_>,
    losses: &mut Losses,
) -> Option<(Value, Option<bool>)> {
    if way.is_to(Protocol::Anthropic) {
        return schema::for_output(schema).map(|schema| (schema, None));
    }
    let fitting = schema::without(schema, &way.quirks().schema_refuses);
    // Anthropic's clients expect the schema to be followed without saying so.
    let wanted = strict == Some(true) || way.client == Protocol::Anthropic;
    let strict = wanted && way.quirks().strict_schemas && schema::qualifies_for_strict(&fitting);
    if wanted && !strict && is_open_ai(way.target.protocol) {
        let note = "not strictly followed: the schema is too free for it";
        way.note(Field::Format, How::Replaced, note, losses);
    }
    let strict = strict.then_some(true);
    Some((fitting, strict))
}

fn tell(request: &mut Request, schema: Option<&Value>) {
    let mut text =
        "Answer with one JSON object and nothing else: no explanation, no code fences.".to_owned();
    if let Some(schema) = schema {
        text.push_str(" It has to follow this JSON Schema:\n");
        text.push_str(&schema.to_string());
    }
    let mut system = request.system.take().unwrap_or_default();
    system.list.push(Part::text(text));
    request.system = Some(Parts::list(system.list));
}
