//! Reads the parts of messages and of results.

use serde_json::Value;

use super::content_write::address;
use super::media::{audio_mime, file_source, source_of};
use super::page::Side;
use crate::media::standard;
use crate::openai_responses::OWN;
use crate::openai_responses::fields::{Fields, kind_of, text_of};
use crate::part::{Cache, Citation, Document, Foreign, Kind, Media, Part, Parts, Source, Text};

/// Reads the content of a message or a result: one string, a list, or a single part.
pub(crate) fn read_content(content: Option<Value>, side: Side) -> Parts {
    match content {
        None | Some(Value::Null) => Parts {
            list: Vec::new(),
            plain: true,
        },
        Some(Value::String(text)) => Parts::plain(text),
        Some(Value::Array(list)) => {
            Parts::list(list.into_iter().map(|part| read_part(part, side)).collect())
        }
        Some(part @ Value::Object(_)) => Parts::list(vec![read_part(part, side)]),
        Some(other @ (Value::Bool(_) | Value::Number(_))) => Parts::plain(other.to_string()),
    }
}

/// Reads one part; what is unknown is kept as it came.
pub(crate) fn read_part(part: Value, side: Side) -> Part {
    if let Value::String(text) = part {
        return Part::text(text);
    }
    let kind = kind_of(&part).to_owned();
    let holds = |key: &str| part.get(key).is_some_and(Value::is_string);
    match kind.as_str() {
        "input_text" | "output_text" | "text" | "summary_text" | "reasoning_text"
            if holds("text") =>
        {
            text(part, side)
        }
        "refusal" if holds("refusal") => refusal(part),
        "input_image" if holds("file_id") || is_addressed(&part) => image(part),
        "input_file" if holds("file_data") || holds("file_url") || holds("file_id") => file(part),
        "input_audio" if is_recording(&part) => audio(part),
        _ => unknown(part),
    }
}

/// Whether an image has an address, also one in an object as Chat has it.
fn is_addressed(part: &Value) -> bool {
    let address = part.get("image_url").unwrap_or(&Value::Null);
    address.is_string() || address.get("url").is_some_and(Value::is_string)
}

fn is_recording(part: &Value) -> bool {
    let audio = part.get("input_audio").unwrap_or(&Value::Null);
    ["data", "format"]
        .iter()
        .all(|key| audio.get(key).is_some_and(Value::is_string))
}

fn unknown(part: Value) -> Part {
    let gist = part.get("text").and_then(Value::as_str).map(str::to_owned);
    let mut fields = Fields::default();
    fields.note("in_content", true);
    let kind = Kind::Foreign(Foreign {
        origin: OWN,
        value: part,
        gist,
    });
    finished(fields, kind)
}

fn text(part: Value, side: Side) -> Part {
    let mut fields = Fields::from(part);
    let kind = fields.string("type");
    if let Some(kind) = kind.filter(|kind| kind != side.text_type()) {
        fields.note("type", kind);
    }
    let citations = fields.get("annotations").and_then(Value::as_array);
    let text = Text {
        citations: citations
            .into_iter()
            .flatten()
            .filter_map(read_citation)
            .collect(),
        text: fields.string("text").unwrap_or_default(),
    };
    finished(fields, Kind::Text(text))
}

fn refusal(part: Value) -> Part {
    let mut fields = Fields::from(part);
    fields.take("type");
    let words = fields.string("refusal").unwrap_or_default();
    finished(fields, Kind::Refusal(words))
}

/// Reads a page that a text rests on; files in containers are no pages.
pub(crate) fn read_citation(annotation: &Value) -> Option<Citation> {
    if kind_of(annotation) != "url_citation" {
        return None;
    }
    let position = |key| annotation.get(key).and_then(Value::as_u64);
    Some(Citation {
        url: text_of(annotation, "url").to_owned(),
        title: text_of(annotation, "title").to_owned(),
        quote: None,
        span: position("start_index").zip(position("end_index")),
    })
}

fn image(part: Value) -> Part {
    let mut fields = Fields::from(part);
    fields.take("type");
    let address = fields.string("image_url").or_else(|| {
        let nested = fields.object("image_url");
        nested?.string("url")
    });
    let source = if let Some(address) = address {
        let source = source_of(&address);
        note_spelling(&mut fields, "image_url", &source, address);
        source
    } else {
        Source::File(fields.string("file_id").unwrap_or_default())
    };
    let detail = fields.string("detail");
    finished(fields, Kind::Image(Media { source, detail }))
}

fn file(part: Value) -> Part {
    let mut fields = Fields::from(part);
    fields.take("type");
    let source = if let Some(data) = fields.string("file_data") {
        let source = file_source(&data);
        note_spelling(&mut fields, "file_data", &source, data);
        source
    } else if let Some(url) = fields.string("file_url") {
        Source::Url { url, mime: None }
    } else {
        Source::File(fields.string("file_id").unwrap_or_default())
    };
    let document = Document {
        source,
        title: fields.string("filename"),
        context: None,
    };
    finished(fields, Kind::Document(document))
}

fn audio(part: Value) -> Part {
    let mut fields = Fields::from(part);
    fields.take("type");
    let inner = fields.take("input_audio").unwrap_or_default();
    let source = Source::Inline {
        mime: audio_mime(text_of(&inner, "format")),
        data: standard(text_of(&inner, "data")),
    };
    fields.note("input_audio", inner);
    let media = Media {
        source,
        detail: None,
    };
    finished(fields, Kind::Audio(media))
}

/// Notes an address that the writer would spell otherwise.
fn note_spelling(fields: &mut Fields, key: &str, source: &Source, spelled: String) {
    if address(source).as_deref() != Some(&spelled) {
        fields.note(key, spelled);
    }
}

fn finished(mut fields: Fields, kind: Kind) -> Part {
    let cache = fields.take("prompt_cache_breakpoint").map(|mark| {
        let ttl = mark.get("ttl").and_then(Value::as_str).map(str::to_owned);
        fields.note("prompt_cache_breakpoint", mark);
        Cache { ttl }
    });
    Part {
        kind,
        cache,
        extra: fields.rest(),
    }
}
