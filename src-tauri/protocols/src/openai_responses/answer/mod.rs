//! Answers: the response object and the items in its output.

pub(crate) mod ending;
pub(crate) mod items;
pub(crate) mod read;
pub(crate) mod shell;
pub(crate) mod write;
