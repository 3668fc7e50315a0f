//! The marks where a prompt cache may end.

use serde_json::{Map, Value};

use super::super::CHAT;
use crate::extra::Extra;
use crate::part::Cache;
use crate::quirks::CacheStyle;

/// The keys by which clients mark where a prompt cache ends; the second is Anthropic's, which some vendors take.
const CACHE_KEYS: [&str; 2] = ["prompt_cache_breakpoint", "cache_control"];

/// Takes the cache mark of a part or a tool.
pub(in crate::openai_chat) fn read_cache(
    fields: &mut Map<String, Value>,
    extra: &mut Extra,
) -> Option<Cache> {
    let key = CACHE_KEYS
        .into_iter()
        .find(|key| fields.get(*key).is_some_and(Value::is_object))?;
    let mark = fields.shift_remove(key)?;
    let cache = cache_in(&mark);
    extra.note(CHAT, key, mark);
    Some(cache)
}

fn cache_in(mark: &Value) -> Cache {
    let ttl = mark.get("ttl").and_then(Value::as_str).map(str::to_owned);
    Cache { ttl }
}

/// The cache mark as the target spells it, if it takes any.
pub(in crate::openai_chat) fn cache_mark(
    cache: Option<&Cache>,
    extra: &Extra,
    style: CacheStyle,
) -> Option<(&'static str, Value)> {
    let cache = cache?;
    for key in CACHE_KEYS {
        if let Some(mark) = extra
            .noted(CHAT, key)
            .filter(|mark| cache_in(mark) == *cache)
        {
            return Some((key, mark.clone()));
        }
    }
    let mut mark = Map::new();
    let ttl = cache.ttl.as_deref();
    let (key, ttl) = match style {
        CacheStyle::Implicit => return None,
        CacheStyle::Breakpoint => {
            mark.insert("mode".into(), "explicit".into());
            (CACHE_KEYS[0], ttl.map(|ttl| as_in(ttl, "30m", "12h")))
        }
        CacheStyle::Anthropic => {
            mark.insert("type".into(), "ephemeral".into());
            (CACHE_KEYS[1], ttl.map(|ttl| as_in(ttl, "5m", "1h")))
        }
    };
    if let Some(ttl) = ttl {
        mark.insert("ttl".into(), ttl.into());
    }
    Some((key, Value::Object(mark)))
}

/// A time to live in the words of a protocol that knows a short and a long one.
fn as_in<'a>(ttl: &str, short: &'a str, long: &'a str) -> &'a str {
    if matches!(ttl, "5m" | "30m") {
        short
    } else {
        long
    }
}
