//! The headless gateway and its command line.

use std::process::ExitCode;

/// Requests allocate many small things on several threads, where the system's allocator is slow.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    keyway_gateway::cli::main()
}
