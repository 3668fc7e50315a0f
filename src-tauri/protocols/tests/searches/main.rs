//! Anthropic's web search, made by the gateway for targets that do not search by themselves.

#[path = "../grammar/mod.rs"]
mod grammar;
mod kit;
mod later;
mod rounds;
mod whole;
