//! What clients send is read and written as it was.

mod crossed;
mod identity;
