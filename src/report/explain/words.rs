//! What an explanation says, in words.

use crate::audit::{Reading, Verdict};
use crate::explain::{First, Order, OutWhy, Reads, Through};
use crate::report::audit::verdict;
use crate::report::drawing::Layout;
use crate::source::IGNORE_FILE;
use crate::text::{Place, Shown, counted, relative};

/// A place as it is shown: `values.yaml:3`.
pub(super) fn place(place: &Place, layout: Layout<'_>) -> String {
    let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{}{line}", Shown(relative(&place.file, layout.directory).as_str()))
}

/// Why a name does not count. `declared` is where its source is declared.
pub(super) fn why_out(name: &str, why: &OutWhy, declared: Option<&Place>, layout: Layout<'_>) -> String {
    match why {
        OutWhy::Junk if name.ends_with(&format!("/{IGNORE_FILE}")) => {
            "it says what does not count, and does not itself".to_owned()
        }
        OutWhy::Junk => "such names never count".to_owned(),
        OutWhy::Target => "it is a target".to_owned(),
        OutWhy::Unmatched => "the pattern of the source does not find it".to_owned(),
        OutWhy::Option(pattern) => {
            let at = declared.map(|declared| format!(" ({})", place(declared, layout))).unwrap_or_default();
            format!("`exclude={}`{at}", Shown(pattern))
        }
        OutWhy::Line(pattern, at) => format!("`{}` ({})", Shown(pattern), place(at, layout)),
    }
}

/// Whether a release that a source belongs to is deployed first.
pub(super) fn first(first: &First) -> Option<String> {
    let producer = Shown(&first.producer);
    match first.by {
        Order::Itself => None,
        Order::Needs => Some(format!("{producer} is deployed before it: `needs`")),
        Order::Files => Some(format!("{producer} is deployed before it: the order of state files")),
        Order::Nothing => {
            Some(format!("nothing puts {producer} before it: the pods may restart on what was there before"))
        }
    }
}

/// How a source contains a path.
pub(super) fn through(label: &str, through: &Through, exists: bool) -> String {
    let label = Shown(label);
    match through {
        Through::Itself => format!("{label} is to be there"),
        Through::Name(name) if !exists => format!("{label} would have it as {}", Shown(name)),
        Through::Name(name) => format!("{label} has it as {}", Shown(name)),
        Through::Files(count) => format!("{label} has {} of it", counted(*count, "file")),
        Through::Release(producer) => format!("{label} has all that helm is given for {}", Shown(producer)),
        Through::Object { is_seen: true, .. } => format!("{label} is made of it"),
        Through::Object { producer, is_seen: false } => {
            format!("{label}, if its data are other ones then: {} reads it", Shown(producer))
        }
    }
}

/// How a path is read.
pub(super) const fn reads(how: Reads) -> &'static str {
    match how {
        Reads::Values => "among its values",
        Reads::Template => "in a values template",
        Reads::Chart => "as a part of its chart",
        Reads::State => "for the state",
    }
}

/// Who reads what: `Deployment web reads ConfigMap settings (env COLOUR of container app)`.
pub(super) fn reading(reading: &Reading) -> String {
    let line = format!(
        "{} {} reads {} {} ({}): {}",
        reading.workload.kind,
        reading.workload.name,
        reading.kind.name(),
        reading.name,
        reading.how,
        verdict(&reading.verdict)
    );
    Shown(&line).to_string()
}

/// Whether a reading is worth a line: not what is only named, or made by nobody.
pub(super) const fn is_told(reading: &Reading) -> bool {
    !matches!(reading.verdict, Verdict::Own | Verdict::Named | Verdict::Unmade)
}
