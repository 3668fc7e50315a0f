//! The headless gateway and its command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    keyway_gateway::cli::main()
}
