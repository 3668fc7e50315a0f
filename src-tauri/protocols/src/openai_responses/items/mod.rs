//! The items of a conversation: `input` of a request.

pub(crate) mod content;
pub(crate) mod content_write;
pub(crate) mod foreign;
mod media;
pub(crate) mod page;
pub(crate) mod read;
pub(crate) mod reasoning;
pub(crate) mod write;
