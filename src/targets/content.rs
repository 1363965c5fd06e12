//! What a target contains.

use std::fmt::Write as _;

use super::format::{Format, FormatError, Object};
use super::template::Subject;
use crate::checksum::{Digest, HashedFile, combine};
use crate::source::HEADER;

/// The line below the header: which version of the checksum this is.
pub(super) const VERSION: &str = "# checksum v1";

/// How many files of a source are listed.
pub(super) const MOST_FILES: usize = 64;

/// A source as its target records it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section<'a> {
    /// What stands for it in the checksum.
    pub label: &'a str,
    /// The name given with `as`.
    pub name: Option<&'a str>,
    /// Its kind, as reports name it.
    pub kind: &'static str,
    /// The object that it is by itself, whatever it is called.
    pub object: Option<Object<'a>>,
    /// Its digest.
    pub digest: Digest,
    /// Its files; none for what must not be listed.
    pub files: &'a [HashedFile],
}

/// What a target should contain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    /// The checksum; nothing without sources.
    pub checksum: Option<Digest>,
    /// The whole file.
    pub text: String,
}

impl Content {
    /// The target of these sources, whose labels are unique.
    ///
    /// Without sources it is only the header: helmfile finds the file, and nothing is left of a directive that was removed.
    ///
    /// # Errors
    ///
    /// Where the format cannot express a name, and where a template of the user fails.
    pub(crate) fn new(
        sections: &[Section<'_>],
        format: &Format,
        subject: &Subject,
    ) -> Result<Self, FormatError> {
        let mut sorted = sections.to_vec();
        sorted.sort_unstable_by(|one, other| one.label.cmp(other.label));
        let digests: Vec<(&str, Digest)> =
            sorted.iter().map(|section| (section.label, section.digest)).collect();
        let checksum = combine(&digests);
        let mut text = format!("{HEADER}\n{VERSION}\n");
        for section in &sorted {
            comment(&mut text, section);
        }
        if let Some(checksum) = checksum {
            text.push_str(&format.values(&sorted, checksum, subject)?);
        }
        Ok(Self { checksum, text })
    }
}

fn comment(text: &mut String, section: &Section<'_>) {
    // Writing into a string cannot fail.
    let _ = writeln!(text, "#   {}  {}", section.digest, section.label);
    for file in section.files.iter().take(MOST_FILES) {
        let _ = writeln!(text, "#     {}  {}", file.digest, file.name);
    }
    if section.files.len() > MOST_FILES {
        let _ = writeln!(text, "#     and {} more", section.files.len() - MOST_FILES);
    }
}
