//! How much the model is to think: `thinking` and `output_config.effort`.

use serde_json::{Map, Value, json};

use crate::Protocol::Anthropic;
use crate::anthropic::fields::{Fields, add_kept, object};
use crate::codec::Target;
use crate::extra::{Extra, Place};
use crate::loss::{How, Losses, Weight};
use crate::quirks::ReasoningStyle;
use crate::request::{Effort, Thinking, ThinkingMode};

/// The least that may be thought.
const LEAST_BUDGET: u64 = 1024;

/// Takes what is said about thinking.
pub(super) fn read(fields: &mut Fields) -> Thinking {
    let effort = effort(fields);
    let Some(mut told) = fields.object("thinking") else {
        return Thinking {
            effort,
            ..Thinking::default()
        };
    };
    let mode = match told.text("type") {
        Some("enabled") => ThinkingMode::On,
        Some("disabled") => ThinkingMode::Off,
        // Whatever else there is, the model decides.
        Some(_) | None => ThinkingMode::Adaptive,
    };
    if matches!(told.text("type"), Some("enabled" | "disabled" | "adaptive")) {
        told.take("type");
    }
    let shown = match told.text("display") {
        Some("omitted") => Some(false),
        Some(_) => Some(true),
        None => None,
    };
    if matches!(told.text("display"), Some("omitted" | "summarized")) {
        told.take("display");
    }
    let budget = told.count("budget_tokens");
    Thinking {
        mode: Some(mode),
        effort,
        budget: budget.and_then(|budget| i64::try_from(budget).ok()),
        shown,
        extra: told.rest(),
    }
}

fn effort(fields: &mut Fields) -> Option<Effort> {
    let word = fields.get("output_config")?.get("effort")?.as_str()?;
    let effort: Effort = word
        .parse()
        .ok()
        .filter(|effort: &Effort| effort.as_str() == word)?;
    let mut config = fields.object("output_config")?;
    config.take("effort");
    fields.put_rest("output_config", config, false);
    Some(effort)
}

/// What is to be sent: the `thinking` object and the word of effort.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) thinking: Option<Map<String, Value>>,
    pub(super) effort: Option<&'static str>,
}

/// Thinking as an Anthropic client said it.
pub(super) fn own(thinking: &Thinking) -> Said {
    Said {
        thinking: thinking.mode.map(|mode| spelled(mode, thinking)),
        effort: thinking.effort.map(Effort::as_str),
    }
}

/// The object that says a mode.
fn spelled(mode: ThinkingMode, thinking: &Thinking) -> Map<String, Value> {
    let kind = match mode {
        ThinkingMode::Off => "disabled",
        ThinkingMode::On => "enabled",
        ThinkingMode::Adaptive => "adaptive",
    };
    let mut said = object([("type", kind.into())]);
    if let Some(budget) = thinking.budget {
        said.insert("budget_tokens".to_owned(), budget.into());
    }
    if let Some(shown) = thinking.shown {
        said.insert("display".to_owned(), display(shown));
    }
    add_kept(&thinking.extra, &mut said);
    said
}

fn display(shown: bool) -> Value {
    if shown { "summarized" } else { "omitted" }.into()
}

/// Thinking as another protocol's client said it, in the words that the target takes.
pub(super) fn crossed(
    thinking: &Thinking,
    target: &Target<'_>,
    max_output: u64,
    losses: &mut Losses,
) -> Said {
    let lost = |extra: &Extra, losses: &mut Losses| {
        extra.note_lost(Anthropic, Place::Thinking, losses);
    };
    lost(&thinking.extra, losses);
    let is_silent =
        thinking.mode.is_none() && thinking.effort.is_none() && thinking.budget.is_none();
    if is_silent {
        return Said::default();
    }
    let style = target.quirks.reasoning;
    if style == ReasoningStyle::None {
        losses.dropped("thinking", Weight::Notable);
        return Said::default();
    }
    if is_off(thinking) {
        return Said {
            thinking: Some(object([("type", "disabled".into())])),
            effort: None,
        };
    }
    match style {
        ReasoningStyle::Adaptive | ReasoningStyle::Effort | ReasoningStyle::Level => {
            adaptive(thinking)
        }
        ReasoningStyle::None
        | ReasoningStyle::Budget
        | ReasoningStyle::Switch
        | ReasoningStyle::SwitchAndEffort
        | ReasoningStyle::EnableThinking
        | ReasoningStyle::Object => enabled(thinking, style, max_output, losses),
    }
}

fn is_off(thinking: &Thinking) -> bool {
    let is_effortless = thinking.effort == Some(Effort::None);
    let is_penniless = thinking.effort.is_none() && thinking.budget == Some(0);
    thinking.mode == Some(ThinkingMode::Off) || is_effortless || is_penniless
}

fn adaptive(thinking: &Thinking) -> Said {
    let mut said = object([("type", "adaptive".into())]);
    if let Some(shown) = thinking.shown {
        said.insert("display".to_owned(), display(shown));
    }
    let effort = thinking.effort.or_else(|| of_budget(thinking.budget?));
    Said {
        thinking: Some(said),
        effort: effort.map(word),
    }
}

fn enabled(
    thinking: &Thinking,
    style: ReasoningStyle,
    max_output: u64,
    losses: &mut Losses,
) -> Said {
    // Room has to be left for the answer itself.
    let most = max_output.saturating_sub(1);
    if most < LEAST_BUDGET {
        let note = "the answer is too short to think before it";
        losses.add("thinking", How::Dropped, Weight::Notable, note);
        return Said::default();
    }
    let told = thinking
        .budget
        .and_then(|budget| u64::try_from(budget).ok());
    let budget = match (thinking.effort, told) {
        (Some(effort), None) => budget_of(effort, most),
        (_, Some(budget)) => budget,
        (None, None) => budget_of(Effort::High, most),
    };
    let budget = budget.clamp(LEAST_BUDGET, most);
    let is_told = style == ReasoningStyle::SwitchAndEffort;
    Said {
        thinking: json!({ "type": "enabled", "budget_tokens": budget })
            .as_object()
            .cloned(),
        effort: thinking.effort.filter(|_| is_told).map(word),
    }
}

/// The word that Anthropic has for an effort.
fn word(effort: Effort) -> &'static str {
    match effort {
        Effort::None | Effort::Minimal => Effort::Low.as_str(),
        Effort::Low | Effort::Medium | Effort::High | Effort::Xhigh | Effort::Max => {
            effort.as_str()
        }
    }
}

/// The effort that a budget stands for; nothing if the model is to decide.
fn of_budget(budget: i64) -> Option<Effort> {
    match budget {
        ..=0 => None,
        1..4000 => Some(Effort::Low),
        4000..16_000 => Some(Effort::Medium),
        16_000.. => Some(Effort::High),
    }
}

/// The tokens that an effort stands for.
fn budget_of(effort: Effort, most: u64) -> u64 {
    match effort {
        Effort::None | Effort::Minimal => LEAST_BUDGET,
        Effort::Low => 4096,
        Effort::Medium => 8192,
        Effort::High => 16_384,
        Effort::Xhigh => 31_999,
        Effort::Max => most,
    }
}
