//! The finding unstable-source: what a source stands for is another each time it is rendered, and the pods would roll for it.

use camino::Utf8Path;

use super::influence::{ways_in, what_moved};
use crate::diagnostic::{Code, Diagnostic};
use crate::rendered::{Influence, Moved};
use crate::text::{Place, relative};

/// What there is to say about an object of the release `id` that the clock or chance decides.
pub(crate) fn left_to_the_chart(influence: &Influence, id: &str) -> Diagnostic {
    let (what, ways) = (what_moved(influence), ways_in(influence));
    let message = match &influence.moved {
        Moved::Untold(why) => {
            format!(
                "cannot determine whether {what} of release `{id}` depends on the clock or on chance{ways}: {why}"
            )
        }
        _ => format!(
            "{what} differs each time release `{id}` is rendered{ways}, so the pods would roll on every deploy"
        ),
    };
    Diagnostic::finding(Code::UnstableSource, message).hint(
        "let the chart keep random values and the clock out of it, or declare another source, such as `sha256:…` of what is deployed",
    )
}

/// What there is to say about values of the release `id` that functions leave to chance: `moved` is what differs, or why that cannot
/// be determined.
pub(crate) fn left_to_values(
    moved: &Result<String, String>,
    id: &str,
    calls: &[(&str, Option<&Place>)],
    directory: &Utf8Path,
) -> Diagnostic {
    let calls: Vec<String> = calls
        .iter()
        .map(|(function, place)| match place {
            Some(place) => {
                let file = relative(&place.file, directory);
                let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
                format!("`{file}{line}` calls `{function}`")
            }
            None => format!("a template calls `{function}`"),
        })
        .collect();
    let calls = calls.join(", ");
    let message = match moved {
        Ok(keys) => format!(
            "{keys} of release `{id}` differs each time its values are rendered, so the pods would roll on every deploy: {calls}"
        ),
        Err(why) => format!(
            "cannot determine what of release `{id}` differs each time its values are rendered ({calls}): {why}"
        ),
    };
    Diagnostic::finding(Code::UnstableSource, message)
        .hint("keep random values and the clock out of the values that it is made of")
}

/// What there is to say about `keys` of an object of the consumer itself, which the checksum gets into that is made of them.
pub(crate) fn depends_on_itself(keys: &str) -> Diagnostic {
    let message = format!("{keys} depends on the checksum that it is needed for");
    Diagnostic::finding(Code::UnstableSource, message)
        .hint("keep the checksum out of that object: it belongs in the annotations of a pod template")
}
