//! The API as its callers see it, a file per subject.

mod access;
mod groups;
mod keys;
mod logs;
mod others;
mod probing;
mod providers;
mod routes;
