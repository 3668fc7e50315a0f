use bytes::Bytes;

use super::{Frame, Frames, StreamError};

/// The name and the data of an event.
type Seen = (Option<String>, Option<String>);

fn seen(frame: &Frame) -> Seen {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        frame.event().map(text),
        frame.data().map(|data| text(&data)),
    )
}

/// The events with data, and the last block that was not ended.
fn read(pieces: &[&[u8]]) -> (Vec<Seen>, Option<Seen>) {
    let mut frames = Frames::default();
    let (mut events, mut raw) = (Vec::new(), Vec::new());
    for piece in pieces {
        frames.push(Bytes::copy_from_slice(piece));
        while let Some(frame) = frames.next_frame().unwrap() {
            raw.extend_from_slice(frame.raw());
            events.extend(frame.data().is_some().then(|| seen(&frame)));
        }
    }
    let last = frames.finish();
    raw.extend(last.iter().flat_map(|frame| frame.raw().to_vec()));
    assert_eq!(raw, pieces.concat(), "no byte is lost");
    (
        events,
        last.filter(|frame| frame.data().is_some())
            .map(|frame| seen(&frame)),
    )
}

fn data(text: &str) -> Seen {
    (None, Some(text.to_owned()))
}

#[test]
fn every_line_end_and_every_cut_gives_the_same_events() {
    let wire = "\u{feff}: hello\n\nevent: a\nid: 7\ndata: {\"x\":\ndata:  \"你好\"}\n\ndata:y\n\n\n\ndata\n\nretry: 1\n\n";
    let expected = vec![
        (Some("a".to_owned()), Some("{\"x\":\n \"你好\"}".to_owned())),
        data("y"),
        data(""),
    ];
    for newline in ["\n", "\r", "\r\n"] {
        let wire = wire.replace('\n', newline).into_bytes();
        assert_eq!(read(&[&wire]), (expected.clone(), None));
        for cut in 0..wire.len() {
            assert_eq!(
                read(&[&wire[..cut], &wire[cut..]]).0,
                expected,
                "cut at {cut}"
            );
        }
        let bytes: Vec<&[u8]> = wire.chunks(1).collect();
        assert_eq!(read(&bytes).0, expected);
    }
}

#[test]
fn a_mark_in_front_of_the_first_field_is_skipped() {
    assert_eq!(read(&["\u{feff}data: x\n\n".as_bytes()]).0, vec![data("x")]);
}

#[test]
fn mixed_line_ends_are_accepted() {
    assert_eq!(
        read(&[b"data: a\r\n\ndata: b\n\rdata: c\r\r\n"]).0,
        vec![data("a"), data("b"), data("c")]
    );
}

#[test]
fn a_last_block_without_an_empty_line_is_handed_over_at_the_end() {
    assert_eq!(
        read(&[b"data: a\n\ndata: b"]),
        (vec![data("a")], Some(data("b")))
    );
    assert_eq!(read(&[b"data: a\n\ndata: b\n"]).1, Some(data("b")));
}

#[test]
fn an_event_within_one_piece_is_not_copied() {
    let chunk = Bytes::from_static(b"data: a\n\ndata: b\n\n");
    let mut frames = Frames::default();
    frames.push(chunk.clone());

    let first = frames.next_frame().unwrap().unwrap();

    assert_eq!(first.raw().as_ptr(), chunk.as_ptr());
}

#[test]
fn an_event_beyond_the_limit_is_refused_before_it_is_held() {
    let mut frames = Frames::with_limit(100);
    for _ in 0..10 {
        frames.push(Bytes::from_static(b"data: 0123"));
        if let Err(error) = frames.next_frame() {
            assert_eq!(error, StreamError::EventTooLarge { limit: 100 });
            return;
        }
    }
    frames.push(Bytes::from_static(b"4"));
    assert!(frames.next_frame().is_err());
}
