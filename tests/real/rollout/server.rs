//! A program that runs until nobody needs it.

use fs_err::{self as fs, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running program. Dropping it ends it, in a panic too; if the whole test process is killed, the kernel ends it.
///
/// The kernel watches the *thread* that started the program, so that thread has to live as long as the program.
pub(crate) struct Server {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts a program whose output goes to a file.
    pub(crate) fn start(program: &Path, arguments: &[String], log: PathBuf) -> Self {
        let output = File::create(&log).expect("a log file").into_file();
        let errors = output.try_clone().expect("a second handle of the log file");
        let name = program.file_name().expect("a program has a name").to_string_lossy().into_owned();
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--"])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("`{name}` cannot be started: {error}"));
        Self { name, child, log }
    }

    /// The number of its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// `Err` with the end of its log when it has ended by itself.
    pub(crate) fn check(&mut self) -> Result<(), String> {
        match self.child.try_wait().expect("a child can be waited for") {
            None => Ok(()),
            Some(status) => Err(format!("`{}` ended with {status}:\n{}", self.name, self.log_end())),
        }
    }

    /// The last lines it wrote.
    pub(crate) fn log_end(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before; either way it must not stay a zombie.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
