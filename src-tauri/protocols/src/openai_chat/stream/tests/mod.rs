mod dialects;
mod reading;
mod writing;

use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};

use super::{StreamReader, StreamWriter};
use crate::codec::{ReadStream, Reply, WriteStream};
use crate::event::{Event, Opening};
use crate::quirks::Quirks;
use crate::sse::Frames;

/// What a stream of these data says.
fn events(quirks: &Quirks, data: &[&str]) -> Vec<Event> {
    let mut reader = StreamReader::new(quirks);
    let mut out = Vec::new();
    for data in data {
        reader.read(None, data, &mut out);
    }
    reader.finish(&mut out);
    out
}

/// A chunk whose one choice has this delta.
fn chunk(delta: &Value) -> String {
    json!({"id": "chatcmpl-1", "created": 1, "model": "up", "choices": [{"index": 0, "delta": delta}]}).to_string()
}

fn finish(word: &str) -> String {
    json!({"id": "chatcmpl-1", "choices": [{"index": 0, "delta": {}, "finish_reason": word}]})
        .to_string()
}

/// What a stream of these deltas says that ends as it should, in words.
fn said(quirks: &Quirks, deltas: &[Value]) -> Vec<String> {
    let mut data: Vec<String> = deltas.iter().map(chunk).collect();
    data.extend([finish("stop"), "[DONE]".to_owned()]);
    let data: Vec<&str> = data.iter().map(String::as_str).collect();
    in_words(&events(quirks, &data))
}

/// Events as one line for each part, and one for each other event but the start.
fn in_words(events: &[Event]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open = String::new();
    for event in events {
        match event {
            Event::Start(_) => {}
            Event::Open(opening) => {
                assert!(open.is_empty(), "one part at a time: {events:?}");
                open = match opening {
                    Opening::Text => "text: ".to_owned(),
                    Opening::Refusal => "refusal: ".to_owned(),
                    Opening::Reasoning => "thought: ".to_owned(),
                    Opening::Call(call) => format!("call {} {}: ", call.id, call.name),
                };
            }
            Event::Text(text) | Event::Reasoning(text) | Event::Arguments(text) => {
                assert!(!open.is_empty() && !text.is_empty(), "{events:?}");
                open.push_str(text);
            }
            Event::Citation(citation) => open = format!("{open}[{}]", citation.url),
            Event::Close => lines.push(std::mem::take(&mut open)),
            Event::CloseWith(carrier) => {
                let closed = std::mem::take(&mut open);
                lines.push(format!("{closed} {:?}", carrier.opaque));
            }
            other @ (Event::Whole(_)
            | Event::Usage(_)
            | Event::Stop(_)
            | Event::Alive
            | Event::Failed(_)
            | Event::End) => {
                lines.push(format!("{other:?}"));
            }
        }
    }
    assert!(open.is_empty(), "every part is closed: {events:?}");
    lines
}

fn wire(reply: &Reply, events: Vec<Event>) -> String {
    let mut writer = StreamWriter::new(reply);
    let mut out = BytesMut::new();
    for event in events {
        writer.write(event, &mut out);
    }
    String::from_utf8(out.to_vec()).expect("a stream is text")
}

/// The data of a stream's events.
fn data_of(wire: &str) -> Vec<String> {
    let mut frames = Frames::default();
    frames.push(Bytes::copy_from_slice(wire.as_bytes()));
    let mut all = Vec::new();
    while let Some(frame) = frames.next_frame().expect("no event is too large") {
        if let Some(data) = frame.data() {
            all.push(String::from_utf8(data.to_vec()).expect("text"));
        }
    }
    assert!(
        frames.finish().is_none(),
        "every event ends with an empty line"
    );
    all
}
