//! The master key of this database: found at start, changed by rotation.

use rusqlite::{Connection, Transaction};

use super::{Store, StoreError, meta};
use crate::secrets::{
    Canary, Keychain, MasterKey, MasterSource, Places, Sealed, Sealer, SecretsError, Unlocked,
};
use secrecy::SecretString;

const CANARY: &str = "master_canary";
const SOURCE: &str = "master_source";

/// Every column that holds something sealed.
const SEALED_COLUMNS: [(&str, &str); 3] = [("credentials", "id"), ("keys", "id"), ("tools", "uid")];

/// Every named fact that is sealed.
const SEALED_FACTS: [&str; 1] = ["admin_token"];

/// Why the secrets cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The master key is not at hand.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Finds the master key of this database, or chooses one when nothing was ever sealed.
///
/// `secret` is `KEYWAY_SECRET`. Calls the keychain, so it blocks.
pub fn unlock(
    store: &Store,
    secret: Option<&SecretString>,
    keychain: Option<&dyn Keychain>,
) -> Result<Unlocked, VaultError> {
    let places = Places {
        data_dir: store.data_dir(),
        secret,
        keychain,
    };
    if let Some(canary) = store.read_blocking(read_canary)? {
        return Ok(places.find(&canary.parse()?)?);
    }
    let unlocked = places.choose()?;
    let canary = Canary::of(unlocked.source, &unlocked.key.sealer());
    // Another process may have chosen meanwhile: then its choice stands.
    let theirs = store.write_blocking(move |tx| match read_canary(tx)? {
        Some(theirs) => Ok(Some(theirs)),
        None => write_canary(tx, &canary).map(|()| None),
    })?;
    match theirs {
        Some(canary) => Ok(places.find(&canary.parse()?)?),
        None => Ok(unlocked),
    }
}

/// Seals everything anew with another master key, which then lies in `to`.
///
/// `new` is what `KEYWAY_SECRET` will be, or none for a random key. The new key is put beside the old
/// one first, then all records change in one transaction, then it takes the old one's place: cut off
/// at any point, the next [`unlock`] finds the right key. Blocks.
pub fn rotate(
    store: &Store,
    keychain: Option<&dyn Keychain>,
    old: &Unlocked,
    to: MasterSource,
    new: Option<&SecretString>,
) -> Result<Unlocked, VaultError> {
    let places = Places {
        data_dir: store.data_dir(),
        secret: None,
        keychain,
    };
    let key = match (new, to) {
        (Some(secret), _) => MasterKey::from_secret(secret),
        (None, MasterSource::Environment) => {
            return Err(
                StoreError::conflict("a new KEYWAY_SECRET is needed to rotate to it").into(),
            );
        }
        (None, MasterSource::Keychain | MasterSource::File) => MasterKey::random()?,
    };
    places.stage(to, &key)?;
    let (from, onto) = (old.key.sealer(), key.sealer());
    let canary = Canary::of(to, &onto);
    store.write_blocking(move |tx| {
        reseal_all(tx, &from, &onto)?;
        write_canary(tx, &canary)
    })?;
    places.promote(to, &key)?;
    if old.source != to {
        places.retire(old.source)?;
    }
    Ok(Unlocked { key, source: to })
}

/// A record that does not open would be lost, so it stops the rotation.
fn reseal_all(tx: &Transaction<'_>, from: &Sealer, onto: &Sealer) -> Result<(), StoreError> {
    for (table, id) in SEALED_COLUMNS {
        let mut statement = tx.prepare(&format!(
            "SELECT {id}, sealed FROM {table} WHERE sealed IS NOT NULL"
        ))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
        let mut put = tx.prepare(&format!("UPDATE {table} SET sealed = ?2 WHERE {id} = ?1"))?;
        for (name, sealed) in rows {
            let Ok(secret) = from.open(&Sealed::from(sealed)) else {
                return Err(StoreError::conflict(format!(
                    "the secret of {name} in {table} does not open with the present master key: \
                     enter it again or delete the record first; nothing was changed"
                )));
            };
            put.execute([name.as_str(), onto.seal(&secret).as_str()])?;
        }
    }
    reseal_facts(tx, from, onto)
}

/// A fact that does not open is lost already: whoever needs it makes another.
fn reseal_facts(tx: &Transaction<'_>, from: &Sealer, onto: &Sealer) -> Result<(), StoreError> {
    for name in SEALED_FACTS {
        let sealed = meta::get(tx, name)?.map(Sealed::from);
        if let Some(secret) = sealed.and_then(|sealed| from.open(&sealed).ok()) {
            meta::set(tx, name, onto.seal(&secret).as_str())?;
        }
    }
    Ok(())
}

struct StoredCanary {
    source: String,
    sealed: String,
}

impl StoredCanary {
    fn parse(self) -> Result<Canary, SecretsError> {
        Ok(Canary {
            source: self.source.parse()?,
            sealed: Sealed::from(self.sealed),
        })
    }
}

fn read_canary(db: &Connection) -> Result<Option<StoredCanary>, StoreError> {
    let (source, sealed) = (meta::get(db, SOURCE)?, meta::get(db, CANARY)?);
    Ok(source
        .zip(sealed)
        .map(|(source, sealed)| StoredCanary { source, sealed }))
}

fn write_canary(db: &Connection, canary: &Canary) -> Result<(), StoreError> {
    meta::set(db, SOURCE, canary.source.as_str())?;
    meta::set(db, CANARY, canary.sealed.as_str())
}

#[cfg(test)]
mod tests;
