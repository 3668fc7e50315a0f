//! The fault suite's outcomes as a table for people: `target/fault-table.md`.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use keyway_tests::target_folder;

/// Puts the outcomes of one fault, each `client: what it sees | what the log says`, into the table; each test is a process of its own, so each has its own file.
pub(crate) fn record(fault: &str, outcomes: &[String], before_kb: u64, after_kb: u64) {
    let memory = format!("{before_kb} → {after_kb} KB");
    let mut text = String::new();
    for outcome in outcomes {
        let row = outcome.replacen(": ", " | ", 1);
        writeln!(text, "| {fault} | {row} | {memory} |").expect("a string takes all");
    }
    let folder = folder();
    fs::create_dir_all(&folder).expect("the target folder can be written");
    let file = folder.join(format!("{}.part", fault.replace([' ', '/', ','], "-")));
    fs::write(file, text).expect("the target folder can be written");
    put_together(&folder);
}

fn folder() -> PathBuf {
    target_folder().join("fault-table")
}

/// Renamed into place, so that tests that end at once never mix their lines.
fn put_together(folder: &PathBuf) {
    let parts = fs::read_dir(folder).expect("the folder was just made");
    let mut parts: Vec<_> = parts
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "part"))
        .collect();
    parts.sort();
    let mut table = String::from(
        "| fault | client | the client sees | the log says | memory of the server (anonymous RSS, debug build) |\n|---|---|---|---|---|\n",
    );
    for part in parts {
        table.push_str(&fs::read_to_string(part).unwrap_or_default());
    }
    let draft = folder.join(format!("{}.draft", std::process::id()));
    fs::write(&draft, table).expect("the target folder can be written");
    fs::rename(draft, target_folder().join("fault-table.md")).expect("both are in one folder");
}
