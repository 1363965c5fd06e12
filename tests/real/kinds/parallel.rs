//! Many producers: each is rendered once, however many consumers it has.

use std::fmt::Write as _;

use fs_err as fs;

use super::project::Project;
use crate::support::programs;

const PRODUCERS: usize = 100;

#[test]
fn a_hundred_producers_are_rendered_once_each() {
    let Some(programs) = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"]) else { return };
    let helm = programs.iter().find(|path| path.ends_with("helm")).expect("helm is among them").clone();
    let others: Vec<_> = programs.into_iter().filter(|path| !path.ends_with("helm")).collect();
    let project = Project::with(&others);
    project
        .script("../../bin/helm", &format!("echo \"$*\" >> \"$HOME/calls\"\nexec {} \"$@\"", helm.display()));
    let mut state = String::from("releases:\n");
    for consumer in ["one", "two", "three"] {
        let mut directives = String::new();
        for number in 0..PRODUCERS {
            let _ = writeln!(directives, "# helmsum: configmap:config-{number} from=producer-{number}");
        }
        project.write(&format!("{consumer}.yaml"), &directives);
        let _ = writeln!(
            state,
            "  - {{name: {consumer}, chart: ./charts/gateway, values: [{consumer}.yaml, {consumer}.checksum.yaml]}}"
        );
    }
    for number in 0..PRODUCERS {
        let _ = writeln!(
            state,
            "  - {{name: producer-{number}, chart: ./charts/config, values: [{{number: {number}}}]}}"
        );
    }
    project.write("helmfile.yaml", &state);
    project.chart(
        "config",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config-{{ .Values.number }}}\ndata: {number: {{ .Values.number | quote }}}\n",
    );
    let first = project.checksum_in("one.checksum.yaml");
    for consumer in ["two", "three"] {
        assert!(project.read(&format!("{consumer}.checksum.yaml")).contains(&first), "{consumer}");
    }
    let calls = || {
        let calls = fs::read_to_string(project.root.join("../../home/calls")).expect("helm was called");
        fs::remove_file(project.root.join("../../home/calls")).expect("it is there");
        // A script that is called helm is asked which one it is.
        let calls: Vec<&str> = calls.lines().filter(|line| *line != "version").collect();
        let mut releases: Vec<String> = calls
            .iter()
            .filter_map(|line| line.split(' ').find(|word| word.starts_with("producer-")))
            .map(str::to_owned)
            .collect();
        assert_eq!(releases.len(), calls.len(), "nothing else was rendered: {calls:?}");
        releases.sort_unstable();
        releases
    };
    let mut expected: Vec<String> = (0..PRODUCERS).map(|number| format!("producer-{number}")).collect();
    expected.sort_unstable();
    assert_eq!(calls(), expected);

    project.helmsum(&["check", "--release", "two", "--no-cache"]).succeeds();
    assert_eq!(calls(), expected, "the others have the same producers");
    project.helmsum(&["check", "--release", "two"]).succeeds();
    assert_eq!(calls(), [""; 0], "all of it is known");
}
