//! Providers that people can pick from a list: rows of data, in alphabetical order.

use std::{collections::BTreeMap, sync::LazyLock};

use keyway_protocols::Protocol;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let rows = serde_json::from_str(include_str!("presets.json"));
    rows.expect("presets.json is part of the program and read by a test")
});

/// A provider to begin with.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub struct Preset {
    /// A name for its provider: `deepseek`.
    pub id: String,
    /// The name people know.
    pub name: String,
    /// The protocol to prefer.
    #[schema(value_type = String)]
    pub protocol: Protocol,
    /// Where it speaks which protocol; empty for one that has to be filled in.
    #[schema(value_type = BTreeMap<String, String>)]
    pub base_urls: BTreeMap<Protocol, String>,
    /// The page with its models.
    pub models_url: Option<String>,
    /// The page where keys are made.
    pub keys_url: Option<String>,
    /// Whether it wants a key.
    pub needs_key: bool,
    /// What else has to be known.
    pub note: Option<String>,
    /// When its row was last compared with public documentation; none when it never was.
    pub checked: Option<String>,
}

/// All presets by name.
pub fn presets() -> &'static [Preset] {
    &PRESETS
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_row_can_be_used_as_it_is() {
        let mut ids = HashSet::new();
        for preset in presets() {
            assert!(ids.insert(&preset.id), "{} is there twice", preset.id);
            assert!(
                preset.base_urls.is_empty() || preset.base_urls.contains_key(&preset.protocol),
                "{}",
                preset.id
            );
            let links = preset.models_url.iter().chain(&preset.keys_url);
            for link in preset.base_urls.values().chain(links) {
                let url = url::Url::parse(link).unwrap();
                let is_here = url.host_str() == Some("127.0.0.1");
                assert!(url.scheme() == "https" || is_here, "{link}");
            }
            assert!(
                preset
                    .checked
                    .iter()
                    .all(|date| date.parse::<jiff::civil::Date>().is_ok())
            );
        }
    }

    #[test]
    fn the_order_is_that_of_the_alphabet_and_favours_nobody() {
        let names: Vec<_> = presets()
            .iter()
            .map(|preset| preset.name.to_lowercase())
            .collect();
        assert!(names.is_sorted(), "{names:?}");
        assert!(names.len() > 20);
    }
}
