//! The `varco` command line: one file or folder per subcommand.

pub mod client;
pub mod demo;
pub mod replay;

use std::io::Write;

/// Why a command did not do what it was asked to; each maps to an exit code.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command ran, and what it looked at is not as it should be (exit code 1). The text may be
    /// empty if the findings are printed already.
    #[error("{0}")]
    Found(String),
    /// The command could not be carried out as it was given (exit code 2).
    #[error("{0}")]
    Unusable(String),
}

impl Failure {
    /// What keeps a command from running: an argument, a file, a setting, a host.
    pub fn unusable(reason: impl std::fmt::Display) -> Self {
        Failure::Unusable(reason.to_string())
    }
}

/// Prints to standard output, where the reader may have gone (`varco … | head`).
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Failure::unusable)
}
