//! Where the bytes of images and documents are.

use serde_json::{Value, json};

use super::Pen;
use super::read::{Side, parts};
use crate::Protocol;
use crate::anthropic::fields::Fields;
use crate::codec::Unsayable;
use crate::extra::Extra;
use crate::media::decoded_text;
use crate::part::{Parts, Source};

/// The note that a document of parts is one string.
const ONE_STRING: &str = "one string";
/// The note of a media type that was not in lower case.
const MIME: &str = "media type";

/// Reads the source of a block; one that is not understood stays where it is.
pub(super) fn read(fields: &mut Fields, side: Side) -> Result<Option<Source>, Unsayable> {
    let Some(mut told) = fields.object("source") else {
        return Ok(None);
    };
    let kind = told.text("type").unwrap_or_default().to_owned();
    let whole = |told: &Fields, keys: &[&str]| keys.iter().all(|key| told.text(key).is_some());
    let source = match kind.as_str() {
        "base64" if whole(&told, &["data", "media_type"]) => inline(&mut told, fields),
        "text" if told.text("media_type") == Some("text/plain") && whole(&told, &["data"]) => {
            told.take("media_type");
            told.string("data").map(Source::Text)
        }
        "url" => told
            .string("url")
            .map(|url| Source::Url { url, mime: None }),
        "file" => told.string("file_id").map(Source::File),
        "content" if told.get("content").is_some() => {
            let content = parts(told.take("content"), "source.content", side)?;
            if content.plain {
                fields.note(ONE_STRING, Value::Bool(true));
            }
            Some(Source::Parts(content.list))
        }
        _ => None,
    };
    if source.is_some() {
        told.take("type");
    }
    fields.put_rest("source", told, source.is_none());
    Ok(source)
}

fn inline(told: &mut Fields, block: &mut Fields) -> Option<Source> {
    let mime = told.string("media_type")?;
    let lower = mime.to_ascii_lowercase();
    if lower != mime {
        block.note(MIME, Value::String(mime));
    }
    Some(Source::Inline {
        mime: lower,
        data: told.string("data")?,
    })
}

/// The source of an image or document.
pub(super) fn value(source: &Source, extra: &Extra, pen: &mut Pen<'_>) -> Result<Value, Unsayable> {
    let noted = |key| extra.noted(Protocol::Anthropic, key);
    Ok(match source {
        Source::Inline { mime, data } => {
            let mime = noted(MIME).and_then(Value::as_str).unwrap_or(mime);
            json!({ "type": "base64", "media_type": mime, "data": data })
        }
        Source::Url { url, .. } => json!({ "type": "url", "url": url }),
        Source::File(id) => json!({ "type": "file", "file_id": id }),
        Source::Text(text) => json!({ "type": "text", "media_type": "text/plain", "data": text }),
        Source::Parts(list) => {
            let mut content = Parts::list(list.clone());
            content.plain = noted(ONE_STRING).is_some();
            json!({ "type": "content", "content": pen.content(&content)? })
        }
    })
}

/// A document's source; text in base64 is said as text, which is all that Anthropic takes it as.
pub(super) fn document(
    source: &Source,
    extra: &Extra,
    pen: &mut Pen<'_>,
) -> Result<Value, Unsayable> {
    let text = match source {
        Source::Inline { mime, data } if mime.starts_with("text/") => decoded_text(mime, data),
        Source::Inline { .. }
        | Source::Url { .. }
        | Source::File(_)
        | Source::Text(_)
        | Source::Parts(_) => None,
    };
    match text {
        Some(text) => value(&Source::Text(text), extra, pen),
        None => value(source, extra, pen),
    }
}
