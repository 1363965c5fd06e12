//! Random repositories.

use proptest::prelude::*;

use super::Repo;

const NAMES: [&str; 14] =
    ["a", "b.txt", "c d", " e", "f\n", "ü", "a.b", "-n", "g\r", "\"q\"", "*", "h\\", ".helmsumignore", "a-"];

const TARGETS: [&str; 12] =
    ["a", "../a", "b.txt", "../b.txt", ".", "..", "c d/a", "ü/../a", "nothing", "/", "a/", "../../r/c d"];

const ATTRIBUTES: [&str; 14] = [
    "* text=auto\n",
    "*.txt eol=crlf\n",
    "a ident\n",
    "* -text\n",
    "[attr]x eol=crlf\n*.txt x\n",
    "a binary\n",
    "*.txt working-tree-encoding=UTF-16\n",
    "\"c d/*\" text eol=crlf\n",
    "a !eol\n",
    "/a eol=lf\n",
    "**/a text eol=crlf\n",
    "\"f\\n\" eol=crlf\n",
    "* eol=crlf\n",
    "ü ident -text\n",
];

const TEXTS: [&str; 7] = ["", "a\nb\n", "a\r\nb\n", "$Id$\nx", "\0\n", "ä\n", "$Id: x $ $Id$\r\n"];

#[derive(Clone, Debug)]
enum Made {
    File(&'static str),
    Link(&'static str),
    Attributes(Vec<&'static str>),
}

fn made() -> impl Strategy<Value = (Vec<&'static str>, Made)> {
    let what = prop_oneof![
        4 => prop::sample::select(TEXTS.to_vec()).prop_map(Made::File),
        3 => prop::sample::select(TARGETS.to_vec()).prop_map(Made::Link),
        2 => prop::collection::vec(prop::sample::select(ATTRIBUTES.to_vec()), 1..4).prop_map(Made::Attributes),
    ];
    (prop::collection::vec(prop::sample::select(NAMES.to_vec()), 1..4), what)
}

/// Makes what can be made: a name may be taken already, by a file in the way or by one of its own.
fn make(repo: &Repo, path: &[&str], what: &Made, late: bool) -> Option<String> {
    let (name, content) = match what {
        Made::File(text) => (path.join("/"), (*text).to_owned()),
        Made::Link(target) => (path.join("/"), format!("->{target}")),
        Made::Attributes(lines) => {
            (format!("{}/.gitattributes", path[..path.len() - 1].join("/")), lines.concat())
        }
    };
    let name = name.trim_start_matches('/');
    let is_attributes = matches!(what, Made::Attributes(_));
    let mut above =
        camino::Utf8Path::new(name).ancestors().skip(1).filter(|folder| !folder.as_str().is_empty());
    let is_free = above
        .all(|folder| repo.root.join(folder).symlink_metadata().map_or(true, |found| found.is_dir()))
        && repo.root.join(name).symlink_metadata().is_err();
    (is_free && is_attributes == late).then(|| {
        repo.file(name, content);
        format!(":(literal){name}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_is_what_a_checkout_has(
        all in prop::collection::vec(made(), 1..24),
        autocrlf in prop::sample::select(vec!["false", "false", "true", "input"]),
        eol in prop::sample::select(vec!["native", "lf", "crlf"]),
        probes in prop::collection::vec(prop::collection::vec(prop::sample::select([&NAMES[..], &TARGETS[..]].concat()), 1..4), 12),
    ) {
        let repo = Repo::new();
        for (path, what) in &all {
            let _ = make(&repo, path, what, false);
        }
        repo.commit();
        // Contents stay as they are: what is not text in an encoding could not be committed.
        for name in all.iter().filter_map(|(path, what)| make(&repo, path, what, true)) {
            repo.git(&["add", "--", &name]);
        }
        repo.git(&["commit", "--quiet", "--allow-empty", "--message=attributes"]);
        repo.git(&["config", "core.autocrlf", autocrlf]);
        repo.git(&["config", "core.eol", eol]);
        let probes: Vec<String> = probes.iter().map(|parts| parts.join("/")).collect();
        repo.is_as_checked_out(&probes.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
