//! Pictures, recordings and documents: as the target takes them, or a word in their place.

use super::way::Way;
use crate::Protocol;
use crate::codec::Unsayable;
use crate::loss::{How, Losses, Weight};
use crate::media;
use crate::part::{Document, Kind, Media, Part, Source};
use crate::request::{Request, Role};

/// Sees to every medium of the conversation; refuses those that nothing can stand for.
pub(super) fn settle(
    request: &mut Request,
    way: &Way<'_>,
    losses: &mut Losses,
) -> Result<(), Unsayable> {
    for (index, turn) in request.turns.iter_mut().enumerate() {
        let parts = std::mem::take(&mut turn.content.list);
        for (at, part) in parts.into_iter().enumerate() {
            let place = way.place(index, at);
            if turn.role == Role::Assistant && is_medium(&part) && !way.is_to(Protocol::Gemini) {
                let note = "a note: models of this protocol say no media";
                losses.add(place, How::Replaced, Weight::Notable, note);
                turn.content
                    .list
                    .push(instead(part, "[a medium that was made here]"));
            } else {
                turn.content.list.extend(fitted(part, &place, way, losses)?);
            }
        }
    }
    Ok(())
}

fn is_medium(part: &Part) -> bool {
    matches!(
        part.kind,
        Kind::Image(_) | Kind::Audio(_) | Kind::Document(_)
    )
}

/// The part as the target takes it; a document may become several.
fn fitted(
    mut part: Part,
    place: &str,
    way: &Way<'_>,
    losses: &mut Losses,
) -> Result<Vec<Part>, Unsayable> {
    match &mut part.kind {
        Kind::Image(media) => {
            if !way.quirks().images {
                losses.add(
                    place,
                    How::Replaced,
                    Weight::Notable,
                    "a note: the model sees no images",
                );
                return Ok(vec![instead(
                    part,
                    "[image left out: this model cannot see images]",
                )]);
            }
            image(media, place, way)?;
        }
        Kind::Audio(media) => audio(media, place, way)?,
        Kind::Document(_) => return document(part, place, way, losses),
        Kind::Result(result) => {
            let mut list = Vec::new();
            for (index, inner) in std::mem::take(&mut result.content.list)
                .into_iter()
                .enumerate()
            {
                let inner_place = format!("{place}.content[{index}]");
                list.extend(fitted(inner, &inner_place, way, losses)?);
            }
            result.content.plain = result.content.plain && list.len() == 1;
            result.content.list = list;
        }
        Kind::Text(_)
        | Kind::Refusal(_)
        | Kind::Reasoning(_)
        | Kind::Call(_)
        | Kind::Foreign(_) => {}
    }
    Ok(vec![part])
}

/// A text where a medium was, with its cache mark.
fn instead(part: Part, text: &str) -> Part {
    let mut told = Part::text(text);
    told.cache = part.cache;
    told
}

fn image(media: &mut Media, place: &str, way: &Way<'_>) -> Result<(), Unsayable> {
    match &mut media.source {
        Source::Inline { mime, data } => {
            if let Some(real) = media::sniffed(data) {
                real.clone_into(mime);
            }
            if !takes_image(mime, way) {
                let message = format!(
                    "this model does not take images of the type {mime:?}; send PNG or JPEG"
                );
                return Err(Unsayable::new(place, message));
            }
            limit(data, place, way)
        }
        Source::Url { .. } if !way.quirks().image_urls => Err(Unsayable::new(
            place,
            "this model does not fetch images from addresses; send the image itself",
        )),
        Source::File(_) => Err(file(place)),
        Source::Url { .. } | Source::Text(_) | Source::Parts(_) => Ok(()),
    }
}

fn takes_image(mime: &str, way: &Way<'_>) -> bool {
    let common = matches!(mime, "image/png" | "image/jpeg" | "image/webp");
    match way.target.protocol {
        Protocol::Gemini => common || matches!(mime, "image/heic" | "image/heif"),
        Protocol::Anthropic | Protocol::OpenAi | Protocol::OpenAiResponses => {
            common || mime == "image/gif"
        }
    }
}

fn limit(data: &str, place: &str, way: &Way<'_>) -> Result<(), Unsayable> {
    match way.quirks().most_inline_bytes {
        Some(most) if data.len() > most => {
            let message = format!(
                "this model takes at most {most} bytes of inline data and this has {}; send a smaller one",
                data.len()
            );
            Err(Unsayable::new(place, message))
        }
        Some(_) | None => Ok(()),
    }
}

fn file(place: &str) -> Unsayable {
    Unsayable::new(
        place,
        "the file lies at another provider; send its content instead of its id",
    )
}

fn audio(media: &mut Media, place: &str, way: &Way<'_>) -> Result<(), Unsayable> {
    if !way.quirks().audio {
        return Err(Unsayable::new(
            place,
            "this model cannot hear audio; send text",
        ));
    }
    match &media.source {
        Source::Inline { data, .. } => limit(data, place, way),
        Source::File(_) => Err(file(place)),
        Source::Url { .. } | Source::Text(_) | Source::Parts(_) => Ok(()),
    }
}

fn document(
    part: Part,
    place: &str,
    way: &Way<'_>,
    losses: &mut Losses,
) -> Result<Vec<Part>, Unsayable> {
    let Kind::Document(document) = &part.kind else {
        return Ok(vec![part]);
    };
    match &document.source {
        Source::File(_) => Err(file(place)),
        Source::Url { .. } => address(part, place, way),
        Source::Text(text) if way.is_to(Protocol::Anthropic) || text.is_empty() => Ok(vec![part]),
        Source::Text(text) => {
            let text = format!("{}{text}", heading(document));
            Ok(vec![instead(part, &text)])
        }
        Source::Parts(_) => pieces(part, place, way, losses),
        Source::Inline { mime, data } => {
            if let Some(text) = media::decoded_text(mime, data) {
                let text = format!("{}{text}", heading(document));
                return Ok(vec![instead(part, &text)]);
            }
            inline(part, place, way, losses)
        }
    }
}

/// A document at an address; Anthropic and Responses fetch it.
fn address(part: Part, place: &str, way: &Way<'_>) -> Result<Vec<Part>, Unsayable> {
    let fetches = way.is_to(Protocol::Anthropic) || way.is_to(Protocol::OpenAiResponses);
    if fetches && way.quirks().pdf {
        return Ok(vec![part]);
    }
    let message = "this model does not fetch documents from addresses; send the document itself";
    Err(Unsayable::new(place, message))
}

/// A document of parts becomes its heading and these parts.
fn pieces(
    mut part: Part,
    place: &str,
    way: &Way<'_>,
    losses: &mut Losses,
) -> Result<Vec<Part>, Unsayable> {
    let Kind::Document(document) = &mut part.kind else {
        return Ok(vec![part]);
    };
    let title = heading(document);
    let mut list = Vec::new();
    if !title.is_empty() {
        list.push(Part::text(title.trim_end()));
    }
    if let Source::Parts(parts) = &mut document.source {
        for inner in std::mem::take(parts) {
            list.extend(fitted(inner, place, way, losses)?);
        }
    }
    if let (Some(last), Some(cache)) = (list.last_mut(), part.cache.take()) {
        last.cache = Some(cache);
    }
    Ok(list)
}

/// A document in base64 that is no text.
fn inline(
    mut part: Part,
    place: &str,
    way: &Way<'_>,
    losses: &mut Losses,
) -> Result<Vec<Part>, Unsayable> {
    let Kind::Document(document) = &mut part.kind else {
        return Ok(vec![part]);
    };
    let Source::Inline { mime, data } = &mut document.source else {
        return Ok(vec![part]);
    };
    if let Some(real) = media::sniffed(data) {
        real.clone_into(mime);
    }
    let is_pdf = mime == "application/pdf";
    let takes_more = way.is_to(Protocol::OpenAiResponses) || way.is_to(Protocol::Gemini);
    if way.quirks().pdf && (is_pdf || takes_more) {
        limit(data, place, way)?;
        return Ok(vec![part]);
    }
    let name = document.title.as_deref().unwrap_or(mime);
    let note = format!("[document left out: this model cannot read it ({name})]");
    losses.add(
        place,
        How::Replaced,
        Weight::Notable,
        "a note: the model reads no such documents",
    );
    Ok(vec![instead(part, &note)])
}

/// The title and context of a document, before its text.
fn heading(document: &Document) -> String {
    let lines = document.title.iter().chain(&document.context);
    let mut heading = String::new();
    for line in lines {
        heading.push_str(line);
        heading.push('\n');
    }
    if !heading.is_empty() {
        heading.push('\n');
    }
    heading
}
