//! The application log: to the terminal, at a level the user chooses.
//!
//! | level | what it means |
//! |---|---|
//! | error | the gateway cannot do its work |
//! | warn | something was lost or is not as it should be, and the work goes on |
//! | info | start, stop and changes that a person made |
//! | debug | what went wrong without harm, such as a client that did not come to TLS |
//! | trace | everything |
//!
//! No level shows keys, prompts or answers.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Begins logging to standard error; a second call changes nothing.
///
/// A bare level is Keyway's own; libraries stay at `warn`, so that `debug` remains readable.
pub fn begin(level: &str) {
    let directives = match level {
        "off" => "off".to_owned(),
        "error" | "warn" | "info" | "debug" | "trace" => {
            format!("warn,keyway_gateway={level},keyway={level}")
        }
        other => other.to_owned(),
    };
    let filter = EnvFilter::try_new(&directives)
        .unwrap_or_else(|_| EnvFilter::new("warn,keyway_gateway=info"));
    let layer = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    tracing_subscriber::registry()
        .with(filter)
        .with(layer)
        .try_init()
        .ok(); // the first subscriber stays
}
