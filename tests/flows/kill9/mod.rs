//! A gateway that is killed at any moment, again and again in one data folder: nothing that it acknowledged is lost.

mod ledger;
mod life;

use std::time::Duration;

use keyway_tests::{TestKeyway, within};
use rusqlite::{Connection, OpenFlags};
use tokio::time::Instant;

use self::ledger::Ledger;
use self::life::{Chance, Life};

/// Rounds that every test run plays; `KEYWAY_KILL_ROUNDS` asks for another number.
const ROUNDS: usize = 40;
const SEED: u64 = 9_233;
/// Log rows of the last moments may be lost.
const MOMENTS: Duration = Duration::from_millis(200);
/// On a machine with other work the last moments are now and then longer, but not for ever.
const BUSY_MOMENTS: Duration = Duration::from_secs(1);
/// Of so many lives one may end in such longer moments.
const LIVES_TO_A_BUSY_ONE: usize = 20;
/// How long a round may take on a busy machine.
const LIMIT: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_killed_gateway_keeps_every_change_that_it_acknowledged() {
    let mut chance = Chance::new(SEED);
    let mut ledger = Ledger::default();
    let mut keyway = TestKeyway::start().await;
    let began = Instant::now();
    let mut tally = Tally::default();
    for round in 1..=rounds() {
        let played = play(&mut keyway, &mut ledger, &mut chance);
        tally.add(&within(LIMIT, &format!("round {round}"), played).await);
    }
    ledger.holds_at(&keyway.admin()).await;
    println!("{tally:?} in {:?}", began.elapsed());
    assert!(tally.changes > rounds(), "{tally:?}");
    assert!(tally.answers > rounds(), "{tally:?}");
    assert!(tally.busy * LIVES_TO_A_BUSY_ONE <= rounds(), "{tally:?}");
}

/// What all rounds together did.
#[derive(Debug, Default)]
struct Tally {
    changes: usize,
    answers: usize,
    /// Rows of the last moments that were lost.
    lost: usize,
    /// The oldest row that was lost was answered so long before the end.
    oldest_lost: Duration,
    /// Lives that lost older rows than those of the last moments.
    busy: usize,
}

impl Tally {
    fn add(&mut self, round: &Self) {
        self.changes += round.changes;
        self.answers += round.answers;
        self.lost += round.lost;
        self.oldest_lost = self.oldest_lost.max(round.oldest_lost);
        self.busy += round.busy;
    }
}

/// One life of the gateway, its death, and what is there afterwards.
async fn play(keyway: &mut TestKeyway, ledger: &mut Ledger, chance: &mut Chance) -> Tally {
    let span = chance.life_span();
    let life = Life::begin(keyway, ledger, chance);
    let (ended, died) = life.end_after(span, keyway).await;
    *ledger = ended.ledger;
    is_intact(keyway);
    keyway.restart().await;
    let touched = ledger.take_touched();
    touched.holds_at(&keyway.admin()).await;
    ledger.settle(&keyway.admin()).await;

    let kept = life::logged_ids(keyway).await;
    let lost = ended
        .answers
        .iter()
        .filter(|answer| !kept.contains(&answer.id));
    let ages: Vec<_> = lost.map(|answer| died - answer.at).collect();
    let oldest_lost = ages.iter().max().copied().unwrap_or_default();
    assert!(
        oldest_lost <= BUSY_MOMENTS,
        "a row of an answer given {oldest_lost:?} before the end is lost"
    );
    Tally {
        changes: touched.len(),
        answers: ended.answers.len(),
        lost: ages.len(),
        oldest_lost,
        busy: usize::from(oldest_lost > MOMENTS),
    }
}

/// The database as it was left behind, before anything repairs it.
fn is_intact(keyway: &TestKeyway) {
    let path = keyway.data_folder().join("keyway.db");
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let db = db.expect("the database can be opened");
    let verdict: String = db
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("the database can be checked");
    assert_eq!(verdict, "ok");
}

fn rounds() -> usize {
    let asked = std::env::var_os("KEYWAY_KILL_ROUNDS");
    asked.map_or(ROUNDS, |asked| {
        let asked = asked.to_string_lossy();
        asked.parse().expect("KEYWAY_KILL_ROUNDS is a number")
    })
}
