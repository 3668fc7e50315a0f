//! Pitfalls that only show when a request and its answer go all the way.

mod gemini;
#[path = "../grammar/mod.rs"]
mod grammar;
mod responses;
mod travel;
