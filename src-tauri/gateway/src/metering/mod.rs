//! What requests cost and how much of it each client key may use.
//!
//! [`limits`] lets a request in or says which limit it hit; [`tokens`] counts what a body would cost upstream.
//! Both are told the time and do no I/O.

pub mod limits;
pub mod tokens;
