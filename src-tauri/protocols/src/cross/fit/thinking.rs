//! How much a model is to think, said the way the target is told.

use super::fields::Field;
use super::limits;
use super::way::Way;
use crate::Protocol;
use crate::loss::{How, Losses, Weight};
use crate::quirks::ReasoningStyle;
use crate::request::{Effort, Request, Thinking, ThinkingMode, ToolChoice};

/// The smallest budget that Anthropic takes.
const LEAST_BUDGET: u64 = 1024;
/// Below so many tokens in all, an answer has no room for long thoughts.
const CRAMPED: u64 = 2048;

/// What the client wants, whichever way it says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Unsaid,
    Off,
    AsMuchAsNeeded,
    Much(Effort),
    Tokens(u64),
}

/// Says the client's wish in the target's style.
pub(super) fn express(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    let wish = wish(&request.thinking);
    if wish == Wish::Unsaid && request.thinking.shown.is_none() {
        return;
    }
    let shown = request.thinking.shown.or_else(|| shows(wish, way));
    // Gemini's newer models always think: whoever wants none is at least not shown any.
    let is_hidden = wish == Wish::Off && way.is_to(Protocol::Gemini);
    let shown = if is_hidden { Some(false) } else { shown };
    let mut said = said(wish, way);
    said.shown = shown;
    if wish == Wish::Off && said.budget.is_some_and(|budget| budget > 0) {
        let note = "it thinks a little all the same";
        way.note(Field::Thinking, How::Clamped, note, losses);
    }
    std::mem::swap(&mut said.extra, &mut request.thinking.extra);
    request.thinking = said;
    if way.quirks().reasoning == ReasoningStyle::None {
        request.thinking.shown = None;
        if !matches!(wish, Wish::Unsaid | Wish::Off) {
            losses.dropped(way.name(Field::Thinking), Weight::Notable);
        }
    }
    make_room(request, way, losses);
}

fn wish(thinking: &Thinking) -> Wish {
    if thinking.mode == Some(ThinkingMode::Off) || thinking.effort == Some(Effort::None) {
        return Wish::Off;
    }
    if let Some(effort) = thinking.effort {
        return Wish::Much(effort);
    }
    match (thinking.budget, thinking.mode) {
        (Some(0), _) => Wish::Off,
        (Some(budget), _) => u64::try_from(budget).map_or(Wish::AsMuchAsNeeded, Wish::Tokens),
        (None, Some(_)) => Wish::AsMuchAsNeeded,
        (None, None) => Wish::Unsaid,
    }
}

/// Clients of Chat and Anthropic read thoughts without asking for them; those of the others ask.
fn shows(wish: Wish, way: &Way<'_>) -> Option<bool> {
    let reads = match way.client {
        Protocol::Anthropic | Protocol::OpenAi => true,
        Protocol::OpenAiResponses | Protocol::Gemini => false,
    };
    (reads && !matches!(wish, Wish::Unsaid | Wish::Off)).then_some(true)
}

fn said(wish: Wish, way: &Way<'_>) -> Thinking {
    let (mode, effort, budget) = (mode(wish), effort(wish, way), budget(wish, way));
    let word_if_on = effort.filter(|_| wish != Wish::Off);
    let (mode, effort, budget) = match way.quirks().reasoning {
        ReasoningStyle::None => (None, None, None),
        ReasoningStyle::Effort | ReasoningStyle::Level => (None, effort, None),
        ReasoningStyle::Budget if way.is_to(Protocol::Gemini) => (None, None, budget),
        ReasoningStyle::Budget | ReasoningStyle::EnableThinking => (mode, None, budget),
        ReasoningStyle::Adaptive if mode == Some(ThinkingMode::On) => {
            (Some(ThinkingMode::Adaptive), effort, None)
        }
        ReasoningStyle::Switch => (mode, None, None),
        ReasoningStyle::Adaptive | ReasoningStyle::SwitchAndEffort => (mode, word_if_on, None),
        ReasoningStyle::Object if matches!(wish, Wish::Tokens(_)) => (mode, None, budget),
        ReasoningStyle::Object => (mode, effort, None),
    };
    Thinking {
        mode,
        effort,
        budget,
        ..Thinking::default()
    }
}

fn mode(wish: Wish) -> Option<ThinkingMode> {
    match wish {
        Wish::Unsaid => None,
        Wish::Off => Some(ThinkingMode::Off),
        Wish::AsMuchAsNeeded | Wish::Much(_) | Wish::Tokens(_) => Some(ThinkingMode::On),
    }
}

/// The word for it, of those the target knows.
fn effort(wish: Wish, way: &Way<'_>) -> Option<Effort> {
    let wanted = match wish {
        Wish::Unsaid | Wish::AsMuchAsNeeded => return None,
        Wish::Off => Effort::None,
        Wish::Much(effort) => effort,
        Wish::Tokens(..4_000) => Effort::Low,
        Wish::Tokens(4_000..16_000) => Effort::Medium,
        Wish::Tokens(16_000..) => Effort::High,
    };
    nearest(wanted, &way.quirks().efforts)
}

/// The known effort with the fewest steps between; of two, the smaller.
fn nearest(wanted: Effort, known: &[Effort]) -> Option<Effort> {
    let step = |effort: Effort| Effort::ALL.iter().position(|other| *other == effort);
    let distance = |effort: &Effort| step(*effort).zip(step(wanted)).map(|(a, b)| a.abs_diff(b));
    known.iter().copied().min_by_key(distance)
}

/// The number of tokens for it; -1 leaves it to the model, 0 is none.
fn budget(wish: Wish, way: &Way<'_>) -> Option<i64> {
    let gemini = way.is_to(Protocol::Gemini);
    let wanted = match wish {
        Wish::Off => gemini.then_some(0),
        Wish::AsMuchAsNeeded if gemini => Some(-1),
        Wish::AsMuchAsNeeded if way.is_to(Protocol::Anthropic) => tokens(Effort::High, gemini),
        Wish::Unsaid | Wish::AsMuchAsNeeded => None,
        Wish::Much(effort) => tokens(effort, gemini),
        Wish::Tokens(tokens) => i64::try_from(tokens).ok(),
    };
    wanted.map(|budget| within(budget, way))
}

/// A number of tokens that the target takes; what is left to the model stays so.
fn within(budget: i64, way: &Way<'_>) -> i64 {
    let Ok(tokens) = u64::try_from(budget) else {
        return budget;
    };
    let most = way.quirks().most_thinking.unwrap_or(u64::MAX);
    let tokens = tokens.min(most).max(way.quirks().least_thinking);
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

fn tokens(effort: Effort, gemini: bool) -> Option<i64> {
    match effort {
        Effort::None => None,
        Effort::Minimal => Some(1_024),
        Effort::Low => Some(4_096),
        Effort::Medium => Some(8_192),
        Effort::High => Some(if gemini { 24_576 } else { 16_384 }),
        Effort::Xhigh | Effort::Max => Some(if gemini { 32_768 } else { 31_999 }),
    }
}

/// Thoughts are part of the answer: where its limit is small, they have to be short.
fn make_room(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    let Some(limit) = request.sampling.max_output else {
        return;
    };
    let thinking = &mut request.thinking;
    let budget = thinking
        .budget
        .and_then(|budget| u64::try_from(budget).ok());
    match budget {
        Some(budget) if way.is_to(Protocol::Anthropic) => {
            let fitting = budget.max(LEAST_BUDGET).min(limit.saturating_sub(1));
            if fitting < LEAST_BUDGET {
                (thinking.mode, thinking.budget) = (None, None);
                losses.dropped(way.name(Field::Thinking), Weight::Notable);
            } else {
                spend(thinking, budget, fitting, way, losses);
            }
        }
        Some(budget) => {
            let most = if way.is_to(Protocol::Gemini) {
                limit / 2
            } else {
                limit.saturating_sub(1)
            };
            let fitting = budget.min(most).max(way.quirks().least_thinking);
            spend(thinking, budget, fitting, way, losses);
        }
        None if way.is_to(Protocol::Gemini) && limit < CRAMPED => {
            let least = way.quirks().efforts.first().copied();
            if thinking.effort.is_some_and(|effort| Some(effort) > least) {
                thinking.effort = least;
                way.note(
                    Field::Thinking,
                    How::Clamped,
                    "little room for the answer",
                    losses,
                );
            }
        }
        None => {}
    }
}

fn spend(thinking: &mut Thinking, asked: u64, fitting: u64, way: &Way<'_>, losses: &mut Losses) {
    thinking.budget = i64::try_from(fitting).ok();
    if fitting != asked {
        way.note(Field::Thinking, How::Clamped, fitting.to_string(), losses);
    }
}

/// Forced tools and drawing go their ways where a model that thinks takes neither.
pub(super) fn give_way(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    if !is_on(&request.thinking, way) {
        return;
    }
    let is_forced = matches!(
        request.tool_choice,
        Some(ToolChoice::Any | ToolChoice::Tool(_) | ToolChoice::Allowed { required: true, .. })
    );
    if is_forced && !way.quirks().forced_tools_while_thinking {
        request.tool_choice = Some(ToolChoice::Auto);
        way.note(
            Field::ToolChoice,
            How::Replaced,
            "auto: no tool is forced while thinking",
            losses,
        );
    }
    if way.is_to(Protocol::Anthropic) {
        limits::undrawn(&mut request.sampling, way, losses);
    }
}

/// Whether the target thinks while it answers; those with a switch do unless told otherwise.
fn is_on(thinking: &Thinking, way: &Way<'_>) -> bool {
    match way.quirks().reasoning {
        ReasoningStyle::None => false,
        ReasoningStyle::Switch
        | ReasoningStyle::SwitchAndEffort
        | ReasoningStyle::EnableThinking => thinking.mode != Some(ThinkingMode::Off),
        ReasoningStyle::Effort
        | ReasoningStyle::Budget
        | ReasoningStyle::Level
        | ReasoningStyle::Adaptive
        | ReasoningStyle::Object => !matches!(wish(thinking), Wish::Unsaid | Wish::Off),
    }
}
