//! Requests.

mod read;
#[cfg(test)]
mod tests;
mod thinking;
mod write;

pub(crate) use read::read_request;
pub(crate) use write::write_request;
