//! Keyway without a screen.
//!
//! A request walks through [`proxy`]; people change things through [`admin`]. Both look at
//! [`config`], both leave traces in [`store`], and what they share stands in [`app`].
//!
//! | storey | modules | may use |
//! |---|---|---|
//! | 5 | this file, [`cli`] | everything below |
//! | 4 | `gateway`, `server`, `guard`, `web`, `upkeep`, `takeover` | [`proxy`], [`admin`], [`app`] |
//! | 3 | [`proxy`], [`admin`] | [`app`] and below, not each other |
//! | 2 | [`import`], [`toolloop`] | [`store`], [`secrets`], [`upstream`], [`config`] |
//! | 1 | `door`, [`store`], [`secrets`], [`upstream`], [`metering`], [`observe`] | [`config`] and storey 0 |
//! | 0 | [`config`], [`ids`], [`clock`], [`events`], [`tasks`], [`options`], `serving` | nothing of ours above |

pub mod admin;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
mod door;
pub mod events;
mod gateway;
mod guard;
pub mod ids;
pub mod import;
pub mod metering;
pub mod observe;
pub mod options;
pub mod proxy;
pub mod secrets;
mod server;
mod serving;
pub mod store;
mod takeover;
pub mod tasks;
pub mod toolloop;
mod upkeep;
pub mod upstream;
mod web;

pub use gateway::{Gateway, OpenError};
