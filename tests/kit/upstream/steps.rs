//! From an answer to what happens on the wire, step by step.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::StatusCode;

use super::answer::{Answer, Cut, Ending, Framing, Says, Shape};
use super::gate::Gate;
use super::received::Received;
use super::turn::{Talk, Turn};
use super::{anthropic, gemini, openai, responses};
use crate::Protocol;

/// One thing an answer does on the wire.
#[derive(Debug)]
pub(super) enum Step {
    Write(Bytes),
    Wait(Gate),
    Hang,
    Close,
    Reset,
}

/// What an answer to this request does on the wire.
pub(super) fn steps(answer: &Answer, request: &Received, number: usize) -> Vec<Step> {
    let (kind, pieces, streams) = match &answer.says {
        Says::Nothing => return vec![Step::Hang],
        Says::HangUp => return vec![Step::Close],
        Says::Talk(talk) => speak(talk, request, number),
        Says::Turn(turn) => perform(turn, request),
        Says::Refusal(message) => (
            JSON.to_owned(),
            vec![refusal(request, answer.status, message)],
            false,
        ),
        Says::Body { kind, pieces } => (kind.clone(), pieces.clone(), false),
    };
    let pieces = shape(answer.shape, pieces);
    let framing = match answer.framing {
        Framing::Usual if streams => Framing::Chunked,
        Framing::Usual => Framing::Length,
        Framing::Chunked | Framing::Length | Framing::Close => answer.framing,
    };
    let taken = match answer.ending {
        Ending::Cut { after, .. } => after.min(pieces.len()),
        Ending::Whole | Ending::WholeThenClosed => pieces.len(),
    };
    let told = match answer.ending {
        Ending::Cut {
            how: Cut::CleanEnd, ..
        } => taken,
        Ending::Whole | Ending::WholeThenClosed | Ending::Cut { .. } => pieces.len(),
    };
    let length = pieces[..told].iter().map(Bytes::len).sum();
    let mut steps = Vec::new();
    steps.extend(answer.gates.before_headers.clone().map(Step::Wait));
    write_head(
        &mut steps,
        answer,
        &head(answer, request, &kind, framing, length),
    );
    if request.method == "HEAD" {
        return steps;
    }
    for piece in pieces.into_iter().take(taken) {
        steps.extend(answer.gates.before_each_piece.clone().map(Step::Wait));
        steps.push(Step::Write(framed(framing, &piece)));
    }
    finish(&mut steps, answer.ending, framing);
    steps
}

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream; charset=utf-8";

fn speak(talk: &Talk, request: &Received, number: usize) -> (String, Vec<Bytes>, bool) {
    let body = request.json();
    let has_result = match request.protocol() {
        Protocol::Anthropic => anthropic::ends_in_tool_result(&body),
        Protocol::OpenAi => openai::ends_in_tool_result(&body),
        Protocol::Responses => responses::ends_in_tool_result(&body),
        Protocol::Gemini => gemini::ends_in_tool_result(&body),
    };
    perform(&talk.turn(number, &request.tools(), has_result), request)
}

/// Says a turn in the protocol and form that the request asks for.
fn perform(turn: &Turn, request: &Received) -> (String, Vec<Bytes>, bool) {
    let model = &request.model();
    let protocol = request.protocol();
    if !request.wants_stream() {
        let whole = match protocol {
            Protocol::Anthropic => anthropic::whole(model, turn),
            Protocol::OpenAi => openai::whole(model, turn),
            Protocol::Responses => responses::whole(model, turn),
            Protocol::Gemini => gemini::whole(model, turn),
        };
        return (JSON.to_owned(), vec![Bytes::from(whole.to_string())], false);
    }
    let wants_usage = request.json()["stream_options"]["include_usage"] == true;
    let is_sse = request
        .query()
        .is_some_and(|query| query.contains("alt=sse"));
    let (kind, pieces) = match protocol {
        Protocol::Anthropic => (EVENTS, anthropic::stream(model, turn)),
        Protocol::OpenAi => (EVENTS, openai::stream(model, turn, wants_usage)),
        Protocol::Responses => (EVENTS, responses::stream(model, turn)),
        Protocol::Gemini if is_sse => ("text/event-stream", gemini::stream(model, turn)),
        Protocol::Gemini => (JSON, gemini::array(model, turn)),
    };
    (kind.to_owned(), pieces, true)
}

fn refusal(request: &Received, status: u16, message: &str) -> Bytes {
    let body = match request.protocol() {
        Protocol::Anthropic => anthropic::error(status, message),
        Protocol::OpenAi | Protocol::Responses => openai::error(status, message),
        Protocol::Gemini => gemini::error(status, message),
    };
    Bytes::from(body.to_string())
}

fn shape(shape: Shape, pieces: Vec<Bytes>) -> Vec<Bytes> {
    let text = |piece: &Bytes| String::from_utf8_lossy(piece).into_owned();
    match shape {
        Shape::Plain => pieces,
        Shape::Gzipped => vec![gzip(&pieces.concat())],
        Shape::Crlf => {
            let crlf = |piece: &Bytes| Bytes::from(text(piece).replace('\n', "\r\n"));
            pieces.iter().map(crlf).collect()
        }
        Shape::SplitCharacters => split_in_characters(&pieces.concat()),
        Shape::SingleBytes => {
            let whole = Bytes::from(pieces.concat());
            (0..whole.len()).map(|at| whole.slice(at..=at)).collect()
        }
    }
}

fn gzip(plain: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).expect("memory takes all");
    Bytes::from(encoder.finish().expect("memory takes all"))
}

/// Cuts behind the first byte of every character that has more than one.
fn split_in_characters(whole: &[u8]) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    for (at, byte) in whole.iter().enumerate() {
        if *byte >= 0xC0 {
            pieces.push(Bytes::copy_from_slice(&whole[begin..=at]));
            begin = at + 1;
        }
    }
    pieces.push(Bytes::copy_from_slice(&whole[begin..]));
    pieces
}

fn head(
    answer: &Answer,
    request: &Received,
    kind: &str,
    framing: Framing,
    length: usize,
) -> String {
    let reason = StatusCode::from_u16(answer.status)
        .ok()
        .and_then(|code| code.canonical_reason());
    let mut lines = vec![
        format!(
            "HTTP/1.1 {} {}",
            answer.status,
            reason.unwrap_or("Scripted")
        ),
        format!("content-type: {kind}"),
        match request.protocol() {
            Protocol::Anthropic => "request-id: req_scripted".to_owned(),
            Protocol::OpenAi | Protocol::Responses => "x-request-id: req_scripted".to_owned(),
            Protocol::Gemini => "server: scaffolding on HTTPServer2".to_owned(),
        },
        match framing {
            Framing::Usual | Framing::Length => format!("content-length: {length}"),
            Framing::Chunked => "transfer-encoding: chunked".to_owned(),
            Framing::Close => "connection: close".to_owned(),
        },
    ];
    lines.extend(
        answer
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    lines.join("\r\n") + "\r\n\r\n"
}

fn write_head(steps: &mut Vec<Step>, answer: &Answer, head: &str) {
    let Some(gate) = &answer.gates.inside_headers else {
        steps.push(Step::Write(Bytes::from(head.to_owned())));
        return;
    };
    for (at, byte) in head.bytes().enumerate() {
        if at == head.len() / 2 {
            steps.push(Step::Wait(gate.clone()));
        }
        steps.push(Step::Write(Bytes::copy_from_slice(&[byte])));
    }
}

fn framed(framing: Framing, piece: &Bytes) -> Bytes {
    if framing != Framing::Chunked {
        return piece.clone();
    }
    let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
    chunk.extend_from_slice(piece);
    chunk.extend_from_slice(b"\r\n");
    Bytes::from(chunk)
}

fn finish(steps: &mut Vec<Step>, ending: Ending, framing: Framing) {
    let end_framing = |steps: &mut Vec<Step>| match framing {
        Framing::Chunked => steps.push(Step::Write(Bytes::from_static(b"0\r\n\r\n"))),
        Framing::Close => steps.push(Step::Close),
        Framing::Usual | Framing::Length => {}
    };
    match ending {
        Ending::Whole
        | Ending::Cut {
            how: Cut::CleanEnd, ..
        } => end_framing(steps),
        Ending::WholeThenClosed => {
            end_framing(steps);
            steps.push(Step::Close);
        }
        Ending::Cut { how: Cut::Eof, .. } => steps.push(Step::Close),
        Ending::Cut {
            how: Cut::Reset, ..
        } => steps.push(Step::Reset),
        Ending::Cut { how: Cut::Hang, .. } => steps.push(Step::Hang),
    }
}
