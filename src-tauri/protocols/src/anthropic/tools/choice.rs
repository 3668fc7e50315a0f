//! Which tools the model has to use, and whether several at once.

use serde_json::{Map, Value};

use super::{client_tool, loosened, name_of};
use crate::Protocol::Anthropic;
use crate::anthropic::fields::{Fields, object};
use crate::anthropic::parts::Pen;
use crate::extra::Extra;
use crate::request::{Hosted, Request, Tool, ToolChoice, ToolKind, ToolName};

const KEY: &str = "tool_choice";
const PARALLEL: &str = "disable_parallel_tool_use";

/// Takes the choice; what is said in an unknown way stays where it is.
pub(in crate::anthropic) fn read(
    fields: &mut Fields,
    tools: &[Tool],
) -> (Option<ToolChoice>, Option<bool>) {
    let Some(raw) = fields.take(KEY) else {
        return (None, None);
    };
    let told = raw.as_str().or_else(|| raw.get("type")?.as_str());
    let choice = match told {
        Some("auto") => Some(ToolChoice::Auto),
        Some("any" | "required") => Some(ToolChoice::Any),
        Some("none") => Some(ToolChoice::None),
        Some("tool") => named(&raw, tools),
        Some(_) | None => None,
    };
    let disabled = raw.get(PARALLEL).and_then(Value::as_bool);
    let parallel = disabled.map(|disabled| !disabled);
    // Whatever does not come out as it came in is kept besides.
    let said = choice.as_ref().and_then(|choice| plain(choice, parallel));
    if said.map(Value::Object).as_ref() != Some(&raw) {
        fields.put(KEY, raw);
    }
    (choice, parallel)
}

fn named(raw: &Value, tools: &[Tool]) -> Option<ToolChoice> {
    let name = raw.get("name")?.as_str()?;
    let hosted = tools.iter().find_map(|tool| match &tool.kind {
        ToolKind::Hosted { what, raw, .. } if tool.name == name => Some((*what, raw)),
        ToolKind::Hosted { .. } | ToolKind::Function { .. } | ToolKind::Custom { .. } => None,
    });
    // Tools that Anthropic defines and clients run are functions elsewhere.
    let is_run_by_client = |tool: &Value| client_tool(tool).is_some();
    Some(match hosted {
        Some((what, tool)) if !is_run_by_client(tool) => ToolChoice::Hosted {
            what,
            origin: Anthropic,
            raw: raw.clone(),
        },
        Some(_) | None => ToolChoice::Tool(ToolName {
            name: name.to_owned(),
            ..ToolName::default()
        }),
    })
}

/// A choice that Anthropic has words for.
fn plain(choice: &ToolChoice, parallel: Option<bool>) -> Option<Map<String, Value>> {
    let mut said = match choice {
        ToolChoice::Auto => object([("type", "auto".into())]),
        ToolChoice::Any => object([("type", "any".into())]),
        ToolChoice::None => return Some(object([("type", "none".into())])),
        ToolChoice::Tool(tool) => {
            let name = name_of(&tool.name, tool.namespace.as_deref());
            object([("type", "tool".into()), ("name", name.into())])
        }
        ToolChoice::Hosted { origin, raw, .. } if *origin == Anthropic => raw.as_object()?.clone(),
        ToolChoice::Allowed { .. } | ToolChoice::Hosted { .. } => return None,
    };
    if let Some(parallel) = parallel {
        said.insert(PARALLEL.to_owned(), (!parallel).into());
    }
    Some(said)
}

/// The choice as Anthropic says it; nothing if there is nothing to choose.
pub(in crate::anthropic) fn write(request: &Request, pen: &mut Pen<'_>) -> Option<Value> {
    let own = |extra: &Extra| extra.get(Anthropic, KEY).is_some();
    if request.tools.is_empty() || own(&request.extra) {
        return None;
    }
    let parallel = request.parallel_tools;
    let choice = match &request.tool_choice {
        // Several calls at once are the rule; only the exception needs words.
        None if parallel == Some(false) => ToolChoice::Auto,
        None => return None,
        Some(choice) => known(choice, pen),
    };
    plain(&choice, parallel).map(Value::Object)
}

/// A choice in Anthropic's words, or what comes nearest.
fn known(choice: &ToolChoice, pen: &mut Pen<'_>) -> ToolChoice {
    match choice {
        ToolChoice::Allowed { required, names } => match (names.as_slice(), required) {
            ([one], true) => ToolChoice::Tool(one.clone()),
            (_, required) => {
                loosened(pen, "any tool may be used");
                if *required {
                    ToolChoice::Any
                } else {
                    ToolChoice::Auto
                }
            }
        },
        ToolChoice::Hosted { what, origin, .. } if *origin != Anthropic => match what {
            Hosted::WebSearch => tool("web_search"),
            Hosted::WebFetch => tool("web_fetch"),
            Hosted::CodeExecution => tool("code_execution"),
            Hosted::Other => {
                loosened(pen, "auto");
                ToolChoice::Auto
            }
        },
        ToolChoice::Auto
        | ToolChoice::Any
        | ToolChoice::None
        | ToolChoice::Tool(_)
        | ToolChoice::Hosted { .. } => choice.clone(),
    }
}

fn tool(name: &str) -> ToolChoice {
    ToolChoice::Tool(ToolName {
        name: name.to_owned(),
        ..ToolName::default()
    })
}
