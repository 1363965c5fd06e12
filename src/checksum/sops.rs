//! `decrypt=sops`: what a file that SOPS encrypted says, through the `sops` program.
//!
//! The ciphertext goes in through a pipe and the plaintext comes out of one: neither touches a disk. What `sops` says on
//! standard error is not passed on, for it can hold parts of the plaintext, or digests of it; its exit status says enough.

use std::io::{self, Read as _, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};

use camino::Utf8Path;

use crate::diagnostic::Diagnostic;
use crate::text::Place;

/// Decrypts what a file holds.
///
/// # Errors
///
/// Where `sops` is not installed, does not have the key, or finds the file changed by hand.
pub(super) fn decrypt(path: &Utf8Path, ciphertext: &[u8]) -> Result<Vec<u8>, Diagnostic> {
    let at = |problem: Diagnostic| problem.at(Place::file(path));
    let format = format(path);
    let mut command = Command::new("sops");
    // This spelling is understood by every version 3.
    command.args(["--decrypt", "--input-type", format, "--output-type", format, "/dev/stdin"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn().map_err(|error| at(not_started(path, &error)))?;
    let (plaintext, status) = exchange(child, ciphertext).map_err(|error| {
        at(Diagnostic::error(format!("`{path}` cannot be decrypted: the pipe to `sops` broke: {error}"))
            .hint("run it again; `sops decrypt` by hand says more"))
    })?;
    if status.success() { Ok(plaintext) } else { Err(at(failed(path, status))) }
}

/// Writes the input while the output is read, so that neither pipe fills up.
fn exchange(mut child: Child, input: &[u8]) -> io::Result<(Vec<u8>, ExitStatus)> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let read = std::thread::scope(|scope| {
        // A program that fails before it has read everything breaks the pipe; its status says why.
        let writer = scope.spawn(|| stdin.map_or(Ok(()), |mut stdin| stdin.write_all(input)));
        let mut output = Vec::new();
        let read = stdout.map_or(Ok(0), |mut stdout| stdout.read_to_end(&mut output));
        let _ = writer.join();
        read.map(|_| output)
    });
    let status = child.wait()?;
    Ok((read?, status))
}

/// The format that `sops` takes a file to be in, by its name (`cmd/sops/formats: FormatForPath`).
fn format(path: &Utf8Path) -> &'static str {
    const FORMATS: [(&str, &str); 5] =
        [(".yaml", "yaml"), (".yml", "yaml"), (".json", "json"), (".env", "dotenv"), (".ini", "ini")];
    let known = FORMATS.into_iter().find(|(ending, _)| path.as_str().ends_with(ending));
    known.map_or("binary", |(_, format)| format)
}

fn not_started(path: &Utf8Path, error: &io::Error) -> Diagnostic {
    if error.kind() == io::ErrorKind::NotFound {
        return Diagnostic::error(format!(
            "`{path}` is to be decrypted, and the program `sops` is not in `PATH`"
        ))
        .hint("install SOPS 3, or drop `decrypt=sops` to hash the ciphertext");
    }
    Diagnostic::error(format!("`{path}` is to be decrypted, and `sops` cannot be started: {error}"))
        .hint("`sops --version` by hand should say which one it is")
}

/// What an exit status of `sops` means (`cmd/sops/codes`).
fn failed(path: &Utf8Path, status: ExitStatus) -> Diagnostic {
    let (said, hint) = match status.code() {
        Some(128) => (
            "has none of the keys that it was encrypted for".to_owned(),
            "give `sops` the key, for example with `SOPS_AGE_KEY_FILE`",
        ),
        Some(51 | 52) => (
            "finds that it was changed after it was encrypted".to_owned(),
            "edit encrypted files with `sops edit` only",
        ),
        Some(code) => {
            (format!("failed with exit status {code}"), "`sops decrypt` by hand says more about it")
        }
        None => ("was stopped by a signal".to_owned(), "run it again"),
    };
    Diagnostic::error(format!("`{path}` cannot be decrypted: `sops` {said}")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_goes_by_the_name_as_in_sops() {
        for (name, wanted) in [
            ("a.yaml", "yaml"),
            ("a.enc.yml", "yaml"),
            ("a.json", "json"),
            (".env", "dotenv"),
            ("prod.env", "dotenv"),
            ("a.ini", "ini"),
            (".yaml", "yaml"),
            ("a.pem", "binary"),
            ("env", "binary"),
            ("a.YAML", "binary"),
        ] {
            assert_eq!(format(Utf8Path::new(name)), wanted, "{name}");
        }
    }

    #[test]
    fn input_and_output_larger_than_a_pipe_pass() {
        let input = vec![b'x'; 1 << 20];
        let mut command = Command::new("cat");
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("cat");
        let (output, status) = exchange(child, &input).expect("an exchange");
        assert!(status.success());
        assert_eq!(output, input);
        let mut command = Command::new("false");
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("false");
        let (output, status) = exchange(child, &input).expect("the broken pipe is its own doing");
        assert!(output.is_empty() && !status.success());
    }
}
