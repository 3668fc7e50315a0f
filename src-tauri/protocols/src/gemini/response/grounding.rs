//! The pages that an answer rests on: Google tells them beside the candidate, by places in bytes.

use serde_json::{Map, Value, json};

use crate::part::Citation;

/// A page, and the bytes of the answer that rest on it, where they are told.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Cited {
    pub(in super::super) citation: Citation,
    /// Bytes of all the answer's text.
    bytes: Option<(usize, usize)>,
}

/// The pages of a candidate.
pub(in super::super) fn citations(candidate: &Value) -> Vec<Cited> {
    let grounding = candidate.get("groundingMetadata");
    let pages: Vec<Citation> = list(grounding, "groundingChunks")
        .iter()
        .map(page)
        .collect();
    let mut cited: Vec<Cited> = list(grounding, "groundingSupports")
        .iter()
        .flat_map(|support| supported(support, &pages))
        .collect();
    if cited.is_empty() {
        cited = pages.into_iter().map(unplaced).collect();
    }
    cited.extend(
        list(candidate.get("citationMetadata"), "citations")
            .iter()
            .map(recited),
    );
    cited.retain(|cited| !cited.citation.url.is_empty());
    cited
}

fn list<'a>(object: Option<&'a Value>, name: &str) -> &'a [Value] {
    object
        .and_then(|object| object.get(name)?.as_array())
        .map_or(&[], Vec::as_slice)
}

fn text(object: Option<&Value>, name: &str) -> String {
    let text = object.and_then(|object| object.get(name)?.as_str());
    text.unwrap_or_default().to_owned()
}

fn page(chunk: &Value) -> Citation {
    let page = chunk.get("web").or_else(|| chunk.get("retrievedContext"));
    Citation {
        url: text(page, "uri"),
        title: text(page, "title"),
        ..Citation::default()
    }
}

fn unplaced(citation: Citation) -> Cited {
    Cited {
        citation,
        bytes: None,
    }
}

fn supported(support: &Value, pages: &[Citation]) -> Vec<Cited> {
    let bytes = support.get("segment").and_then(span);
    let indices = list(Some(support), "groundingChunkIndices").iter();
    indices
        .filter_map(|index| pages.get(usize::try_from(index.as_u64()?).ok()?))
        .map(|page| Cited {
            citation: page.clone(),
            bytes,
        })
        .collect()
}

fn recited(citation: &Value) -> Cited {
    Cited {
        citation: Citation {
            url: text(Some(citation), "uri"),
            title: text(Some(citation), "title"),
            ..Citation::default()
        },
        bytes: span(citation),
    }
}

/// A start of zero is left out.
fn span(segment: &Value) -> Option<(usize, usize)> {
    let index = |name| usize::try_from(segment.get(name)?.as_u64()?).ok();
    let start = index("startIndex").unwrap_or(0);
    index("endIndex")
        .map(|end| (start, end))
        .filter(|(start, end)| start <= end)
}

impl Cited {
    /// Whether it tells which words rest on the page.
    pub(in super::super) fn is_placed(&self) -> bool {
        self.bytes.is_some()
    }

    /// The citation of a text that begins at this byte of the answer; nothing if it is about another text.
    pub(in super::super) fn within(&self, text: &str, begin: usize) -> Option<Citation> {
        let Some((start, end)) = self.bytes else {
            return Some(self.citation.clone());
        };
        let (start, end) = (start.checked_sub(begin)?, end.checked_sub(begin)?);
        let span = (characters(text, start)?, characters(text, end)?);
        Some(Citation {
            span: Some(span),
            ..self.citation.clone()
        })
    }
}

/// How many characters begin before a byte; nothing if it is not in the text.
fn characters(text: &str, byte: usize) -> Option<u64> {
    if byte > text.len() {
        return None;
    }
    let before = text.char_indices().take_while(|(at, _)| *at < byte).count();
    u64::try_from(before).ok()
}

/// Gathers the pages of an answer for its `groundingMetadata`.
#[derive(Debug, Default)]
pub(in super::super) struct Grounding {
    pages: Vec<Citation>,
    supports: Vec<Value>,
}

impl Grounding {
    /// Takes in a citation of a text that begins at this byte of the answer.
    pub(in super::super) fn add(&mut self, citation: &Citation, text: &str, begin: usize) {
        let known = self.pages.iter().position(|page| page.url == citation.url);
        let index = known.unwrap_or_else(|| {
            self.pages.push(citation.clone());
            self.pages.len() - 1
        });
        let Some((start, end)) = citation.span else {
            return;
        };
        let (start, end) = (byte(text, start), byte(text, end));
        if start < end {
            self.supports.push(json!({
                "segment": { "startIndex": begin + start, "endIndex": begin + end, "text": &text[start..end] },
                "groundingChunkIndices": [index],
            }));
        }
    }

    /// The metadata; nothing if there is no page.
    pub(in super::super) fn write(&self) -> Option<Value> {
        if self.pages.is_empty() {
            return None;
        }
        let chunks: Vec<Value> = self
            .pages
            .iter()
            .map(|page| json!({ "web": { "uri": page.url, "title": page.title } }))
            .collect();
        let mut metadata = Map::new();
        metadata.insert("groundingChunks".to_owned(), chunks.into());
        if !self.supports.is_empty() {
            metadata.insert("groundingSupports".to_owned(), self.supports.clone().into());
        }
        Some(metadata.into())
    }
}

/// Where a character begins; the end of the text if it has fewer.
fn byte(text: &str, character: u64) -> usize {
    let index = usize::try_from(character).unwrap_or(usize::MAX);
    text.char_indices()
        .nth(index)
        .map_or(text.len(), |(at, _)| at)
}
