//! Which targets may answer a request, in which order: a pure function of snapshot, key and asked model.

mod target;

use std::sync::Arc;

use keyway_protocols::Protocol;

use self::target::Model;
pub(super) use self::target::PlannedTarget;
use super::{error::ProxyError, share::claim};
use crate::{
    config::{ClientKey, ECHO, GroupView, Mode, ProviderView, Route, Target},
    ids::ProviderUid,
};

/// Words in a model name that mean a small, fast model for background work.
const SMALL_MODELS: [&str; 6] = ["haiku", "mini", "flash", "nano", "small", "fast"];

/// Who answers a request.
#[derive(Debug)]
pub(super) struct Plan {
    /// The route, unless a provider was asked for directly.
    pub route: Option<Arc<Route>>,
    /// Where to try, in order; never empty.
    pub targets: Targets,
}

/// Where to try.
#[derive(Debug)]
pub(super) enum Targets {
    /// The built-in provider.
    Echo,
    /// Providers, one after the other.
    Providers(Vec<PlannedTarget>),
}

/// What is asked, as far as it decides who answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    /// The model the client names.
    pub asked: &'a str,
    /// The protocol it speaks.
    pub protocol: Protocol,
    /// What it wants.
    pub wants: Wants,
    /// Whether it can be said in other protocols than the caller's.
    pub across: bool,
    /// What differs from conversation to conversation, else from request to request, to spread them by weight.
    pub id: &'a str,
}

/// What a request wants of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    /// A turn of a conversation, which any chat model can give.
    Conversation,
    /// Something that only models made for it give, such as embeddings: no other model may stand in.
    Speciality,
}

/// Finds the targets for the asked model (product rules, first match wins): an alias; `provider/model`;
/// the key's fast or current route; the group's default route; the group's default provider.
pub(super) fn plan(
    group: &GroupView,
    key: &ClientKey,
    question: Question<'_>,
) -> Result<Plan, ProxyError> {
    let wants = question.wants;
    let asked = without_window_suffix(question.asked);
    let question = Question { asked, ..question };
    if let Some(route) = group.route_by_alias(asked) {
        return by_route(group, key, route, question);
    }
    if asked.eq_ignore_ascii_case(ECHO) {
        return Ok(Plan {
            route: None,
            targets: Targets::Echo,
        });
    }
    if let Some((id, model)) = asked.split_once('/')
        && let Some(provider) = group.provider_by_id(id)
    {
        return by_provider(key, provider, model, question);
    }
    let chosen = [
        key.fast_route.as_ref().filter(|_| is_small(asked)),
        key.current_route.as_ref(),
        group.group.default_route.as_ref(),
    ];
    let stand_ins = chosen.into_iter().flatten();
    for id in stand_ins.filter(|_| wants == Wants::Conversation) {
        if id.as_str() == ECHO {
            return Ok(Plan {
                route: None,
                targets: Targets::Echo,
            });
        }
        if let Some(route) = group.route(id).filter(|route| route.enabled) {
            return by_route(group, key, route, question);
        }
    }
    if let Some(provider) = group
        .group
        .default_provider
        .as_ref()
        .and_then(|uid| group.provider(uid))
    {
        return by_provider(key, provider, asked, question);
    }
    Err(ProxyError::NoRoute {
        asked: asked.to_owned(),
        aliases: aliases(group, key),
    })
}

/// The route that a request for `/v1/generations` names.
pub(super) fn route_for<'a>(
    group: &'a GroupView,
    key: &ClientKey,
    asked: &str,
) -> Result<&'a Arc<Route>, ProxyError> {
    let route = group
        .route_by_alias(without_window_suffix(asked))
        .ok_or_else(|| ProxyError::NoRoute {
            asked: asked.to_owned(),
            aliases: aliases(group, key),
        })?;
    allow_alias(key, &route.alias)?;
    Ok(route)
}

/// The primary binding of a route, when the key may use it.
pub(super) fn primary(
    group: &GroupView,
    key: &ClientKey,
    route: &Arc<Route>,
) -> Result<PlannedTarget, ProxyError> {
    let provider = group
        .provider(&route.provider)
        .filter(|view| view.provider.enabled);
    let Some(provider) = provider else {
        return Err(ProxyError::NoTarget {
            alias: route.alias.clone(),
        });
    };
    if !may_use(key, provider) {
        return Err(ProxyError::NotAllowed {
            what: format!("provider {:?}", provider.provider.id),
        });
    }
    Ok(PlannedTarget {
        protocol: provider.provider.protocol,
        provider: provider.clone(),
        model: Model::Primary(route.clone()),
    })
}

/// The aliases a key may ask for, sorted; the built-in route stands in where there is none.
pub(super) fn aliases(group: &GroupView, key: &ClientKey) -> Vec<String> {
    let mut aliases: Vec<String> = group
        .routes()
        .filter(|route| route.enabled && allow_alias(key, &route.alias).is_ok())
        .map(|route| route.alias.clone())
        .collect();
    aliases.sort_unstable();
    if aliases.is_empty() {
        aliases.push(ECHO.to_owned());
    }
    aliases
}

fn by_route(
    group: &GroupView,
    key: &ClientKey,
    route: &Arc<Route>,
    question: Question<'_>,
) -> Result<Plan, ProxyError> {
    let Question {
        asked, protocol, ..
    } = question;
    allow_alias(key, &route.alias)?;
    let mut targets = targets_of(group, route, protocol);
    if route.mode == Mode::Balance {
        spread(&mut targets, question.id);
    }
    if targets.is_empty() {
        return Err(ProxyError::NoTarget {
            alias: route.alias.clone(),
        });
    }
    targets.retain(|target| may_use(key, &target.provider));
    let Some(first) = targets.first() else {
        return Err(ProxyError::NotAllowed {
            what: format!("the providers of route {:?}", route.alias),
        });
    };
    let other = first.provider.clone();
    targets.retain(|target| question.across || target.protocol == protocol);
    if targets.is_empty() {
        return Err(mismatch(asked, protocol, &other));
    }
    Ok(Plan {
        route: Some(route.clone()),
        targets: Targets::Providers(targets),
    })
}

fn by_provider(
    key: &ClientKey,
    provider: &Arc<ProviderView>,
    model: &str,
    question: Question<'_>,
) -> Result<Plan, ProxyError> {
    let protocol = question.protocol;
    // A key limited to aliases must not reach models around them.
    if !key.allowed_aliases.is_empty() || !may_use(key, provider) {
        return Err(ProxyError::NotAllowed {
            what: format!("provider {:?}", provider.provider.id),
        });
    }
    if !provider.provider.enabled {
        return Err(ProxyError::NoTarget {
            alias: format!("{}/{model}", provider.provider.id),
        });
    }
    let target = PlannedTarget {
        protocol: spoken(provider, protocol),
        provider: provider.clone(),
        model: Model::Named(model.into()),
    };
    if !question.across && target.protocol != protocol {
        return Err(mismatch(model, protocol, provider));
    }
    Ok(Plan {
        route: None,
        targets: Targets::Providers(vec![target]),
    })
}

/// The targets of a route in the order they are tried: the primary binding first unless it is listed
/// among the further targets, whose priority then counts.
fn targets_of(group: &GroupView, route: &Arc<Route>, caller: Protocol) -> Vec<PlannedTarget> {
    let of = |uid, model| target_of(group, uid, model, caller);
    let primary = || of(&route.provider, Model::Primary(route.clone()));
    match route.mode {
        Mode::Direct | Mode::Adapter | Mode::Fusion => primary().into_iter().collect(),
        Mode::Failover | Mode::Balance => {
            let listed = further(route);
            let has_primary = listed
                .iter()
                .any(|index| is_primary(route, &route.targets[*index]));
            let first = if has_primary { None } else { primary() };
            let rest = listed.into_iter().filter_map(|index| {
                let uid = &route.targets[index].provider;
                of(uid, Model::Further(route.clone(), index))
            });
            first.into_iter().chain(rest).collect()
        }
    }
}

/// Puts the target that this request falls to first; the others stand by for it.
fn spread(targets: &mut [PlannedTarget], id: &str) {
    targets.sort_by(|a, b| {
        let claim = |target: &PlannedTarget| {
            claim(target.provider.provider.uid.as_str(), target.weight(), id)
        };
        claim(b).total_cmp(&claim(a))
    });
}

/// The enabled further targets of a route, by priority.
fn further(route: &Route) -> Vec<usize> {
    let mut listed: Vec<usize> = (0..route.targets.len())
        .filter(|index| route.targets[*index].enabled)
        .collect();
    listed.sort_by_key(|index| route.targets[*index].priority);
    listed
}

fn is_primary(route: &Route, target: &Target) -> bool {
    target.provider == route.provider && target.upstream_model == route.upstream_model
}

fn target_of(
    group: &GroupView,
    uid: &ProviderUid,
    model: Model,
    caller: Protocol,
) -> Option<PlannedTarget> {
    let provider = group.provider(uid).filter(|view| view.provider.enabled)?;
    Some(PlannedTarget {
        protocol: spoken(provider, caller),
        provider: provider.clone(),
        model,
    })
}

/// The protocol a provider is spoken to in, so that as little as possible has to be converted.
fn spoken(provider: &ProviderView, caller: Protocol) -> Protocol {
    match provider.provider.base_url_for(caller) {
        Some(_) => caller,
        None => provider.provider.protocol,
    }
}

fn mismatch(asked: &str, protocol: Protocol, provider: &ProviderView) -> ProxyError {
    ProxyError::ProtocolMismatch {
        asked: asked.to_owned(),
        caller: protocol,
        provider: provider.provider.id.clone(),
        speaks: provider.provider.protocol,
    }
}

fn allow_alias(key: &ClientKey, alias: &str) -> Result<(), ProxyError> {
    let allowed = key.allowed_aliases.is_empty()
        || key
            .allowed_aliases
            .iter()
            .any(|allowed| allowed.to_lowercase() == alias.to_lowercase());
    if allowed {
        Ok(())
    } else {
        Err(ProxyError::NotAllowed {
            what: format!("model {alias:?}"),
        })
    }
}

fn may_use(key: &ClientKey, provider: &ProviderView) -> bool {
    key.allowed_providers.is_empty() || key.allowed_providers.contains(&provider.provider.id)
}

/// Claude Code marks a model's large window by a suffix: `sonnet[1m]`.
fn without_window_suffix(asked: &str) -> &str {
    let asked = asked.trim();
    match asked
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
    {
        Some((model, window))
            if !model.is_empty() && window.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            model
        }
        Some(_) | None => asked,
    }
}

fn is_small(asked: &str) -> bool {
    let asked = asked.to_lowercase();
    asked
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| SMALL_MODELS.contains(&word))
}

#[cfg(test)]
mod tests;
