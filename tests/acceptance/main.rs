//! Real clients, as their registries deliver them, through the real `keyway-server`.
//!
//! Every client plays its cases twice: straight against the scripted upstream, which proves that
//! the upstream speaks as the services do, and through Keyway, where the same must come out.
//! The clients are installed once into `target/acceptance-tools`.

mod agent;
mod claude_code;
mod clients;
mod coders;
mod coding;
mod crossing;
mod expect;
mod hostile_page;
mod keyway_router;
mod sdks;
mod stage;
mod tools;
mod web_search;
