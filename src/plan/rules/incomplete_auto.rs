//! The finding incomplete-auto: pods read something that is no source, although an `auto` is declared.

use camino::Utf8PathBuf;

use crate::diagnostic::{Code, Diagnostic, Level};
use crate::text::listed;

/// How many objects or releases a message names.
const NAMED: usize = 5;

/// An object that pods read and that an `auto` leaves out.
#[derive(Clone, Debug)]
pub(crate) struct LeftOut {
    /// As a source names it: `secret:db`.
    pub(crate) object: String,
    /// Who reads it, and how: ``Deployment `web` reads (env PASSWORD of container app)``.
    pub(crate) read_by: String,
    pub(crate) why: Why,
}

/// Why an object is left out.
#[derive(Clone, Debug)]
pub(crate) enum Why {
    /// No release makes it that is known.
    Unmade {
        /// The releases that could not be rendered, and why.
        failed: Vec<(String, Diagnostic)>,
        /// A state file with more releases that was not read.
        unread: Option<Utf8PathBuf>,
    },
    /// A controller makes it of a resource, which may be a source.
    Controlled { resource: String, source: String },
    /// These releases make it.
    SeveralMakers(Vec<String>),
    /// This release makes one of that name in several namespaces.
    SeveralNamespaces(String),
    /// This release makes it as a hook of helm.
    Hook(String),
}

/// What there is to say about what an `auto` leaves out. What nobody makes is one finding.
pub(crate) fn left_out(owner: &str, all: &[LeftOut]) -> Vec<Diagnostic> {
    let (unmade, others): (Vec<&LeftOut>, Vec<&LeftOut>) =
        all.iter().partition(|one| matches!(one.why, Why::Unmade { .. }));
    nobody_makes(owner, &unmade).into_iter().chain(others.into_iter().map(|one| about(owner, one))).collect()
}

/// What there is to say about an object of which the data are not decided by the state alone, as `finding` says.
pub(crate) fn undecided(owner: &str, object: &str, finding: &Diagnostic) -> Diagnostic {
    let said = finding.message.as_str();
    let said = said.strip_prefix(&format!("{owner}: ")).unwrap_or(said);
    let said = said.strip_prefix(&format!("`{object}`: ")).unwrap_or(said);
    // What only the cluster knows is not in the repository; what is another one each time could be kept out of it.
    let level = if finding.code() == Some(Code::ClusterLookup) { Level::Note } else { Level::Warn };
    let way = on_purpose(object);
    let hint = finding.hint.as_ref().map_or_else(|| way.clone(), |hint| format!("{hint}; {way}"));
    Diagnostic::finding(Code::IncompleteAuto, format!("{owner}: `auto` leaves out `{object}`: {said}"))
        .level(level)
        .hint(hint)
}

/// The end of a hint: how to leave it at that.
fn on_purpose(object: &str) -> String {
    format!("`exclude={object}` says that it is left out on purpose")
}

fn nobody_makes(owner: &str, unmade: &[&LeftOut]) -> Option<Diagnostic> {
    let first = unmade.first()?;
    let Why::Unmade { failed, unread } = &first.why else { return None };
    let objects: Vec<String> = unmade.iter().map(|one| format!("`{}`", one.object)).collect();
    let (objects, them) = match unmade {
        [one] => (format!("`{}`, which {}", one.object, one.read_by), "it"),
        _ => (format!("{}, which its pods read", listed(&objects, NAMED)), "them"),
    };
    let leaves_out = format!("{owner}: `auto` leaves out {objects}");
    let patterns: Vec<String> =
        unmade.iter().take(NAMED).map(|one| format!("exclude={}", one.object)).collect();
    let excluding = format!("`{}`", patterns.join(" "));
    let finding = |why: String, hint: String| {
        Diagnostic::finding(Code::IncompleteAuto, format!("{leaves_out}: {why}")).hint(hint)
    };
    if !failed.is_empty() {
        let names: Vec<String> = failed.iter().map(|(id, _)| format!("`{id}`")).collect();
        // Each has its own way out; the first one is a beginning.
        let way =
            failed.iter().find_map(|(id, problem)| Some(format!("for `{id}`: {}", problem.hint.as_ref()?)));
        let way = way.map(|way| format!("{way}; ")).unwrap_or_default();
        return Some(finding(
            format!(
                "no release makes {them} that could be rendered, and {} could not",
                listed(&names, NAMED)
            ),
            format!("{way}if none of them makes it: {excluding}"),
        ));
    }
    if let Some(file) = unread {
        return Some(finding(
            format!(
                "no release that is read makes {them}, and `{file}` is not read, which helmfile may read too"
            ),
            format!(
                "read the whole state, with `--file`, or the checksum is another one there; if nothing else makes it: {excluding}"
            ),
        ));
    }
    let finding = finding(
        format!("no release of the state makes {them}"),
        format!(
            "declare a digest of what is deployed as `sha256:…`, or have a controller restart the pods; {excluding} says that it is left out on purpose"
        ),
    );
    Some(finding.level(Level::Note))
}

fn about(owner: &str, LeftOut { object, read_by, why }: &LeftOut) -> Diagnostic {
    let leaves_out = format!("{owner}: `auto` leaves out `{object}`, which {read_by}");
    let finding = |why: String| Diagnostic::finding(Code::IncompleteAuto, format!("{leaves_out}: {why}"));
    let silent = on_purpose(object);
    match why {
        Why::Controlled { resource, source } => finding(format!("a controller makes it of {resource}"))
            .level(Level::Note)
            .hint(format!("`# helmsum: {source}` moves with each edit of that; {silent}")),
        Why::SeveralMakers(ids) => {
            let names: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            finding(format!("several releases make it: {}", names.join(" and "))).hint(format!(
                "let this one need the one that is meant, or declare it: `# helmsum: {object} from={}`",
                ids.first().map(String::as_str).unwrap_or_default()
            ))
        }
        Why::SeveralNamespaces(id) => {
            finding(format!("release `{id}` makes one of that name in several namespaces"))
                .hint(format!("depend on the files that it is made of; {silent}"))
        }
        Why::Hook(id) => finding(format!(
            "release `{id}` renders it as a hook of helm, which is not a part of the release"
        ))
        .hint(format!(
            "remove its annotation `helm.sh/hook`, or depend on the files that it is made of; {silent}"
        )),
        Why::Unmade { .. } => finding("no release makes it".to_owned()),
    }
}
