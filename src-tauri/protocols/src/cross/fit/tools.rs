//! The tools themselves: how many, with which schemas.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::fields::Field;
use super::way::Way;
use crate::Protocol;
use crate::codec::Unsayable;
use crate::extra::Extra;
use crate::loss::{How, Losses, Weight};
use crate::part::Part;
use crate::request::{Request, Tool, ToolKind, Turn};
use crate::schema;

/// Brings the schemas into the shape that the target takes, declares tools that only the history knows where that is
/// needed, and refuses more tools than the target takes.
pub(super) fn settle(
    request: &mut Request,
    way: &Way<'_>,
    losses: &mut Losses,
) -> Result<(), Unsayable> {
    for tool in &mut request.tools {
        schema(tool, way, losses);
    }
    declare(request, way);
    limit(request, way, losses)
}

fn schema(tool: &mut Tool, way: &Way<'_>, losses: &mut Losses) {
    let ToolKind::Function {
        schema: given,
        strict,
    } = &mut tool.kind
    else {
        return;
    };
    let rooted = schema::rooted(given.as_ref());
    if let Some(note) = rooted.note {
        let description = tool.description.take().unwrap_or_default();
        tool.description = Some(format!("{description}\n\n{note}").trim_start().to_owned());
    }
    let refused = &way.quirks().schema_refuses;
    let fitting = schema::without(&rooted.schema, refused);
    let keeps_strict = way.quirks().strict_schemas && schema::qualifies_for_strict(&fitting);
    if *strict == Some(true) && !keeps_strict {
        let field = format!("{}[].strict", way.name(Field::Tools));
        losses.add(
            field,
            How::Dropped,
            Weight::Notable,
            "the schema is too free for it",
        );
        *strict = None;
    }
    // Only Responses tries to be strict unless told not to; elsewhere it is one more field that vendors refuse.
    if *strict == Some(false) && !way.is_to(Protocol::OpenAiResponses) {
        *strict = None;
    }
    *given = Some(fitting);
}

/// Some providers insist that each tool of the history is declared.
fn declare(request: &mut Request, way: &Way<'_>) {
    if !way.quirks().history_tools_declared {
        return;
    }
    let mut known: HashSet<&str> = request
        .tools
        .iter()
        .map(|tool| tool.name.as_str())
        .collect();
    let calls = request
        .turns
        .iter()
        .flat_map(Turn::parts)
        .filter_map(Part::as_call);
    let missing: Vec<Tool> = calls
        .filter(|call| known.insert(&call.name))
        .map(|call| stub(call.name.clone()))
        .collect();
    request.tools.extend(missing);
}

fn stub(name: String) -> Tool {
    Tool {
        name,
        namespace: None,
        description: Some("No longer available; do not call it.".to_owned()),
        kind: ToolKind::Function {
            schema: Some(json!({"type": "object", "properties": {}})),
            strict: None,
        },
        cache: None,
        extra: Extra::default(),
    }
}

/// Tools that wait to be searched for go first where there are too many.
fn limit(request: &mut Request, way: &Way<'_>, losses: &mut Losses) -> Result<(), Unsayable> {
    let Some(most) = way.quirks().most_tools else {
        return Ok(());
    };
    let mut surplus = request.tools.len().saturating_sub(most);
    let tools = std::mem::take(&mut request.tools);
    for tool in tools.into_iter().rev() {
        if surplus > 0 && is_deferred(&tool, way.client) {
            surplus -= 1;
            losses.dropped(
                format!("{}[defer_loading]", way.name(Field::Tools)),
                Weight::Notable,
            );
        } else {
            request.tools.push(tool);
        }
    }
    request.tools.reverse();
    if surplus == 0 {
        return Ok(());
    }
    let count = request.tools.len();
    let message =
        format!("this model takes at most {most} tools and {count} are offered; offer fewer");
    Err(way.refuse(Field::Tools, message))
}

fn is_deferred(tool: &Tool, client: Protocol) -> bool {
    tool.extra.get(client, "defer_loading") == Some(&Value::Bool(true))
}
