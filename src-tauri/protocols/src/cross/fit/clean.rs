//! What a body keeps that goes to a provider of its own protocol.

use serde_json::Value;

use super::loops;
use super::way::Way;
use crate::Protocol;
use crate::codec::Target;
use crate::loss::{How, Losses, Weight};
use crate::pages;
use crate::part::{Kind, Part};
use crate::quirks::Echo;
use crate::request::{Request, Turn};

/// Unwraps the carriers for this provider and leaves out the thoughts of others; says whether any were left out.
pub(crate) fn clean(request: &mut Request, target: &Target<'_>, losses: &mut Losses) -> bool {
    let mut is_changed = false;
    for turn in &mut request.turns {
        tell_searches(turn, losses);
        let list = &mut turn.content.list;
        let count = list.len();
        list.retain_mut(|part| stays(part, target));
        is_changed |= list.len() < count;
    }
    if !is_changed {
        return false;
    }
    request
        .turns
        .retain(|turn| turn.content.plain || !turn.content.list.is_empty());
    let way = Way {
        client: target.protocol,
        target,
    };
    if target.protocol == Protocol::Anthropic && loops::check(request, &way, losses) {
        forget_thinking(request);
    }
    true
}

/// Searches that the gateway made are told in words: their pages are not Anthropic's to read.
fn tell_searches(turn: &mut Turn, losses: &mut Losses) {
    turn.content.list.retain_mut(|part| {
        let Kind::Foreign(foreign) = &mut part.kind else {
            return true;
        };
        if !pages::is_ours(&foreign.value) {
            return true;
        }
        let field = "messages[].content[][web_search]";
        losses.add(field, How::Replaced, Weight::Harmless, "a text");
        let Some(gist) = foreign.gist.take() else {
            return false;
        };
        part.kind = Part::text(gist).kind;
        true
    });
}

/// Whether a part stays; carriers for the target are made its own again.
fn stays(part: &mut Part, target: &Target<'_>) -> bool {
    let Kind::Reasoning(reasoning) = &mut part.kind else {
        return true;
    };
    let Some(carrier) = reasoning
        .carrier
        .as_mut()
        .filter(|carrier| !carrier.provider.is_empty() || carrier.is_broken())
    else {
        return true;
    };
    if carrier.is_for(target.provider) && carrier.protocol() == target.protocol {
        carrier.provider.clear();
        return true;
    }
    // Chat's words are for everybody who takes any; only what is wrapped with them is not.
    reasoning.carrier = None;
    let takes_words =
        target.protocol == Protocol::OpenAi && target.quirks.reasoning_echo != Echo::Never;
    takes_words && !reasoning.text.is_empty()
}

/// Edits of thoughts are refused where there is no thinking.
fn forget_thinking(request: &mut Request) {
    let key = "context_management";
    let Some(mut context) = request.extra.get(Protocol::Anthropic, key).cloned() else {
        return;
    };
    let is_about_thoughts = |edit: &Value| {
        let kind = edit.get("type").and_then(Value::as_str);
        kind.is_some_and(|kind| kind.starts_with("clear_thinking"))
    };
    if let Some(edits) = context.get_mut("edits").and_then(Value::as_array_mut) {
        edits.retain(|edit| !is_about_thoughts(edit));
    }
    request.extra.keep(Protocol::Anthropic, key, context);
}
