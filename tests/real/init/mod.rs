//! `helmsum init` with the real helm: what is missing is wired, and proved.

mod edits;
mod outputs;
mod ways;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::audit::project::{PLATFORM, PLATFORM_VALUES};
use crate::kinds::project::Project;
use crate::support::programs;
use crate::support::sandbox::{Run, Sandbox};

/// A Deployment that takes annotations for its pods, with the pod that values describe.
pub(crate) const WITH_KEY: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  selector:
    matchLabels: {app: {{ .Release.Name }}}
  template:
    metadata:
      {{- with .Values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      labels: {app: {{ .Release.Name }}}
    spec:
      {{- toYaml .Values.pod | nindent 6 }}
";

/// The same without a key.
pub(crate) fn without_key() -> String {
    let key = "      {{- with .Values.podAnnotations }}\n      annotations:\n        {{- toYaml . | nindent 8 }}\n      {{- end }}\n";
    let without = WITH_KEY.replace(key, "");
    assert_ne!(without, WITH_KEY);
    without
}

/// A release that reads what another one makes, and nothing else.
pub(crate) const STATE: &str = "\
releases:
  - name: web
    namespace: apps
    chart: ./charts/web
    values:
      - web.yaml
  - name: platform
    namespace: apps
    chart: ./charts/platform
    values: [platform.yaml]
";

/// A project in which everything is committed. Nothing without the programs.
pub(crate) fn project(files: &[(&str, &str)]) -> Option<Project> {
    let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"])?;
    let sandbox = Sandbox::new(&programs, &[]);
    let root = sandbox.project("shop");
    let project = Project { sandbox, root };
    fs::create_dir_all(&project.root).expect("a folder");
    project.sandbox.run(&project.root, "git", ["init", "--quiet"]).succeeds();
    project.write("platform.yaml", PLATFORM_VALUES);
    project.chart("platform", PLATFORM);
    for (file, text) in files {
        project.write(file, text);
    }
    project.sandbox.commit(&project.root);
    Some(project)
}

/// The files of a project but for those of git.
pub(crate) fn files(project: &Project) -> BTreeMap<PathBuf, Vec<u8>> {
    fn collect(folder: &Path, root: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != ".git") {
                    collect(&path, root, found);
                }
            } else {
                let name = path.strip_prefix(root).expect("it lies there").to_owned();
                found.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(&project.root, &project.root, &mut found);
    found
}

/// Puts everything back as it was committed.
pub(crate) fn reset(project: &Project) {
    project.sandbox.run(&project.root, "git", ["reset", "--quiet", "--hard"]).succeeds();
    project.sandbox.run(&project.root, "git", ["clean", "--quiet", "-fdx"]).succeeds();
}

/// Runs `init` with these arguments, and sees that its patch, taken by git, gives what `--apply` gives but for the targets; that nothing is
/// removed; that what was rendered before differs in annotations alone; and that a second run changes nothing.
#[track_caller]
pub(crate) fn init(project: &Project, arguments: &[&str]) -> Run {
    let before = files(project);
    let rendered = manifests(project);
    let run = project.helmsum(&[&["init"], arguments].concat());
    assert_eq!(files(project), before, "a patch is only printed: {}", run.told());
    let patch = run.stdout();
    assert!(!patch.is_empty(), "{}", run.told());
    fs::write(project.root.join("../init.patch"), &patch).expect("a file");
    project.sandbox.run(&project.root, "git", ["apply", "--whitespace=nowarn", "../init.patch"]).succeeds();
    let patched = files(project);
    for (name, bytes) in &before {
        assert!(only_adds(bytes, &patched[name]), "{}: {}", name.display(), run.told());
    }
    reset(project);
    let applied = project.helmsum(&[&["init", "--apply"], arguments].concat());
    let told = applied.told();
    assert_eq!(applied.code(), run.code(), "{told}");
    let mut after = files(project);
    after.retain(|name, _| patched.contains_key(name));
    assert_eq!(after, patched, "{told}");
    if run.code() == 0 {
        let is_keyless = run.stderr().contains("`--strict` would deny this");
        project.helmsum(&["check", if is_keyless { "--quiet" } else { "--strict" }]).succeeds();
        project.helmsum(&["audit"]).succeeds();
        let now = manifests(project);
        let (old, new): (Vec<&str>, Vec<&str>) = (rendered.lines().collect(), now.lines().collect());
        let more: Vec<&&str> = new.iter().filter(|line| !old.contains(line)).collect();
        let is_annotation = |line: &str| line.contains("checksum/helmsum") || line.trim() == "annotations:";
        assert!(more.iter().all(|line| is_annotation(line)), "{more:?} {told}");
        assert!(old.iter().all(|line| new.contains(line)), "{now} {told}");
    }
    let again = project.helmsum(&["init"]);
    if run.code() == 0 {
        assert!(again.stdout().is_empty() && again.stderr().starts_with("nothing to do"), "{}", again.told());
        again.succeeds();
    }
    run
}

/// What helmfile renders.
pub(crate) fn manifests(project: &Project) -> String {
    project.helmfile(&["--quiet", "template", "--skip-deps"]).succeeds()
}

/// Whether a text has all bytes of another one, in their order.
fn only_adds(before: &[u8], after: &[u8]) -> bool {
    let mut rest = after.iter();
    before.iter().all(|byte| rest.any(|other| other == byte))
}
