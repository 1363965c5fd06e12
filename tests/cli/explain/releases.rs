//! What is told of a release.

use serde_json::{Value, json};

use super::{document, project, texts};
use crate::support::repo::{APIS, GATEWAY, HOOK, Repo, gateway};

/// What is told of the first release.
#[track_caller]
fn told(repo: &Repo) -> Value {
    document(repo)["explained"][0].clone()
}

#[test]
fn where_it_is_declared_and_written_and_every_line_of_its_checksum() {
    let repo = gateway().helmsum(["generate"]).exits(0).helmsum(["explain"]).exits(0);
    let repo = repo
        .says("edge/gateway  current\n")
        .says("  declared   helmfile.yaml:2\n")
        .says("  target     gateway/checksum.yaml at `configChecksum`\n")
        .says(&format!("  checksum   {APIS}\n"))
        .says("  ./apis  2 files  19 B  gateway/values.yaml:1\n")
        .says("    37722948fb7f58d03f0bff4269fd4fd1c03a853dd1a6d3ed0bcb561751674064  ./orders.yaml\n")
        .says("    814ee3c62998aa39e02b2f0903e26882fb40387cd499977a50349b205f2e2514  ./users.yaml\n");
    let repo = repo.helmsum(["explain", "--output", "json"]).exits(0);
    let told = told(&repo);
    assert_eq!(told["declared"], json!({ "file": "helmfile.yaml", "line": 2 }));
    assert_eq!(told["keys"], json!(["configChecksum"]));
    assert_eq!(told["computed"], APIS);
    assert_eq!(document(&repo)["releases"][0]["target"]["checksum"], APIS);
}

#[test]
fn keys_are_those_that_the_target_sets() {
    let keys = |directives: &str, configuration: &str| {
        let repo = gateway()
            .file("gateway/values.yaml", directives)
            .file("helmsum.yaml", configuration)
            .helmsum(["explain", "--output", "json"])
            .exits(0);
        told(&repo)["keys"].clone()
    };
    let named = "# helmsum: ./apis as apis\n";
    assert_eq!(keys(named, "{}\n"), json!(["configChecksum", "configChecksums"]));
    assert_eq!(keys(named, "key: [a.sum, b]\n"), json!(["a.sum", "a.sums", "b", "bs"]));
    assert_eq!(
        keys(named, "format: pod-annotations\n"),
        json!(["podAnnotations.checksum/helmsum", "podAnnotations.\"checksum/helmsum.apis\""])
    );
    assert_eq!(
        keys(named, "format: rollout-checksums\n"),
        json!(["rolloutChecksums.checksums.configMaps.apis"])
    );
}

#[test]
fn the_commit_that_moved_it_last_is_told() {
    let past = crate::log::past();
    let repo = past.helmsum(["explain"]).exits(0).says("2026-01-06  A. Author  Serve with TLS\n");
    let repo = repo.says("./tls.pem  added").helmsum(["explain", "--output", "json"]).exits(0);
    let moved = told(&repo)["moved"].clone();
    assert_eq!([&moved["subject"], &moved["effect"]], ["Serve with TLS", "restarts"]);
    assert_eq!(moved["sources"], json!([{ "label": "./tls.pem", "how": "added", "files": [] }]));
    // A commit that moves nothing is not the one.
    let repo = repo.file("README", "More.\n").commits("Describe it again", "2026-01-07");
    let repo = repo.helmsum(["explain"]).exits(0).says("Serve with TLS");
    // What is moved and not committed is none.
    let repo = repo.file("gateway/apis/orders.yaml", "orders: 9\n").helmsum(["explain"]).exits(0);
    let repo =
        repo.says("edge/gateway  stale\n").says("  recorded   ").says("moved      edited   ./orders.yaml");
    repo.tells("moved by no commit yet: what is committed is ").says("Serve with TLS");
}

#[test]
fn a_checksum_that_is_in_no_commit_yet_is_moved_by_none() {
    let repo = crate::log::past().helmsum(["explain", "--output", "json"]).exits(0);
    let committed = told(&repo)["computed"].clone();
    assert_eq!([&told(&repo)["moved"]["checksum"], &told(&repo)["whyNotMoved"]], [&committed, &Value::Null]);
    let repo = repo.file("gateway/apis/orders.yaml", "orders: 9\n").helmsum(["generate"]).exits(0);
    let short = &committed.as_str().expect("a checksum")[..12];
    let repo = repo.helmsum(["explain"]).exits(0).says("edge/gateway  current\n");
    let repo = repo
        .says(&format!("moved by   no commit yet: what is committed is {short}, moved by\n             "))
        .says("Serve with TLS");
    let repo = repo.helmsum(["explain", "--output", "json"]).exits(0);
    assert_ne!(told(&repo)["computed"], committed);
    assert_eq!(told(&repo)["moved"]["checksum"], committed);
    assert_eq!(told(&repo)["whyNotMoved"], "no commit has this checksum yet");
    let repo = repo.commits("Change them once more", "2026-01-08").helmsum(["explain"]).exits(0);
    let repo = repo.says("Change them once more").does_not_say("no commit yet");
    // What is held is not what its sources give.
    let hold = "releases:\n- release: gateway\n  hold: { reason: the index is rebuilt, until: 2999-12-24 }\n";
    let repo = repo.file("helmsum.yaml", hold).file("gateway/apis/orders.yaml", "orders: 10\n");
    let repo = repo.helmsum(["explain"]).exits(0).says("edge/gateway  held\n");
    repo.says("no commit yet: what is committed is ").says("Change them once more");
}

#[test]
fn each_release_has_its_own_commit() {
    let other = GATEWAY
        .replace("gateway\n", "other\n")
        .replace("releases:\n", "")
        .replace("gateway/checksum", "other/checksum");
    let repo = crate::log::past().file("helmfile.yaml", format!("{GATEWAY}{other}"));
    let repo = repo.helmsum(["generate"]).exits(0).commits("Add another one", "2026-01-07");
    let repo = repo.file("README", "x\n").commits("Say x", "2026-01-08");
    let repo = repo.helmsum(["explain", "--output", "json"]).exits(0);
    let subjects: Vec<Value> = document(&repo)["explained"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["moved"]["subject"].clone())
        .collect();
    assert_eq!(subjects, ["Serve with TLS", "Add another one"]);
}

#[test]
fn where_there_is_no_such_commit_it_says_why() {
    let repo = gateway().git(["init", "--quiet"]).commits("one", "2026-01-01");
    let repo = repo.helmsum(["explain"]).exits(0).says("moved by   no commit has the target\n");
    let repo = repo.helmsum(["explain", "--output", "json"]).exits(0);
    assert_eq!(told(&repo)["whyNotMoved"], "no commit has the target");
    gateway().helmsum(["explain"]).exits(0).tells("is not in a git repository, and only that has revisions");
}

#[test]
fn what_is_held_says_what_is_recorded_and_what_its_sources_give() {
    let hold = "releases:\n- release: gateway\n  hold: { reason: the index is rebuilt, until: 2999-12-24 }\n";
    let repo = gateway().helmsum(["generate"]).exits(0).file("helmsum.yaml", hold);
    let repo = repo.file("gateway/apis/orders.yaml", "orders: 2\n").helmsum(["explain"]).exits(0);
    let repo = repo.says("edge/gateway  held\n").says(&format!("  recorded   {APIS}\n")).says(
        "held       \"the index is rebuilt\" until 2999-12-24 (helmsum.yaml:3): what is recorded stays",
    );
    let repo = repo.helmsum(["explain", "--output", "json"]).exits(0);
    let told = told(&repo);
    assert_eq!(told["hold"]["until"], "2999-12-24");
    assert_ne!(told["computed"], APIS);
    let repo = repo.helmsum(["explain", "./gateway/apis/orders.yaml"]).exits(0);
    repo.tells("(gateway/values.yaml:1); but not as long as it is held");
}

#[test]
fn an_annotated_release_has_annotations_and_no_target() {
    let state = format!(
        "{}    postRenderer: helmsum\n    postRendererArgs: [annotate, --release=edge/gateway]\n",
        GATEWAY.replace("      - gateway/checksum.yaml\n", "")
    );
    let directives =
        "# helmsum: ./apis as apis on=*\n# helmsum: ./apis/orders.yaml as orders on=*\nreplicas: 2\n";
    let repo = gateway().file("helmfile.yaml", state).file("gateway/values.yaml", directives);
    let repo = repo.helmsum(["explain"]).exits(0).says("edge/gateway  annotated\n").does_not_say("moved by");
    let repo = repo
        .tells("target none: `helmsum annotate` puts `checksum/helmsum.apis`, `checksum/helmsum.orders` on");
    let repo = repo.helmsum(["explain", "--output", "json"]).exits(0);
    assert_eq!(told(&repo)["keys"], json!(["checksum/helmsum.apis", "checksum/helmsum.orders"]));
    assert_eq!(told(&repo)["whyNotMoved"], "it has no target");
}

#[test]
fn a_release_without_a_target_or_without_sources_says_so() {
    let unwired = gateway().file("helmfile.yaml", GATEWAY.replace("      - gateway/checksum.yaml\n", ""));
    let unwired =
        unwired.helmsum(["explain"]).exits(1).says("edge/gateway  unwired\n").says("[unwired-release]");
    let unwired = unwired.tells("target none among its values, so its checksum gets nowhere");
    let repo = unwired.helmsum(["explain", "./gateway/apis/orders.yaml"]).exits(1);
    repo.tells("but not as long as it is unwired");
    let orphan = gateway().file("gateway/values.yaml", "replicas: 2\n").helmsum(["explain"]).exits(0);
    orphan.says("checksum   none: it declares no sources\n").says("[orphan-target]");
    let repo = project().helmsum(["explain", "web"]).exits(0);
    let repo = repo.stdout(
        "edge/web  no sources\n  declared   helmfile.yaml:8\n  checksum   none: it declares no sources, and lists no target\n",
    );
    let repo = repo
        .helmsum(["explain", "off"])
        .exits(0)
        .says("off  not deployed\n")
        .says("it says `installed: false`");
    let repo = repo.helmsum(["explain", "off", "web", "--output", "json"]).exits(0);
    let undeclared = document(&repo)["undeclared"].clone();
    assert_eq!(texts(&undeclared, "release"), ["off", "edge/web"]);
    assert_eq!([&undeclared[0]["deployed"], &undeclared[1]["deployed"]], [false, true]);
}

#[test]
fn what_cannot_be_read_is_not_said_to_be_nothing() {
    let repo = gateway().without("gateway/apis").helmsum(["explain"]).exits(1).says("edge/gateway  denied\n");
    let repo = repo.says("checksum   not known, since not every source could be read\n");
    let repo = repo.says("by hand    no command: it was not read\n").says("[missing-source]");
    let repo = repo.file("gateway/values.yaml", "# helmsum: ./apis ./more\n").helmsum(["explain"]).exits(1);
    repo.says("checksum   not known, since not every source could be read\n").complains("[source-syntax]");
}

#[test]
fn a_secret_source_shows_no_file() {
    let repo = gateway().file("gateway/values.yaml", "# helmsum: ./apis secret=true\n");
    let repo = repo.helmsum(["explain"]).exits(0).says("what it is made of is secret, and not shown\n");
    repo.does_not_say("./orders.yaml");
}

#[test]
fn findings_about_other_releases_are_not_shown() {
    let other =
        GATEWAY.replace("gateway\n", "other\n").replace("releases:\n", "").replace("gateway/", "other/");
    let repo = gateway()
        .file("helmfile.yaml", format!("{GATEWAY}{other}"))
        .file("other/values.yaml", "# helmsum: ./gone\n");
    let repo =
        repo.helmsum(["explain", "./gateway/apis/orders.yaml"]).exits(0).does_not_say("[missing-source]");
    let repo = repo.helmsum(["explain", "gateway/apis", "edge/gateway"]).exits(0).does_not_say("edge/other");
    repo.helmsum(["explain"]).exits(1).says("[missing-source]");
}

#[test]
fn what_puts_a_producer_first_is_told() {
    let order = |state: &str, from: &str| {
        let repo = gateway()
            .file("helmfile.yaml", state)
            .file("gateway/values.yaml", format!("# helmsum: ./apis from={from}\n"))
            .helmsum(["explain", "edge/gateway", "--output", "json"])
            .exits(0);
        told(&repo)["sources"][0]["producers"].clone()
    };
    let beside = format!("{GATEWAY}  - {{ name: web, namespace: edge, chart: ./chart }}\n");
    assert_eq!(order(&beside, "web"), json!([{ "release": "edge/web", "firstBy": "nothing" }]));
    let needed = beside.replace("  - name: gateway\n", "  - name: gateway\n    needs: [edge/web]\n");
    assert_eq!(order(&needed, "web"), json!([{ "release": "edge/web", "firstBy": "needs" }]));
    assert_eq!(order(GATEWAY, "gateway"), json!([{ "release": "gateway", "firstBy": "itself" }]));
    let repo = gateway()
        .file("helmfile.yaml", format!("helmfiles: [sub.yaml]\n{GATEWAY}"))
        .file("sub.yaml", "releases: [{ name: web, chart: ./chart }]\n")
        .file("gateway/values.yaml", "# helmsum: ./apis from=web\n")
        .helmsum(["explain", "edge/gateway"])
        .exits(0);
    repo.tells("order web is deployed before it: the order of state files");
}

#[test]
fn every_environment_has_its_answer() {
    let state = format!(
        "environments:\n  test: {{}}\n  production: {{}}\n---\n{HOOK}{}",
        GATEWAY.replace("gateway/checksum.yaml", "gateway/{{ .Environment.Name }}.checksum.yaml")
    );
    let repo = gateway()
        .file("helmfile.yaml.gotmpl", state)
        .without("helmfile.yaml")
        .file("gateway/values.yaml", "# helmsum: ./apis/{{ .Environment.Name }}\n")
        .file("gateway/apis/test/a", "1")
        .file("gateway/apis/production/a", "2");
    let repo = repo.helmsum(["explain", "--all-environments", "edge/gateway"]).exits(0);
    let repo = repo.says("edge/gateway (production)  missing\n").says("edge/gateway (test)  missing\n");
    let repo = repo.says("./apis/production  1 file").says("./apis/test  1 file");
    let repo = repo.helmsum(["explain", "--all-environments", "gateway/apis/test/a"]).exits(0);
    let repo = repo
        .says("restarts   edge/gateway (test): ./apis/test has it as ./a")
        .does_not_say("production): ./");
    let repo =
        repo.helmsum(["explain", "-e", "test", "edge/gateway"]).exits(0).says("edge/gateway  missing\n");
    repo.does_not_say("production");
}

#[test]
fn with_quiet_only_what_is_found_is_shown() {
    project()
        .helmsum(["explain", "-q", "edge/gateway", "chart", "empty-source"])
        .exits(0)
        .does_not_say("edge/gateway  ");
    gateway()
        .without("gateway/apis")
        .helmsum(["explain", "-q"])
        .exits(1)
        .does_not_say("declared")
        .says("[missing-source]");
    let annotated = gateway().without("gateway/apis").helmsum(["explain", "--output", "github"]).exits(1);
    annotated.says("edge/gateway  denied").says("::error ");
}

#[test]
fn names_drive_no_terminal_and_secrets_stay_hidden() {
    let repo = gateway().file("gateway/apis/\u{202e}x.yaml", "x\n").helmsum(["explain"]).exits(0);
    let repo = repo.does_not_say("\u{202e}").says("\\u{202e}x.yaml");
    repo.helmsum(["explain", "./gateway/apis/\u{202e}x.yaml"]).exits(0).does_not_say("\u{202e}");
}
