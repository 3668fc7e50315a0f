use std::fs;

use secrecy::ExposeSecret;

use super::*;
use crate::{
    secrets::memory::MemoryKeychain,
    store::{keys, samples, snapshot},
};

fn upstream_key(store: &Store, sealer: &Sealer) -> Option<String> {
    let parts = store
        .read_blocking(|db| snapshot::load(db, sealer))
        .unwrap();
    parts.credentials[0]
        .secret
        .as_ref()
        .map(|secret| secret.expose_secret().to_owned())
}

#[test]
fn a_database_opens_with_the_key_it_was_made_with_and_no_other() {
    let (folder, store) = samples::store();
    let secret = SecretString::from("mine");

    let first = unlock(&store, Some(&secret), None).unwrap();
    samples::fill(&store, "work", &first.key.sealer());
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    let again = unlock(&store, Some(&secret), None).unwrap();
    let wrong = unlock(&store, Some(&SecretString::from("yours")), None).unwrap_err();

    assert_eq!(first.source, MasterSource::Environment);
    assert_eq!(
        upstream_key(&store, &again.key.sealer()).as_deref(),
        Some("sk-upstream")
    );
    assert!(wrong.to_string().contains("KEYWAY_SECRET"), "{wrong}");
    assert!(!folder.path().join("master.key").exists());
    assert!(
        unlock(&store, Some(&secret), None).is_ok(),
        "nothing was touched"
    );
}

#[test]
fn the_secrets_do_not_lie_in_the_clear() {
    let (folder, store) = samples::store();
    let unlocked = unlock(&store, None, None).unwrap();
    samples::fill(&store, "work", &unlocked.key.sealer());
    drop(store);

    let bytes = fs::read(folder.path().join("keyway.db")).unwrap();

    for secret in ["sk-upstream", "db_sk_text", "tvly-1"] {
        let found = bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!found, "{secret}");
    }
}

#[test]
fn rotation_seals_everything_anew() {
    let (folder, store) = samples::store();
    let old = unlock(&store, None, None).unwrap();
    samples::fill(&store, "work", &old.key.sealer());

    let new = rotate(&store, None, &old, MasterSource::File, None).unwrap();

    drop(store);
    let store = Store::open(folder.path()).unwrap();
    let found = unlock(&store, None, None).unwrap();
    assert_eq!(found.source, MasterSource::File);
    assert_eq!(
        upstream_key(&store, &new.key.sealer()).as_deref(),
        Some("sk-upstream")
    );
    assert_eq!(
        upstream_key(&store, &found.key.sealer()).as_deref(),
        Some("sk-upstream")
    );
    assert_eq!(upstream_key(&store, &old.key.sealer()), None);
    assert!(!folder.path().join("master.key.next").exists());
    let key = store
        .read_blocking(|db| keys::list(db, None))
        .unwrap()
        .remove(0);
    assert!(found.key.sealer().open(&key.sealed.unwrap()).is_ok());
}

#[test]
fn rotation_moves_the_key_to_another_place() {
    let (folder, store) = samples::store();
    let keychain = MemoryKeychain::default();
    let old = unlock(&store, None, None).unwrap();
    samples::fill(&store, "work", &old.key.sealer());

    let in_keychain = rotate(&store, Some(&keychain), &old, MasterSource::Keychain, None).unwrap();
    assert!(
        !folder.path().join("master.key").exists(),
        "the old key is gone"
    );
    let found = unlock(&store, None, Some(&keychain)).unwrap();
    assert_eq!(found.source, MasterSource::Keychain);

    let secret = SecretString::from("mine");
    rotate(
        &store,
        Some(&keychain),
        &in_keychain,
        MasterSource::Environment,
        Some(&secret),
    )
    .unwrap();
    assert!(keychain.is_empty());
    let found = unlock(&store, Some(&secret), Some(&keychain)).unwrap();
    assert_eq!(
        upstream_key(&store, &found.key.sealer()).as_deref(),
        Some("sk-upstream")
    );
}

#[test]
fn rotation_stops_before_it_would_lose_a_secret() {
    let (_folder, store) = samples::store();
    let old = unlock(&store, None, None).unwrap();
    samples::fill(&store, "work", &old.key.sealer());
    samples::fill(&store, "default", &samples::sealer());

    let error = rotate(&store, None, &old, MasterSource::File, None).unwrap_err();

    assert!(error.to_string().contains("nothing was changed"), "{error}");
    let found = unlock(&store, None, None).unwrap();
    let parts = store
        .read_blocking(|db| snapshot::load(db, &found.key.sealer()))
        .unwrap();
    let opened = parts
        .credentials
        .iter()
        .filter(|credential| credential.secret.is_some())
        .count();
    assert_eq!(
        opened, 1,
        "the old key is in force and opens what it opened before"
    );
}

#[test]
fn rotating_to_keyway_secret_needs_one() {
    let (_folder, store) = samples::store();
    let old = unlock(&store, None, None).unwrap();

    let error = rotate(&store, None, &old, MasterSource::Environment, None).unwrap_err();

    assert_eq!(
        error.to_string(),
        "a new KEYWAY_SECRET is needed to rotate to it"
    );
}

#[test]
fn a_source_of_a_newer_version_is_an_error() {
    let (_folder, store) = samples::store();
    unlock(&store, None, None).unwrap();
    store
        .write_blocking(|tx| meta::set(tx, SOURCE, "tpm"))
        .unwrap();

    let error = unlock(&store, None, None).unwrap_err();

    assert!(error.to_string().contains("\"tpm\""), "{error}");
}
