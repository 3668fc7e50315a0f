//! A Keyway with one provider for each protocol, each speaking that one only.

use keyway_tests::{Caller, Launch, Protocol, ScriptedUpstream, TestKeyway};

/// A Keyway, and the upstream that all its providers are.
pub(super) struct Stage {
    pub keyway: TestKeyway,
    pub upstream: ScriptedUpstream,
}

/// What the model is called at the providers.
pub(super) const MODEL: &str = "model-up";

/// The route to the provider of a protocol.
pub(super) fn via(provider: Protocol) -> String {
    format!("via-{provider}")
}

/// Client and provider, in every pair of two protocols.
pub(super) fn directions() -> impl Iterator<Item = (Protocol, Protocol)> {
    let pairs = Protocol::ALL
        .into_iter()
        .flat_map(|client| Protocol::ALL.map(|provider| (client, provider)));
    pairs.filter(|(client, provider)| client != provider)
}

impl Stage {
    pub(super) async fn with(upstream: ScriptedUpstream) -> Self {
        Self::launched(Launch::new(), upstream).await
    }

    pub(super) async fn launched(launch: Launch, upstream: ScriptedUpstream) -> Self {
        let keyway = launch.start().await;
        for protocol in Protocol::ALL {
            let provider = keyway.provider(protocol, &upstream).await;
            keyway.route(&via(protocol), &provider, MODEL).await;
        }
        Self { keyway, upstream }
    }

    pub(super) fn caller(&self, client: Protocol) -> Caller {
        self.keyway.caller(client)
    }

    /// The id of the provider of a protocol.
    pub(super) fn provider(protocol: Protocol) -> String {
        let place = Protocol::ALL.iter().position(|one| *one == protocol);
        format!("p{}", place.expect("all are there") + 1)
    }
}
