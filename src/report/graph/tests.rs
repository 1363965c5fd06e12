//! Drawings stay within their languages and limits, whatever names there are.

use proptest::prelude::*;

use super::*;
use crate::graph::{Node, Reason, StateFile};
use crate::plan::facts::producers::ReleaseAt;

/// A graph of releases with these names in one state file each; every edge leads from one position to another.
fn graph(names: &[String], edges: &[(usize, usize)], reason: Reason) -> Graph {
    let at = |release: usize| ReleaseAt { environment: 0, visit: 0, release };
    let nodes = names.iter().enumerate().map(|(index, name)| Node {
        at: at(index),
        id: format!("{name}/{name}"),
        namespace: name.clone(),
        kube_context: String::new(),
        file: 0,
        wave: 1,
    });
    let edges = edges.iter().map(|(producer, consumer)| Edge {
        producer: *producer,
        consumer: *consumer,
        links: vec![Link {
            producer: at(*producer),
            consumer: at(*consumer),
            object: format!("secret:{}", names[*producer]),
            is_declared: true,
            readers: Vec::new(),
        }],
        reason,
        why: String::new(),
        hint: None,
    });
    let file =
        StateFile { environment: "default".into(), file: "/r/helmfile.yaml".into(), beside: Vec::new() };
    Graph {
        files: vec![file],
        nodes: nodes.collect(),
        edges: edges.collect(),
        is_rendered: true,
        in_turn: false,
        unnamed: Vec::new(),
        unknown: Vec::new(),
    }
}

/// The lines of a drawing for Mermaid that are arrows.
fn arrows(text: &str) -> usize {
    text.lines().filter(|line| line.contains("-->|") || line.contains("-.->|")).count()
}

#[test]
fn an_arrow_says_how_sure_the_order_is() {
    let names = ["a".to_owned(), "b".to_owned()];
    let drawn = |reason: Reason| {
        let graph = graph(&names, &[(0, 1)], reason);
        let arrow = |text: String, start: &str| {
            text.lines()
                .find_map(|line| line.trim().strip_prefix(start).map(str::to_owned))
                .expect("an arrow")
        };
        [arrow(mermaid(&graph, "/r".into()), "n0 "), arrow(dot(&graph, "/r".into()), "n0 -> ")]
    };
    assert_eq!(drawn(Reason::Needs), ["-->|\"secret:a\"| n1", "n1 [label=\"secret:a\"];"]);
    assert_eq!(drawn(Reason::File), drawn(Reason::Needs));
    assert_eq!(
        drawn(Reason::Wave),
        [
            "-.->|\"secret:a<br/>first by chance\"| n1",
            "n1 [label=\"secret:a\\nfirst by chance\", style=dashed];"
        ]
    );
    assert_eq!(
        drawn(Reason::Together)[1],
        "n1 [label=\"secret:a\\nnot ordered\", style=dashed, color=red, fontcolor=red];"
    );
    for reason in [Reason::Later, Reason::Reversed, Reason::Unneeded] {
        assert_eq!(drawn(reason), drawn(Reason::Together));
    }
}

#[test]
fn of_too_many_namespaces_those_without_an_order_are_drawn() {
    let names: Vec<String> = (0..40).map(|number| format!("n{number}")).collect();
    let pairs: Vec<(usize, usize)> = (0..40)
        .flat_map(|one| (0..40).map(move |other| (one, other)))
        .filter(|(one, other)| one != other)
        .collect();
    let mut graph = graph(&names, &pairs, Reason::Needs);
    for edge in graph.edges.iter_mut().rev().take(20) {
        edge.reason = Reason::Together;
    }
    let text = mermaid(&graph, "/r".into());
    assert_eq!(arrows(&text), 500);
    assert_eq!(text.matches("1 not ordered").count(), 20, "{text}");
    assert!(text.contains("1060 more arrows not drawn"), "{text}");
}

proptest! {
    #[test]
    fn names_stay_in_their_places(names in prop::collection::vec(any::<String>(), 2..5), long in 0_usize..3_000) {
        let names: Vec<String> = names.into_iter().map(|name| name + &"x".repeat(long)).collect();
        let pairs: Vec<(usize, usize)> = (1..names.len()).map(|index| (0, index)).collect();
        let graph = graph(&names, &pairs, Reason::Needs);
        let text = mermaid(&graph, "/r".into());
        prop_assert_eq!(text.lines().count(), 3 + names.len() + pairs.len());
        prop_assert_eq!(arrows(&text), pairs.len());
        prop_assert_eq!(text.matches('"').count(), 2 * (1 + names.len() + pairs.len()));
        let text = dot(&graph, "/r".into());
        prop_assert_eq!(text.lines().count(), 7 + names.len() + pairs.len());
    }

    #[test]
    fn a_drawing_never_outgrows_mermaid(releases in 2_usize..80, degree in 1_usize..20, long in 0_usize..90) {
        let names: Vec<String> = (0..releases).map(|number| format!("é{number}{}", "#".repeat(long))).collect();
        let pairs: Vec<(usize, usize)> = (0..releases)
            .flat_map(|one| (1..=degree).map(move |more| (one, (one + more) % releases)))
            .filter(|(one, other)| one != other)
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect();
        let text = mermaid(&graph(&names, &pairs, Reason::Together), "/r".into());
        prop_assert!(text.encode_utf16().count() <= 50_000);
        prop_assert!(arrows(&text) <= 500);
    }
}
