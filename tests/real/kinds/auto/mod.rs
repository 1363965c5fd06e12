//! `auto`: what pods read of other releases.

mod left_out;

use serde_json::Value;

use crate::audit::project::{BY_KEY, PLATFORM, PLATFORM_VALUES, STATE, WEB, audit, project};
use crate::kinds::project::Project;

/// A pod that starts with a key of the `ConfigMap` `settings` and mounts the Secret `db`.
const BOTH: &str = "\
pod:
  containers:
    - name: app
      image: web
      env:
        - name: COLOUR
          valueFrom:
            configMapKeyRef: {name: settings, key: colour}
      volumeMounts: [{name: db, mountPath: /etc/db}]
  volumes:
    - name: db
      secret: {secretName: db}
";

/// A pod whose variables are all of a Secret.
fn reads_secret(name: &str) -> String {
    format!(
        "pod:\n  containers:\n    - name: app\n      image: web\n      envFrom: [{{secretRef: {{name: {name}}}}}]\n"
    )
}

/// The project with an `auto` before the pod of `web`.
fn with_auto(words: &str, pod: &str) -> Option<Project> {
    project(&format!("# helmsum: auto{words}\n{pod}"))
}

/// A `ConfigMap` with one key.
fn config_map(name: &str, value: &str) -> String {
    format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{key: {value}}}\n")
}

const TARGET: &str = "web.checksum.yaml";

fn checksum(project: &Project) -> String {
    project.checksum_in(TARGET)
}

/// What helmsum says of the only release that it reports, as JSON.
fn document(project: &Project, arguments: &[&str]) -> Value {
    let run = project.helmsum(&[arguments, &["--output", "json"]].concat());
    serde_json::from_str(&run.stdout()).unwrap_or_else(|_| panic!("{}", run.told()))
}

/// The findings of a run as `CODE LEVEL MESSAGE`.
fn findings(project: &Project, arguments: &[&str]) -> Vec<String> {
    let document = document(project, arguments);
    let all = document["findings"].as_array().cloned().unwrap_or_default();
    let word = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    // What is said of a Secret without a key is another matter.
    let all = all.iter().filter(|one| one["code"] != "guessable-secret");
    all.map(|one| format!("{} {} {}", word(one, "code"), word(one, "level"), word(one, "message"))).collect()
}

/// The only finding of `list`.
#[track_caller]
fn only(project: &Project) -> String {
    let found = findings(project, &["list"]);
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0].clone()
}

/// The labels of the sources of the first release.
fn labels(project: &Project) -> Vec<String> {
    let document = document(project, &["list"]);
    let sources = document["releases"][0]["sources"].as_array().cloned().unwrap_or_default();
    sources.iter().map(|one| one["label"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn it_gives_the_checksum_of_the_sources_written_out() {
    let Some(project) = with_auto("", BOTH) else { return };
    let automatic = checksum(&project);
    let target = project.read(TARGET);
    assert_eq!(labels(&project), ["configmap:settings", "secret:db"]);
    let told = project.helmsum(&["list"]).succeeds();
    for line in [
        "configmap:settings (from apps/platform)  1 key  3 B         web.yaml:1",
        "secret:db (from apps/platform)           1 key  web.yaml:1",
    ] {
        assert!(told.contains(line), "{line:?} is not in {told}");
    }
    let source = &document(&project, &["list"])["releases"][0]["sources"][0];
    assert_eq!(source["options"]["from"], "apps/platform");
    assert_eq!((&source["declared"]["file"], &source["declared"]["line"]), (&"web.yaml".into(), &1.into()));
    project.write(
        "web.yaml",
        &format!(
            "# helmsum: secret:db from=platform\n# helmsum: configmap:settings from=apps/platform\n{BOTH}"
        ),
    );
    assert_eq!(checksum(&project), automatic);
    assert_eq!(project.read(TARGET), target, "the same bytes");
    project.helmsum(&["check"]).succeeds();
    // In the configuration.
    project.write("web.yaml", BOTH);
    project.write("helmsum.yaml", "releases:\n  - release: apps/web\n    sources: [auto]\n");
    assert_eq!(checksum(&project), automatic);
    project.write(
        "helmsum.yaml",
        "releases:\n  - selector: name=web\n    sources: [\"auto exclude=secret:d*\"]\n",
    );
    assert_eq!(labels(&project), ["configmap:settings"]);
}

#[test]
fn what_pods_read_moves_it_and_nothing_else_does() {
    let Some(project) = with_auto("", BOTH) else { return };
    project.edit("charts/platform/templates/all.yaml", "kind: Secret", "kind: Secret # of the database");
    let mut last = checksum(&project);
    let mut step = |file: &str, from: &str, to: &str, moves: bool| {
        project.edit(file, from, to);
        let now = checksum(&project);
        assert_eq!(now != last, moves, "{to:?} in {file}");
        last = now;
    };
    step("platform.yaml", "red", "blue", true);
    step("platform.yaml", "s3cret", "s4cret", true);
    step("charts/platform/Chart.yaml", "1.0.0", "1.1.0", false);
    step("charts/platform/templates/all.yaml", " # of the database", "", false);
    step("charts/web/Chart.yaml", "1.0.0", "1.1.0", false);
    step("web.yaml", "image: web", "image: web:2", false);
    // An object that nobody reads.
    project.chart("platform", &format!("{PLATFORM}{}", config_map("other", "{{ .Values.config.colour }}")));
    step("helmfile.yaml", "releases:\n", "# a comment\nreleases:\n", false);
    // Another object is read, and one is read no longer.
    step("web.yaml", "  volumes:\n", "      envFrom: [{configMapRef: {name: other}}]\n  volumes:\n", true);
    step("web.yaml", "      envFrom: [{configMapRef: {name: other}}]\n", "", true);
    step("platform.yaml", "secret: {", "secret: {user: app, ", true);
}

#[test]
fn the_order_of_releases_objects_and_workloads_does_not_matter() {
    let Some(project) = with_auto("", BOTH) else { return };
    let worker = WEB.replace("  name: {{ .Release.Name }}\n", "  name: worker\n");
    project.chart("web", &format!("{WEB}---\n{worker}"));
    let expected = checksum(&project);
    let target = project.read(TARGET);
    let (web, platform) = STATE.split_once("  - name: platform").expect("two releases");
    let (_, web) = web.split_once("releases:\n").expect("releases");
    project.write("helmfile.yaml", &format!("releases:\n  - name: platform{platform}{web}"));
    let (secret, config) = PLATFORM.split_once("---\n").expect("two objects");
    project.chart("platform", &format!("{config}---\n{secret}"));
    project.chart("web", &format!("{worker}---\n{WEB}"));
    assert_eq!(checksum(&project), expected);
    assert_eq!(project.read(TARGET), target);
}

#[test]
fn objects_that_need_no_restart_are_no_sources() {
    // Of its own, of a Job, in another namespace, to pull images with.
    let Some(project) = with_auto("", BY_KEY) else { return };
    let job = "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec:\n  template:\n    spec:\n      imagePullSecrets: [{name: pull}]\n      containers: [{name: a, image: b, envFrom: [{secretRef: {name: db}}]}]\n";
    project.chart("web", &format!("{WEB}{job}{}", config_map("own", "1")));
    project.edit("web.yaml", "      env:\n", "      envFrom: [{configMapRef: {name: own}}]\n      env:\n");
    assert_eq!(labels(&project), ["configmap:settings"]);
    assert_eq!(findings(&project, &["list"]), [""; 0]);
    // With a controller that restarts the pods.
    project.edit(
        "charts/web/templates/all.yaml",
        "metadata:\n  name: {{ .Release.Name }}\nspec",
        "metadata:\n  name: {{ .Release.Name }}\n  annotations: {reloader.stakater.com/auto: \"true\"}\nspec",
    );
    assert_eq!(labels(&project), [""; 0]);
    // But not of an object that asks to be left alone.
    project.edit(
        "charts/platform/templates/all.yaml",
        "  name: settings\n",
        "  name: settings\n  annotations: {reloader.stakater.com/ignore: \"true\"}\n",
    );
    assert_eq!(labels(&project), ["configmap:settings"]);
}

#[test]
fn what_finds_nothing_has_no_checksum() {
    let pod = "pod: {containers: [{name: app, image: web}]}\n";
    let Some(project) = with_auto("", pod) else { return };
    project.helmsum(&["generate", "--strict"]).succeeds();
    let target = project.read(TARGET);
    assert!(target.lines().all(|line| line.starts_with('#')), "{target}");
    let found = only(&project);
    assert!(
        found.starts_with("empty-source note release `apps/web`: `auto` finds no object of another"),
        "{found}"
    );
    project.helmsum(&["check", "--strict"]).succeeds();
    // Nor does it need a target.
    project.edit("helmfile.yaml", ", web.checksum.yaml", "");
    project.helmsum(&["check", "--strict"]).succeeds();
    project.write("web.yaml", &format!("# helmsum: auto\n{BY_KEY}"));
    assert!(project.helmsum(&["check"]).fails().contains("error[unwired-release]"));
    // What is declared beside it counts alone.
    project.edit("helmfile.yaml", "[web.yaml]", "[web.yaml, web.checksum.yaml]");
    project.write("web.yaml", &format!("# helmsum: auto\n# helmsum: ./conf\n{pod}"));
    project.write("conf/a", "1");
    let digest = project.helmsum(&["hash", "conf"]).succeeds();
    assert_eq!(checksum(&project), digest.trim());
    assert_eq!(findings(&project, &["list"]), [""; 0]);
}

/// A state in which `platform` has a checksum in what it makes.
const CHAIN: &str = "\
releases:
  - name: web
    namespace: apps
    chart: ./charts/web
    needs: [platform]
    values: [web.yaml, web.checksum.yaml]
  - name: platform
    namespace: apps
    chart: ./charts/platform
    needs: [base]
    values: [platform.yaml, platform.checksum.yaml]
  - name: base
    namespace: apps
    chart: ./charts/base
";

#[test]
fn producers_that_are_consumers_come_first() {
    let Some(project) = with_auto("", BY_KEY) else { return };
    project.write("helmfile.yaml", CHAIN);
    project.chart("base", &config_map("base", "one"));
    let workload = WEB.replace(
        "{{ .Values.configChecksum | quote }}",
        "{{ required \"a checksum\" .Values.configChecksum }}",
    );
    project.chart(
        "platform",
        &format!(
            "{}---\n{workload}",
            PLATFORM.replace(
                "{{- toYaml .Values.config | nindent 2 }}",
                "sum: {{ .Values.configChecksum | quote }}"
            )
        ),
    );
    let pod = BY_KEY.replace("settings", "base").replace("key: colour", "key: key");
    project.write("platform.yaml", &format!("# helmsum: auto\n{PLATFORM_VALUES}{pod}"));
    let first = checksum(&project);
    assert!(project.read("platform.checksum.yaml").contains("  configmap:base\n"));
    // Whatever lies on the disk, and whatever is asked for.
    project.write(
        "platform.checksum.yaml",
        "# Generated by helmsum. Edits are lost: run `helmsum generate`.\nconfigChecksum: \"old\"\n",
    );
    project.helmsum(&["generate", "--release=apps/web"]).succeeds();
    assert!(project.read(TARGET).contains(&first));
    std::fs::remove_file(project.root.join("platform.checksum.yaml")).expect("a file");
    project.helmsum(&["check", "-l", "name=web"]).succeeds();
    project.chart("base", &config_map("base", "two"));
    assert_ne!(checksum(&project), first, "one run carries a change through both");
    project.helmsum(&["check"]).succeeds();
    // Each reads what the other makes.
    project.edit("charts/base/templates/all.yaml", "name: base", "name: nobodys");
    let pod = BY_KEY.replace("settings", "of-web");
    project.chart("web", &format!("{WEB}{}", config_map("of-web", "1")));
    project.write("platform.yaml", &format!("# helmsum: auto\n{PLATFORM_VALUES}{pod}"));
    let told = project.helmsum(&["generate"]).fails();
    assert!(told.contains("its sources form a cycle: `apps/web` (web.yaml:1) -> `apps/platform`"), "{told}");
}

#[test]
fn names_in_a_target_do_not_decide_what_is_found() {
    let Some(project) = with_auto("", BOTH) else { return };
    project.write("helmsum.yaml", "format: rollout-checksums\n");
    // The chart wants a checksum of each object that it reads, by name.
    let sums = "{{- range $kind, $names := dict \"configMaps\" \"settings\" \"secrets\" \"db\" }}\n        checksum/{{ $kind }}: {{ required \"a checksum\" (dig \"checksums\" $kind $names \"\" $.Values.rolloutChecksums) | quote }}\n        {{- end }}";
    let own = "checksum/config: {{ .Values.configChecksum | quote }}";
    project.chart("web", &WEB.replace(own, sums));
    project.helmsum(&["generate"]).succeeds();
    let target = project.read(TARGET);
    assert!(
        target.contains("    secrets:\n      db: ") && target.contains("    configMaps:\n      settings: "),
        "{target}"
    );
    project.helmsum(&["check"]).succeeds();
    project.helmfile(&["template", "--skip-deps"]).succeeds();
    // One that reads an object only where its checksum is not there never settles.
    let other = "{{ if not (dig \"checksums\" \"configMaps\" \"settings\" \"\" (.Values.rolloutChecksums | default dict)) }}";
    let reader = WEB.replace(own, "a: b").replace("apiVersion", &format!("{other}\napiVersion"));
    project.chart("web", &format!("{reader}{{{{ end }}}}\n"));
    let told = project.helmsum(&["generate"]).fails();
    assert!(told.contains("what its pods read depends on the names in its target"), "{told}");
}

#[test]
fn a_second_run_starts_no_helm() {
    let Some(project) = with_auto("", BOTH) else { return };
    project.write("key", "0123456789abcdef0123456789abcdef");
    project.shell("chmod 600 key");
    project.write("helmsum.yaml", "keyFile: key\n");
    checksum(&project);
    let told = project.helmsum(&["check", "--debug"]).told();
    assert!(told.contains(" with 0 calls of helm, "), "{told}");
    project.shell("HELMSUM_CACHE=verify helmsum check");
}

#[test]
fn an_audit_finds_nothing_that_it_does_not() {
    let Some(project) = with_auto("", BOTH) else { return };
    audit(&project, &[]).finds_nothing().reads(&[
        "Deployment web reads ConfigMap settings: covered (configmap:settings)",
        "Deployment web reads Secret db: covered (secret:db)",
    ]);
    project.write("web.yaml", &format!("# helmsum: auto exclude=secret:db\n{BOTH}"));
    audit(&project, &[]).finds(&["unbridged-reference warn"]);
}

#[test]
fn each_environment_has_its_own() {
    let Some(project) = with_auto("", BOTH) else { return };
    let environments =
        "environments:\n  one: {values: [{colour: red}]}\n  two: {values: [{colour: blue}]}\n---\n";
    let state = STATE.replace("web.checksum.yaml", "\"{{ .Environment.Name }}.checksum.yaml\"");
    std::fs::remove_file(project.root.join("helmfile.yaml")).expect("a file");
    project.write(
        "helmfile.yaml.gotmpl",
        &format!(
            "{environments}{}",
            state.replace("platform.yaml]", "platform.yaml, {config: {colour: {{ .Values.colour }}}}]")
        ),
    );
    project.helmsum(&["generate", "--all-environments"]).succeeds();
    let sums = ["one", "two"].map(|name| project.read(&format!("{name}.checksum.yaml")));
    assert_ne!(sums[0], sums[1]);
    for name in ["one", "two"] {
        project.helmsum(&["check", "-e", name]).succeeds();
    }
    // One target for both is told of where what is declared differs, and not for what is found.
    project.edit("helmfile.yaml.gotmpl", "\"{{ .Environment.Name }}.checksum.yaml\"", "web.checksum.yaml");
    assert_eq!(findings(&project, &["list", "-e", "one"]), [""; 0]);
}

#[test]
fn a_hook_of_helmfile_writes_it() {
    let Some(project) = with_auto("", BOTH) else { return };
    let hook = "hooks:\n  - name: helmsum\n    events: [prepare]\n    showlogs: true\n    command: helmsum\n    args: [generate, --strict, --file=helmfile.yaml, \"--environment={{ .Environment.Name }}\"]\n";
    project.write("helmfile.yaml", &format!("{hook}{STATE}"));
    project.write("key", "0123456789abcdef0123456789abcdef");
    project.shell("chmod 600 key");
    project.write("helmsum.yaml", "keyFile: key\n");
    let told = project.helmfile(&["template", "--skip-deps"]).succeeds();
    let sum = project
        .read(TARGET)
        .lines()
        .find_map(|line| line.strip_prefix("configChecksum: ").map(str::to_owned));
    assert!(told.contains(&format!("checksum/config: {}", sum.expect("a checksum"))), "{told}");
    project.helmsum(&["check", "--strict"]).succeeds();
}

#[test]
fn without_programs_it_is_not_known() {
    let Some(project) = with_auto("", BOTH) else { return };
    project.script("helm-of-the-project", "exec helm \"$@\"");
    project.edit("helmfile.yaml", "releases:\n", "helmBinary: ./helm-of-the-project\nreleases:\n");
    let own = checksum(&project);
    let told = project.helmsum(&["generate", "--no-exec"]).fails().replace("\n  ", " ");
    assert!(told.contains("`auto`: what its pods read is not known"), "{told}");
    assert!(project.read(TARGET).contains(&own));
}

#[test]
fn a_checksum_of_it_may_be_held() {
    let Some(project) = with_auto("", BOTH) else { return };
    let before = checksum(&project);
    project.write("helmsum.yaml", "releases:\n  - {release: apps/web, hold: until the index is rebuilt}\n");
    project.edit("platform.yaml", "red", "blue");
    assert_eq!(checksum(&project), before);
    assert!(findings(&project, &["list"])[0].starts_with("held note "));
    project.helmsum(&["check"]).succeeds();
}
