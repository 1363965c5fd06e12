//! What is judged, and what people see.

use regex::Regex;

use super::project::{BY_KEY, BY_SECRET, MOUNTED, PLATFORM, WEB, audit, project};
use crate::kinds::project::Project;
use crate::support::gallery::Gallery;
use crate::support::repo::sarif;

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
    gallery.text("as a page", &shown(&project, &["--output", "markdown"]));
    gallery.text("findings alone, as a page", &shown(&project, &["--output", "markdown", "--quiet"]));
    gallery.text("for GitHub Actions", &shown(&project, &["--output", "github"]));
    gallery.text("for code scanning", &shown(&project, &["--output", "sarif"]));
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
    project.edit("helmfile.yaml", "./charts/web", "shelf/web\n    version: 1.2.3");
    let declared = "repositories: [{name: shelf, url: http://charts.invalid}]\n";
    project.write("helmfile.yaml", &format!("{}{declared}", project.read("helmfile.yaml")));
    gallery.text("a chart that is not at hand", &shown(&project, &[]));
    gallery.text("a chart that is not at hand, as a page", &shown(&project, &["--output", "markdown"]));
    project.edit("helmfile.yaml", "./charts/platform", "shelf/platform\n    version: 1.2.3");
    gallery.text("no chart at hand", &shown(&project, &[]));
    gallery.text("no chart at hand, as a page", &shown(&project, &["--output", "markdown"]));
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

#[test]
fn a_log_for_code_scanning_names_lines_of_the_checkout() {
    let Some(project) = project(BY_KEY) else { return };
    let log = |project: &Project, arguments: &[&str]| -> serde_json::Value {
        let run = project.helmsum(&[&["audit", "--output", "sarif"], arguments].concat());
        let log = serde_json::from_str(&run.stdout()).unwrap_or_else(|_| panic!("{}", run.told()));
        assert_eq!(sarif(&log), Vec::<String>::new(), "{log:#}");
        assert_eq!(log["runs"][0]["invocations"][0]["exitCode"], run.code());
        log
    };
    let found = log(&project, &[]);
    let result = &found["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"unbridged-reference".into(), &"error".into()));
    assert_eq!(
        result["locations"][0]["physicalLocation"],
        serde_json::json!({
            "artifactLocation": { "uri": "web.yaml", "uriBaseId": "%SRCROOT%" },
            "region": { "startLine": 8, "startColumn": 37, "endLine": 8, "endColumn": 45 },
        })
    );
    assert_eq!(found["runs"][0]["invocations"][0]["executionSuccessful"], true, "a finding is no failure");
    assert_eq!(found["runs"][0]["properties"]["summary"], audit(&project, &[]).document["summary"]);
    // Lines above it move it, and it stays the same.
    project.write("web.yaml", &format!("# one\n# two\n{BY_KEY}"));
    let moved = log(&project, &[]);
    let moved = &moved["runs"][0]["results"][0];
    assert_eq!(moved["locations"][0]["physicalLocation"]["region"]["startLine"], 10);
    assert_eq!(moved["partialFingerprints"], result["partialFingerprints"]);
    // What cannot be read is said by the run.
    project.write("helmfile.yaml", "releases: [\n");
    let failed = log(&project, &[]);
    let invocation = &failed["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["level"], "error");
}

#[test]
fn no_output_has_a_secret() {
    let Some(project) = project(BY_SECRET) else { return };
    // The name of the object is a secret, as far as helmsum knows.
    project.edit("web.yaml", "db", "hunter2-db");
    project.chart("platform", &PLATFORM.replace("name: db", "name: {{ .Values.name }}"));
    project.write("platform.yaml.gotmpl", "secret: {password: s3cret}\nconfig: {colour: red}\nname: {{ fetchSecretValue \"ref+echo://hunter2-db\" }}\n");
    project.edit("helmfile.yaml", "[platform.yaml]", "[platform.yaml.gotmpl]");
    for output in ["human", "json", "github", "markdown", "sarif"] {
        let run = project.helmsum(&["audit", "--output", output]);
        let said = format!("{}{}", run.stdout(), run.stderr());
        assert!(said.contains("unbridged-reference") && said.contains("***"), "{output}: {said}");
        assert!(!said.contains("hunter2"), "{output}: {said}");
    }
}

#[test]
fn a_workflow_gets_annotations_and_a_summary() {
    let Some(project) = project(BY_KEY) else { return };
    let root = project.root.display();
    let run = |output: &str| {
        project.shell("rm -f summary.md");
        let script = format!(
            "GITHUB_ACTIONS=true GITHUB_WORKSPACE={root} GITHUB_STEP_SUMMARY={root}/summary.md helmsum audit --output {output} 2> err; echo $? > code"
        );
        (project.shell(&script), project.read("err"), project.read("summary.md"))
    };
    let command = "::error file=web.yaml,line=8,col=37,title=unbridged-reference::Deployment `web` of release `apps/web` starts with";
    let (out, err, summary) = run("github");
    assert!(out.contains(command) && !err.contains("::error"), "{out}{err}");
    assert!(
        summary.starts_with("<!-- helmsum:audit -->\n## helmsum audit: 1 error in 2 of 2 releases\n"),
        "{summary}"
    );
    // Beside a document, standard output has nothing else.
    for output in ["json", "markdown", "sarif"] {
        let (out, err, again) = run(output);
        assert!(err.contains(command) && !out.contains("::error"), "{output}: {out}{err}");
        assert_eq!(again, summary, "{output}");
    }
    assert_eq!(project.read("code"), "1\n");
    let (page, _, summary) = run("markdown");
    assert_eq!(page, summary.trim_end());
}
