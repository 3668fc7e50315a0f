//! What came out, for people as a table and for programs as JSON.

use serde_json::{Map, Value, json};

use super::contestant::Who;
use super::rounds::Outcome;
use super::rows::Bar;
use super::slice::Figure;
use super::stats::{float, median, uncertainty};

/// Idle memory of Keyway has to stay below this many MB.
const IDLE_MB: f64 = 25.0;

/// Resident memory of a Keyway with nothing to do, in KB.
#[derive(Clone, Copy)]
pub(crate) struct Idle {
    pub(crate) after_start: Option<u64>,
    pub(crate) after_rows: Option<u64>,
}

/// Everything a run found out.
pub(crate) struct Report {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) idle: Idle,
    /// A smoke run shows that everything works; its figures are judged by nobody.
    pub(crate) smoke: bool,
}

/// Says a line to whoever reads the results.
#[expect(clippy::print_stdout, reason = "the results of a command-line program")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Says how far things are.
#[expect(
    clippy::print_stderr,
    reason = "the progress of a command-line program"
)]
pub(crate) fn note(line: &str) {
    eprintln!("{line}");
}

impl Report {
    /// The table; a figure is followed by its ratio to the bare proxy's.
    pub(crate) fn table(&self) -> String {
        let mut lines = vec![line(&[
            "row", "figure", "direct", "bare", "nginx", "keyway", "bar", "keyway's", "verdict",
            "rounds",
        ])];
        for outcome in &self.outcomes {
            for (place, (figure, bar)) in outcome.row.judged.iter().enumerate() {
                lines.push(self.figure_line(outcome, place, *figure, *bar));
            }
            lines.extend(
                Who::EVERY
                    .into_iter()
                    .filter_map(|who| fault_line(outcome, who)),
            );
        }
        for (when, kb) in self.idle.figures() {
            let mb = float(kb) / 1_024.0;
            let verdict = self.verdict(Some(mb < IDLE_MB));
            lines.push(line(&[
                "idle",
                when,
                "",
                "",
                "",
                &format!("{mb:.1} MB"),
                "< 25 MB",
                &format!("{mb:.1}"),
                verdict,
                "",
            ]));
        }
        if self.smoke {
            lines.push(
                "A smoke run with few streams: everything works, nothing is measured.".to_owned(),
            );
        }
        if self
            .outcomes
            .iter()
            .any(|outcome| !outcome.settled && !self.smoke)
        {
            lines.push("Noisy rows did not settle: repeat them on a quiet machine.".to_owned());
        }
        lines.join("\n")
    }

    fn figure_line(&self, outcome: &Outcome, place: usize, figure: Figure, bar: Bar) -> String {
        let cells = Who::ALL.map(|who| cell(outcome, who, figure));
        let compared = outcome.compared(Who::Keyway, figure, bar);
        let own = median(&compared).map_or(String::new(), |value| {
            let sure = uncertainty(&compared).map(|share| format!(" ±{:.0} %", share * 100.0));
            let sign = match bar {
                Bar::Below(_) => "",
                Bar::TranslatesWithin(_) => " µs",
                Bar::AddedAtMost(_) | Bar::AtMost(_) | Bar::AtLeast(_) | Bar::Free => "×",
            };
            format!("{value:.2}{sign}{}", sure.unwrap_or_default())
        });
        let rounds = match (place, outcome.settled || self.smoke) {
            (0, true) => outcome.rounds.len().to_string(),
            (0, false) => format!("{} noisy", outcome.rounds.len()),
            _ => String::new(),
        };
        let name = if place == 0 { outcome.row.name } else { "" };
        let verdict = self.verdict(outcome.clears(figure, bar));
        let [direct, bare, nginx, keyway] = &cells;
        line(&[
            name,
            figure.name(),
            direct,
            bare,
            nginx,
            keyway,
            &bar_text(bar),
            &own,
            verdict,
            &rounds,
        ])
    }

    fn verdict(&self, clears: Option<bool>) -> &'static str {
        match clears.filter(|_| !self.smoke) {
            Some(true) => "pass",
            Some(false) => "MISS",
            None => "",
        }
    }

    /// The same for programs, with every round.
    pub(crate) fn json(&self) -> Value {
        let rows: Vec<_> = self
            .outcomes
            .iter()
            .map(|outcome| self.row_json(outcome))
            .collect();
        let idle: Map<_, _> = self
            .idle
            .figures()
            .into_iter()
            .map(|(when, kb)| (when.to_owned(), json!(kb)))
            .collect();
        json!({
            "smoke": self.smoke,
            "cores": std::thread::available_parallelism().map(usize::from).ok(),
            "rows": rows,
            "idle_kb": idle,
        })
    }

    fn row_json(&self, outcome: &Outcome) -> Value {
        let contestants: Map<_, _> = outcome
            .contestants()
            .into_iter()
            .map(|who| (who.name().to_owned(), contestant_json(outcome, who)))
            .collect();
        let judged: Vec<_> = outcome
            .row
            .judged
            .iter()
            .filter(|(_, bar)| *bar != Bar::Free)
            .map(|(figure, bar)| {
                let compared = outcome.compared(Who::Keyway, *figure, *bar);
                json!({
                    "figure": figure.name(), "bar": bar_text(*bar), "value": median(&compared),
                    "uncertainty": uncertainty(&compared),
                    "verdict": self.verdict(outcome.clears(*figure, *bar)).to_lowercase(),
                })
            })
            .collect();
        json!({
            "row": outcome.row.name, "what": outcome.row.what, "rounds": outcome.rounds.len(),
            "noisy": !outcome.settled, "contestants": contestants, "judged": judged,
        })
    }
}

impl Idle {
    fn figures(self) -> Vec<(&'static str, u64)> {
        let both = [
            ("after the start", self.after_start),
            ("after the rows", self.after_rows),
        ];
        both.into_iter()
            .filter_map(|(when, kb)| Some((when, kb?)))
            .collect()
    }
}

fn contestant_json(outcome: &Outcome, who: Who) -> Value {
    let figures = Figure::ALL.into_iter().filter_map(|figure| {
        let rounds = outcome.series(who, figure);
        let found = json!({
            "median": median(&rounds)?, "uncertainty": uncertainty(&rounds),
            "to_bare": median(&outcome.compared(who, figure, Bar::Free)), "rounds": rounds,
        });
        Some((figure.name().to_owned(), found))
    });
    let mut contestant: Map<_, _> = figures.collect();
    let (count, first) = outcome.faults(who);
    contestant.insert("errors".to_owned(), json!(count));
    contestant.insert("first_error".to_owned(), json!(first));
    Value::Object(contestant)
}

fn fault_line(outcome: &Outcome, who: Who) -> Option<String> {
    let (count, first) = outcome.faults(who);
    first.map(|first| {
        format!(
            "  {count} errors through {}, the first: {first}",
            who.name()
        )
    })
}

fn cell(outcome: &Outcome, who: Who, figure: Figure) -> String {
    let Some(value) = median(&outcome.series(who, figure)) else {
        return "–".to_owned();
    };
    let ratio = median(&outcome.compared(who, figure, Bar::Free));
    let ratio = ratio
        .filter(|_| who != Who::Bare)
        .map(|ratio| format!(" ({ratio:.2}×)"));
    let digits = usize::from(value.abs() < 1_000.0);
    format!("{value:.digits$}{}", ratio.unwrap_or_default())
}

fn bar_text(bar: Bar) -> String {
    match bar {
        Bar::AddedAtMost(most) => format!("added ≤ {most}×"),
        Bar::AtMost(most) => format!("≤ {most}×"),
        Bar::AtLeast(least) => format!("≥ {least}×"),
        Bar::Below(limit) => format!("< {limit}"),
        Bar::TranslatesWithin(limit) => format!("adds < {limit}"),
        Bar::Free => String::new(),
    }
}

fn line(cells: &[&str; 10]) -> String {
    const WIDTHS: [usize; 10] = [13, 15, 15, 9, 15, 15, 13, 14, 7, 6];
    let padded = cells
        .iter()
        .zip(WIDTHS)
        .map(|(cell, width)| format!("{cell:<width$}"));
    padded.collect::<Vec<_>>().join(" ").trim_end().to_owned()
}
