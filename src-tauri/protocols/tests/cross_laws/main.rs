//! What holds for every answer on its way from any provider to any client.

mod client;
#[path = "../grammar/mod.rs"]
mod grammar;
mod laws;
mod matrix;
mod script;
mod upstream;
mod ways;
