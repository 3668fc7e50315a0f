//! The numbered pitfalls of gateways that show on the wire: a test begins with the number of its pitfall.

mod answers;
mod counting;
mod doors;
mod listed;
mod providers;
mod waiting;

use keyway_tests::{Protocol, ScriptedUpstream, TestKeyway};
use serde_json::json;

/// A Keyway whose route `m` leads to a provider that speaks all protocols.
async fn same(upstream: &ScriptedUpstream) -> TestKeyway {
    TestKeyway::with_provider("m", upstream, json!({})).await
}

/// A Keyway whose route `m` leads to a provider that speaks this protocol only.
async fn via(protocol: Protocol, upstream: &ScriptedUpstream) -> TestKeyway {
    TestKeyway::with_route("m", protocol, [upstream]).await
}
