//! Why a state could not be read.

use camino::Utf8Path;

use crate::diagnostic::{Diagnostic, Refusal};
use crate::text::Place;

/// What to do about a state that helmsum does not read.
pub(super) const WITHOUT_STATE: &str = "`checksums:` in `helmsum.yaml` needs no state";

/// A file whose name helmfile takes for standard input.
pub(super) fn standard_input(file: &Utf8Path) -> Diagnostic {
    let message = format!("`{file}` is named `-`, which helmfile may take for standard input");
    Diagnostic::refused(Refusal::StandardInput, message)
        .at(Place::file(file))
        .hint("give the file another name")
}

/// A file that cannot be read.
pub(super) fn unreadable(path: &Utf8Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error(format!("cannot read `{path}`: {error}")).at(Place::file(path))
}
