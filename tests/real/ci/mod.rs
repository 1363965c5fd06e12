//! The recipes of `docs/ci.md`, run as the systems run them that they are for.

mod action;
mod forge;

use std::path::PathBuf;

use fs_err as fs;
use serde_json::{Value, json};

use crate::audit::project::{BY_SECRET, PLATFORM_VALUES};
use crate::diff::committed_in;
use crate::kinds::project::Project;
use crate::support::page::Page;
use crate::support::programs::{self, Toolset};
use crate::support::sandbox::{Run, Sandbox};
use forge::{Comment, Forge, TOKEN};

const MARKER: &str = "<!-- helmsum:diff:production -->\n";

/// The recipes.
fn page() -> Page {
    Page::read("docs/ci.md")
}

/// A repository with an environment `production`, a bare repository as its `origin`, and a branch whose change restarts nothing that
/// reads it. Nothing without the programs.
fn proposed(toolsets: &[&Toolset], variables: &[(&'static str, PathBuf)]) -> Option<Project> {
    let toolsets = [&[&programs::HELMFILE, programs::helm()][..], toolsets].concat();
    let programs = programs::find(&toolsets, &["git", "bash", "curl", "jq"])?;
    let project = committed_in(Sandbox::new(&programs, variables), BY_SECRET);
    let state = project.read("helmfile.yaml");
    project
        .write("helmfile.yaml", &format!("environments: {{default: {{}}, production: {{}}}}\n---\n{state}"));
    project.sandbox.commit(&project.root);
    git(&project, &["clone", "--quiet", "--bare", ".", "../origin.git"]);
    git(&project, &["remote", "add", "origin", "../origin.git"]);
    git(&project, &["checkout", "--quiet", "-b", "feature"]);
    change(&project, "s3cret", "other");
    Some(project)
}

fn git(project: &Project, arguments: &[&str]) {
    project.sandbox.run(&project.root, "git", arguments).succeeds();
}

/// Commits another value, and proposes it as a forge does: as a merge with the branch that it is for.
fn change(project: &Project, old: &str, new: &str) {
    let values = project.read("platform.yaml");
    let changed = values.replace(old, new);
    assert_ne!(values, changed);
    project.write("platform.yaml", &changed);
    propose(project);
}

fn propose(project: &Project) {
    project.sandbox.commit(&project.root);
    git(project, &["checkout", "--quiet", "-B", "merge", "main"]);
    git(project, &["merge", "--quiet", "--no-ff", "--message=Merge", "feature"]);
    git(project, &["push", "--quiet", "--force", "origin", "feature", "merge:refs/pull/7/merge"]);
    git(project, &["checkout", "--quiet", "feature"]);
}

/// More comments than a page has, one of which only looks like helmsum's.
fn of_others() -> Vec<Comment> {
    let mut comments = vec![Comment { author: 1, body: "a remark".into() }; 130];
    comments[3].body = format!("{MARKER}of somebody else");
    comments
}

/// The comments after those of others, which are as they were.
#[track_caller]
fn own(forge: &Forge) -> Vec<String> {
    let comments = forge.comments();
    let (others, own) = comments.split_at(of_others().len().min(comments.len()));
    assert_eq!(others, of_others(), "they are nobody's business");
    own.iter().map(|comment| comment.body.clone()).collect()
}

/// A stand-in for `actions/checkout`, which fetches from `origin.git`, as far as the input `fetch-depth` says.
const CHECKOUT: &str = "\
name: checkout
inputs: {fetch-depth: {default: 1}, persist-credentials: {default: true}}
runs:
  using: composite
  steps:
    - shell: bash
      run: |
        git init --quiet --initial-branch=none
        git remote add origin \"file://$TEST_ORIGIN\"
        depth=${{ inputs.fetch-depth }}
        if [ \"$depth\" = 0 ]; then depth=; else depth=--depth=$depth; fi
        git fetch --quiet $depth origin '+refs/heads/*:refs/remotes/origin/*' '+refs/pull/7/merge:refs/remotes/pull/7/merge'
        git checkout --quiet --detach refs/remotes/pull/7/merge
";

/// A stand-in for `actions/cache`, which has one store for all runs.
const CACHE: &str = "\
name: cache
inputs: {path: {required: true}, key: {required: true}, restore-keys: {required: true}}
runs:
  using: composite
  steps:
    - shell: bash
      run: |
        mkdir -p -m 700 \"$TEST_STORE\"
        mkdir -p \"$(dirname '${{ inputs.path }}')\"
        ln -s \"$TEST_STORE\" '${{ inputs.path }}'
";

/// An action in a folder of its own, in place of the one of this name: a few lines.
fn stand_in(project: &Project, name: &'static str, text: &str) -> (&'static str, PathBuf) {
    let folder = project.sandbox.project(name.split_once('@').expect("a version").0);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("action.yml"), text).expect("an action");
    (name, folder)
}

/// Runs the workflow of the page as GitHub does for a pull request of the repository `head`.
fn workflow(project: &Project, forge: &Forge, text: &str, head: &str) -> Run {
    let actions =
        [stand_in(project, "actions/checkout@v4", CHECKOUT), stand_in(project, "actions/cache@v4", CACHE)];
    act(project, forge, text, head, &actions)
}

/// Runs a workflow as GitHub does for a pull request of the repository `head`, with these folders in place of actions.
fn act(project: &Project, forge: &Forge, text: &str, head: &str, actions: &[(&str, PathBuf)]) -> Run {
    let runner = project.sandbox.project("runner");
    if !runner.exists() {
        fs::create_dir_all(runner.join(".github/workflows")).expect("a folder");
        project.sandbox.run(&runner, "git", ["init", "--quiet"]).succeeds();
        let origin = ["remote", "add", "origin", "https://github.com/acme/shop"];
        project.sandbox.run(&runner, "git", origin).succeeds();
    }
    fs::write(runner.join(".github/workflows/restarts.yml"), text).expect("a workflow");
    project.sandbox.commit(&runner);
    let base = project.sandbox.run(&project.root, "git", ["rev-parse", "main"]).succeeds();
    let event = json!({
        "number": 7,
        "pull_request": {
            "number": 7,
            "head": { "ref": "feature", "repo": { "full_name": head } },
            "base": { "ref": "main", "sha": base.trim() },
        },
        "repository": { "full_name": "acme/shop" },
    });
    let events = project.sandbox.project("event.json");
    fs::write(&events, event.to_string()).expect("an event");
    let path = |path: &PathBuf| path.to_str().expect("UTF-8").to_owned();
    let mut arguments = vec![
        "pull_request".to_owned(),
        "--platform=ubuntu-latest=-self-hosted".to_owned(),
        "--action-offline-mode".to_owned(),
        "--no-skip-checkout".to_owned(),
        "--no-cache-server".to_owned(),
        format!("--eventpath={}", path(&events)),
        format!("--secret=GITHUB_TOKEN={TOKEN}"),
        format!("--env=GITHUB_API_URL={}", forge.url),
        format!("--env=GITHUB_GRAPHQL_URL={}/graphql", forge.url),
        format!("--env=TEST_ORIGIN={}", path(&project.sandbox.project("origin.git"))),
        format!("--env=TEST_STORE={}", path(&project.sandbox.project("store"))),
    ];
    let local = |(name, folder): &(&str, PathBuf)| format!("--local-repository={name}={}", path(folder));
    arguments.extend(actions.iter().map(local));
    project.sandbox.run(&runner, "act", arguments)
}

#[test]
fn a_workflow_comments_once_and_edits_its_comment() {
    let Some(project) = proposed(&[&programs::ACT], &[]) else { return };
    let text = page().tested_by("a_workflow_comments_once_and_edits_its_comment");
    let forge = Forge::github(of_others());
    // What is denied is posted, and then the job fails.
    let failed = workflow(&project, &forge, &text, "acme/shop").fails();
    let first = own(&forge);
    assert_eq!(first.len(), 1, "{failed}");
    assert!(first[0].starts_with(&format!("{MARKER}## 1 release does not notice its change")), "{first:?}");
    assert!(first[0].contains("(merge base with origin/main)"), "{first:?}");
    assert!(failed.contains("Failure - Main Fail where the comparison does"), "{failed}");
    let kept = fs::read_dir(project.sandbox.project("store")).expect("what is kept").count();
    assert!(kept > 0, "renderings are where the cache is kept");
    // The same comment has what there is to say now, and the job succeeds.
    project.helmsum(&["init", "apps/web", "-e", "production", "--apply", "--force"]).succeeds();
    propose(&project);
    workflow(&project, &forge, &text, "acme/shop").succeeds();
    let second = own(&forge);
    assert!(
        second.len() == 1 && second[0].starts_with(&format!("{MARKER}## 1 release restarts")),
        "{second:?}"
    );
    // What cannot be compared is said there, too.
    let shallow = text.replace("fetch-depth: 0", "fetch-depth: 1");
    let failed = workflow(&project, &forge, &shallow, "acme/shop").fails();
    let third = own(&forge);
    assert!(
        third.len() == 1 && third[0].starts_with(&format!("{MARKER}## could not compare: ")),
        "{third:?}"
    );
    assert!(third[0].contains("`fetch-depth: 0`"), "{third:?}");
    assert!(failed.contains("Failure - Main Fail where the comparison does"), "{failed}");
}

#[test]
fn a_workflow_of_a_fork_has_the_summary_alone() {
    let Some(project) = proposed(&[&programs::ACT], &[]) else { return };
    let text = page().tested_by("a_workflow_comments_once_and_edits_its_comment");
    let forge = Forge::github(of_others());
    let failed = workflow(&project, &forge, &text, "mallory/shop").fails();
    assert_eq!(own(&forge), Vec::<String>::new(), "{failed}");
    assert!(failed.contains("Summary - <!-- helmsum:diff:production -->"), "{failed}");
    assert!(failed.contains("Failure - Main Fail where the comparison does"), "{failed}");
}

/// A variable that is no path, as a sandbox takes one.
fn variable(name: &'static str, value: &str) -> (&'static str, PathBuf) {
    (name, PathBuf::from(value))
}

#[test]
fn a_pipeline_notes_once_and_edits_its_note() {
    let forge = Forge::gitlab(of_others());
    let variables = [
        variable("CI_API_V4_URL", &forge.url),
        variable("CI_PROJECT_ID", "9"),
        variable("CI_MERGE_REQUEST_IID", "7"),
    ];
    let Some(project) = proposed(&[], &variables) else { return };
    let recipe: Value =
        yaml_serde::from_str(&page().tested_by("a_pipeline_notes_once_and_edits_its_note")).expect("YAML");
    let job = &recipe["restarts"];
    let mut script = "set -eo pipefail\n".to_owned();
    for (name, value) in job["variables"].as_object().expect("variables") {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        script.extend(["export ", name, "=", &value, "\n"]);
    }
    for command in job["script"].as_array().expect("commands") {
        script.extend([command.as_str().expect("a command"), "\n"]);
    }
    let run = |token: &str| {
        let root = project.root.to_str().expect("UTF-8");
        let base = project.sandbox.run(&project.root, "git", ["merge-base", "HEAD", "main"]).succeeds();
        let head =
            format!("export CI_PROJECT_DIR={root} NOTES_TOKEN={token} CI_MERGE_REQUEST_DIFF_BASE_SHA={base}");
        project.sandbox.run(&project.root, "bash", ["-c", &format!("{head}\n{script}")])
    };
    // A fork has no token: the document is in the log.
    let printed = run("");
    assert!(printed.code() == 1 && printed.stdout().starts_with(MARKER), "{}", printed.told());
    assert_eq!(own(&forge), Vec::<String>::new());
    let failed = run(TOKEN);
    assert_eq!(failed.code(), 1, "{}", failed.told());
    let first = own(&forge);
    assert!(
        first.len() == 1 && first[0].starts_with(&format!("{MARKER}## 1 release does not notice")),
        "{first:?}"
    );
    assert!(!first[0].contains("reaches no release"), "what the job writes is no change: {first:?}");
    project.helmsum(&["init", "apps/web", "-e", "production", "--apply", "--force"]).succeeds();
    propose(&project);
    run(TOKEN).succeeds();
    let second = own(&forge);
    assert!(
        second.len() == 1 && second[0].starts_with(&format!("{MARKER}## 1 release restarts")),
        "{second:?}"
    );
    assert!(fs::read_dir(project.root.join(".helmsum")).expect("what is kept").count() > 1);
}

#[test]
fn a_script_prints_the_document_and_fails_after_it() {
    let Some(project) = proposed(&[], &[]) else { return };
    let script = page().tested_by("a_script_prints_the_document_and_fails_after_it");
    let run = project.sandbox.run(&project.root, "sh", ["-e", "-c", &script]);
    assert_eq!(run.code(), 1, "{}", run.told());
    assert!(run.stdout().starts_with("## 1 release does not notice its change\n"), "{}", run.told());
}

#[test]
fn a_tag_tells_what_was_deployed() {
    let Some(project) = proposed(&[], &[]) else { return };
    // Nothing is deployed here.
    let script = page().tested_by("a_tag_tells_what_was_deployed");
    let deploys = "helmfile --environment production apply\n";
    assert!(script.contains(deploys), "{script}");
    let script = script.replace(deploys, "helmfile --environment production apply --help >/dev/null\n");
    let run = || project.sandbox.run(&project.root, "sh", ["-e", "-c", &script]);
    assert!(run().fails().contains("there is no commit `deployed/production`"));
    git(&project, &["checkout", "--quiet", "main"]);
    git(&project, &["tag", "deployed/production"]);
    git(&project, &["push", "--quiet", "origin", "deployed/production"]);
    let printed = run().succeeds();
    assert!(printed.contains("nothing restarts; 2 unchanged"), "{printed}");
    // What does not notice its change stops the deployment, and the tag stays.
    project.write("platform.yaml", &PLATFORM_VALUES.replace("s3cret", "third"));
    project.sandbox.commit(&project.root);
    assert!(run().fails().contains("keeps the old Secret db"));
    project.helmsum(&["init", "apps/web", "-e", "production", "--apply", "--force"]).succeeds();
    project.sandbox.commit(&project.root);
    let printed = run().succeeds();
    assert!(printed.contains("first      apps/web"), "{printed}");
    // It has moved, here and there.
    git(&project, &["tag", "--delete", "deployed/production"]);
    let printed = run().succeeds();
    assert!(printed.contains("nothing restarts; 2 unchanged"), "{printed}");
}
