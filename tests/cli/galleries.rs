//! What people see, as whole blocks: one gallery for each command, and one for each form that a report takes.

use helmsum::internals::diagnostic::Mistake;

use crate::formats::project;
use crate::list::two;
use crate::support::gallery::Gallery;
use crate::support::repo::{GATEWAY, HEADER, Repo, gateway, target};
use crate::usage::COMMANDS;

#[test]
fn help() {
    let run = |command: &[&str], option: &str| {
        let repo = Repo::new();
        let output = repo.command("").args(command).arg(option).output().expect("helmsum runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    for command in [&[][..]].into_iter().chain(COMMANDS.iter().map(std::slice::from_ref)) {
        let mut gallery = Gallery::default();
        for option in ["-h", "--help"] {
            gallery.text(
                &["helmsum"].iter().chain(command).chain([&option]).copied().collect::<Vec<_>>().join(" "),
                &run(command, option),
            );
        }
        gallery.matches_snapshot(&["help"].iter().chain(command).copied().collect::<Vec<_>>().join("-"));
    }
}

#[test]
fn log() {
    let mut gallery = Gallery::default();
    gallery.add("past restarts", &crate::log::past().helmsum(["log"]));
    gallery.add("the newest one", &crate::log::past().helmsum(["log", "--max-count", "1"]));
    gallery.add("as JSON", &crate::log::past().helmsum(["log", "--max-count", "1", "--output", "json"]));
    gallery.add(
        "a target that no commit has",
        &gateway().git(["init", "--quiet"]).commits("one", "2026-01-01").helmsum(["log"]),
    );
    gallery.add("no commit", &gateway().git(["init", "--quiet"]).helmsum(["log"]));
    gallery.add("no repository", &gateway().helmsum(["log"]));
    gallery.add("a release that does not exist", &crate::log::past().helmsum(["log", "edge/gone"]));
    let gone = crate::log::past().without("gateway/checksum.yaml").commits("Forget it", "2026-01-07");
    gallery.add("a target that is gone", &gone.helmsum(["log", "--max-count", "2"]));
    gallery.matches_snapshot("log");
}

#[test]
fn explain() {
    let mut gallery = Gallery::default();
    let past = crate::log::past();
    gallery.add("a release", &past.helmsum(["explain", "edge/gateway"]));
    gallery.add(
        "the same as JSON",
        &crate::log::past().helmsum(["explain", "--output", "json", "edge/gateway"]),
    );
    let directives = "\
# helmsum: ./apis exclude=*.md
# helmsum: ./more/*.yaml as more
# helmsum: ./tls.pem secret=true
# helmsum: sha256:1111111111111111111111111111111111111111111111111111111111111111 as image
";
    let several = gateway()
        .file("gateway/values.yaml", directives)
        .file("gateway/apis/README.md", "words\n")
        .file("gateway/apis/.helmsumignore", "drafts/\n")
        .file("gateway/apis/drafts/a.yaml", "a\n")
        .file("gateway/more/a.yaml", "a\n")
        .file("gateway/tls.pem", "certificate\n")
        .git(["init", "--quiet"])
        .commits("Add it", "2026-01-01");
    let several = several.helmsum(["explain", "edge/gateway"]);
    gallery.add("several sources, and what is left out", &several);
    let several = several.helmsum(["explain", "gateway/apis/orders.yaml", "gateway/apis/README.md"]);
    gallery.add("a file that counts, and one that does not", &several);
    let project = crate::explain::project();
    let project =
        project.helmsum(["explain", "web", "off", "chart", "gateway/checksum.yaml", "gateway/apis/new"]);
    gallery.add("releases without sources, a directory, a target, and what is to come", &project);
    let again = project.helmsum(["explain", "hook-misuse"]);
    gallery.add("a finding", &again);
    let again = again.helmsum(["explain", "remote-base", "source-option"]);
    gallery.add("an error", &again);
    gallery.add("a word that is several things", &again.helmsum(["explain", "gateway"]));
    let again = crate::explain::project().helmsum(["explain", "gatewai", "missing-sorce", "apis"]);
    gallery.add("words that are nothing", &again);
    gallery.add("a release that is not there", &again.helmsum(["explain", "--release", "gatewai"]));
    gallery.matches_snapshot("explain");
}

#[test]
fn graph() {
    let mut gallery = Gallery::default();
    let shop = || crate::graph::shop();
    gallery.add("files of one directory", &shop().helmsum(["graph", "--no-render"]));
    gallery.add("one after the other", &shop().helmsum(["graph", "--no-render", "--sequential-helmfiles"]));
    gallery.add("for Mermaid", &shop().helmsum(["graph", "--no-render", "--output", "mermaid"]));
    gallery.add("for Graphviz", &shop().helmsum(["graph", "--no-render", "--output", "dot"]));
    gallery.add("as JSON", &shop().helmsum(["graph", "--no-render", "--output", "json"]));
    gallery.add("without helm", &shop().helmsum(["graph"]));
    gallery.add("some releases", &shop().helmsum(["graph", "--no-render", "-l", "name=web"]));
    gallery.add("quietly", &shop().helmsum(["graph", "--no-render", "--quiet"]));
    gallery.add("state files that are listed", &crate::graph::listed().helmsum(["graph", "--no-render"]));
    gallery.add(
        "several environments",
        &crate::graph::environments().helmsum(["graph", "--no-render", "--all-environments"]),
    );
    let nothing = || gateway().file("gateway/values.yaml", "replicas: 2\n");
    gallery.add("nothing declared", &nothing().helmsum(["graph", "--no-render"]));
    gallery.add("a drawing of nothing", &nothing().helmsum(["graph", "--no-render", "--output", "mermaid"]));
    gallery
        .add("a release that does not exist", &shop().helmsum(["graph", "--no-render", "-l", "name=gone"]));
    gallery.add("no state file", &Repo::new().helmsum(["graph", "--output", "dot"]));
    gallery.matches_snapshot("graph");
}

#[test]
fn generate() {
    let mut gallery = crate::findings::in_gallery();
    let again = gateway().helmsum(["generate"]);
    gallery.add("a target that is created", &again);
    let again = again.helmsum(["generate"]);
    gallery.add("a target that is current", &again);
    let again = again.file("gateway/apis/orders.yaml", "orders: 2\n").helmsum(["generate", "--dry-run"]);
    gallery.add("a dry run", &again);
    gallery.add("a target that is updated", &again.helmsum(["generate"]));
    gallery.add("several releases", &two().helmsum(["generate"]));
    let foreign = gateway().file("gateway/checksum.yaml", "replicas: 3\n");
    gallery.add("a file of somebody else", &foreign.helmsum(["generate"]));
    gallery.add("no state file", &Repo::new().helmsum(["generate"]));
    gallery.add("an environment that does not exist", &gateway().helmsum(["generate", "-e", "prod"]));
    gallery.add("a selector that matches nothing", &gateway().helmsum(["generate", "-l", "name=gone"]));
    gallery.add("wrong usage", &gateway().helmsum(["generate", "--frobnicate"]));
    gallery.add(
        "a state file that is not YAML",
        &gateway().file("helmfile.yaml", "a: [1\nb: 2\n").helmsum(["generate"]),
    );
    gallery.add(
        "a key that helmfile does not know",
        &gateway().file("helmfile.yaml", format!("{GATEWAY}    valeus: []\n")).helmsum(["generate"]),
    );
    gallery.add("a template that fails", &template("a: {{ .Values.gone }}\n"));
    gallery.add(
        "a values file that does not exist",
        &gateway().without("gateway/values.yaml").helmsum(["generate"]),
    );
    gallery.add(
        "a line with characters that move the cursor",
        &gateway().file("gateway/values.yaml", "# helmsum: ./a\u{1b}[31m\u{2028}\n").helmsum(["generate"]),
    );
    mistakes(&mut gallery);
    for mistake in Mistake::ALL {
        assert!(gallery.contains(&format!("[{mistake}]: ")), "{mistake} is in the gallery");
    }
    gallery.matches_snapshot("generate");
}

/// A release whose values file is this template.
fn template(text: &str) -> Repo {
    let state = GATEWAY.replace("gateway/values.yaml", "gateway/values.yaml.gotmpl");
    gateway().file("helmfile.yaml", state).file("gateway/values.yaml.gotmpl", text).helmsum(["generate"])
}

/// Every kind of mistake in what is written for helmsum.
fn mistakes(gallery: &mut Gallery) {
    for directives in [
        "# - helmsum: ./apis\n",
        "# helmsum ./apis\n",
        "a: 1 # helmsum: ./apis\n",
        "# helmsum:\n",
        "# helmsum: ./apis ./more\n",
        "# helmsum: './apis\n",
        "# helmsum: ./{{ .Values.gone\n",
        "# helmsum: ./apis exlude=*.md\n",
        "# helmsum: ./apis eol=crlf\n",
        "# helmsum: ./apis eol=lf eol=lf\n",
        "# helmsum: ./apis exclude=a[\n",
        "# helmsum: ./apis exclude=[[:alpha:]]\n",
        "# helmsum: ./apis exclude=#notes\n",
        "# helmsum: /etc/apis\n",
        "# helmsum: ./**.yaml\n",
        "# helmsum: configmap:Apis\n",
        "# helmsum: sha256:abc as image\n",
        "# helmsum: ./apis\n# helmsum: ./apis\n",
        "# helmsum: ./apis as a\n# helmsum: ./apis/orders.yaml as a\n",
    ] {
        let heading = directives.trim_end().replace('\n', ", ");
        gallery.add(&heading, &gateway().file("gateway/values.yaml", directives).helmsum(["generate"]));
    }
    let inner = gateway().file("gateway/apis/.helmsumignore", "*.md\n\na[\n").helmsum(["generate"]);
    gallery.add("a pattern in .helmsumignore", &inner);
    for configuration in [
        "levels: { clrf: allow }\n",
        "keys: a\n",
        "key: [a\n",
        "levels: { crlf: warning }\n",
        "format: xml\n",
        "key: \"\"\n",
        "releases: [{ release: edge/gateway, selector: a=b }]\n",
        "checksums: [{ name: one, sources: [\"./{{ .Values.a }}\"], target: one.yaml }]\n",
        "format: { template: gone.tera }\n",
        "format: { template: broken.tera }\n",
        "format: { template: list.tera }\n",
        "format: rollout-checksums\n",
    ] {
        let repo = project(configuration)
            .file("broken.tera", "a: {{ checksum\n")
            .file("list.tera", "- {{ checksum }}\n")
            .helmsum(["generate"]);
        gallery.add(&format!("helmsum.yaml: {}", configuration.trim_end()), &repo);
    }
    gallery.add(
        "another name for helmsum.yaml",
        &gateway().file("helmsum.yml", "key: a\n").helmsum(["generate"]),
    );
    gallery.add(
        "a helmsum.yaml that is not UTF-8",
        &gateway().file("helmsum.yaml", b"key: \xff\n").helmsum(["generate"]),
    );
    let secret = gateway()
        .file("helmsum.yaml", "keyFile: gone\n")
        .file("gateway/values.yaml", "# helmsum: ./apis secret=true\n");
    gallery.add("a key file that does not exist", &secret.helmsum(["generate"]));
}

#[test]
fn check() {
    let mut gallery = Gallery::default();
    let current = gateway().helmsum(["generate"]).helmsum(["check"]);
    gallery.add("a target that is current", &current);
    let stale =
        current.file("gateway/apis/orders.yaml", "orders: 2\n").file("gateway/apis/new.yaml", "a: 1\n");
    let stale = stale.without("gateway/apis/users.yaml").helmsum(["check"]);
    gallery.add("a target that is stale", &stale);
    gallery.add("the same with --quiet", &stale.helmsum(["check", "-q"]));
    let missing = gateway().helmsum(["check"]);
    gallery.add("a target that is missing", &missing);
    gallery.add("the same with --quiet", &missing.helmsum(["check", "-q"]));
    let key = gateway().file("gateway/checksum.yaml", target().replace("configChecksum", "otherChecksum"));
    gallery.add("another key than that of the target", &key.helmsum(["check"]));
    let bare = gateway().file("gateway/checksum.yaml", format!("{HEADER}configChecksum: \"0\"\n"));
    gallery.add("a target without a list of files", &bare.helmsum(["check"]));
    let conflict = format!("<<<<<<< ours\n{}=======\n{}>>>>>>> theirs\n", target(), target());
    gallery.add("a merge conflict", &gateway().file("gateway/checksum.yaml", conflict).helmsum(["check"]));
    let foreign = gateway().file("gateway/checksum.yaml", "replicas: 3\n");
    gallery.add("a file of somebody else", &foreign.helmsum(["check"]));
    gallery.add("a finding", &gateway().without("gateway/apis").helmsum(["check"]));
    gallery.add("several releases", &two().helmsum(["check"]));
    gallery.add("an environment that does not exist", &gateway().helmsum(["check", "-e", "prod"]));
    gallery.matches_snapshot("check");
}

#[test]
fn list() {
    let mut gallery = Gallery::default();
    let two = two().helmsum(["list"]);
    gallery.add("targets that are missing", &two);
    let two = two.helmsum(["generate"]).helmsum(["list"]);
    gallery.add("targets that are current", &two);
    gallery.add("one release of them", &two.helmsum(["list", "--release", "edge/gateway"]));
    gallery.add("a release that does not exist", &gateway().helmsum(["list", "--release", "edge/gatewai"]));
    gallery.add("a finding", &gateway().without("gateway/apis").helmsum(["list"]));
    let bare = gateway().file("gateway/values.yaml", "replicas: 1\n");
    gallery.add("a release without sources", &bare.helmsum(["list"]));
    gallery.add("no state file", &Repo::new().helmsum(["list"]));
    gallery.matches_snapshot("list");
}

#[test]
fn hash() {
    let mut gallery = Gallery::default();
    let apis = gateway().helmsum(["hash", "gateway/apis"]);
    gallery.add("a directory", &apis);
    let apis = apis.helmsum(["hash", "gateway/apis", "gateway/values.yaml"]);
    gallery.add("several paths", &apis);
    let apis = apis.helmsum(["hash", "gateway/apis", "--output", "json"]);
    gallery.add("JSON", &apis);
    gallery.add("a path that does not exist", &apis.helmsum(["hash", "apis"]));
    gallery.add("nothing that counts", &Repo::new().folder("empty").helmsum(["hash", "empty"]));
    gallery.add("no path", &Repo::new().helmsum(["hash"]));
    let windows = Repo::new().file("a", "a\r\n");
    gallery.add("a finding", &windows.helmsum(["hash", "a"]));
    gallery.matches_snapshot("hash");
}

#[test]
fn state() {
    let mut gallery = Gallery::default();
    gallery.add("a release", &gateway().helmsum(["state"]));
    gallery.add("JSON", &gateway().helmsum(["state", "--output", "json"]));
    gallery.add("no state file", &Repo::new().helmsum(["state"]));
    gallery.add("an environment that does not exist", &gateway().helmsum(["state", "-e", "prod"]));
    gallery.add("not a state file", &Repo::new().file("helmfile.yaml", "nonsense: 1\n").helmsum(["state"]));
    gallery.matches_snapshot("state");
}

/// Projects with something to report in each way: current, stale, missing and denied targets; findings with and without a line.
fn reported() -> Vec<(&'static str, Repo)> {
    let stale =
        two().helmsum(["generate"]).file("gateway/apis/new.yaml", "a: 1\n").without("web/checksum.yaml");
    vec![
        ("current", gateway().helmsum(["generate"])),
        ("stale and missing", stale),
        ("denied", gateway().without("gateway/apis")),
        ("a warning", gateway().file("gateway/apis/orders.yaml", "orders: 1\r\n")),
        ("an error", gateway().file("helmfile.yaml", "a: [1\nb: 2\n")),
        (
            "a name with the syntax of Markdown",
            gateway().file("gateway/values.yaml", "# helmsum: ./a_b<c>[d](e)\n"),
        ),
    ]
}

#[test]
fn github_output() {
    let mut gallery = Gallery::default();
    for (heading, repo) in reported() {
        let workspace = repo.path("").display().to_string();
        let repo = repo.variable("GITHUB_WORKSPACE", &workspace);
        gallery.add(heading, &repo.helmsum(["check", "--output", "github"]));
    }
    gallery.matches_snapshot("github");
}

#[test]
fn step_summary() {
    let mut gallery = Gallery::default();
    for (heading, repo) in reported() {
        let summary = repo.path("summary.md").display().to_string();
        let repo = repo.file("summary.md", "").variable("GITHUB_STEP_SUMMARY", &summary);
        let repo = repo.helmsum(["check", "--output", "github"]);
        gallery.text(heading, &repo.shown(repo.read("summary.md").as_bytes()));
    }
    gallery.matches_snapshot("step-summary");
}

/// Colours are all that a terminal that takes them adds.
#[test]
fn colours() {
    let mut gallery = Gallery::default();
    let mut coloured = 0;
    for (heading, repo) in reported() {
        let repo = repo.helmsum(["check", "--color"]);
        coloured += usize::from(repo.block().contains("\u{1b}["));
        let plain = anstream::adapter::strip_str(&repo.block()).to_string();
        let repo = repo.helmsum(["check"]);
        assert_eq!(
            plain.replace("$ helmsum check --color\n", "$ helmsum check\n"),
            repo.block(),
            "{heading}"
        );
        gallery.add(heading, &repo);
    }
    assert_eq!(coloured, 5, "all but the report in which everything is current have colours");
    gallery.matches_snapshot("colours-stripped");
}
