//! `helm template` is called as helmfile calls it: the same arguments, working directory and values.

use helmsum::internals::rendered::{Templates, templating, values};
use helmsum::internals::template::functions::registry;

use super::project::Project;
use super::stand_in::{Call, Then, Tools, calls, helmfile, stand_in, tools, with_secrets_plugin};

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

/// helmfile's options, and the files of a project with a chart in `chart`.
type Case = (&'static [&'static str], &'static [(&'static str, &'static str)]);

const CASES: &[Case] = &[
    (&[], &[("helmfile.yaml", "releases: [{name: web, chart: ./chart}]\n")]),
    (
        &[],
        &[(
            "helmfile.yaml",
            "releases: [{name: web, chart: chart/../chart/, namespace: edge, version: 1.0.0}]\n",
        )],
    ),
    (
        &[],
        &[(
            "helmfile.yaml",
            "apiVersions: [top/v1]\nkubeVersion: 1.30.0\nreleases:\n- name: web\n  chart: ./chart\n  enableDNS: true\n  devel: true\n  plainHttp: true\n  insecureSkipTLSVerify: true\n  skipSchemaValidation: true\n  postRenderer: ./render.sh\n  postRendererArgs: [\"{{ .Release.Name }}\", \"\", --x=1]\n  apiVersions: [own/v1, own/v2]\n- name: other\n  chart: ./chart\n  insecureSkipTLSVerify: true\n  kubeVersion: 1.29.1\n  adopt: [a/b, c]\n",
        )],
    ),
    (
        &[],
        &[(
            "helmfile.yaml",
            "helmDefaults:\n  enableDNS: true\n  devel: true\n  plainHttp: true\n  insecureSkipTLSVerify: true\n  skipSchemaValidation: true\n  postRenderer: render\n  postRendererArgs: [\"{{ .Release.Namespace }}-{{ .Release.Labels.name }}\", \"{{ .Values | len }}\"]\n  args: [\"--debug --set=x=1\", \"--set y=2\", stray]\n  templateArgs: [\"--include-crds\", \"--skip-tests\"]\n  kubeContext: defaults\nreleases:\n- {name: web, chart: ./chart, namespace: edge}\n- {name: no, chart: ./chart, enableDNS: false, devel: false, skipSchemaValidation: false, postRenderer: own, kubeContext: mine}\n",
        )],
    ),
    (
        &[],
        &[(
            "helmfile.yaml",
            "helmDefaults: {postRenderer: ../hooks/x.y.bash, postRendererArgs: [a]}\nreleases:\n- {name: web, chart: ./chart}\n- {name: path, chart: ./chart, postRenderer: ./hooks/render}\n- {name: absolute, chart: ./chart, postRenderer: /opt/add.sh}\n- {name: twice, chart: ./chart, postRenderer: a.sh.bash}\n- {name: bare, chart: ./chart, postRenderer: hooks/.sh}\n",
        )],
    ),
    (
        &["-e", "prod"],
        &[(
            "helmfile.yaml",
            "environments:\n  prod: {kubeContext: of-environment}\n---\nreleases:\n- {name: web, chart: ./chart}\n- {name: own, chart: ./chart, kubeContext: mine}\n",
        )],
    ),
    (
        &["-n", "given", "--kube-context", "given-context"],
        &[("helmfile.yaml", "releases:\n- {name: web, chart: ./chart, namespace: own, values: [{a: 1}]}\n")],
    ),
    (
        &[],
        &[
            (
                "helmfile.yaml",
                "releases:\n- name: web\n  chart: ./chart\n  setTemplate:\n  - {name: t, value: \"{{ .Release.Name }}\"}\n  set:\n  - {name: a.b, value: \"1,{2}\"}\n  - {name: l, values: [x, \"y,z\", 3, 1.5, true, null, {k: \"<v>\"}]}\n  - {name: f, file: files/../files/f.txt}\n  - {name: \"k\\\\.d\", value: \"\"}\n  - {name: both, value: v, file: f}\n  setString:\n  - {name: s, value: \"007\"}\n  - {name: m, values: [\"1\", 2]}\n  - {name: ignored, file: x}\n  env:\n  - {name: e, value: HELMSUM_TEST_E}\n  - {name: g, value: HELMSUM_TEST_E}\n",
            ),
            ("files/f.txt", "text\n"),
        ],
    ),
    (
        &[],
        &[
            (
                "helmfile.yaml",
                "missingFileHandler: Warn\nreleases:\n- name: web\n  chart: ./chart\n  labels: {tier: front}\n  valuesPathPrefix: v/\n  valuesTemplate:\n  - first: \"{{ .Release.Name }}\"\n  values:\n  - a.yaml\n  - none.yaml\n  - b.yaml.gotmpl\n  - g?.yaml\n  - empty.yaml\n  - on: yes\n    \"y\": \"no\"\n    date: 2024-01-01\n    num: 1.0\n    big: 1e3\n    oct: 0o17\n    text: |\n      two\n      lines\n    list: [1, [2], {a: {b: c}}]\n    empty: {}\n",
            ),
            ("v/a.yaml", "# comment\nyes: on\n---\nsecond: document\n"),
            ("v/b.yaml.gotmpl", "{{ range $k, $v := .Release.Labels }}{{ $k }}: {{ $v | quote }}\n{{ end }}"),
            ("v/g1.yaml", "g: 1\n"),
            ("v/empty.yaml", ""),
        ],
    ),
    (
        &[],
        &[
            (
                "helmfile.d/a.yaml",
                "releases: [{name: web, chart: ../chart, set: [{name: f, file: f.txt}]}]\n",
            ),
            ("helmfile.d/b.yaml", "releases: [{name: two, chart: ../chart, values: [v/x.yml]}]\n"),
            ("helmfile.d/v/x.yml", "x: 1\n"),
            ("helmfile.d/f.txt", "text\n"),
        ],
    ),
    (
        &[],
        &[
            (
                "helmfile.yaml",
                "helmfiles:\n- {path: sub/helmfile.yaml, values: [{ns: passed}]}\nreleases: [{name: top, chart: ./chart}]\n",
            ),
            (
                "sub/helmfile.yaml",
                "releases: [{name: web, chart: ../chart, namespace: '{{ .Values.ns }}'}, {name: near, chart: near}]\n",
            ),
            ("sub/near/Chart.yaml", CHART),
        ],
    ),
    (
        &[],
        &[
            ("helmfile.yaml", "releases: [{name: web, chart: charts/web}, {name: deep, chart: a/b/c/d}]\n"),
            ("charts/web/Chart.yaml", CHART),
            ("a/b/c/d/Chart.yaml", CHART),
        ],
    ),
    (
        &[],
        &[
            (
                "helmfile.yaml",
                "releases:\n- name: web\n  chart: ./chart\n  values: [{a: 1}]\n  secrets: [s.yaml, t.yaml.gotmpl]\n",
            ),
            // `password: one` and `name: {{ .Release.Name }}`.
            ("s.yaml", "cGFzc3dvcmQ6IG9uZQo="),
            ("t.yaml.gotmpl", "bmFtZToge3sgLlJlbGVhc2UuTmFtZSB9fQo="),
        ],
    ),
];

/// The calls that helmsum would make, in the order of the state.
fn ours(project: &Project, options: &[&str]) -> Vec<Call> {
    let reading = project.read_with(options);
    let mut calls = Vec::new();
    for visit in &reading.resolved.visits {
        for release in &visit.releases {
            let producer =
                helmsum::internals::rendered::Producer { request: &reading.request, visit, release };
            let told = |problem: helmsum::internals::diagnostic::Diagnostic| -> ! {
                panic!("{problem}: {:?}", problem.hint)
            };
            let templating = templating(&producer, &mut Templates::new(&registry()))
                .unwrap_or_else(|problem| told(problem));
            let given =
                values(&producer, &mut Templates::new(&registry())).unwrap_or_else(|problem| told(problem));
            let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
            calls.push(Call {
                arguments: templating.arguments(),
                directory: visit.working_directory.to_string(),
                values: given.into_iter().map(|given| text(given.bytes)).collect(),
                modes: Vec::new(),
            });
        }
    }
    calls
}

fn theirs(project: &Project, tools: &Tools, options: &[&str]) -> Vec<Call> {
    let helm = stand_in(project, tools, Then::Stop);
    let arguments: Vec<&str> =
        ["-b", helm.as_str()].iter().chain(options).copied().chain(["template"]).collect();
    helmfile(project, tools, &arguments);
    let mut calls = calls(project);
    for call in &mut calls {
        call.modes.clear();
    }
    calls
}

#[test]
fn helm_is_called_as_helmfile_calls_it() {
    let Some(tools) = tools() else { return };
    for (options, files) in CASES {
        let project = with_secrets_plugin(Project::new(&[("chart/Chart.yaml", CHART)]));
        let project = files.iter().fold(project, |project, (name, content)| project.with(name, content));
        let mut project = project.variable("HELMSUM_TEST_E", "a=b,{c}");
        let theirs = theirs(&project, &tools, options);
        project.helm = Some(project.root.join(".bin/helm").into_string());
        assert!(!theirs.is_empty(), "{files:?}");
        assert_eq!(ours(&project, options), theirs, "{options:?} {files:?}");
    }
}
