//! Which commits moved which checksums.

use std::process::Command;

use crate::programs::script;
use crate::support::repo::{GATEWAY, Repo, gateway, schema};

/// A history of the gateway: its first checksum, an edit, a commit that moves nothing, a file that comes and one that goes, and one more
/// source.
pub(super) fn past() -> Repo {
    let generated =
        |repo: Repo, message: &str, day: &str| repo.helmsum(["generate"]).exits(0).commits(message, day);
    let repo = gateway().git(["init", "--quiet"]).commits("Add the gateway", "2026-01-01");
    let repo = generated(repo, "Restart it with its files", "2026-01-02");
    let repo = repo.file("gateway/apis/orders.yaml", "orders: 2\n");
    let repo = generated(repo, "Raise the limit of orders", "2026-01-03");
    let repo = repo.file("README", "The gateway.\n").commits("Describe it", "2026-01-04");
    let repo = repo.file("gateway/apis/carts.yaml", "carts: 1\n").without("gateway/apis/users.yaml");
    let repo = generated(repo, "Serve carts instead of users", "2026-01-05");
    let repo = repo
        .file("gateway/values.yaml", "# helmsum: ./apis\n# helmsum: ./tls.pem\nreplicas: 2\n")
        .file("gateway/tls.pem", "certificate\n");
    generated(repo, "Serve with TLS", "2026-01-06")
}

fn subjects(repo: &Repo) -> Vec<String> {
    let document = repo.json();
    assert_eq!(schema("log", &document), Vec::<String>::new());
    let commits = document["commits"].as_array().expect("a list").iter();
    commits.map(|commit| commit["subject"].as_str().expect("a text").to_owned()).collect()
}

#[test]
fn each_commit_that_moved_a_checksum_is_told_with_its_files() {
    let repo = past().helmsum(["log", "--output", "json"]).exits(0);
    assert_eq!(
        subjects(&repo),
        [
            "Serve with TLS",
            "Serve carts instead of users",
            "Raise the limit of orders",
            "Restart it with its files"
        ]
    );
    let commits = &repo.json()["commits"];
    let step = |index: usize| commits[index]["targets"][0].clone();
    assert_eq!(step(3)["effect"], "first");
    assert_eq!(
        step(2)["sources"][0]["files"],
        serde_json::json!([{ "name": "./orders.yaml", "how": "edited" }])
    );
    assert_eq!(
        step(1)["sources"][0]["files"],
        serde_json::json!([{ "name": "./carts.yaml", "how": "added" }, { "name": "./users.yaml", "how": "removed" }])
    );
    assert_eq!(
        step(0)["sources"],
        serde_json::json!([{ "label": "./tls.pem", "how": "added", "files": [] }])
    );
    assert_eq!(step(0)["target"], "gateway/checksum.yaml");
}

#[test]
fn it_can_be_narrowed() {
    let repo = past().helmsum(["log", "--output", "json", "--max-count", "2"]).exits(0);
    assert_eq!(subjects(&repo), ["Serve with TLS", "Serve carts instead of users"]);
    let repo = repo.helmsum(["log", "--output", "json", "--since", "2026-01-05T00:00:00Z"]).exits(0);
    assert_eq!(subjects(&repo), ["Serve with TLS", "Serve carts instead of users"]);
    let repo = repo.helmsum(["log", "--output", "json", "--max-count", "0"]).exits(0);
    assert!(subjects(&repo).is_empty());
    // From its first second, whatever the time is now.
    let repo = repo.helmsum(["log", "--output", "json", "--since", "2026-01-05"]).exits(0);
    assert_eq!(subjects(&repo), ["Serve with TLS", "Serve carts instead of users"]);
    let other = GATEWAY
        .replace("gateway\n", "other\n")
        .replace("releases:\n", "")
        .replace("gateway/checksum", "other/checksum");
    let repo = repo.file("helmfile.yaml", format!("{GATEWAY}{other}"));
    let repo = repo.helmsum(["generate"]).exits(0).commits("Add another one", "2026-01-07");
    let repo = repo.helmsum(["log", "--output", "json", "edge/other"]).exits(0);
    assert_eq!(subjects(&repo), ["Add another one"]);
    let repo = repo.helmsum(["log", "--output", "json", "gateway", "edge/other"]).exits(0);
    assert_eq!(subjects(&repo).len(), 5);
    repo.helmsum(["log", "edge/gone"]).exits(3).says("none of 2 releases is selected");
}

#[test]
fn a_merge_is_one_step_of_the_branch() {
    let repo = past().git(["checkout", "--quiet", "-b", "side", "HEAD~1"]);
    let repo = repo.file("gateway/apis/orders.yaml", "orders: 3\n").helmsum(["generate"]).exits(0);
    let repo = repo.commits("Try one limit", "2026-01-07");
    let repo = repo.file("gateway/apis/orders.yaml", "orders: 4\n").helmsum(["generate"]).exits(0);
    let repo = repo.commits("Try another limit", "2026-01-08").git(["checkout", "--quiet", "-"]);
    let repo = repo.git(["checkout", "--quiet", "-B", "trunk", "side~2"]);
    let repo = repo.git(["merge", "--quiet", "--no-ff", "-m", "Merge the limit", "side"]);
    let repo = repo.helmsum(["log", "--output", "json", "--max-count", "2"]).exits(0);
    assert_eq!(subjects(&repo), ["Merge the limit", "Serve carts instead of users"]);
    let files = &repo.json()["commits"][0]["targets"][0]["sources"][0]["files"];
    assert_eq!(files, &serde_json::json!([{ "name": "./orders.yaml", "how": "edited" }]));
}

#[test]
fn a_target_that_goes_is_told() {
    let repo = past().without("gateway/checksum.yaml").commits("Forget it", "2026-01-07");
    let repo =
        repo.helmsum(["log", "--max-count", "1"]).exits(0).says("gone      edge/gateway").says("Forget it");
    // It is in no commit now, and was.
    repo.does_not_say("no commit has");
}

#[test]
fn what_a_shallow_clone_lacks_is_said() {
    let repo = past();
    let folder = tempfile::tempdir().expect("a folder");
    let clone = folder.path().join("clone");
    let done = Command::new("git")
        .args(["clone", "--quiet", "--depth", "2"])
        .arg(format!("file://{}", repo.path("").display()))
        .arg(&clone)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .status()
        .expect("git runs");
    assert!(done.success());
    let output = Command::new(env!("CARGO_BIN_EXE_helmsum"))
        .arg("log")
        .current_dir(&clone)
        .env("HOME", folder.path())
        .output()
        .expect("helmsum runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("Serve with TLS") && !text.contains("first"), "{text}");
    assert!(text.contains("this clone ends at commit") && text.contains("fetch-depth: 0"), "{text}");
}

#[test]
fn names_of_commits_drive_no_terminal() {
    let repo = past().file("gateway/apis/orders.yaml", "orders: 5\n").helmsum(["generate"]).exits(0);
    let repo =
        repo.commits("Red \u{1b}[31m alert\u{202e}", "2026-01-07").helmsum(["log", "--max-count", "1"]);
    let repo = repo.exits(0).does_not_say("\u{1b}").does_not_say("\u{202e}");
    repo.helmsum(["log", "--max-count", "1", "--output", "json"]).exits(0).does_not_say("\u{202e}");
}

#[test]
fn a_date_that_nobody_understands_is_refused() {
    let mut repo = past();
    for date in ["nonsense", "2020-99-99"] {
        repo = repo.helmsum(["log", "--since", date]).exits(1);
        repo =
            repo.complains(&format!("invalid value '{date}' for '--since <DATE>': a date is `2026-12-24`, "));
    }
}

#[test]
fn why_there_is_no_past_is_told_in_words() {
    let repo = gateway().git(["init", "--quiet"]).helmsum(["log"]).exits(1);
    let repo = repo.complains("there is no commit `HEAD` in the git repository");
    let repo = repo.complains("help: nothing is committed there yet: commit first\n");
    let repo = repo.helmsum(["explain"]).exits(0).tells("moved by not known: there is no commit `HEAD`");
    // What git says of a repository that belongs to somebody else.
    let refuses =
        "#!/bin/sh\necho \"fatal: detected dubious ownership in repository at '/repo'\" >&2\nexit 128\n";
    let repo = script(repo, "tools/git", refuses);
    let path = format!("{}:{}", repo.path("tools").display(), std::env::var("PATH").unwrap_or_default());
    let repo = repo.variable("PATH", &path).helmsum(["log"]).exits(1);
    repo.complains("dubious ownership").complains("`git config --global --add safe.directory`");
}
