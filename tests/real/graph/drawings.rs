//! Drawings of graphs as the real Mermaid and the real Graphviz read them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;

use crate::support::programs::{self, Toolset};
use crate::support::repo::Repo;
use crate::support::sandbox::Run;

/// Mermaid and Graphviz.
const DRAWINGS: Toolset = Toolset {
    variable: "HELMSUM_DRAWINGS_BIN",
    script: "tests/tools/drawings/build",
    programs: &["drawings.mjs"],
};

/// With more arrows or characters Mermaid draws nothing.
const MOST_ARROWS: usize = 500;

/// What was found in a drawing.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
struct Drawing {
    error: Option<String>,
    /// What is not drawn.
    notes: Vec<String>,
    boxes: BTreeMap<String, Vec<String>>,
    frames: Vec<Frame>,
    arrows: Vec<Arrow>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Frame {
    title: String,
    boxes: BTreeSet<String>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Arrow {
    from: String,
    to: String,
    lines: Vec<String>,
}

impl Drawing {
    /// The first lines of its boxes.
    fn names(&self) -> BTreeSet<&str> {
        self.boxes.values().map(|lines| lines[0].as_str()).collect()
    }
}

/// What Mermaid and Graphviz find in the graph of a repository.
fn drawn(repo: Repo) -> Option<[Drawing; 2]> {
    let programs = programs::find(&[&DRAWINGS], &["node"])?;
    let folder = tempfile::tempdir().expect("a folder");
    let mut repo = repo;
    let mut command = std::process::Command::new(&programs[0]);
    for (format, name) in [("mermaid", "graph.mmd"), ("dot", "graph.dot")] {
        repo = repo.helmsum(["graph", "--no-render", "--output", format]).exits(0);
        let file = folder.path().join(name);
        fs_err::write(&file, repo.out()).expect("a file");
        command.arg(file);
    }
    let text = Run::of(command).succeeds();
    let drawings: [Drawing; 2] = serde_json::from_str(&text).expect("two drawings");
    for drawing in &drawings {
        assert_eq!(drawing.error, None);
    }
    assert!(drawings[0].arrows.len() <= MOST_ARROWS);
    Some(drawings)
}

/// Releases by namespace and name, each with the releases that it depends on.
fn repo(releases: &[(String, String, Vec<String>)]) -> Repo {
    let mut repo = Repo::new();
    let mut state = "releases:\n".to_owned();
    for (number, (namespace, name, makers)) in releases.iter().enumerate() {
        let [name, namespace] = [name, namespace].map(|text| serde_json::to_string(text).expect("a text"));
        let _ = writeln!(
            state,
            "  - {{name: {name}, namespace: {namespace}, chart: ./c, values: [v/{number}.yaml]}}"
        );
        let mut values = "{}\n".to_owned();
        for maker in makers {
            let _ = writeln!(values, "# helmsum: ./of-{maker} from={maker}");
        }
        repo = repo.file(&format!("v/{number}.yaml"), values);
    }
    repo.file("helmfile.yaml", state)
}

/// Names that mean something in one of the languages, in Markdown or in HTML.
const HOSTILE: [&str; 24] = [
    "end",
    "subgraph",
    "a\"b",
    "a\" --> b[\"c",
    "#quot;",
    "#35;",
    "&quot;",
    "&lt;b&gt;",
    "<script>alert(1)</script>",
    "<br/>",
    "`code`",
    "**bold**",
    "1. one",
    "- one",
    "[x](javascript:alert(1))",
    "{a}",
    "a|b",
    "a;b",
    "%% a",
    "$$x^2$$",
    "\\",
    "a\\nb",
    "é ☃ 漢",
    ":::note",
];

#[test]
fn names_cannot_add_anything_to_a_drawing() {
    let of = |name: &str| (name.to_owned(), name.to_owned(), vec!["base".to_owned()]);
    let mut releases: Vec<_> = HOSTILE.iter().map(|name| of(name)).collect();
    releases.push(of("line\nbreak \u{1b}[31m \u{202e}"));
    releases.push(("edge".into(), "base".into(), Vec::new()));
    let Some([mermaid, dot]) = drawn(repo(&releases)) else { return };
    let mut expected: BTreeSet<String> = HOSTILE.iter().map(|name| format!("{name}/{name}")).collect();
    let broken = "line\\u{a}break \\u{1b}[31m \\u{202e}";
    expected.extend([format!("{broken}/{broken}"), "edge/base".to_owned()]);
    let expected: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    for drawing in [&mermaid, &dot] {
        assert_eq!(drawing.names(), expected);
        assert_eq!(drawing.arrows.len(), releases.len() - 1);
        assert_eq!(drawing.frames.len(), 1, "{:?}", drawing.frames);
    }
    assert_eq!(mermaid, dot);
}

/// So many releases in so many namespaces, of which each depends on so many of the others.
fn crowd(namespaces: usize, releases: usize, makers: usize, suffix: &str) -> Repo {
    let name = |number: usize| format!("r{}{suffix}", number % releases);
    let all: Vec<_> = (0..releases)
        .map(|at| {
            (format!("n{}", at % namespaces), name(at), (1..=makers).map(|more| name(at + more)).collect())
        })
        .collect();
    repo(&all)
}

/// How many edges the arrows between namespaces stand for.
fn counted(drawing: &Drawing) -> usize {
    let number = |arrow: &Arrow| -> usize {
        arrow.lines[0].split(' ').next().expect("a word").parse().expect("a number")
    };
    drawing.arrows.iter().map(number).sum()
}

#[test]
fn what_mermaid_can_draw_is_drawn_whole() {
    let Some([mermaid, dot]) = drawn(crowd(4, 50, 10, "")) else { return };
    assert_eq!((mermaid.arrows.len(), mermaid.boxes.len()), (500, 50));
    assert_eq!(mermaid, dot);
}

#[test]
fn more_arrows_are_grouped_by_namespace() {
    let Some([mermaid, dot]) = drawn(crowd(4, 60, 10, "")) else { return };
    assert!(mermaid.notes[0].starts_with("grouped by namespace: 600 edges"), "{:?}", mermaid.notes);
    assert_eq!((mermaid.boxes.len(), counted(&mermaid)), (4, 600));
    assert_eq!(mermaid.arrows[0].lines, ["30 edges", "30 not ordered"]);
    assert_eq!((dot.arrows.len(), dot.boxes.len()), (600, 60));
}

#[test]
fn more_text_is_grouped_by_namespace() {
    let Some([mermaid, dot]) = drawn(crowd(4, 60, 8, &"-long".repeat(20))) else { return };
    assert!(mermaid.notes[0].starts_with("grouped by namespace: 480 edges"), "{:?}", mermaid.notes);
    assert_eq!((counted(&mermaid), dot.arrows.len()), (480, 480));
}

#[test]
fn of_too_many_namespaces_some_arrows_are_left_out() {
    let Some([mermaid, dot]) = drawn(crowd(60, 60, 20, "")) else { return };
    assert_eq!((mermaid.arrows.len(), dot.arrows.len()), (500, 1200));
    assert!(mermaid.notes.contains(&"700 more arrows not drawn".to_owned()), "{:?}", mermaid.notes);
}
