//! What clients say about people and themselves.

use serde_json::json;

use super::controls::hi;
use super::{fitted, fitted_with, instructions, system, talk, text, user};
use crate::Protocol::{Anthropic, OpenAi, OpenAiResponses};
use crate::quirks::Quirks;
use crate::request::Request;

#[test]
fn p069_the_billing_block_stays_with_anthropic() {
    let mut request = talk(vec![
        system("x-anthropic-billing-header: cc_version=2.1.328; cch=1"),
        system("You are helpful."),
        user(vec![text("hi")]),
    ]);
    let leading: Vec<_> = request
        .turns
        .drain(..2)
        .flat_map(|turn| turn.content.list)
        .collect();
    request.system = Some(crate::part::Parts::list(leading));

    assert_eq!(
        instructions(&fitted(Anthropic, OpenAi, request).request),
        "You are helpful."
    );
}

#[test]
fn p085_p279_p299_ids_of_people_and_sessions_are_fingerprints() {
    let id =
        json!({"device_id": "d".repeat(64), "account_uuid": "", "session_id": "s-1"}).to_string();
    let ask = |id: &str| Request {
        user: Some(id.to_owned()),
        ..hi()
    };
    let hints = |quirks: &mut Quirks| quirks.cache_hints = true;

    let request = fitted_with(Anthropic, OpenAi, hints, ask(&id)).request;
    let user = request.user.unwrap();
    let key = request.cache_key.unwrap();
    for print in [&user, &key] {
        assert!(
            print.len() == 64 && print.chars().all(|c| c.is_ascii_hexdigit()),
            "{print}"
        );
    }
    // The person stays the same from session to session; the session does not.
    let other = id.replace("s-1", "s-2");
    let other = fitted_with(Anthropic, OpenAi, hints, ask(&other)).request;
    assert_eq!(other.user.as_ref(), Some(&user));
    assert_ne!(other.cache_key.as_ref(), Some(&key));

    let long = fitted(OpenAi, OpenAiResponses, ask(&"u".repeat(200)))
        .request
        .user
        .unwrap();
    assert_eq!(long.len(), 64);
    let short = fitted(OpenAi, OpenAiResponses, ask("me"))
        .request
        .user
        .unwrap();
    assert_eq!(short, "me");
}

#[test]
fn p279_cache_keys_go_only_where_they_are_known() {
    let ask = || Request {
        cache_key: Some("k".into()),
        ..hi()
    };
    assert_eq!(
        fitted(OpenAiResponses, OpenAi, ask()).request.cache_key,
        None
    );
    let anthropic = fitted(OpenAiResponses, Anthropic, ask()).request;
    assert_eq!(anthropic.cache_key, None);
    assert_eq!(anthropic.user.map(|user| user.len()), Some(64));
    assert_eq!(
        fitted(OpenAi, OpenAiResponses, ask())
            .request
            .cache_key
            .as_deref(),
        Some("k")
    );
}

#[test]
fn p279_a_session_of_anthropics_is_told_by_its_fingerprint_only() {
    let asked = Request {
        cache_key: Some("session-1".into()),
        ..hi()
    };
    let key = fitted(Anthropic, OpenAiResponses, asked).request.cache_key;
    let key = key.unwrap_or_default();
    assert!(key.len() == 64 && !key.contains("session"), "{key}");
}
