//! What is wrong with a state is said with its file and line, and soon.

use std::fmt::Write as _;
use std::sync::Arc;

use camino::Utf8PathBuf;
use helmsum::internals::diagnostic::{Diagnostic, Refusal};
use helmsum::internals::state::{self, EntryKind, EntrySource, Request, Resolved};
use helmsum::internals::tree::WorkTree;

pub(super) struct Project {
    folder: tempfile::TempDir,
    pub(super) request: Request,
}

impl Project {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in files {
            let path = folder.path().join(name);
            fs_err::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
            fs_err::write(path, content).expect("a file");
        }
        let root =
            Utf8PathBuf::from_path_buf(folder.path().canonicalize().expect("it exists")).expect("UTF-8");
        Self { folder, request: Request::new(Arc::new(WorkTree), root, std::collections::BTreeMap::new()) }
    }

    pub(super) fn read(&self) -> Result<Resolved, Diagnostic> {
        state::read(&self.request)
    }

    /// The error with its place, the path of the project left out.
    pub(super) fn error(&self) -> (String, Option<Refusal>) {
        let error = self.read().expect_err("the state is refused").masked(&self.request.secrets);
        let root = format!("{}/", self.request.directory);
        assert!(self.folder.path().exists());
        (error.to_string().replace(&root, ""), error.refusal())
    }
}

const RELEASE: &str = "releases:\n- name: a\n  chart: r/a\n";

#[track_caller]
fn refuses(files: &[(&str, &str)], message: &str) {
    assert_eq!(Project::new(files).error(), (message.to_owned(), None));
}

#[test]
fn unknown_keys_name_the_nearest_known_one() {
    refuses(
        &[("helmfile.yaml", "commonLabels: {}\nreleases:\n- name: a\n  chart: r/a\n  vaules: [x]\n")],
        "helmfile.yaml:5:3: unknown key `vaules` in a release; did you mean `values`?",
    );
    refuses(
        &[("helmfile.yaml", "commonLabels: {}\n---\nrelease: []\n")],
        "helmfile.yaml:3:1: unknown key `release` in the top level of a state file; did you mean `releases`?",
    );
}

#[test]
fn mistakes_in_what_a_template_gives_point_at_the_template() {
    refuses(
        &[(
            "helmfile.yaml.gotmpl",
            "{{- range list 1 2 3 }}{{ end }}\ncommonLabels: {}\n\n{{- $x := 1 }}\nreleases:\n- nme: a\n",
        )],
        "helmfile.yaml.gotmpl:6: unknown key `nme` in a release, where the template gives `- nme: a`; did you mean `name`?",
    );
}

#[test]
fn a_plain_file_that_was_meant_as_a_template_is_named_so() {
    let meant =
        |line: &str, file: &str| format!("{file}:{line}: `{{{{` in `{file}`, which helmfile does not render");
    for (text, line) in [
        ("releases:\n- name: {{ .Values.x }}\n  chart: r/a\n", "2:9"),
        ("{{ if true }}\nreleases: []\n{{ end }}\n", "1:1"),
        ("releases:\n{{ range .Values.all }}\n- name: {{ . }}\n{{ end }}\n", "2:1"),
        ("commonLabels: {}\n---\nnamespace: {{ .Values.x }}\nreleases: []\n", "3:12"),
    ] {
        refuses(&[("helmfile.yaml", text)], &meant(line, "helmfile.yaml"));
    }
    refuses(
        &[("helmfile.yaml", "values: [v.yaml]\n"), ("v.yaml", "a: 1\nb: {{ .Values.x }}\n")],
        &meant("2:4", "v.yaml"),
    );
    let other = "releases:\n- name: a\n  chart: r/a\n  values:\n  - text: |\n      {{ .x }}\n  vaules: []\n";
    let error = Project::new(&[("helmfile.yaml", other)]).read().expect_err("the key is unknown");
    assert!(error.message.starts_with("unknown key `vaules`"), "{error}");
    let nearer = other.replace("  vaules", "  needs: []\n  vaules");
    let error = Project::new(&[("helmfile.yaml", &nearer)]).read().expect_err("the key is unknown");
    assert!(error.message.starts_with("unknown key `vaules`"), "{error}");
    assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("`{{` on line 6")), "{error:?}");
}

#[test]
fn template_errors_have_the_line_of_the_file_in_later_parts_too() {
    let (message, refusal) = Project::new(&[(
        "helmfile.yaml.gotmpl",
        "commonLabels: {}\n---\nreleases:\n- name: {{ .Values.nope }}\n  chart: r/a\n",
    )])
    .error();
    assert!(message.starts_with("helmfile.yaml.gotmpl:4:"), "{message}");
    assert!(message.contains("map has no entry for key \"nope\""), "{message}");
    assert_eq!(refusal, None);
}

#[test]
fn fields_point_at_their_release() {
    let text = format!("{RELEASE}- name: b\n  chart: '{{{{ .Values.nope }}}}'\n");
    let (message, _) = Project::new(&[("helmfile.yaml", &text)]).error();
    assert!(
        message.starts_with("helmfile.yaml:4:3: release `b`: `chart: {{ .Values.nope }}`: "),
        "{message}"
    );
}

#[test]
fn missing_files_are_named_where_they_are_listed() {
    refuses(
        &[("helmfile.yaml", "environments:\n  default:\n    values:\n    - nope.yaml\n")],
        "helmfile.yaml:4:7: there is no values file `nope.yaml`",
    );
    refuses(
        &[("helmfile.yaml", "helmfiles:\n- path: nope.yaml\n")],
        "helmfile.yaml:2:3: nothing matches `nope.yaml` in `helmfiles`",
    );
    let (message, _) = Project::new(&[("helmfile.yaml", "bases:\n- nope.yaml\n")]).error();
    assert!(message.starts_with("helmfile.yaml:2:3: cannot read the base `nope.yaml`"), "{message}");
}

#[test]
fn what_is_not_utf8_is_refused_with_its_line() {
    let project = Project::new(&[]);
    fs_err::write(project.folder.path().join("helmfile.yaml"), b"releases: []\n# \xff\n").expect("a file");
    assert_eq!(project.error().0, "helmfile.yaml:2: `helmfile.yaml` is not UTF-8");
}

#[test]
fn circles_end_at_once() {
    let (message, refusal) = Project::new(&[
        ("helmfile.yaml", "helmfiles: [sub/one.yaml, sub/one.yaml]\n"),
        ("sub/one.yaml", "helmfiles: [two.yaml, two.yaml]\n"),
        ("sub/two.yaml", "helmfiles: [../helmfile.yaml, ../helmfile.yaml]\n"),
    ])
    .error();
    let chain = "helmfile.yaml -> sub/one.yaml -> sub/two.yaml -> helmfile.yaml";
    assert_eq!(message, format!("sub/two.yaml:1:13: state files list each other in a cycle: {chain}"));
    assert!(refusal.is_some());
    refuses(
        &[("helmfile.yaml", "helmfiles: [helmfile.yaml]\n")],
        "helmfile.yaml:1:13: `helmfile.yaml` lists itself under `helmfiles`",
    );
    refuses(
        &[("helmfile.yaml", "bases: [b.yaml]\n"), ("b.yaml", "bases: [b.yaml]\n")],
        "b.yaml:1:9: the base `b.yaml` has `bases` itself",
    );
    refuses(
        &[(
            "helmfile.yaml",
            "templates:\n  a: {inherit: [{template: a}]}\nreleases:\n- name: a\n  chart: r/a\n  inherit: [{template: a}]\n",
        )],
        "helmfile.yaml:4:3: release `a`: release templates inherit in a cycle: a -> a",
    );
}

#[test]
fn templates_that_inherit_twice_at_every_level_end_at_once() {
    let mut text = String::from("templates:\n  t0: {chart: r/a}\n");
    for level in 1..40 {
        let below = level - 1;
        writeln!(text, "  t{level}: {{inherit: [{{template: t{below}}}, {{template: t{below}}}]}}")
            .expect("a string");
    }
    text += "releases:\n- {name: a, inherit: [{template: t39}]}\n";
    let (message, refusal) = Project::new(&[("helmfile.yaml", &text)]).error();
    assert!(message.contains("more than 10000 templates"), "{message}");
    assert!(refusal.is_some());
}

#[test]
fn what_is_remote_is_refused_by_name_and_line() {
    for (text, message) in [
        (
            "helmfiles:\n- path: git::https://example.org/r.git@h.yaml\n",
            "helmfile.yaml:2:3: the sub-helmfile `git::https://example.org/r.git@h.yaml` is remote",
        ),
        (
            "bases:\n- https://example.org/b.yaml\n",
            "helmfile.yaml:2:3: the base `https://example.org/b.yaml` is remote",
        ),
        (
            "values:\n- https://example.org/v.yaml\n",
            "helmfile.yaml:2:3: the values file `https://example.org/v.yaml` is remote",
        ),
    ] {
        let (found, refusal) = Project::new(&[("helmfile.yaml", text)]).error();
        assert!(found.starts_with(message), "{found}");
        assert!(refusal.is_some());
    }
}

#[test]
fn entries_of_a_release_come_down_to_files() {
    let project = Project::new(&[
        (
            "helmfile.yaml",
            "releases:\n- name: a\n  chart: r/a\n  valuesPathPrefix: v/\n  missingFileHandler: Warn\n  values:\n  - a.yaml\n  - gone.yaml\n  - '*.y*'\n  - {k: 1}\n  - https://example.org/v.yaml\n  - 3\n",
        ),
        ("v/a.yaml", ""),
        ("v/b.yml", ""),
    ]);
    let resolved = project.read().expect("the state is fine");
    let visit = &resolved.visits[0];
    let release = &visit.releases[0];
    let found: Vec<String> = release
        .values
        .iter()
        .map(|entry| {
            match visit.resolve_entry(&WorkTree, release, EntryKind::Values, entry) {
                Ok(EntrySource::File(path)) => format!("file {path}"),
                Ok(EntrySource::Hidden(path)) => format!("hidden {path}"),
                Ok(EntrySource::Inline(_)) => "inline".into(),
                Ok(EntrySource::Remote(text)) => format!("remote {text}"),
                Ok(EntrySource::Reference(text)) => format!("reference {text}"),
                Err(error) => error.to_string(),
            }
            .replace(&format!("{}/", project.request.directory), "")
        })
        .collect();
    assert_eq!(
        found,
        [
            "file v/a.yaml",
            "hidden v/gone.yaml",
            "helmfile.yaml:9:5: release `a`: `v/*.y*` matches 2 files, and only one may match",
            "inline",
            "hidden v/https:/example.org/v.yaml",
            "helmfile.yaml:12:5: release `a`: an entry of `values` is a int and neither a path nor a map",
        ]
    );
    let would_load = |name: &str| {
        let path = project.request.directory.join(name);
        let mut patterns = resolved.state_patterns().into_iter();
        patterns.any(|pattern| {
            helmsum::internals::tree::matches(pattern.as_str(), path.as_str()).unwrap_or(false)
        })
    };
    assert!(would_load("helmfile.yaml.gotmpl"));
    assert!(would_load("helmfile.d/x.yaml"));
    assert!(!would_load("v/a.yaml"));
}
