//! Each of the numbered pitfalls has a test that begins with its number, or a reason why not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// So many there are.
const COUNT: u16 = 310;

/// Pitfalls without a test, and why.
const NOT_TESTED: [(u16, &str); 2] = [
    (
        9,
        "gzip and deflate are unpacked, nothing else, no stacks and no wrong labels: Keyway asks providers for \
         plain answers",
    ),
    (
        10,
        "bodies of requests are not unpacked: clients that are given a base URL and a key send them plain",
    ),
];

/// The numbers that a test's name begins with: `p007_p008_…` has two, `p208_and_p121_…`, too.
fn numbers(name: &str) -> Vec<u16> {
    let number = |word: &str| {
        let digits = word.strip_prefix('p').filter(|digits| digits.len() == 3)?;
        digits.parse().ok()
    };
    match name.split('_').next().and_then(number) {
        Some(_) => name.split('_').filter_map(number).collect(),
        None => Vec::new(),
    }
}

/// The names of the tests in a source text.
fn tests(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            is_test |= line.contains("test]") || line.contains("test(");
        } else if !line.starts_with("//") {
            let code = line.strip_prefix("async ").unwrap_or(line);
            if let Some(rest) = code.strip_prefix("fn ").filter(|_| is_test) {
                names.push(rest.split(['(', '<']).next().unwrap_or_default());
            }
            is_test = false;
        }
    }
    names
}

/// The pitfalls that a test in this folder shows.
fn shown_in(folder: &Path) -> BTreeSet<u16> {
    let mut shown = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("the sources can be read") {
        let path = entry.expect("the sources can be read").path();
        if path.is_dir() && !path.ends_with("target") {
            shown.extend(shown_in(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).expect("sources are text");
            shown.extend(tests(&text).into_iter().flat_map(numbers));
        }
    }
    shown
}

#[test]
fn every_pitfall_has_its_test_or_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut shown = shown_in(&root.join("src-tauri"));
    shown.extend(shown_in(&root.join("tests")));
    let excused: BTreeSet<u16> = NOT_TESTED.iter().map(|(number, _)| *number).collect();

    let all: BTreeSet<u16> = (1..=COUNT).collect();
    let listed: BTreeSet<u16> = shown.union(&excused).copied().collect();
    let missing: Vec<_> = all.difference(&listed).collect();
    assert!(missing.is_empty(), "neither test nor reason: {missing:?}");
    let unknown: Vec<_> = listed.difference(&all).collect();
    assert!(unknown.is_empty(), "there is no pitfall {unknown:?}");
    let needless: Vec<_> = excused.intersection(&shown).collect();
    assert!(needless.is_empty(), "tested after all: {needless:?}");
}

#[test]
fn the_reader_of_tests_reads() {
    let text = "#[test]\nfn p007_p008_two() {\n#[tokio::test]\n// so\nasync fn p310_x() {\nfn p012_no_test() {}\n\
        #[cfg(test)]\nmod tests {\nfn p013_neither() {}";
    assert_eq!(tests(text), ["p007_p008_two", "p310_x"]);
    assert_eq!(numbers("p007_p008_two"), [7, 8]);
    assert_eq!(numbers("p208_and_p121_too"), [208, 121]);
    assert_eq!(numbers("about_p007"), Vec::<u16>::new());
}
