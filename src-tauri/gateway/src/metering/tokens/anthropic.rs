use std::collections::HashSet;

use serde_json::Value;

use super::{
    CountError,
    media::{self, Size},
    tally::{Scale, Tally, items},
};

const PER_REQUEST: u64 = 3;
const PER_MESSAGE: u64 = 3;
const PER_TOOL: u64 = 6;
const PER_CALL: u64 = 8;
/// The vendor's own words that explain tools, when a tool may and when one must be called.
const TOOLS_ALLOWED: u64 = 346;
const TOOLS_FORCED: u64 = 313;
/// A document behind a link or an id, whose length nobody here knows.
const UNSEEN_DOCUMENT: u64 = 3_000;
/// A page costs up to 3,000 tokens and has some 60 KB in a PDF.
const PDF_BYTES_PER_TOKEN: u64 = 20;
const PDF_LEAST: u64 = 1_500;

/// Tools that the vendor brings along: the beginning of their type and what they cost.
const BUILT_IN_TOOLS: [(&str, u64); 4] = [
    ("bash_", 245),
    ("computer_", 735),
    ("text_editor_", 700),
    ("memory_", 400),
];
const OTHER_BUILT_IN_TOOL: u64 = 400;

/// Parts of the names of models up to 4.6, which cut text coarser and shrink pictures to 1,568 pixels; later ones
/// take 2,576.
const EARLIER_MODELS: [&str; 8] = [
    "claude-2", "claude-3", "-4-0", "-4-1", "-4-2025", "-4-5", "-4-6", "instant",
];

/// How large a picture may stay, and what the largest costs.
#[derive(Debug, Clone, Copy)]
struct Picture {
    longest: u64,
    most: u64,
}

impl Picture {
    const SMALL: Self = Self {
        longest: 1_568,
        most: 1_600,
    };
    const LARGE: Self = Self {
        longest: 2_576,
        most: 4_784,
    };

    fn for_model(model: &str) -> Self {
        if is_earlier(model) {
            Self::SMALL
        } else {
            Self::LARGE
        }
    }

    fn tokens(self, size: Size) -> u64 {
        let Size { width, height } = size.within(self.longest);
        (width * height).div_ceil(750).clamp(1, self.most)
    }
}

/// How finely the model cuts text; a name that is not Claude's says nothing about it.
pub(super) fn scale(body: &Value) -> Scale {
    let model = body["model"].as_str().unwrap_or_default();
    if model.contains("claude") && !is_earlier(model) {
        Scale::CLAUDE_FINER
    } else {
        Scale::CLAUDE
    }
}

fn is_earlier(model: &str) -> bool {
    EARLIER_MODELS.iter().any(|part| model.contains(part))
}

/// Counts a Messages request.
pub(super) fn request(tally: &mut Tally<'_>, body: &Value) -> Result<(), CountError> {
    let messages = body["messages"]
        .as_array()
        .ok_or(CountError::Missing("messages"))?;
    let mut count = Count {
        tally,
        picture: Picture::for_model(body["model"].as_str().unwrap_or_default()),
        called_for: HashSet::new(),
    };
    count.tally.flat(PER_REQUEST);
    count.content(&body["system"]);
    for message in messages {
        count.tally.flat(PER_MESSAGE);
        count.content(&message["content"]);
    }
    count.tools(body);
    count.tally.json(&body["output_config"]["format"]["schema"]);
    count.tally.json(&body["output_format"]["schema"]);
    Ok(())
}

struct Count<'a, 'b, 'body> {
    tally: &'a mut Tally<'b>,
    picture: Picture,
    /// Deferred tools that a search has brought in.
    called_for: HashSet<&'body str>,
}

impl<'body> Count<'_, '_, 'body> {
    fn content(&mut self, content: &'body Value) {
        match content.as_str() {
            Some(text) => self.tally.text(text),
            None => items(content).iter().for_each(|block| self.block(block)),
        }
    }

    fn block(&mut self, block: &'body Value) {
        match block["type"].as_str().unwrap_or_default() {
            "text" => self.tally.field(block, "text"),
            "image" => self.image(&block["source"]),
            "document" => self.document(block),
            "thinking" => self.thinking(block),
            "redacted_thinking" => self.tally.sealed(&block["data"]),
            "tool_use" | "server_tool_use" | "mcp_tool_use" => {
                self.tally.flat(PER_CALL);
                self.tally.field(block, "name");
                self.tally.json(&block["input"]);
            }
            "search_result" => {
                self.tally.field(block, "source");
                self.tally.field(block, "title");
                self.content(&block["content"]);
            }
            "tool_reference" => {
                self.tally.field(block, "tool_name");
                self.called_for.extend(block["tool_name"].as_str());
            }
            kind if kind.ends_with("tool_result") => {
                self.tally.flat(PER_CALL);
                self.content(&block["content"]);
            }
            _ => self.tally.loose(block),
        }
    }

    /// Thinking that is not shown comes as its signature alone, which holds all of it.
    fn thinking(&mut self, block: &Value) {
        match block["thinking"].as_str() {
            Some(text) if !text.is_empty() => self.tally.text(text),
            Some(_) | None => self.tally.sealed(&block["signature"]),
        }
    }

    fn image(&mut self, source: &Value) {
        let size = source["data"].as_str().and_then(media::size_of);
        self.tally
            .flat(size.map_or(Picture::SMALL.most, |size| self.picture.tokens(size)));
    }

    fn document(&mut self, block: &'body Value) {
        self.tally.field(block, "title");
        self.tally.field(block, "context");
        let source = &block["source"];
        match source["type"].as_str().unwrap_or_default() {
            "base64" => {
                let bytes = source["data"].as_str().map_or(0, media::byte_len);
                self.tally
                    .flat((bytes / PDF_BYTES_PER_TOKEN).max(PDF_LEAST));
            }
            "text" => self.tally.field(source, "data"),
            "content" => self.content(&source["content"]),
            _ => self.tally.flat(UNSEEN_DOCUMENT),
        }
    }

    fn tools(&mut self, body: &'body Value) {
        let tools = items(&body["tools"]);
        if tools.is_empty() {
            return;
        }
        let forced = matches!(body["tool_choice"]["type"].as_str(), Some("any" | "tool"));
        self.tally
            .flat(if forced { TOOLS_FORCED } else { TOOLS_ALLOWED });
        for tool in tools {
            let name = tool["name"].as_str().unwrap_or_default();
            let deferred = tool["defer_loading"].as_bool().unwrap_or_default();
            if !deferred || self.called_for.contains(name) {
                self.tool(tool);
            }
        }
    }

    fn tool(&mut self, tool: &Value) {
        self.tally.flat(PER_TOOL);
        self.tally.field(tool, "name");
        self.tally.field(tool, "description");
        self.tally.json(&tool["input_schema"]);
        self.tally.json(&tool["input_examples"]);
        if let (Some(kind), true) = (tool["type"].as_str(), tool["input_schema"].is_null()) {
            let known = BUILT_IN_TOOLS
                .iter()
                .find(|(beginning, _)| kind.starts_with(beginning));
            self.tally
                .flat(known.map_or(OTHER_BUILT_IN_TOOL, |(_, tokens)| *tokens));
        }
    }
}
