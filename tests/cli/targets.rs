//! Which file is a target, and which is never written.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::repo::{GATEWAY, Repo, gateway, target};

const TWO: &str = "\
releases:
  - { name: a, chart: ./c, values: [a.yaml, shared.checksum.yaml] }
  - { name: b, chart: ./c, values: [b.yaml, shared.checksum.yaml] }
";

fn two(a: &str, b: &str) -> Repo {
    Repo::new()
        .file("helmfile.yaml", TWO)
        .file("a.yaml", format!("# helmsum: {a}\n"))
        .file("b.yaml", format!("# helmsum: {b}\n"))
        .file("one/x", "1")
        .file("two/x", "2")
}

#[test]
fn one_target_for_two_releases_is_fine_with_the_same_bytes() {
    two("./one", "./one")
        .helmsum(["generate"])
        .exits(0)
        .says("created  a")
        .says("created  b")
        .says("2 written");
}

#[test]
fn one_target_for_two_releases_is_an_error_with_different_bytes_whatever_the_selector() {
    for selection in [&["generate"][..], &["generate", "-l", "name=a"], &["generate", "--release", "b"]] {
        let repo = two("./one", "./two");
        let output = repo.command("").args(selection).output().expect("helmsum runs");
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{selection:?}: {text}");
        assert!(
            text.contains("the target `shared.checksum.yaml` would get different contents from release `a` of `helmfile.yaml` and from release `b` of `helmfile.yaml`"),
            "{text}"
        );
        assert!(text.contains("`- \"{{ .Release.Name }}.checksum.yaml\"`"), "{text}");
        repo.lacks("shared.checksum.yaml");
    }
}

#[test]
fn one_target_for_two_environments_is_an_error_with_different_bytes() {
    gateway()
        .file("helmfile.yaml", format!("environments: {{ dev: {{}}, prod: {{}} }}\n---\n{GATEWAY}"))
        .file("gateway/values.yaml", "# helmsum: ./{{ .Environment.Name }}\n")
        .file("gateway/dev/a", "1")
        .file("gateway/prod/a", "2")
        .helmsum(["generate", "--all-environments"])
        .exits(1)
        .complains("in environment `dev` and from release `edge/gateway`")
        .complains("name the environment in it: `- \"gateway/{{ .Environment.Name }}.checksum.yaml\"`")
        .lacks("gateway/checksum.yaml");
}

#[test]
fn one_target_for_two_visits_is_an_error_with_different_bytes() {
    let parent = "\
helmfiles:
  - { path: child.yaml, values: [{ directory: one }] }
  - { path: child.yaml, values: [{ directory: two }] }
";
    let child = "releases: [{ name: a, chart: ./c, values: [a.yaml, a.checksum.yaml] }]\n";
    Repo::new()
        .file("helmfile.yaml", parent)
        .file("child.yaml", child)
        .file("a.yaml", "# helmsum: ./{{ .Values.directory }}\n")
        .file("one/x", "1")
        .file("two/x", "2")
        .helmsum(["generate"])
        .exits(1)
        .complains("the state file is read twice with different values")
        .lacks("a.checksum.yaml");
}

#[test]
fn two_targets_of_one_release_are_an_error() {
    gateway()
        .file("helmfile.yaml", format!("{GATEWAY}      - gateway/more.checksum.yaml\n"))
        .helmsum(["generate"])
        .exits(1)
        .complains(
            "release `edge/gateway` lists 2 targets: `gateway/checksum.yaml`, `gateway/more.checksum.yaml`",
        )
        .lacks("gateway/checksum.yaml");
}

#[test]
fn what_helmsum_did_not_write_is_left_alone_unless_forced() {
    gateway()
        .file("gateway/checksum.yaml", "replicas: 3\n")
        .helmsum(["generate"])
        .exits(1)
        .says("foreign  edge/gateway")
        .complains("the target `[REPO]/gateway/checksum.yaml` was not written by helmsum")
        .holds("gateway/checksum.yaml", "replicas: 3\n")
        .helmsum(["check"])
        .exits(1)
        .helmsum(["generate", "--force"])
        .exits(0)
        .says("replaced  edge/gateway")
        .holds("gateway/checksum.yaml", &target());
}

#[test]
fn an_empty_placeholder_is_filled() {
    for placeholder in ["", "\n  \n"] {
        gateway()
            .file("gateway/checksum.yaml", placeholder)
            .helmsum(["generate"])
            .exits(0)
            .holds("gateway/checksum.yaml", &target());
    }
}

#[test]
fn what_is_no_ordinary_file_is_refused() {
    gateway()
        .folder("gateway/checksum.yaml")
        .helmsum(["generate"])
        .exits(1)
        .complains("is not a regular file")
        .without("gateway/checksum.yaml")
        .link("gateway/checksum.yaml", "nowhere")
        .helmsum(["generate"])
        .exits(1)
        .complains("is a symbolic link")
        .lacks("gateway/nowhere");
    let repo = gateway().helmsum(["generate"]);
    let path = repo.path("gateway/checksum.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).expect("ours");
    repo.file("gateway/apis/orders.yaml", "orders: 2\n")
        .helmsum(["generate"])
        .exits(1)
        .complains("is read-only")
        .holds("gateway/checksum.yaml", &target());
}

#[test]
fn a_target_in_the_folder_of_git_is_refused() {
    for (target, pattern) in
        [("commondir", "commondir"), ("index.lock", "\"*.lock\""), ("hooks/pre-commit", "pre-commit")]
    {
        gateway()
            .file("helmsum.yaml", format!("targets: [{pattern}]\n"))
            .file("helmfile.yaml", GATEWAY.replace("gateway/checksum.yaml", &format!(".git/{target}")))
            .helmsum(["generate", "--force"])
            .exits(1)
            .complains(&format!("the target `[REPO]/.git/{target}` is in the `.git` of a repository"))
            .lacks(&format!(".git/{target}"))
            .helmsum(["check"])
            .exits(1);
    }
    let rule = "checksums: [{ name: x, sources: [./gateway/apis], target: .git/hooks/post-checkout }]\n";
    gateway()
        .without("helmfile.yaml")
        .file("helmsum.yaml", rule)
        .helmsum(["generate"])
        .exits(1)
        .complains("is in the `.git` of a repository")
        .lacks(".git/hooks");
}

#[test]
fn a_target_that_cannot_be_read_is_not_taken_for_absent() {
    let repo = gateway().file("gateway/checksum.yaml", "replicas: 3\n");
    let file = fs_err::OpenOptions::new().write(true).open(repo.path("gateway/checksum.yaml")).expect("ours");
    // As many zeros as no memory takes, and no room on the disk.
    file.set_len(1 << 42).expect("a file with a hole");
    repo.helmsum(["generate"])
        .exits(1)
        .complains("the target `[REPO]/gateway/checksum.yaml` is larger than 64 MiB")
        .helmsum(["generate", "--force"])
        .exits(1);
    assert_eq!(file.metadata().expect("it is there").len(), 1 << 42);
}

#[test]
fn only_a_write_needs_write_access() {
    let repo = gateway().helmsum(["generate"]).exits(0);
    let path = repo.path("gateway/checksum.yaml");
    let lock = |mode| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("ours");
        let mode = if mode == 0o444 { 0o555 } else { 0o755 };
        std::fs::set_permissions(path.parent().expect("a folder"), std::fs::Permissions::from_mode(mode))
            .expect("ours");
    };
    lock(0o444);
    let repo = repo.helmsum(["check"]).exits(0).helmsum(["list"]).exits(0).helmsum(["generate"]).exits(0);
    lock(0o644);
    let repo = repo.file("gateway/apis/orders.yaml", "orders: 2\n");
    lock(0o444);
    let repo = repo
        .helmsum(["check"])
        .exits(2)
        .helmsum(["list"])
        .exits(0)
        .helmsum(["generate", "--dry-run"])
        .exits(0)
        .helmsum(["generate"])
        .exits(1)
        .complains("is read-only");
    lock(0o644);
    repo.helmsum(["generate"]).exits(0).helmsum(["check"]).exits(0);
}

#[test]
fn a_target_outside_of_the_repository_is_refused() {
    let repo = Repo::new();
    repo.file("sub/.git/HEAD", "")
        .file("sub/helmfile.yaml", GATEWAY.replace("gateway/checksum.yaml", "../checksum.yaml"))
        .file("sub/gateway/values.yaml", "# helmsum: ./apis\n")
        .file("sub/gateway/apis/a", "1")
        .helmsum_in("sub", ["generate"])
        .exits(1)
        .complains("is outside of the repository")
        .lacks("checksum.yaml");
}

#[test]
fn a_target_that_a_pattern_of_the_values_finds_is_refused() {
    gateway()
        .file("helmfile.yaml", format!("{GATEWAY}      - gateway/v*.yaml\n      - gateway/*sum.yaml\n"))
        .helmsum(["generate"])
        .exits(1)
        .complains("the values entry `gateway/*sum.yaml` of release `edge/gateway` would find the target")
        .lacks("gateway/checksum.yaml");
}

#[test]
fn the_configuration_names_targets_keys_and_formats() {
    let configuration = "\
key: gateway.configChecksum
targets: [\"generated.yaml\"]
releases:
  - { selector: tier=edge, sources: [./apis], format: pod-annotations, target: out/annotations.yaml }
";
    let state = "\
releases:
  - { name: a, chart: ./c, values: [a/values.yaml, a/generated.yaml, a/checksum.yaml] }
  - { name: b, chart: ./c, labels: { tier: edge }, values: [out/annotations.yaml] }
";
    let repo = Repo::new()
        .file("helmsum.yaml", configuration)
        .file("helmfile.yaml", state)
        .file("a/values.yaml", "# helmsum: ../apis as apis\n")
        .file("a/checksum.yaml", "an: ordinary file\n")
        .file("apis/x", "1")
        .helmsum(["generate"])
        .exits(0);
    let written = repo.read("a/generated.yaml");
    assert!(written.contains("gateway:\n  configChecksum: \""), "{written}");
    assert!(written.contains("\n  configChecksums:\n    apis: \""), "{written}");
    assert!(repo.read("out/annotations.yaml").contains("podAnnotations:\n  checksum/helmsum: \""));
    repo.holds("a/checksum.yaml", "an: ordinary file\n");
}

#[test]
fn checksums_of_the_configuration_need_no_state() {
    let configuration = "\
checksums:
  - { name: agents, sources: [./agents/config], target: argocd/agents/checksum.yaml, format: pod-annotations }
";
    let repo =
        Repo::new().file("helmsum.yaml", configuration).file("agents/config/a", "1").helmsum(["generate"]);
    let repo =
        repo.exits(0).says("created  agents  argocd/agents/checksum.yaml  ./agents/config: 1 file, 1 B");
    assert!(repo.read("argocd/agents/checksum.yaml").contains("checksum/helmsum: "));
    repo.file("helmfile.yaml", "releases: [ # broken\n")
        .helmsum(["check"])
        .exits(1)
        .says("1 release: 1 current")
        .helmsum(["check", "--release", "agents"])
        .exits(0)
        .stderr("");
}

#[test]
fn copies_that_run_at_once_write_one_of_the_identical_files() {
    let repo = gateway();
    let children: Vec<_> = (0..8)
        .map(|_| {
            repo.command("")
                .arg("generate")
                .stdout(std::process::Stdio::null())
                .spawn()
                .expect("helmsum runs")
        })
        .collect();
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    repo.holds("gateway/checksum.yaml", &target()).stays_tidy();
}
