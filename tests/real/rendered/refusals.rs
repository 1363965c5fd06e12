//! What cannot be read is refused by name, with what to do.

use super::project::Project;

fn release(body: &str) -> Project {
    Project::new(&[
        ("helmfile.yaml", &format!("releases:\n- name: web\n  chart: ./chart\n{body}")),
        ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("v.yaml", "a: 1\n"),
    ])
}

#[track_caller]
fn refused(project: &Project, words: &[&str]) {
    let said = project.refusal();
    for word in words {
        assert!(said.contains(word), "{word:?} is not in {said:?}");
    }
}

#[test]
fn references_that_need_an_account_are_refused_where_their_content_is_needed() {
    let project = release("  values: [secret.yaml]\n").with("secret.yaml", "a: ref+vault://x/y#/z\n");
    refused(&project, &["release `web`", "secret.yaml", "`ref+vault://***` asks a service", "sha256:"]);
    refused(
        &release("  values: [{a: {b: 'ref+awsssm://a/b'}}]\n"),
        &["a map among its values", "ref+awsssm"],
    );
    refused(&release("  values: [{a: 'ref+exec://ls'}]\n"), &["`ref+exec://***` starts a program"]);
    refused(&release("  set: [{name: a, value: 'ref+vault://a/b'}]\n"), &["`set` of `a`", "ref+vault"]);
}

#[test]
fn references_that_cannot_be_resolved_say_why_and_where() {
    refused(&release("  values: ['ref+echo://v.yaml']\n"), &["ref+echo://***", "name the file itself"]);
    let missing =
        release("  values: [r.yaml]\n").with("r.yaml", "a: 1\nb:\n  - x ref+file://no/file.txt y\n");
    let problem = missing.pieces().expect_err("a file is missing");
    assert_eq!(problem.place.as_ref().and_then(|place| place.line), Some(3), "{problem}");
    refused(
        &missing,
        &[
            "r.yaml` has a reference",
            "`ref+file://***` reads `",
            "/no/file.txt`, which cannot be read",
            "relative to",
        ],
    );
    for (value, said) in [
        ("ref+nope://a/b", "is of a kind that vals does not have"),
        ("ref+file://v.yaml#/a%20b", "has an escape"),
        ("ref+file://v.yaml?encode=hex", "has an `encode`"),
        ("ref+file://v.yaml#/a/b", "what is not a map"),
        ("ref+file://ref.txt", "gives a reference again"),
        ("ref+envsubst://x/${A", "has a `${` without its `}`"),
        ("ref+envsubst://x/${A-$_}", "never ends on"),
        ("ref+sops://v.yaml?role_arn=me", "names an account"),
        ("ref+sops://v.yaml?key_type=base64", "decrypts files only"),
        ("ref+echo://[x", "is not a URL"),
    ] {
        let project = release(&format!("  values: [{{a: '{value}'}}]\n")).with("ref.txt", "ref+echo://again");
        refused(&project, &["a map among its values", said]);
    }
    let strict = release("  values: [{a: 'ref+file://v.yaml#/none'}]\n");
    strict.contents();
    let strict = strict.variable("HELMFILE_VALS_FAIL_ON_MISSING_KEY_IN_MAP", "true");
    refused(&strict, &["names a key that is not there"]);
}

#[test]
fn a_path_that_leads_to_two_files_is_refused() {
    let state = |name: &str| {
        format!("releases: [{{name: {name}, chart: ../chart, values: [{{t: 'ref+file://conf/t.txt'}}]}}]\n")
    };
    let project = release("")
        .with("helmfile.yaml", "helmfiles: [one/helmfile.yaml, two/helmfile.yaml]\n")
        .with("one/helmfile.yaml", state("web"))
        .with("two/helmfile.yaml", state("other"))
        .with("one/conf/t.txt", "one")
        .with("two/conf/t.txt", "two")
        .with("conf/t.txt", "of no release");
    refused(
        &project,
        &["`ref+file://***` reads `conf/t.txt`, which is another file in `", "vals reads it once in a run"],
    );
    project.with("two/conf/t.txt", "one").contents();
}

#[test]
fn what_is_downloaded_is_refused() {
    refused(&release("  values: ['https://example.org/v.yaml']\n"), &["downloaded", "fetch it"]);
}

#[test]
fn a_chart_that_is_not_there_is_named_with_the_path() {
    let project = release("").with("helmfile.yaml", "releases: [{name: web, chart: ./charts/web}]\n");
    refused(&project, &["there is no chart `./charts/web`", "charts/web`; what a hook makes"]);
}

#[test]
fn variables_that_are_not_set_are_named() {
    let project = release("  env: [{name: a, value: HELMSUM_TEST_A}]\n");
    refused(&project, &["`env` of `a`", "`HELMSUM_TEST_A`", "not set"]);
    let project = project.variable("HELMSUM_TEST_A", "x,{y}");
    assert_eq!(project.contents()["set/0"], b"[\"--set\",\"a=x\\\\,\\\\{y\\\\}\"]\n");
}

#[test]
fn rules_that_helm_refuses_are_shown_with_their_line() {
    let project = release("").with("chart/.helmignore", "# rules\nfoo/**\n");
    refused(&project, &["chart/.helmignore:2", "`**`"]);
    refused(&project.with("chart/.helmignore", "a[\n"), &["chart/.helmignore:1", "malformed"]);
}

#[test]
fn a_dependency_in_a_directory_that_is_not_there_is_named() {
    let chart = "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- {name: lib, version: 1.0.0, repository: 'file://../lib'}\n";
    refused(&release("").with("chart/Chart.yaml", chart), &["depends on `lib`", "lib`"]);
}

#[test]
fn values_that_helm_cannot_read_are_refused() {
    for text in ["- 1\n", "a: .nan\n", "a: 1\n1: 2\n\"1\": 3\n", "~: 1\n"] {
        refused(&release("  values: [v.yaml]\n").with("v.yaml", text), &["v.yaml"]);
    }
}
