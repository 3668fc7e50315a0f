//! Writes parts.

use serde_json::{Map, Value, json};

use super::super::CHAT;
use super::super::fields::put_rest;
use super::super::media::{read_url, url_of};
use super::cache_mark;
use crate::codec::{Target, Unsayable};
use crate::extra::Extra;
use crate::media::audio_format;
use crate::part::{Document, Kind, Media, Part, Source};

/// Writes one part of a content.
pub(in crate::openai_chat) fn write_part(
    part: &Part,
    target: &Target<'_>,
) -> Result<Option<Value>, Unsayable> {
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
    let Value::Object(object) = value else {
        return Ok(None);
    };
    Ok(Some(object))
}

fn write_image(media: &Media, extra: &Extra, target: &Target<'_>) -> Result<Value, Unsayable> {
    let unsayable = || Unsayable::new("image", "an image has to be inline or at an address here");
    let url = match odd_url(&media.source, extra) {
        Some(url) => url,
        None => url_of(&media.source).ok_or_else(unsayable)?,
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
    let format = audio_format(mime);
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
    let source = Source::Inline {
        mime: mime.to_owned(),
        data: data.to_owned(),
    };
    odd_url(&source, extra).unwrap_or_else(|| format!("data:{mime};base64,{data}"))
}

/// An address that came in unusual characters, as long as it says the same.
fn odd_url(source: &Source, extra: &Extra) -> Option<String> {
    let url = extra.noted(CHAT, "url")?.as_str()?;
    (read_url(url.to_owned()).0 == *source).then(|| url.to_owned())
}

fn titled(title: Option<&str>, text: &str) -> Value {
    let text = match title {
        Some(title) => format!("{title}\n\n{text}"),
        None => text.to_owned(),
    };
    json!({ "type": "text", "text": text })
}

/// Words, unless they came as a number or a truth.
pub(in crate::openai_chat) fn said(text: &str, form: Option<&Value>) -> Value {
    match form.filter(|form| form.is_number() || form.is_boolean()) {
        Some(form) if format!("{form}") == text => form.clone(),
        Some(_) | None => text.into(),
    }
}
