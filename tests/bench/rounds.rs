//! Rounds: every contestant once, again and again, until the medians settle.
//!
//! Contestants take turns within a round, so a slow spell of the machine meets all of them, and
//! figures are compared round by round before a median is taken.

use std::ops::RangeInclusive;
use std::time::Duration;

use anyhow::Context;
use tokio::time::timeout;

use super::contestant::{Contestant, Field, Who};
use super::report;
use super::rows::{Bar, Row};
use super::slice::{Figure, Slice};
use super::stats::{median, uncertainty};

/// A slice that takes this much longer than it should has hung.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long and how often to measure.
pub(crate) struct Plan {
    pub(crate) slice: Duration,
    pub(crate) stream_slice: Duration,
    pub(crate) rounds: RangeInclusive<usize>,
    pub(crate) stream_rounds: RangeInclusive<usize>,
}

/// All rounds of a row.
pub(crate) struct Outcome {
    pub(crate) row: Row,
    pub(crate) rounds: Vec<Vec<(Who, Slice)>>,
    pub(crate) settled: bool,
}

impl Outcome {
    /// A contestant's figure, round by round.
    pub(crate) fn series(&self, who: Who, figure: Figure) -> Vec<f64> {
        self.rounds
            .iter()
            .filter_map(|round| value(round, who, figure))
            .collect()
    }

    /// The figure as the bar looks at it, round by round.
    pub(crate) fn compared(&self, who: Who, figure: Figure, bar: Bar) -> Vec<f64> {
        let against = |round: &Vec<(Who, Slice)>| {
            let own = value(round, who, figure)?;
            let bare = || value(round, Who::Bare, figure);
            Some(match bar {
                Bar::Below(_) => own,
                Bar::TranslatesWithin(_) => own - value(round, Who::Same, figure)?,
                Bar::AtMost(_) | Bar::AtLeast(_) | Bar::Free => own / bare()?,
                Bar::AddedAtMost(_) => {
                    let direct = value(round, Who::Direct, figure)?;
                    (own - direct) / (bare()? - direct)
                }
            })
        };
        // A slice too short for the clock of the kernel gives a zero to divide by.
        self.rounds
            .iter()
            .filter_map(against)
            .filter(|value| value.is_finite())
            .collect()
    }

    /// Whether Keyway cleared the bar; nothing if it cannot be told.
    pub(crate) fn clears(&self, figure: Figure, bar: Bar) -> Option<bool> {
        let value = median(&self.compared(Who::Keyway, figure, bar))?;
        let clears = match bar {
            Bar::AddedAtMost(most) | Bar::AtMost(most) => value <= most,
            Bar::AtLeast(least) => value >= least,
            Bar::Below(limit) | Bar::TranslatesWithin(limit) => value < limit,
            Bar::Free => return None,
        };
        Some(clears && self.faults(Who::Keyway).0 == 0)
    }

    /// How many faults a contestant had, and the first of them.
    pub(crate) fn faults(&self, who: Who) -> (u64, Option<&str>) {
        let slices = self.rounds.iter().flatten().filter(|(own, _)| *own == who);
        slices.fold((0, None), |(count, first), (_, slice)| {
            (
                count + slice.faults.count,
                first.or(slice.faults.first.as_deref()),
            )
        })
    }

    pub(crate) fn contestants(&self) -> Vec<Who> {
        let first = self
            .rounds
            .first()
            .into_iter()
            .flatten()
            .map(|(who, _)| *who);
        let here: Vec<_> = first.collect();
        Who::EVERY
            .into_iter()
            .filter(|who| here.contains(who))
            .collect()
    }

    fn has_settled(&self) -> bool {
        let Some((figure, bar)) = self.row.judged.first().copied() else {
            return true;
        };
        let sure = |who: &Who| {
            let compared = match who {
                Who::Direct | Who::Bare | Who::Same => Vec::new(),
                Who::Nginx | Who::Keyway => self.compared(*who, figure, bar),
            };
            // Without a yardstick the figure itself has to hold still.
            let series = if compared.is_empty() {
                self.series(*who, figure)
            } else {
                compared
            };
            series.is_empty()
                || uncertainty(&series).is_some_and(|share| share <= self.row.tolerance)
        };
        self.contestants().iter().all(sure)
    }
}

fn value(round: &[(Who, Slice)], who: Who, figure: Figure) -> Option<f64> {
    round.iter().find(|(own, _)| *own == who)?.1.value(figure)
}

/// Measures one row.
pub(crate) async fn run(
    row: Row,
    fleet: &[Contestant],
    field: &Field,
    plan: &Plan,
) -> anyhow::Result<Outcome> {
    let (slice, rounds) = if row.wants_fresh() {
        (plan.stream_slice, &plan.stream_rounds)
    } else {
        (plan.slice, &plan.rounds)
    };
    let mut able: Vec<_> = fleet
        .iter()
        .filter(|one| row.who.contains(&one.who))
        .collect();
    let mut outcome = Outcome {
        row,
        rounds: Vec::new(),
        settled: false,
    };
    while outcome.rounds.len() < *rounds.end() && !able.is_empty() {
        let mut round = Vec::new();
        for contestant in &able {
            let measured = timeout(
                slice + PATIENCE,
                measure(&outcome.row, contestant, field, slice),
            );
            let what = || format!("{} through {}", outcome.row.name, contestant.who.name());
            let slice = measured
                .await
                .context("hung")
                .flatten()
                .with_context(what)?;
            round.push((contestant.who, slice));
        }
        outcome.rounds.push(round);
        // Nobody always follows the same other.
        able.rotate_left(1);
        report::note(&format!(
            "{}: round {}",
            outcome.row.name,
            outcome.rounds.len()
        ));
        outcome.settled = outcome.has_settled();
        if outcome.settled && outcome.rounds.len() >= *rounds.start() {
            break;
        }
    }
    Ok(outcome)
}

async fn measure(
    row: &Row,
    contestant: &Contestant,
    field: &Field,
    slice: Duration,
) -> anyhow::Result<Slice> {
    if row.wants_fresh() {
        let fresh = Contestant::start(contestant.who, field).await?;
        return row.measure(&fresh, slice).await;
    }
    row.measure(contestant, slice).await
}

#[cfg(test)]
mod tests {
    use super::super::rows;
    use super::super::slice::Faults;
    use super::*;

    fn outcome(row: &str, nanos: [u64; 4], faults: u64) -> Outcome {
        let row = rows::all(false)
            .into_iter()
            .find(|own| own.name == row)
            .unwrap();
        let slice = |nanos| Slice::new(vec![nanos; 10], 1.0, Faults::default());
        let mut round: Vec<_> = Who::ALL.into_iter().zip(nanos.map(slice)).collect();
        round[3].1.faults.count = faults;
        Outcome {
            row,
            rounds: vec![round.clone(), round],
            settled: true,
        }
    }

    #[test]
    fn what_a_proxy_adds_is_compared_not_what_it_takes() {
        let outcome = outcome("json-1", [30_000, 70_000, 100_000, 80_000], 0);
        let bar = Bar::AddedAtMost(1.5);
        assert_eq!(
            outcome.compared(Who::Keyway, Figure::P50, bar),
            [1.25, 1.25]
        );
        assert_eq!(outcome.clears(Figure::P50, bar), Some(true));
        assert_eq!(
            outcome.clears(Figure::P50, Bar::AddedAtMost(1.2)),
            Some(false)
        );
        assert_eq!(outcome.clears(Figure::P50, Bar::Free), None);
    }

    #[test]
    fn a_fast_contestant_with_faults_does_not_clear_its_bar() {
        let outcome = outcome("streams-1000", [1, 1_000, 1_000, 900], 1);
        assert_eq!(outcome.clears(Figure::P99, Bar::AtMost(1.0)), Some(false));
    }
}
