//! Writes the parts of messages and of results.

use serde_json::{Map, Value, json};

use super::media::data_url;
use super::page::{Page, Side};
use crate::extra::Place;
use crate::loss::Weight;
use crate::media::audio_format;
use crate::openai_responses::OWN;
use crate::openai_responses::fields::{map, restore};
use crate::part::{Cache, Citation, Document, Kind, Media, Part, Source, Text};

/// Writes one part of a message or a result; what has no place there is left out.
pub(crate) fn write_part(part: &Part, side: Side, page: &mut Page<'_>, out: &mut Vec<Value>) {
    let written = match &part.kind {
        Kind::Text(text) => Some(write_text(text, part, side)),
        Kind::Refusal(text) => Some(write_refusal(text, side)),
        Kind::Image(media) => write_image(media, part, side, page),
        Kind::Audio(media) => write_audio(media, part, page),
        Kind::Document(document) => write_document(document, part, side, page, out),
        Kind::Foreign(foreign) if foreign.origin == OWN => {
            out.push(foreign.value.clone());
            return;
        }
        Kind::Foreign(foreign) => {
            page.lose_part(part, "a part only its own protocol has");
            foreign.gist.as_deref().map(|gist| plain_text(gist, side))
        }
        // Their own items; they stand in no message and no result.
        Kind::Reasoning(_) | Kind::Call(_) | Kind::Result(_) => None,
    };
    let Some(Value::Object(mut object)) = written else {
        return;
    };
    restore(&mut object, &part.extra);
    mark(part, &mut object, page);
    page.lose_extra(&part.extra, Place::Part);
    out.push(Value::Object(object));
}

fn plain_text(text: &str, side: Side) -> Value {
    json!({"type": side.text_type(), "text": text})
}

fn write_text(text: &Text, part: &Part, side: Side) -> Value {
    let mut object = map(plain_text(&text.text, side));
    if let Some(kind) = part.extra.noted(OWN, "type") {
        object.insert("type".into(), kind.clone());
    }
    let is_told = part.extra.get(OWN, "annotations").is_some();
    if side == Side::Model && !text.citations.is_empty() && !is_told {
        let all = text.citations.iter();
        object.insert("annotations".into(), all.map(annotation).collect());
    }
    Value::Object(object)
}

/// A page that a text rests on, in the words of this protocol.
pub(crate) fn annotation(citation: &Citation) -> Value {
    let (start, end) = citation.span.unwrap_or_default();
    json!({
        "type": "url_citation",
        "start_index": start,
        "end_index": end,
        "url": citation.url,
        "title": citation.title,
    })
}

fn write_refusal(text: &str, side: Side) -> Value {
    match side {
        Side::Model => json!({"type": "refusal", "refusal": text}),
        Side::Client => plain_text(text, side),
    }
}

fn write_image(media: &Media, part: &Part, side: Side, page: &mut Page<'_>) -> Option<Value> {
    if side == Side::Model && !page.own {
        page.lose_part(part, "an image that a model made");
        return None;
    }
    let mut object = map(json!({"type": "input_image"}));
    if let Source::File(id) = &media.source {
        object.insert("file_id".into(), id.as_str().into());
    } else {
        let Some(address) = spelled(part, "image_url", &media.source) else {
            page.lose_part(part, "an image without an address");
            return None;
        };
        object.insert("image_url".into(), address);
    }
    match &media.detail {
        Some(detail) => {
            object.insert("detail".into(), detail.as_str().into());
        }
        None if !page.own => {
            object.insert("detail".into(), "auto".into());
        }
        None => {}
    }
    Some(Value::Object(object))
}

fn write_audio(media: &Media, part: &Part, page: &mut Page<'_>) -> Option<Value> {
    let Source::Inline { mime, data } = &media.source else {
        page.lose_part(part, "a recording that is not inline");
        return None;
    };
    let inner = json!({"data": data, "format": audio_format(mime)});
    let inner = match part.extra.noted(OWN, "input_audio") {
        Some(noted) if page.own => noted.clone(),
        _ => inner,
    };
    Some(json!({"type": "input_audio", "input_audio": inner}))
}

fn write_document(
    document: &Document,
    part: &Part,
    side: Side,
    page: &mut Page<'_>,
    out: &mut Vec<Value>,
) -> Option<Value> {
    if document.context.is_some() {
        page.lose("messages[].content[].context", Weight::Notable);
    }
    let name = document.title.clone();
    let (key, value) = match &document.source {
        Source::Inline { mime, .. } => {
            let fallback = || format!("document.{}", extension(mime));
            let name = name.or_else(|| (!page.own).then(fallback));
            let data = spelled(part, "file_data", &document.source)?;
            return Some(file("file_data", data, name));
        }
        Source::Url { url, .. } => ("file_url", url.as_str().into()),
        Source::File(id) => ("file_id", id.as_str().into()),
        Source::Text(text) => return Some(plain_text(&titled(name.as_deref(), text), side)),
        Source::Parts(parts) => {
            out.extend(name.map(|name| plain_text(&name, side)));
            for inner in parts {
                write_part(inner, side, page, out);
            }
            return None;
        }
    };
    Some(file(key, value, name.filter(|_| page.own)))
}

fn file(key: &str, value: Value, name: Option<String>) -> Value {
    let mut object = map(json!({"type": "input_file"}));
    if let Some(name) = name {
        object.insert("filename".into(), name.into());
    }
    object.insert(key.into(), value);
    Value::Object(object)
}

fn extension(mime: &str) -> &str {
    match mime {
        "application/pdf" | "" => "pdf",
        "text/plain" => "txt",
        mime => mime.rsplit(['/', '+', '.']).next().unwrap_or(mime),
    }
}

fn titled(title: Option<&str>, text: &str) -> String {
    match title.filter(|title| !title.is_empty()) {
        Some(title) => format!("{title}\n\n{text}"),
        None => text.to_owned(),
    }
}

/// The address as the client spelled it, if it did, else as it is spelled here.
fn spelled(part: &Part, key: &str, source: &Source) -> Option<Value> {
    let noted = part.extra.noted(OWN, key).cloned();
    noted.or_else(|| address(source).map(Value::from))
}

/// The address of what is inline or elsewhere.
pub(crate) fn address(source: &Source) -> Option<String> {
    match source {
        Source::Inline { mime, data } => Some(data_url(mime, data)),
        Source::Url { url, .. } => Some(url.clone()),
        Source::File(_) | Source::Text(_) | Source::Parts(_) => None,
    }
}

/// Marks where a prompt cache may end.
fn mark(part: &Part, object: &mut Map<String, Value>, page: &mut Page<'_>) {
    let Some(cache) = &part.cache else {
        return;
    };
    let noted = part.extra.noted(OWN, "prompt_cache_breakpoint");
    let mark = match noted {
        Some(noted) if page.takes_marks() => noted.clone(),
        None if page.takes_marks() => breakpoint(cache),
        Some(_) | None => {
            page.lose("messages[].content[].cache_control", Weight::Harmless);
            return;
        }
    };
    object.insert("prompt_cache_breakpoint".into(), mark);
}

/// Anthropic's times are raised to the nearest one there is.
fn breakpoint(cache: &Cache) -> Value {
    match cache.ttl.as_deref() {
        None => json!({"mode": "explicit"}),
        Some("5m") => json!({"mode": "explicit", "ttl": "30m"}),
        Some("1h") => json!({"mode": "explicit", "ttl": "12h"}),
        Some(ttl) => json!({"mode": "explicit", "ttl": ttl}),
    }
}
