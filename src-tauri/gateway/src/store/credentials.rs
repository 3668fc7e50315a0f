//! Upstream keys of providers, sealed.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{
    StoreError,
    columns::{Columns, millis},
};
use crate::{
    ids::{CredentialId, ProviderUid},
    secrets::Sealed,
};

/// One upstream API key of a provider, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct CredentialRow {
    /// Its identity.
    pub id: CredentialId,
    /// The provider it belongs to.
    pub provider: ProviderUid,
    /// The name people see: `primary`.
    pub label: String,
    /// The key itself; none for a provider that needs none.
    pub sealed: Option<Sealed>,
    /// Lower is asked first.
    pub priority: i64,
    /// The share among credentials of one priority, at least 1.
    pub weight: u32,
    /// A disabled credential is never used.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// All credentials, or those of one provider, the most preferred first.
pub fn list(
    db: &Connection,
    provider: Option<&ProviderUid>,
) -> Result<Vec<CredentialRow>, StoreError> {
    let mut statement = db.prepare(
        "SELECT * FROM credentials WHERE ?1 IS NULL OR provider = ?1 ORDER BY priority, created_at, id",
    )?;
    let rows = statement.query_map([provider.map(ProviderUid::as_str)], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A credential.
pub fn get(db: &Connection, id: &CredentialId) -> Result<Option<CredentialRow>, StoreError> {
    let row = db.query_row(
        "SELECT * FROM credentials WHERE id = ?1",
        [id.as_str()],
        read,
    );
    Ok(row.optional()?)
}

/// Adds a credential.
pub fn insert(db: &Connection, credential: &CredentialRow) -> Result<(), StoreError> {
    let added = db.execute(
        "INSERT INTO credentials (id, provider, label, sealed, priority, weight, enabled, created_at, updated_at)
         VALUES (:id, :provider, :label, :sealed, :priority, :weight, :enabled, :created_at, :updated_at)",
        named_params! {
            ":id": credential.id.as_str(),
            ":provider": credential.provider.as_str(),
            ":label": credential.label,
            ":sealed": credential.sealed.as_ref().map(Sealed::as_str),
            ":priority": credential.priority,
            ":weight": credential.weight,
            ":enabled": credential.enabled,
            ":created_at": millis(credential.created_at),
            ":updated_at": millis(credential.updated_at),
        },
    );
    super::missing("provider", added)
}

/// Writes all of a credential but its id, provider and birth; false when it is not there.
pub fn update(db: &Connection, credential: &CredentialRow) -> Result<bool, StoreError> {
    let changed = db.execute(
        "UPDATE credentials SET label = :label, sealed = :sealed, priority = :priority, weight = :weight,
             enabled = :enabled, updated_at = :updated_at
         WHERE id = :id",
        named_params! {
            ":id": credential.id.as_str(),
            ":label": credential.label,
            ":sealed": credential.sealed.as_ref().map(Sealed::as_str),
            ":priority": credential.priority,
            ":weight": credential.weight,
            ":enabled": credential.enabled,
            ":updated_at": millis(credential.updated_at),
        },
    )?;
    Ok(changed == 1)
}

/// Removes a credential; false when it is not there.
pub fn delete(db: &Connection, id: &CredentialId) -> Result<bool, StoreError> {
    Ok(db.execute("DELETE FROM credentials WHERE id = ?1", [id.as_str()])? == 1)
}

fn read(row: &Row<'_>) -> rusqlite::Result<CredentialRow> {
    Ok(CredentialRow {
        id: row.id("id")?,
        provider: row.id("provider")?,
        label: row.get("label")?,
        sealed: row.id_maybe("sealed")?,
        priority: row.get("priority")?,
        weight: row.get("weight")?,
        enabled: row.get("enabled")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::samples;

    #[test]
    fn a_credential_is_kept_as_it_is() {
        let (_folder, store) = samples::store();
        let sealer = samples::sealer();
        samples::fill(&store, "work", &sealer);
        let provider = samples::provider("work", "deepseek");
        let second = sealer.seal(&"sk-2".into());
        let made = CredentialRow {
            priority: 0,
            ..samples::credential(&provider, "second", second)
        };
        let changed = CredentialRow {
            sealed: None,
            enabled: false,
            weight: 9,
            ..made.clone()
        };

        let (first, second) = (made.clone(), changed.clone());
        store.write_blocking(move |tx| insert(tx, &first)).unwrap();
        assert_eq!(
            store.read_blocking(|db| get(db, &made.id)).unwrap(),
            Some(made.clone())
        );
        let order = store
            .read_blocking(|db| list(db, Some(&provider.uid)))
            .unwrap();
        assert_eq!(order[0], made, "the lowest priority comes first");
        assert!(store.write_blocking(move |tx| update(tx, &second)).unwrap());
        assert_eq!(
            store.read_blocking(|db| get(db, &made.id)).unwrap(),
            Some(changed)
        );
        assert!(
            store
                .write_blocking(move |tx| delete(tx, &made.id))
                .unwrap()
        );
        assert_eq!(store.read_blocking(|db| list(db, None)).unwrap().len(), 1);
    }

    #[test]
    fn a_credential_needs_its_provider() {
        let (_folder, store) = samples::store();
        let provider = samples::provider("work", "nobody");
        let lost = samples::credential(&provider, "x", samples::sealer().seal(&"s".into()));

        let refused = store
            .write_blocking(move |tx| insert(tx, &lost))
            .unwrap_err();

        assert_eq!(refused.to_string(), "there is no such provider");
    }
}
