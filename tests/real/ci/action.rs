//! `action.yml`, run by act in the workflow of `docs/checks.md`.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::forge::Forge;
use super::{CHECKOUT, MARKER, act, of_others, own, propose, proposed, stand_in};
use crate::kinds::project::Project;
use crate::support::page::Page;
use crate::support::programs;
use crate::support::sandbox::Run;

/// What a run of the action takes from its repository, and a folder with a released archive.
fn released(project: &Project) -> (PathBuf, PathBuf) {
    let (_, action) = stand_in(project, "OWNER/helmsum@v0.1.0", &read("action.yml"));
    let scripts = action.join("packaging/action");
    fs::create_dir_all(&scripts).expect("a folder");
    for name in ["packaging/action/install", "packaging/action/run", "Cargo.toml"] {
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(name), action.join(name)).expect("a copy");
    }
    let files = project.sandbox.project("released");
    fs::create_dir_all(&files).expect("a folder");
    let pack = format!(
        "name=helmsum-v{}-$(uname -m)-unknown-linux-gnu && mkdir $name && cp -L \"$(command -v helmsum)\" $name/helmsum &&
        tar -cf - $name | gzip -1 >$name.tar.gz && sha256sum $name.tar.gz >SHA256SUMS && rm -r $name",
        env!("CARGO_PKG_VERSION"),
    );
    project.sandbox.run(&files, "bash", ["-c", &pack]).succeeds();
    (action, files)
}

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a file of the repository")
}

/// The workflow of the page with archives from `files`, for the environment of the project, with what is rendered.
fn workflow(files: &Path) -> String {
    let page = Page::read("docs/checks.md").tested_by("what_pages_give_the_action_exists");
    let url = format!("url: file://{}", files.display());
    let text = page.replace("environment: all", &format!("environment: all\n          {url}")).replace(
        "command: diff --no-render",
        &format!("command: diff\n          environment: production\n          {url}"),
    );
    assert_eq!(text.matches(&url).count(), 2, "{text}");
    text
}

fn run(project: &Project, forge: &Forge, workflow: &str, action: &Path) -> Run {
    let checkout = stand_in(project, "actions/checkout@v7", CHECKOUT);
    act(project, forge, workflow, "acme/shop", &[checkout, ("OWNER/helmsum@v0.1.0", action.to_owned())])
}

#[test]
fn the_action_comments_once_and_edits_its_own_comment() {
    let Some(project) = proposed(&[&programs::ACT], &[]) else { return };
    let (action, files) = released(&project);
    let forge = Forge::github(of_others());
    let workflow = workflow(&files).replace("command: check --strict", "command: none");
    // What is denied is posted, and then the step fails.
    let failed = run(&project, &forge, &workflow, &action).fails();
    let first = own(&forge);
    assert_eq!(first.len(), 1, "{failed}");
    assert!(first[0].starts_with(&format!("{MARKER}## 1 release does not notice its change")), "{first:?}");
    assert!(failed.contains("comment: https://github.com/acme/shop/pull/7#issuecomment-130"), "{failed}");
    assert!(failed.contains("::set-output:: exit-code=1"), "{failed}");
    assert!(failed.contains("Summary - <!-- helmsum:diff:production -->"), "{failed}");
    project.helmsum(&["init", "apps/web", "-e", "production", "--apply", "--force"]).succeeds();
    propose(&project);
    run(&project, &forge, &workflow, &action).succeeds();
    let second = own(&forge);
    assert!(
        second.len() == 1 && second[0].starts_with(&format!("{MARKER}## 1 release restarts")),
        "{second:?}"
    );
    // Where the token may not write, the run ends as the comparison does, and the summary is there.
    let said = run(&project, &Forge::read_only(), &workflow, &action).succeeds();
    assert!(said.contains("::warning title=helmsum::the comment could not be written"), "{said}");
    assert!(said.contains("Summary - <!-- helmsum:diff:production -->"), "{said}");
}

#[test]
fn the_action_gives_annotations_a_summary_and_outputs() {
    let Some(project) = proposed(&[&programs::ACT], &[]) else { return };
    let (action, files) = released(&project);
    let forge = Forge::github(of_others());
    let failed = run(&project, &forge, &workflow(&files), &action).fails();
    for expected in [
        "::error file=helmfile.yaml,line=4,col=5,title=orphan-target::release `apps/web`",
        "::set-output:: exit-code=1",
        "::set-output:: version=0.1.0",
        "Summary - ### helmsum\n\n2 releases: 2 denied; 1 error\n",
    ] {
        assert!(failed.contains(expected), "{expected}:\n{failed}");
    }
    // The step after it does not run.
    assert_eq!(own(&forge), Vec::<String>::new());
}
