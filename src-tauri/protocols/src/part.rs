//! The pieces that conversations are made of.

use serde_json::Value;

use crate::Protocol;
use crate::carrier::Carrier;
use crate::extra::Extra;

/// One piece of a turn: what it is, whether a cache may end behind it, and what only its protocol understands.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What it is.
    pub kind: Kind,
    /// A mark that the provider may keep everything up to here in its prompt cache.
    pub cache: Option<Cache>,
    /// The fields that have no neutral form.
    pub extra: Extra,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Words.
    Text(Text),
    /// Words by which the model refuses; only models say this.
    Refusal(String),
    /// A picture.
    Image(Media),
    /// A recording.
    Audio(Media),
    /// A document to read, such as a PDF.
    Document(Document),
    /// What the model thought before the part that follows.
    Reasoning(Reasoning),
    /// The model calls one of the client's tools.
    Call(Call),
    /// What a tool of the client answered.
    Result(ToolResult),
    /// Something only one protocol has: server tools and their results, compaction, files in containers.
    Foreign(Foreign),
}

/// Words, and where they are from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Text {
    /// The words.
    pub text: String,
    /// The pages they rest on.
    pub citations: Vec<Citation>,
}

/// A page that a text rests on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Citation {
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
    /// The words taken from it, where they are told.
    pub quote: Option<String>,
    /// The characters of the text that rest on it, where they are told.
    pub span: Option<(u64, u64)>,
}

/// A picture or a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Media {
    /// Where it is.
    pub source: Source,
    /// How closely to look: `auto`, `low`, `high`, `original`.
    pub detail: Option<String>,
}

/// A document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Where it is.
    pub source: Source,
    /// Its title or file name.
    pub title: Option<String>,
    /// What the client says about it.
    pub context: Option<String>,
}

/// Where the bytes of a medium are.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// Here, in base64 of the standard alphabet with padding.
    Inline {
        /// The media type as declared, lower case; empty if nothing was declared.
        mime: String,
        /// The bytes in base64.
        data: String,
    },
    /// At an address.
    Url {
        /// The address.
        url: String,
        /// The media type, where it was told.
        mime: Option<String>,
    },
    /// At the provider, under an id that means nothing elsewhere.
    File(String),
    /// Here, as plain text.
    Text(String),
    /// Here, as further parts.
    Parts(Vec<Part>),
}

/// What a model thought. It belongs to the part that follows it in the same turn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reasoning {
    /// The thought or its summary, as far as it was told; several summaries are joined by an empty line.
    pub text: String,
    /// What its provider wants back unchanged.
    pub carrier: Option<Carrier>,
}

/// A call of one of the client's tools.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Call {
    /// The id by which the result names it; never empty: readers derive one where the protocol has none.
    pub id: String,
    /// The tool.
    pub name: String,
    /// The group of tools it belongs to (Responses namespaces).
    pub namespace: Option<String>,
    /// Whether `arguments` is JSON or free text.
    pub form: CallForm,
    /// The arguments, byte for byte as the model or the client wrote them: JSON text (perhaps not valid), or free text.
    pub arguments: String,
}

/// How a tool is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CallForm {
    /// With JSON arguments.
    #[default]
    Function,
    /// With free text (custom tools of Chat and Responses).
    Custom,
}

/// What a tool answered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ToolResult {
    /// The id of the call.
    pub call: String,
    /// The tool, where the protocol tells.
    pub name: Option<String>,
    /// The form of the call it answers.
    pub form: CallForm,
    /// Whether the tool failed, where the client tells.
    pub is_error: Option<bool>,
    /// The answer.
    pub content: Parts,
}

/// Something that only one protocol has, as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreign {
    /// The protocol that understands it.
    pub origin: Protocol,
    /// The whole block or item.
    pub value: Value,
    /// What it says in words that any model may read; nothing if it can be left out.
    pub gist: Option<String>,
}

/// Content: a list of parts that was perhaps written as one string.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parts {
    /// The parts.
    pub list: Vec<Part>,
    /// Whether the protocol wrote them as a bare string; then there is one text, or none for an absent one.
    pub plain: bool,
}

/// A cache mark.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cache {
    /// How long to keep it, in the words of the protocol it came in: `5m`, `1h`, `30m`, `12h`.
    pub ttl: Option<String>,
}

impl Part {
    /// A part without a cache mark or extras.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            cache: None,
            extra: Extra::default(),
        }
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Kind::Text(Text {
            text: text.into(),
            citations: Vec::new(),
        }))
    }

    /// The words, if it is a text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(&text.text),
            Kind::Refusal(_)
            | Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Reasoning(_)
            | Kind::Call(_)
            | Kind::Result(_)
            | Kind::Foreign(_) => None,
        }
    }

    /// The call, if it is one.
    pub fn as_call(&self) -> Option<&Call> {
        match &self.kind {
            Kind::Call(call) => Some(call),
            Kind::Text(_)
            | Kind::Refusal(_)
            | Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Reasoning(_)
            | Kind::Result(_)
            | Kind::Foreign(_) => None,
        }
    }

    /// The result, if it is one.
    pub fn as_result(&self) -> Option<&ToolResult> {
        match &self.kind {
            Kind::Result(result) => Some(result),
            Kind::Text(_)
            | Kind::Refusal(_)
            | Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Reasoning(_)
            | Kind::Call(_)
            | Kind::Foreign(_) => None,
        }
    }
}

impl ToolResult {
    /// Whether the tool failed and its answer does not say so: protocols without a field for it need a word.
    pub(crate) fn hides_failure(&self) -> bool {
        let text = self.content.list.iter().find_map(Part::as_text);
        let start = text.and_then(|text| text.trim_start().get(..5));
        let is_said = start.is_some_and(|start| start.eq_ignore_ascii_case("error"));
        self.is_error == Some(true) && !is_said
    }
}

impl Parts {
    /// Content that is one string.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            list: vec![Part::text(text)],
            plain: true,
        }
    }

    /// Content that is a list.
    pub fn list(list: Vec<Part>) -> Self {
        Self { list, plain: false }
    }

    /// All texts, joined by `separator`.
    pub fn joined(&self, separator: &str) -> String {
        let texts: Vec<&str> = self.list.iter().filter_map(Part::as_text).collect();
        texts.join(separator)
    }
}
