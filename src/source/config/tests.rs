//! What `helmsum.yaml` may say, and where it is looked for.

use camino::Utf8PathBuf;

use super::locate::Home;
use super::{Chosen, Config, Format, KeyPaths, Shape, TARGETS, Which, locate};
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::source::What;
use crate::text::Place;
use crate::tree::WorkTree;

fn try_parse(text: &str) -> Result<Config, Diagnostic> {
    Config::parse("/repo/helmsum.yaml".into(), text).map_err(|error| error.diagnostic())
}

fn parse(text: &str) -> Config {
    try_parse(text).expect("the configuration is good")
}

fn key(text: &str) -> KeyPaths {
    KeyPaths::one(text.parse().expect("a path of keys"))
}

fn chosen(format: Format) -> Chosen {
    Chosen { format, place: Place::file("/anywhere") }
}

const WHOLE: &str = r#"
key: configChecksum
format: value
targets: ["checksum.yaml", "*.sum.yaml"]
levels: { empty-source: deny, crlf: allow }
root: true
keyFile: ../keys/helmsum
releases:
  - release: edge/gateway
    sources: [./apis, "../shared as shared eol=lf"]
    target: generated/gateway.checksum.yaml
    key: gateway."config.checksum"
  - selector: tier=edge,name!=x
    sources: ["./{{ .Environment.Name }}"]
  - release: plain
    format: pod-annotations
checksums:
  - name: agents
    sources: [./agents/config]
    target: argocd/agents/checksum.yaml
    format: pod-annotations
"#;

#[test]
fn every_key_is_read() {
    let config = parse(WHOLE);
    assert_eq!(config.key, Some(key("configChecksum")));
    assert_eq!(config.format, Some(chosen(Format::Value)));
    assert_eq!(config.format.as_ref().and_then(|chosen| chosen.place.line), Some(3));
    assert_eq!(config.targets, ["checksum.yaml", "*.sum.yaml"]);
    assert_eq!(config.levels, [(Code::EmptySource, Level::Deny), (Code::Crlf, Level::Allow)].into());
    assert!(config.root);
    assert_eq!(config.key_file, Some(Utf8PathBuf::from("/keys/helmsum")), "relative to the file");
    let [gateway, edge, plain] = config.releases.as_slice() else { panic!("three releases") };
    assert_eq!(
        gateway.which,
        Which::Release { namespace: Some("edge".to_owned()), name: "gateway".to_owned() }
    );
    assert_eq!(gateway.target, Some(Utf8PathBuf::from("/repo/generated/gateway.checksum.yaml")));
    assert_eq!(gateway.key, Some(key("gateway.\"config.checksum\"")));
    assert_eq!(gateway.place.to_string(), "/repo/helmsum.yaml:9:5");
    let sources = gateway.declared(&mut |_| unreachable!("no templates")).expect("good sources").sources;
    assert_eq!(sources[0].what, What::Path("./apis".to_owned()));
    assert_eq!(sources[0].directory, "/repo", "relative to the file");
    assert_eq!(sources[0].place.to_string(), "/repo/helmsum.yaml:10:15");
    assert_eq!(sources[1].label(), "shared");
    assert!(sources[1].options.line_feeds);
    assert_eq!(edge.which, Which::Selector("tier=edge,name!=x".to_owned()));
    let declared =
        edge.declared(&mut |word| Ok(word.replace("{{ .Environment.Name }}", "prod"))).expect("good");
    assert_eq!(declared.sources[0].text, "./prod");
    assert_eq!(plain.format, Some(chosen(Format::PodAnnotations(Shape::Map))));
    assert!(!plain.has_sources());
    let [agents] = config.checksums.as_slice() else { panic!("one checksum") };
    assert_eq!(
        (agents.name.as_str(), agents.target.as_str()),
        ("agents", "/repo/argocd/agents/checksum.yaml")
    );
    assert_eq!(agents.sources[0].path().expect("a path"), "/repo/agents/config");
}

#[test]
fn every_format_is_read() {
    let format = |text: &str| parse(&format!("format: {text}\n")).format.expect("a format");
    assert_eq!(format("pod-annotations"), chosen(Format::PodAnnotations(Shape::Map)));
    assert_eq!(format("{pod-annotations: map}"), chosen(Format::PodAnnotations(Shape::Map)));
    assert_eq!(format("{pod-annotations: list}"), chosen(Format::PodAnnotations(Shape::List)));
    assert_eq!(format("{pod-annotations: name-value}"), chosen(Format::PodAnnotations(Shape::NameValue)));
    let rollout = |names: &[&str]| {
        let secrets = names.iter().map(|&name| name.to_owned()).collect();
        chosen(Format::RolloutChecksums { secrets })
    };
    assert_eq!(format("rollout-checksums"), rollout(&[]));
    assert_eq!(format("{rollout-checksums: {}}"), rollout(&[]));
    assert_eq!(format("{rollout-checksums: {secrets: [tls, db]}}"), rollout(&["db", "tls"]));
    assert_eq!(format("{template: ../x.tera}"), chosen(Format::Template("/x.tera".into())));
    assert_eq!(parse("format: null\n").format, None);
}

#[test]
fn several_keys_are_read() {
    let paths: Vec<String> =
        parse("key: [a.b, '\"c.d\".e']").key.expect("keys").iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["a.b", "\"c.d\".e"]);
    assert_eq!(parse("key: [a]").key, Some(key("a")));
}

#[test]
fn a_file_without_keys_has_the_defaults() {
    for text in ["", "# nothing yet\n", "---\n", "{}\n", "null\n"] {
        let config = parse(text);
        assert_eq!(config.targets, TARGETS, "{text:?}");
        assert!(config.key.is_none() && config.releases.is_empty() && !config.root);
    }
}

#[test]
fn an_empty_namespace_is_not_no_namespace() {
    let which = |text: &str| parse(&format!("releases: [{{release: {text}}}]")).releases.remove(0).which;
    assert_eq!(which("a"), Which::Release { namespace: None, name: "a".to_owned() });
    assert_eq!(which("/a"), Which::Release { namespace: Some(String::new()), name: "a".to_owned() });
}

/// Each wrong text with a part of the message, a part of the hint, and the line.
const WRONG: &[(&str, &str, &str, usize)] = &[
    ("a: 1\nrelases: []\n", "unknown key `a`", "keys are `key`, `format`", 1),
    ("key: x\nrelases: []\n", "unknown key `relases`", "did you mean `releases`?", 2),
    ("releases:\n  - release: a\n    source: [x]\n", "unknown key `source`", "did you mean `sources`?", 3),
    ("keyfile: x\n", "unknown key `keyfile`", "did you mean `keyFile`?", 1),
    ("keyFile: 3\n", "invalid type: integer `3`", "", 1),
    ("keyFile: \"\"\n", "is not a path", "", 1),
    (
        "checksums:\n- name: a\n  target: t.yaml\n  sources: [\"configmap:x\"]\n",
        "`configmap:x` is rendered by a release",
        "under `releases:`",
        4,
    ),
    (
        "checksums:\n- name: a\n  target: t.yaml\n  sources: [auto]\n",
        "`auto` needs a release",
        "under `releases:`",
        4,
    ),
    (
        "releases:\n- release: a\n  sources: [\"auto from=b\"]\n",
        "`from=` cannot be used with `auto`",
        "the release of each object is found",
        3,
    ),
    ("levels:\n  emty-source: deny\n", "unknown value `emty-source`", "did you mean `empty-source`?", 2),
    ("levels:\n  crlf: error\n", "unknown value `error`", "values are `allow`, `note`, `warn`, `deny`", 2),
    ("levels:\n  crlf: warn\n  unknown-reader: warn\n", "has no other level than `deny`", "remove it", 3),
    ("levels:\n  crlf: warn\n  crlf: deny\n", "already defined", "", 3),
    ("key: x\nkey: y\n", "already defined", "", 2),
    ("format: annotations\n", "unknown value `annotations`", "`pod-annotations`", 1),
    ("format: rollout-checksum\n", "unknown value `rollout-checksum`", "`rollout-checksums`?", 1),
    ("format: template\n", "a template is named so: `format: { template: PATH }`", "", 1),
    ("format: {tempalte: x}\n", "unknown key `tempalte`", "did you mean `template`?", 1),
    ("format: {template: x, pod-annotations: list}\n", "more than one format", "", 1),
    ("format: {}\n", "invalid type: map", "", 1),
    ("format: {template: /x}\n", "not a path relative to this file", "", 1),
    ("format:\n  pod-annotations: lists\n", "unknown value `lists`", "did you mean `list`?", 2),
    ("format: {pod-annotations: }\n", "", "", 1),
    (
        "format:\n  rollout-checksums:\n    secret: [a]\n",
        "unknown key `secret`",
        "did you mean `secrets`?",
        3,
    ),
    ("format: {rollout-checksums: {secrets: [-a]}}\n", "is not a name", "", 1),
    ("key: 3\n", "invalid type: integer `3`", "", 1),
    ("key: []\n", "`key` contains no key", "", 1),
    ("key: [a, 3]\n", "invalid type: integer `3`", "", 1),
    ("key: [a, a..b]\n", "is not a path of keys", "", 1),
    ("root: true\nkey: [a.b, c, a.b]\n", "`key` contains `a.b` twice", "give every key once", 2),
    ("key: [a.b, a]\n", "`key` contains `a.b`, which is inside `a`", "each of them gets the checksum", 1),
    ("key: a\nformat: {template: x}\n", "`key` cannot be used with the format `template`", "drop `key`", 1),
    ("key: a..b\n", "is not a path of keys", "", 1),
    ("key: deployments[0].a\n", "reaches into a list", "", 1),
    ("root: true\nkey: my\\.alias.x\n", "write `\"my.alias\".x`", "", 2),
    ("releases:\n- release: a\n  key: Values.x\n", "write `x`", "", 3),
    (
        "format: pod-annotations\nkey: podAnnotations.checksum/config\n",
        "ends in the name of an annotation",
        "write `podAnnotations`",
        2,
    ),
    (
        "format: pod-annotations\nreleases:\n- release: a\n  key: a.checksum/config\n",
        "ends in the name of an annotation",
        "write `a`",
        4,
    ),
    ("root: yes\n", "invalid type", "", 1),
    ("targets: [a/b.yaml]\n", "not a pattern of a file name", "", 1),
    ("targets:\n- x\n- \"[\"\n", "not a pattern of a file name", "filepath.Match", 3),
    ("releases:\n- sources: [x]\n", "names no release", "give either", 2),
    ("releases:\n- {release: a, selector: a=b}\n", "both", "give either", 2),
    ("releases:\n- release: a/b/c\n", "neither `NAME` nor", "", 2),
    ("releases:\n- selector: tier\n", "is not a selector", "", 2),
    (
        "releases:\n- release: a\n  sources: [x, ./y exlude=z]\n",
        "unknown option `exlude`",
        "did you mean `exclude=`?",
        3,
    ),
    ("releases:\n- release: a\n  sources: [/x]\n", "`/x` is absolute", "relative", 3),
    (
        "releases:\n- release: a\n  format: {template: x}\n  key: b\n",
        "`key` cannot be used with",
        "drop `key`",
        4,
    ),
    ("checksums:\n- name: a\n  sources: [x]\n", "missing field `target`", "", 2),
    ("checksums:\n- name: a\n  target: b\n  sources: []\n", "a checksum needs a source", "", 2),
    ("checksums:\n- {name: a, target: /b, sources: [x]}\n", "not a path relative to this file", "", 2),
    ("checksums:\n- {name: -a, target: b, sources: [x]}\n", "is not a name", "", 2),
    (
        "checksums:\n- {name: a, target: b, sources: [\"{{ .x }}\"]}\n",
        "there is no release",
        "only sources of releases",
        2,
    ),
    (
        "checksums:\n- {name: a, target: b, sources: [x]}\n- {name: a, target: c, sources: [x]}\n",
        "two checksums have the name `a`",
        "another name",
        3,
    ),
    ("key: [\n", "", "", 2),
    ("- key: x\n", "invalid type: sequence", "", 1),
    ("a\n", "invalid type: string", "", 1),
    ("key: x\n---\nkey: y\n", "more than one document", "", 0),
];

#[test]
fn what_has_no_meaning_is_an_error_with_its_line_and_a_hint() {
    for (text, message, hint, line) in WRONG {
        let problem = try_parse(text).expect_err(text);
        assert!(problem.message.contains(message), "{text}: {}", problem.message);
        assert!(!problem.message.contains(" column "), "{text}: {}", problem.message);
        assert!(problem.hint.as_deref().unwrap_or_default().contains(hint), "{text}: {:?}", problem.hint);
        let place = problem.place.as_ref().expect("a place");
        assert_eq!(place.file, "/repo/helmsum.yaml");
        assert_eq!(place.line.unwrap_or(0), *line, "{text}: {}", problem.message);
    }
}

#[test]
fn hostile_texts_end_with_an_error() {
    let bomb = (0..30).fold("a0: &a0 [x]\n".to_owned(), |text, level| {
        format!("{text}a{}: &a{} [*a{level}, *a{level}]\n", level + 1, level + 1)
    });
    for text in [&bomb, &"[".repeat(100_000), "key: \u{0}", "key: &a [*a]", "? [a]\n: b", "key: !!binary x"] {
        assert!(try_parse(text).is_err());
    }
}

// Where it is looked for.

struct Folder {
    _kept: tempfile::TempDir,
    root: Utf8PathBuf,
}

/// A folder with these files; one that ends in a slash is a folder.
fn folder(files: &[(&str, &str)]) -> Folder {
    let kept = tempfile::tempdir().expect("a temporary directory");
    let root = kept.path().canonicalize().expect("it exists");
    let root = Utf8PathBuf::try_from(root).expect("UTF-8");
    for (name, text) in files {
        let path = root.join(name);
        fs_err::create_dir_all(path.parent().expect("below the root")).expect("a directory");
        if name.ends_with('/') {
            fs_err::create_dir_all(&path).expect("a directory");
        } else {
            fs_err::write(&path, text).expect("a file");
        }
    }
    Folder { _kept: kept, root }
}

fn home(folder: &Folder, directory: &str) -> (String, Option<String>) {
    let Home { root, config } = locate(&WorkTree, &folder.root.join(directory)).expect("it can be read");
    let below = |path: &Utf8PathBuf| path.strip_prefix(&folder.root).expect("below the folder").to_string();
    (below(&root), config.map(|config| below(&config.file)))
}

fn found(root: &str, config: Option<&str>) -> (String, Option<String>) {
    (root.to_owned(), config.map(str::to_owned))
}

#[test]
fn the_root_is_the_folder_with_git() {
    let files = folder(&[
        ("r/.git/", ""),
        ("r/helmsum.yaml", "key: a"),
        ("r/a/b/", ""),
        ("helmsum.yaml", "root: true"),
    ]);
    assert_eq!(home(&files, "r/a/b"), found("r", Some("r/helmsum.yaml")));
    assert_eq!(home(&files, "r"), found("r", Some("r/helmsum.yaml")));
    let worktree = folder(&[("r/.git", "gitdir: x"), ("r/a/", ""), ("helmsum.yaml", "")]);
    assert_eq!(home(&worktree, "r/a"), found("r", None), "a file `.git` too; nothing above the root counts");
}

#[test]
fn the_nearest_configuration_counts_alone() {
    let files = folder(&[
        ("r/.git/", ""),
        ("r/helmsum.yaml", "oops: ["),
        ("r/a/helmsum.yaml", "root: true"),
        ("r/a/b/", ""),
    ]);
    assert_eq!(
        home(&files, "r/a/b"),
        found("r", Some("r/a/helmsum.yaml")),
        "`root: true` does not matter beside `.git`"
    );
    assert!(locate(&WorkTree, &files.root.join("r")).is_err());
}

#[test]
fn without_git_a_configuration_can_say_where_the_root_is() {
    let files =
        folder(&[("r/helmsum.yaml", "root: true"), ("r/a/helmsum.yaml", ""), ("r/a/b/", ""), ("r/c/", "")]);
    assert_eq!(home(&files, "r/a/b"), found("r", Some("r/a/helmsum.yaml")));
    assert_eq!(home(&files, "r/c"), found("r", Some("r/helmsum.yaml")));
}

#[test]
fn without_any_root_only_the_folder_of_the_state_file_counts() {
    let files = folder(&[("r/helmsum.yaml", ""), ("r/a/", "")]);
    assert_eq!(home(&files, "r/a"), found("r/a", None));
    assert_eq!(home(&files, "r"), found("r", Some("r/helmsum.yaml")));
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let directory = folder(&[("r/helmsum.yaml/", "")]);
    let dangling = folder(&[("r/", "")]);
    std::os::unix::fs::symlink("nowhere", dangling.root.join("r/helmsum.yaml")).expect("a link");
    let large = folder(&[("r/helmsum.yaml", &"#".repeat((1 << 20) + 1))]);
    let text = folder(&[("r/helmsum.yaml", "")]);
    fs_err::write(text.root.join("r/helmsum.yaml"), b"key: \xff").expect("a file");
    for folder in [directory, dangling, large, text] {
        let error = locate(&WorkTree, &folder.root.join("r")).expect_err("it cannot be read");
        let problem = error.diagnostic();
        assert!(problem.message.contains("helmsum.yaml") && problem.hint.is_some(), "{}", problem.message);
    }
}
