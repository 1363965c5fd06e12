//! What helm makes of a release, with the real helm.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use helmsum::internals::diagnostic::Diagnostic;
use helmsum::internals::rendered::{Object, ObjectKind, Producer, Templates, template, templating, unstable};
use helmsum::internals::state::Request;
use helmsum::internals::template::functions::registry;
use helmsum::internals::tree::{Overlay, WorkTree};

use super::project::{Project, Reading, said};
use super::stand_in::{Then, calls, stand_in, tools, with_secrets_plugin};
use crate::support::full_name;

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config\n  labels: {chart: \"{{ .Chart.Version }}\"}\ndata:\n  values: {{ .Values | toJson | quote }}\n";
const STATE: &str = "releases:\n- {name: web, namespace: edge, chart: ./chart, values: [v.yaml]}\n";

fn web() -> Project {
    Project::new(&[
        ("helmfile.yaml", STATE),
        ("chart/Chart.yaml", CHART),
        ("chart/templates/config.yaml", CONFIG),
        ("v.yaml", "a: 1\n"),
    ])
}

/// A project whose helm is the real one, which is written down, or nothing.
fn with_helm(mut project: Project) -> Option<Project> {
    let tools = tools()?;
    project.helm = Some(stand_in(&project, &tools, Then::Render).into_string());
    Some(project)
}

fn rendered(reading: &Reading) -> Result<Vec<Object>, Diagnostic> {
    let mut objects = template(&templating(&reading.producer("web"), &mut Templates::new(&registry()))?)?;
    objects.retain(|object| object.kind != ObjectKind::Other);
    Ok(objects)
}

/// The `ConfigMap`s and `Secret`s of the release `web`, each as a line.
fn objects(project: &Project) -> Vec<String> {
    let objects = rendered(&project.read()).unwrap_or_else(|problem| panic!("{}", said(&problem)));
    objects.iter().map(shown).collect()
}

fn shown(object: &Object) -> String {
    let data = object
        .data
        .iter()
        .map(|piece| format!("{}={}", piece.name, String::from_utf8(piece.bytes.clone()).expect("UTF-8")));
    let data: Vec<String> = data.collect();
    format!("{} {}/{}: {}", object.kind.name(), object.namespace, object.name, data.join(" "))
}

fn refusal(project: &Project) -> String {
    said(&rendered(&project.read()).expect_err("it cannot be rendered"))
}

#[test]
fn data_of_objects_is_what_helm_renders() {
    let Some(project) = with_helm(web()) else { return };
    let config = |data: &str| vec![format!("ConfigMap edge/config: data/values={data}")];
    assert_eq!(objects(&project), config("{\"a\":1}"));
    let project = project.with("v.yaml", "b: yes # a comment\n");
    assert_eq!(objects(&project), config("{\"b\":true}"));
    let project = project.with("chart/Chart.yaml", CHART.replace("1.0.0", "2.0.0"));
    assert_eq!(objects(&project), config("{\"b\":true}"), "a chart bump is no change of data");
}

#[test]
fn values_lie_where_nobody_else_can_read_them_and_not_for_long() {
    let Some(project) = with_helm(web()) else { return };
    objects(&project);
    let [call] = &calls(&project)[..] else { panic!("one call") };
    // A file in a folder, or one in memory that only processes of the same user can open.
    assert_eq!(call.modes.len(), 2);
    assert!(call.modes.iter().all(|mode| mode.ends_with("00")), "{:?}", call.modes);
    assert_eq!(call.values, ["a: 1\n"]);
    let project = project.with("chart/templates/config.yaml", "{{ fail \"no\" }}");
    refusal(&project);
    let left = std::fs::read_dir(std::env::temp_dir()).expect("a folder").filter(|entry| {
        let path = entry.as_ref().expect("an entry").path();
        fs_err::read_to_string(path.join("values-0.yaml")).is_ok_and(|text| text.contains("a: 1"))
    });
    assert_eq!(left.count(), 0);
}

#[test]
fn what_helm_says_is_not_repeated_for_it_may_hold_values() {
    let Some(project) = with_helm(web().with("v.yaml", "password: marker-4711\n")) else { return };
    let schema = r#"{"type": "object", "properties": {"password": {"type": "integer"}}}"#;
    for (template, schema, told) in [
        ("{{ fail .Values.password }}", "{}", "`web/templates/a.yaml:1:"),
        ("{{ required .Values.password nil }}", "{}", "`web/templates/a.yaml:1:"),
        ("a: [{{ .Values.password }}", "{}", "what `web/templates/a.yaml` gives is not YAML"),
        (
            "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {{ .Values.password }}: x: y",
            "{}",
            "what `web/templates/a.yaml` gives is not YAML",
        ),
        ("\n {{ .Values.password.missing.deep }}", "{}", "`web/templates/a.yaml:2:"),
        ("{{ .Values.gone.deep }}", "{}", "`web/templates/a.yaml:1:"),
        ("{{ include .Values.password . }}", "{}", "`web/templates/a.yaml:1:"),
        ("a: 1", schema, "its values do not fit the schema of the chart `web`"),
    ] {
        let project = Project::new(&[
            ("helmfile.yaml", STATE),
            ("chart/Chart.yaml", CHART),
            ("chart/values.schema.json", schema),
            ("chart/templates/a.yaml", template),
            ("v.yaml", "password: marker-4711\n"),
        ]);
        let Some(project) = with_helm(project) else { return };
        let said = refusal(&project);
        assert!(!said.contains("marker-4711"), "{said}");
        assert!(said.contains("release `edge/web`: helm cannot render it"), "{said}");
        assert!(said.contains(told), "{template}: {said}");
    }
    assert!(
        refusal(&project.with("chart/templates/config.yaml", "\n{{ fail \"x\" }}")).contains("config.yaml:2")
    );
}

#[test]
fn secrets_are_decrypted_and_marked() {
    let state = "releases:\n- {name: web, namespace: edge, chart: ./chart, secrets: [s.yaml, {inline: x}]}\n";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: \"{{ .Values.password }}\"}\ndata: {b: {{ .Values.password | b64enc }}}\n";
    let project = with_secrets_plugin(web())
        .with("helmfile.yaml", state.replace(", {inline: x}", ""))
        .with("s.yaml", "cGFzc3dvcmQ6IG9uZQo=")
        .with("chart/templates/secret.yaml", secret);
    let Some(project) = with_helm(project) else { return };
    let found = rendered(&project.read()).expect("it renders");
    let secret = found.iter().find(|object| object.kind == ObjectKind::Secret).expect("a secret");
    assert_eq!(shown(secret), "Secret edge/s: data/b=one stringData/p=one");
    assert!(secret.data.iter().all(|piece| piece.secret));
}

#[test]
fn a_dependency_in_a_directory_is_rendered_as_it_is_now() {
    let chart =
        format!("{CHART}dependencies:\n- {{name: lib, version: 1.0.0, repository: 'file://../lib'}}\n");
    let project = web()
        .with("chart/Chart.yaml", chart)
        .with("chart/charts/lib-1.0.0.tgz", "what an earlier build has left")
        .with("lib/Chart.yaml", CHART.replace("web", "lib"))
        .with("lib/templates/a.yaml", CONFIG.replace("name: config", "name: lib"));
    let Some(project) = with_helm(project) else { return };
    assert_eq!(
        objects(&project),
        [
            "ConfigMap edge/lib: data/values={\"global\":{}}",
            "ConfigMap edge/config: data/values={\"a\":1,\"lib\":{\"global\":{}}}"
        ]
    );
    assert!(!project.contents().contains_key("chart/charts/lib-1.0.0.tgz"));
    assert!(project.contents().contains_key("chart-dependency/lib/templates/a.yaml"));
}

#[test]
fn rules_of_a_chart_do_not_reach_into_a_packed_dependency() {
    let chart =
        format!("{CHART}dependencies:\n- {{name: lib, version: 1.0.0, repository: 'file://../lib'}}\n");
    let config = CONFIG.replace("{{ .Values | toJson | quote }}", "{{ .Files.Get \"x.txt\" | quote }}");
    let project = web()
        .with("chart/Chart.yaml", chart)
        .with("chart/.helmignore", "*.txt\nignored.yaml\n")
        .with("chart/x.txt", "of the chart")
        .with("chart/templates/config.yaml", &config)
        .with("chart/templates/ignored.yaml", "no: yaml: at all")
        .with("lib/Chart.yaml", CHART.replace("web", "lib"))
        .with("lib/x.txt", "of the library")
        .with("lib/templates/ignored.yaml", config.replace("name: config", "name: lib"));
    let Some(project) = with_helm(project) else { return };
    assert_eq!(
        objects(&project),
        ["ConfigMap edge/lib: data/values=of the library", "ConfigMap edge/config: data/values="]
    );
}

#[test]
fn a_dependency_that_would_be_downloaded_is_refused_with_the_command() {
    let chart = format!(
        "{CHART}dependencies:\n- {{name: db, version: 1.0.0, repository: 'https://charts.example.org'}}\n"
    );
    let Some(project) = with_helm(web().with("chart/Chart.yaml", chart)) else { return };
    let said = refusal(&project);
    assert!(said.contains("depends on `db`") && said.contains("run `helm dependency build "), "{said}");
    let project = project.with("chart/charts/db/Chart.yaml", CHART.replace("web", "db"));
    assert_eq!(objects(&project).len(), 1);
}

#[test]
fn a_target_that_is_not_written_yet_is_rendered_as_it_will_be() {
    let state = "releases:\n- {name: web, chart: ./chart, values: [checksum.yaml]}\n";
    let project = web().with("helmfile.yaml", state).with("checksum.yaml", "configChecksum: old\n");
    let Some(project) = with_helm(project) else { return };
    let Reading { request, resolved } = project.read();
    let mut tree = Overlay::new(Arc::new(WorkTree));
    tree.insert(&project.root.join("checksum.yaml"), *b"configChecksum: new\n");
    let request = Request { tree: Arc::new(tree), ..request };
    let (visit, release) = (&resolved.visits[0], &resolved.visits[0].releases[0]);
    let producer = Producer { request: &request, visit, release };
    let objects =
        template(&templating(&producer, &mut Templates::new(&registry())).expect("it can be rendered"))
            .expect("it renders");
    assert_eq!(shown(&objects[0]), "ConfigMap /config: data/values={\"configChecksum\":\"new\"}");
}

#[test]
fn a_chart_with_files_that_are_not_written_yet_is_copied() {
    let Some(project) = with_helm(web()) else { return };
    let Reading { request, resolved } = project.read();
    let mut tree = Overlay::new(Arc::new(WorkTree));
    tree.insert(&project.root.join("chart/values.yaml"), *b"of: the overlay\n");
    let request = Request { tree: Arc::new(tree), ..request };
    let (visit, release) = (&resolved.visits[0], &resolved.visits[0].releases[0]);
    let producer = Producer { request: &request, visit, release };
    let objects =
        template(&templating(&producer, &mut Templates::new(&registry())).expect("it can be rendered"))
            .expect("it renders");
    assert_eq!(shown(&objects[0]), "ConfigMap edge/config: data/values={\"a\":1,\"of\":\"the overlay\"}");
}

#[test]
fn random_data_is_named_by_its_key() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: {{ randAlphaNum 30 }}, user: a}\n";
    let Some(project) = with_helm(web().with("chart/templates/s.yaml", secret)) else { return };
    let reading = project.read();
    let found = unstable(&rendered(&reading).expect("it renders"), &rendered(&reading).expect("it renders"));
    let [found] = &found[..] else { panic!("{found:?}") };
    assert_eq!((found.kind, found.name.as_str()), (ObjectKind::Secret, "s"));
    assert_eq!(found.keys.iter().collect::<Vec<_>>(), ["stringData/p"]);
}

#[test]
fn what_helmfile_makes_a_chart_of_is_refused_with_the_way_out() {
    for (body, key) in [
        ("  jsonPatches: [{target: {kind: X}, patch: []}]\n", "`jsonPatches`"),
        ("  strategicMergePatches: [{a: 1}]\n", "`strategicMergePatches`"),
        ("  transformers: [{a: 1}]\n", "`transformers`"),
        ("  forceNamespace: x\n", "`forceNamespace`"),
        ("  dependencies: [{chart: ./lib}]\n", "`dependencies`"),
    ] {
        let project =
            web().with("helmfile.yaml", format!("releases:\n- name: web\n  chart: ./chart\n{body}"));
        let said = refusal(&project);
        assert!(said.contains(key) && said.contains("`release:`"), "{said}");
    }
    let said = refusal(&web().without("chart/Chart.yaml"));
    assert!(said.contains("no `Chart.yaml`") && said.contains("`release:`"), "{said}");
    let state = "helmDefaults: {templateArgs: [--dry-run=server]}\nreleases: [{name: web, chart: ./chart}]\n";
    let said = refusal(&web().with("helmfile.yaml", state));
    assert!(said.contains("`--dry-run=server`") && said.contains("cluster"), "{said}");
}

#[test]
fn a_chart_in_no_cache_is_refused_with_the_command_that_fetches_it() {
    let state = |version: &str| {
        format!(
            "repositories: [{{name: r, url: 'https://x.example.org'}}]\nreleases: [{{name: web, chart: r/web, version: '{version}'}}]\n"
        )
    };
    // A repository that helm has not is added by helmfile first; its index then says whether it has the chart.
    let said = refusal(&web().with("helmfile.yaml", state("1.2.3")));
    assert!(
        said.contains("helm has never fetched the repository `r`") && said.contains("run `helmfile repos`"),
        "{said}"
    );
    let undeclared = "releases: [{name: web, chart: r/web, version: 1.2.3}]\n";
    assert!(refusal(&web().with("helmfile.yaml", undeclared)).contains("run `helm repo add r URL`"));
    let fetched = web().with("helmfile.yaml", state("1.2.3")).with("cache/r-index.yaml", "entries: {}\n");
    let cache = fetched.root.join("cache");
    let said = refusal(&fetched.variable("HELM_REPOSITORY_CACHE", cache.as_str()));
    assert!(
        said.contains("does not know its chart") && said.contains("helm pull r/web --version 1.2.3"),
        "{said}"
    );
    let said = refusal(&web().with("helmfile.yaml", state("~1.2")));
    assert!(said.contains("`~1.2`") && said.contains("helmfile deps"), "{said}");
    let oci = "releases: [{name: web, chart: 'oci://r.example.org/web', version: 1.2.3}]\n";
    let said = refusal(&web().with("helmfile.yaml", oci));
    assert!(said.contains("helmfile's cache") && said.contains("helmfile template -l name=web"), "{said}");
}

#[test]
fn a_chart_in_the_cache_of_helm_is_taken_if_the_index_says_that_it_is_the_one() {
    let Some(tools) = tools() else { return };
    let state = "repositories: [{name: r, url: 'https://x.example.org'}]\nreleases: [{name: web, chart: r/web, version: 1.0.0}]\n";
    let Some(project) = with_helm(web().with("helmfile.yaml", state)) else { return };
    let cache = project.root.join("cache");
    fs_err::create_dir(&cache).expect("a folder");
    let project = project.variable("HELM_REPOSITORY_CACHE", cache.as_str());
    for arguments in [["package", "chart", "--destination", "cache"], ["repo", "index", "cache", "--debug"]] {
        let status = std::process::Command::new(&tools.helm)
            .args(arguments)
            .current_dir(&project.root)
            .env("HOME", project.root.join(".home"))
            .output()
            .expect("helm runs");
        assert!(status.status.success());
    }
    fs_err::rename(cache.join("index.yaml"), cache.join("r-index.yaml")).expect("an index");
    assert_eq!(objects(&project), ["ConfigMap /config: data/values={}"]);
    let project = project.with("cache/web-1.0.0.tgz", "another chart of that name");
    assert!(refusal(&project).contains("is not the chart `r/web`"));
}

#[test]
fn a_chart_that_helmfile_pulled_is_taken_from_its_cache() {
    let state = "releases: [{name: web, chart: 'oci://r.example.org/charts/web', version: 1.0.0}]\n";
    let project = web()
        .with("helmfile.yaml", state)
        .with("cache/oci__r_example_org/charts/web/1.0.0/web/Chart.yaml", CHART)
        .with("cache/oci__r_example_org/charts/web/1.0.0/web/templates/c.yaml", CONFIG);
    let cache = project.root.join("cache");
    let Some(project) = with_helm(project.variable("HELMFILE_CACHE_HOME", cache.as_str())) else { return };
    assert_eq!(objects(&project), ["ConfigMap /config: data/values={}"]);
}

#[test]
fn a_signal_ends_a_rendering_with_its_helm_and_leaves_no_values() {
    let mut project = web()
        .with("bin/helm", "#!/bin/sh\nfor last; do :; done\nprintf '%s' $$ > pid\nprintf '%s' \"$last\" > values\nexec sleep 600\n");
    let helm = project.root.join("bin/helm");
    fs_err::set_permissions(&helm, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    project.helm = Some(helm.into_string());
    let test = std::env::current_exe().expect("this program");
    let mut child = std::process::Command::new(test)
        .args(["--exact", &full_name(module_path!(), "renders_in_a_process_of_its_own")])
        .args(["--ignored", "--nocapture"])
        .env("HELMSUM_TEST_PROJECT", &project.root)
        .spawn()
        .expect("this program runs");
    let named = || fs_err::read_to_string(project.root.join("values")).unwrap_or_default();
    let begun = std::time::Instant::now();
    while named().is_empty() {
        assert!(begun.elapsed().as_secs() < 60, "helm was never called");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let values = std::path::PathBuf::from(named());
    assert!(values.exists());
    let kill = |arguments: &[&str]| {
        let mut kill = std::process::Command::new("kill");
        kill.args(arguments).stderr(std::process::Stdio::null()).status().expect("kill runs").success()
    };
    let helm = fs_err::read_to_string(project.root.join("pid")).expect("the number of helm's process");
    assert!(kill(&["-0", &helm]) && kill(&["-TERM", &child.id().to_string()]));
    let status = child.wait().expect("a child");
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15), "{status}");
    assert!(!kill(&["-0", &helm]), "helm has ended with it");
    assert!(!values.exists());
}

/// Not a test: what the one above starts.
#[test]
#[ignore = "it is started by another test"]
fn renders_in_a_process_of_its_own() {
    let root = std::env::var("HELMSUM_TEST_PROJECT").expect("a project");
    let mut request = Request::new(Arc::new(WorkTree), root.as_str(), std::env::vars().collect());
    request.options.helm_binary = Some(format!("{root}/bin/helm"));
    let resolved = helmsum::internals::state::read(&request).expect("a state");
    let (visit, release) = (&resolved.visits[0], &resolved.visits[0].releases[0]);
    let producer = Producer { request: &request, visit, release };
    let _ = template(&templating(&producer, &mut Templates::new(&registry())).expect("it can be rendered"));
}
