mod table;

use serde_json::{Map, json};

use super::{Quirks, RULES, is_under, matches};
use crate::Protocol;

#[test]
fn every_built_in_rule_sets_fields_that_there_are() {
    for rule in RULES.iter() {
        for protocol in Protocol::ALL {
            let host = rule.hosts.first().map_or("", String::as_str);
            let model = rule.models.first().map_or("", String::as_str);
            Quirks::resolve(protocol, host, model, &rule.set).expect("the rule is sound");
        }
    }
}

#[test]
fn hosts_are_matched_by_their_end_at_a_dot() {
    assert!(is_under("api.DeepSeek.com", "deepseek.com"));
    assert!(is_under("deepseek.com", "deepseek.com"));
    assert!(!is_under("notdeepseek.com", "deepseek.com"));
    assert!(!is_under("com", "deepseek.com"));
}

#[test]
fn stars_stand_for_any_characters() {
    for (pattern, name, is) in [
        ("gpt-5*", "GPT-5.5-codex", true),
        ("*gemini-3*", "google/gemini-3-pro", true),
        ("o3", "o3", true),
        ("o3", "o3-mini", false),
        ("*-flash", "gemini-2.5-flash-x", false),
    ] {
        assert_eq!(matches(pattern, name), is, "{pattern} {name}");
    }
}

#[test]
fn what_the_owner_sets_wins_and_unknown_fields_are_refused() {
    let own = json!({"images": false}).as_object().cloned().unwrap();
    let quirks = Quirks::resolve(Protocol::OpenAi, "x", "m", &own).unwrap();
    assert!(!quirks.images);

    let wrong = json!({"imagse": false}).as_object().cloned().unwrap();
    assert!(
        Quirks::check(&wrong)
            .unwrap_err()
            .to_string()
            .contains("imagse")
    );
    assert!(Quirks::check(&Map::new()).is_ok());
}
