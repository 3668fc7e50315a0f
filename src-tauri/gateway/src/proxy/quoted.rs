//! Some upstreams quote the key they refuse; neither the client nor the log may learn it.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use memchr::memmem;
use secrecy::ExposeSecret;

use crate::config::{Credential, ProviderView};

/// What stands in the place of a key.
const DOTS: &str = "…";
/// Shorter ones are the dummies that local servers want; they are no secrets, and stand in many words.
const SHORTEST_KEY: usize = 12;

/// What a provider said about a failure, without its keys.
pub(super) fn without_keys(provider: &ProviderView, said: Bytes) -> Bytes {
    let keys = provider.credentials.iter().filter_map(secret);
    keys.fold(said, |said, key| without(said, key.as_bytes()))
}

/// The same for text.
pub(super) fn text_without_keys(provider: &ProviderView, said: &str) -> String {
    let mut said = said.to_owned();
    for key in provider.credentials.iter().filter_map(secret) {
        if said.contains(key) {
            said = said.replace(key, DOTS);
        }
    }
    said
}

/// The keys themselves, for what looks out for them in a stream.
pub(super) fn keys(provider: &ProviderView) -> Vec<String> {
    let keys = provider.credentials.iter().filter_map(secret);
    keys.map(str::to_owned).collect()
}

fn secret(credential: &Arc<Credential>) -> Option<&str> {
    let key = credential.secret.as_ref()?.expose_secret();
    (key.len() >= SHORTEST_KEY).then_some(key)
}

fn without(said: Bytes, key: &[u8]) -> Bytes {
    if memmem::find(&said, key).is_none() {
        return said;
    }
    let mut kept = BytesMut::with_capacity(said.len());
    let mut from = 0;
    for at in memmem::find_iter(&said, key) {
        kept.extend_from_slice(&said[from..at]);
        kept.extend_from_slice(DOTS.as_bytes());
        from = at + key.len();
    }
    kept.extend_from_slice(&said[from..]);
    kept.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_taken_out_wherever_it_stands() {
        let said = Bytes::from_static(b"sk-a-long-key is wrong: sk-a-long-key, sk-a-long-kex");
        let kept = without(said, b"sk-a-long-key");
        assert_eq!(kept, "… is wrong: …, sk-a-long-kex");
        let plain = Bytes::from_static(b"overloaded");
        assert_eq!(
            without(plain.clone(), b"sk-a-long-key").as_ptr(),
            plain.as_ptr()
        );
    }
}
