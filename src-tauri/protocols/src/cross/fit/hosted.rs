//! Tools that a provider runs: the target runs its own, or there is none.

use serde_json::Value;

use super::fields::Field;
use super::way::Way;
use crate::codec::Unsayable;
use crate::loss::{How, Losses, Weight};
use crate::request::{Hosted, Request, Tool, ToolChoice, ToolKind};
use crate::{Protocol, anthropic};

/// Turns client-run tools that only Anthropic knows into functions, keeps hosted ones that the target has, too, and
/// drops the others; refuses where nothing is left of what the client insists on.
pub(super) fn settle(
    request: &mut Request,
    way: &Way<'_>,
    losses: &mut Losses,
) -> Result<(), Unsayable> {
    functions(request, way)?;
    let offers_functions = request.tools.iter().any(|tool| !is_hosted(tool));
    let mut dropped = Vec::new();
    request.tools.retain(|tool| {
        let stays = stays(tool, offers_functions, way);
        if !stays {
            losses.add(
                loss_name(tool, way),
                How::Dropped,
                Weight::Notable,
                "run by the provider",
            );
            dropped.push((tool.name.clone(), what(tool)));
        }
        stays
    });
    unforce(request, &dropped, way, losses)
}

fn is_hosted(tool: &Tool) -> bool {
    matches!(tool.kind, ToolKind::Hosted { .. })
}

fn what(tool: &Tool) -> Option<Hosted> {
    match &tool.kind {
        ToolKind::Hosted { what, .. } => Some(*what),
        ToolKind::Function { .. } | ToolKind::Custom { .. } => None,
    }
}

/// Whether a tool can be offered to the target.
fn stays(tool: &Tool, offers_functions: bool, way: &Way<'_>) -> bool {
    let ToolKind::Hosted { what, origin, .. } = &tool.kind else {
        return true;
    };
    if way.is_to(*origin) {
        return true;
    }
    let known = match what {
        Hosted::WebSearch => true,
        Hosted::WebFetch | Hosted::CodeExecution => {
            way.is_to(Protocol::Anthropic) || way.is_to(Protocol::Gemini)
        }
        Hosted::Other => false,
    };
    known && way.quirks().web_search && (way.quirks().hosted_with_functions || !offers_functions)
}

/// Whether the target searches the web by itself for a client of Anthropic that offers these tools.
pub(in crate::cross) fn searches_itself(tools: &[Tool], way: &Way<'_>) -> bool {
    let is_function = |tool: &Tool| match &tool.kind {
        ToolKind::Hosted { raw, .. } => anthropic::client_tool(raw).is_some(),
        ToolKind::Function { .. } | ToolKind::Custom { .. } => true,
    };
    let goes_along = way.is_to(Protocol::Anthropic) || way.quirks().hosted_with_functions;
    way.quirks().web_search && (goes_along || !tools.iter().any(is_function))
}

/// The name of a hosted tool in losses.
pub(in crate::cross) fn loss_name(tool: &Tool, way: &Way<'_>) -> String {
    let ToolKind::Hosted { raw, origin, .. } = &tool.kind else {
        return way.name(Field::Tools).to_owned();
    };
    if *origin == Protocol::OpenAi {
        return "web_search_options".to_owned();
    }
    let kind = raw.get("type").and_then(Value::as_str);
    let key = raw.as_object().and_then(|raw| raw.keys().next());
    let name = kind.or(key.map(String::as_str)).unwrap_or(&tool.name);
    format!("{}[{name}]", way.name(Field::Tools))
}

/// Nobody can be forced to use a tool that is gone.
fn unforce(
    request: &mut Request,
    dropped: &[(String, Option<Hosted>)],
    way: &Way<'_>,
    losses: &mut Losses,
) -> Result<(), Unsayable> {
    let is_gone = match &request.tool_choice {
        Some(ToolChoice::Tool(name)) => {
            let is_there = request.tools.iter().any(|tool| tool.name == name.name);
            !is_there && dropped.iter().any(|(gone, _)| *gone == name.name)
        }
        Some(ToolChoice::Hosted {
            what: forced,
            origin,
            ..
        }) => !way.is_to(*origin) && !request.tools.iter().any(|tool| what(tool) == Some(*forced)),
        Some(
            ToolChoice::Auto | ToolChoice::Any | ToolChoice::None | ToolChoice::Allowed { .. },
        )
        | None => false,
    };
    if !is_gone {
        return Ok(());
    }
    if request.tools.is_empty() {
        return Err(way.refuse(Field::ToolChoice, missing(request, way)));
    }
    request.tool_choice = Some(ToolChoice::Auto);
    way.note(
        Field::ToolChoice,
        How::Replaced,
        "auto: the tool is not there",
        losses,
    );
    Ok(())
}

/// What to do about a tool that is not there and has to be used.
fn missing(request: &Request, way: &Way<'_>) -> &'static str {
    let is_search = matches!(
        request.tool_choice,
        Some(ToolChoice::Hosted {
            what: Hosted::WebSearch,
            ..
        })
    );
    if is_search && way.client == Protocol::Anthropic {
        "this model does not search the web by itself; add a web search tool provider to the group in Keyway, or \
         use a model that searches"
    } else {
        "this model has no such tool of its own; use a model that does, or offer a function instead"
    }
}

/// Anthropic knows the schemas of some tools that the client runs; others have to be told.
fn functions(request: &mut Request, way: &Way<'_>) -> Result<(), Unsayable> {
    for (index, tool) in request.tools.iter_mut().enumerate() {
        let ToolKind::Hosted {
            origin: Protocol::Anthropic,
            raw,
            ..
        } = &tool.kind
        else {
            continue;
        };
        let kind = raw.get("type").and_then(Value::as_str).unwrap_or_default();
        if kind.starts_with("computer_") || kind.starts_with("browser_") {
            let field = format!("{}[{index}]", way.name(Field::Tools));
            let message = format!("this model does not know the tool {kind}; leave it out");
            return Err(Unsayable::new(field, message));
        }
        if let Some(known) = anthropic::client_tool(raw) {
            tool.name = known.name;
            tool.description = known.description;
            tool.kind = known.kind;
        }
    }
    Ok(())
}
