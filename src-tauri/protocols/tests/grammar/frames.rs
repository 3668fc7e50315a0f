//! Cuts a produced stream into its events.

use serde_json::Value;

use super::ensure;

/// One event.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) event: Option<String>,
    pub(super) data: String,
}

impl Frame {
    pub(super) fn json(&self) -> Result<Value, String> {
        serde_json::from_str(&self.data).map_err(|error| format!("{error} in {}", self.data))
    }

    /// The data of an event whose name is the type in its data.
    pub(super) fn named(&self) -> Result<(&str, Value), String> {
        let event = self.event.as_deref().ok_or("an event without a name")?;
        let value = self.json()?;
        ensure!(
            value["type"] == event,
            "{event} is of another type: {value}"
        );
        Ok((event, value))
    }
}

/// The events of a stream: `event: …` and `data: …`, one line each, or comments in blocks of their own.
pub(super) fn frames(stream: &str) -> Result<Vec<Frame>, String> {
    ensure!(!stream.contains('\r'), "a carriage return");
    ensure!(
        stream.is_empty() || stream.ends_with("\n\n"),
        "the last event is open"
    );
    let mut frames = Vec::new();
    for block in stream.split_terminator("\n\n") {
        ensure!(!block.starts_with('\n'), "two empty lines");
        if block.lines().all(|line| line.starts_with(':')) {
            continue;
        }
        frames.push(frame(block)?);
    }
    Ok(frames)
}

fn frame(block: &str) -> Result<Frame, String> {
    let mut lines = block.lines().peekable();
    let event = lines
        .next_if(|line| line.starts_with("event: "))
        .map(|line| line["event: ".len()..].to_owned());
    let data = lines.next().and_then(|line| line.strip_prefix("data: "));
    let data = data
        .ok_or_else(|| format!("no data in {block:?}"))?
        .to_owned();
    ensure!(
        lines.next().is_none(),
        "more than one data line in {block:?}"
    );
    Ok(Frame { event, data })
}
