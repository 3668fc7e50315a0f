use serde::{Deserialize, Serialize};

/// What holds for the whole gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Language of the UI: `en` or `zh`.
    pub language: String,
    /// Days that log entries are kept.
    pub retention_days: u32,
    /// Most bytes the log may take before its oldest entries go.
    pub log_max_bytes: u64,
    /// Whether keys of role `admin` may use the admin API.
    pub admin_keys: bool,
    /// Whether new keys are kept as a hash only, so that nobody can read them again.
    pub hash_only_keys: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: "en".to_owned(),
            retention_days: 90,
            log_max_bytes: 2 << 30,
            admin_keys: false,
            hash_only_keys: false,
        }
    }
}
