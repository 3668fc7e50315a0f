//! Events: what changed, as it changes.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::State,
    response::sse::{Event as SseEvent, KeepAlive, Sse},
};
use futures_util::{Stream, stream};
use tokio::sync::broadcast::error::RecvError;

use crate::{app::App, events::Event};

/// Tells of changes as server-sent events: `{"type": "config", "what": "providers"}`,
/// `{"type": "logged", "entries": 3}`, `{"type": "health", "provider": "…", "open": true}`;
/// `{"type": "refresh"}` when some were missed.
#[utoipa::path(get, path = "/admin/events", tag = "events", responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(super) async fn events(
    State(app): State<Arc<App>>,
) -> Sse<impl Stream<Item = Result<SseEvent, Infallible>>> {
    let listening = (app.events.listen(), app.tasks.stopping().clone(), true);
    let events = stream::unfold(listening, |(mut events, stop, is_first)| async move {
        if is_first {
            // Sends the head of the answer at once.
            return Some((
                Ok(SseEvent::default().comment("listening")),
                (events, stop, false),
            ));
        }
        let event = match stop.run_until_cancelled(events.recv()).await? {
            Ok(event) => told(&event),
            Err(RecvError::Lagged(_)) => SseEvent::default().data(r#"{"type":"refresh"}"#),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), (events, stop, false)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

fn told(event: &Event) -> SseEvent {
    let text = serde_json::to_string(event).unwrap_or_else(|_| r#"{"type":"refresh"}"#.to_owned());
    SseEvent::default().data(text)
}
