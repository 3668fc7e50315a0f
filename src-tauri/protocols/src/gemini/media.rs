//! Pictures, recordings and documents.

use serde_json::{Map, Value, json};

use super::fields::take_text;
use crate::media::{sniffed, standard};
use crate::part::{Document, Kind, Media, Source};

/// Reads `inlineData`; what is left in `blob` has no neutral form. Nothing if it is no medium that others know.
pub(super) fn read_inline(blob: &mut Map<String, Value>) -> Option<Kind> {
    let data = standard(blob.get("data")?.as_str()?);
    let declared = blob.get("mimeType").and_then(Value::as_str);
    let mime = declared.map(str::to_ascii_lowercase).unwrap_or_default();
    let known = if mime.is_empty() {
        sniffed(&data).unwrap_or_default()
    } else {
        &mime
    };
    let source = Source::Inline {
        mime: mime.clone(),
        data,
    };
    let kind = of_mime(known, source, title(blob))?;
    blob.shift_remove("data");
    blob.shift_remove("mimeType");
    Some(kind)
}

/// Reads `fileData`; what is left in `file` has no neutral form. Nothing if it is no medium that others know.
pub(super) fn read_file(file: &mut Map<String, Value>) -> Option<Kind> {
    let uri = file.get("fileUri")?.as_str()?.to_owned();
    let declared = file.get("mimeType").and_then(Value::as_str);
    let mime = declared.map(str::to_ascii_lowercase);
    let known = mime.as_deref().unwrap_or_else(|| of_ending(&uri));
    let is_web = uri.starts_with("https://") || uri.starts_with("http://");
    let is_stored = uri.contains("generativelanguage.googleapis.com/");
    let (source, used) = if is_web && !is_stored {
        let mime = mime.clone();
        (Source::Url { url: uri, mime }, true)
    } else {
        (Source::File(uri), false)
    };
    let kind = of_mime(known, source, title(file))?;
    file.shift_remove("fileUri");
    if used {
        file.shift_remove("mimeType");
    }
    Some(kind)
}

fn title(object: &Map<String, Value>) -> Option<String> {
    take_text(&mut object.clone(), "displayName")
}

fn of_mime(mime: &str, source: Source, title: Option<String>) -> Option<Kind> {
    let media = |source| Media {
        source,
        detail: None,
    };
    match mime.split('/').next()? {
        "image" => Some(Kind::Image(media(source))),
        "audio" => Some(Kind::Audio(media(source))),
        "text" | "application" => Some(Kind::Document(Document {
            source,
            title,
            context: None,
        })),
        _ => None,
    }
}

/// The media type that an address suggests.
fn of_ending(uri: &str) -> &'static str {
    if uri.contains("youtube.com/") || uri.contains("youtu.be/") {
        return "video/mp4";
    }
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    let ending = path.rsplit('.').next().unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "mp4" | "mov" | "webm" => "video/mp4",
        _ => "application/pdf",
    }
}

/// Writes a medium as the data of a part; nothing if it is text or made of parts.
pub(super) fn write(source: &Source) -> Option<Map<String, Value>> {
    let value = match source {
        Source::Inline { mime, data } if mime.is_empty() => json!({"inlineData": {"data": data}}),
        Source::Inline { mime, data } => json!({"inlineData": {"mimeType": mime, "data": data}}),
        Source::Url { url, mime: None } => json!({"fileData": {"fileUri": url}}),
        Source::Url {
            url,
            mime: Some(mime),
        } => json!({"fileData": {"mimeType": mime, "fileUri": url}}),
        Source::File(id) => json!({"fileData": {"fileUri": id}}),
        Source::Text(_) | Source::Parts(_) => return None,
    };
    value.as_object().cloned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{read_file, read_inline};
    use crate::part::{Kind, Source};

    fn inline(value: &Value) -> Option<Kind> {
        read_inline(value.clone().as_object_mut().expect("an object"))
    }

    #[test]
    fn p065_base64_of_web_addresses_becomes_the_standard_one() {
        let Some(Kind::Image(media)) = inline(&json!({"mimeType": "IMAGE/PNG", "data": "-_8"}))
        else {
            panic!("it is an image");
        };
        let (mime, data) = ("image/png".to_owned(), "+/8=".to_owned());
        assert_eq!(media.source, Source::Inline { mime, data });
    }

    #[test]
    fn media_without_a_type_are_known_by_their_first_bytes() {
        assert!(matches!(
            inline(&json!({"data": "iVBORw0KGgoAAAA="})),
            Some(Kind::Image(_))
        ));
        assert!(matches!(
            inline(&json!({"data": "UklGRiQAAABXRUJQVlA4"})),
            Some(Kind::Image(_))
        ));
        assert!(matches!(
            inline(&json!({"data": "JVBERi0xLjc="})),
            Some(Kind::Document(_))
        ));
        assert_eq!(inline(&json!({"data": "AAAA"})), None);
        assert_eq!(
            inline(&json!({"mimeType": "video/mp4", "data": "AAAA"})),
            None
        );
    }

    #[test]
    fn files_are_addresses_or_mean_something_to_google_only() {
        let read = |value: Value| read_file(value.clone().as_object_mut().expect("an object"));
        let url = read(json!({"mimeType": "image/png", "fileUri": "https://x.y/a"}));
        assert!(
            matches!(url, Some(Kind::Image(media)) if matches!(&media.source, Source::Url { .. }))
        );
        let file = read(json!({"mimeType": "image/png",
            "fileUri": "https://generativelanguage.googleapis.com/v1beta/files/a"}));
        assert!(
            matches!(file, Some(Kind::Image(media)) if matches!(&media.source, Source::File(_)))
        );
        assert_eq!(read(json!({"fileUri": "https://x.y/a.mp4"})), None);
    }
}
