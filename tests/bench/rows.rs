//! The rows of the benchmark and the bars Keyway has to clear.

use std::time::Duration;

use super::contestant::{Contestant, Who};
use super::load::{self, Closed};
use super::question::{Answer, Dialect, Question};
use super::slice::{Figure, Slice};
use super::{open, streams};

/// What Keyway is held to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bar {
    /// What it adds to direct, over what the bare proxy adds.
    AddedAtMost(f64),
    /// Its figure over the bare proxy's.
    AtMost(f64),
    AtLeast(f64),
    /// Its figure itself.
    Below(f64),
    /// What translating adds to its figure in the target's own protocol.
    TranslatesWithin(f64),
    /// Shown, not judged.
    Free,
}

/// How a row makes its load.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Closed(Closed),
    Open { question: Question, per_second: u32 },
    Streams(usize),
}

/// One line of the comparison.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) kind: Kind,
    /// The first figure decides when the row has settled.
    pub(crate) judged: Vec<(Figure, Bar)>,
    /// How sure, as a share, the first figure has to be.
    pub(crate) tolerance: f64,
    /// Who can do it at all.
    pub(crate) who: &'static [Who],
}

impl Row {
    /// Whether each slice needs a process nothing else has used, for its memory to be told.
    pub(crate) fn wants_fresh(&self) -> bool {
        matches!(self.kind, Kind::Streams(_))
    }

    /// Makes the row's load on one contestant for one slice.
    pub(crate) async fn measure(
        &self,
        contestant: &Contestant,
        slice: Duration,
    ) -> anyhow::Result<Slice> {
        match self.kind {
            Kind::Closed(load) => load::run(contestant, spoken(contestant.who, load), slice).await,
            Kind::Open {
                question,
                per_second,
            } => open::run(contestant, question, per_second, slice).await,
            Kind::Streams(count) => streams::run(contestant, count, slice).await,
        }
    }
}

/// The target speaks OpenAI only: without a gateway to translate, a client has to as well.
fn spoken(who: Who, load: Closed) -> Closed {
    let dialect = match who {
        Who::Direct | Who::Bare | Who::Nginx | Who::Same => Dialect::OpenAi,
        Who::Keyway => load.question.dialect,
    };
    Closed {
        question: Question {
            dialect,
            ..load.question
        },
        ..load
    }
}

const SMALL: Question = Question {
    dialect: Dialect::OpenAi,
    answer: Answer::Json,
    bytes: 1_000,
};
const AGENT: Question = Question {
    dialect: Dialect::OpenAi,
    answer: Answer::Burst,
    bytes: 60_000,
};
const LARGE: Question = Question {
    bytes: 400_000,
    ..AGENT
};
const FOREIGN: Question = Question {
    dialect: Dialect::Anthropic,
    ..AGENT
};

/// All rows, in the order they run; a smoke run has few streams.
pub(crate) fn all(smoke: bool) -> Vec<Row> {
    let (some, many) = if smoke { (50, 250) } else { (1_000, 5_000) };
    let open = Kind::Open {
        question: SMALL,
        per_second: 3_000,
    };
    vec![
        row(
            "json-1",
            "1 KB, 1 connection",
            closed(SMALL, 1),
            [(Figure::P50, Bar::AddedAtMost(1.5))],
        ),
        row(
            "json-32",
            "1 KB, 32 connections",
            closed(SMALL, 32),
            [(Figure::PerSecond, Bar::AtLeast(0.9))],
        ),
        row(
            "agent-60k",
            "60 KB, 200 events back: first byte",
            closed(AGENT, 1),
            [(Figure::P50, Bar::AtMost(1.25))],
        ),
        row(
            "agent-60k-32",
            "the same, saturated",
            closed(AGENT, 32),
            [(Figure::PerSecond, Bar::AtLeast(0.95))],
        ),
        row(
            "agent-400k",
            "400 KB, 200 events back: first byte",
            closed(LARGE, 1),
            [(Figure::P50, Bar::AtMost(1.5))],
        ),
        translated(),
        Row {
            tolerance: 0.1,
            ..row(
                "open-3000",
                "1 KB, 3,000 a second",
                open,
                [(Figure::P99, Bar::Free)],
            )
        },
        streams("streams-1000", "1,000 live streams", some),
        streams("streams-5000", "5,000 live streams", many),
    ]
}

/// Adds what every row tells besides what it is judged by.
fn row(name: &'static str, what: &'static str, kind: Kind, judged: [(Figure, Bar); 1]) -> Row {
    let mut judged = judged.to_vec();
    judged.push((Figure::Cpu, Bar::Free));
    Row {
        name,
        what,
        kind,
        judged,
        tolerance: 0.025,
        who: &Who::ALL,
    }
}

/// An Anthropic client of the target, which speaks Chat: what the two conversions cost.
fn translated() -> Row {
    /// To read a request and write it anew may not be felt: µs to the first byte.
    const FIRST_BYTE: f64 = 1_000.0;
    /// The request, and 30 µs for each of the 200 events.
    const CPU: f64 = FIRST_BYTE + 200.0 * 30.0;
    Row {
        name: "translate-60k",
        what: "60 KB of Claude Code, 200 Chat events back: first byte",
        kind: closed(FOREIGN, 1),
        judged: vec![
            (Figure::P50, Bar::TranslatesWithin(FIRST_BYTE)),
            (Figure::Cpu, Bar::TranslatesWithin(CPU)),
        ],
        tolerance: 0.05,
        who: &[Who::Direct, Who::Keyway, Who::Same],
    }
}

fn streams(name: &'static str, what: &'static str, count: usize) -> Row {
    let judged = vec![
        (Figure::P99, Bar::AtMost(1.0)),
        (Figure::P50, Bar::Free),
        (Figure::StreamMemory, Bar::Below(48.0)),
        (Figure::Cpu, Bar::Free),
    ];
    Row {
        name,
        what,
        kind: Kind::Streams(count),
        judged,
        tolerance: 0.1,
        who: &Who::ALL,
    }
}

fn closed(question: Question, connections: usize) -> Kind {
    let first_byte = question.answer == Answer::Burst && connections == 1;
    Kind::Closed(Closed {
        question,
        connections,
        first_byte,
    })
}
