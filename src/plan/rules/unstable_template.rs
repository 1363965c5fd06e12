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
    denied(message).at(Place::file(changing))
}

/// A source that depends on the release `id`, and what changes the `.Values` that it is rendered with: a file of a release, where that is
/// known.
pub(crate) fn shared_values(
    source: &str,
    id: &str,
    changing: Option<&(String, Utf8PathBuf)>,
    directory: &Utf8Path,
) -> Diagnostic {
    let which = match changing {
        Some((other, file)) => format!("`{}` of release `{other}`", relative(file, directory)),
        None => "a values template of it".to_owned(),
    };
    denied(format!(
        "`{source}` depends on release `{id}`, and {which} changes `.Values`, which all releases share"
    ))
}

/// A template that reads a target, which has what the run before has written: what is made of it moves that target again.
pub(crate) fn reads_target(file: &Utf8Path, place: &Place) -> Diagnostic {
    let message = format!("`{place}` reads the target `{file}`, which this run may write anew");
    Diagnostic::finding(Code::UnstableTemplate, message)
        .level(Level::Deny)
        .hint("read what the checksum is made of in place of the target")
}

fn denied(message: String) -> Diagnostic {
    Diagnostic::finding(Code::UnstableTemplate, message)
        .level(Level::Deny)
        .hint("in which order helmfile renders them is not fixed; work on a copy: `deepCopy .Values`")
}
