//! Opening the file: whose it is, how private it is, which format it has.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, backup::Backup};
use rusqlite_migration::{M, Migrations};

use super::StoreError;

/// "KyWy": marks the file as Keyway's, since keyway-router's database has the same name.
const APPLICATION_ID: i32 = 0x4b79_5779;

const STEPS: &[M<'static>] = &[
    M::up(include_str!("../migrations/0001_first.sql")),
    M::up(include_str!("../migrations/0002_translation.sql")),
];

/// Long enough for another process (the command line) to finish a write.
const BUSY: Duration = Duration::from_secs(5);

/// Opens for writing; makes the file or brings it to the newest format.
pub(super) fn open(data_dir: &Path, path: &Path) -> Result<Connection, StoreError> {
    open_with(data_dir, path, STEPS)
}

fn open_with(data_dir: &Path, path: &Path, steps: &[M<'_>]) -> Result<Connection, StoreError> {
    // Before anything is touched: the folder may be somebody else's.
    look_at(path)?;
    make_private_folder(data_dir)?;
    // Two processes that start at once must not both migrate. The lock goes with the handle.
    let lock = private_file(&data_dir.join("keyway.lock"))?;
    lock.lock()
        .map_err(|error| StoreError::io(data_dir, error))?;
    let is_new = look_at(path)?;
    drop(private_file(path)?);
    for beside in ["-wal", "-shm"] {
        make_private(&with_suffix(path, beside))?;
    }
    let mut connection = Connection::open(path)?;
    prepare_writer(&connection, is_new)?;
    migrate(&mut connection, path, steps)?;
    Ok(connection)
}

/// Opens for reading.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -512;")?;
    Ok(connection)
}

/// Whether the file is new; refuses one that is somebody else's or newer, without writing to it.
fn look_at(path: &Path) -> Result<bool, StoreError> {
    match fs::metadata(path) {
        Ok(file) if file.len() == 0 => return Ok(true),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(StoreError::io(path, error)),
    }
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    db.busy_timeout(BUSY)?;
    let id: i32 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if id == APPLICATION_ID {
        return Ok(false);
    }
    let tables = "SELECT count(*), coalesce(sum(name = 'llm_groups'), 0) FROM sqlite_schema";
    let (all, of_router): (i64, i64) =
        db.query_row(tables, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    match (all, of_router) {
        // A start that was cut off before the first table leaves a file with nothing in it.
        (0, _) => Ok(true),
        (_, 0) => Err(foreign(path, "another program", "")),
        (_, _) => Err(foreign(
            path,
            "keyway-router",
            " and import it with `keyway-server import keyway PATH`",
        )),
    }
}

fn foreign(path: &Path, product: &'static str, hint: &'static str) -> StoreError {
    StoreError::ForeignDatabase {
        path: path.to_owned(),
        product,
        hint,
    }
}

fn prepare_writer(db: &Connection, is_new: bool) -> Result<(), StoreError> {
    db.busy_timeout(BUSY)?;
    if is_new {
        // Before the first table: the first decides the layout of the file, and the second must not
        // be missing when this process is killed in the middle of the first migration.
        db.execute_batch("PRAGMA auto_vacuum = INCREMENTAL;")?;
        db.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -1024;
         PRAGMA journal_size_limit = 4194304;
         PRAGMA temp_store = MEMORY;",
    )?;
    Ok(())
}

fn migrate(db: &mut Connection, path: &Path, steps: &[M<'_>]) -> Result<(), StoreError> {
    let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let found = usize::try_from(found).unwrap_or(usize::MAX);
    let known = steps.len();
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    if found == known {
        return Ok(());
    }
    if found > 0 {
        back_up(db, &backup_path(path, found)?)?;
    }
    Migrations::from_slice(steps).to_latest(db).map_err(refused)
}

fn refused(error: rusqlite_migration::Error) -> StoreError {
    if let rusqlite_migration::Error::RusqliteError { err, .. } = error {
        return StoreError::from(err);
    }
    StoreError::Corrupt(error.to_string())
}

/// A name in `backups` that is still free.
fn backup_path(path: &Path, version: usize) -> Result<PathBuf, StoreError> {
    let folder = path.with_file_name("backups");
    make_private_folder(&folder)?;
    let free = (1..=u16::MAX)
        .map(|number| folder.join(format!("keyway-format{version}-{number}.db")))
        .find(|candidate| !candidate.exists());
    free.ok_or_else(|| StoreError::io(&folder, io::ErrorKind::AlreadyExists.into()))
}

/// Copies the whole database as it is at this moment.
pub(super) fn back_up(db: &Connection, path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        return Err(StoreError::io(path, io::ErrorKind::AlreadyExists.into()));
    }
    drop(private_file(path)?);
    let mut target = Connection::open(path)?;
    Backup::new(db, &mut target)?.step(-1)?;
    target.close().map_err(|(_, error)| error)?;
    let copy = File::open(path).and_then(|file| file.sync_all());
    copy.map_err(|error| StoreError::io(path, error))
}

pub(super) fn integrity(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut problems: Vec<String> = db
        .prepare("PRAGMA integrity_check(20)")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    problems.retain(|line| line != "ok");
    let dangling = db
        .prepare("PRAGMA foreign_key_check")?
        .query_map([], |row| {
            Ok(format!(
                "a row of {} points nowhere",
                row.get::<_, String>(0)?
            ))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    problems.extend(dangling);
    Ok(problems)
}

pub(super) fn vacuum(db: &Connection, pages: u32) -> Result<(), StoreError> {
    let mut statement = db.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Opens a file of ours, readable by its owner only; SQLite gives `-wal` and `-shm` the same rights.
fn private_file(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options
        .open(path)
        .map_err(|error| StoreError::io(path, error))?;
    make_private(path)?;
    Ok(file)
}

/// Makes the folder, for its owner only. One that was there is closed to others too, unless it holds
/// things that are not ours (then somebody else may need to get in, and our files are private anyway).
fn make_private_folder(folder: &Path) -> Result<(), StoreError> {
    let is_ours = match fs::read_dir(folder) {
        Ok(entries) => entries
            .flatten()
            .all(|entry| is_our_name(&entry.file_name().to_string_lossy())),
        Err(_) => true,
    };
    fs::create_dir_all(folder).map_err(|error| StoreError::io(folder, error))?;
    if is_ours {
        restrict(folder, 0o700)
    } else {
        Ok(())
    }
}

fn is_our_name(name: &str) -> bool {
    const OURS: [&str; 5] = [
        "keyway",
        "master.key",
        "backups",
        "logs",
        "ui_settings.json",
    ];
    OURS.iter().any(|ours| name.starts_with(ours))
}

fn make_private(path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        restrict(path, 0o600)
    } else {
        Ok(())
    }
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let is_open = |path: &Path| Ok(fs::metadata(path)?.permissions().mode() & 0o777 & !mode != 0);
    let set = |open: bool| {
        if open {
            fs::set_permissions(path, fs::Permissions::from_mode(mode))
        } else {
            Ok(())
        }
    };
    is_open(path)
        .and_then(set)
        .map_err(|error| StoreError::io(path, error))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the signature of the Unix form")]
fn restrict(_path: &Path, _mode: u32) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(test)]
mod tests;
