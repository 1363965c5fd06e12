//! The finding unstable-template, where values templates change what others are read with.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Code, Diagnostic, Level};
use crate::text::{Place, relative};

/// A file of a release that declares sources, and one that changes `.Values`: in which order helmfile renders them is not fixed.
pub(crate) fn order_matters(
    (id, declaring): &(String, Utf8PathBuf),
    (other, changing): &(String, Utf8PathBuf),
    directory: &Utf8Path,
) -> Diagnostic {
    let message = format!(
        "release `{id}`: `{}` declares sources, and `{}` of release `{other}` changes `.Values`, which both share",
        relative(declaring, directory),
        relative(changing, directory)
    );
    Diagnostic::finding(Code::UnstableTemplate, message)
        .level(Level::Deny)
        .hint("in which order helmfile renders them is not fixed; work on a copy: `deepCopy .Values`")
        .at(Place::file(changing))
}
