//! Histories that are made up: what a comparison of two commits says is what helmfile renders of two checkouts.
//!
//! `HELMSUM_DIFF_SEEDS=20 HELMSUM_DIFF_SEED=1 cargo test --test real -- histories --nocapture` makes that many long ones: 20 commits each, all
//! neighbours and 20 other pairs. With `HELMSUM_DIFF_KEEP=1` the repository of a history that fails is kept beside the temporary folders.

mod brute;
mod edits;
mod expected;
mod model;
mod writing;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::SystemTime;

use fs_err as fs;
use serde_json::{Value, json};

use self::brute::{Checkout, Rendered};
use self::expected::{Known, Said};
use self::model::{ENVIRONMENTS, Model};
use self::writing::ENTRY_TARGET;
use super::diff;
use crate::audit::project::empty;
use crate::kinds::project::Project;
use crate::support::choices::{Choices, number};
use crate::support::plugins;

/// One commit.
struct Commit {
    id: String,
    told: Vec<String>,
    model: Model,
    /// What helmfile renders of it; nothing where helmsum refuses to write its targets.
    rendered: Result<Rendered, String>,
}

/// How much was compared.
#[derive(Debug, Default)]
struct Counts {
    commits: usize,
    pairs: usize,
    refused: usize,
    reverted: usize,
    said: BTreeMap<&'static str, usize>,
}

struct History {
    seed: u64,
    project: Project,
    checkout: Checkout,
    commits: Vec<Commit>,
    choices: Choices,
    counts: Counts,
}

#[test]
#[expect(clippy::print_stdout, reason = "the counts of a long run go into reports")]
fn what_is_said_of_two_commits_is_what_helmfile_renders_of_two_checkouts() {
    let (first, seeds) = (number("HELMSUM_DIFF_SEED", 1), number("HELMSUM_DIFF_SEEDS", 0));
    for seed in first..first + seeds.max(1) {
        let (commits, pairs) = if seeds == 0 { (3, 1) } else { (20, 20) };
        let Some(mut history) = History::new(seed) else { return };
        for _ in 0..commits {
            history.go_on();
        }
        for _ in 0..pairs {
            history.compare_two();
        }
        println!("seed {seed}: {:?}", history.counts);
    }
}

impl History {
    /// The first commit. Nothing without the programs.
    fn new(seed: u64) -> Option<Self> {
        let project = empty()?;
        plugins::helmsum(&project.sandbox.helm_plugins());
        fs::remove_dir_all(project.root.join(".git")).expect("a folder");
        project.sandbox.run(&project.root, "git", ["init", "--quiet", "--initial-branch=main"]).succeeds();
        let mut choices = Choices::new(seed);
        let model = Model::new(&mut choices);
        write(&project, &model);
        project.helmsum(&["generate", "--all-environments"]).succeeds();
        let checkout = {
            project.sandbox.commit(&project.root);
            Checkout::of(&project)
        };
        let mut history =
            Self { seed, project, checkout, commits: Vec::new(), choices, counts: Counts::default() };
        history.commit(model, vec!["first".to_owned()]);
        Some(history)
    }

    fn last(&self) -> &Commit {
        self.commits.last().expect("there is one")
    }

    fn commit(&mut self, mut model: Model, told: Vec<String>) {
        self.project.sandbox.commit(&self.project.root);
        let id = self
            .project
            .sandbox
            .run(&self.project.root, "git", ["rev-parse", "HEAD"])
            .succeeds()
            .trim()
            .to_owned();
        for consumer in &mut model.consumers {
            let has = |environment: &&str| self.project.root.join(consumer.target(environment)).exists();
            let own = ENVIRONMENTS.iter().filter(|one| consumer.only_in.is_none_or(|only| only == **one));
            consumer.is_recorded =
                own.copied().all(|environment| has(&environment)) && !consumer.sources.is_empty();
        }
        let rendered = self.checkout.at(&id, &model, &self.project);
        self.counts.commits += 1;
        self.commits.push(Commit { id, told, model, rendered });
    }

    /// One more commit, compared with the one before it: as the work tree before it is made and after, and as a revision.
    fn go_on(&mut self) {
        let mut model = self.last().model.clone();
        let told = edits::edit(&mut model, &mut self.choices);
        write(&self.project, &model);
        if self.choices.percent(70) {
            let _ = self.project.helmsum(&["generate", "--all-environments"]);
        }
        let as_work_tree = self.say(&[&self.last().id]);
        self.commit(model, told);
        let at = self.commits.len() - 1;
        let committed = self.say(&[&self.commits[at - 1].id]);
        let as_revision = self.compare(at - 1, at);
        let uncommitted = without_commit(as_revision.clone(), &self.last().id);
        for (name, other, expected) in [
            ("as the work tree", as_work_tree, uncommitted),
            ("with everything committed", committed, as_revision),
        ] {
            assert_eq!(without_names(other), without_names(expected), "{name}, {}", self.place(at - 1, at));
        }
    }

    fn compare_two(&mut self) {
        let (base, head) = (self.choices.below(self.commits.len()), self.choices.below(self.commits.len()));
        self.compare(base, head);
        if self.choices.percent(40) {
            self.revert_one(base, head);
        }
    }

    /// What a comparison says. Nothing of the repository changes.
    fn say(&self, revisions: &[&str]) -> Value {
        let before = listing(&self.project.root);
        let (_, document) = diff(&self.project, &[revisions, &["--all-environments"]].concat());
        let after = listing(&self.project.root);
        assert!(before == after, "the repository is written to");
        document
    }

    fn place(&self, base: usize, head: usize) -> String {
        let mut text = format!("seed {}, commits {base} and {head}:\n", self.seed);
        for (at, commit) in self.commits.iter().enumerate() {
            let _ = writeln!(text, "{at} {} {}", &commit.id[..7], commit.told.join("; "));
        }
        if number("HELMSUM_DIFF_KEEP", 0) == 1 {
            let kept = std::env::temp_dir().join(format!("helmsum-history-{}", self.seed));
            let _ = fs::remove_dir_all(&kept);
            let (from, to) = (self.project.root.to_str().expect("UTF-8"), kept.to_str().expect("UTF-8"));
            self.project.sandbox.run(Path::new("/"), "cp", ["-r", from, to]).succeeds();
            text.push_str(to);
        }
        text
    }

    /// Compares two commits with what is known of them, and gives what is said.
    fn compare(&mut self, base: usize, head: usize) -> Value {
        let document = self.say(&[&self.commits[base].id, &self.commits[head].id]);
        self.counts.pairs += 1;
        let (one, other) = (&self.commits[base], &self.commits[head]);
        let (Ok(before), Ok(after)) = (&one.rendered, &other.rendered) else {
            self.counts.refused += 1;
            return document;
        };
        assert_eq!(
            (&document["failed"], &document["errors"], &document["uncompared"]),
            (&json!(null), &json!([]), &json!([])),
            "{}",
            self.place(base, head)
        );
        let (before, after) =
            (Known { model: &one.model, rendered: before }, Known { model: &other.model, rendered: after });
        let (mut said, mut expected) = (Said::of(&document), Said::expected(before, after));
        let files =
            |folder: &str, is_head: bool| self.files(if is_head { &other.id } else { &one.id }, folder);
        said.settle(before, after, &mut expected, &files);
        assert_eq!(said, expected, "said is left, what checkouts say is right\n{}", self.place(base, head));
        for group in ["restarts", "unnoticed", "held", "first", "gone", "new", "unreached"] {
            let count = document[group].as_array().map_or(0, Vec::len);
            *self.counts.said.entry(group).or_default() += count;
        }
        document
    }

    /// The files below a folder at a commit, with what they contain.
    fn files(&self, commit: &str, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let git = |words: &[&str]| self.project.sandbox.run(&self.project.root, "git", words).succeeds();
        let names = git(&["ls-tree", "-r", "--name-only", commit, "--", &format!("{folder}/")]);
        let name = |path: &str| path.replacen(folder, ".", 1);
        names
            .lines()
            .map(|path| (name(path), git(&["show", &format!("{commit}:{path}")]).into_bytes()))
            .collect()
    }

    /// A file that reaches no release changes nothing where it alone is as on the other side: one that the second side lacks, on the first.
    fn revert_one(&mut self, base: usize, head: usize) {
        let document = self.say(&[&self.commits[base].id, &self.commits[head].id]);
        let unreached = document["unreached"].as_array().cloned().unwrap_or_default();
        if unreached.is_empty() {
            return;
        }
        let file = unreached[self.choices.below(unreached.len())].as_str().expect("a name").to_owned();
        let (one, other) = (&self.commits[base], &self.commits[head]);
        let object = format!("{}:{file}", other.id);
        let found = self.project.sandbox.run(&self.project.root, "git", ["cat-file", "-e", &object]);
        let (changed, as_in) = if found.success() { (other, one) } else { (one, other) };
        let Ok(rendered) = &changed.rendered else { return };
        let reverted = self.checkout.with(&changed.id, &as_in.id, &file, &self.project);
        let reverted = reverted.unwrap_or_else(|told| panic!("{file}, {}: {told}", self.place(base, head)));
        assert_eq!(
            (reverted.documents, reverted.entry),
            (rendered.documents.clone(), rendered.entry.clone()),
            "{file}, {}",
            self.place(base, head)
        );
        self.counts.reverted += 1;
    }
}

/// Makes the work tree what the model says, but for targets, of which those stay that belong to somebody.
fn write(project: &Project, model: &Model) {
    let files = writing::files(model);
    let targets: Vec<String> = model
        .consumers
        .iter()
        .filter(|consumer| consumer.has_target())
        .flat_map(|consumer| ENVIRONMENTS.map(|environment| consumer.target(environment)))
        .chain([ENTRY_TARGET.to_owned()])
        .collect();
    let root = &project.root;
    for path in listing(root).keys().filter(|path| !path.starts_with(".git")) {
        if !files.contains_key(path) && !targets.contains(path) {
            fs::remove_file(root.join(path)).expect("a file");
        }
    }
    for (path, text) in &files {
        if fs::read_to_string(root.join(path)).ok().as_ref() != Some(text) {
            project.write(path, text);
        }
    }
}

/// Every file below a folder, with when and what was written to it last.
fn listing(root: &Path) -> BTreeMap<String, (SystemTime, u64)> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let metadata = fs::symlink_metadata(&path).expect("it is there");
            if metadata.is_dir() {
                open.push(path.clone());
            }
            let name = path.strip_prefix(root).expect("below").to_str().expect("UTF-8").to_owned();
            if !metadata.is_dir() || name.starts_with(".git") {
                found.insert(name, (metadata.modified().expect("a time"), metadata.len()));
            }
        }
    }
    found
}

/// A document as it was before a commit: nothing had waited since that.
fn without_commit(mut document: Value, commit: &str) -> Value {
    for held in document["held"].as_array_mut().into_iter().flatten() {
        if held["since"].as_str().is_some_and(|since| commit.starts_with(since)) {
            held["since"] = Value::Null;
        }
    }
    document
}

/// A document without what the second side is called, and where its files are.
fn without_names(mut document: Value) -> Value {
    document["compared"]["head"] = Value::Null;
    document
}
