//! The finding outside-source: a source, or a link in it, leads out of the repository.

use super::Surroundings;
use crate::checksum::Hashed;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::config::way_to_enlarge;
use crate::source::{Outside, Source};

/// Every way in which a source leads out of the repository.
pub(crate) fn outside_source(source: &Source, hashed: &Hashed, around: Surroundings<'_>) -> Vec<Diagnostic> {
    hashed.listing.outside.iter().map(|outside| leads_out(source, outside, around)).collect()
}

fn leads_out(source: &Source, outside: &Outside, around: Surroundings<'_>) -> Diagnostic {
    let leads = &outside.leads_to;
    let message = match &outside.link {
        Some(link) => format!(
            "{}: the link `{link}` in `{}` leads out of the repository, to `{leads}`",
            around.owner, source.text
        ),
        None => {
            format!(
                "{}: the source `{}` leads out of the repository, to `{leads}`",
                around.owner, source.text
            )
        }
    };
    let hint = way_to_enlarge(around.tree, around.root, leads).unwrap_or_else(|| {
        format!("the repository is `{}`: what lies outside differs between machines; copy it in", around.root)
    });
    Diagnostic::finding(Code::OutsideSource, message).hint(hint).at(source.place.clone())
}
