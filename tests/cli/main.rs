//! What people type and what they see: commands, findings, reports and bad input. No other program is needed but git.

mod annotate;
mod bad_input;
mod check;
mod command_line;
mod completion;
mod directives;
mod explain;
mod findings;
mod formats;
mod galleries;
mod generate;
mod graph;
mod hash;
mod hints;
mod hook_arguments;
mod hooks;
mod init;
mod list;
mod log;
mod no_exec;
mod once;
mod places;
mod programs;
mod secrets;
mod spelling;
#[path = "../support/mod.rs"]
mod support;
mod targets;
mod templates;
mod threads;
mod unmatched;
mod usage;
mod writing;
