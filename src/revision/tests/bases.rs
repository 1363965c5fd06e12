//! Which commit is meant, and what is said where none is.

use super::{Repo, commit, default_base, git};
use crate::diagnostic::Diagnostic;
use crate::revision::Base;

/// A message with its hint, without what differs from run to run.
fn said(repo: &Repo, problem: &Diagnostic) -> String {
    let folder = repo.root.parent().expect("a folder").as_str();
    format!("{}\n  {}\n", problem.message, problem.hint.as_deref().unwrap_or("-")).replace(folder, "")
}

fn base(repo: &Repo, variables: &[(&str, &str)]) -> Result<Base, Diagnostic> {
    let variable =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    default_base(&repo.root, &variable)
}

#[test]
fn a_commit_has_the_names_that_git_takes() {
    let repo = Repo::new();
    let first = repo.file("d/a", "1").commit();
    repo.git(&["tag", "--annotate", "--message=x", "v1"]);
    let second = repo.file("d/a", "2").commit();
    repo.git(&["branch", "feature/x", "v1"]);
    for (name, id) in [
        ("HEAD", &second),
        ("v1", &first),
        ("main~1", &first),
        ("feature/x", &first),
        ("HEAD@{0}", &second),
        (&second[..9], &second),
    ] {
        let commit = commit(&repo.root.join("d"), name).expect("a commit");
        assert_eq!((&commit.id, &*commit.named), (id, name));
        assert!(id.starts_with(&commit.short) && commit.short.len() < 40, "{commit:?}");
    }
}

#[test]
fn what_is_no_commit_is_said() {
    let repo = Repo::new();
    let empty = commit(&repo.root, "HEAD").expect_err("there is none");
    let mut all = said(&repo, &empty);
    repo.file("a", "1").commit();
    repo.git(&["branch", "feature/gateway"]);
    for name in [
        "",
        "--upload-pack=x",
        "gateway",
        "feature/gatewya",
        "v9",
        "HEAD:a",
        "HEAD^{tree}",
        "main..HEAD",
        "a b",
    ] {
        all += &said(&repo, &commit(&repo.root, name).expect_err("it is no commit"));
    }
    let parent = repo.root.parent().expect("a folder");
    all += &said(&repo, &commit(parent, "HEAD").expect_err("there is no repository"));
    git(parent, &["clone", "--quiet", "--bare", "r", "bare"]);
    all += &said(&repo, &commit(&parent.join("bare"), "HEAD").expect_err("there is no work tree"));
    git(parent, &["clone", "--quiet", "--depth=1", &format!("file://{}", repo.root), "shallow"]);
    all += &said(&repo, &commit(&parent.join("shallow"), "v9").expect_err("there is none"));
    insta::assert_snapshot!(all, @r"
    there is no commit `HEAD` in the git repository `/r`
      nothing is committed there yet: commit first
    the name of a commit is empty
      name a commit, a branch or a tag, as `git log` takes it
    `--upload-pack=x` is not the name of a commit
      name a commit, a branch or a tag, as `git log` takes it
    there is no commit `gateway` in the git repository `/r`
      did you mean `feature/gateway`?
    there is no commit `feature/gatewya` in the git repository `/r`
      did you mean `feature/gateway`?
    there is no commit `v9` in the git repository `/r`
      if another clone has it, `git fetch` the branch or the tag that leads to it
    `HEAD:a` is not a commit but a blob
      name a commit, a branch or a tag that leads to one
    `HEAD^{tree}` is not a commit but a tree
      name a commit, a branch or a tag that leads to one
    `main..HEAD` is a range, and not one commit
      give its two ends, with a space between them
    there is no commit `a b` in the git repository `/r`
      if another clone has it, `git fetch` the branch or the tag that leads to it
    `` is not in a git repository, and only that has revisions
      run it in a clone of the repository
    `/bare` is in a git repository without a work tree
      run it in a clone that has one, or in a `git worktree`
    there is no commit `v9` in the git repository `/shallow`
      this clone is shallow: get the rest with `git fetch --unshallow`; in a pipeline, check out with `fetch-depth: 0` (GitLab: `GIT_DEPTH: 0`)
    ");
}

#[test]
fn the_base_is_where_the_branch_left_the_default_one() {
    let repo = Repo::new();
    let start = repo.file("a", "1").commit();
    let chosen = |variables: &[(&str, &str)]| {
        let base = base(&repo, variables).expect("a base");
        (base.commit.id, base.how)
    };
    let with = |id: &String, branch: &str| (id.clone(), format!("merge base with {branch}"));
    assert_eq!(chosen(&[]), with(&start, "main"), "that is `HEAD` itself");
    repo.git(&["checkout", "--quiet", "-b", "feature"]);
    let work = repo.file("a", "2").commit();
    assert_eq!(chosen(&[]), with(&start, "main"));
    repo.git(&["update-ref", "refs/remotes/origin/master", &work]);
    assert_eq!(chosen(&[]), with(&work, "origin/master"), "a remote one counts first");
    repo.git(&["update-ref", "refs/remotes/origin/trunk", &start]);
    repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    assert_eq!(chosen(&[]), with(&start, "origin/trunk"));
    repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone"]);
    assert_eq!(chosen(&[]), with(&work, "origin/master"), "it leads nowhere");
    repo.git(&["tag", "main", &work]);
    assert_eq!(chosen(&[("GITHUB_BASE_REF", "main")]), with(&start, "main"), "a tag is no branch");
    assert_eq!(chosen(&[("GITHUB_BASE_REF", "trunk")]), with(&start, "origin/trunk"));
    assert_eq!(chosen(&[("GITHUB_BASE_REF", "")]), with(&work, "origin/master"), "no pull request");
    let gitlab = [("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*start)];
    assert_eq!(chosen(&gitlab), with(&start, "CI_MERGE_REQUEST_DIFF_BASE_SHA"));
}

#[test]
fn a_base_that_cannot_be_had_is_said() {
    let repo = Repo::new();
    let mut all = said(&repo, &base(&repo, &[]).expect_err("nothing is committed"));
    repo.file("a", "1").commit();
    let none = "1".repeat(40);
    for variables in [[("GITHUB_BASE_REF", "release")], [("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*none)]] {
        all += &said(&repo, &base(&repo, &variables).expect_err("it is not there"));
    }
    repo.git(&["branch", "--move", "trunk"]);
    all += &said(&repo, &base(&repo, &[]).expect_err("no branch is the default one"));
    repo.git(&["checkout", "--quiet", "--orphan", "main"]);
    repo.file("b", "1").commit();
    repo.git(&["checkout", "--quiet", "trunk"]);
    all += &said(&repo, &base(&repo, &[]).expect_err("they have nothing in common"));
    let clone = repo.root.with_file_name("shallow");
    repo.git(&["branch", "--force", "main", "trunk"]);
    for branch in ["main", "trunk"] {
        repo.git(&["checkout", "--quiet", branch]);
        repo.file("c", branch).commit();
    }
    let source = format!("file://{}", repo.root);
    let arguments =
        ["clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=trunk", &source, clone.as_str()];
    git(&repo.root, &arguments);
    let problem = default_base(&clone, &|name| (name == "GITHUB_BASE_REF").then(|| "main".to_owned()))
        .expect_err("the clone has no base");
    all += &said(&repo, &problem);
    insta::assert_snapshot!(all, @r"
    there is no commit `HEAD` in the git repository `/r`
      nothing is committed there yet: commit first
    this clone does not have the branch `release`, which `GITHUB_BASE_REF` names
      check out all of the history: `fetch-depth: 0` for `actions/checkout`, `GIT_DEPTH: 0` for GitLab, `git fetch --unshallow` by hand
    this clone does not have the commit `1111111111111111111111111111111111111111`, which `CI_MERGE_REQUEST_DIFF_BASE_SHA` names
      check out all of the history: `fetch-depth: 0` for `actions/checkout`, `GIT_DEPTH: 0` for GitLab, `git fetch --unshallow` by hand
    there is no default branch to compare with: neither `origin/HEAD`, nor `main`, nor `master`
      name the commit to compare with, such as a branch or a tag
    `HEAD` and `main` have no commit in common
      name the commit to compare with
    this clone is shallow, and does not have the last commit that `HEAD` and `origin/main` have in common
      check out all of the history: `fetch-depth: 0` for `actions/checkout`, `GIT_DEPTH: 0` for GitLab, `git fetch --unshallow` by hand
    ");
}
