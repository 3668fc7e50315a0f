use super::*;
use crate::secrets::memory::MemoryKeychain;

fn places<'a>(folder: &'a Path, keychain: Option<&'a dyn Keychain>) -> Places<'a> {
    Places {
        data_dir: folder,
        secret: None,
        keychain,
    }
}

fn with_secret<'a>(folder: &'a Path, secret: &'a SecretString) -> Places<'a> {
    Places {
        secret: Some(secret),
        ..places(folder, None)
    }
}

fn canary_of(unlocked: &Unlocked) -> Canary {
    Canary::of(unlocked.source, &unlocked.key.sealer())
}

fn same(one: &MasterKey, other: &MasterKey) -> bool {
    one.expose() == other.expose()
}

#[test]
fn keyway_secret_comes_first_then_the_keychain_then_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let keychain = MemoryKeychain::default();
    let secret = SecretString::from("s3cret");
    let empty = SecretString::from("  ");

    let all = Places {
        secret: Some(&secret),
        ..places(folder.path(), Some(&keychain))
    };
    let without_secret = Places {
        secret: Some(&empty),
        ..places(folder.path(), Some(&keychain))
    };
    let bare = tempfile::tempdir().unwrap();

    assert_eq!(all.choose().unwrap().source, MasterSource::Environment);
    assert!(keychain.is_empty(), "a key that is given is stored nowhere");
    assert_eq!(
        without_secret.choose().unwrap().source,
        MasterSource::Keychain
    );
    assert_eq!(keychain.len(), 1);
    assert_eq!(
        places(bare.path(), None).choose().unwrap().source,
        MasterSource::File
    );
}

#[test]
fn a_key_that_was_chosen_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let keychain = MemoryKeychain::default();
    for keychain in [None, Some(&keychain as &dyn Keychain)] {
        let folder = folder
            .path()
            .join(if keychain.is_some() { "a" } else { "b" });
        fs::create_dir(&folder).unwrap();
        let places = places(&folder, keychain);

        let chosen = places.choose().unwrap();
        let found = places.find(&canary_of(&chosen)).unwrap();

        assert!(same(&chosen.key, &found.key));
        assert_eq!(chosen.source, found.source);
    }
}

#[test]
fn two_data_folders_do_not_share_a_key_in_the_keychain() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let keychain = MemoryKeychain::default();

    let first = places(one.path(), Some(&keychain)).choose().unwrap();
    let second = places(two.path(), Some(&keychain)).choose().unwrap();

    assert!(!same(&first.key, &second.key));
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();

    places(folder.path(), None).choose().unwrap();

    let file = fs::metadata(folder.path().join(FILE)).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

#[test]
fn a_key_that_is_missing_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let places = places(folder.path(), None);
    let canary = canary_of(&places.choose().unwrap());
    fs::remove_file(folder.path().join(FILE)).unwrap();

    let error = places.find(&canary).unwrap_err();

    let expected = "the secrets in this data folder were sealed with the master key from the file master.key in \
                    the data folder, which is missing: put it back, or restore the data folder together with its key";
    assert_eq!(error.to_string(), expected);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "nothing was touched"
    );
}

#[test]
fn another_key_in_its_place_is_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let places = places(folder.path(), None);
    let canary = canary_of(&places.choose().unwrap());
    places
        .write(
            MasterSource::File,
            Slot::Current,
            &MasterKey::random().unwrap(),
        )
        .unwrap();

    let error = places.find(&canary).unwrap_err();

    let wrong = matches!(
        error,
        SecretsError::WrongMasterKey {
            found: Found::OtherKey,
            ..
        }
    );
    assert!(wrong, "{error}");
}

#[test]
fn a_keyway_secret_that_is_missing_or_wrong_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (right, wrong) = (SecretString::from("right"), SecretString::from("wrong"));
    let canary = canary_of(&with_secret(folder.path(), &right).choose().unwrap());

    let missing = places(folder.path(), None).find(&canary).unwrap_err();
    let other = with_secret(folder.path(), &wrong)
        .find(&canary)
        .unwrap_err();

    assert!(
        matches!(
            missing,
            SecretsError::WrongMasterKey {
                found: Found::Nothing,
                ..
            }
        ),
        "{missing}"
    );
    assert!(missing.to_string().contains("KEYWAY_SECRET"), "{missing}");
    assert!(
        matches!(
            other,
            SecretsError::WrongMasterKey {
                found: Found::OtherKey,
                ..
            }
        ),
        "{other}"
    );
    assert!(with_secret(folder.path(), &right).find(&canary).is_ok());
}

#[test]
fn a_keyway_secret_set_later_does_not_push_the_file_aside() {
    let folder = tempfile::tempdir().unwrap();
    let canary = canary_of(&places(folder.path(), None).choose().unwrap());
    let secret = SecretString::from("set later");

    let error = with_secret(folder.path(), &secret)
        .find(&canary)
        .unwrap_err();

    assert!(
        error
            .to_string()
            .ends_with("unset it, or rotate the master key to it first"),
        "{error}"
    );
}

#[test]
fn a_locked_keychain_says_so_and_no_file_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let keychain = MemoryKeychain::default();
    let canary = canary_of(&places(folder.path(), Some(&keychain)).choose().unwrap());

    keychain.lock(true);
    let locked = places(folder.path(), Some(&keychain))
        .find(&canary)
        .unwrap_err();
    let absent = places(folder.path(), None).find(&canary).unwrap_err();

    assert!(locked.to_string().contains("unlock it"), "{locked}");
    assert!(absent.to_string().contains("cannot be reached"), "{absent}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_first_start_with_a_locked_keychain_takes_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let keychain = MemoryKeychain::default();
    keychain.lock(true);

    let unlocked = places(folder.path(), Some(&keychain)).choose().unwrap();

    assert_eq!(unlocked.source, MasterSource::File);
}

#[test]
fn a_rotation_that_was_cut_off_is_completed() {
    let folder = tempfile::tempdir().unwrap();
    let keychain = MemoryKeychain::default();
    for source in [MasterSource::File, MasterSource::Keychain] {
        let places = places(folder.path(), Some(&keychain));
        let (old, new) = (MasterKey::random().unwrap(), MasterKey::random().unwrap());
        places.write(source, Slot::Current, &old).unwrap();
        places.stage(source, &new).unwrap();

        // Before the records changed, the old key still counts.
        let before = places.find(&Canary::of(source, &old.sealer())).unwrap();
        assert!(same(&before.key, &old));
        // After they changed, the new one takes its place.
        let canary = Canary::of(source, &new.sealer());
        let after = places.find(&canary).unwrap();
        assert!(same(&after.key, &new));
        assert!(same(
            &places.read(source, Slot::Current).unwrap().unwrap(),
            &new
        ));
        assert!(places.read(source, Slot::Next).unwrap().is_none());
    }
}

#[test]
fn a_file_that_holds_no_key_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE), "hello").unwrap();

    let error = places(folder.path(), None).choose().unwrap_err();

    assert!(
        matches!(error, SecretsError::Damaged(MasterSource::File)),
        "{error}"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join(FILE)).unwrap(),
        "hello"
    );
}

#[test]
fn debug_output_shows_no_key() {
    let key = MasterKey::random().unwrap();

    let shown = format!(
        "{:?}",
        Unlocked {
            key,
            source: MasterSource::File
        }
    );

    assert_eq!(shown, "Unlocked { key: MasterKey(…), source: File }");
}
