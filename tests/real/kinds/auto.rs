//! `auto`: what pods read of other releases.

use serde_json::Value;

use super::project::Project;
use crate::audit::project::{BY_KEY, PLATFORM, PLATFORM_VALUES, STATE, WEB, audit, project};

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

#[test]
fn what_is_made_elsewhere_is_named() {
    let Some(project) = with_auto("", &reads_secret("vault")) else { return };
    let found = only_of(&project, "incomplete-auto");
    assert_eq!(
        found,
        "incomplete-auto note release `apps/web`: `auto` leaves out `secret:vault`, which Deployment `web` reads (envFrom of container app): no release of the state makes it"
    );
    project.helmsum(&["generate", "--strict"]).succeeds();
    project.write("web.yaml", &format!("# helmsum: auto exclude=secret:vau*\n{}", reads_secret("vault")));
    assert!(only(&project).starts_with("empty-source note "));
    // A controller makes it.
    let vault = "---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db-of-vault}\nspec: {target: {name: vault}}\n";
    project.chart("platform", &format!("{PLATFORM}{vault}"));
    project.write("web.yaml", &format!("# helmsum: auto\n{}", reads_secret("vault")));
    let found = only_of(&project, "incomplete-auto");
    assert!(
        found.contains("a controller makes it of ExternalSecret db-of-vault of apps/platform"),
        "{found}"
    );
    let hint = hint_of(&project, "incomplete-auto");
    let directive = "# helmsum: object:ExternalSecret/db-of-vault from=apps/platform";
    assert!(hint.starts_with(&format!("`{directive}` moves with each edit")), "{hint}");
    project.write("web.yaml", &format!("# helmsum: auto\n{directive}\n{}", reads_secret("vault")));
    assert_eq!(findings(&project, &["list"]), [""; 0]);
    assert_eq!(labels(&project), ["object:ExternalSecret/db-of-vault"]);
    project.write(
        "web.yaml",
        &format!("# helmsum: auto\n# helmsum: release:platform\n{}", reads_secret("vault")),
    );
    assert_eq!(findings(&project, &["list"]), [""; 0]);
}

/// The finding of a code, which is there once.
#[track_caller]
fn only_of(project: &Project, code: &str) -> String {
    let found = findings(project, &["list"]);
    let own: Vec<&String> = found.iter().filter(|one| one.starts_with(code)).collect();
    assert_eq!(own.len(), 1, "{found:#?}");
    own[0].clone()
}

/// The hint of the first finding of a code.
fn hint_of(project: &Project, code: &str) -> String {
    let document = document(project, &["list"]);
    let all = document["findings"].as_array().cloned().unwrap_or_default();
    let found = all.iter().find(|one| one["code"] == code).unwrap_or_else(|| panic!("{document}"));
    found["hint"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn what_the_state_does_not_decide_is_left_out_and_named() {
    let both =
        BOTH.replace("      volumeMounts", "      envFrom: [{secretRef: {name: made}}]\n      volumeMounts");
    for (value, level, said) in [
        (
            "{{ (lookup \"v1\" \"Secret\" \"apps\" \"made\").data | default \"none\" | toJson | quote }}",
            "note",
            "depends on the cluster",
        ),
        ("{{ randAlphaNum 8 | quote }}", "warn", "differs each time"),
    ] {
        let Some(project) = with_auto("", BOTH) else { return };
        project.write("helmsum.yaml", "levels: {guessable-secret: allow}\n");
        let expected = checksum(&project);
        project.write("web.yaml", &format!("# helmsum: auto\n{both}"));
        let made = format!(
            "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: made}}\nstringData: {{a: {value}}}\n"
        );
        project.chart("platform", &format!("{PLATFORM}{made}"));
        let found = only_of(&project, "incomplete-auto");
        let start = format!(
            "incomplete-auto {level} release `apps/web`: `auto` leaves out `secret:made`: `stringData/a` "
        );
        assert!(found.starts_with(&start) && found.contains(said), "{found}");
        assert_eq!(checksum(&project), expected, "the others count");
        assert_eq!(labels(&project), ["configmap:settings", "secret:db"]);
        let before = project.read(TARGET);
        let strict = project.helmsum(&["generate", "--strict"]);
        let told = if level == "note" { strict.succeeds() } else { strict.fails() };
        assert_eq!(told.contains("error[incomplete-auto]"), level != "note", "{told}");
        assert_eq!(project.read(TARGET), before);
        project.write("web.yaml", &format!("# helmsum: auto exclude=secret:made\n{both}"));
        assert_eq!(findings(&project, &["list"]), [""; 0]);
        // Somebody who lowers the level of what decides it has it hashed, as if it were declared.
        project.write("web.yaml", &format!("# helmsum: auto\n{both}"));
        project.write("helmsum.yaml", "levels: {cluster-lookup: warn, unstable-source: warn}\n");
        assert_eq!(labels(&project), ["configmap:settings", "secret:db", "secret:made"]);
    }
}

#[test]
fn several_makers_are_told_apart_by_needs_or_named() {
    let Some(project) = with_auto("", BY_KEY) else { return };
    let other = "  - {name: other, namespace: apps, chart: ./charts/platform, values: [other.yaml]}\n";
    project.write("helmfile.yaml", &format!("{STATE}{other}"));
    project.write("other.yaml", "secret: {password: x}\nconfig: {colour: green}\n");
    let needed = checksum(&project);
    assert_eq!(findings(&project, &["list"]), [""; 0]);
    project.edit("helmfile.yaml", "    needs: [platform]\n", "");
    let found = only_of(&project, "incomplete-auto");
    assert!(
        found.contains("warn ")
            && found.ends_with("several releases make it: `apps/platform` and `apps/other`"),
        "{found}"
    );
    assert_eq!(labels(&project), [""; 0]);
    project.write(
        "web.yaml",
        &format!("# helmsum: auto\n# helmsum: configmap:settings from=platform\n{BY_KEY}"),
    );
    assert_eq!(checksum(&project), needed);
    assert!(only(&project).starts_with("missing-need"), "the one that is meant is named");
}

#[test]
fn what_cannot_be_rendered_is_told() {
    let Some(project) = with_auto("", BOTH) else { return };
    let before = checksum(&project);
    // A release that has nothing to do with it.
    let missing = "  - {name: far, namespace: apps, chart: ./charts/far}\n";
    project.write("helmfile.yaml", &format!("{STATE}{missing}"));
    assert_eq!(checksum(&project), before);
    assert_eq!(findings(&project, &["list"]), [""; 0]);
    // One that may make what nobody else does.
    project.edit("web.yaml", "secretName: db", "secretName: far");
    let found = only_of(&project, "incomplete-auto");
    assert!(
        found.contains("warn ")
            && found.contains("no release makes it that could be rendered, and `apps/far` could not"),
        "{found}"
    );
    let hint = hint_of(&project, "incomplete-auto");
    assert!(
        hint.starts_with("for `apps/far`: ")
            && hint.ends_with("if none of them makes it: `exclude=secret:far`"),
        "{hint}"
    );
    project.helmsum(&["generate", "--strict"]).fails();
    assert!(project.read(TARGET).contains(&before), "the target is as it was");
    // The release itself.
    project.edit("web.yaml", "secretName: far", "secretName: db");
    project.edit(
        "charts/web/templates/all.yaml",
        "spec:\n  selector",
        "spec:\n  x: {{ fail \"no\" }}\n  selector",
    );
    let told = project.helmsum(&["generate"]).fails().replace("\n  ", " ");
    assert!(
        told.contains("release `apps/web`: `auto`: what its pods read is not known: helm cannot render it"),
        "{told}"
    );
    assert!(project.read(TARGET).contains(&before), "the target is as it was");
    assert!(told.contains("sources not read"), "{told}");
}

#[test]
fn what_is_declared_or_accepted_is_not_found_again() {
    let Some(project) = with_auto("", BOTH) else { return };
    project.write("web.yaml", &format!("# helmsum: auto\n# helmsum: secret:db as database\n{BOTH}"));
    assert_eq!(labels(&project), ["configmap:settings", "database"]);
    project.write("web.yaml", &format!("# helmsum: accept secret:db it reloads\n# helmsum: auto\n{BOTH}"));
    assert_eq!(labels(&project), ["configmap:settings"]);
    let audited = audit(&project, &[]);
    assert!(
        audited.readings().contains(&"Deployment web reads Secret db: accepted (it reloads)".to_owned()),
        "{:?}",
        audited.readings()
    );
    // Somebody else's object of that name.
    let other = "  - {name: other, namespace: apps, chart: ./charts/other}\n";
    project.write("helmfile.yaml", &format!("{STATE}{other}"));
    project.chart(
        "other",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: far}\nstringData: {a: b}\n",
    );
    project.write("web.yaml", &format!("# helmsum: auto\n# helmsum: secret:db from=other\n{BOTH}"));
    let told = project.helmsum(&["list"]).fails();
    assert!(told.contains("`secret:db` stands for two sources"), "{told}");
}

#[test]
fn patterns_that_leave_nothing_out_are_told() {
    let Some(project) = with_auto(" exclude=secret:d* exclude=secret:tls-* exclude=configmap:own", BOTH)
    else {
        return;
    };
    let found = findings(&project, &["list"]);
    assert_eq!(
        found,
        [
            "unmatched-entry warn release `apps/web`: `exclude=secret:tls-*` leaves nothing out of `auto`",
            "unmatched-entry warn release `apps/web`: `exclude=configmap:own` leaves nothing out of `auto`"
        ]
    );
    assert!(findings(&project, &["list", "--all-environments"])[0].starts_with("unmatched-entry deny"));
    assert_eq!(findings(&project, &["list", "--release=web"]), [""; 0], "others may have the file, too");
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

#[test]
fn a_part_of_a_state_does_not_tell_who_makes_something() {
    let Some(project) = with_auto("", BOTH) else { return };
    let (web, platform) = STATE.split_once("  - name: platform").expect("two releases");
    let web = web
        .replace("    needs: [platform]\n", "")
        .replace("./charts", "../charts")
        .replace("[web.yaml, web", "[../web.yaml, ../web");
    project.write("web/helmfile.yaml", &web);
    project.write(
        "helmfile.yaml",
        &format!("helmfiles: [web/helmfile.yaml]\nreleases:\n  - name: platform{platform}"),
    );
    let whole = checksum(&project);
    let found = findings(&project, &["list", "-f", "web/helmfile.yaml"]);
    let start = "incomplete-auto warn release `apps/web`: `auto` leaves out `configmap:settings`, `secret:db`, which its pods read: no release that is read makes them, and `helmfile.yaml` is not read";
    assert!(found.iter().any(|one| one.starts_with(start)), "{found:#?}");
    project.helmsum(&["generate", "--strict", "-f", "web/helmfile.yaml"]).fails();
    assert!(project.read(TARGET).contains(&whole), "the target is as it was");
    // In a folder of state files, too.
    std::fs::create_dir(project.root.join("helmfile.d")).expect("a folder");
    std::fs::remove_file(project.root.join("helmfile.yaml")).expect("a file");
    project.write("helmfile.d/web.yaml", &web);
    project.write(
        "helmfile.d/platform.yaml",
        &format!(
            "releases:\n  - name: platform{}",
            platform.replace("./charts", "../charts").replace("[platform", "[../platform")
        ),
    );
    assert_eq!(checksum(&project), whole);
    let found = findings(&project, &["list", "-f", "helmfile.d/web.yaml"]);
    assert!(found[0].contains("and `helmfile.d/platform.yaml` is not read"), "{found:#?}");
}

#[test]
fn hooks_of_helm_and_objects_of_several_namespaces_are_left_out() {
    let Some(project) = with_auto("", BY_KEY) else { return };
    project.edit(
        "charts/platform/templates/all.yaml",
        "  name: settings\n",
        "  name: settings\n  annotations: {helm.sh/hook: pre-install}\n",
    );
    let found = only_of(&project, "incomplete-auto");
    assert!(
        found.contains("warn ") && found.contains("release `apps/platform` renders it as a hook of helm"),
        "{found}"
    );
    // Pods in another namespace than their release.
    let there = config_map("settings", "1").replace("name: settings", "name: settings, namespace: far");
    project.chart("platform", &format!("{PLATFORM}{there}"));
    assert_eq!(labels(&project), ["configmap:settings"]);
    project.edit(
        "charts/web/templates/all.yaml",
        "  name: {{ .Release.Name }}\nspec",
        "  name: {{ .Release.Name }}\n  namespace: far\nspec",
    );
    let found = only_of(&project, "incomplete-auto");
    assert!(
        found.contains("release `apps/platform` makes one of that name in several namespaces"),
        "{found}"
    );
    project.chart("platform", &there);
    assert_eq!(labels(&project), ["configmap:settings"]);
    project.helmsum(&["generate"]).succeeds();
}
