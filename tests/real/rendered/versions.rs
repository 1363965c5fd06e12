//! Helm 3 and Helm 4 side by side: what they render for one release, and what of it differs. The table in `docs/sources.md` says
//! the same.

use helmsum::internals::rendered::{Templates, template, templating};
use helmsum::internals::template::functions::registry;

use super::project::Project;
use crate::support::programs::{self, HELM_3, HELM_4, HELMFILE};

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: \"1.10\"\n";
const SUB: &str = "dependencies:\n- {name: sub, version: 1.0.0}\n";
const STATE: &str = "releases: [{name: web, namespace: edge, chart: ./chart, values: [v.yaml]}]\n";

/// A `ConfigMap` with the results of actions, each as JSON.
fn dump(name: &str, actions: &[&str]) -> String {
    let line = |(number, action)| format!("  a{number}: {{{{ {action} | toJson | quote }}}}\n");
    let lines: String = actions.iter().enumerate().map(line).collect();
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n{lines}")
}

/// A project with one local chart.
fn project(chart: &str, template: &str, defaults: &str, values: &str) -> Project {
    Project::new(&[
        ("helmfile.yaml", STATE),
        ("chart/Chart.yaml", chart),
        ("chart/values.yaml", defaults),
        ("chart/templates/all.yaml", template),
        ("chart/files/crlf.txt", "a\r\nb\r\n"),
        ("chart/files/bom.txt", "\u{feff}bom"),
        ("v.yaml", values),
    ])
}

/// The data of all objects of the release, as each helm renders it.
fn rendered(project: &mut Project, helms: &[String; 2]) -> [Vec<String>; 2] {
    helms.each_ref().map(|helm| {
        project.helm = Some(helm.clone());
        let reading = project.read();
        let templating = templating(&reading.producer("web"), &mut Templates::new(&registry()));
        let objects = template(&templating.unwrap_or_else(|problem| panic!("{problem}")));
        let objects = objects.unwrap_or_else(|problem| panic!("{helm}: {problem}"));
        let mut shown: Vec<String> = objects
            .iter()
            .flat_map(|object| {
                object.data.iter().map(|piece| {
                    format!(
                        "{}/{} {}={}",
                        object.namespace,
                        object.name,
                        piece.name,
                        String::from_utf8_lossy(&piece.bytes)
                    )
                })
            })
            .collect();
        shown.sort();
        shown
    })
}

/// Helm 3 and Helm 4, where both are built.
fn helms() -> Option<[String; 2]> {
    let found = programs::find(&[&HELMFILE, &HELM_3, &HELM_4], &[])?;
    Some([&found[1], &found[2]].map(|path| path.to_str().expect("UTF-8").to_owned()))
}

#[test]
fn both_render_the_same_data() {
    let Some(helms) = helms() else { return };
    let actions = [
        ".Values",
        "toYaml .Values",
        "toToml .Values.map",
        "toYamlPretty .Values",
        ".Release",
        ".Template",
        ".Chart.Name",
        ".Chart.AppVersion",
        ".Chart.IsRoot",
        "(first .Chart.Dependencies).Name",
        "(first .Chart.Dependencies).Enabled",
        "(semver \"1.2.3-rc1\").Prerelease",
        ".Files.Get \"files/crlf.txt\"",
        ".Files.Get \"files/bom.txt\" | b64enc",
        "(.Files.Glob \"files/*.txt\").AsConfig",
        ".Files.Lines \"files/crlf.txt\"",
        "fromYaml \"a: {b: 010, c: 1_000, d: yes, e: 1e3}\"",
        "fromYamlArray \"[1, 2.0, on]\"",
        "fromYaml \"a: [\"",
        "fromJson \"{\\\"a\\\": 12345678901234567890, \\\"b\\\": 1.0}\"",
        "index .Values.list 6 | toString",
        "typeOf (index .Values.list 0)",
        "tpl \"{{ .Values.text | nindent 2 }}\" .",
        "mergeOverwrite (dict \"a\" (dict \"b\" 1)) (dict \"a\" (dict \"c\" nil))",
        "dig \"map\" \"b\" \"none\" (merge (dict) .Values)",
        ".Capabilities.APIVersions.Has \"apps/v1\"",
    ];
    let mut project = project(
        &format!("{CHART}{SUB}"),
        &dump("web", &actions),
        "map: {b: 1, c: null, d: {e: f}}\nlist: [1, 2.5, 1e3, 0x10, 010, 1.0, 12345678901234567890, yes]\non: off\ndate: 2024-01-01\ntext: |\n  a\n    b\ngone: {x: 1}\nsub: {m: {a: 2}}\nglobal: {g: top}\n",
        "map: {c: 2, d: null}\ngone: null\nsub: {x: null, m: {a: 5}}\nglobal: {g: given, i: 1}\nnew: {z: null}\n",
    )
    .with("chart/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n")
    .with("chart/charts/sub/values.yaml", "x: 1\nm: {a: 1, c: 3}\nglobal: {h: sub}\n")
    .with("chart/charts/sub/templates/all.yaml", dump("sub", &[".Values", ".Chart.Name"]));
    let [three, four] = rendered(&mut project, &helms);
    assert_eq!(three.len(), actions.len() + 2);
    assert_eq!(three, four);
}

#[test]
fn what_a_release_is_given_is_hashed_alike() {
    let Some(helms) = helms() else { return };
    let state = "releases: [{name: web, chart: ./chart, values: [v.yaml], postRenderer: ./render.sh}]\n";
    let mut project = project(CHART, &dump("web", &[".Capabilities"]), "a: ~\n", "a: 1\n---\na: 2\n")
        .with("helmfile.yaml", state)
        .with("render.sh", "#!/bin/sh\ncat\n");
    let [three, four] = helms.map(|helm| {
        project.helm = Some(helm);
        project.pieces().unwrap_or_else(|problem| panic!("{problem}"))
    });
    assert_eq!(three, four);
}

#[test]
fn they_differ_in_what_the_page_names() {
    let Some(helms) = helms() else { return };
    let data = |data: &str| vec![format!("edge/web data/a0={data}")];

    // Helm 4 merges all documents of a values file.
    let mut documents = project(CHART, &dump("web", &[".Values"]), "", "a: 1\n---\nb: 2\n");
    assert_eq!(rendered(&mut documents, &helms), [data("{\"a\":1}"), data("{\"a\":1,\"b\":2}")]);

    // A null that stands in a chart's own defaults, below `global`.
    let mut global =
        project(&format!("{CHART}{SUB}"), &dump("web", &[".Values.global"]), "global: {g: ~, h: 1}\n", "")
            .with("chart/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n");
    assert_eq!(rendered(&mut global, &helms), [data("{\"g\":null,\"h\":1}"), data("{\"h\":1}")]);

    // One in the defaults that a chart has for a chart in it: Helm 3 deletes the key with it.
    let mut nested = project(&format!("{CHART}{SUB}"), "", "sub: {m: {a: null}}\n", "")
        .with("chart/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n")
        .with("chart/charts/sub/values.yaml", "m: {a: 1, c: 3}\n")
        .with("chart/charts/sub/templates/all.yaml", dump("web", &[".Values.m"]));
    assert_eq!(rendered(&mut nested, &helms), [data("{\"c\":3}"), data("{\"a\":1,\"c\":3}")]);

    // The chart as a whole has other keys.
    let mut chart = project(CHART, &dump("web", &[".Chart"]), "", "");
    let [three, four] = rendered(&mut chart, &helms);
    assert!(three[0].contains("\"appVersion\":\"1.10\"") && four[0].contains("\"AppVersion\":\"1.10\""));

    // Its own version, and the Kubernetes it was built for.
    let versions = [".Capabilities.HelmVersion.Version", ".Capabilities.APIVersions"];
    let mut capabilities = project(CHART, &dump("web", &versions), "", "");
    let [three, four] = rendered(&mut capabilities, &helms);
    assert!(three[0].contains("\"v3.") && four[0].contains("\"v4."), "{three:?} {four:?}");
    assert_ne!(three[1], four[1]);
}

#[test]
fn the_helm_of_the_state_decides_what_a_post_renderer_is() {
    let state = "releases:\n- {name: web, chart: ./chart, postRenderer: ./hooks/render.sh}\n- {name: two, chart: ./chart, postRenderer: b.bash}\n- {name: path, chart: ./chart, postRenderer: ./hooks/render}\n";
    let given = |version: &str| {
        let script = format!("#!/bin/sh\necho \"$*\" >> asked\n{version}\n");
        let project = project(CHART, "", "", "").with("helm", script);
        let helm = project.root.join("helm");
        fs_err::set_permissions(&helm, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a mode");
        let project = project.with("helmfile.yaml", format!("helmBinary: {helm}\n{state}"));
        let reading = project.read();
        let renderer = |name| {
            let templating = templating(&reading.producer(name), &mut Templates::new(&registry()))
                .map_err(|problem| format!("{problem}; {}", problem.hint.as_deref().unwrap_or_default()))?;
            let arguments = templating.arguments();
            let at = arguments.iter().position(|argument| argument == "--post-renderer").expect("the option");
            Ok::<String, String>(arguments[at + 1].clone())
        };
        let given = ["web", "two", "path"].map(renderer);
        (given, fs_err::read_to_string(project.root.join("asked")).unwrap_or_default())
    };
    let all = |given: [&str; 3]| given.map(|text| Ok(text.to_owned()));
    let asked = "version --short\n".to_owned();
    let programs = all(["./hooks/render.sh", "b.bash", "./hooks/render"]);
    assert_eq!(given("echo v3.22.0+g0000000"), (programs, asked.clone()));
    for version in ["v4.3.2", "4.0.0-rc.1"] {
        let plugins = all(["render", "b", "./hooks/render"]);
        assert_eq!(given(&format!("echo {version}")), (plugins, asked.clone()), "once, {version}");
    }
    for (script, said) in [("exit 1", "failed (exit status: 1)"), ("echo helm", "names no version")] {
        let ([first, _, other], _) = given(script);
        let first = first.expect_err(script);
        assert!(
            first.contains("release `web`") && first.contains(said) && first.contains("helmfile asks"),
            "{first}"
        );
        assert_eq!(other.as_deref(), Ok("./hooks/render"), "helm is not asked where it does not matter");
    }
}

#[test]
fn a_plugin_that_is_not_there_is_named() {
    let Some([_, four]) = helms() else { return };
    let state = "releases: [{name: web, chart: ./chart, postRenderer: ./hooks/add-labels.sh}]\n";
    let mut project = project(CHART, &dump("web", &[".Values"]), "", "").with("helmfile.yaml", state);
    project.helm = Some(four);
    let reading = project.read();
    let templating =
        templating(&reading.producer("web"), &mut Templates::new(&registry())).expect("arguments");
    let problem = template(&templating).expect_err("there is no such plugin");
    assert!(problem.to_string().contains("does not find a plugin `add-labels`"), "{problem}");
    assert!(problem.hint.as_deref().is_some_and(|hint| hint.contains("`postrenderer/v1`")), "{problem:?}");
}
