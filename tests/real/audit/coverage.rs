//! Which sources contain what pods read.

use super::project::{BY_KEY, BY_SECRET, MOUNTED, audit, project};
use crate::kinds::project::Project;

/// A project whose `platform` makes the `ConfigMap` `settings` of files, as its values template reads them. The pods of `web` have
/// all of it as variables.
fn of_files(directives: &str, template: &str) -> Option<Project> {
    let project = project(&format!("{directives}{FROM}"))?;
    project.edit("helmfile.yaml", "[platform.yaml]", "[platform.yaml, more.yaml.gotmpl]");
    project.write("more.yaml.gotmpl", template);
    project.write("config/a.yaml", "a: 1\n");
    project.write("config/b.yaml", "b: 1\n");
    Some(project)
}

/// A pod that has every key of the `ConfigMap` `settings` as a variable.
const FROM: &str = "\
pod:
  containers:
    - name: app
      image: web
      envFrom: [{configMapRef: {name: settings}}]
";

/// Values with the texts of two files.
const READ: &str = "\
config:
  a: {{ readFile \"config/a.yaml\" | quote }}
  b: {{ readFile \"config/b.yaml\" | quote }}
";

/// Values with the texts of whatever files are in a folder.
const LISTED: &str = "\
config:
  {{- range readDir \"config\" }}
  {{ base . }}: {{ readFile . | quote }}
  {{- end }}
";

#[test]
fn an_object_a_release_and_all_files_cover_it() {
    for (directive, template) in [
        ("configmap:settings", READ),
        ("configmap:settings from=apps/platform", READ),
        ("release:platform", READ),
        ("./config", READ),
        ("./config", LISTED),
        ("./config/*.yaml", READ),
        ("./config from=platform", READ),
    ] {
        let Some(project) = of_files(&format!("# helmsum: {directive}\n"), template) else { return };
        let source = directive.split(' ').next().expect("a source");
        let reading = format!("Deployment web reads ConfigMap settings: covered ({source})");
        audit(&project, &[]).finds_nothing().reads(&[&reading]);
    }
    let Some(project) = of_files("# helmsum: ./config/a.yaml\n# helmsum: ./config/b.yaml\n", READ) else {
        return;
    };
    audit(&project, &[]).finds_nothing();
    // The other object of the same release is another matter.
    project.write("web.yaml", &format!("# helmsum: configmap:settings\n{BY_SECRET}"));
    audit(&project, &[]).finds(&["unbridged-reference deny"]);
    project.write("web.yaml", &format!("# helmsum: ./config\n{BY_SECRET}"));
    audit(&project, &[]).finds(&["unbridged-reference deny"]);
}

#[test]
fn a_file_that_is_left_out_and_reaches_the_object_is_denied() {
    let Some(project) = of_files("# helmsum: ./config/a.yaml\n", READ) else { return };
    let audited = audit(&project, &[])
        .finds(&["partial-source deny"])
        .reads(&["Deployment web reads ConfigMap settings: partial"]);
    let (message, hint) = audited.only("partial-source");
    assert!(message.contains("leaves out `config/b.yaml`;"), "{message}");
    let place = audited.list("findings").first().expect("a finding");
    assert_eq!((&place["file"], &place["line"]), (&"web.yaml".into(), &1.into()), "{place}");
    // Both ways of the hint.
    assert!(hint.contains("`# helmsum: configmap:settings from=apps/platform`"), "{hint}");
    project.write("web.yaml", &format!("# helmsum: configmap:settings from=apps/platform\n{FROM}"));
    audit(&project, &[]).finds_nothing();
    project.write("web.yaml", &format!("# helmsum: ./config/a.yaml\n# helmsum: ./config/b.yaml\n{FROM}"));
    audit(&project, &[]).finds_nothing();
    // Mounted whole it is a warning, as without any source.
    project.write("web.yaml", &format!("# helmsum: ./config/a.yaml\n{MOUNTED}"));
    audit(&project, &[]).finds(&["partial-source warn"]);
}

#[test]
fn a_file_that_is_left_out_and_reaches_another_object_is_fine() {
    let template = "\
config:
  a: {{ readFile \"config/a.yaml\" | quote }}
secret:
  b: {{ readFile \"config/b.yaml\" | quote }}
";
    let Some(project) = of_files("# helmsum: ./config/a.yaml\n", template) else { return };
    audit(&project, &[])
        .finds_nothing()
        .reads(&["Deployment web reads ConfigMap settings: covered (./config/a.yaml)"]);
    // A file that only the other object is made of covers nothing of this one.
    project.write("web.yaml", &format!("# helmsum: ./config/b.yaml\n{FROM}"));
    audit(&project, &[]).finds(&["unbridged-reference deny"]);
}

#[test]
fn left_out_files_without_letters_are_seen_too() {
    let Some(project) = of_files("# helmsum: ./config/a.yaml\n", READ) else { return };
    project.write("config/b.yaml", "");
    audit(&project, &[]).finds(&["partial-source deny"]);
    project.write("config/b.yaml", "---\n");
    audit(&project, &[]).finds(&["partial-source deny"]);
}

#[test]
fn files_that_helm_is_given_with_set_count() {
    let Some(project) = project(&format!("# helmsum: ./files\n{FROM}")) else { return };
    project.write("files/motd.txt", "hello\n");
    project.edit(
        "helmfile.yaml",
        "values: [platform.yaml]",
        "values: [platform.yaml]\n    set:\n      - {name: config.motd, file: files/motd.txt}",
    );
    audit(&project, &[])
        .finds_nothing()
        .reads(&["Deployment web reads ConfigMap settings: covered (./files)"]);
    project.write("other/x.txt", "x\n");
    project.edit(
        "helmfile.yaml",
        "{name: config.motd, file: files/motd.txt}",
        "{name: config.motd, file: files/motd.txt}\n      - {name: config.x, file: other/x.txt}",
    );
    let audited = audit(&project, &[]).finds(&["partial-source deny"]);
    assert!(audited.only("partial-source").0.contains("leaves out `other/x.txt`;"));
}

#[test]
fn files_of_a_chart_that_its_templates_read_count() {
    let Some(project) = project(&format!("# helmsum: ./charts/platform/config\n{FROM}")) else { return };
    project.chart(
        "platform",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n{{ (.Files.Glob \"config/**\").AsConfig | indent 2 }}\n",
    );
    project.write("charts/platform/config/a.txt", "a\n");
    project.write("charts/platform/config/b.txt", "b\n");
    project.write("charts/platform/dashboards/unused.json", "{}\n");
    audit(&project, &[])
        .finds_nothing()
        .reads(&["Deployment web reads ConfigMap settings: covered (./charts/platform/config)"]);
    project.write("web.yaml", &format!("# helmsum: ./charts/platform/config/a.txt\n{FROM}"));
    let audited = audit(&project, &[]).finds(&["partial-source deny"]);
    let (message, _) = audited.only("partial-source");
    assert!(message.contains("leaves out `charts/platform/config/b.txt`;"), "{message}");
}

#[test]
fn values_files_of_the_producer_cover_what_is_made_of_them() {
    let Some(project) = project(&format!("# helmsum: ./platform.yaml\n{BY_KEY}")) else { return };
    audit(&project, &[])
        .finds_nothing()
        .reads(&["Deployment web reads ConfigMap settings: covered (./platform.yaml)"]);
    // Not where another one has it.
    project.write("platform.yaml", "secret: {password: s3cret}\n");
    project.write("config.yaml", "config: {colour: red}\n");
    project.edit("helmfile.yaml", "[platform.yaml]", "[platform.yaml, config.yaml]");
    audit(&project, &[]).finds(&["unbridged-reference deny"]);
    project.write("web.yaml", &format!("# helmsum: ./config.yaml\n{BY_KEY}"));
    audit(&project, &[]).finds_nothing();
    // Of two, each has a part.
    project.write("platform.yaml", "secret: {user: app}\nconfig: {shape: round}\n");
    audit(&project, &[]).finds(&["partial-source deny"]);
}

/// A project whose state is a template that reads files, as `template` says for the values of `platform`.
fn of_state(directives: &str, template: &str) -> Option<Project> {
    let project = project(&format!("{directives}{FROM}"))?;
    let state = project.read("helmfile.yaml");
    project.shell("rm helmfile.yaml");
    let values = "    values: [platform.yaml]\n";
    assert!(state.contains(values), "{state}");
    project.write("helmfile.yaml.gotmpl", &state.replace(values, template));
    project.write("config/a.yaml", "first: 1\nother: 2\nlast: 3\n");
    project.write("config/b.yaml", "b: 1\n");
    Some(project)
}

/// Values that the state's own template reads.
const INLINE: &str = "    values:
      - platform.yaml
      - config:
          a.yaml: |
            {{- readFile \"config/a.yaml\" | nindent 12 }}
          b.yaml: |
            {{- readFile \"config/b.yaml\" | nindent 12 }}
";

#[test]
fn files_that_the_state_reads_for_the_release_count() {
    let covered = |source: &str| format!("Deployment web reads ConfigMap settings: covered ({source})");
    let Some(project) = of_state("# helmsum: ./config\n", INLINE) else { return };
    audit(&project, &[]).finds_nothing().reads(&[&covered("./config")]);
    project.write("web.yaml", &format!("# helmsum: ./config/a.yaml\n{FROM}"));
    let audited = audit(&project, &[]).finds(&["partial-source deny"]);
    let (message, _) = audited.only("partial-source");
    assert!(message.contains("leaves out `config/b.yaml`;"), "{message}");
    project.write("web.yaml", &format!("# helmsum: ./config/a.yaml\n# helmsum: ./config/b.yaml\n{FROM}"));
    audit(&project, &[]).finds_nothing().reads(&[&covered("./config/a.yaml")]);
    // What helmfile deploys agrees: either file moves the object.
    let object =
        || project.helmfile(&["--quiet", "-l", "name=platform", "template", "--skip-deps"]).succeeds();
    for file in ["config/a.yaml", "config/b.yaml"] {
        let (before, text) = (object(), project.read(file));
        project.write(file, &format!("{text}more: 1\n"));
        assert_ne!(object(), before, "{file}");
    }
}

#[test]
fn files_that_the_state_reads_for_another_release_do_not() {
    let template = "    values:
      - platform.yaml
      - config: {{ readFile \"config/a.yaml\" | fromYaml | toJson }}
  - name: third
    namespace: apps
    chart: ./charts/third
    values:
      - text: {{ readFile \"config/b.yaml\" | quote }}
";
    let Some(project) = of_state("# helmsum: ./config/b.yaml\n", template) else { return };
    project.chart("third", "apiVersion: v1\nkind: Service\nmetadata: {name: third}\n");
    audit(&project, &[]).finds(&["unbridged-reference deny"]);
    project.write("web.yaml", &format!("# helmsum: ./config/a.yaml\n{FROM}"));
    audit(&project, &[])
        .finds_nothing()
        .reads(&["Deployment web reads ConfigMap settings: covered (./config/a.yaml)"]);
}

#[test]
fn a_file_of_which_one_value_counts_covers_it() {
    // The last byte of the file is of another value.
    let template = "config: {a: {{ (readFile \"config/a.yaml\" | fromYaml).first | quote }}}\n";
    let Some(project) = of_files("# helmsum: ./config/a.yaml\n", template) else { return };
    project.write("config/a.yaml", "first: 1\nother: 2\nlast: 3\n");
    audit(&project, &[])
        .finds_nothing()
        .reads(&["Deployment web reads ConfigMap settings: covered (./config/a.yaml)"]);
    project.write("web.yaml", &format!("# helmsum: ./config/b.yaml\n{FROM}"));
    audit(&project, &[]).finds(&["unbridged-reference deny"]);
    let template = "    values: [platform.yaml, {config: {a: {{ (readFile \"config/a.yaml\" | fromYaml).first | quote }}}}]\n";
    let Some(project) = of_state("# helmsum: ./config/a.yaml\n", template) else { return };
    audit(&project, &[])
        .finds_nothing()
        .reads(&["Deployment web reads ConfigMap settings: covered (./config/a.yaml)"]);
}

#[test]
fn a_file_that_decides_whether_there_is_a_release_is_not_taken_for_a_part() {
    // With another content the state cannot be read, or has no such release: nothing is seen to change the object.
    let template = "    values: [platform.yaml]
    installed: {{ (readFile \"config/b.yaml\" | fromYaml).on }}
    version: {{ (readFile \"config/a.yaml\" | fromYaml).version }}
";
    let Some(project) = of_state("# helmsum: ./config\n", template) else { return };
    project.write("config/a.yaml", "version: 1.0.0\n");
    project.write("config/b.yaml", "on: true\n");
    audit(&project, &[]).finds(&["unbridged-reference deny"]);
    project.write("web.yaml", &format!("# helmsum: ./platform.yaml\n{FROM}"));
    audit(&project, &[])
        .finds_nothing()
        .reads(&["Deployment web reads ConfigMap settings: covered (./platform.yaml)"]);
}
