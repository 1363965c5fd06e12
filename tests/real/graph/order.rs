//! What `graph` says of the order, and how helmfile deploys: over many projects that are made up.

use std::collections::BTreeMap;

use serde_json::Value;

use super::deployed::{Deployed, Times};
use super::project::Project;
use crate::support::chance::Chance;

/// How often edges were seen with each reason: in this order, and the other way round or at the same time.
#[derive(Default)]
struct Seen {
    by_reason: BTreeMap<String, (usize, usize)>,
    /// Projects that helmfile deployed, and those that it refused.
    projects: (usize, usize),
    wrong: Vec<String>,
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn text<'d>(document: &'d Value, path: &str) -> &'d str {
    document.pointer(path).and_then(Value::as_str).unwrap_or_else(|| panic!("no {path} in {document}"))
}

/// The name of a release without its namespace: in these projects, each is used once.
fn name(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// Whether a reason is certain to put the producer last.
fn is_last(reason: &str) -> bool {
    matches!(reason, "reversed" | "later")
}

impl Seen {
    /// Deploys the project of a seed and compares.
    fn add(&mut self, seed: u64) {
        let project = Project::of(seed);
        let files = project.files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let Some(deployed) = Deployed::new(files) else { return };
        let mut chance = Chance::new(seed ^ 0x5eed);
        for release in &project.releases {
            deployed.delay(release, *chance.pick(&[0, 1, 5, 9]));
        }
        let options: Vec<String> = project.options.iter().map(|option| (*option).to_owned()).collect();
        let times = match deployed.deploy(&[options, project.command.clone()].concat()) {
            Ok(times) => times,
            Err(told) => {
                self.projects.1 += 1;
                return self.wrong.push(format!("seed {seed}: {}", &told[told.len().saturating_sub(600)..]));
            }
        };
        self.projects.0 += 1;
        let graph = deployed.graph(&project.options);
        self.compare_edges(seed, &graph, &times);
        self.compare_waves(seed, &graph, &times);
    }

    fn compare_edges(&mut self, seed: u64, graph: &Value, times: &Times) {
        for edge in graph["edges"].as_array().expect("a list") {
            let [producer, consumer] =
                ["/producer/release", "/consumer/release"].map(|end| name(text(edge, end)));
            let reason = text(edge, "/reason");
            let is_before = times.is_before(producer, consumer);
            let counts = self.by_reason.entry(reason.to_owned()).or_default();
            *(if is_before { &mut counts.0 } else { &mut counts.1 }) += 1;
            let is_wrong = if edge["first"] == true {
                !is_before
            } else {
                is_last(reason) && !times.is_before(consumer, producer)
            };
            if is_wrong {
                self.wrong.push(format!(
                    "seed {seed}: {producer} before {consumer} is {reason}, and was not so: {times:?}"
                ));
            }
        }
    }

    /// Whether everything was deployed, and each wave of a file after the one before.
    fn compare_waves(&mut self, seed: u64, graph: &Value, times: &Times) {
        let mut shown = Vec::new();
        for file in graph["files"].as_array().expect("a list") {
            let of = |wave: &Value| -> Vec<String> {
                let releases = wave["releases"].as_array().expect("a list").iter();
                releases.map(|id| name(id.as_str().expect("a name")).to_owned()).collect()
            };
            let waves: Vec<Vec<String>> = file["waves"].as_array().expect("a list").iter().map(of).collect();
            for pair in waves.windows(2) {
                for one in &pair[0] {
                    for other in pair[1].iter().filter(|other| !times.is_before(one, other)) {
                        self.wrong.push(format!("seed {seed}: {one} is in a wave before {other}: {times:?}"));
                    }
                }
            }
            shown.extend(waves.concat());
        }
        shown.sort_unstable();
        if shown != times.releases() {
            self.wrong
                .push(format!("seed {seed}: {shown:?} are shown, {:?} were deployed", times.releases()));
        }
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a long run says what it did")]
fn no_edge_that_is_called_ordered_is_seen_the_other_way_round() {
    if Deployed::new([]).is_none() {
        return;
    }
    let (first, count) = (number("HELMSUM_GRAPH_SEED", 1), number("HELMSUM_GRAPH_COUNT", 20));
    let mut seen = Seen::default();
    for seed in first..first + count {
        seen.add(seed);
    }
    eprintln!(
        "{} projects from seed {first}, {} refused by helmfile; edges seen in order and not:",
        seen.projects.0, seen.projects.1
    );
    for (reason, (before, after)) in &seen.by_reason {
        eprintln!("  {reason}: {before} and {after}");
    }
    assert!(seen.wrong.is_empty(), "{} wrong:\n{}", seen.wrong.len(), seen.wrong.join("\n"));
    let unordered = |reason: &str| seen.by_reason.get(reason).map_or(0, |(_, after)| *after);
    for reason in ["unneeded", "together"] {
        assert!(
            count < 20 || unordered(reason) > 0,
            "never seen the other way round, so it may be ordered: {reason}"
        );
    }
}
