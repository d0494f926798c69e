//! The `varco` command.

fn main() {}
