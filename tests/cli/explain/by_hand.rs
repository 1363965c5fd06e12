//! The printed command gives what helmsum computes.

use std::process::Command;

use serde_json::Value;

use super::document;
use crate::support::repo::{GATEWAY, Repo};

/// What a line prints in a shell, without the name that coreutils put behind.
fn shell(repo: &Repo, folder: &str, line: &str) -> String {
    let output =
        Command::new("sh").args(["-c", line]).current_dir(repo.path(folder)).output().expect("a shell runs");
    assert!(output.status.success() && output.stderr.is_empty(), "{line}\n{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.strip_suffix("  -\n").unwrap_or_else(|| panic!("{line}\n{text}")).to_owned()
}

/// Runs each command of a document in a folder, and returns how many there were.
#[track_caller]
fn commands_agree(repo: &Repo, folder: &str, document: &Value) -> usize {
    let mut count = 0;
    let releases = document["releases"].as_array().expect("a list");
    for (release, explained) in releases.iter().zip(document["explained"].as_array().expect("a list")) {
        let sources = release["sources"].as_array().expect("a list");
        for (source, told) in sources.iter().zip(explained["sources"].as_array().expect("a list")) {
            assert_eq!(source["label"], told["label"]);
            if let Some(command) = told["command"].as_str() {
                assert_eq!(shell(repo, folder, command), source["digest"], "{command}");
                count += 1;
            }
        }
        let checksum = &release["target"]["checksum"];
        match explained["combination"].as_str() {
            Some(command) => {
                assert_eq!(shell(repo, folder, command), *checksum, "{command}");
                count += 1;
            }
            None => assert_eq!(sources[0]["digest"], *checksum),
        }
    }
    count
}

/// A project whose names would break a command that does not quote them.
fn with_directives(directives: &str) -> Repo {
    Repo::new()
        .file("helmfile.yaml", GATEWAY)
        .file("gateway/values.yaml", format!("{directives}replicas: 2\n"))
        .file("gateway/apis/orders.yaml", "orders: 1\n")
        .file("gateway/apis/it's $HOME.yaml", "quoted\n")
        .file("gateway/apis/-rf.yaml", "an option\n")
        .file("gateway/apis/[a]*?.txt", "a pattern\n")
        .file("gateway/apis/a.txt", "what the pattern would match\n")
        .file("gateway/apis/README.md", "words\n")
        .file("gateway/apis/.gitkeep", "")
        .file("gateway/apis/docs/deep/a.yaml", "deep\n")
        .file("gateway/apis/parts/b.yaml", "part\n")
        .file("gateway/-dash dir/x", "x\n")
        .file("gateway/tls.pem", "certificate\n")
        .file("gateway/empty/.keep", "")
        .link("gateway/apis/link.yaml", "../tls.pem")
}

/// A source of every kind that has a command.
const EVERY_KIND: [&str; 12] = [
    "./apis",
    "./apis exclude=*.md exclude=docs/",
    "./apis exclude=\\[a\\]*",
    "./apis/orders.yaml",
    "\"./apis/it's $HOME.yaml\"",
    "./apis/*.yaml",
    "./apis/**/*.yaml exclude=/parts/",
    "\"./-dash dir\"",
    "./tls.pem secret=true",
    "./empty",
    "./none optional=true",
    "./checksum/*/x.yaml",
];

#[test]
fn each_kind_of_source_that_has_a_command_has_one_that_gives_its_digest() {
    for source in EVERY_KIND {
        let repo =
            with_directives(&format!("# helmsum: {source}\n")).file("gateway/checksum/b/x.yaml", "x\n");
        let repo = repo.helmsum(["explain", "--output", "json"]).exits(0);
        assert_eq!(commands_agree(&repo, "", &document(&repo)), 1, "{source}");
        // It is for the directory that helmsum was started in.
        let repo =
            repo.helmsum_in("gateway/apis", ["explain", "-f", "../../helmfile.yaml", "--output", "json"]);
        let repo = repo.exits(0);
        assert_eq!(commands_agree(&repo, "gateway/apis", &document(&repo)), 1, "{source}");
    }
}

#[test]
fn sources_together_have_one_too() {
    let directives: Vec<String> =
        EVERY_KIND.iter().enumerate().map(|(number, source)| named(source, number)).collect();
    let repo = with_directives(&directives.concat()).file("gateway/checksum/b/x.yaml", "x\n");
    let repo = repo.helmsum(["explain", "edge/gateway", "--output", "json"]).exits(0);
    assert_eq!(commands_agree(&repo, "", &document(&repo)), EVERY_KIND.len() + 1);
    let two = with_directives("# helmsum: ./apis\n# helmsum: ./tls.pem\n");
    let two = two.helmsum(["explain", "--output", "json"]).exits(0);
    assert_eq!(commands_agree(&two, "", &document(&two)), 3);
}

/// A directive with a name, which stands between the source and its options.
fn named(source: &str, number: usize) -> String {
    let end = match source.rfind('"') {
        Some(quote) => quote + 1,
        None => source.find(' ').unwrap_or(source.len()),
    };
    let (path, options) = source.split_at(end);
    format!("# helmsum: {path} as n{number}{options}\n")
}

#[test]
fn what_is_left_out_by_files_and_targets_is_left_out_by_the_command_too() {
    let repo = with_directives("# helmsum: .\n")
        .file("gateway/.helmsumignore", "*.md\n/apis/docs/\n")
        .file("gateway/apis/parts/.helmsumignore", "b.*\n")
        .file("gateway/apis/parts/c.yaml", "c\n")
        .helmsum(["generate"])
        .exits(0);
    let repo = repo.helmsum(["explain", "--output", "json"]).exits(0);
    let document = document(&repo);
    assert_eq!(commands_agree(&repo, "", &document), 1);
    let left_out = &document["explained"][0]["sources"][0]["leftOut"];
    let found: Vec<String> = left_out
        .as_array()
        .expect("a list")
        .iter()
        .map(|out| {
            let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            let line =
                out["declared"]["line"].as_u64().map_or_else(|| "-".to_owned(), |line| line.to_string());
            let parts = [&out["name"], &out["why"], &out["pattern"], &out["declared"]["file"]].map(word);
            format!("{}:{line}", parts.join(" "))
        })
        .collect();
    assert_eq!(
        found,
        [
            "./.helmsumignore junk - -:-",
            "./apis/.gitkeep junk - -:-",
            "./apis/README.md excluded *.md gateway/.helmsumignore:1",
            "./apis/docs excluded /apis/docs/ gateway/.helmsumignore:2",
            "./apis/parts/.helmsumignore junk - -:-",
            "./apis/parts/b.yaml excluded b.* gateway/apis/parts/.helmsumignore:1",
            "./checksum.yaml target - -:-",
            "./empty/.keep junk - -:-",
        ]
    );
}

#[test]
fn entries_of_checksums_have_one() {
    let entry = "checksums: [{ name: agents, sources: [./gateway/apis, ./gateway/tls.pem], target: a.checksum.yaml }]\n";
    let repo = with_directives("").without("helmfile.yaml").file("helmsum.yaml", entry);
    let repo = repo.helmsum(["explain", "agents", "--output", "json"]).exits(0);
    let document = document(&repo);
    assert_eq!(commands_agree(&repo, "", &document), 3);
    assert_eq!(
        document["explained"][0]["declared"],
        serde_json::json!({ "file": "helmsum.yaml", "line": 1 })
    );
}

#[test]
fn a_kind_without_one_says_why() {
    let key = "0123456789abcdef0123456789abcdef\n";
    for (source, why) in [
        ("./apis eol=lf", "`eol=lf` replaces line breaks before hashing, file by file"),
        ("./apis parse=yaml", "`parse=yaml` hashes the data of YAML and JSON files, not their bytes"),
        ("./apis secret=true", "`secret=true` hashes with the key"),
        (&format!("sha256:{} as image", "1".repeat(64)), "it is the digest that is declared"),
        ("release:web", "it is what helm is given for release `web`: chart, values and `set`"),
    ] {
        let state = format!("{GATEWAY}  - {{ name: web, chart: ./chart }}\n");
        let repo = with_directives(&format!("# helmsum: {source}\n"))
            .file("helmfile.yaml", state)
            .file("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n")
            .file("key", key)
            .variable("HELMSUM_KEY_FILE", "key")
            .helmsum(["explain", "edge/gateway"])
            .exits(0)
            .tells(&format!("by hand no command: {why}"));
        let repo = repo.helmsum(["explain", "edge/gateway", "--output", "json"]).exits(0);
        let source = &document(&repo)["explained"][0]["sources"][0];
        assert_eq!(source["command"], Value::Null);
        assert!(source["whyNoCommand"].as_str().expect("a text").starts_with(why), "{source}");
    }
}

#[test]
fn more_names_than_a_line_has_room_for_are_told() {
    let mut repo = with_directives("# helmsum: ./apis exclude=*.md\n");
    for number in 0..40 {
        repo = repo.file(&format!("gateway/apis/{number}.md"), "words\n");
    }
    repo.helmsum(["explain"]).exits(0).tells("no command: 42 names are left out, too many for one line");
}
