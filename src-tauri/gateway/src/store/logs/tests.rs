use proptest::prelude::*;

use super::*;
use crate::store::{Store, samples};

fn logged(entries: Vec<LogEntry>) -> (tempfile::TempDir, Store) {
    let (folder, store) = samples::store();
    for entry in entries {
        store.log(entry);
    }
    // A change after them takes them along.
    store
        .write_blocking(|tx| crate::store::meta::set(tx, "x", "y"))
        .unwrap();
    store.write_blocking(|_| Ok(())).unwrap();
    (folder, store)
}

fn ids(entries: &[LogEntry]) -> Vec<&str> {
    entries.iter().map(|entry| &*entry.id).collect()
}

fn find(store: &Store, filter: &Filter) -> Vec<String> {
    let page = store
        .read_blocking(|db| page(db, filter, None, 100))
        .unwrap();
    let found: Vec<String> = page
        .entries
        .iter()
        .map(|entry| entry.id.to_string())
        .collect();
    let counted = store.read_blocking(|db| count(db, filter)).unwrap();
    assert_eq!(
        counted,
        found.len() as u64,
        "the count agrees with the list"
    );
    found
}

#[test]
fn an_entry_is_kept_as_it_is() {
    let full = samples::entry("01920000-0000-7000-8000-00000000000a", 5);
    let mut bare = samples::entry("0192000000007000800000000000000A", 4);
    bare.key_id = Some("a key of another product".into());
    for text in [
        &mut bare.request_id,
        &mut bare.key_name,
        &mut bare.route_alias,
        &mut bare.provider_id,
        &mut bare.upstream_model,
        &mut bare.credential,
        &mut bare.finish_reason,
        &mut bare.client,
    ] {
        *text = None;
    }
    (
        bare.route_id,
        bare.protocol_out,
        bare.usage,
        bare.first_byte_us,
    ) = (None, None, None, None);
    bare.attempts = Vec::new();
    bare.error = Some("connection refused".into());
    bare.error_code = Some("unreachable".into());
    bare.status = 502;

    let (_folder, store) = logged(vec![full.clone(), bare.clone()]);

    let page = store
        .read_blocking(|db| page(db, &Filter::default(), None, 10))
        .unwrap();
    assert_eq!(page.entries, [full.clone(), bare]);
    assert_eq!(page.next, None);
    assert_eq!(
        store.read_blocking(|db| get(db, &full.id)).unwrap(),
        Some(full)
    );
    assert_eq!(store.read_blocking(|db| get(db, "nobody")).unwrap(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_entry_comes_back(
        id in "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|.{1,40}",
        texts in proptest::collection::vec(proptest::option::of("\\PC{0,60}"), 8),
        numbers in proptest::collection::vec(0..=i64::MAX as u64, 9),
        millis in 0_i64..4_000_000_000_000,
        status: u16,
        streamed: bool,
    ) {
        let text = |index: usize| texts[index].as_deref().map(Arc::<str>::from);
        let mut entry = samples::entry(&id, millis);
        entry.key_id = texts[0].clone().map(KeyId::from);
        entry.request_id = text(1);
        entry.asked_model = text(2).unwrap_or_default();
        (entry.route_alias, entry.provider_id, entry.error) = (text(3), text(4), text(5));
        (entry.client, entry.finish_reason) = (text(6), text(7));
        (entry.status, entry.streamed) = (status, streamed);
        entry.usage = Some(Usage {
            input: numbers[0], cached: numbers[1], written: numbers[2], output: numbers[3], reasoning: numbers[4],
        });
        (entry.request_bytes, entry.response_bytes) = (numbers[5], numbers[6]);
        (entry.first_byte_us, entry.total_us) = (Some(numbers[7]), numbers[8]);

        let (_folder, store) = logged(vec![entry.clone()]);

        let found = store.read_blocking(|db| get(db, &entry.id)).unwrap();
        prop_assert_eq!(found, Some(entry));
    }
}

#[test]
fn pages_follow_each_other_without_gap_or_overlap() {
    // Several of one moment, and out of order, as exchanges end when they end.
    let entries: Vec<_> = [3, 1, 2, 2, 2, 5, 4]
        .iter()
        .zip('a'..)
        .map(|(at, id)| samples::entry(&id.to_string(), *at))
        .collect();
    let (_folder, store) = logged(entries);

    for limit in 1..=8 {
        let mut seen = Vec::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let piece = store
                .read_blocking(|db| page(db, &Filter::default(), cursor, limit))
                .unwrap();
            seen.extend(ids(&piece.entries).into_iter().map(str::to_owned));
            let Some(next) = piece.next else { break };
            cursor = Some(next.to_string().parse().unwrap());
        }
        assert_eq!(seen.concat(), "fgaedcb", "limit {limit}");
    }
}

#[test]
fn a_page_is_not_moved_by_entries_that_come_meanwhile() {
    let (_folder, store) = logged((0..4).map(|n| samples::entry(&n.to_string(), n)).collect());
    let first = store
        .read_blocking(|db| page(db, &Filter::default(), None, 2))
        .unwrap();

    store.log(samples::entry("new", 99));
    store.close();

    let second = store
        .read_blocking(|db| page(db, &Filter::default(), first.next, 2))
        .unwrap();
    assert_eq!(ids(&second.entries), ["1", "0"]);
}

#[test]
fn what_is_no_cursor_is_refused() {
    for text in ["", "5", "a-b", "1-2-3", "-"] {
        assert!(text.parse::<Cursor>().is_err(), "{text:?}");
    }
}

fn variants() -> (tempfile::TempDir, Store) {
    let entry = |id: &str, change: fn(&mut LogEntry)| {
        let mut entry = samples::entry(id, 1_000);
        change(&mut entry);
        entry
    };
    logged(vec![
        entry("plain", |_| {}),
        entry("group", |entry| entry.group = "work".into()),
        entry("key", |entry| {
            entry.key_id = Some("01920000-0000-7000-8000-0000000000ff".into());
        }),
        entry("route", |entry| entry.route_alias = Some("opus".into())),
        entry("provider", |entry| entry.provider_id = Some("zai".into())),
        entry("asked", |entry| entry.asked_model = "glm-5".into()),
        entry("upstream", |entry| {
            entry.upstream_model = Some("glm-5".into());
        }),
        entry("e404", |entry| entry.status = 404),
        entry("e499", |entry| entry.status = 499),
        entry("e529", |entry| {
            (entry.status, entry.error) = (529, Some("100% over_loaded".into()));
        }),
        entry("early", |entry| entry.at = samples::at(10)),
    ])
}

fn filter(change: impl FnOnce(&mut Filter)) -> Filter {
    let mut filter = Filter::default();
    change(&mut filter);
    filter
}

#[test]
fn each_filter_keeps_what_it_says() {
    let (_folder, store) = variants();
    let key = "01920000-0000-7000-8000-0000000000ff";
    let cases = [
        (filter(|filter| filter.group = Some("work".into())), "group"),
        (filter(|filter| filter.key = Some(key.into())), "key"),
        (filter(|filter| filter.route = Some("opus".into())), "route"),
        (
            filter(|filter| filter.provider = Some("zai".into())),
            "provider",
        ),
        (
            filter(|filter| filter.model = Some("glm-5".into())),
            "upstream asked",
        ),
        (
            filter(|filter| filter.until = Some(samples::at(1_000))),
            "early",
        ),
        (
            filter(|filter| filter.since = Some(samples::at(1_000))),
            "e529 e499 e404 upstream asked provider route key group plain",
        ),
        (
            filter(|filter| {
                (filter.group, filter.outcome) = (Some("work".into()), Some(Outcome::Failed));
            }),
            "",
        ),
    ];

    for (filter, expected) in cases {
        assert_eq!(find(&store, &filter).join(" "), expected, "{filter:?}");
    }
}

#[test]
fn outcomes_are_told_apart() {
    let (_folder, store) = variants();
    let of = |outcome| find(&store, &filter(|filter| filter.outcome = Some(outcome))).join(" ");

    assert_eq!(of(Outcome::Failed), "e529 e499 e404");
    assert_eq!(of(Outcome::ClientError), "e404");
    assert_eq!(of(Outcome::ClientLeft), "e499");
    assert_eq!(of(Outcome::ServerError), "e529");
    let answered = "upstream asked provider route key group plain early";
    assert_eq!(of(Outcome::Answered), answered);
    let errors = store.read_blocking(|db| recent_errors(db, 2)).unwrap();
    assert_eq!(ids(&errors), ["e529", "e499"]);
}

#[test]
fn text_is_found_as_it_is_written() {
    let (_folder, store) = variants();
    let with = |text: &str| {
        find(
            &store,
            &filter(|filter| filter.text = Some(text.to_owned())),
        )
        .join(" ")
    };

    assert_eq!(with("OVER_LOAD"), "e529", "in any case");
    assert_eq!(with("100%"), "e529");
    assert_eq!(with("overXload"), "", "an underscore is no wildcard");
    assert_eq!(with("glm"), "upstream asked");
    assert_eq!(with("route"), "route", "an id is found whole");
    assert_eq!(with("rout"), "");
}

#[test]
fn sums_are_right() {
    let mut failed = samples::entry("c", 3_000);
    (failed.status, failed.usage, failed.total_us) = (502, None, 300_000);
    let (_folder, store) = logged(vec![
        samples::entry("a", 1_000),
        samples::entry("b", 2_000),
        failed,
    ]);
    let key = "01920000-0000-7000-8000-000000000001".into();

    let all = store.read_blocking(|db| stats(db, &key)).unwrap();
    let late = store
        .read_blocking(|db| totals_since(db, samples::at(2_000), None))
        .unwrap();
    let nobody = store
        .read_blocking(|db| stats(db, &"nobody".into()))
        .unwrap();
    let work = "work".into();
    let of_work = store
        .read_blocking(|db| totals_since(db, samples::at(0), Some(&work)))
        .unwrap();

    let expected = Totals {
        total: 3,
        ok: 2,
        request_tokens: 20,
        response_tokens: 40,
        avg_latency_ms: Some(1_100.0),
    };
    assert_eq!(all, expected);
    assert_eq!((late.total, late.ok, late.request_tokens), (2, 1, 10));
    assert_eq!(nobody, Totals::default());
    assert_eq!(of_work.total, 0);
}

#[test]
fn a_long_client_name_is_cut() {
    let mut entry = samples::entry("a", 1);
    entry.client = Some("é".repeat(500).into());

    let (_folder, store) = logged(vec![entry]);

    let found = store.read_blocking(|db| get(db, "a")).unwrap().unwrap();
    assert_eq!(found.client.as_deref(), Some("é".repeat(128).as_str()));
}

#[test]
fn the_same_id_twice_is_one_entry() {
    let (_folder, store) = logged(vec![
        samples::entry("a", 1),
        samples::entry("a", 2),
        samples::entry("b", 3),
    ]);

    assert_eq!(find(&store, &Filter::default()), ["b", "a"]);
    assert_eq!(store.dropped_log_entries(), 0);
}

#[tokio::test]
async fn old_entries_go_a_few_at_a_time_and_the_file_shrinks() {
    let mut entries: Vec<_> = (0..2_000)
        .map(|n| samples::entry(&n.to_string(), n))
        .collect();
    for entry in &mut entries {
        entry.error = Some("x".repeat(1_000).into());
    }
    let (_folder, store) = logged(entries);
    let size = || store.read_blocking(bytes).unwrap();
    let before = size();

    let mut steps = Vec::new();
    loop {
        let gone = store
            .write(|tx| prune(tx, samples::at(1_900), 800))
            .await
            .unwrap();
        steps.push(gone);
        if gone == 0 {
            break;
        }
    }
    store.vacuum(100_000).await.unwrap();

    assert_eq!(steps, [800, 800, 300, 0]);
    assert_eq!(find(&store, &Filter::default()).len(), 100);
    assert!(size() < before / 5, "{} of {before}", size());
    let pages =
        store.read(|db| Ok(db.query_row("PRAGMA freelist_count", [], |row| row.get::<_, i64>(0))?));
    assert_eq!(pages.await.unwrap(), 0);
}

#[tokio::test]
async fn a_log_that_is_too_large_loses_its_oldest() {
    let (_folder, store) = logged(
        (0..2_000)
            .map(|n| samples::entry(&n.to_string(), n))
            .collect(),
    );
    let limit = store.read_blocking(bytes).unwrap() / 2;

    while store
        .write(move |tx| prune_to_size(tx, limit, 100))
        .await
        .unwrap()
        > 0
    {}

    let left = store
        .read_blocking(|db| count(db, &Filter::default()))
        .unwrap();
    assert!((300..1_700).contains(&left), "{left}");
    assert!(store.read_blocking(|db| get(db, "1999")).unwrap().is_some());
    assert!(store.read_blocking(|db| get(db, "0")).unwrap().is_none());
}

/// Each list that people open must walk an index, or a million rows would make them wait.
#[test]
fn lists_walk_an_index() {
    let (_folder, store) = logged(vec![samples::entry("a", 1)]);
    let plan = |condition: &str| {
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT {COLUMNS}, seq FROM request_log {condition} ORDER BY at DESC, seq DESC LIMIT 9"
        );
        let lines = store.read_blocking(|db| {
            let mut statement = db.prepare(&sql)?;
            let lines = statement.query_map([], |row| row.get::<_, String>(3))?;
            Ok(lines.collect::<Result<Vec<_>, _>>()?)
        });
        lines.unwrap().join("; ")
    };

    let cases = [
        ("", "request_log_by_time"),
        ("WHERE (at, seq) < (5, 5)", "request_log_by_time"),
        (
            "WHERE key_id = 'x' AND (at, seq) < (5, 5)",
            "request_log_by_key",
        ),
        ("WHERE route_alias = 'x'", "request_log_by_route"),
        ("WHERE provider = 'x'", "request_log_by_provider"),
        ("WHERE status >= 400", "request_log_of_errors"),
        (
            "WHERE status >= 400 AND status >= 500",
            "request_log_of_errors",
        ),
    ];
    for (condition, index) in cases {
        let plan = plan(condition);
        assert!(
            plan.contains(index) && !plan.contains("TEMP B-TREE"),
            "{condition}: {plan}"
        );
    }
}
