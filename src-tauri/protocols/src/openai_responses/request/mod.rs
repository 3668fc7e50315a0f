//! Requests: everything but the conversation's items.

mod choice;
mod controls;
pub(crate) mod echo;
mod lost;
pub(crate) mod read;
pub(crate) mod tools;
mod tools_write;
pub(crate) mod write;
