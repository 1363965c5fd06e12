//! What is judged, and what people see.

use regex::Regex;

use super::project::{BY_KEY, MOUNTED, PLATFORM, WEB, audit, project};
use crate::kinds::project::Project;
use crate::support::gallery::Gallery;

#[test]
fn selectors_narrow_what_is_judged_and_not_who_makes_objects() {
    let Some(project) = project(BY_KEY) else { return };
    let audited = audit(&project, &["-l", "name=web"]).finds(&["unbridged-reference deny"]);
    assert_eq!(audited.count("releases"), 1);
    assert_eq!(audited.list("readings")[0]["makers"], serde_json::json!(["apps/platform"]));
    let audited = audit(&project, &["-l", "name=platform"]).finds_nothing();
    assert_eq!((audited.count("releases"), audited.count("readings")), (1, 0));
    let run = project.helmsum(&["audit", "-l", "name=gone"]);
    assert_eq!(run.code(), 3, "{}", run.told());
}

#[test]
fn environments_are_audited_apart() {
    let Some(project) = project(BY_KEY) else { return };
    let state = project.read("helmfile.yaml");
    let environments =
        "environments:\n  default: {values: [{made: true}]}\n  production: {values: [{made: false}]}\n---\n";
    project.write(
        "helmfile.yaml.gotmpl",
        &format!("{environments}{state}    installed: {{{{ .Values.made }}}}\n"),
    );
    project.shell("rm helmfile.yaml");
    project.edit("helmfile.yaml.gotmpl", "    needs: [platform]\n", "");
    audit(&project, &[]).finds(&["unbridged-reference deny"]);
    let production = audit(&project, &["-e", "production"]).finds_nothing();
    assert_eq!(production.readings(), ["Deployment web reads ConfigMap settings: unmade"]);
    let all = audit(&project, &["--all-environments"]).finds(&["unbridged-reference deny"]);
    assert_eq!(all.readings().len(), 2, "{:#}", all.document);
    assert_eq!(all.document["environments"], serde_json::json!(["default", "production"]));
}

#[test]
fn nothing_is_written() {
    let Some(project) = project(&format!("# helmsum: configmap:settings\n{BY_KEY}")) else { return };
    audit(&project, &[]).finds_nothing();
    assert!(!project.root.join("web.checksum.yaml").exists());
    // A target that is out of date is looked at as it would be written.
    project.helmsum(&["generate"]).succeeds();
    let current = project.read("web.checksum.yaml");
    project.write("platform.yaml", "secret: {password: s3cret}\nconfig: {colour: blue}\n");
    audit(&project, &[]).finds_nothing();
    assert_eq!(project.read("web.checksum.yaml"), current);
}

/// What the audit prints, with its exit code and without times.
fn shown(project: &Project, arguments: &[&str]) -> String {
    let run = project.helmsum(&[&["audit"], arguments].concat());
    let time = Regex::new(r"looked at in \d+\.\d s").expect("a pattern");
    let text = format!("{}{}", run.stdout(), run.stderr());
    let text = text.replace(project.root.to_str().expect("UTF-8"), "/repo");
    let text = time.replace(&text, "looked at in [TIME]");
    format!("$ helmsum audit {}\n{text}exit code {}\n", arguments.join(" "), run.code())
        .replace("audit \n", "audit\n")
}

/// What is said of a checksum that the cluster decides.
fn looked_up() -> String {
    let project = project("pod: {containers: [{name: app, image: web}]}\n").expect("the programs are there");
    project.edit("helmfile.yaml", ", web.checksum.yaml", "");
    let line = "        checksum/config: {{ .Values.configChecksum | quote }}\n";
    let object = "lookup \"v1\" \"ConfigMap\" .Release.Namespace \"settings\"";
    project.chart(
        "web",
        &WEB.replace(
            line,
            &format!("        checksum/settings: {{{{ ({object}).data | toJson | sha256sum }}}}\n"),
        ),
    );
    shown(&project, &[])
}

#[test]
fn what_people_see() {
    let Some(project) = project(BY_KEY) else { return };
    let mut gallery = Gallery::default();
    gallery.text("a variable of another release", &shown(&project, &[]));
    gallery.text("every reading", &shown(&project, &["--verbose"]));
    gallery.text("findings alone", &shown(&project, &["--quiet"]));
    gallery.text("a release that reads nothing", &shown(&project, &["-l", "name=platform"]));
    gallery.text("a release that does not exist", &shown(&project, &["-l", "name=gone"]));
    project.write("web.yaml", MOUNTED);
    gallery.text("a volume", &shown(&project, &[]));
    gallery.text("a volume, strictly", &shown(&project, &["--strict"]));
    let directive = "# helmsum: configmap:settings from=apps/platform\n";
    project.write("web.yaml", &format!("{directive}{BY_KEY}"));
    gallery.text("what a source covers", &shown(&project, &["--verbose"]));
    gallery.text("nothing found, quietly", &shown(&project, &["--quiet"]));
    let line = "        checksum/config: {{ .Values.configChecksum | quote }}\n";
    project.chart("web", &WEB.replace(line, "        a: b\n"));
    gallery.text("a checksum that arrives nowhere", &shown(&project, &[]));
    let worker =
        WEB.replace("  name: {{ .Release.Name }}\n", "  name: worker\n").replace(line, "        a: b\n");
    project.chart("web", &format!("{WEB}---\n{worker}"));
    gallery.text("a workload that it does not reach", &shown(&project, &[]));
    project.chart(
        "web",
        &WEB.replace(line, &format!("{line}        checksum/own: {{{{ randAlphaNum 9 | sha256sum }}}}\n")),
    );
    gallery.text("a checksum that is another each time", &shown(&project, &[]));
    project.chart(
        "web",
        &WEB.replace(line, &format!("{line}        checksum/files: {{{{ .Values.files }}}}\n")),
    );
    gallery.text("a checksum of what is in the cluster", &looked_up());
    let of_nothing = project.shell("printf '' | sha256sum | cut -c1-64");
    project.write("web.yaml", &format!("{directive}{BY_KEY}files: {of_nothing}\n"));
    gallery.text("a checksum of nothing", &shown(&project, &[]));
    project.chart("web", WEB);
    project.chart(
        "platform",
        &PLATFORM.replace("data:\n  {{- toYaml", "data:\n  motd: {{ .Values.motd | quote }}\n  {{- toYaml"),
    );
    project.write("motd/a.txt", "hello\n");
    project.write("motd/b.txt", "world\n");
    project.write(
        "motd.yaml.gotmpl",
        "motd: {{ print (readFile \"motd/a.txt\") (readFile \"motd/b.txt\") | quote }}\n",
    );
    project.edit("helmfile.yaml", "[platform.yaml]", "[platform.yaml, motd.yaml.gotmpl]");
    project.write("web.yaml", &format!("# helmsum: ./motd/a.txt\n{MOUNTED}"));
    gallery.text("a file that is left out", &shown(&project, &[]));
    project.write("web.yaml", &format!("{MOUNTED}auth: {{existingSecret: db}}\n"));
    project.edit("helmfile.yaml", "./charts/web", "shelf/web");
    gallery.text("a chart that is not at hand", &shown(&project, &[]));
    project.edit("helmfile.yaml", "./charts/platform", "shelf/platform");
    gallery.text("no chart at hand", &shown(&project, &[]));
    for code in [
        "unbridged-reference",
        "partial-source",
        "inert-annotation",
        "missed-workload",
        "constant-checksum",
        "unstable-annotation",
        "unaudited-release",
    ] {
        assert!(gallery.contains(&format!("[{code}]: ")), "{code} is in the gallery");
    }
    gallery.matches_snapshot("audit");
}
