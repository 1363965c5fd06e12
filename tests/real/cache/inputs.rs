//! Each input of helm's, changed on its own.

use std::path::PathBuf;

use fs_err as fs;

use super::SOURCE;
use crate::kinds::project::Project;
use crate::support::programs;

/// A project whose producer is given something of every kind.
fn project() -> Option<Project> {
    let project = Project::new(SOURCE)?;
    project.write("more.yaml", "more: 1\n");
    project.write("set.txt", "one\n");
    project.edit(
        "helmfile.yaml",
        "    chart: ./charts/apis\n    values: [apis.yaml]\n",
        "    chart: ./charts/apis\n    kubeVersion: v1.30.0\n    apiVersions: [example.org/v1]\n    values: [apis.yaml, {inline: 1}]\n    \
         set:\n      - {name: a, value: b}\n      - {name: file, file: set.txt}\n",
    );
    project.write(
        "helmfile.yaml",
        &format!("helmDefaults:\n  args: [--values=more.yaml]\n{}", project.read("helmfile.yaml")),
    );
    project.write("charts/apis/values.yaml", "own: 1\n");
    project.write("charts/apis/files/data.txt", "data\n");
    project.write("charts/apis/.helmignore", "*.md\n");
    project.write("charts/apis/README.md", "ignored\n");
    project.write("charts/apis/crds/a.yaml", "a: 1\n");
    project.write("charts/apis/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n");
    project.write("charts/apis/charts/sub/values.yaml", "x: 1\n");
    Some(project)
}

/// Says that a change of a file makes helm render, and that taking it back does not.
#[track_caller]
fn misses(project: &Project, file: &str, from: &str, to: &str) {
    let before = project.read(file);
    project.edit(file, from, to);
    let counts = project.counted(&[]);
    assert!(counts.calls > 0, "{to:?} in {file} was not seen");
    project.write(file, &before);
    assert_eq!(project.counted(&[]).calls, 0, "{file} is as it was");
}

#[test]
fn every_file_that_helm_is_given_counts() {
    let Some(project) = project() else { return };
    project.warm(&[]);
    for (file, from, to) in [
        ("apis.yaml", "orders: \"v1\"", "orders: \"v2\""),
        ("apis.yaml", "s3cret", "s3creT"),
        ("more.yaml", "1", "2"),
        ("set.txt", "one", "two"),
        ("helmfile.yaml", "inline: 1", "inline: 2"),
        ("helmfile.yaml", "name: a, value: b", "name: a, value: c"),
        ("helmfile.yaml", "v1.30.0", "v1.31.0"),
        ("helmfile.yaml", "example.org/v1", "example.org/v2"),
        ("charts/apis/values.yaml", "1", "2"),
        ("charts/apis/files/data.txt", "data", "other"),
        ("charts/apis/Chart.yaml", "1.0.0", "1.0.1"),
        ("charts/apis/templates/all.yaml", "user: app", "user: api"),
        ("charts/apis/charts/sub/values.yaml", "x: 1", "x: 2"),
        ("charts/apis/charts/sub/Chart.yaml", "1.0.0", "1.0.1"),
        ("charts/apis/crds/a.yaml", "a: 1", "a: 2"),
        ("charts/apis/.helmignore", "*.md", "*.txt"),
    ] {
        misses(&project, file, from, to);
    }
    for (file, text) in
        [("charts/apis/templates/new.yaml", "{{/* nothing */}}\n"), ("charts/apis/files/new", "")]
    {
        project.write(file, text);
        assert!(project.counted(&[]).calls > 0, "{file} was not seen");
        fs::remove_file(project.root.join(file)).expect("a file");
        assert_eq!(project.counted(&[]).calls, 0);
    }
    project.edit("charts/apis/README.md", "ignored", "changed");
    project.edit(
        "helmfile.yaml",
        "    values: [gateway.yaml, gateway.checksum.yaml]\n",
        "    values: [gateway.yaml, gateway.checksum.yaml, {of: consumer}]\n",
    );
    assert_eq!(project.counted(&[]).calls, 0, "helm is given none of it for this release");
}

#[test]
fn name_namespace_and_command_line_count() {
    let Some(project) = project() else { return };
    project.warm(&[]);
    let list = |words: &[&str]| {
        let run = project.helmsum(&[&["list", "--debug"], words].concat());
        super::counts(&run.stderr()).calls
    };
    for words in [
        &["--namespace=other"][..],
        &["--set=a=c"],
        &["--values=more.yaml"],
        &["--kube-version=v1.29.0"],
        &["--args=--skip-crds"],
        &["--kube-context=other"],
    ] {
        assert!(list(words) > 0, "{words:?}");
        assert_eq!(list(words), 0, "{words:?}");
    }
    project.edit("helmfile.yaml", "  - name: gateway-apis", "  - name: gateway-apis2");
    project.edit("helmfile.yaml", "needs: [gateway-apis]", "needs: [gateway-apis2]");
    project.write("gateway.yaml", &SOURCE.replace("from=gateway-apis", "from=gateway-apis2"));
    assert!(project.counted(&[]).calls > 0);
}

#[test]
fn variables_of_helm_count_and_its_folders_do_not() {
    let Some(project) = project() else { return };
    project.warm(&[]);
    for (variable, counts) in [
        ("HELM_NAMESPACE=other", true),
        ("HELM_DEBUG=true", true),
        ("GODEBUG=madvdontneed=1", true),
        ("TZ=America/New_York", true),
        ("HELM_CACHE_HOME=/tmp/none", false),
        ("OTHER=1", false),
    ] {
        assert_eq!(project.counted(&[variable]).calls > 0, counts, "{variable}");
    }
}

#[test]
fn without_a_namespace_the_kube_config_counts() {
    let Some(project) = Project::new("# helmsum: configmap:gateway-apis\n") else { return };
    project.edit("helmfile.yaml", "    namespace: edge\n", "");
    project.chart("apis", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: gateway-apis}\ndata: {namespace: {{ .Release.Namespace }}}\n");
    let config = |namespace: &str| {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{{name: a, context: {{cluster: a, user: a, namespace: {namespace}}}}}]\nclusters: [{{name: a, cluster: {{server: 'https://127.0.0.1:1'}}}}]\nusers: [{{name: a, user: {{}}}}]\n"
        )
    };
    let digest = |environment: &[&str]| {
        let run = project.listed(environment);
        assert!(run.success(), "{}", run.told());
        let document: serde_json::Value = serde_json::from_str(&run.stdout()).expect("JSON");
        document["releases"][0]["sources"][0]["digest"].as_str().expect("a digest").to_owned()
    };
    project.warm(&[]);
    let by_default = digest(&[]);
    project.write("one", &config("one"));
    project.write("two", &config("two"));
    let (one, two) = (digest(&["KUBECONFIG=one"]), digest(&["KUBECONFIG=two"]));
    assert!(one != two && one != by_default, "helm takes it from there");
    assert_eq!(digest(&["KUBECONFIG=one"]), one);
    project.write("one", &config("two"));
    assert_eq!(digest(&["KUBECONFIG=one"]), two);
    assert_eq!(digest(&[]), by_default);
}

#[test]
fn another_helm_counts_and_the_same_elsewhere_does_not() {
    let Some(project) = project() else { return };
    let helm = project.shell("readlink -f \"$(command -v helm)\"");
    let own = project.root.join("bin/helm");
    fs::create_dir_all(own.parent().expect("a folder")).expect("a folder");
    fs::copy(helm, &own).expect("a copy");
    let named = |words: &[&str]| {
        let run = project.helmsum(&[&["list", "--debug", "--helm-binary=bin/helm"], words].concat());
        assert!(run.success(), "{}", run.told());
        super::counts(&run.stderr()).calls
    };
    project.warm(&[]);
    assert_eq!(named(&[]), 0, "it is the same program");
    project.shell("printf x >> bin/helm");
    assert!(named(&[]) > 0);
    assert_eq!(named(&[]), 0);
}

#[test]
fn a_shim_is_asked_which_helm_it_is() {
    let found = |helm| programs::find(&[&programs::HELMFILE, helm], &["git"]);
    let (Some(three), Some(four)) = (found(&programs::HELM_3), found(&programs::HELM_4)) else { return };
    let (helms, others): (Vec<PathBuf>, Vec<PathBuf>) =
        three.iter().chain(&four).cloned().partition(|path| path.ends_with("helm"));
    assert_eq!(helms.len(), 2, "{helms:?}");
    let project = Project::with(&others[..others.len() / 2]);
    project.write("gateway.yaml", SOURCE);
    project.chart("apis", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: gateway-apis}\ndata: {helm: {{ .Capabilities.HelmVersion.Version }}}\n");
    project.script("shims/helm", "echo \"$1\" >> calls\nexec \"$(cat which)\" \"$@\"");
    let run = || {
        let run = project.helmsum(&["list", "--output=json", "--debug", "--helm-binary=shims/helm"]);
        assert!(run.success(), "{}", run.told());
        (super::counts(&run.stderr()).calls, run.stdout())
    };
    let which = |at: usize| project.write("which", helms[at].to_str().expect("UTF-8"));
    which(0);
    let first = run();
    assert_eq!(run(), (0, first.1.clone()));
    which(1);
    let other = run();
    assert!(other.0 > 0 && other.1 != first.1, "another helm answers");
    which(0);
    project.write("calls", "");
    assert_eq!(run(), (0, first.1));
    assert_eq!(project.read("calls"), "version\n", "it is asked once");
}
