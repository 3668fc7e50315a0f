//! What a client plays on: models that behave, misbehave, call tools.

use keyway_tests::{Answer, Protocol, ScriptedUpstream, Talk, TestKeyway, Usage};
use serde_json::{Value, json};

/// What the model `talker` says: with characters of two, three and four bytes.
pub(crate) const TEXT: &str = "Grüße aus Zürich – all is well 👋 here.";
/// What the model `caller` says after its tool has answered.
pub(crate) const AFTER_TOOL: &str = "It is sunny in Zürich.";
/// The tokens that all of them report.
pub(crate) const USAGE: Usage = Usage {
    input: 1234,
    cached: 1000,
    output: 56,
    thinking: 0,
};

/// The models of a stage, by what they do.
const MODELS: [&str; 6] = ["talker", "caller", "limited", "busy", "tired", "cutter"];

/// What the model `caller` gives its tool.
pub(crate) fn tool_arguments() -> Value {
    json!({"city": "Zürich"})
}

/// An upstream, and Keyway before it or not.
#[derive(Debug)]
pub(crate) struct Stage {
    upstream: ScriptedUpstream,
    keyway: Option<TestKeyway>,
}

impl Stage {
    /// The upstream itself, which knows its models and a key.
    pub(crate) fn direct(protocols: &[Protocol]) -> Self {
        let upstream = ScriptedUpstream::greeting();
        let mut names = Vec::new();
        for (alias, protocol) in aliases(protocols) {
            teach(&upstream, &alias, &alias, protocol);
            names.push(alias);
        }
        upstream.knowing(&names.iter().map(String::as_str).collect::<Vec<_>>());
        upstream.wanting_key("stage-key");
        upstream.counting(321);
        Self {
            upstream,
            keyway: None,
        }
    }

    /// Keyway, with a route of each model's name to the model of that name with `up-` before it.
    pub(crate) async fn keyway_for(protocols: &[Protocol]) -> Self {
        let upstream = ScriptedUpstream::greeting();
        upstream.wanting_key("upstream-key");
        let keyway = TestKeyway::start().await;
        for protocol in protocols {
            let provider = keyway.provider(*protocol, &upstream).await;
            for (alias, protocol) in aliases(&[*protocol]) {
                let model = format!("up-{alias}");
                teach(&upstream, &alias, &model, protocol);
                keyway.route(&alias, &provider, &model).await;
            }
        }
        Self {
            upstream,
            keyway: Some(keyway),
        }
    }

    /// Where the client is sent.
    pub(crate) fn url(&self) -> String {
        let address = self
            .keyway
            .as_ref()
            .map_or(self.upstream.address(), TestKeyway::address);
        format!("http://{address}")
    }

    /// The key the client is given.
    pub(crate) fn key(&self) -> &str {
        self.keyway.as_ref().map_or("stage-key", TestKeyway::key)
    }

    /// The Keyway of this stage, if it has one.
    pub(crate) fn keyway(&self) -> Option<&TestKeyway> {
        self.keyway.as_ref()
    }

    /// The upstream.
    pub(crate) fn upstream(&self) -> &ScriptedUpstream {
        &self.upstream
    }

    /// How often the upstream was asked for the model behind this name.
    pub(crate) fn calls_of(&self, alias: &str) -> usize {
        let model = self
            .keyway
            .as_ref()
            .map_or(alias.to_owned(), |_| format!("up-{alias}"));
        self.upstream.received_for(&model).len()
    }
}

/// The names that clients use, with the protocol they speak to each.
///
/// One client speaks Chat and Responses, whose models have names of their own.
fn aliases(protocols: &[Protocol]) -> impl Iterator<Item = (String, Protocol)> {
    protocols.iter().flat_map(|protocol| {
        MODELS.iter().map(|name| match protocol {
            Protocol::Responses => (format!("{name}-r"), *protocol),
            Protocol::Anthropic | Protocol::OpenAi | Protocol::Gemini => {
                ((*name).to_owned(), *protocol)
            }
        })
    })
}

/// Makes a model behave as its name says.
fn teach(upstream: &ScriptedUpstream, alias: &str, model: &str, protocol: Protocol) {
    let talking = Answer::talking(Talk::saying(TEXT).using(USAGE));
    // Gemini's own service and its client know no 529.
    let overload = match protocol {
        Protocol::Gemini => Answer::status(503),
        Protocol::Anthropic | Protocol::OpenAi | Protocol::Responses => Answer::overloaded(),
    };
    let always = match alias.trim_end_matches("-r") {
        "caller" => Answer::talking(
            Talk::calling("get_weather", tool_arguments())
                .then_saying(AFTER_TOOL)
                .using(USAGE),
        ),
        "limited" => Answer::rate_limited(1),
        "cutter" => talking.reset_after(4),
        "busy" => {
            upstream.next_for(model, Answer::rate_limited(1));
            talking
        }
        "tired" => {
            upstream.next_for(model, overload);
            talking
        }
        _ => talking,
    };
    upstream.always_for(model, always);
}
