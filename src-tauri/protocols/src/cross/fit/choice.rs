//! Which tools have to be used, said in the ways that the target has.

use std::collections::HashSet;

use super::fields::Field;
use super::way::Way;
use crate::Protocol;
use crate::loss::{How, Losses, Weight};
use crate::request::{Request, Tool, ToolChoice, ToolKind};

/// Drops a choice that has nothing to choose from, and turns a choice among some tools into a shorter list of tools.
pub(super) fn settle(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    narrow(request, way, losses);
    if request.tools.is_empty() {
        way.drop(
            &mut request.tool_choice,
            Field::ToolChoice,
            Weight::Harmless,
            losses,
        );
    }
    parallel(request, way, losses);
}

fn narrow(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    let Some(ToolChoice::Allowed { required, names }) = &request.tool_choice else {
        return;
    };
    if let ([one], true) = (names.as_slice(), *required) {
        request.tool_choice = Some(ToolChoice::Tool(one.clone()));
        return;
    }
    if knows_subsets(way) {
        return;
    }
    let allowed: HashSet<(&str, Option<&str>)> = names
        .iter()
        .map(|name| (name.name.as_str(), name.namespace.as_deref()))
        .collect();
    let is_allowed = |tool: &Tool| {
        matches!(tool.kind, ToolKind::Hosted { .. })
            || allowed.contains(&(tool.name.as_str(), tool.namespace.as_deref()))
    };
    let choice = if *required {
        ToolChoice::Any
    } else {
        ToolChoice::Auto
    };
    let kept: Vec<Tool> = request
        .tools
        .iter()
        .filter(|tool| is_allowed(tool))
        .cloned()
        .collect();
    if kept.len() < request.tools.len() {
        way.note(
            Field::ToolChoice,
            How::Replaced,
            "a shorter list of tools",
            losses,
        );
    }
    request.tools = kept;
    request.tool_choice = Some(choice);
}

/// Whether the target takes all tools and a choice among some of them, which spares its prompt cache.
fn knows_subsets(way: &Way<'_>) -> bool {
    match way.target.protocol {
        Protocol::Anthropic => false,
        Protocol::OpenAi | Protocol::OpenAiResponses => way.quirks().allowed_tools,
        Protocol::Gemini => true,
    }
}

fn parallel(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    let knows = match way.target.protocol {
        Protocol::Gemini => false,
        Protocol::Anthropic => true,
        Protocol::OpenAi | Protocol::OpenAiResponses => way.quirks().parallel_tool_calls,
    };
    if request.tools.is_empty() || request.parallel_tools == Some(true) {
        request.parallel_tools = None;
    }
    if !knows {
        way.drop(
            &mut request.parallel_tools,
            Field::Parallel,
            Weight::Harmless,
            losses,
        );
    }
    // Anthropic says it within the choice.
    if way.is_to(Protocol::Anthropic) && request.parallel_tools == Some(false) {
        request.tool_choice.get_or_insert(ToolChoice::Auto);
    }
}
