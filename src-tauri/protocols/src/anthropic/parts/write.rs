//! Blocks of a request, written.

use serde_json::{Map, Value, json};

use super::{input_of, source};
use crate::Protocol::{self, Anthropic};
use crate::anthropic::fields::{add_kept, object};
use crate::carrier::Opaque;
use crate::codec::Unsayable;
use crate::extra::Place;
use crate::loss::{Losses, Weight};
use crate::part::{
    Cache, Call, Document, Foreign, Kind, Media, Part, Parts, Reasoning, Text, ToolResult,
};

/// Where blocks stand, in the words of losses.
const PLACE: &str = "messages[].content[]";

/// Writes blocks of a request and notes what they lose.
#[derive(Debug)]
pub(in crate::anthropic) struct Pen<'a> {
    /// Whether cache marks are written.
    pub(in crate::anthropic) marks: bool,
    /// What was lost so far.
    pub(in crate::anthropic) losses: &'a mut Losses,
}

impl Pen<'_> {
    /// Content as it was spelled: a string, or a list of blocks; nothing if it was absent.
    pub(in crate::anthropic) fn content(&mut self, parts: &Parts) -> Result<Value, Unsayable> {
        if parts.plain {
            match parts.list.as_slice() {
                [] => return Ok(Value::Null),
                [one] if self.is_bare(one) => {
                    if one.cache.is_some() {
                        self.unmarked(PLACE);
                    }
                    return Ok(one.as_text().unwrap_or_default().into());
                }
                _ => {}
            }
        }
        let mut blocks = Vec::with_capacity(parts.list.len());
        for (index, part) in parts.list.iter().enumerate() {
            let block = self.block(part).map_err(|error| {
                let dot = if error.field.is_empty() { "" } else { "." };
                let field = format!("content[{index}]{dot}{}", error.field);
                Unsayable::new(field, error.message)
            })?;
            blocks.extend(block);
        }
        Ok(Value::Array(blocks))
    }

    /// Whether a part is words and nothing else.
    fn is_bare(&self, part: &Part) -> bool {
        let is_marked = self.marks && part.cache.is_some();
        let is_plain = part.extra.fields(Anthropic).is_none_or(Map::is_empty);
        part.as_text().is_some() && !is_marked && is_plain
    }

    /// One block; nothing for what Anthropic has no word for and no model needs.
    pub(in crate::anthropic) fn block(&mut self, part: &Part) -> Result<Option<Value>, Unsayable> {
        let Some(mut block) = self.kind(part)? else {
            return Ok(None);
        };
        add_kept(&part.extra, &mut block);
        part.extra.note_lost(Anthropic, Place::Part, self.losses);
        if let Some(cache) = &part.cache {
            self.mark(cache, &mut block, PLACE);
        }
        Ok(Some(Value::Object(block)))
    }

    /// Adds a cache mark.
    pub(in crate::anthropic) fn mark(
        &mut self,
        cache: &Cache,
        object: &mut Map<String, Value>,
        place: &str,
    ) {
        if !self.marks {
            self.unmarked(place);
            return;
        }
        let mark = cache_value(cache);
        match object
            .get_mut("cache_control")
            .and_then(Value::as_object_mut)
        {
            Some(kept) => {
                for (key, value) in mark {
                    kept.entry(key).or_insert(value);
                }
            }
            None => {
                object.insert("cache_control".to_owned(), Value::Object(mark));
            }
        }
    }

    /// Notes that a mark was left out.
    fn unmarked(&mut self, place: &str) {
        self.losses
            .dropped(format!("{place}.cache_control"), Weight::Harmless);
    }

    fn kind(&mut self, part: &Part) -> Result<Option<Map<String, Value>>, Unsayable> {
        Ok(match &part.kind {
            Kind::Text(text) => Some(self.text(text, part)),
            Kind::Refusal(text) => Some(text_block(text)),
            Kind::Image(media) => Some(self.image(media, part)?),
            Kind::Audio(_) => {
                return Err(Unsayable::new("", "Anthropic models take no audio"));
            }
            Kind::Document(document) => Some(self.document(document, part)?),
            Kind::Reasoning(reasoning) => self.reasoning(reasoning, part),
            Kind::Call(call) => Some(call_block(call)),
            Kind::Result(result) => Some(self.result(result)?),
            Kind::Foreign(foreign) => self.foreign(foreign),
        })
    }

    /// A text. Pages that another protocol's answer rested on are left out: Anthropic takes back only its own.
    fn text(&mut self, text: &Text, part: &Part) -> Map<String, Value> {
        if !text.citations.is_empty() && part.extra.get(Anthropic, "citations").is_none() {
            self.losses
                .dropped(format!("{PLACE}.citations"), Weight::Harmless);
        }
        text_block(&text.text)
    }

    fn image(&mut self, media: &Media, part: &Part) -> Result<Map<String, Value>, Unsayable> {
        if media.detail.is_some() {
            self.losses
                .dropped(format!("{PLACE}.detail"), Weight::Harmless);
        }
        let source = source::value(&media.source, &part.extra, self)?;
        Ok(object([("type", "image".into()), ("source", source)]))
    }

    fn document(
        &mut self,
        document: &Document,
        part: &Part,
    ) -> Result<Map<String, Value>, Unsayable> {
        let source = source::document(&document.source, &part.extra, self)?;
        let mut block = object([("type", "document".into()), ("source", source)]);
        for (key, told) in [("title", &document.title), ("context", &document.context)] {
            if let Some(text) = told {
                block.insert(key.to_owned(), text.as_str().into());
            }
        }
        Ok(block)
    }

    /// A thought with its signature. Thoughts that only another protocol's provider can read are left out.
    fn reasoning(&mut self, reasoning: &Reasoning, part: &Part) -> Option<Map<String, Value>> {
        let signature = match reasoning.carrier.as_ref().map(|carrier| &carrier.opaque) {
            Some(Opaque::Redacted(data)) => {
                let data = data.as_str().into();
                return Some(object([
                    ("type", "redacted_thinking".into()),
                    ("data", data),
                ]));
            }
            Some(Opaque::Signature(signature)) => Some(signature.as_str().into()),
            None => part.extra.noted(Anthropic, "signature").cloned(),
            Some(
                Opaque::Encrypted(_) | Opaque::Thought(_) | Opaque::Details(_) | Opaque::Plain(_),
            ) => {
                self.losses
                    .dropped(format!("{PLACE}.reasoning"), Weight::Harmless);
                return None;
            }
        };
        let thinking = reasoning.text.as_str().into();
        let mut block = object([("type", "thinking".into()), ("thinking", thinking)]);
        if let Some(signature) = signature {
            block.insert("signature".to_owned(), signature);
        }
        Some(block)
    }

    fn result(&mut self, result: &ToolResult) -> Result<Map<String, Value>, Unsayable> {
        let mut block = object([
            ("tool_use_id", result.call.as_str().into()),
            ("type", "tool_result".into()),
        ]);
        let content = self.content(&result.content)?;
        if !content.is_null() {
            block.insert("content".to_owned(), content);
        }
        if let Some(is_error) = result.is_error {
            block.insert("is_error".to_owned(), is_error.into());
        }
        Ok(block)
    }

    fn foreign(&mut self, foreign: &Foreign) -> Option<Map<String, Value>> {
        if foreign.origin == Protocol::Anthropic {
            return foreign.value.as_object().cloned();
        }
        let kind = foreign.value.get("type").and_then(Value::as_str);
        self.losses.dropped(
            format!("{PLACE}.{}", kind.unwrap_or("part")),
            Weight::Notable,
        );
        let gist = foreign.gist.as_deref().filter(|gist| !gist.is_empty())?;
        Some(text_block(gist))
    }
}

/// A block of words.
pub(super) fn text_block(text: &str) -> Map<String, Value> {
    object([("type", "text".into()), ("text", text.into())])
}

/// A block that calls a tool.
pub(super) fn call_block(call: &Call) -> Map<String, Value> {
    let name = match &call.namespace {
        Some(namespace) => format!("{namespace}__{}", call.name),
        None => call.name.clone(),
    };
    object([
        ("type", "tool_use".into()),
        ("id", call.id.as_str().into()),
        ("name", name.into()),
        ("input", input_of(call)),
    ])
}

/// A cache mark. Anthropic knows two lengths; another protocol's becomes the nearest.
pub(in crate::anthropic) fn cache_value(cache: &Cache) -> Map<String, Value> {
    let mut mark = object([("type", json!("ephemeral"))]);
    let ttl = cache.ttl.as_deref().map(|ttl| match ttl {
        "30m" => "5m",
        "12h" | "24h" => "1h",
        own => own,
    });
    if let Some(ttl) = ttl {
        mark.insert("ttl".to_owned(), ttl.into());
    }
    mark
}
