//! What `helmsum init` says beside its patch: what came of each release.

use std::fmt::Write as _;

use camino::Utf8Path;

use super::drawing::Layout;
use crate::audit::{Audited, Gaps};
use crate::init::{Outcome, Proposal, Step, Verdict};
use crate::plan::Again;
use crate::text::{counted, relative};

/// What stands before what is said of a release is as wide as this.
const NAME: usize = 10;

/// A text that grows by lines.
struct Drawing<'l> {
    text: String,
    layout: Layout<'l>,
}

/// What came of each release, for people: what goes to standard error.
#[must_use]
pub(crate) fn init(proposal: &Proposal, gaps: &Gaps, layout: Layout<'_>) -> String {
    let mut drawing = Drawing { text: String::new(), layout };
    for outcome in &proposal.outcomes {
        drawing.outcome(outcome);
    }
    let not_looked: Vec<&Audited> = gaps.releases.iter().filter(|one| one.why_not.is_some()).collect();
    for one in &not_looked {
        let why = one.why_not.as_ref().map(|why| why.message.as_str()).unwrap_or_default();
        drawing.line(&format!("not looked at: {}: {why}", one.id));
    }
    if let Some(fetch) = &gaps.fetch {
        drawing.line(&format!("fetch the charts: `{fetch}`"));
    }
    if proposal.outcomes.is_empty() && !gaps.looked_at_nothing() {
        let looked = counted(gaps.releases.len() - not_looked.len(), "release");
        drawing.line(&format!("nothing to do: {looked} looked at, and nothing is missing"));
    }
    drawing.text
}

/// What to do with the patch.
#[must_use]
pub(crate) fn after_patch(proposal: &Proposal, again: &Again, layout: Layout<'_>) -> String {
    let inside = |file: &Utf8Path| file.starts_with(layout.directory);
    let git = if proposal.draft.files().all(|(file, _)| inside(file)) {
        "git apply".to_owned()
    } else {
        // git passes over what is outside of the working directory.
        format!("git -C {} apply", relative(&proposal.root, layout.directory))
    };
    let mut drawing = Drawing { text: String::new(), layout };
    drawing.line(&format!(
        "apply it: pipe this into `{git}`, and run {again}; or give `--apply`, which does both"
    ));
    drawing.text
}

impl Drawing<'_> {
    /// A text that is broken into lines.
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{}", self.layout.message(text, 0, 0));
    }

    /// What came of a release, and what it reads.
    fn head(&mut self, word: &str, outcome: &Outcome) {
        let reads =
            if outcome.reads.is_empty() { String::new() } else { format!("  {}", outcome.reads.join(", ")) };
        self.below(word, &format!("{}{reads}", outcome.id));
    }

    /// More about it.
    fn more(&mut self, text: &str) {
        self.below("", text);
    }

    fn below(&mut self, word: &str, text: &str) {
        let text = self.layout.message(text, NAME, NAME).replace('\n', &format!("\n{:NAME$}", ""));
        let _ = writeln!(self.text, "{word:NAME$}{text}");
    }

    fn outcome(&mut self, outcome: &Outcome) {
        match &outcome.verdict {
            Verdict::Wired { how, restarts, is_seen, notes, lenient } => {
                let names: Vec<String> =
                    restarts.iter().map(|one| format!("{} {}", one.kind, one.name)).collect();
                let proof =
                    if *is_seen { "seen with another content of it" } else { "seen with another checksum" };
                self.head("wired", outcome);
                self.more(&format!("{how}; restarts {}: {proof}", names.join(", ")));
                for note in notes {
                    self.more(note);
                }
                for why in lenient {
                    self.more(&format!("`--strict` would deny this: {why}"));
                }
            }
            Verdict::Told { why, steps } => {
                self.head("by hand", outcome);
                for line in why {
                    self.more(line);
                }
                for step in steps {
                    self.step(step);
                }
            }
            Verdict::Left { why } => {
                self.head("left out", outcome);
                for line in why {
                    self.more(line);
                }
            }
        }
    }

    /// An edit that is left to whoever reads this. Its lines stay as they are.
    fn step(&mut self, Step { file, line, place, lines }: &Step) {
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        self.more(&format!("add to {}{line}, {place}:", relative(file, self.layout.directory)));
        for line in lines {
            let _ = writeln!(self.text, "{:NAME$}  {line}", "");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(verdict: Verdict) -> Outcome {
        Outcome {
            id: "edge/gateway".into(),
            reads: vec!["configmap:settings of edge/platform".into()],
            verdict,
        }
    }

    fn shown(width: Option<usize>) -> String {
        let why = "by `podAnnotations` of its chart: more than annotations of pods would change: `spec` of Service gateway";
        let mut proposal = Proposal::default();
        proposal.outcomes.push(outcome(Verdict::Left { why: vec![why.into()] }));
        proposal.outcomes.push(outcome(Verdict::Wired {
            how: "by a line of its chart".into(),
            restarts: Vec::new(),
            is_seen: true,
            notes: Vec::new(),
            lenient: vec![why.into()],
        }));
        let layout = Layout { directory: "/".into(), width };
        let text = init(&proposal, &Gaps::default(), layout);
        text + &after_patch(&proposal, &Again::default(), layout)
    }

    #[test]
    fn lines_end_where_the_terminal_does() {
        let told = shown(Some(80));
        for line in told.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        assert!(told.contains("\n          change: `spec` of Service gateway\n"), "{told}");
        // Whoever searches them finds a phrase as a whole.
        assert_eq!(shown(None).lines().count(), 6, "{}", shown(None));
    }
}
