//! What moves `release:` and what does not: a row of the table in `docs/sources.md` for each test.

use std::collections::BTreeSet;

use std::os::unix::fs::PermissionsExt as _;

use super::project::Project;

pub(super) const STATE: &str = "\
# The web front end.
repositories:
- {name: stable, url: 'https://user:secret@charts.example.org/stable'}
releases:
- name: web
  namespace: edge
  chart: ./chart
  labels: {tier: front}
  values:
  - values/base.yaml
  - values/more.yaml.gotmpl
  - inline: {a: 1, b: [x, y]}
  set:
  - {name: image.tag, value: \"1.2\"}
  - {name: script, file: files/script.sh}
  setString:
  - {name: number, value: \"007\"}
";

pub(super) fn web() -> Project {
    Project::new(&[
        ("helmfile.yaml", STATE),
        ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("chart/values.yaml", "replicas: 1\n"),
        ("chart/templates/deployment.yaml", "kind: Deployment\n"),
        ("chart/.helmignore", "*.md\n"),
        ("chart/README.md", "# web\n"),
        ("values/base.yaml", "# base\nreplicas: 2\non: yes\nlist:\n- 1\n- two\n"),
        ("values/more.yaml.gotmpl", "name: {{ .Release.Name }}\n"),
        ("files/script.sh", "echo one\n"),
    ])
}

pub(super) fn state(project: Project, edit: impl Fn(&str) -> String) -> Project {
    let text = edit(STATE);
    assert_ne!(text, STATE, "the edit does something");
    project.with("helmfile.yaml", text)
}

/// The names of the pieces that an edit adds, removes or changes.
pub(super) fn moved(before: Project, edit: impl Fn(Project) -> Project) -> Vec<String> {
    let one = before.contents();
    let other = edit(before).contents();
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

#[test]
fn everything_that_helm_is_given_is_a_piece() {
    let shown: Vec<(String, String)> = web()
        .contents()
        .into_iter()
        .map(|(name, bytes)| (name, String::from_utf8(bytes).expect("UTF-8")))
        .collect();
    let shown: Vec<(&str, &str)> = shown.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("chart/.helmignore", "*.md\n"),
            ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
            ("chart/templates/deployment.yaml", "kind: Deployment\n"),
            ("chart/values.yaml", "replicas: 1\n"),
            ("release", "{\"name\":\"web\",\"namespace\":\"edge\"}\n"),
            ("set/0", "[\"--set\",\"image.tag=1.2\"]\n"),
            ("set/1", "[\"--set-file\",\"script\"]\necho one\n"),
            ("set/2", "[\"--set-string\",\"number=007\"]\n"),
            ("values/0", "{\"list\":[1,\"two\"],\"replicas\":2,\"true\":true}\n"),
            ("values/1", "{\"name\":\"web\"}\n"),
            ("values/2", "{\"inline\":{\"a\":1,\"b\":[\"x\",\"y\"]}}\n"),
        ]
    );
}

#[test]
fn a_comment_in_the_state_moves_nothing() {
    let edit = |project| state(project, |text| text.replace("# The web front end.", "# The front end."));
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn labels_of_the_release_move_nothing() {
    let edit = |project| state(project, |text| text.replace("tier: front", "tier: back, team: a"));
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn comments_order_and_layout_of_values_move_nothing() {
    let text = "list: [1, \"two\"] # a list\n\n\"on\": yes\nreplicas:   2 # base\n";
    let edit = |project: Project| project.with("values/base.yaml", text.replace("\"on\"", "on"));
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn a_values_file_of_comments_alone_moves_nothing() {
    let edit = |project: Project| {
        let project = project.with("values/empty.yaml", "# nothing yet\n");
        state(project, |text| text.replace("  - values/base", "  - values/empty.yaml\n  - values/base"))
    };
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn another_name_of_a_values_file_moves_nothing() {
    let edit = |project: Project| {
        let text = fs_err::read(project.root.join("values/base.yaml")).expect("a file");
        let project = project.without("values/base.yaml").with("values/other.yaml", text);
        state(project, |text| text.replace("values/base", "values/other"))
    };
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn a_value_moves_it() {
    let edit = |project: Project| project.with("values/base.yaml", "replicas: 3\non: yes\nlist: [1, two]\n");
    assert_eq!(moved(web(), edit), ["values/0"]);
}

#[test]
fn the_type_of_a_value_moves_it() {
    let edit =
        |project: Project| project.with("values/base.yaml", "replicas: \"2\"\non: yes\nlist: [1, two]\n");
    assert_eq!(moved(web(), edit), ["values/0"]);
}

#[test]
fn the_order_of_values_files_moves_it() {
    let swap = |text: &str| {
        text.replace(
            "  - values/base.yaml\n  - values/more.yaml.gotmpl\n",
            "  - values/more.yaml.gotmpl\n  - values/base.yaml\n",
        )
    };
    assert_eq!(moved(web(), |project| state(project, swap)), ["values/0", "values/1"]);
}

#[test]
fn an_inline_value_moves_it() {
    assert_eq!(moved(web(), |project| state(project, |text| text.replace("a: 1", "a: 2"))), ["values/2"]);
}

#[test]
fn set_and_the_content_of_its_files_move_it() {
    assert_eq!(moved(web(), |project| state(project, |text| text.replace("1.2", "1.3"))), ["set/0"]);
    assert_eq!(moved(web(), |project| project.with("files/script.sh", "echo two\n")), ["set/1"]);
    assert_eq!(moved(web(), |project| state(project, |text| text.replace("007", "008"))), ["set/2"]);
}

#[test]
fn the_files_of_a_local_chart_move_it_but_for_ignored_ones() {
    let edit = |project: Project| project.with("chart/templates/deployment.yaml", "kind: StatefulSet\n");
    assert_eq!(moved(web(), edit), ["chart/templates/deployment.yaml"]);
    let edit = |project: Project| project.with("chart/crds/a.yaml", "kind: X\n");
    assert_eq!(moved(web(), edit), ["chart/crds/a.yaml"]);
    let edit =
        |project: Project| project.with("chart/README.md", "# other\n").with("chart/templates/.swap", "x");
    assert_eq!(moved(web(), edit), [""; 0]);
}

/// A chart in the folder of its state, with values, secrets, bases and patches for two environments beside it.
const FLAT: &str = "\
bases: [\"base-{{ .Environment.Name }}.yaml\"]
environments:
  default: {values: [state-default.yaml]}
  prod: {values: [state-prod.yaml]}
---
helmfiles:
- path: other.yaml
releases:
- name: web
  namespace: edge
  chart: .
  values: [\"values-{{ .Environment.Name }}.yaml\", web.checksum.yaml]
  set: [{name: script, file: script.sh}]
{{- if eq .Environment.Name \"prod\" }}
- {name: more, chart: ., values: [extra.yaml], secrets: [secret.yaml], strategicMergePatches: [patch.yaml]}
{{- end }}
";

fn flat() -> Project {
    let values = |name: &str| (format!("values-{name}.yaml"), format!("name: {name}\n"));
    let project = Project::new(&[
        ("helmfile.yaml.gotmpl", FLAT),
        ("Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("values.yaml", "replicas: 1\n"),
        ("templates/a.yaml", "kind: A\n"),
        ("README.md", "# web\n"),
        ("other.yaml", "releases: [{name: other, chart: ./, values: [values.yaml, of-other.yaml]}]\n"),
        ("of-other.yaml", "a: 1\n"),
        ("web.checksum.yaml", "configChecksum: none\n"),
        ("script.sh", "echo one\n"),
        ("helmfile.lock", "dependencies: []\n"),
        ("extra.yaml", "a: 1\n"),
        ("secret.yaml", "a: 1\n"),
        ("patch.yaml", "a: 1\n"),
        ("base-default.yaml", "helmDefaults: {wait: true}\n"),
        ("base-prod.yaml", "releases: [{name: late, chart: ., values: [of-base.yaml]}]\n"),
        ("of-base.yaml", "a: 1\n"),
        ("state-default.yaml", "a: 1\n"),
        ("state-prod.yaml", "a: 1\n"),
        ("notes/plan.txt", "later\n"),
    ]);
    ["default", "prod"]
        .map(values)
        .into_iter()
        .fold(project, |project, (name, text)| project.with(&name, text))
}

/// Files of a chart's folder that are not a part of it, with what each says after a change.
const BESIDE: [(&str, &str); 11] = [
    ("values-prod.yaml", "name: other\n"),
    ("of-other.yaml", "a: 2\n"),
    ("extra.yaml", "a: 2\n"),
    ("secret.yaml", "a: 2\n"),
    ("patch.yaml", "a: 2\n"),
    ("base-prod.yaml", "# none\nreleases: [{name: late, chart: ., values: [of-base.yaml]}]\n"),
    ("of-base.yaml", "a: 2\n"),
    ("state-prod.yaml", "a: 2\n"),
    ("state-default.yaml", "a: 2\n"),
    ("helmfile.lock", "dependencies: []\n# none\n"),
    (
        "other.yaml",
        "releases: [{name: other, chart: ./, labels: {a: b}, values: [values.yaml, of-other.yaml]}]\n",
    ),
];

#[test]
fn files_that_the_state_lists_count_only_through_what_the_release_is_given() {
    let names: Vec<String> =
        flat().contents().into_keys().filter(|name| name.starts_with("chart/")).collect();
    assert_eq!(
        names,
        [
            "chart/Chart.yaml",
            "chart/README.md",
            "chart/notes/plan.txt",
            "chart/templates/a.yaml",
            "chart/values.yaml"
        ],
        "what nobody lists counts, and what makes a chart does whoever lists it"
    );
    for (file, text) in BESIDE {
        assert_eq!(moved(flat(), |project| project.with(file, text)), [""; 0], "{file}");
    }
    for (file, text, piece) in [
        ("values-default.yaml", "name: other\n", "values/0"),
        ("web.checksum.yaml", "configChecksum: some\n", "values/1"),
        ("script.sh", "echo two\n", "set/0"),
        ("values.yaml", "replicas: 2\n", "chart/values.yaml"),
        ("README.md", "# other\n", "chart/README.md"),
    ] {
        assert_eq!(moved(flat(), |project| project.with(file, text)), [piece], "{file}");
    }
    let state = FLAT.replace("releases:\n", "# the releases\nreleases:\n");
    assert_eq!(moved(flat(), |project| project.with("helmfile.yaml.gotmpl", state.clone())), [""; 0]);
}

#[test]
fn a_listed_file_that_a_template_of_the_chart_reads_counts() {
    let edit = |project: Project| project.with("values-prod.yaml", "name: other\n");
    for (template, expected) in [
        ("a: {{ .Files.Get \"values-prod.yaml\" | quote }}\n", &["chart/values-prod.yaml"][..]),
        ("a: {{ .Files.Get \"values-test.yaml\" | quote }}\n", &[]),
        ("{{ (.Files.Glob \"values-*\").AsConfig }}\n", &["chart/values-prod.yaml"]),
        (
            "{{ range $name, $_ := .Files.Glob \"*\" }}{{ $.Files.Get $name }}{{ end }}\n",
            &["chart/values-prod.yaml"],
        ),
        ("{{ (.Files.Glob \"notes/*\").AsConfig }}\n", &[]),
    ] {
        let project = flat().with("templates/a.yaml", template);
        assert_eq!(moved(project, edit), expected, "{template}");
    }
    let helper = flat().with("charts/lib/Chart.yaml", "name: lib\nversion: 1.0.0\n");
    let helper =
        helper.with("charts/lib/templates/_a.tpl", "{{ define \"a\" }}{{ .Files.AsConfig }}{{ end }}\n");
    assert_eq!(moved(helper, edit), ["chart/values-prod.yaml"], "a library is given the files of its user");
    let values = flat().with("values-default.yaml", "text: '{{ .Files.Get \"values-prod.yaml\" }}'\n");
    assert_eq!(moved(values, edit), ["chart/values-prod.yaml"], "the chart may render its values");
}

#[test]
fn name_and_namespace_move_it() {
    let edit = |project| state(project, |text| text.replace("namespace: edge", "namespace: core"));
    assert_eq!(moved(web(), edit), ["release"]);
}

#[test]
fn what_only_says_how_to_deploy_moves_nothing() {
    let edit = |project| {
        state(project, |text| {
            text.replace("  labels:", "  wait: true\n  timeout: 600\n  atomic: true\n  needs: []\n  labels:")
        })
    };
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn the_state_of_another_release_moves_nothing() {
    let edit = |project| state(project, |text| format!("{text}- {{name: other, chart: ./chart}}\n"));
    assert_eq!(moved(web(), edit), [""; 0]);
}

#[test]
fn every_document_of_a_values_file_moves_it() {
    let edit = |project: Project| project.with("values/base.yaml", "replicas: 2\n---\nreplicas: 3\n");
    let project = || web().with("values/base.yaml", "replicas: 2\n");
    assert_eq!(moved(project(), edit), ["values/0"]);
    let contents = edit(project()).contents();
    assert_eq!(contents["values/0"], b"{\"replicas\":2}\n{\"replicas\":3}\n");
    for same in ["---\nreplicas: 2\n", "replicas: 2\n---\n# nothing\n", "replicas: 2\n---\n{}\n...\n"] {
        let edit = |project: Project| project.with("values/base.yaml", same);
        assert_eq!(moved(project(), edit), Vec::<String>::new(), "{same:?}");
    }
    let only = web().with("values/base.yaml", "{}\n---\nreplicas: 3\n").contents();
    assert_eq!(only["values/0"], b"{}\n{\"replicas\":3}\n");
}

#[test]
fn the_post_renderer_moves_it() {
    let project = |arguments: &str| {
        let project = web().with("render.sh", "#!/bin/sh\ncat\n");
        state(project, |text| {
            text.replace(
                "  labels:",
                &format!("  postRenderer: ./render.sh\n  postRendererArgs: [{arguments}]\n  labels:"),
            )
        })
    };
    let contents = project("\"{{ .Release.Name }}\"").contents();
    assert_eq!(contents["post-renderer"], b"[\"./render.sh\",\"web\"]\n");
    let edit = |project: Project| project.with("render.sh", "#!/bin/sh\nsed s/a/b/\n");
    assert_eq!(moved(project("x"), edit), ["post-renderer/program"]);
    assert_ne!(project("x").contents()["post-renderer"], project("y").contents()["post-renderer"]);
    assert_eq!(
        moved(web(), |_| project("x")),
        ["post-renderer", "post-renderer/program"],
        "and nothing else has moved"
    );
}

#[test]
fn the_plugin_of_a_post_renderer_moves_it_if_it_lies_in_the_project() {
    let project = |run: &str, folder: &str| {
        let plugin = "name: render\ntype: postrenderer/v1\n";
        let edit = |text: &str| text.replace("  labels:", "  postRenderer: ./hooks/render.sh\n  labels:");
        let project = state(web(), edit)
            .with("plugins/a/plugin.yaml", plugin.replace("postrenderer", "cli"))
            .with("plugins/b/plugin.yaml", plugin.replace("render\n", "other\n"))
            .with("plugins/c/plugin.yaml", plugin)
            .with("plugins/c/bin/run", run)
            .with("plugins/c/.git/index", run);
        let folder =
            if folder.is_empty() { project.root.join("plugins").into_string() } else { folder.to_owned() };
        project.variable("HELM_PLUGINS", &folder)
    };
    let edited = |folder: &str| moved(project("one", folder), |_| project("two", folder));
    for folder in ["", "plugins", "/nowhere:./plugins"] {
        assert_eq!(edited(folder), ["post-renderer/plugin/bin/run"], "{folder}");
    }
    assert_eq!(edited("/nowhere"), Vec::<String>::new());
    let outside = project("other", "");
    let outside = outside.root.join("plugins");
    let moved = moved(project("one", "/nowhere"), |_| project("one", outside.as_str()));
    assert_eq!(moved, Vec::<String>::new(), "one elsewhere does not count");
}

#[test]
fn what_helmfile_adds_moves_it() {
    let project = |more: &str| {
        let project = web()
            .with("patch.yaml.gotmpl", "# a patch\na: {{ .Values.replicas }}\n")
            .with("lib/Chart.yaml", "name: lib\nversion: 1.0.0\n");
        state(project, |text| text.replace("  labels:", &format!("{more}\n  labels:")))
    };
    let patched = || project("  strategicMergePatches: [patch.yaml.gotmpl, {b: 1}]");
    let contents = patched().contents();
    assert_eq!(
        contents["strategic-merge-patches/0"], b"{\"a\":2}\n{\"a\":2}\n",
        "it sees the release's values"
    );
    assert_eq!(contents["strategic-merge-patches/1"], b"{\"b\":1}\n{\"b\":1}\n");
    let edit =
        |project: Project| project.with("patch.yaml.gotmpl", "a:   {{ .Values.replicas }} # the number\n");
    assert_eq!(moved(patched(), edit), [""; 0]);
    let edit = |project: Project| project.with("patch.yaml.gotmpl", "a: 7\n");
    assert_eq!(moved(patched(), edit), ["strategic-merge-patches/0"]);
    for (more, pieces) in [
        ("  jsonPatches: [{target: {kind: X}, patch: []}]", &["json-patches/0"][..]),
        ("  transformers: [{a: 1}]", &["transformers/0"]),
        ("  forceNamespace: other", &["force-namespace"]),
        (
            "  dependencies: [{chart: ./lib, version: 1.0.0}]",
            &["dependencies/0", "dependencies/0/chart/Chart.yaml"],
        ),
        ("  dependencies: [{chart: stable/db, version: 1.0.0}]", &["dependencies/0"]),
    ] {
        assert_eq!(moved(web(), |_| project(more)), pieces, "{more}");
    }
}

#[test]
fn options_of_helm_move_it() {
    for more in
        ["apiVersions: [a/v1]", "kubeVersion: 1.30.0", "enableDNS: true", "devel: true", "reuseValues: true"]
    {
        let edit =
            |project| state(project, |text| text.replace("  labels:", &format!("  {more}\n  labels:")));
        assert_eq!(moved(web(), edit), ["options"], "{more}");
    }
    for key in ["args", "syncArgs", "templateArgs"] {
        let with = |options: &'static str| {
            move |project| state(project, |text| format!("helmDefaults: {{{key}: [{options}]}}\n{text}"))
        };
        assert_eq!(moved(web(), with("--set=x=1")), ["options"], "{key}");
        assert_eq!(moved(web(), with("--timeout=5m --wait")), [""; 0], "{key}");
        let named = moved(web(), with("--values values/base.yaml"));
        assert_eq!(named, ["args/values/0", "options"], "{key}");
    }
}

#[test]
fn time_mode_and_place_move_nothing() {
    let one = web();
    let other = web();
    for name in ["values/base.yaml", "chart/templates/deployment.yaml"] {
        let path = other.root.join(name);
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
        let file = fs_err::File::options().append(true).open(&path).expect("a file");
        file.file().set_modified(std::time::UNIX_EPOCH).expect("a time");
    }
    assert_ne!(one.root, other.root);
    assert_eq!(one.contents(), other.contents());
}

#[test]
fn a_directory_of_manifests_counts_with_its_rendered_templates() {
    let project = || {
        web()
            .without("chart/Chart.yaml")
            .with("chart/templates/cm.yaml.gotmpl", "name: {{ .Release.Name }}\nnone: {{ .Values.none }}\n")
    };
    assert_eq!(project().contents()["chart/templates/cm.yaml.gotmpl"], b"name: web\nnone: <no value>\n");
    let edit = |project: Project| project.with("chart/README.md", "# counts here\n");
    assert_eq!(moved(project(), edit), ["chart/README.md"]);
    let kustomization = |text: &str| project().with("chart/kustomization.yaml", text);
    let raw = kustomization("resources: [values.yaml]\n").contents();
    assert!(raw["chart/templates/cm.yaml.gotmpl"].starts_with(b"name: {{"), "kustomize sees it as it is");
    for text in [
        "resources: [../base]\n",
        "resources: ['https://example.org/x.yaml']\n",
        "patches: [{path: /etc/x}]\n",
    ] {
        assert!(kustomization(text).refusal().contains("hashes only what is in its directory"), "{text}");
    }
}

#[test]
fn a_packaged_chart_counts_by_its_bytes() {
    let project = || {
        let project = web().with("web-1.0.0.tgz", "one");
        state(project, |text| text.replace("chart: ./chart", "chart: ./web-1.0.0.tgz"))
    };
    assert_eq!(moved(project(), |project| project.with("web-1.0.0.tgz", "two")), ["chart"]);
}

/// Every row of the table in the manual names the tests that show it.
#[test]
fn the_table_in_the_manual_is_tested() {
    let root = env!("CARGO_MANIFEST_DIR");
    let manual = fs_err::read_to_string(format!("{root}/docs/sources.md")).expect("the manual");
    let tests = ["pieces.rs", "dependencies.rs"].map(|file| {
        fs_err::read_to_string(format!("{root}/tests/real/rendered/{file}")).expect("a file of tests")
    });
    let tests = tests.concat();
    let table = manual.split("### What moves it").nth(1).expect("the table");
    let rows: Vec<&str> = table
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert!(rows.len() >= 25, "{}", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_, moves, names] = cells[..] else { panic!("{row}") };
        assert!(["yes", "no"].contains(&moves), "{row}");
        for name in names.split(", ") {
            let name = name.trim_matches('`');
            assert!(tests.contains(&format!("\nfn {name}() {{")), "there is no test {name}");
        }
    }
}
