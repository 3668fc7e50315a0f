use secrecy::ExposeSecret;

use super::*;
use crate::{
    config::ToolKind,
    secrets::Sealer,
    store::{Store, samples, snapshot},
};

fn copy_work(store: &Store, sealer: &Sealer, to: &str) -> Result<Vec<IssuedKey>, StoreError> {
    let (sealer, to) = (sealer.clone(), GroupId::from(to));
    store.write_blocking(move |tx| {
        let copy = Copy {
            from: &"work".into(),
            to: &to,
            name: "Copy",
            now: samples::at(5),
        };
        group(tx, &copy, |secret| Some(sealer.seal(secret)))
    })
}

fn filled() -> (tempfile::TempDir, Store, Sealer) {
    let (folder, store) = samples::store();
    let sealer = samples::sealer();
    samples::fill(&store, "work", &sealer);
    let group = Group {
        default_route: Some("route-work-sonnet".into()),
        default_provider: Some("uid-work-deepseek".into()),
        ..samples::group("work")
    };
    store
        .write_blocking(move |tx| groups::update(tx, &group))
        .unwrap();
    (folder, store, sealer)
}

#[test]
fn a_copy_works_on_its_own() {
    let (_folder, store, sealer) = filled();

    copy_work(&store, &sealer, "lab").unwrap();

    let parts = store
        .read_blocking(|db| snapshot::load(db, &sealer))
        .unwrap();
    let lab = parts
        .groups
        .iter()
        .find(|group| group.id.as_str() == "lab")
        .unwrap();
    let provider = parts
        .providers
        .iter()
        .find(|provider| provider.group == lab.id)
        .unwrap();
    let route = parts
        .routes
        .iter()
        .find(|route| route.group == lab.id)
        .unwrap();
    let tool = parts
        .tools
        .iter()
        .find(|tool| tool.group == lab.id)
        .unwrap();
    let of_provider = |id: &ProviderUid| {
        parts
            .credentials
            .iter()
            .filter(|c| c.provider == *id)
            .count()
    };
    assert_eq!(
        (provider.id.as_str(), tool.id.as_str()),
        ("lab.deepseek", "lab.tavily")
    );
    assert_eq!(tool.kind, ToolKind::Tavily, "the copy still searches");
    assert_eq!(tool.secret.as_ref().unwrap().expose_secret(), "tvly-1");
    assert_eq!(
        (route.alias.as_str(), &route.provider),
        ("sonnet", &provider.uid)
    );
    assert_eq!(
        (route.targets.len(), &route.targets[0].provider),
        (1, &provider.uid)
    );
    assert_eq!(lab.default_route.as_ref(), Some(&route.id));
    assert_eq!(lab.default_provider.as_ref(), Some(&provider.uid));
    assert_eq!(of_provider(&provider.uid), 1);
    assert_eq!(lab.note, "for work");
}

#[test]
fn every_key_is_issued_anew() {
    let (_folder, store, sealer) = filled();

    let issued = copy_work(&store, &sealer, "lab").unwrap();

    let hash = KeyHash::of(issued[0].plaintext.expose_secret());
    let row = store
        .read_blocking(|db| keys::by_hash(db, &hash))
        .unwrap()
        .unwrap();
    let old = store
        .read_blocking(|db| keys::list(db, Some(&"work".into())))
        .unwrap()
        .remove(0);
    assert_eq!(row.key.id, issued[0].id);
    assert_eq!(row.key.group.as_str(), "lab");
    assert_eq!((row.key.used_requests, row.key.used_tokens), (0, 0));
    assert_eq!(row.key.limits, old.key.limits);
    assert_eq!(row.key.expires_at, old.key.expires_at);
    assert_eq!(row.key.allowed_providers, ["lab.deepseek"]);
    assert_ne!(row.key.current_route, old.key.current_route);
    assert!(row.key.current_route.is_some());
    assert_eq!(
        sealer.open(&row.sealed.unwrap()).unwrap().expose_secret(),
        issued[0].plaintext.expose_secret()
    );
}

#[test]
fn an_id_that_is_taken_is_refused_and_nothing_is_made() {
    let (_folder, store, sealer) = filled();
    let count = || {
        store
            .read_blocking(|db| providers::list(db, None))
            .unwrap()
            .len()
    };
    let before = count();

    let taken = copy_work(&store, &sealer, "default").unwrap_err();
    let unknown = store.write_blocking(|tx| {
        let copy = Copy {
            from: &"no".into(),
            to: &"x".into(),
            name: "",
            now: samples::at(1),
        };
        group(tx, &copy, |_| None)
    });

    assert_eq!(taken.to_string(), "there is already a group with this id");
    assert_eq!(unknown.unwrap_err().code(), "not_found");
    assert_eq!(count(), before);
}
