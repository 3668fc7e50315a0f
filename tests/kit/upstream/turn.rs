use bytes::Bytes;
use serde_json::Value;

/// What an upstream says of the tokens it used.
///
/// Neutral: `input` includes `cached`, `output` includes `thinking`; each protocol writes it its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// All input tokens.
    pub input: u64,
    /// Those of the input that came from a cache.
    pub cached: u64,
    /// All output tokens.
    pub output: u64,
    /// Those of the output that were thoughts.
    pub thinking: u64,
}

impl Default for Usage {
    fn default() -> Self {
        Self {
            input: 25,
            cached: 4,
            output: 11,
            thinking: 0,
        }
    }
}

/// One call of a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    /// The call's id.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The namespace of the tool, where the protocol has such.
    pub namespace: Option<String>,
    /// The arguments, an object; a text for a tool that takes free text.
    pub arguments: Value,
}

/// What a model says in one answer.
#[derive(Debug, Clone, Default)]
pub struct Turn {
    /// A number that makes the ids of this answer differ from others.
    pub number: usize,
    /// The thoughts before the answer.
    pub thinking: Option<String>,
    /// What the provider wants back with its thoughts or calls, in base64; one for all when nothing is said.
    pub seal: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// The tools it calls.
    pub calls: Vec<ToolCall>,
    /// The tokens it reports.
    pub usage: Usage,
}

impl Turn {
    /// What the provider wants back with its thoughts or calls.
    pub(super) fn sealed(&self) -> &str {
        self.seal.as_deref().unwrap_or("c2lnbmVk")
    }

    /// The text in pieces of a word each, as streams deliver it.
    pub fn text_pieces(&self) -> impl Iterator<Item = &str> {
        self.text.iter().flat_map(|text| text.split_inclusive(' '))
    }
}

impl ToolCall {
    /// The arguments as JSON text, or the free text.
    pub fn arguments_text(&self) -> String {
        self.free_text()
            .map_or_else(|| self.arguments.to_string(), str::to_owned)
    }

    /// The text for a tool that takes free text.
    pub(super) fn free_text(&self) -> Option<&str> {
        self.arguments.as_str()
    }

    /// The arguments' text in two fragments, as streams deliver them.
    pub fn arguments_in_two(&self) -> [String; 2] {
        let text = self.arguments_text();
        let mut middle = text.len() / 2;
        while !text.is_char_boundary(middle) {
            middle -= 1;
        }
        let (first, second) = text.split_at(middle);
        [first.to_owned(), second.to_owned()]
    }
}

/// How a scripted model behaves: the calls it makes when it is offered those tools, and the text it ends with.
#[derive(Debug, Clone, PartialEq)]
pub struct Talk {
    thinking: Option<String>,
    text: String,
    calls: Vec<(String, Value)>,
    usage: Usage,
}

impl Talk {
    /// A model that says `text`.
    pub fn saying(text: &str) -> Self {
        Self {
            thinking: None,
            text: text.to_owned(),
            calls: Vec::new(),
            usage: Usage::default(),
        }
    }

    /// A model that calls the tool `name` where it is offered, and says something after its result came.
    pub fn calling(name: &str, arguments: Value) -> Self {
        Self::saying("The tool has answered.").and_calling(name, arguments)
    }

    /// The same, with one more call at the same time.
    #[must_use]
    pub fn and_calling(mut self, name: &str, arguments: Value) -> Self {
        self.calls.push((name.to_owned(), arguments));
        self
    }

    /// The same, ending with `text`.
    #[must_use]
    pub fn then_saying(mut self, text: &str) -> Self {
        text.clone_into(&mut self.text);
        self
    }

    /// The same, thinking `thoughts` first.
    #[must_use]
    pub fn thinking(mut self, thoughts: &str) -> Self {
        self.thinking = Some(thoughts.to_owned());
        self
    }

    /// The same, reporting this usage.
    #[must_use]
    pub fn using(mut self, usage: Usage) -> Self {
        self.usage = usage;
        self
    }

    /// What it says to a request with these tools.
    pub(super) fn turn(&self, number: usize, tools: &Value, has_tool_result: bool) -> Turn {
        let offered = self
            .calls
            .iter()
            .filter(|(name, _)| names_tool(tools, name));
        let calls: Vec<_> = offered
            .filter(|_| !has_tool_result)
            .enumerate()
            .map(|(index, (name, arguments))| ToolCall {
                id: format!("call_{number}_{index}"),
                name: name.clone(),
                namespace: None,
                arguments: arguments.clone(),
            })
            .collect();
        Turn {
            number,
            thinking: self.thinking.clone(),
            seal: None,
            text: calls.is_empty().then(|| self.text.clone()),
            calls,
            usage: self.usage,
        }
    }
}

/// Whether a tool of this name is declared anywhere in `tools`, however nested.
fn names_tool(tools: &Value, name: &str) -> bool {
    match tools {
        Value::Array(list) => list.iter().any(|tool| names_tool(tool, name)),
        Value::Object(map) => {
            map.get("name").is_some_and(|known| known == name)
                || [
                    "function",
                    "functionDeclarations",
                    "function_declarations",
                    "tools",
                ]
                .iter()
                .filter_map(|key| map.get(*key))
                .any(|inner| names_tool(inner, name))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Writes one event with an `event:` line, as Anthropic and Responses do.
pub(super) fn named_event(data: &Value) -> Bytes {
    let name = data["type"].as_str().unwrap_or_default();
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

/// Writes one event without a name, as Chat and Gemini do.
pub(super) fn plain_event(data: &Value) -> Bytes {
    Bytes::from(format!("data: {data}\n\n"))
}
