//! What just happened, for those who show it: the UI, the tray, `logs -f`.

use serde::Serialize;
use tokio::sync::broadcast;

/// Listeners further behind than this are told to refresh everything.
const BACKLOG: usize = 256;

/// Something that changed what people see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The configuration changed; names the kind of record: `providers`, `routes`, …
    Config {
        /// The kind of record that changed.
        what: &'static str,
    },
    /// So many log entries were written.
    Logged {
        /// How many.
        entries: usize,
    },
    /// The health of a credential changed.
    Health {
        /// The readable id of its provider.
        provider: String,
        /// Whether it is resting.
        open: bool,
    },
}

/// Hands events to all who listen; costs nothing when nobody does.
#[derive(Debug, Clone)]
pub struct Events(broadcast::Sender<Event>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }
}

impl Events {
    /// Tells all who listen.
    pub fn tell(&self, event: Event) {
        self.0.send(event).ok(); // nobody listening is fine
    }

    /// Listens from here on.
    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
