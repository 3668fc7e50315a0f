//! Pitfalls that only show when a request and its answer go all the way.

mod answer;
mod chat;
mod clean;
#[path = "../cross_laws/client.rs"]
mod client;
mod fit;
mod gemini;
#[path = "../grammar/mod.rs"]
mod grammar;
mod kit;
mod prefix;
mod responses;
mod rest;
mod sound;
mod strange;
mod travel;
mod turns;
#[path = "../cross_laws/ways.rs"]
mod ways;
