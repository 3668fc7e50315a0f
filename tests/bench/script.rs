//! What the target says: OpenAI Chat answers, whole and as events.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use serde_json::{Value, json};
use std::convert::Infallible;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::platform::now_ns;
use super::question::Answer;

/// The events of a burst, without the closing `[DONE]`.
pub(crate) const BURST_EVENTS: usize = 200;
/// How often a live stream speaks.
pub(crate) const LIVE_PER_SECOND: u32 = 20;
/// Stands before the time an event of a live stream was made.
pub(crate) const STAMP: &[u8] = b"sent=";
/// The digits of a stamp.
pub(crate) const STAMP_DIGITS: usize = 20;
/// A live stream that nobody ends stops by itself.
const LIVE_EVENTS: usize = 20 * 120;

/// The answer's bytes, made once.
pub(crate) struct Script {
    pub(crate) json: Bytes,
    burst: Vec<Bytes>,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self {
            json: Bytes::from(reply(Answer::Json.model()).to_string()),
            burst: burst(),
        }
    }
}

/// A body the target sends.
pub(crate) enum Told {
    Whole(Option<Bytes>),
    /// Pauses before each event, so that each is a write of its own.
    Burst {
        script: Arc<Script>,
        next: usize,
        paused: bool,
    },
    Live {
        beat: Interval,
        sent: usize,
    },
}

impl Told {
    pub(crate) fn live() -> Self {
        let mut beat = interval(Duration::from_secs(1) / LIVE_PER_SECOND);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self::Live { beat, sent: 0 }
    }
}

impl Body for Told {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = match self.get_mut() {
            Self::Whole(bytes) => bytes.take(),
            Self::Burst {
                script,
                next,
                paused,
            } => {
                *paused = !*paused;
                if *paused {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                *next += 1;
                script.burst.get(*next - 1).cloned()
            }
            Self::Live { beat, sent } => {
                std::task::ready!(beat.poll_tick(context));
                *sent += 1;
                (*sent <= LIVE_EVENTS).then(live_event)
            }
        };
        Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        match self {
            Self::Whole(bytes) => {
                http_body::SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64)
            }
            Self::Burst { .. } | Self::Live { .. } => http_body::SizeHint::default(),
        }
    }
}

fn reply(model: &str) -> Value {
    json!({
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT", "object": "chat.completion", "created": 1_741_569_952,
        "model": model,
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": "The test fails because the sum starts at one.", "refusal": null},
            "logprobs": null, "finish_reason": "stop",
        }],
        "usage": usage(), "service_tier": "default", "system_fingerprint": "fp_44709d6fcb",
    })
}

fn usage() -> Value {
    json!({
        "prompt_tokens": 250, "completion_tokens": 200, "total_tokens": 450,
        "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 0},
    })
}

fn event(model: &str, choices: &Value, usage: &Value) -> Bytes {
    let chunk = json!({
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT", "object": "chat.completion.chunk", "created": 1_741_569_952,
        "model": model, "service_tier": "default", "system_fingerprint": "fp_44709d6fcb",
        "choices": choices, "usage": usage,
    });
    Bytes::from(format!("data: {chunk}\n\n"))
}

fn burst() -> Vec<Bytes> {
    let model = Answer::Burst.model();
    let choice = |delta: Value, end: Value| json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": end}]);
    let words = (0..BURST_EVENTS - 3).map(|number| json!({"content": format!(" word{number}")}));
    let deltas = std::iter::once(json!({"role": "assistant", "content": ""})).chain(words);
    let mut events: Vec<_> = deltas
        .map(|delta| event(model, &choice(delta, Value::Null), &Value::Null))
        .collect();
    events.push(event(
        model,
        &choice(json!({}), json!("stop")),
        &Value::Null,
    ));
    events.push(event(model, &json!([]), &usage()));
    events.push(Bytes::from_static(b"data: [DONE]\n\n"));
    events
}

fn live_event() -> Bytes {
    let model = Answer::Live.model();
    let now = now_ns();
    Bytes::from(format!(
        "data: {{\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion.chunk\",\
         \"created\":1741569952,\"model\":\"{model}\",\"service_tier\":\"default\",\
         \"system_fingerprint\":\"fp_44709d6fcb\",\"choices\":[{{\"index\":0,\"delta\":\
         {{\"content\":\"sent={now:020} \"}},\"logprobs\":null,\"finish_reason\":null}}],\"usage\":null}}\n\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_has_the_events_it_promises_and_an_end() {
        let events = burst();
        assert_eq!(events.len(), BURST_EVENTS + 1);
        assert_eq!(events[BURST_EVENTS], "data: [DONE]\n\n");
    }

    #[test]
    fn a_live_event_is_json_with_its_time() {
        let event = live_event();
        let text = std::str::from_utf8(&event).unwrap();
        let chunk: Value = serde_json::from_str(text.trim_start_matches("data: ")).unwrap();
        let content = chunk["choices"][0]["delta"]["content"].as_str().unwrap();
        assert_eq!(content.trim_end().len(), STAMP.len() + STAMP_DIGITS);
    }
}
