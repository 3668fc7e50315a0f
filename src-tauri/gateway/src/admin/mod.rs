//! The API behind the UI: a file per resource, each with its shapes, handlers and tests.
//!
//! [`routes`] shows the whole of it on one screen and makes the OpenAPI document from the same list.
//! A request passes [`guard`] (who asks), is read by [`given`] and judged by [`check`]; a change is one
//! [`App::change`](crate::app::App::change) with a line in the audit log; [`answer`] and [`error`] give it
//! the envelope that scripts written for keyway-router know. To add a resource: write its file, list its
//! handlers in [`routes`].

mod answer;
mod audit;
mod check;
mod credentials;
mod docs;
mod error;
mod given;
mod groups;
mod guard;
mod health;
mod keys;
mod live;
mod logs;
mod model_routes;
mod overview;
mod page;
mod presets;
mod probes;
mod providers;
pub(crate) mod quirk_words;
mod refs;
mod routes;
mod secrets;
mod session;
mod settings;
mod targets;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tools;
mod users;
mod wire;

pub use crate::door::{Door, Trusted};
pub use routes::{openapi, router};
