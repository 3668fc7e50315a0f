//! The data folder, the database in it, and the key that opens its secrets.

use std::path::Path;

use super::Finding;
use crate::{
    cli::{Context, failure::Failure, vault},
    options::Options,
    secrets::MasterSource,
    store::{self, Store, StoreError},
};

const FOLDER: &str = "data folder";
const DATABASE: &str = "database";
const MASTER_KEY: &str = "master key";

/// Whether the folder is there, and private.
pub(super) fn folder(context: &Context) -> Vec<Finding> {
    let folder = &context.options.data_dir;
    let shown = folder.display();
    match std::fs::metadata(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return vec![Finding::warn(
                FOLDER,
                format!("{shown} does not exist yet"),
                format!("`{} serve` makes it", context.again),
            )];
        }
        Err(error) => {
            return vec![Finding::fail(
                FOLDER,
                format!("{shown}: {error}"),
                "make it readable for this user, or choose another with --data-dir",
            )];
        }
        Ok(facts) if !facts.is_dir() => {
            return vec![Finding::fail(
                FOLDER,
                format!("{shown} is no folder"),
                "choose another with --data-dir",
            )];
        }
        Ok(_) => {}
    }
    let open = open_to_others(folder);
    if open.is_empty() {
        return vec![Finding::ok(FOLDER, format!("{shown} is there and private"))];
    }
    let names: Vec<String> = open.iter().map(|path| path.display().to_string()).collect();
    vec![Finding::warn(
        FOLDER,
        format!("other users can read {}", names.join(", ")),
        format!("chmod -R go= {shown}"),
    )]
}

/// The folder and the files in it that others than the owner may read or write.
#[cfg(unix)]
fn open_to_others(folder: &Path) -> Vec<std::path::PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    const SECRET: [&str; 4] = [store::FILE, "keyway.db-wal", "keyway.db-shm", "master.key"];
    let all = SECRET.iter().map(|name| folder.join(name));
    let is_open = |path: &std::path::PathBuf| {
        std::fs::metadata(path).is_ok_and(|facts| facts.permissions().mode() & 0o077 != 0)
    };
    all.filter(is_open).collect()
}

#[cfg(not(unix))]
fn open_to_others(_folder: &Path) -> Vec<std::path::PathBuf> {
    Vec::new()
}

/// Whether the database is sound and its secrets can be opened.
pub(super) async fn database(context: &Context) -> Vec<Finding> {
    let folder = &context.options.data_dir;
    if !folder.join(store::FILE).exists() {
        return vec![Finding::ok(
            DATABASE,
            "there is none yet; the first start makes it",
        )];
    }
    let store = match Store::open(folder) {
        Ok(store) => store,
        Err(error) => return vec![unusable(&error)],
    };
    let findings = vec![sound(&store).await, secrets(&context.options).await];
    store.close();
    findings
}

fn unusable(error: &StoreError) -> Finding {
    if let StoreError::ForeignDatabase {
        product: "keyway-router",
        ..
    } = error
    {
        // The folder goes on being used: the gateway takes its database over.
        let todo = "start the gateway with keyway-router's KEYWAY_SECRET: it sets the database aside and imports it";
        return Finding::warn(DATABASE, "it is keyway-router's", todo);
    }
    let todo = "restore it from a backup, or choose another folder with --data-dir";
    Finding::fail(DATABASE, error.to_string(), todo)
}

async fn sound(store: &Store) -> Finding {
    match store.check_integrity().await {
        Ok(problems) if problems.is_empty() => {
            let size = size_of(store.path());
            Finding::ok(DATABASE, format!("is sound ({} KB)", size.div_ceil(1024)))
        }
        Ok(problems) => Finding::fail(
            DATABASE,
            format!("is damaged: {}", problems.join("; ")),
            "restore it from a backup",
        ),
        Err(error) => Finding::fail(DATABASE, error.to_string(), "restore it from a backup"),
    }
}

/// With what was written but not merged yet.
fn size_of(database: &Path) -> u64 {
    let merged = database.with_extension("db-wal");
    [database, &merged]
        .into_iter()
        .filter_map(|path| std::fs::metadata(path).ok())
        .map(|facts| facts.len())
        .sum()
}

async fn secrets(options: &Options) -> Finding {
    let options = options.clone();
    let unlocked = tokio::task::spawn_blocking(move || {
        vault::open(&options).map(|opened| opened.unlocked.source)
    });
    let unlocked = unlocked
        .await
        .unwrap_or_else(|error| Err(Failure::new(error.to_string())));
    match unlocked {
        Ok(source @ MasterSource::File) => Finding::warn(
            MASTER_KEY,
            format!("lies in {source}, beside what it seals"),
            "move it with `secret rotate --to keychain` or `--to environment`",
        ),
        Ok(source @ (MasterSource::Environment | MasterSource::Keychain)) => {
            Finding::ok(MASTER_KEY, format!("comes from {source}"))
        }
        Err(failure) => Finding::fail(
            MASTER_KEY,
            failure.to_string(),
            "start with the KEYWAY_SECRET of this data folder",
        ),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn files_that_others_can_read_are_found() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keyway.db");
        std::fs::write(&file, "").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(super::open_to_others(folder.path()).is_empty());
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(super::open_to_others(folder.path()), [file]);
    }
}
