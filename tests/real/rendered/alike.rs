//! The objects that helmsum sees are those that `helmfile template` prints.

use helmsum::internals::rendered::{ObjectKind, Templates, template, templating};
use helmsum::internals::template::functions::registry;
use helmsum::internals::value::Value;
use helmsum::internals::yaml;

use super::project::Project;
use super::stand_in::{helmfile, tools};
use crate::support::{plugins, programs};

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const LIB: &str = "apiVersion: v2\nname: lib\nversion: 1.2.0\n";
const DUMP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Chart.Name }}}\ndata:\n  values: {{ .Values | toJson | quote }}\n  release: \"{{ .Release.Name }} {{ .Release.Namespace }} {{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.APIVersions.Has \"a/v1\" }}\"\n";

/// A state, and the files beside it.
type Case = (&'static str, &'static [(&'static str, &'static str)]);

const CASES: &[Case] = &[
    (
        "apiVersions: [a/v1]\nkubeVersion: 1.31.2\nreleases:\n- name: web\n  namespace: edge\n  chart: ./chart\n  values: [v.yaml, {a: {b: yes}}]\n  set: [{name: a.c, value: \"1\"}, {name: l, values: [x, {y: 1}]}]\n  setString: [{name: a.d, value: \"1\"}]\n",
        &[
            ("v.yaml", "a: {b: no, on: y}\nwhen: 2024-01-01\n"),
            ("chart/values.yaml", "of: the chart\na: {z: ~}\n"),
        ],
    ),
    (
        "releases:\n- {name: web, chart: ./chart, values: [{lib: {x: 1}, other: {x: 2}, extra: {enabled: false}, global: {g: 1}}]}\n",
        &[
            (
                "chart/Chart.yaml",
                "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- {name: lib, version: ~1.2, repository: 'file://../lib'}\n- {name: lib, version: 1.2.0, alias: other, repository: 'file://../lib'}\n- {name: extra, version: 1.0.0, repository: 'file://../libs/extra', condition: extra.enabled}\n",
            ),
            ("lib/Chart.yaml", LIB),
            ("lib/values.yaml", "x: 0\ny: 0\n"),
            (
                "lib/templates/dump.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 'lib-{{ .Values.x }}'}\ndata: {values: {{ .Values | toJson | quote }}}\n",
            ),
            ("libs/extra/Chart.yaml", "apiVersion: v2\nname: extra\nversion: 1.0.0\n"),
            ("libs/extra/templates/dump.yaml", DUMP),
        ],
    ),
    (
        "releases:\n- {name: web, chart: ./chart, skipDeps: true}\n",
        &[
            (
                "chart/Chart.yaml",
                "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- {name: lib, version: 1.2.0, repository: 'file://../lib'}\n",
            ),
            ("chart/charts/lib/Chart.yaml", LIB),
            ("chart/charts/lib/templates/dump.yaml", DUMP),
            ("lib/Chart.yaml", LIB),
            ("lib/templates/dump.yaml", "this: is not looked at\n"),
        ],
    ),
    (
        "releases:\n- {name: web, chart: ./chart}\n",
        &[
            ("chart/charts/lib/Chart.yaml", LIB),
            ("chart/charts/lib/templates/dump.yaml", DUMP),
            ("chart/charts/_no/templates/dump.yaml", DUMP),
            ("chart/.helmignore", "*.txt\nno/\n#\n"),
            ("chart/templates/_helpers.tpl", "{{ define \"a\" }}helped{{ end }}"),
            (
                "chart/templates/list.yaml",
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: of-a-list, namespace: other}\n  data: {values: '{{ include \"a\" . }}'}\n",
            ),
            ("chart/crds/x.yaml", "kind: CustomResourceDefinition\n"),
        ],
    ),
    (
        // Not references, and yet helmfile writes the values anew for them.
        "releases:\n- {name: web, chart: ./chart, values: [v.yaml, w.yaml, {a: {b: 'pref+erence'}}], set: [{name: s, value: ref+x}]}\n",
        &[
            (
                "v.yaml",
                "# ref+vault:// is how secrets are named here\nx: 010\nwhen: 2024-01-01\nt: yes\n---\nsecond: lost\n",
            ),
            ("w.yaml", "c: ref+no\nd: [1.50, 1e3, ~]\n"),
        ],
    ),
    (
        // References that need no account, relative to where helmfile works.
        "releases:\n- name: web\n  chart: ./chart\n  values:\n  - values/v.yaml\n  - values/w.yaml.gotmpl\n  - {a: {port: 'ref+file://conf/app.yaml#/db/port', all: 'ref+file://conf/app.yaml#/db'}, ref+file://conf/keys.yaml: {}}\n  set: [{name: s, value: 'ref+file://conf/list.txt'}, {name: l, values: [ref+echo://one/two, {y: 1}]}]\n  setString: [{name: p, value: 'x-ref+file://conf/app.yaml#/db/port'}]\n",
        &[
            (
                "values/v.yaml",
                "# helm reads this anew\nwhole: ref+file://conf/list.txt\nin: 'a ref+file://conf/app.yaml#/db/user+@secretref+echo://host'\nwhen: 2024-01-01\noctal: 010\nnone: ref+file://conf/app.yaml#/none\nlist: [ref+file://conf/app.yaml#/db/on, 'ref+envsubst://x/${HELMSUM_NOT_SET:-else}']\ncode: ref+file://conf/list.txt?encode=base64\n",
            ),
            (
                "values/w.yaml.gotmpl",
                "{{ expandSecretRefs (dict \"w\" \"ref+file://conf/app.yaml#/db\") | toYaml }}\nf: {{ fetchSecretValue \"a ref+echo://y/z\" | quote }}\n",
            ),
            ("conf/app.yaml", "db: {user: app, port: 5432, on: yes, ratio: 1e3, since: 2024-01-01}\n"),
            ("conf/list.txt", "a, {b}\n"),
            ("conf/keys.yaml", "merged: {x: 1}\nother: 010\n"),
        ],
    ),
    (
        "helmfiles: [sub/helmfile.yaml]\n",
        &[
            (
                "sub/helmfile.yaml",
                "releases: [{name: web, namespace: sub, chart: ../chart, values: [v.yaml, {t: 'ref+file://top.txt'}]}]\n",
            ),
            ("sub/v.yaml", "a: ref+file://top.txt\n"),
            ("top.txt", "at the top"),
            ("sub/top.txt", "beside it"),
        ],
    ),
    (
        // Several files at once: helmfile stays where it is.
        "helmfiles: [subs/*.yaml]\n",
        &[
            (
                "subs/a.yaml",
                "releases: [{name: web, chart: ../chart, values: [../values/v.yaml, {t: 'ref+file://top.txt'}]}]\n",
            ),
            ("subs/b.yaml", "releases: []\n"),
            ("values/v.yaml", "a: ref+file://top.txt\n"),
            ("top.txt", "at the top"),
            ("subs/top.txt", "beside it"),
            ("values/top.txt", "beside the values"),
        ],
    ),
    (
        // helm reads the first document and no further, whatever follows.
        "releases:\n- {name: web, chart: ./chart, values: [v.yaml, w.yaml]}\n",
        &[("v.yaml", "  a: 1\n  c: 3\nb: 2\n"), ("w.yaml", "{d: 4}\ne: 5\n")],
    ),
    (
        "helmDefaults: {postRendererArgs: [\"s/of the chart/of {{ .Release.Name }}/\"]}\nreleases:\n- {name: web, chart: ./chart, postRenderer: ./render.sh}\n",
        &[("chart/values.yaml", "text: of the chart\n"), ("render.sh", "#!/bin/sh\nexec sed \"$1\"\n")],
    ),
    (
        "releases:\n- {name: web, chart: ./chart, values: [v.yaml]}\n",
        &[("v.yaml", "# a comment\n---\na: 1\nb: {c: 1}\n---\nb: {d: 2}\n---\n---\ne: yes\n")],
    ),
    (
        "helmfiles: [sub/helmfile.yaml]\n",
        &[
            (
                "sub/helmfile.yaml",
                "releases: [{name: web, namespace: sub, chart: ../chart, values: [v.yaml.gotmpl]}]\n",
            ),
            ("sub/v.yaml.gotmpl", "file: {{ readFile \"v.txt\" }}\n"),
            ("sub/v.txt", "text"),
        ],
    ),
];

/// Namespace, name and data of every `ConfigMap` in a text, sorted.
fn printed(text: &str) -> Vec<String> {
    fn collect(manifest: &Value, found: &mut Vec<String>) {
        let Value::Map(map) = manifest else { return };
        if let Some(Value::List(items)) = map.get("items") {
            items.iter().for_each(|item| collect(item, found));
        }
        if map.get("kind").is_some_and(|kind| kind.as_str() == Some("ConfigMap")) {
            let Some(Value::Map(metadata)) = map.get("metadata") else { panic!("metadata") };
            let Some(Value::Map(data)) = map.get("data") else { panic!("data") };
            let name = metadata.get("name").expect("a name");
            let entries = data.entries();
            let entries =
                entries.iter().map(|(key, value)| format!("{key}={}", value.as_str().expect("a text")));
            found.push(format!(
                "{} {}",
                name.as_str().expect("a text"),
                entries.collect::<Vec<_>>().join(" ")
            ));
        }
    }
    let mut found = Vec::new();
    for node in yaml::parse(text.as_bytes(), &yaml::Limits::default()).expect("YAML") {
        collect(&node.decode_as_helm().expect("a manifest"), &mut found);
    }
    found.sort();
    found
}

fn ours(project: &Project) -> Vec<String> {
    let reading = project.read();
    let templating = templating(&reading.producer("web"), &mut Templates::new(&registry()))
        .unwrap_or_else(|problem| panic!("{problem}: {:?}", problem.hint));
    let objects = template(&templating).unwrap_or_else(|problem| panic!("{problem}"));
    let mut shown: Vec<String> = objects
        .iter()
        .filter(|object| object.kind != ObjectKind::Other)
        .map(|object| {
            let entries = object.data.iter().map(|piece| {
                let key = piece.name.strip_prefix("data/").expect("data");
                format!("{key}={}", String::from_utf8_lossy(&piece.bytes))
            });
            format!("{} {}", object.name, entries.collect::<Vec<_>>().join(" "))
        })
        .collect();
    shown.sort();
    shown
}

#[test]
fn objects_are_those_of_helmfile_template() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(tools) = tools() else { return };
    for (state, files) in CASES {
        let project = Project::new(&[
            ("helmfile.yaml", state),
            ("chart/Chart.yaml", CHART),
            ("chart/templates/dump.yaml", DUMP),
        ]);
        let mut project = files.iter().fold(project, |project, (name, content)| project.with(name, content));
        if files.iter().any(|(name, _)| *name == "render.sh") {
            let mode = std::fs::Permissions::from_mode(0o755);
            fs_err::set_permissions(project.root.join("render.sh"), mode).expect("a mode");
            if programs::helm_major() != 3 {
                let script = fs_err::read_to_string(project.root.join("render.sh")).expect("a script");
                let folder = project.root.join(".plugins");
                plugins::post_renderer(folder.as_std_path(), "render", &script);
                project = project.variable("HELM_PLUGINS", folder.as_str());
            }
        }
        let helm = tools.helm.to_str().expect("UTF-8").to_owned();
        project.helm = Some(helm.clone());
        // Before helmfile builds any dependency, and after it.
        let before = ours(&project);
        let theirs = printed(&helmfile(&project, &tools, &["-b", &helm, "template"]));
        assert!(!theirs.is_empty(), "{state}");
        assert_eq!(before, theirs, "{state}");
        assert_eq!(ours(&project), theirs, "once more, {state}");
    }
}
