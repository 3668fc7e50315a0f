//! The parts of a message's content.

use serde_json::{Map, Value, json};

use super::CHAT;
use super::fields::{keep_rest, put_rest, take_object, take_text};
use super::media::{read_url, url_of};
use crate::codec::{Target, Unsayable};
use crate::extra::Extra;
use crate::part::{Cache, Document, Foreign, Kind, Media, Part, Parts, Reasoning, Source};
use crate::quirks::CacheStyle;

/// The keys by which clients mark where a prompt cache ends; the second is Anthropic's, which some vendors take.
pub(super) const CACHE_KEYS: [&str; 2] = ["prompt_cache_breakpoint", "cache_control"];

/// Reads a content; its form is noted in the extra of whatever has it.
pub(super) fn read_content(content: Option<Value>, extra: &mut Extra) -> Parts {
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
        Some(word @ (Value::Bool(_) | Value::Number(_))) => Parts::plain(word.to_string()),
    }
}

fn nothing() -> Parts {
    Parts {
        list: Vec::new(),
        plain: true,
    }
}

/// Reads one part; what is not understood stays as it is.
pub(super) fn read_part(value: Value) -> Part {
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
    match value {
        Value::String(text) => {
            let mut part = Part::text(text);
            part.extra.note(CHAT, "bare", true.into());
            part
        }
        value => Part::new(Kind::Foreign(Foreign {
            origin: CHAT,
            value,
            gist: None,
        })),
    }
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
pub(super) fn thinking_text(thinking: &Value) -> String {
    match thinking {
        Value::String(text) => text.clone(),
        Value::Array(list) => list
            .iter()
            .filter_map(|part| part.get("text")?.as_str())
            .collect(),
        _ => String::new(),
    }
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
    let source = match noted_file(name, text, extra) {
        // Bytes without a declared type.
        Source::Url { url, .. } => {
            extra.note(CHAT, "file_data", "bare".into());
            Source::Inline {
                mime: String::new(),
                data: url,
            }
        }
        source => source,
    };
    Some(Document {
        source,
        title,
        context: None,
    })
}

fn noted_file(name: &str, text: String, extra: &mut Extra) -> Source {
    if name == "file_id" {
        Source::File(text)
    } else {
        noted_url(text, extra)
    }
}

/// Takes the cache mark of a part or a tool.
pub(super) fn read_cache(fields: &mut Map<String, Value>, extra: &mut Extra) -> Option<Cache> {
    let key = CACHE_KEYS
        .into_iter()
        .find(|key| fields.get(*key).is_some_and(Value::is_object))?;
    let mark = fields.shift_remove(key)?;
    let cache = cache_in(&mark);
    extra.note(CHAT, key, mark);
    Some(cache)
}

fn cache_in(mark: &Value) -> Cache {
    let ttl = mark.get("ttl").and_then(Value::as_str).map(str::to_owned);
    Cache { ttl }
}

/// The cache mark as the target spells it, if it takes any.
pub(super) fn cache_mark(
    cache: Option<&Cache>,
    extra: &Extra,
    style: CacheStyle,
) -> Option<(&'static str, Value)> {
    let cache = cache?;
    for key in CACHE_KEYS {
        if let Some(mark) = extra
            .noted(CHAT, key)
            .filter(|mark| cache_in(mark) == *cache)
        {
            return Some((key, mark.clone()));
        }
    }
    let mut mark = Map::new();
    let ttl = cache.ttl.as_deref();
    let (key, ttl) = match style {
        CacheStyle::Implicit => return None,
        CacheStyle::Breakpoint => {
            mark.insert("mode".into(), "explicit".into());
            (CACHE_KEYS[0], ttl.map(|ttl| as_in(ttl, "30m", "12h")))
        }
        CacheStyle::Anthropic => {
            mark.insert("type".into(), "ephemeral".into());
            (CACHE_KEYS[1], ttl.map(|ttl| as_in(ttl, "5m", "1h")))
        }
    };
    if let Some(ttl) = ttl {
        mark.insert("ttl".into(), ttl.into());
    }
    Some((key, Value::Object(mark)))
}

/// A time to live in the words of a protocol that knows a short and a long one.
fn as_in<'a>(ttl: &str, short: &'a str, long: &'a str) -> &'a str {
    if matches!(ttl, "5m" | "30m") {
        short
    } else {
        long
    }
}

/// Writes one part of a content.
pub(super) fn write_part(part: &Part, target: &Target<'_>) -> Result<Option<Value>, Unsayable> {
    if let Kind::Foreign(foreign) = &part.kind
        && foreign.origin == CHAT
    {
        return Ok(Some(foreign.value.clone()));
    }
    let Some(mut object) = write_kind(part, target)? else {
        return Ok(None);
    };
    if part.extra.noted(CHAT, "bare").is_some() {
        return Ok(object.shift_remove("text"));
    }
    if let Some((key, mark)) = cache_mark(part.cache.as_ref(), &part.extra, target.quirks.cache) {
        object.insert(key.into(), mark);
    }
    put_rest(&part.extra, &mut object);
    Ok(Some(Value::Object(object)))
}

fn write_kind(part: &Part, target: &Target<'_>) -> Result<Option<Map<String, Value>>, Unsayable> {
    let value = match &part.kind {
        Kind::Text(text) => {
            let word = part.extra.noted(CHAT, "type").cloned();
            json!({ "type": word.unwrap_or_else(|| "text".into()), "text": text.text })
        }
        Kind::Refusal(text) => json!({ "type": "refusal", "refusal": text }),
        Kind::Image(media) => write_image(media, &part.extra, target)?,
        Kind::Audio(media) => write_audio(media)?,
        Kind::Document(document) => write_document(document, &part.extra)?,
        Kind::Foreign(foreign) => match &foreign.gist {
            Some(gist) => json!({ "type": "text", "text": gist }),
            None => return Ok(None),
        },
        Kind::Reasoning(_) => match part.extra.noted(CHAT, "thinking") {
            Some(thinking) => json!({ "type": "thinking", "thinking": thinking }),
            None => return Ok(None),
        },
        Kind::Call(_) | Kind::Result(_) => return Ok(None),
    };
    Ok(match value {
        Value::Object(object) => Some(object),
        _ => None,
    })
}

fn write_image(media: &Media, extra: &Extra, target: &Target<'_>) -> Result<Value, Unsayable> {
    let unsayable = || Unsayable::new("image", "an image has to be inline or at an address here");
    let url = match extra.noted(CHAT, "url") {
        Some(url) => url.clone(),
        None => url_of(&media.source).ok_or_else(unsayable)?.into(),
    };
    if extra.noted(CHAT, "image_url").is_some() && media.detail.is_none() {
        return Ok(json!({ "type": "image_url", "image_url": url }));
    }
    let mut image = json!({ "url": url });
    let is_as_it_came = extra.noted(CHAT, "detail").is_some() || target.quirks.original_images;
    match media.detail.as_deref() {
        Some("original") if !is_as_it_came => image["detail"] = "auto".into(),
        Some(detail) => image["detail"] = detail.into(),
        None => {}
    }
    Ok(json!({ "type": "image_url", "image_url": image }))
}

fn write_audio(media: &Media) -> Result<Value, Unsayable> {
    let Source::Inline { mime, data } = &media.source else {
        return Err(Unsayable::new("audio", "a recording has to be inline here"));
    };
    let format = match mime.strip_prefix("audio/").unwrap_or(mime) {
        "mpeg" => "mp3",
        "x-wav" | "wave" | "vnd.wave" => "wav",
        format => format,
    };
    let mut audio = json!({ "data": data });
    if !format.is_empty() {
        audio["format"] = format.into();
    }
    Ok(json!({ "type": "input_audio", "input_audio": audio }))
}

fn write_document(document: &Document, extra: &Extra) -> Result<Value, Unsayable> {
    let title = document.title.as_deref();
    let default = extra
        .noted(CHAT, "filename")
        .is_none()
        .then_some("document.pdf");
    let (key, value, name) = match &document.source {
        Source::File(id) => ("file_id", id.clone(), title),
        Source::Inline { mime, data } => {
            ("file_data", file_data(mime, data, extra), title.or(default))
        }
        Source::Text(text) => return Ok(titled(title, text)),
        Source::Parts(parts) => {
            let texts: Vec<&str> = parts.iter().filter_map(Part::as_text).collect();
            return Ok(titled(title, &texts.join("\n")));
        }
        Source::Url { .. } => {
            let message = "a document has to be inline here, not at an address";
            return Err(Unsayable::new("document", message));
        }
    };
    let mut file = Map::new();
    file.insert(key.into(), value.into());
    if let Some(name) = name {
        file.insert("filename".into(), name.into());
    }
    Ok(json!({ "type": "file", "file": file }))
}

fn file_data(mime: &str, data: &str, extra: &Extra) -> String {
    if extra.noted(CHAT, "file_data").is_some() {
        return data.to_owned();
    }
    match extra.noted(CHAT, "url").and_then(Value::as_str) {
        Some(url) => url.to_owned(),
        None => format!("data:{mime};base64,{data}"),
    }
}

fn titled(title: Option<&str>, text: &str) -> Value {
    let text = match title {
        Some(title) => format!("{title}\n\n{text}"),
        None => text.to_owned(),
    };
    json!({ "type": "text", "text": text })
}
