//! Flows through a whole Keyway, seen from outside: real server, scripted upstreams, plain clients.

mod aborts;
mod admin_door;
mod bytes;
mod cli_import;
mod cli_kit;
mod cli_records;
mod cli_secret;
mod cli_serve;
mod counting;
mod failover;
mod faults;
mod generations;
mod headers;
mod intake;
mod kill9;
mod layers;
mod limits;
mod logs;
mod models;
mod outcome;
mod passing;
mod relay;
mod routing;
mod secrets;
mod table;
mod translation;
