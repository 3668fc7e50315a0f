//! Between two that speak the same protocol, where one of them knows less of it.

use super::way::Way;
use super::{changes, clean, custom, names};
use crate::Protocol;
use crate::cross::way_back::Names;
use crate::loss::Losses;
use crate::part::{CallForm, Part};
use crate::request::{Request, Tool, ToolKind, Turn};

/// Leaves out other providers' thoughts, and turns free-text tools and groups of tools into functions where the target
/// knows neither. Nothing else is touched: the client speaks the target's own protocol.
pub(super) fn pass(request: &mut Request, way: &Way<'_>, losses: &mut Losses) -> Names {
    clean(request, way.target, losses);
    if !is_concerned(request, way) {
        return Names::default();
    }
    changes::apply(request, way, losses);
    request.turns.retain(|turn| !turn.parts().is_empty());
    let names = names::settle(request, way, losses);
    custom::wrap(request, way);
    names
}

/// Whether the target lacks anything that the request has.
fn is_concerned(request: &Request, way: &Way<'_>) -> bool {
    let has_groups = way.is_to(Protocol::OpenAiResponses);
    if !has_groups && !way.is_to(Protocol::OpenAi) {
        return false;
    }
    let lacks_free_text = custom::wraps(way);
    let lacks_groups = has_groups && !way.quirks().tool_namespaces;
    let is_unknown = |tool: &Tool| {
        let is_custom = matches!(tool.kind, ToolKind::Custom { .. });
        (lacks_free_text && is_custom) || (lacks_groups && tool.namespace.is_some())
    };
    let is_unheard = |part: &Part| {
        (lacks_free_text && is_free_text(part)) || (lacks_groups && changes::is_change(part))
    };
    request.tools.iter().any(is_unknown)
        || request.turns.iter().flat_map(Turn::parts).any(is_unheard)
}

fn is_free_text(part: &Part) -> bool {
    part.as_call()
        .is_some_and(|call| call.form == CallForm::Custom)
}
