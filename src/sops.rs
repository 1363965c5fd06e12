//! What a file that SOPS encrypted says, through the `sops` program.
//!
//! The ciphertext goes in through a pipe and the plaintext comes out of one: neither touches a disk. What `sops` says on
//! standard error is not passed on, for it can contain parts of the plaintext, or digests of it; its exit status says enough.

use std::ffi::OsStr;
use std::io;
use std::process::ExitStatus;

use camino::Utf8Path;

use crate::diagnostic::Diagnostic;
use crate::program::{Failure, LookupError, Program};
use crate::text::Place;

/// The most bytes of ciphertext that are decrypted.
pub(crate) const LIMIT: u64 = 16 << 20;

/// The program `sops` in the folders of `PATH`, to decrypt a file with; `otherwise` is what serves without it.
///
/// # Errors
///
/// Where it is not there, or would be of the directory that helmsum works in.
pub(crate) fn program(file: &Utf8Path, path: Option<&OsStr>, otherwise: &str) -> Result<Program, Diagnostic> {
    Program::find("sops", path).map_err(|error| not_found(file, &error, otherwise).at(Place::file(file)))
}

/// Decrypts what a file contains.
///
/// # Errors
///
/// Where `sops` does not have the key, or finds the file changed by hand.
pub(crate) fn decrypt(
    program: Program,
    file: &Utf8Path,
    format: &str,
    ciphertext: &[u8],
) -> Result<Vec<u8>, Diagnostic> {
    let at = |problem: Diagnostic| problem.at(Place::file(file));
    // This spelling is understood by every version 3.
    let sops = program
        .arguments(["--decrypt", "--input-type", format, "--output-type", format, "/dev/stdin"])
        .input(ciphertext);
    // The plaintext is shorter than the ciphertext, but for names of keys, which are not encrypted.
    let most = usize::try_from(2 * LIMIT).unwrap_or(usize::MAX);
    let finished = sops.prints_at_most(most).run().map_err(|failure| at(not_run(file, &failure)))?;
    if finished.status.success() { Ok(finished.output) } else { Err(at(failed(file, finished.status))) }
}

/// A format by the name that `sops` has for it.
pub(crate) fn known_format(name: &str) -> Option<&'static str> {
    ["binary", "dotenv", "ini", "json", "yaml"].into_iter().find(|known| *known == name)
}

/// The format that `sops` takes a file to be in, by its name (`cmd/sops/formats: FormatForPath`).
pub(crate) fn format(path: &Utf8Path) -> &'static str {
    const FORMATS: [(&str, &str); 5] =
        [(".yaml", "yaml"), (".yml", "yaml"), (".json", "json"), (".env", "dotenv"), (".ini", "ini")];
    let known = FORMATS.into_iter().find(|(ending, _)| path.as_str().ends_with(ending));
    known.map_or("binary", |(_, format)| format)
}

/// A file that SOPS encrypted and that is too long to be decrypted.
pub(crate) fn too_large(path: &Utf8Path, otherwise: &str) -> Diagnostic {
    let most = LIMIT >> 20;
    Diagnostic::error(format!("`{path}` is to be decrypted, and has more than {most} MiB"))
        .at(Place::file(path))
        .hint(format!("split it, or {otherwise}"))
}

fn not_found(path: &Utf8Path, error: &LookupError, otherwise: &str) -> Diagnostic {
    let (said, hint) = match error {
        LookupError::Absent => {
            ("the program `sops` is not in `PATH`".to_owned(), format!("install SOPS 3, or {otherwise}"))
        }
        LookupError::Relative(_) => {
            (format!("`sops` is not run: {error}"), "leave only absolute folders in `PATH`".to_owned())
        }
    };
    Diagnostic::error(format!("`{path}` is to be decrypted, and {said}")).hint(hint)
}

fn not_run(path: &Utf8Path, failure: &Failure) -> Diagnostic {
    let (said, hint) = match failure {
        Failure::NotStarted(error) if error.kind() == io::ErrorKind::NotFound => {
            ("cannot be started: the interpreter that it names is missing".to_owned(), "install SOPS 3 anew")
        }
        Failure::NotStarted(error) => {
            (format!("cannot be started: {error}"), "`sops --version` by hand should say which one it is")
        }
        failure => (format!("gave nothing: {failure}"), "run it again; `sops decrypt` by hand says more"),
    };
    Diagnostic::error(format!("`{path}` is to be decrypted, and `sops` {said}")).hint(hint)
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
}
