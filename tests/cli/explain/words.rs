//! What words mean.

use helmsum::internals::diagnostic::{Code, Mistake, Refusal};

use super::{document, project, texts};
use crate::support::repo::{Repo, gateway};

#[test]
fn a_word_is_a_release_a_path_or_a_code() {
    let repo =
        project().helmsum(["explain", "--output", "json", "edge/gateway", "gateway/apis", "empty-source"]);
    let document = document(&repo.exits(0));
    assert_eq!(texts(&document["explained"], "release"), ["edge/gateway"]);
    assert_eq!(texts(&document["paths"], "path"), ["gateway/apis"]);
    assert_eq!(texts(&document["codes"], "code"), ["empty-source"]);
    // In the order in which they were asked for.
    let repo = project().helmsum(["explain", "empty-source", "gateway/apis", "edge/gateway"]).exits(0);
    let text = repo.out();
    let at = |start: &str| text.find(start).unwrap_or_else(|| panic!("{start} in {text}"));
    assert!(
        at("empty-source\n") < at("gateway/apis  directory")
            && at("gateway/apis  ") < at("edge/gateway  missing")
    );
}

#[test]
fn a_word_that_is_several_things_is_refused_and_options_say_which() {
    let repo = project().helmsum(["explain", "gateway"]).exits(1);
    let repo = repo.complains("`gateway` is a release and a path");
    let repo = repo.complains("say which is meant: `--release gateway` or `--path gateway`");
    let repo = repo.helmsum(["explain", "--release", "gateway"]).exits(0).says("edge/gateway  missing");
    let repo = repo.helmsum(["explain", "--path", "gateway"]).exits(0).says("gateway  directory");
    let repo = repo.helmsum(["explain", "crlf"]).exits(1).complains("`crlf` is a release and a code");
    let repo = repo.helmsum(["explain", "--code", "crlf"]).exits(0).says("Default: `warn`.");
    let repo = repo.helmsum(["explain", "--release", "crlf"]).exits(0).says("crlf  no sources");
    let repo = repo.file("crlf", "").helmsum(["explain", "crlf"]).exits(1);
    repo.complains("`crlf` is a release, a path and a code")
        .complains("`--release crlf` or `--path crlf` or `--code crlf`")
        .helmsum(["explain", "./crlf"])
        .exits(0)
        .says("crlf\n  restarts   no release by its checksum");
}

#[test]
fn a_word_that_is_nothing_is_told_with_what_may_be_meant() {
    for (word, hint) in [
        ("gatewai", "did you mean `gateway`?"),
        ("edge/gatewai", "did you mean `edge/gateway`?"),
        ("missing-sourc", "did you mean `missing-source`?"),
        ("remote-bas", "did you mean `remote-base`?"),
        ("apis/orders.yaml", "did you mean `gateway/apis/orders.yaml`?"),
        ("something-else-entirely", "`helmsum state` lists the releases"),
    ] {
        let repo = project().helmsum(["explain", word]).exits(1).stdout("");
        repo.complains(&format!("`{word}` is no release, no path and no code")).complains(hint);
    }
    // The others are explained all the same.
    let repo = project().helmsum(["explain", "gatewai", "web"]).exits(1).says("edge/web  no sources");
    let repo = repo.helmsum(["explain", "gatewai", "web", "--output", "json"]).exits(1);
    assert_eq!(
        texts(&document(&repo)["errors"], "message"),
        ["`gatewai` is no release, no path and no code"]
    );
    project().helmsum(["explain", "--code", "gone"]).exits(1).complains("there is no code `gone`");
    project().helmsum(["explain", "--code", "clrf"]).exits(1).complains("did you mean `crlf`?");
}

#[test]
fn a_release_that_is_not_there_ends_as_for_any_command() {
    let repo = project()
        .helmsum(["explain", "--release", "gatewai"])
        .exits(3)
        .says("none of 4 releases is selected");
    let repo = repo.helmsum(["explain", "--release", "gatewai", "--allow-no-matching-release"]).exits(0);
    let repo = repo.helmsum(["explain", "edge/gateway", "-l", "name=web"]).exits(3).says("is selected");
    // Beside something that is there, it is said.
    let repo = repo.helmsum(["explain", "--release", "gatewai", "./gateway"]).exits(1);
    let repo = repo.complains("there is no release `gatewai`").says("gateway  directory");
    repo.helmsum(["explain", "edge/gateway", "./gateway", "-l", "name=web"])
        .exits(1)
        .complains("there is no release `edge/gateway` among those that the selector leaves");
}

#[test]
fn without_a_word_every_release_with_sources_is_explained() {
    let repo = project().helmsum(["explain", "--output", "json"]).exits(0);
    assert_eq!(texts(&document(&repo)["explained"], "release"), ["edge/gateway"]);
    let repo = repo.helmsum(["explain", "-l", "name=web"]).exits(0);
    repo.stdout("note: none of 1 release declares sources\n");
}

#[test]
fn every_code_has_an_answer_without_a_project() {
    let findings = Code::ALL.iter().map(|code| (code.name(), "finding"));
    let refusals = Refusal::ALL.iter().map(|code| (code.name(), "refusal"));
    let mistakes = Mistake::ALL.iter().map(|code| (code.name(), "mistake"));
    let repo = Repo::new();
    for (code, kind) in findings.chain(refusals).chain(mistakes) {
        let output = repo.command("").args(["explain", "--output", "json", "--code", code]).output();
        let output = output.expect("helmsum runs");
        assert!(output.status.success(), "{code}");
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(crate::support::repo::schema("explain", &document), Vec::<String>::new());
        assert_eq!(texts(&document["codes"], "kind"), [kind], "{code}");
        assert!(document["codes"][0]["text"].as_str().expect("a text").contains("**Fix**: "), "{code}");
    }
}

#[test]
fn a_code_has_an_answer_where_the_state_cannot_be_read() {
    let broken = gateway().file("helmfile.yaml", "releases: [\n");
    let broken = broken.helmsum(["explain", "missing-source"]).exits(0).says("Default: `deny`.");
    broken.helmsum(["explain", "edge/gateway"]).exits(1).complains("helmfile.yaml");
    Repo::new().helmsum(["explain", "missing-source"]).exits(0).says("Default: `deny`.");
    Repo::new().helmsum(["explain", "gateway"]).exits(1).complains("no state file");
}

#[test]
fn a_helmsum_that_helmsum_starts_says_nothing() {
    let repo = gateway().variable("HELMSUM_RUNNING", "1").helmsum(["explain"]).exits(0);
    let repo = repo.says("started by helmsum itself").helmsum(["explain", "--output", "json"]).exits(0);
    assert_eq!(document(&repo)["releases"], serde_json::json!([]));
}
