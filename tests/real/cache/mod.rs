//! What helm rendered is kept between runs: it is found again, and never where anything differs that helm is given.

mod edits;
mod folder;
mod inputs;

use fs_err as fs;

use crate::kinds::project::Project;
use crate::support::sandbox::Run;

/// What a run did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// How often helm was called.
    calls: usize,
    /// How many renderings were found.
    found: usize,
}

/// How often helm is called by a run that has to render, as it says with `--debug`.
#[track_caller]
fn counts(told: &str) -> Counts {
    let line = told.lines().find(|line| line.contains("rendered ") && line.contains(" of helm"));
    let line = line.unwrap_or_else(|| panic!("no word about helm in {told}"));
    let before = |word: &str| {
        let (before, _) = line.split_once(word)?;
        before.rsplit(' ').find_map(|word| word.parse().ok())
    };
    Counts {
        calls: before(" of helm").expect("a number"),
        found: before(" from the cache").unwrap_or_default(),
    }
}

impl Project {
    /// A run of `list`, which says what it did.
    pub(crate) fn listed(&self, environment: &[&str]) -> Run {
        let words = [environment, &["helmsum", "list", "--output=json", "--debug"]].concat();
        self.sandbox.run(&self.root, "env", words)
    }

    /// What a run of `list` did, which has to succeed.
    #[track_caller]
    pub(crate) fn counted(&self, environment: &[&str]) -> Counts {
        let run = self.listed(environment);
        assert!(run.success(), "{}", run.told());
        counts(&run.stderr())
    }

    /// Runs `list` until nothing is rendered any more.
    #[track_caller]
    pub(crate) fn warm(&self, environment: &[&str]) {
        self.counted(environment);
        let again = self.counted(environment);
        assert_eq!(again.calls, 0, "{again:?}");
    }

    /// The files of the cache.
    pub(crate) fn entries(&self) -> Vec<std::path::PathBuf> {
        let mut files = Vec::new();
        let mut open = vec![self.sandbox.project("../home/.cache/helmsum/entries")];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() { open.push(path) } else { files.push(path) }
            }
        }
        files.sort();
        files
    }
}

const SOURCE: &str = "# helmsum: configmap:gateway-apis from=gateway-apis\n";

#[test]
fn a_second_run_starts_no_helm_and_says_the_same() {
    let Some(project) = Project::new(SOURCE) else { return };
    assert_eq!(project.counted(&[]), Counts { calls: 1, found: 0 });
    assert_eq!(project.counted(&[]), Counts { calls: 0, found: 1 });
    let anew = project.helmsum(&["list", "--output=json", "--debug", "--no-cache"]);
    assert_eq!(counts(&anew.stderr()), Counts { calls: 1, found: 0 });
    assert_eq!(project.listed(&[]).stdout(), anew.stdout());
    project.helmsum(&["generate"]).succeeds();
    for command in [&["check"][..], &["list"], &["audit", "--verbose"], &["audit", "--output=json"]] {
        let mut outputs = Vec::new();
        for more in [&["--no-cache"][..], &[], &[]] {
            let run = project.helmsum(&[command, more].concat());
            outputs.push((run.code(), without_time(&run.stdout()), run.stderr()));
        }
        assert_eq!(outputs[0], outputs[1], "{command:?}");
        assert_eq!(outputs[0], outputs[2], "{command:?}");
    }
    let audit = project.helmsum(&["audit", "--debug"]);
    assert_eq!(counts(&audit.stderr()).calls, 0, "{}", audit.told());
}

/// What an audit prints, but for how long it took.
fn without_time(text: &str) -> String {
    let line = |line: &str| match line.split_once(" looked at in ") {
        Some((before, after)) => {
            format!("{before} looked at{}", after.split_once(':').map_or("", |(_, rest)| rest))
        }
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_differs_each_time_is_rendered_each_time() {
    for value in ["{{ randAlphaNum 8 }}", "{{ now | unixEpoch | quote }}", "{{ include \"far\" . }}"] {
        let Some(project) = Project::new("# helmsum: configmap:steady from=gateway-apis\n") else { return };
        project.edit("helmfile.yaml", "    needs: [gateway-apis]\n", "");
        let steady = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: steady}\ndata: {a: b}\n";
        let other =
            format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: other}}\nstringData:\n  a: {value}\n");
        project.chart("apis", steady);
        project.write("charts/apis/templates/other.yaml", &other);
        project.write("charts/apis/templates/_far.tpl", "{{ define \"far\" }}{{ uuidv4 }}{{ end }}");
        for _ in 0..2 {
            assert_eq!(project.counted(&[]), Counts { calls: 1, found: 0 }, "{value}");
        }
        // Its library may do what it likes as long as nothing asks it.
        project.write("charts/apis/templates/other.yaml", "");
        project.warm(&[]);
    }
}

#[test]
fn a_file_that_is_set_may_be_a_template() {
    let Some(project) = Project::new("# helmsum: configmap:steady from=gateway-apis\n") else { return };
    let set = "chart: ./charts/apis\n    set: [{name: text, file: text.txt}]\n";
    project.edit("helmfile.yaml", "chart: ./charts/apis\n", set);
    project.chart("apis", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: steady}\ndata: {a: b}\n");
    project.write(
        "charts/apis/templates/other.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: other}\nstringData:\n  a: {{ tpl .Values.text . | quote }}\n",
    );
    project.write("text.txt", "{{ randAlphaNum 8 }}");
    for _ in 0..2 {
        assert_eq!(project.counted(&[]), Counts { calls: 1, found: 0 });
    }
    project.write("text.txt", "{{ .Release.Name }}");
    project.warm(&[]);
}

#[test]
fn what_is_looked_up_is_nothing_without_a_cluster() {
    let Some(project) = Project::new(SOURCE) else { return };
    project.write(
        "charts/apis/templates/b.yaml",
        "{{ if lookup \"v1\" \"Secret\" \"a\" \"b\" }}a: b{{ end }}\n",
    );
    project.warm(&[]);
}

#[test]
fn secrets_are_kept_under_their_key_alone() {
    let Some(project) = Project::new("# helmsum: secret:db-credentials from=gateway-apis\n") else { return };
    for _ in 0..2 {
        assert_eq!(project.counted(&[]).calls, 1, "without a key its digest would tell too much");
    }
    project.write("key", "0123456789abcdef0123456789abcdef\n");
    project.write("other", "fedcba9876543210fedcba9876543210\n");
    let digests = ["HELMSUM_KEY_FILE=key", "HELMSUM_KEY_FILE=other"].map(|key| {
        project.warm(&[key]);
        project.listed(&[key]).stdout()
    });
    assert_ne!(digests[0], digests[1]);
    assert_eq!(project.counted(&["HELMSUM_KEY_FILE=key"]).calls, 0);
}

#[test]
fn no_value_is_kept() {
    let Some(project) = Project::new("# helmsum: secret:db-credentials from=gateway-apis\n") else { return };
    project.edit("apis.yaml", "s3cret", "marker-of-secret");
    project.edit("apis.yaml", "\"v1\"", "marker-of-config");
    project.chart(
        "gateway",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: gateway, annotations: {a: marker-of-annotation}}\n\
         spec:\n  template:\n    metadata:\n      annotations: {b: marker-of-annotation, checksum/config: {{ .Values.configChecksum | quote }}}\n    \
         spec:\n      containers: [{name: a, image: b, args: [--password=marker-of-argument, marker/of-argument], env: [{name: A, value: marker-of-variable}]}]\n",
    );
    project.write("key", "0123456789abcdef0123456789abcdef\n");
    let keyed = |words: &[&str]| {
        project.sandbox.run(&project.root, "env", [&["HELMSUM_KEY_FILE=key", "helmsum"], words].concat())
    };
    keyed(&["generate"]).succeeds();
    keyed(&["audit"]).succeeds();
    let digest = |text: &str| project.shell(&format!("printf %s {text} | sha256sum | cut -d' ' -f1"));
    let digests =
        ["marker-of-secret", "marker-of-argument", "marker-of-variable", "marker-of-annotation"].map(digest);
    let entries = project.entries();
    assert!(entries.len() > 3, "{entries:?}");
    for path in entries {
        let text = String::from_utf8(fs::read(&path).expect("a file")).expect("text");
        assert!(!text.contains("marker"), "{text}");
        assert!(!digests.iter().any(|digest| text.contains(digest)), "{text}");
    }
}
