//! What people see, as whole blocks, in one file for each command below `snapshots/`.

use std::fmt::Write as _;

use super::repo::Repo;

/// Blocks in the order in which they were added, each under a heading.
#[derive(Debug, Default)]
pub(crate) struct Gallery {
    text: String,
    blocks: Vec<String>,
}

impl Gallery {
    /// What helmsum last said in the repository, unless the same is there already. A temporary folder beside the repository is
    /// `[OUTSIDE]`.
    pub(crate) fn add(&mut self, heading: &str, repo: &Repo) {
        let temporary = std::env::temp_dir().canonicalize().expect("there are temporary folders");
        let temporary = regex::escape(temporary.to_str().expect("temporary folders are UTF-8"));
        let outside = regex::Regex::new(&format!(r"{temporary}(/\.tmp\w+)?")).expect("a pattern");
        self.text(heading, &outside.replace_all(&repo.block(), "[OUTSIDE]"));
    }

    /// A text that a repository does not make.
    pub(crate) fn text(&mut self, heading: &str, block: &str) {
        if self.blocks.iter().any(|shown| shown == block) {
            return;
        }
        self.blocks.push(block.to_owned());
        // A line of its own length, so that nothing that is printed is taken for one.
        let _ = write!(self.text, "{heading}\n{}\n{}\n\n\n", "=".repeat(heading.len()), block.trim_end());
    }

    /// Whether a block has this text.
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.blocks.iter().any(|block| block.contains(text))
    }

    /// Fails where `snapshots/NAME.snap` has another text.
    #[track_caller]
    pub(crate) fn matches_snapshot(self, name: &str) {
        insta::with_settings!({
            snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, self.text);
        });
    }
}
