//! The `helmsum` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    helmsum::run(std::env::args_os().collect(), &mut helmsum::Streams::of_process()).into()
}
