//! Reads parts.

use serde_json::{Map, Value};

use super::super::CHAT;
use super::super::fields::{keep_rest, take_object, take_text};
use super::super::media::read_url;
use super::read_cache;
use crate::extra::Extra;
use crate::part::{Document, Foreign, Kind, Media, Part, Parts, Reasoning, Source};

/// Reads a content; its form is noted in the extra of whatever has it.
pub(in crate::openai_chat) fn read_content(content: Option<Value>, extra: &mut Extra) -> Parts {
    match content {
        None => {
            extra.note(CHAT, "content", "absent".into());
            nothing()
        }
        Some(Value::Null) => {
            extra.note(CHAT, "content", Value::Null);
            nothing()
        }
        Some(Value::String(text)) => Parts::plain(text),
        Some(Value::Array(list)) => {
            extra.note(CHAT, "content", "list".into());
            Parts::list(list.into_iter().map(read_part).collect())
        }
        Some(single @ Value::Object(_)) => {
            extra.note(CHAT, "content", "single".into());
            Parts::list(vec![read_part(single)])
        }
        Some(word @ (Value::Bool(_) | Value::Number(_))) => {
            let text = word.to_string();
            extra.note(CHAT, "content", word);
            Parts::plain(text)
        }
    }
}

fn nothing() -> Parts {
    Parts {
        list: Vec::new(),
        plain: true,
    }
}

/// Reads one part; what is not understood stays as it is.
pub(in crate::openai_chat) fn read_part(value: Value) -> Part {
    let Value::Object(mut fields) = value else {
        return read_bare(value);
    };
    let Some(kind) = read_kind(&mut fields) else {
        return Part::new(Kind::Foreign(Foreign {
            origin: CHAT,
            value: Value::Object(fields),
            gist: None,
        }));
    };
    let (kind, mut extra) = kind;
    fields.shift_remove("type");
    let cache = read_cache(&mut fields, &mut extra);
    keep_rest(&mut extra, fields);
    Part { kind, cache, extra }
}

/// Reads what should be an object but is not.
fn read_bare(value: Value) -> Part {
    if let Value::String(text) = value {
        let mut part = Part::text(text);
        part.extra.note(CHAT, "bare", true.into());
        return part;
    }
    Part::new(Kind::Foreign(Foreign {
        origin: CHAT,
        value,
        gist: None,
    }))
}

/// Takes out of the fields what the part is; takes nothing if that is not understood.
fn read_kind(fields: &mut Map<String, Value>) -> Option<(Kind, Extra)> {
    let mut extra = Extra::default();
    let word = fields.get("type")?.as_str()?.to_owned();
    let kind = match word.as_str() {
        "text" | "input_text" | "output_text" => {
            if word != "text" {
                extra.note(CHAT, "type", word.into());
            }
            Part::text(take_text(fields, "text")?).kind
        }
        "thinking" => Kind::Reasoning(read_thinking(fields, &mut extra)?),
        "refusal" => Kind::Refusal(take_text(fields, "refusal")?),
        "image_url" => Kind::Image(read_image(fields, &mut extra)?),
        "input_audio" => Kind::Audio(read_audio(fields, &mut extra)?),
        "file" => Kind::Document(read_file(fields, &mut extra)?),
        _ => return None,
    };
    Some((kind, extra))
}

/// A thought among the words, as Mistral's models tell it.
fn read_thinking(fields: &mut Map<String, Value>, extra: &mut Extra) -> Option<Reasoning> {
    let text = thinking_text(fields.get("thinking")?);
    let thinking = fields.shift_remove("thinking")?;
    extra.note(CHAT, "thinking", thinking);
    Some(Reasoning {
        text,
        carrier: None,
    })
}

/// The words of such a thought: a string, or a list of texts.
pub(in crate::openai_chat) fn thinking_text(thinking: &Value) -> String {
    if let Some(text) = thinking.as_str() {
        return text.to_owned();
    }
    let list = thinking.as_array().into_iter().flatten();
    list.filter_map(|part| part.get("text")?.as_str()).collect()
}

fn read_image(fields: &mut Map<String, Value>, extra: &mut Extra) -> Option<Media> {
    let (url, detail) = if let Some(url) = take_text(fields, "image_url") {
        extra.note(CHAT, "image_url", "bare".into());
        (url, None)
    } else {
        fields.get("image_url")?.get("url")?.as_str()?;
        let mut image = take_object(fields, "image_url")?;
        let url = take_text(&mut image, "url")?;
        let detail = take_text(&mut image, "detail");
        if let Some(detail) = &detail {
            extra.note(CHAT, "detail", detail.as_str().into());
        }
        if !image.is_empty() {
            extra.keep(CHAT, "image_url", Value::Object(image));
        }
        (url, detail)
    };
    let source = noted_url(url, extra);
    Some(Media { source, detail })
}

/// Reads an address; one that would be written otherwise is noted.
fn noted_url(url: String, extra: &mut Extra) -> Source {
    let (source, original) = read_url(url);
    if let Some(url) = original {
        extra.note(CHAT, "url", url.into());
    }
    source
}

fn read_audio(fields: &mut Map<String, Value>, extra: &mut Extra) -> Option<Media> {
    fields.get("input_audio")?.get("data")?.as_str()?;
    let mut audio = take_object(fields, "input_audio")?;
    let data = take_text(&mut audio, "data")?;
    let format = take_text(&mut audio, "format").unwrap_or_default();
    if !audio.is_empty() {
        extra.keep(CHAT, "input_audio", Value::Object(audio));
    }
    let mime = if format.is_empty() {
        format
    } else {
        format!("audio/{format}")
    };
    let source = Source::Inline { mime, data };
    Some(Media {
        source,
        detail: None,
    })
}

fn read_file(fields: &mut Map<String, Value>, extra: &mut Extra) -> Option<Document> {
    let file = fields.get("file")?;
    let has_text = |name: &&str| file.get(*name).is_some_and(Value::is_string);
    let name = ["file_data", "file_id"].into_iter().find(has_text)?;
    let mut file = take_object(fields, "file")?;
    let text = take_text(&mut file, name)?;
    let title = take_text(&mut file, "filename");
    if title.is_none() {
        extra.note(CHAT, "filename", "absent".into());
    }
    if !file.is_empty() {
        extra.keep(CHAT, "file", Value::Object(file));
    }
    let source = if name == "file_id" {
        Source::File(text)
    } else {
        noted_url(text, extra)
    };
    Some(Document {
        source: typed(source, extra),
        title,
        context: None,
    })
}

/// Data that stand without a declared type are no address.
fn typed(source: Source, extra: &mut Extra) -> Source {
    let Source::Url { url, .. } = source else {
        return source;
    };
    extra.note(CHAT, "file_data", "bare".into());
    Source::Inline {
        mime: String::new(),
        data: url,
    }
}
