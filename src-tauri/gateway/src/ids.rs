//! Identifiers: one type per thing, so that a route id never lands where a key id belongs.

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}

id!(
    /// A group, named by its owner: `default`, `work`.
    GroupId
);
id!(
    /// A provider across all groups (a UUID); its readable id is unique in its group only.
    ProviderUid
);
id!(
    /// One upstream API key of a provider (a UUID).
    CredentialId
);
id!(
    /// A route (a UUID); clients know it by its alias.
    RouteId
);
id!(
    /// A further target of a route: the `rp_id` of the admin API (a UUID).
    TargetId
);
id!(
    /// A self-issued client key (a UUID), not the key itself.
    KeyId
);
id!(
    /// A tool provider across all groups (a UUID).
    ToolUid
);

/// A new identifier, ordered by the time of its making.
pub fn fresh() -> String {
    made().to_string()
}

/// A new identifier to be shared.
pub fn fresh_shared() -> Arc<str> {
    let mut text = uuid::Uuid::encode_buffer();
    Arc::from(&*made().hyphenated().encode_lower(&mut text))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where ids are made"
)]
fn made() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}
