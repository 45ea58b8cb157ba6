//! `reproduce descend` as a process: what it prints and writes, for good and bad settings.

#[path = "../common/mod.rs"]
mod common;
mod long_runs;
mod ran;
mod refusals;
mod results;
mod settings;
mod trace;
