//! Pitfalls that only show when a request and its answer go all the way.

mod fit;
mod gemini;
#[path = "../grammar/mod.rs"]
mod grammar;
mod kit;
mod prefix;
mod responses;
mod sound;
mod strange;
mod travel;
