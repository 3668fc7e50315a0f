//! Reads the sources and keeps the rules of which folder may use which.
//!
//! The compiler keeps the fences between the packages; these are the storeys inside one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const GATEWAY: &str = "src-tauri/gateway/src";
const PROTOCOLS: &str = "src-tauri/protocols/src";

/// The storeys of the gateway, the lowest first. A part (a folder, or a file beside `lib.rs`) uses what lies below it.
const STOREYS: [&[&str]; 7] = [
    &[
        "clock", "config", "events", "ids", "options", "serving", "tasks",
    ],
    &[
        "door", "metering", "observe", "secrets", "store", "upstream",
    ],
    &["import", "takeover", "toolloop"],
    &["app"],
    &["admin", "proxy", "web"],
    &["guard", "server", "upkeep"],
    &["cli", "gateway"],
];

/// Who uses a part that does not lie below it. Admin and proxy do not use each other.
const BESIDES: [(&str, &str); 6] = [
    ("config", "ids"),
    ("events", "ids"),
    ("store", "secrets"),
    ("observe", "store"),
    ("server", "guard"),
    ("cli", "gateway"),
];

fn storey(part: &str) -> Option<usize> {
    STOREYS.iter().position(|parts| parts.contains(&part))
}

fn may_use(part: &str, other: &str) -> bool {
    storey(other) < storey(part) || BESIDES.contains(&(part, other))
}

/// Who may name a crate of others.
const OWNERS: [(&str, &[&str]); 8] = [
    ("rusqlite", &["store", "import", "app"]), // App::change hands a transaction on
    ("rusqlite_migration", &["store"]),
    ("axum", &["admin", "server", "web", "gateway", "cli"]),
    ("fernet", &["secrets"]),
    ("keyring_core", &["secrets"]),
    ("zbus_secret_service_keyring_store", &["secrets"]),
    ("hyper_rustls", &["upstream"]),
    ("tiktoken_rs", &["metering"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every source file below a folder, with its path inside it.
fn sources(folder: &Path, kinds: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries =
            fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display()));
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            let is_source = path
                .extension()
                .is_some_and(|kind| kinds.iter().any(|known| kind == *known));
            if path.is_dir() {
                folders.push(path);
            } else if is_source {
                let inside = path.strip_prefix(folder).expect("it was found there");
                let text = fs::read_to_string(&path).expect("sources are text");
                found.push((inside.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    found
}

/// The code of a Rust file that ends up in the product: no comments, no tests.
fn product(path: &str, text: &str) -> String {
    let is_test = |part: &str| {
        matches!(
            part,
            "tests" | "tests.rs" | "testing" | "testing.rs" | "samples.rs"
        )
    };
    if path.split('/').any(is_test) {
        return String::new();
    }
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The part of the gateway that a file belongs to; `lib.rs` and `main.rs` belong to none.
fn part(path: &str) -> Option<&str> {
    let first = path.split('/').next()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (name != "lib" && name != "main").then_some(name)
}

/// The parts that code names: after `crate::`, alone or in braces.
fn named(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, found) in code.match_indices("crate::") {
        let rest = &code[at + found.len()..];
        match rest.strip_prefix('{') {
            Some(list) => names.extend(firsts(list)),
            None => names.extend(word(rest)),
        }
    }
    names
}

/// The first word of each item of a list in braces.
fn firsts(list: &str) -> Vec<String> {
    let (mut depth, mut begin, mut items) = (0, 0, Vec::new());
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                items.push(&list[begin..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&list[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    items
        .into_iter()
        .filter_map(|item| word(item.trim_start()))
        .collect()
}

fn word(text: &str) -> Option<String> {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

fn names_crate(code: &str, name: &str) -> bool {
    let is_border =
        |letter: Option<char>| letter.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':');
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + name.len()..];
        is_border(before) && (after.starts_with("::") || after.starts_with(';'))
    })
}

fn gateway() -> Vec<(String, String)> {
    let all = sources(&root().join(GATEWAY), &["rs"]);
    all.into_iter()
        .map(|(path, text)| {
            let code = product(&path, &text);
            (path, code)
        })
        .collect()
}

#[test]
fn parts_of_the_gateway_use_what_lies_below_them() {
    let mut wrong = Vec::new();
    let mut known = BTreeSet::new();
    for (path, code) in gateway() {
        let Some(part) = part(&path) else { continue };
        if storey(part).is_none() {
            wrong.push(format!("{path}: {part} is in no storey; give it one here"));
        }
        known.insert(part.to_owned());
        let foreign = named(&code).into_iter();
        let foreign = foreign.filter(|name| name != part && storey(name).is_some());
        let foreign = foreign.filter(|name| !may_use(part, name));
        wrong.extend(foreign.map(|name| format!("{path}: {part} may not use {name}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let listed = STOREYS.concat().into_iter().map(str::to_owned).collect();
    assert_eq!(known, listed, "every part in the list is there");
}

#[test]
fn crates_of_others_have_their_place() {
    let mut wrong = Vec::new();
    for (path, code) in gateway() {
        let Some(part) = part(&path) else { continue };
        for (name, owners) in OWNERS {
            if names_crate(&code, name) && !owners.contains(&part) {
                wrong.push(format!("{path}: {name} belongs to {}", owners.join(", ")));
            }
        }
        let calls_out = code.contains("client::legacy")
            || code.contains("client::conn")
            || code.contains("HttpConnector");
        if calls_out && part != "upstream" && path != "cli/remote.rs" {
            wrong.push(format!("{path}: only upstream opens connections"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_sql_lies_in_the_store() {
    let speaks_sql = |code: &str| {
        ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE FROM "]
            .iter()
            .any(|word| code.contains(word))
    };
    for (path, code) in gateway() {
        let is_home = matches!(part(&path), Some("store" | "import"));
        assert!(is_home || !speaks_sql(&code), "{path} speaks SQL");
    }
}

#[test]
fn the_languages_do_no_io_and_know_no_clock() {
    let banned = [
        "tokio",
        "hyper",
        "axum",
        "reqwest",
        "std::net",
        "std::fs",
        "std::io::",
        "Instant",
        "SystemTime",
        "std::thread",
        "std::env",
        "Instant",
        "SystemTime",
    ];
    for (path, text) in sources(&root().join(PROTOCOLS), &["rs"]) {
        let code = product(&path, &text);
        for name in banned {
            assert!(!code.contains(name), "{path} names {name}");
        }
    }
    let manifest =
        fs::read_to_string(root().join("src-tauri/protocols/Cargo.toml")).expect("it is there");
    let own = manifest
        .split("[dev-dependencies]")
        .next()
        .unwrap_or_default();
    for name in ["tokio", "hyper", "http", "keyway-gateway"] {
        assert!(!own.contains(name), "keyway-protocols depends on {name}");
    }
}

#[test]
fn the_gateway_knows_no_screen() {
    for (path, code) in gateway() {
        assert!(!names_crate(&code, "tauri"), "{path} names tauri");
    }
    let manifest =
        fs::read_to_string(root().join("src-tauri/gateway/Cargo.toml")).expect("it is there");
    assert!(
        !manifest.contains("tauri"),
        "keyway-gateway depends on tauri"
    );
}

#[test]
fn one_file_of_the_pages_knows_the_window() {
    for (path, text) in sources(&root().join("ui/src"), &["ts", "tsx"]) {
        assert!(
            path.starts_with("native/") || !text.contains("@tauri-apps"),
            "ui/src/{path} names @tauri-apps"
        );
    }
}

#[test]
fn the_reader_of_sources_reads() {
    let code = "use crate::{\n    app::App,\n    config::{Key, Route},\n    ids,\n};\nlet x = crate::store::get();";
    let expected = ["app", "config", "ids", "store"].map(str::to_owned);
    assert_eq!(named(code), BTreeSet::from(expected));
    assert!(names_crate("use axum::Router;", "axum"));
    assert!(names_crate("fn f() -> axum::Json<()> {", "axum"));
    assert!(!names_crate("my::axum::Json", "axum") && !names_crate("axum_extra::x", "axum"));
}
