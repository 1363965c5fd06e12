//! The rules: what there is to say about facts and contents. Each finding has a file that is named for its code, and each file one
//! function in the list of [`RULES`], which all run once. What decides a digest is judged where the digest is made, by
//! [`about_files`], [`about_pieces`] and what [`cluster_lookup`] and [`unstable_source`] say.

pub(crate) mod cluster_lookup;
pub(crate) mod crlf;
pub(crate) mod empty_source;
pub(crate) mod encrypted_source;
pub(crate) mod foreign_post_renderer;
pub(crate) mod guessable_secret;
pub(crate) mod header_in_source;
pub(crate) mod held;
pub(crate) mod hidden_missing_file;
pub(crate) mod hook_misuse;
pub(crate) mod incomplete_auto;
pub(crate) mod influence;
pub(crate) mod lfs_pointer;
pub(crate) mod missing_checksum;
pub(crate) mod missing_need;
pub(crate) mod missing_source;
pub(crate) mod orphan_target;
pub(crate) mod outside_source;
pub(crate) mod parent_states;
pub(crate) mod project;
pub(crate) mod shadowed_checksum;
pub(crate) mod shared_target;
pub(crate) mod stale_checksum;
pub(crate) mod target_is_state;
pub(crate) mod target_place;
pub(crate) mod template_effects;
pub(crate) mod unmatched_entry;
pub(crate) mod unread_directive;
pub(crate) mod unsearched_values;
pub(crate) mod unstable_source;
pub(crate) mod unstable_template;
pub(crate) mod unverified_state;
pub(crate) mod unwired_release;

use camino::Utf8Path;

use self::project::{Findings, Project};
use crate::checksum::{Hashed, HashedFile, Notes};
use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::text::{Place, listed};
use crate::tree::Tree;

/// Looks at a project and adds what it finds.
pub(crate) type Rule = fn(&Project<'_>, &mut Findings);

/// Every rule that decides no digest. A new one is a file and a line here.
pub(crate) const RULES: &[Rule] = &[
    target_place::judge,
    unwired_release::judge,
    foreign_post_renderer::judge,
    orphan_target::judge,
    empty_source::judge,
    target_is_state::judge,
    shadowed_checksum::judge,
    missing_need::judge,
    unsearched_values::judge,
    guessable_secret::judge,
    shared_target::judge,
    unread_directive::judge,
    hook_misuse::judge,
    hook_misuse::coverage::judge,
    unmatched_entry::judge,
];

/// The rules that look at how targets were found and what becomes of them, which is settled after the others.
pub(crate) const ON_STATUS: &[Rule] = &[hidden_missing_file::judge, held::judge];

/// The rules of `check`: which targets are out of date.
pub(crate) const OF_CHECK: &[Rule] = &[stale_checksum::judge, missing_checksum::judge];

/// How many files a message names.
const NAMED: usize = 3;

/// What a reader of a message knows about the surroundings of a source.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// Where files are looked for.
    pub(crate) tree: &'a dyn Tree,
    /// The release or the entry of `checksums:`, as a message starts.
    pub(crate) owner: &'a str,
    /// The root of the repository.
    pub(crate) root: &'a Utf8Path,
    /// The directory of the state file.
    pub(crate) state: &'a Utf8Path,
    pub(crate) directory: &'a Utf8Path,
}

/// What there is to say about a path source: where it leads, and what its files contain.
pub(crate) fn about_files(source: &Source, hashed: &Hashed, around: Surroundings<'_>) -> Vec<Diagnostic> {
    let mut findings = outside_source::outside_source(source, hashed, around);
    if findings.is_empty() {
        findings.extend(missing_source::missing_source(source, hashed, around));
        findings.extend(empty_source::empty_source(source, hashed, around));
    }
    let content = about_content(&source.label(), hashed, source.options.line_feeds);
    findings.extend(content.into_iter().map(|finding| finding.context(around.owner)));
    findings
}

/// What there is to say about the content of files of a path source. `line_feeds` where CRLF is hashed as LF already.
pub(crate) fn about_content(label: &str, hashed: &Hashed, line_feeds: bool) -> Vec<Diagnostic> {
    let files = &hashed.files;
    let mut found: Vec<FilesAt<'_>> = crlf::crlf(label, files, line_feeds).into_iter().collect();
    found.extend(encrypted_source::encrypted_source(label, files));
    found.extend(lfs_pointer::lfs_pointer(label, files));
    found.extend(header_in_source::header_in_source(label, files));
    found.into_iter().filter_map(|found| found.in_listing(hashed)).collect()
}

/// What there is to say about what a release renders or is given.
pub(crate) fn about_pieces(label: &str, pieces: &[HashedFile]) -> Vec<Diagnostic> {
    lfs_pointer::lfs_pointer(label, pieces).into_iter().filter_map(|found| found.diagnostic).collect()
}

/// Files of a source in which the same was seen, and what there is to say about them.
#[derive(Debug)]
pub(crate) struct FilesAt<'h> {
    files: Vec<&'h HashedFile>,
    diagnostic: Option<Diagnostic>,
}

impl<'h> FilesAt<'h> {
    /// The files with these notes; nothing where there are none.
    fn with(files: &'h [HashedFile], noted: impl Fn(&Notes) -> bool) -> Option<Self> {
        let files: Vec<&HashedFile> = files.iter().filter(|file| noted(&file.notes)).collect();
        (!files.is_empty()).then_some(Self { files, diagnostic: None })
    }

    /// The names of the first files, as a message lists them.
    fn names(&self) -> String {
        let names: Vec<String> = self.files.iter().map(|file| format!("`{}`", file.name)).collect();
        listed(&names, NAMED)
    }

    fn finding(self, diagnostic: Diagnostic) -> Self {
        Self { diagnostic: Some(diagnostic), ..self }
    }

    /// What there is to say, at the first of the files.
    fn in_listing(self, hashed: &Hashed) -> Option<Diagnostic> {
        let place = Place::file(hashed.listing.path_of(&self.files.first()?.name));
        self.diagnostic.map(|diagnostic| diagnostic.at(place))
    }
}
