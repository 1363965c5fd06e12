//! For every kind, over generated data: changing the data moves the digest, and changing anything else does not.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::project::Project;

/// A release that renders its data as a `ConfigMap` and a `Secret`, in a way that can be varied.
#[derive(Clone, Debug)]
struct Producer {
    data: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
    version: u8,
    /// Whether keys are written backwards.
    backwards: bool,
    /// Whether values are in double quotes with escapes, or plain literals of the template.
    quoted: bool,
    comment: String,
    more: bool,
}

fn producer() -> impl Strategy<Value = Producer> {
    let words = "[a-z]{1,6}";
    let text = prop_oneof!["[ -~]{0,12}", Just("010".to_owned()), Just("yes".to_owned()), "[a-zäß🙂\n]{1,8}"];
    (
        prop::collection::btree_map("[A-Za-z][A-Za-z0-9._-]{0,6}", text, 1..5),
        prop::collection::btree_map(words, words, 0..3),
        0_u8..9,
        any::<bool>(),
        any::<bool>(),
        words,
        any::<bool>(),
    )
        .prop_map(|(data, labels, version, backwards, quoted, comment, more)| Producer {
            data,
            labels,
            version,
            backwards,
            quoted,
            comment,
            more,
        })
}

impl Producer {
    fn write(&self, project: &Project) {
        let json = |text: &str| serde_json::Value::from(text).to_string();
        let mut pairs: Vec<(&String, &String)> = self.data.iter().collect();
        if self.backwards {
            pairs.reverse();
        }
        let mut template = format!("# {}\n", self.comment);
        for (kind, title) in [("ConfigMap", "data"), ("Secret", "stringData")] {
            let _ = writeln!(template, "---\napiVersion: v1\nkind: {kind}\nmetadata:\n  name: made");
            let labels = |template: &mut String| {
                let _ = writeln!(template, "  labels:\n    chart: made-{}", self.version);
                for (key, value) in &self.labels {
                    let _ = writeln!(template, "    {key}: {}", json(value));
                }
            };
            labels(&mut template);
            let _ = writeln!(template, "{title}:");
            for (key, value) in &pairs {
                let value = if self.quoted {
                    json(value)
                } else {
                    format!("{{{{ index .Values.data {} | toJson }}}}", json(key))
                };
                let _ = writeln!(template, "  {}: {value}", json(key));
            }
        }
        if self.more {
            template.push_str("---\napiVersion: v1\nkind: Service\nmetadata: {name: made}\n");
        }
        project.write(
            "charts/made/Chart.yaml",
            &format!("apiVersion: v2\nname: made\nversion: 1.0.{}\n", self.version),
        );
        project.write("charts/made/templates/all.yaml", &template);
        let mut values = format!("# {}\ndata:\n", self.comment);
        for (key, value) in &pairs {
            let _ = writeln!(values, "  {}: {}", json(key), json(value));
        }
        project.write("made.yaml", &values);
    }
}

const STATE: &str = "\
releases:
  - name: gateway
    chart: ./charts/gateway
    needs: [made]
    values: [gateway.yaml, gateway.checksum.yaml]
  - name: made
    chart: ./charts/made
    values: [made.yaml]
";

#[test]
fn data_moves_a_digest_and_nothing_else_does() {
    let Some(project) = Project::new("") else { return };
    project.write("helmfile.yaml", STATE);
    let mut runner = TestRunner::new(Config {
        cases: 6,
        failure_persistence: None,
        max_shrink_iters: 20,
        ..Config::default()
    });
    let outcome = runner.run(&(producer(), producer()), |(one, other)| {
        for kind in ["configmap", "secret"] {
            project.write("gateway.yaml", &format!("# helmsum: {kind}:made\n"));
            one.write(&project);
            let first = project.checksum();
            // Everything of the other one but the data.
            Producer { data: one.data.clone(), ..other.clone() }.write(&project);
            prop_assert_eq!(project.checksum(), first.clone(), "{} {:?} {:?}", kind, one, other);
            let mut changed = one.clone();
            if let Some(value) = changed.data.values_mut().next() {
                value.push('x');
            }
            changed.write(&project);
            prop_assert_ne!(project.checksum(), first.clone(), "{} {:?}", kind, changed);
            let mut renamed = one.clone();
            if let Some((key, value)) = renamed.data.pop_first() {
                renamed.data.insert(format!("{key}x"), value);
            }
            renamed.write(&project);
            prop_assert_ne!(project.checksum(), first, "{} {:?}", kind, renamed);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn what_moves_a_release_is_what_helm_is_given() {
    let Some(project) = Project::new("# helmsum: release:gateway-apis\n") else { return };
    project.write("more.yaml", "apis: {admin: v1}\n");
    project.edit("helmfile.yaml", "values: [apis.yaml]", "values: [apis.yaml, more.yaml]");
    let mut last = project.checksum();
    let mut step = |file: &str, from: &str, to: &str, moves: bool| {
        project.edit(file, from, to);
        let now = project.checksum();
        assert_eq!(now != last, moves, "{to:?} in {file}");
        last = now;
    };
    for (file, from, to) in [
        ("helmfile.yaml", "releases:\n", "# a comment\nreleases:\n"),
        (
            "helmfile.yaml",
            "    chart: ./charts/apis\n",
            "    chart: ./charts/apis\n    labels: {tier: edge}\n",
        ),
        ("apis.yaml", "# The API definitions.\n", "# Another comment.\n\n"),
        ("apis.yaml", "  orders: \"v1\"\n  users: \"v1\"\n", "  users: 'v1'\n  orders: v1\n"),
        ("gateway.yaml", "# helmsum", "\n# helmsum"),
    ] {
        step(file, from, to, false);
    }
    for (file, from, to) in [
        ("apis.yaml", "orders: v1", "orders: v2"),
        ("apis.yaml", "s3cret", "an0ther"),
        ("helmfile.yaml", "[apis.yaml, more.yaml]", "[more.yaml, apis.yaml]"),
        ("helmfile.yaml", "[more.yaml, apis.yaml]", "[more.yaml, apis.yaml, {apis: {x: y}}]"),
        ("charts/apis/Chart.yaml", "1.0.0", "1.1.0"),
        ("charts/apis/templates/all.yaml", "  labels:\n", "  labels:\n    team: edge\n"),
    ] {
        step(file, from, to, true);
    }
    project.write("charts/apis/.helmignore", "*.md\n");
    let ignoring = project.checksum();
    project.write("charts/apis/NOTES.md", "Nothing that helm loads.\n");
    assert_eq!(project.checksum(), ignoring, "a file that helm ignores");
    project.write("charts/apis/README.txt", "A file that helm loads.\n");
    assert_ne!(project.checksum(), ignoring);
}
