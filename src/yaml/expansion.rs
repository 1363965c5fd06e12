//! Whether aliases make a document larger, deeper or endless. Counted the way go-yaml counts while it decodes.

use indexmap::IndexSet;

use super::Limits;
use super::error::{Error, ErrorKind};
use super::tree::{Content, Id, Tree};

/// Up to this many decoded nodes, 99 of 100 may come from aliases.
const SMALL: u64 = 400_000;
/// From this many on, it is 10 of 100.
const LARGE: u64 = 4_000_000;

/// Checks a document that has aliases by walking it as a decoder would.
pub(super) fn check(tree: &Tree, root: Id, limits: &Limits) -> Result<(), Error> {
    let mut walk = Walk { tree, limits, visited: 1, through_aliases: 0, active: IndexSet::new() };
    walk.run(root)
}

struct Walk<'a> {
    tree: &'a Tree,
    limits: &'a Limits,
    /// Nodes seen; go-yaml counts the document as one.
    visited: u64,
    through_aliases: u64,
    /// Aliases that are being followed.
    active: IndexSet<Id>,
}

enum Step {
    Visit(Id),
    Leave,
    LeaveAlias,
}

impl Walk<'_> {
    fn run(&mut self, root: Id) -> Result<(), Error> {
        let mut steps = vec![Step::Visit(root)];
        let mut depth = 0;
        while let Some(step) = steps.pop() {
            let id = match step {
                Step::Visit(id) => id,
                Step::Leave => {
                    depth -= 1;
                    continue;
                }
                Step::LeaveAlias => {
                    self.active.pop();
                    continue;
                }
            };
            self.count(id)?;
            match &self.tree.get(id).content {
                Content::Scalar { .. } => {}
                Content::Alias { anchor, target } => {
                    if !self.active.insert(id) {
                        let message = format!("anchor '{anchor}' value contains itself");
                        return Err(self.error(id, ErrorKind::Document, message));
                    }
                    steps.extend([Step::LeaveAlias, Step::Visit(*target)]);
                }
                Content::Sequence(children) | Content::Mapping(children) => {
                    depth += 1;
                    if depth > self.limits.depth {
                        let message = format!("aliases nest more than {} levels deep", self.limits.depth);
                        return Err(self.error(id, ErrorKind::Limit, message));
                    }
                    steps.push(Step::Leave);
                    steps.extend(children.iter().rev().map(|&child| Step::Visit(child)));
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, id: Id) -> Result<(), Error> {
        self.visited += 1;
        self.through_aliases += u64::from(!self.active.is_empty());
        #[expect(clippy::cast_precision_loss, reason = "go-yaml divides the same numbers as floats")]
        let ratio = self.through_aliases as f64 / self.visited as f64;
        if self.through_aliases > 100 && self.visited > 1_000 && ratio > allowed_ratio(self.visited) {
            return Err(self
                .error(id, ErrorKind::Document, "document contains excessive aliasing".into())
                .hint("aliases of aliases make the document grow out of bounds"));
        }
        Ok(())
    }

    fn error(&self, id: Id, kind: ErrorKind, message: String) -> Error {
        let data = self.tree.get(id);
        Error::new(kind, message).at(data.line as usize, data.column as usize, data.span.clone())
    }
}

#[expect(clippy::cast_precision_loss, reason = "the counts are far below 2^53")]
fn allowed_ratio(visited: u64) -> f64 {
    match visited {
        0..=SMALL => 0.99,
        LARGE.. => 0.10,
        _ => 0.99 - 0.89 * ((visited - SMALL) as f64 / (LARGE - SMALL) as f64),
    }
}
