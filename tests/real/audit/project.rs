//! A project with a release `web` whose pods read what the release `platform` makes, and what the audit says about it.

use std::path::PathBuf;

use fs_err as fs;
use serde_json::Value;

use crate::kinds::project::Project;
use crate::support::programs;
use crate::support::repo::schema;
use crate::support::sandbox::{Run, Sandbox};

/// The releases, each with a chart of its name and a values file.
pub(crate) const STATE: &str = "\
releases:
  - name: web
    namespace: apps
    chart: ./charts/web
    needs: [platform]
    values: [web.yaml, web.checksum.yaml]
  - name: platform
    namespace: apps
    chart: ./charts/platform
    values: [platform.yaml]
";

/// A Deployment with the pod that values describe. The checksum is where it belongs.
pub(crate) const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  selector:
    matchLabels: {app: {{ .Release.Name }}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
      annotations:
        checksum/config: {{ .Values.configChecksum | quote }}
    spec:
      {{- toYaml .Values.pod | nindent 6 }}
";

/// A Secret `db` and a `ConfigMap` `settings` with what values give them.
pub(crate) const PLATFORM: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: db
stringData:
  {{- toYaml .Values.secret | nindent 2 }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  {{- toYaml .Values.config | nindent 2 }}
";

/// The values of `platform`.
pub(crate) const PLATFORM_VALUES: &str = "secret: {password: s3cret}\nconfig: {colour: red}\n";

/// A pod that has a key of the `ConfigMap` `settings` as a variable.
pub(crate) const BY_KEY: &str = "\
pod:
  containers:
    - name: app
      image: web
      env:
        - name: COLOUR
          valueFrom:
            configMapKeyRef: {name: settings, key: colour}
";

/// A pod that has a key of the Secret `db` as a variable.
pub(crate) const BY_SECRET: &str = "\
pod:
  containers:
    - name: app
      image: web
      env:
        - name: PASSWORD
          valueFrom:
            secretKeyRef: {name: db, key: password}
";

/// A pod that mounts the `ConfigMap` `settings` whole.
pub(crate) const MOUNTED: &str = "\
pod:
  containers:
    - name: app
      image: web
      volumeMounts: [{name: settings, mountPath: /etc/web}]
  volumes:
    - name: settings
      configMap: {name: settings}
";

/// The project, with these values of `web`. Nothing without the programs.
pub(crate) fn project(web: &str) -> Option<Project> {
    let project = empty()?;
    project.write("helmfile.yaml", STATE);
    project.write("web.yaml", web);
    project.write("platform.yaml", PLATFORM_VALUES);
    project.chart("web", WEB);
    project.chart("platform", PLATFORM);
    Some(project)
}

/// A folder that is a repository, and nothing in it.
pub(crate) fn empty() -> Option<Project> {
    empty_with(&[])
}

/// As [`empty`], with variables for every program.
pub(crate) fn empty_with(variables: &[(&'static str, PathBuf)]) -> Option<Project> {
    let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"])?;
    let sandbox = Sandbox::new(&programs, variables);
    let root = sandbox.project("shop");
    let project = Project { sandbox, root };
    fs::create_dir_all(project.root.join(".git")).expect("a folder");
    Some(project)
}

/// What an audit says.
pub(crate) struct Audited {
    /// The exit code.
    pub(crate) code: i32,
    /// The document that it prints.
    pub(crate) document: Value,
}

/// Runs `helmsum audit` with these arguments, and checks that the document is as its schema says, and its counts add up; and that it is
/// the same where every release is rendered a second time, whatever is certain without it.
#[track_caller]
pub(crate) fn audit(project: &Project, arguments: &[&str]) -> Audited {
    let words = [&["audit", "--output", "json"], arguments].concat();
    let audited = Audited::of(&project.helmsum(&words));
    audited.adds_up();
    let long = Audited::of(&verified(project, &words));
    assert_eq!((audited.code, &audited.document), (long.code, &long.document));
    audited
}

/// Runs helmsum with these arguments, with every second rendering.
pub(crate) fn verified(project: &Project, arguments: &[&str]) -> Run {
    project.sandbox.run(&project.root, "env", [&["HELMSUM_CACHE=verify", "helmsum"], arguments].concat())
}

impl Audited {
    #[track_caller]
    fn of(run: &Run) -> Self {
        let document = serde_json::from_str(&run.stdout()).unwrap_or_else(|_| panic!("{}", run.told()));
        Self { code: run.code(), document }
    }

    /// Findings as `CODE LEVEL`, in their order. That a target has no sources is another matter: the projects list one, whatever they
    /// declare.
    pub(crate) fn findings(&self) -> Vec<String> {
        let word = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let all = self.list("findings").iter().filter(|one| one["code"] != "orphan-target");
        all.map(|one| format!("{} {}", word(one, "code"), word(one, "level"))).collect()
    }

    /// What each workload reads, with the verdict: `web/Deployment web Secret db: covered`.
    pub(crate) fn readings(&self) -> Vec<String> {
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let one = |reading: &Value| {
            let workload = &reading["workload"];
            let because = match reading["because"].as_str() {
                Some(because) => format!(" ({because})"),
                None => String::new(),
            };
            format!(
                "{} {} reads {} {}: {}{because}",
                word(&workload["kind"]),
                word(&workload["name"]),
                word(&reading["kind"]),
                word(&reading["name"]),
                word(&reading["verdict"]),
            )
        };
        self.list("readings").iter().map(one).collect()
    }

    /// A list of the document.
    pub(crate) fn list(&self, key: &str) -> &[Value] {
        self.document[key].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// A count of the summary.
    pub(crate) fn count(&self, key: &str) -> u64 {
        self.document["summary"][key].as_u64().unwrap_or_else(|| panic!("{key} of {}", self.document))
    }

    /// The only finding, as message and hint.
    #[track_caller]
    pub(crate) fn only(&self, code: &str) -> (String, String) {
        let found: Vec<&Value> = self.list("findings").iter().filter(|one| one["code"] == code).collect();
        assert_eq!(found.len(), 1, "{code} in {}", self.said());
        let word = |key: &str| found[0][key].as_str().unwrap_or_default().to_owned();
        (word("message"), word("hint"))
    }

    /// Everything that it says, for the message of a test that fails.
    fn said(&self) -> String {
        let word = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
        let all = self.list("findings").iter().chain(self.list("errors"));
        let lines: Vec<String> = all
            .map(|one| format!("{}: {}; {}", word(one, "code"), word(one, "message"), word(one, "hint")))
            .chain(self.readings())
            .collect();
        lines.join("\n")
    }

    /// Nothing was found, and nothing went wrong.
    #[track_caller]
    pub(crate) fn finds_nothing(self) -> Self {
        assert_eq!(self.findings(), Vec::<String>::new(), "{}", self.said());
        assert!(self.list("errors").is_empty(), "{}", self.said());
        assert_eq!(self.code, 0);
        self
    }

    /// This was found, and nothing went wrong. Denied findings make the run fail.
    #[track_caller]
    pub(crate) fn finds(self, findings: &[&str]) -> Self {
        assert_eq!(self.findings(), findings, "{}", self.said());
        assert!(self.list("errors").is_empty(), "{}", self.said());
        assert_eq!(self.code, i32::from(findings.iter().any(|one| one.ends_with(" deny"))));
        self
    }

    /// The workloads read this, with these verdicts.
    #[track_caller]
    pub(crate) fn reads(self, readings: &[&str]) -> Self {
        assert_eq!(self.readings(), readings, "{}", self.said());
        self
    }

    /// Each release is looked at or counted as not, and each reading is in one count.
    #[track_caller]
    fn adds_up(&self) {
        assert_eq!(schema("audit", &self.document), Vec::<String>::new());
        let sum = |keys: &[&str]| keys.iter().map(|key| self.count(key)).sum::<u64>();
        assert_eq!(self.count("releases"), sum(&["lookedAt", "lacksChart", "notRendered"]));
        assert_eq!(self.count("releases"), self.list("releases").len() as u64);
        let verdicts = ["needless", "covered", "accepted", "own", "controlled", "named", "unmade"];
        assert_eq!(self.count("readings"), sum(&verdicts) + self.count("found"));
        assert_eq!(self.count("readings"), self.list("readings").len() as u64);
        for verdict in verdicts {
            let listed = self.list("readings").iter().filter(|one| one["verdict"] == verdict).count();
            assert_eq!(self.count(verdict), listed as u64, "{verdict} in {}", self.said());
        }
    }
}
