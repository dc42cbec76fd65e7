//! The command `memory`.
fn main() {}
