//! Clients of one protocol with providers of another: all twelve directions.

mod failing;
mod heard;
mod plain;
mod settings;
mod stage;
mod turns;
