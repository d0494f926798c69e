//! The `varco` command: parses its arguments and runs one subcommand.

use std::process::ExitCode;

use clap::Parser;
use varco::cli::Cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    varco::cli::run(Cli::parse())
}
