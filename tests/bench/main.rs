//! The benchmark: Keyway against a bare proxy, nginx and no gateway at all, interleaved.
//!
//! `order` reads the arguments and walks the `rows`; `rounds` repeats a row until its medians
//! settle; `load`, `open` and `streams` measure one slice of one row through one
//! `contestant`; `report` prints and writes what came out. The same binary is, by a subcommand,
//! the scripted `target` and the `bare` proxy, each a process of its own.
//!
//! It reads `/proc` and needs one clock for all processes, so it runs on Linux only.

#[cfg(target_os = "linux")]
#[path = "."]
mod harness {
    pub(crate) mod accept;
    pub(crate) mod bare;
    pub(crate) mod call;
    pub(crate) mod children;
    pub(crate) mod contestant;
    pub(crate) mod keyway;
    pub(crate) mod load;
    pub(crate) mod memory;
    pub(crate) mod nginx;
    pub(crate) mod open;
    pub(crate) mod order;
    pub(crate) mod platform;
    pub(crate) mod proof;
    pub(crate) mod question;
    pub(crate) mod report;
    pub(crate) mod rounds;
    pub(crate) mod rows;
    pub(crate) mod script;
    pub(crate) mod slice;
    pub(crate) mod stats;
    pub(crate) mod streams;
    pub(crate) mod target;
}

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    harness::order::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> anyhow::Result<()> {
    anyhow::bail!("the benchmark runs on Linux only")
}
