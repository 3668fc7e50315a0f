//! Answers that are read whole and want searches: all rounds are made before anything goes to the client.

use std::sync::Arc;

use bytes::Bytes;
use keyway_protocols::cross::{CrossBody, CrossStream};

use super::{
    Origin,
    opening::{Opened, judged},
    reading::Sides,
    success::MOST_WHOLE_BYTES,
};
use crate::{
    proxy::{
        collect::collect,
        convert::guarded,
        error::ProxyError,
        prepare::Way,
        quoted,
        searching::{Searching, Stuck},
    },
    store::logs::AttemptNote,
};

/// Makes the searches that an answer wants, asks its target to go on, and so forth to its end.
pub(super) async fn settled(
    bytes: Bytes,
    sides: Sides,
    from: &Origin,
    way: &Way,
    (searching, notes): (&Arc<Searching>, &mut Vec<AttemptNote>),
) -> Result<Opened, ProxyError> {
    let (mut last, mut out) = (bytes, Vec::new());
    let keys = quoted::keys(&from.target.provider);
    let mut stream = guarded(|| {
        let stream = if way.streamed {
            way.back.stream()
        } else {
            way.back.gathering()
        };
        stream.hiding(keys)
    })?;
    read(&mut stream, &last, from, &mut out)?;
    while let Some(wanted) = stream.wants() {
        let made = searching.search(wanted.to_vec()).await;
        let (found, made): (Vec<_>, Vec<_>) = made.into_iter().unzip();
        notes.extend(made);
        let Some(body) = searching.told(&mut stream, found, &mut out)? else {
            break;
        };
        let (asked, note) = searching.ask(body).await;
        notes.push(note);
        let (incoming, decoder) = match asked {
            Ok(next) => next,
            Err(Stuck::Failed(error)) => return Err(error),
            Err(Stuck::Told(told)) => return Ok(Opened::Told(told)),
        };
        let read_whole = collect(incoming, from.idle(), MOST_WHOLE_BYTES).await;
        let cut = |reason| from.cut(reason);
        last = read_whole
            .and_then(|body| decoder.whole(body))
            .map_err(cut)?;
        read(&mut stream, &last, from, &mut out)?;
    }
    let end = guarded(|| stream.finish(&mut out))?;
    let body = Bytes::from(out.concat());
    judged(Some(CrossBody { body, end }), &last, sides, from)
}

fn read(
    stream: &mut CrossStream,
    bytes: &Bytes,
    from: &Origin,
    out: &mut Vec<Bytes>,
) -> Result<(), ProxyError> {
    let read = guarded(|| {
        let pushed = stream.push(bytes.clone(), out);
        stream.end_of_stream(out);
        pushed
    })?;
    read.map_err(|error| from.cut(error.to_string()))
}
