//! Targets as they really are, and snapshots with names that read well.

use std::fmt::Write;

use keyway_protocols::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::carrier::{Carrier, Opaque};
use keyway_protocols::cross::{Asked, ReasoningForm, Target};
use keyway_protocols::loss::{Losses, Weight};
use keyway_protocols::quirks::Quirks;
use serde_json::{Map, Value};

/// The tag of the provider that is asked.
pub(crate) const HERE: &str = "here";

/// A provider's model that is asked.
#[derive(Debug)]
pub(crate) struct Model {
    /// What snapshots call it.
    pub(crate) name: &'static str,
    pub(crate) protocol: Protocol,
    pub(crate) id: &'static str,
    quirks: Quirks,
}

impl Model {
    fn new(name: &'static str, protocol: Protocol, id: &'static str, host: &'static str) -> Self {
        Self {
            name,
            protocol,
            id,
            quirks: Quirks::resolve(protocol, host, id, &Map::new()).expect("built-in rules"),
        }
    }

    pub(crate) fn target(&self) -> Target<'_> {
        Target {
            protocol: self.protocol,
            model: self.id,
            provider: HERE,
            quirks: &self.quirks,
        }
    }
}

/// Those that are asked: one of each protocol, and of Chat a strict one and a vendor with a dialect.
pub(crate) fn models() -> [Model; 5] {
    [
        Model::new("claude", Anthropic, "claude-opus-5-5", "api.anthropic.com"),
        Model::new("deepseek", OpenAi, "deepseek-v4", "api.deepseek.com"),
        Model::new("gpt-chat", OpenAi, "gpt-6", "api.openai.com"),
        Model::new("gpt-responses", OpenAiResponses, "gpt-6", "api.openai.com"),
        Model::new(
            "gemini",
            Gemini,
            "gemini-3.1-pro-preview",
            "generativelanguage.googleapis.com",
        ),
    ]
}

/// Those that think in an older way.
pub(crate) fn older_models() -> [Model; 2] {
    [
        Model::new(
            "sonnet-4-5",
            Anthropic,
            "claude-sonnet-4-5",
            "api.anthropic.com",
        ),
        Model::new(
            "gemini-2-5",
            Gemini,
            "gemini-2.5-pro",
            "generativelanguage.googleapis.com",
        ),
    ]
}

/// A request of this protocol with this body.
pub(crate) fn asked(protocol: Protocol, body: &[u8]) -> Asked<'_> {
    Asked {
        protocol,
        body,
        alias: "alias",
        streamed: (protocol == Gemini).then_some(true),
        list: false,
        id: "0001",
        now: 1_700_000_000,
        reasoning: ReasoningForm::Native,
        searches: false,
    }
}

/// Fills in the thoughts that the asked provider and another one of its kind gave this client to keep.
pub(crate) fn with_carriers(text: &str, client: Protocol, target: Protocol) -> String {
    let carried = |provider: &str| {
        let text = format!("opaque thoughts of {provider}");
        let opaque = match target {
            Anthropic => Opaque::Signature(text),
            OpenAi => Opaque::Plain(text),
            OpenAiResponses => Opaque::Encrypted(text),
            Gemini => Opaque::Thought("b3BhcXVlIHRob3VnaHRz".to_owned()),
        };
        let carrier = Carrier {
            provider: provider.to_owned(),
            opaque,
        };
        if client == Gemini {
            carrier.wrapped_in_base64()
        } else {
            carrier.wrapped()
        }
    };
    text.replace("{{own}}", &carried(HERE))
        .replace("{{other}}", &carried("elsewhere"))
}

/// The files of a folder of `tests/golden`, in order, with their names.
pub(crate) fn fixtures(folder: &str) -> Vec<(String, String)> {
    let path = format!("{}/tests/golden/{folder}", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut found: Vec<(String, String)> = files
        .map(|file| file.expect("a file").path())
        .map(|path| {
            let stem = path.file_stem().expect("a name").to_string_lossy();
            let text = std::fs::read_to_string(&path).expect("text");
            (stem.into_owned(), text)
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{path} has fixtures");
    found
}

/// Compares with the snapshot of this name in this folder.
pub(crate) fn told(folder: &str, name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("snapshots/{folder}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// A body, to be read by people.
pub(crate) fn pretty(body: &[u8]) -> String {
    let value: Value = serde_json::from_slice(body).expect("what is sent is JSON");
    format!("{value:#}")
}

/// What was lost, a line each.
pub(crate) fn lost(losses: &Losses) -> String {
    let mut text = String::new();
    for loss in losses.iter() {
        let weight = match loss.weight {
            Weight::Harmless => "harmless",
            Weight::Notable => "notable",
        };
        let how = format!("{:?}", loss.how).to_lowercase();
        write!(text, "\n{how} {} ({weight}, {}x)", loss.field, loss.count).expect("a string");
        if !loss.note.is_empty() {
            write!(text, ": {}", loss.note).expect("a string");
        }
    }
    if text.is_empty() {
        "\nnothing is lost".clone_into(&mut text);
    }
    text
}
