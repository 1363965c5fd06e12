//! Who reads the files of a source is known from the objects that are made of them.

use super::{BY_THE_CHART, annotations, project, template};
use crate::audit::project::{BY_KEY, PLATFORM, WEB};
use crate::kinds::project::Project;

/// The annotation of the only source, whose files are `conf`.
fn of_conf(project: &Project) -> Vec<String> {
    vec![format!("checksum/helmsum: {}", project.helmsum(&["hash", "conf"]).succeeds().trim())]
}

/// A chart with two Deployments, one of which reads `settings`.
fn with_other_workload(project: &Project) {
    let web = WEB.replace(BY_THE_CHART, "");
    let other = web.replace("  name: {{ .Release.Name }}", "  name: other");
    let other = other.replace("{{- toYaml .Values.pod | nindent 6 }}", "containers: [{name: a, image: a}]");
    project.chart("web", &format!("{web}---\n{other}"));
}

#[test]
fn a_release_that_reads_the_files_tells_who_reads_its_objects() {
    let Some(project) = project("# helmsum: ./conf\n") else { return };
    project.write("conf/a", "green");
    with_other_workload(&project);
    let unknown = project.helmsum(&["check"]).fails();
    assert!(unknown.contains("nobody knows which workloads read `./conf`"), "{unknown}");
    // In a values template.
    let state = project.read("helmfile.yaml.gotmpl");
    project.write(
        "helmfile.yaml.gotmpl",
        &state.replace("[platform.yaml]", "[platform.yaml, more.yaml.gotmpl]"),
    );
    project.write("more.yaml.gotmpl", "config:\n  colour: {{ readFile \"conf/a\" | quote }}\n");
    let expected = of_conf(&project);
    assert_eq!(annotations(&template(&project, &[]).succeeds()), expected);
    project.helmsum(&["check", "--strict"]).succeeds();
    let listed = project.helmsum(&["list", "--render"]).succeeds();
    assert!(listed.contains("restarts Deployment web") && !listed.contains("Deployment other"), "{listed}");
    let told = project.helmsum(&["check", "--debug"]);
    assert!(told.stderr().contains(" with 0 calls of helm, "), "{}", told.told());
    // With `set`.
    project.write(
        "helmfile.yaml.gotmpl",
        &state.replace(
            "    values: [platform.yaml]\n",
            "    values: [platform.yaml]\n    set: [{name: config.colour, file: conf/a}]\n",
        ),
    );
    assert_eq!(annotations(&template(&project, &[]).succeeds()), expected);
    // Only what is made of them counts: the pods read another object.
    project.write(
        "helmfile.yaml.gotmpl",
        &state.replace(
            "    values: [platform.yaml]\n",
            "    values: [platform.yaml]\n    set: [{name: secret.password, file: conf/a}]\n",
        ),
    );
    let told = project.helmsum(&["check"]).fails();
    assert!(told.contains("no workload reads Secret `db`, which `./conf` stands for"), "{told}");
    template(&project, &[]).fails();
}

#[test]
fn files_of_a_chart_and_values_files_tell_it_too() {
    let Some(project) = project("# helmsum: ./conf\n") else { return };
    with_other_workload(&project);
    // Files that templates of a chart read, by a link, as the source is another path to them.
    project.write("charts/platform/files/a", "green");
    std::os::unix::fs::symlink("charts/platform/files", project.root.join("conf")).expect("a link");
    let made = "\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {colour: {{ .Files.Get \"files/a\" | quote }}}\n";
    let (secret, _) = PLATFORM.split_once("---").expect("two manifests");
    project.chart("platform", &format!("{secret}{made}"));
    assert_eq!(annotations(&template(&project, &[]).succeeds()), of_conf(&project));
    // A values file.
    std::fs::remove_file(project.root.join("conf")).expect("a link");
    project.chart("platform", PLATFORM);
    project.write("conf/platform.yaml", "secret: {a: b}\nconfig: {colour: blue}\n");
    project.edit("helmfile.yaml.gotmpl", "[platform.yaml]", "[platform.yaml, conf/platform.yaml]");
    assert_eq!(annotations(&template(&project, &[]).succeeds()), of_conf(&project));
}

#[test]
fn what_the_release_makes_of_files_itself_counts() {
    let Some(project) = project("# helmsum: ./conf\n") else { return };
    project.write("conf/a", "green");
    let own = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {colour: {{ .Values.colour }}}\n";
    project.chart("web", &format!("{}{own}", WEB.replace(BY_THE_CHART, "")));
    project.chart("platform", PLATFORM.split_once("---").expect("two manifests").0);
    project.edit("helmfile.yaml.gotmpl", "values: [web.yaml]", "values: [web.yaml, own.yaml.gotmpl]");
    project.write("own.yaml.gotmpl", "colour: {{ readFile \"conf/a\" }}\n");
    assert_eq!(annotations(&template(&project, &[]).succeeds()), of_conf(&project));
}

#[test]
fn an_object_of_another_namespace_or_cluster_is_read_by_nobody_here() {
    let Some(project) = project("# helmsum: ./conf\n") else { return };
    project.write("conf/a", "green");
    project.write("more.yaml.gotmpl", "config:\n  colour: {{ readFile \"conf/a\" | quote }}\n");
    project.edit("helmfile.yaml.gotmpl", "[platform.yaml]", "[platform.yaml, more.yaml.gotmpl]");
    let state = project.read("helmfile.yaml.gotmpl");
    for (from, to) in [
        ("name: platform\n    namespace: apps", "name: platform\n    namespace: other"),
        ("name: platform\n", "name: platform\n    kubeContext: elsewhere\n"),
    ] {
        project.write(
            "helmfile.yaml.gotmpl",
            &state.replace(from, to).replace("needs: [platform]", "needs: []"),
        );
        let told = project.helmsum(&["check"]).fails();
        assert!(told.contains("error[unknown-reader]"), "{told}");
    }
    // Named, it is still one of another namespace.
    project.write(
        "helmfile.yaml.gotmpl",
        &state
            .replace("name: platform\n    namespace: apps", "name: platform\n    namespace: other")
            .replace("needs: [platform]", "needs: [other/platform]"),
    );
    project.write("web.yaml", &format!("# helmsum: ./conf from=other/platform\n{BY_KEY}"));
    let told = project.helmsum(&["check"]).fails();
    assert!(
        told.contains(
            "no workload reads one of ConfigMap `settings`, Secret `db`, which `./conf` stands for"
        ),
        "{told}"
    );
}
