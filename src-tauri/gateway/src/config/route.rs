use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{GroupId, ProviderUid, RouteId, TargetId};

/// The built-in provider's route: the alias it is asked by, and its id where a route is chosen.
pub const ECHO: &str = "echo";

/// A client-facing alias and the targets that answer it.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Its identity.
    pub id: RouteId,
    /// The group it belongs to.
    pub group: GroupId,
    /// The model name clients ask for.
    pub alias: String,
    /// The primary binding.
    pub provider: ProviderUid,
    /// The model name of the primary binding.
    pub upstream_model: String,
    /// The path below the provider's base URL that `/v1/generations` goes to.
    pub upstream_path: String,
    /// How targets are used.
    pub mode: Mode,
    /// Settings of mode `adapter`, as JSON.
    pub adapter_config: String,
    /// Settings of mode `fusion`, as JSON.
    pub fusion_config: String,
    /// How its clients take the model's thoughts; none leaves it to the purpose of their key.
    pub reasoning: Option<Reasoning>,
    /// A disabled route answers nothing.
    pub enabled: bool,
    /// Free text of its owner.
    pub note: String,
    /// Further targets, in the order they are tried.
    pub targets: Vec<Target>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// One provider and one upstream model inside a route.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its identity: `rp_id` in the admin API.
    pub id: TargetId,
    /// The route it belongs to.
    pub route: RouteId,
    /// The provider to ask.
    pub provider: ProviderUid,
    /// The model to ask it for.
    pub upstream_model: String,
    /// Lower is tried first.
    pub priority: i64,
    /// The share in mode `balance`, at least 1.
    pub weight: u32,
    /// A disabled target is never tried.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// How a route uses its targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The primary binding alone.
    #[default]
    Direct,
    /// One target after the other until one answers; `auto-select` is its older name.
    #[serde(alias = "auto-select")]
    Failover,
    /// Targets by weight.
    Balance,
    /// Images described and tool results flattened for a text-only model.
    Adapter,
    /// Several candidates and a judge.
    Fusion,
}

impl Mode {
    /// The name in the admin API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Failover => "failover",
            Self::Balance => "balance",
            Self::Adapter => "adapter",
            Self::Fusion => "fusion",
        }
    }
}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(text: &str) -> Result<Self, UnknownMode> {
        match text {
            "" | "direct" => Ok(Self::Direct),
            "failover" | "auto-select" => Ok(Self::Failover),
            "balance" => Ok(Self::Balance),
            "adapter" => Ok(Self::Adapter),
            "fusion" => Ok(Self::Fusion),
            _ => Err(UnknownMode(text.to_owned())),
        }
    }
}

/// How clients take the model's thoughts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reasoning {
    /// In their protocol's own way.
    Native,
    /// In the text, between `<think>` and `</think>`.
    ThinkTags,
    /// Not at all.
    Drop,
}

impl Reasoning {
    /// The name in the admin API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::ThinkTags => "think_tags",
            Self::Drop => "drop",
        }
    }
}

impl FromStr for Reasoning {
    type Err = UnknownReasoning;

    fn from_str(text: &str) -> Result<Self, UnknownReasoning> {
        match text {
            "native" => Ok(Self::Native),
            "think_tags" => Ok(Self::ThinkTags),
            "drop" => Ok(Self::Drop),
            _ => Err(UnknownReasoning(text.to_owned())),
        }
    }
}

/// A name of a way to take thoughts that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown reasoning {0:?}; use native, think_tags or drop")]
pub struct UnknownReasoning(String);

/// A mode name that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown route mode {0:?}; use direct, failover (or auto-select), balance, adapter or fusion"
)]
pub struct UnknownMode(String);
