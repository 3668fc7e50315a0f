use std::{collections::BTreeMap, time::Duration};

use keyway_protocols::Protocol;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{check, shown::without_password};
use crate::{
    admin::{
        error::{ApiError, BadField},
        wire::{Flag, Patch},
    },
    app::App,
    config::{Provider, Timeouts},
    ids::{self, GroupId},
};

/// Shorter cannot work, longer is a mistake in the unit.
const TIMEOUTS: std::ops::RangeInclusive<u64> = 10..=3_600_000;

/// A provider to be made.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewProviderBasics)]
pub(in crate::admin) struct NewProvider {
    /// 1 to 64 letters, digits, dots, dashes or underscores; unique in the group.
    provider_id: String,
    name: String,
    base_url: String,
    /// The upstream key; may be left out for a server that needs none.
    api_key: Option<String>,
    /// `openai` when left out.
    protocol: Option<String>,
    #[serde(default)]
    note: String,
}

/// What a request to make a provider brings along.
#[derive(ToSchema)]
#[schema(as = NewProvider)]
#[expect(dead_code, reason = "describes a body that is read as two forms")]
pub(in crate::admin) struct NewProviderBody {
    #[serde(flatten)]
    basics: NewProvider,
    #[serde(flatten)]
    reach: Reach,
}

/// What a request to change a provider brings along.
#[derive(ToSchema)]
#[schema(as = ProviderChange)]
#[expect(dead_code, reason = "describes a body that is read as two forms")]
pub(in crate::admin) struct ProviderChangeBody {
    #[serde(flatten)]
    basics: ProviderChange,
    #[serde(flatten)]
    reach: Reach,
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[schema(as = ProviderBasics)]
pub(in crate::admin) struct ProviderChange {
    name: Option<String>,
    base_url: Option<String>,
    pub(super) api_key: Option<String>,
    protocol: Option<String>,
    note: Option<String>,
}

/// How a provider is reached, besides its base URL.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(in crate::admin) struct Reach {
    enabled: Option<Flag>,
    /// Base URLs of further protocols; replaces all of them.
    endpoints: Option<BTreeMap<String, String>>,
    /// Headers added to each request; replaces all of them.
    headers: Option<BTreeMap<String, String>>,
    /// `http://…`, `socks5://…`, `none`; null takes the system's.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    proxy: Patch<String>,
    /// A PEM file.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    extra_ca: Patch<String>,
    timeouts: Option<TimeoutsForm>,
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    max_concurrency: Patch<u32>,
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    max_queue: Patch<u32>,
    /// How it differs from what is known of its kind: `{"images": false}`; replaces all of them.
    #[schema(value_type = Option<Object>)]
    quirks: Option<Map<String, Value>>,
}

/// Milliseconds; what is left out stays.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[expect(
    clippy::struct_field_names,
    reason = "the unit is part of each name in the API"
)]
struct TimeoutsForm {
    connect_ms: Option<u64>,
    first_byte_ms: Option<u64>,
    idle_ms: Option<u64>,
}

impl NewProvider {
    /// The provider and its key, when all is well with them.
    pub(super) fn checked(
        self,
        reach: Reach,
        app: &App,
        group: GroupId,
    ) -> Result<(Provider, Option<SecretString>), ApiError> {
        check::id("provider_id", &self.provider_id)?;
        check::name("name", &self.name)?;
        check::note(&self.note)?;
        check::base_url(app, "base_url", &self.base_url)?;
        let key = self.api_key.filter(|key| !key.is_empty());
        key.as_deref()
            .map_or(Ok(()), |key| check::secret("api_key", key))?;
        let protocol = self.protocol.map_or(Ok(Protocol::OpenAi), |name| {
            check::protocol("protocol", &name)
        })?;
        reach.check(app)?;
        let now = app.clock.now();
        let mut provider = Provider {
            uid: ids::fresh().into(),
            id: self.provider_id,
            group,
            name: self.name,
            protocol,
            base_url: self.base_url,
            endpoints: BTreeMap::new(),
            headers: BTreeMap::new(),
            proxy: None,
            extra_ca: None,
            timeouts: Timeouts::default(),
            max_concurrency: None,
            max_queue: None,
            quirks: Map::new(),
            enabled: true,
            note: self.note,
            created_at: now,
            updated_at: now,
        };
        reach.apply(&mut provider);
        Ok((provider, key.map(SecretString::from)))
    }
}

impl ProviderChange {
    /// Refuses what cannot be.
    pub(super) fn check(&self, app: &App) -> Result<(), ApiError> {
        self.name
            .as_deref()
            .map_or(Ok(()), |name| check::name("name", name))?;
        self.note.as_deref().map_or(Ok(()), check::note)?;
        self.base_url
            .as_deref()
            .map_or(Ok(()), |url| check::base_url(app, "base_url", url))?;
        self.api_key
            .as_deref()
            .map_or(Ok(()), |key| check::secret("api_key", key))?;
        self.protocol
            .as_deref()
            .map_or(Ok(()), |name| check::protocol("protocol", name).map(|_| ()))
    }

    /// Makes the change; it was checked.
    pub(super) fn apply(self, provider: &mut Provider) {
        provider.name = self
            .name
            .unwrap_or_else(|| std::mem::take(&mut provider.name));
        provider.note = self
            .note
            .unwrap_or_else(|| std::mem::take(&mut provider.note));
        provider.base_url = self
            .base_url
            .unwrap_or_else(|| std::mem::take(&mut provider.base_url));
        if let Some(protocol) = self.protocol.and_then(|name| name.parse().ok()) {
            provider.protocol = protocol;
        }
    }
}

impl Reach {
    /// Refuses what cannot be.
    pub(super) fn check(&self, app: &App) -> Result<(), ApiError> {
        for (name, url) in self.endpoints.iter().flatten() {
            check::protocol("endpoints", name)?;
            check::base_url(app, &format!("endpoints.{name}"), url)?;
        }
        self.headers.as_ref().map_or(Ok(()), check::headers)?;
        self.proxy
            .given()
            .filter(|proxy| !proxy.is_empty())
            .map_or(Ok(()), |proxy| check::proxy(proxy))?;
        self.extra_ca
            .given()
            .map_or(Ok(()), |path| check::text("extra_ca", path, 0, 4096))?;
        self.timeouts.unwrap_or_default().check()?;
        self.quirks.as_ref().map_or(Ok(()), check::quirks)?;
        let concurrency = self.max_concurrency.given().map(|limit| u64::from(*limit));
        check::limit("max_concurrency", concurrency.as_ref())
    }

    /// Makes the change; it was checked.
    pub(super) fn apply(self, provider: &mut Provider) {
        provider.enabled = self.enabled.map_or(provider.enabled, |flag| flag.0);
        if let Some(endpoints) = self.endpoints {
            let known = endpoints
                .into_iter()
                .filter_map(|(name, url)| Some((name.parse().ok()?, url)));
            provider.endpoints = known.collect();
        }
        if let Some(headers) = self.headers {
            provider.headers = headers;
        }
        let shown = provider.proxy.as_deref().map(without_password);
        // What was shown with its password hidden and comes back like that is unchanged.
        if shown.is_none() || self.proxy.given() != shown.as_ref() {
            self.proxy.apply(&mut provider.proxy);
        }
        self.extra_ca.apply(&mut provider.extra_ca);
        for text in [&mut provider.proxy, &mut provider.extra_ca] {
            *text = text.take().filter(|text| !text.is_empty());
        }
        self.timeouts
            .unwrap_or_default()
            .apply(&mut provider.timeouts);
        self.max_concurrency.apply(&mut provider.max_concurrency);
        self.max_queue.apply(&mut provider.max_queue);
        if let Some(quirks) = self.quirks {
            provider.quirks = quirks;
        }
    }
}

impl TimeoutsForm {
    fn check(self) -> Result<(), ApiError> {
        let all = [
            ("timeouts.connect_ms", self.connect_ms),
            ("timeouts.first_byte_ms", self.first_byte_ms),
            ("timeouts.idle_ms", self.idle_ms),
        ];
        match all
            .into_iter()
            .find(|(_, value)| value.is_some_and(|value| !TIMEOUTS.contains(&value)))
        {
            Some((field, _)) => {
                Err(BadField::shape(field, "must be 10 to 3600000 milliseconds").into())
            }
            None => Ok(()),
        }
    }

    fn apply(self, timeouts: &mut Timeouts) {
        let all = [
            (self.connect_ms, &mut timeouts.connect),
            (self.first_byte_ms, &mut timeouts.first_byte),
            (self.idle_ms, &mut timeouts.idle),
        ];
        for (given, timeout) in all {
            *timeout = given.map_or(*timeout, Duration::from_millis);
        }
    }
}
