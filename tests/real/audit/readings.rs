//! What pods read and whether they have to restart.

use super::project::{BY_KEY, BY_SECRET, MOUNTED, PLATFORM, STATE, WEB, audit, project};

/// The values of a pod with one container, which has these fields beside its name and image.
fn pod(container: &str, pod: &str) -> String {
    format!("pod:\n  containers:\n    - {{name: app, image: web, {container}}}\n{pod}")
}

#[test]
fn what_is_read_at_the_start_is_denied_and_what_is_mounted_is_warned_of() {
    let Some(project) = project("") else { return };
    let volume = |mount: &str| {
        pod(
            &format!("volumeMounts: [{{name: v, mountPath: /v{mount}}}]"),
            "  volumes: [{name: v, secret: {secretName: db}}]\n",
        )
    };
    let denied = [
        ("env", BY_SECRET.to_owned()),
        ("envFrom", pod("envFrom: [{secretRef: {name: db}}]", "")),
        ("volume v with subPath", volume(", subPath: password")),
        (
            "volume v of container wait",
            format!(
                "{}{}",
                pod("ports: []", "  volumes: [{name: v, secret: {secretName: db}}]\n"),
                "  initContainers: [{name: wait, image: w, volumeMounts: [{name: v, mountPath: /v}]}]\n"
            ),
        ),
    ];
    for (how, values) in &denied {
        project.write("web.yaml", values);
        let audited = audit(&project, &[])
            .finds(&["unbridged-reference deny"])
            .reads(&["Deployment web reads Secret db: unbridged"]);
        let (message, _) = audited.only("unbridged-reference");
        let starts =
            "Deployment `web` of release `apps/web` starts with Secret `db` of release `apps/platform` (";
        assert!(message.starts_with(&format!("{starts}{how}")), "{how}: {message}");
    }
    for values in [volume(""), MOUNTED.to_owned()] {
        project.write("web.yaml", &values);
        let audited = audit(&project, &[]).finds(&["unbridged-reference warn"]);
        assert!(audited.only("unbridged-reference").0.contains("mounts"), "{values}");
        audit(&project, &["--strict"]).finds(&["unbridged-reference deny"]);
    }
    // The gravest of several ways counts, and they are one reading.
    let both = pod(
        "envFrom: [{secretRef: {name: db}}], volumeMounts: [{name: v, mountPath: /v}]",
        "  volumes: [{name: v, secret: {secretName: db}}]\n",
    );
    project.write("web.yaml", &both);
    let audited = audit(&project, &[]).finds(&["unbridged-reference deny"]);
    let (message, _) = audited.only("unbridged-reference");
    assert!(message.contains("(envFrom of container app and 1 more)"), "{message}");
}

#[test]
fn what_the_hint_says_makes_it_go_away() {
    let Some(project) = project(BY_KEY) else { return };
    let audited = audit(&project, &[]).finds(&["unbridged-reference deny"]);
    let (_, hint) = audited.only("unbridged-reference");
    assert_eq!(
        hint,
        "`helmsum init apps/web` shows the edits, and makes them with `--apply`: add `# helmsum: configmap:settings from=apps/platform` to `web.yaml`"
    );
    project.write("web.yaml", &format!("# helmsum: configmap:settings from=apps/platform\n{BY_KEY}"));
    audit(&project, &[])
        .finds_nothing()
        .reads(&["Deployment web reads ConfigMap settings: covered (configmap:settings)"]);
}

#[test]
fn without_a_target_the_hint_asks_for_one() {
    let Some(project) = project(BY_KEY) else { return };
    project.edit("helmfile.yaml", ", web.checksum.yaml", "");
    let audited = audit(&project, &[]).finds(&["unbridged-reference deny"]);
    let (_, hint) = audited.only("unbridged-reference");
    let directive = "# helmsum: configmap:settings from=apps/platform";
    assert_eq!(
        hint,
        format!(
            "`helmsum init apps/web` shows the edits, and makes them with `--apply`: add `{directive}` to `web.yaml`, and list a target \
             among its values"
        )
    );
    project.write("web.yaml", &format!("{directive}\n{BY_KEY}"));
    let (_, hint) = audit(&project, &[]).finds(&["unwired-release deny"]).only("unwired-release");
    assert!(hint.contains("`- web.checksum.yaml`"), "{hint}");
    project.edit("helmfile.yaml", "[web.yaml", "[web.yaml, web.checksum.yaml");
    audit(&project, &[]).finds_nothing();
}

#[test]
fn a_release_without_values_files_gets_a_hint_that_can_be_followed() {
    let Some(project) = project("") else { return };
    let inline = BY_KEY.replace('\n', "\n        ");
    project.edit("helmfile.yaml", "values: [web.yaml, web.checksum.yaml]", "values:\n      - INLINE");
    project.edit("helmfile.yaml", "INLINE", inline.trim_end());
    let (_, hint) = audit(&project, &[]).finds(&["unbridged-reference deny"]).only("unbridged-reference");
    assert!(hint.contains("helmsum.yaml") || hint.contains("a values file of release `apps/web`"), "{hint}");
}

#[test]
fn the_hint_names_a_file_that_no_other_release_lists() {
    let Some(project) = project(BY_KEY) else { return };
    let hint = || audit(&project, &[]).finds(&["unbridged-reference deny"]).only("unbridged-reference").1;
    project.edit("helmfile.yaml", "[platform.yaml]", "[common.yaml, platform.yaml]");
    project.edit(
        "helmfile.yaml",
        "[web.yaml, web.checksum.yaml]",
        "[common.yaml, web.yaml, web.checksum.yaml]",
    );
    project.write("common.yaml", "size: small\n");
    assert_eq!(
        hint(),
        "`helmsum init apps/web` shows the edits, and makes them with `--apply`: add `# helmsum: configmap:settings from=apps/platform` to `web.yaml`"
    );
    project.edit("helmfile.yaml", "platform.yaml]", "platform.yaml, web.yaml]");
    let alone = "a values file that only release `apps/web` lists";
    assert!(hint().ends_with(&format!("add `# helmsum: configmap:settings from=apps/platform` to {alone}")));
}

/// A chart with a workload of this kind that reads the Secret `db` when it starts.
fn workload(head: &str, around: [&str; 2], pod: &str) -> String {
    format!(
        "{head}\nspec: {}{{metadata: {{}}, spec: {{containers: [{{name: app, image: web, envFrom: [{{secretRef: {{name: db}}}}]}}]{pod}}}}}{}\n",
        around[0], around[1]
    )
}

#[test]
fn what_needs_no_restart_is_counted_and_no_finding() {
    let Some(project) = project("") else { return };
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: web}";
    let template = ["{template: ", "}"];
    let hook = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, annotations: {helm.sh/hook: pre-install}}";
    let annotated = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, annotations: {reloader.stakater.com/auto: 'true'}}";
    let next_run = "needless (read anew by the next run)";
    for (chart, kind, verdict) in [
        (workload(job, template, ""), "Job", next_run),
        (
            workload(
                "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: web}",
                ["{jobTemplate: {spec: {template: ", "}}}"],
                "",
            ),
            "CronJob",
            next_run,
        ),
        (workload(hook, template, ""), "Deployment", next_run),
        (workload(annotated, template, ""), "Deployment", "needless (restarted by a controller)"),
    ] {
        project.chart("web", &chart);
        let audited =
            audit(&project, &[]).finds_nothing().reads(&[&format!("{kind} web reads Secret db: {verdict}")]);
        assert_eq!(audited.count("needless"), 1);
    }
    project.chart("web", WEB);
    project.write("web.yaml", &pod("ports: []", "  imagePullSecrets: [{name: db}]\n"));
    audit(&project, &[]).finds_nothing().reads(&["Deployment web reads Secret db: needless (read live)"]);
    project.write(
        "web.yaml",
        &MOUNTED.replace(
            "  volumes:",
            "    - name: reload\n      image: config-reloader\n      volumeMounts: [{name: settings, mountPath: /etc/web}]\n  volumes:",
        ),
    );
    audit(&project, &[])
        .finds_nothing()
        .reads(&["Deployment web reads ConfigMap settings: needless (reloaded by a program beside)"]);
    project.chart(
        "web",
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{hosts: [h], secretName: db}]}\n",
    );
    audit(&project, &[]).finds_nothing().reads(&["Ingress web reads Secret db: needless (read live)"]);
}

#[test]
fn what_a_custom_resource_names_for_its_operator_is_left_to_that() {
    let Some(project) = project("pod: {}\n") else { return };
    let runners = |more: &str| {
        format!(
            "apiVersion: actions.github.com/v1alpha1\nkind: AutoscalingRunnerSet\nmetadata: {{name: web}}\nspec:\n  githubConfigSecret: db\n  settings: {{configMapRef: {{name: settings}}, clientSecret: hunter2}}\n{more}"
        )
    };
    project.chart("web", &runners(""));
    let left = "needless (left to an operator)";
    let both = [
        format!("AutoscalingRunnerSet web reads ConfigMap settings: {left}"),
        format!("AutoscalingRunnerSet web reads Secret db: {left}"),
    ];
    let both = both.each_ref().map(String::as_str);
    let audited = audit(&project, &[]).finds_nothing().reads(&both);
    assert_eq!((audited.count("readings"), audited.count("needless")), (2, 2));
    let listed = project.helmsum(&["audit", "--verbose"]).succeeds();
    assert!(
        listed.contains(
            "  AutoscalingRunnerSet web reads Secret db (spec.githubConfigSecret): left to an operator\n"
        ),
        "{listed}"
    );
    assert!(listed.contains("2 readings: 2 need nothing (2 left to an operator)\n"), "{listed}");
    assert!(!listed.contains("hunter2"), "{listed}");
    // What its pods read too is one reading, by the graver way.
    let pods =
        "  template: {spec: {containers: [{name: run, image: run, envFrom: [{secretRef: {name: db}}]}]}}\n";
    project.chart("web", &runners(pods));
    audit(&project, &[])
        .finds(&["unbridged-reference warn"])
        .reads(&["AutoscalingRunnerSet web reads Secret db: unbridged", both[0]]);
    // Another namespace has no such objects, and those of the own release are its own concern.
    project.chart("web", &runners("").replace("{name: web}", "{name: web, namespace: shop}"));
    audit(&project, &[]).finds_nothing().reads(&[]);
    project.chart("web", &runners("").replace("{name: settings}", "{name: settings, namespace: shop}"));
    audit(&project, &[]).finds_nothing().reads(&[both[1]]);
    project.chart("web", &format!("{}---\n{PLATFORM}", runners("")));
    project.write("web.yaml", super::project::PLATFORM_VALUES);
    project.edit("helmfile.yaml", "    needs: [platform]\n", "");
    audit(&project, &[]).finds_nothing().reads(&[]);
}

#[test]
fn objects_of_the_own_release_are_counted_and_not_judged() {
    let Some(project) = project(&format!("{BY_SECRET}{}", super::project::PLATFORM_VALUES)) else { return };
    project.chart("web", &format!("{WEB}---\n{PLATFORM}"));
    project.edit("helmfile.yaml", "    needs: [platform]\n", "");
    audit(&project, &[]).finds_nothing().reads(&["Deployment web reads Secret db: own"]);
}

#[test]
fn an_object_counts_only_in_its_namespace_and_cluster() {
    let Some(project) = project(BY_SECRET) else { return };
    let unmade = &["Deployment web reads Secret db: unmade"];
    project.write("helmfile.yaml", &STATE.replace("needs: [platform]", "needs: [data/platform]"));
    project.edit(
        "helmfile.yaml",
        "name: platform\n    namespace: apps",
        "name: platform\n    namespace: data",
    );
    audit(&project, &[]).finds_nothing().reads(unmade);
    // What a chart puts into the namespace of another release counts there.
    project.edit("charts/platform/templates/all.yaml", "name: db", "name: db\n  namespace: apps");
    audit(&project, &[]).finds(&["unbridged-reference deny"]);
    project.chart("platform", PLATFORM);
    project.write("helmfile.yaml", &STATE.replace("    needs: [platform]\n", ""));
    audit(&project, &[]).finds(&["unbridged-reference deny"]);
    project.edit("helmfile.yaml", "- name: web", "- name: web\n    kubeContext: east");
    audit(&project, &[]).finds_nothing().reads(unmade);
    project.edit("helmfile.yaml", "- name: platform", "- name: platform\n    kubeContext: east");
    audit(&project, &[]).finds(&["unbridged-reference deny"]);
}

/// Another release that makes the same objects.
const OTHER: &str = "  - name: other
    namespace: apps
    chart: ./charts/platform
    values: [platform.yaml]
";

#[test]
fn of_two_releases_that_make_an_object_the_needed_one_counts_and_else_both() {
    let Some(project) = project(BY_KEY) else { return };
    project.write("helmfile.yaml", &format!("{STATE}{OTHER}"));
    let (message, hint) = audit(&project, &[]).only("unbridged-reference");
    assert!(message.contains("of release `apps/platform` ("), "{message}");
    assert!(hint.contains("`# helmsum: configmap:settings from=apps/platform`"), "{hint}");
    project.edit("helmfile.yaml", "    needs: [platform]\n", "");
    let audited = audit(&project, &[]).finds(&["unbridged-reference deny"]);
    let (message, hint) = audited.only("unbridged-reference");
    assert!(message.contains("of releases `apps/platform` and `apps/other` ("), "{message}");
    assert!(!hint.contains("RELEASE"), "what is to be written can be written: {hint}");
    let directives = ["platform", "other"]
        .map(|name| format!("# helmsum: configmap:settings as apps-{name} from=apps/{name}\n"))
        .concat();
    for line in directives.lines() {
        assert!(hint.contains(&format!("`{line}`")), "{hint}");
    }
    // One of them alone does not cover it.
    project.edit("helmfile.yaml", "- name: web\n", "- name: web\n    needs: [platform, other]\n");
    let (first, _) = directives.split_once('\n').expect("two lines");
    project.write("web.yaml", &format!("{first}\n{BY_KEY}"));
    audit(&project, &[]).finds(&["unbridged-reference deny"]);
    project.write("web.yaml", &format!("{directives}{BY_KEY}"));
    audit(&project, &[]).finds_nothing();
}

#[test]
fn what_controllers_make_and_what_is_only_named_is_counted() {
    let Some(project) = project(&pod("args: [--secret=db]", "")) else { return };
    audit(&project, &[]).finds_nothing().reads(&["Deployment web reads Secret db: named"]);
    project.write("web.yaml", BY_SECRET);
    project.chart(
        "platform",
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec: {target: {name: db}}\n",
    );
    audit(&project, &[])
        .finds_nothing()
        .reads(&["Deployment web reads Secret db: controlled (ExternalSecret db of apps/platform)"]);
}

#[test]
fn what_a_controller_makes_is_covered_by_what_it_is_made_of() {
    let Some(project) = project(BY_SECRET) else { return };
    project.chart(
        "platform",
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: outside}\nspec: {target: {name: db}}\n\
         ---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: other}\nspec: {target: {name: other}}\n",
    );
    for source in ["object:ExternalSecret/outside", "release:platform"] {
        project.write("web.yaml", &format!("# helmsum: {source}\n{BY_SECRET}"));
        let reading = format!("Deployment web reads Secret db: covered ({source})");
        audit(&project, &[]).finds_nothing().reads(&[&reading]);
    }
    project.write("web.yaml", &format!("# helmsum: object:ExternalSecret/other\n{BY_SECRET}"));
    audit(&project, &[])
        .finds_nothing()
        .reads(&["Deployment web reads Secret db: controlled (ExternalSecret outside of apps/platform)"]);
    // A checksum that arrives nowhere covers nothing.
    project.write("web.yaml", &format!("# helmsum: object:ExternalSecret/outside\n{BY_SECRET}"));
    project.edit(
        "charts/web/templates/all.yaml",
        "checksum/config: {{ .Values.configChecksum | quote }}",
        "{}",
    );
    audit(&project, &[]).finds(&["inert-annotation deny"]).reads(&["Deployment web reads Secret db: missed"]);
}

#[test]
fn what_somebody_accepts_with_a_reason_is_counted() {
    let Some(project) = project(MOUNTED) else { return };
    let (_, hint) = audit(&project, &[]).finds(&["unbridged-reference warn"]).only("unbridged-reference");
    let words: Vec<&str> = hint.split('`').skip(1).step_by(2).collect();
    let accept = words.last().expect("a directive").replace("REASON", "it watches the folder");
    assert_eq!(accept, "# helmsum: accept configmap:settings it watches the folder");
    project.write("web.yaml", &format!("{accept}\n{MOUNTED}"));
    let audited = audit(&project, &["--strict", "-l", "name=web"]);
    assert_eq!(
        audited.readings(),
        ["Deployment web reads ConfigMap settings: accepted (it watches the folder)"]
    );
    assert_eq!(audited.findings(), Vec::<String>::new());
    // The same twice is one too many.
    project.write("web.yaml", &format!("{accept}\n# helmsum: accept configmap:settings again\n{MOUNTED}"));
    let audited = audit(&project, &[]).finds(&["unmatched-entry warn"]);
    assert_eq!(
        audited.readings(),
        ["Deployment web reads ConfigMap settings: accepted (it watches the folder)"]
    );
    let (message, hint) = audited.only("unmatched-entry");
    assert_eq!(
        message,
        "release `apps/web` accepts ConfigMap `settings` twice, and the reason at `web.yaml:1` counts"
    );
    assert_eq!(hint, "remove one of the two directives");
    assert_eq!(audited.list("findings")[0]["line"], 2);
    // It counts for this object alone, and one that answers to nothing is found.
    project.write("web.yaml", &format!("{}\n{MOUNTED}", accept.replace("settings", "other")));
    audit(&project, &[]).finds(&["unbridged-reference warn", "unmatched-entry warn"]);
}

#[test]
fn what_a_controller_copies_from_another_namespace_is_counted() {
    let Some(project) = project(BY_SECRET) else { return };
    project.edit(
        "helmfile.yaml",
        "name: platform\n    namespace: apps",
        "name: platform\n    namespace: vault",
    );
    project.edit("helmfile.yaml", "    needs: [platform]\n", "");
    let read = |verdict: &str| {
        audit(&project, &[]).finds_nothing().reads(&[&format!("Deployment web reads Secret db: {verdict}")]);
    };
    read("unmade");
    let annotation = "reflector.v1.k8s.emberstack.com/reflection-auto-enabled: 'true'";
    let annotated = format!("name: db\n  annotations: {{{annotation}}}");
    project.chart("platform", &PLATFORM.replace("name: db", &annotated));
    read("controlled (Secret db of vault/platform)");
}

#[test]
fn without_a_namespace_it_does_not_matter_whether_a_chart_writes_one() {
    let Some(project) = project(BY_SECRET) else { return };
    project.edit("helmfile.yaml", "    namespace: apps\n", "");
    let written =
        |chart: &str| chart.replacen("metadata:\n", "metadata:\n  namespace: {{ .Release.Namespace }}\n", 1);
    for (web, platform) in [
        (WEB.to_owned(), PLATFORM.to_owned()),
        (written(WEB), PLATFORM.to_owned()),
        (WEB.to_owned(), written(PLATFORM)),
        (written(WEB), written(PLATFORM)),
    ] {
        project.chart("web", &web);
        project.chart("platform", &platform);
        audit(&project, &[])
            .finds(&["unbridged-reference deny"])
            .reads(&["Deployment web reads Secret db: unbridged"]);
    } // The same for a name in an argument.
    project.write("web.yaml", &pod("args: ['--secret=db']", ""));
    for (web, platform) in [(WEB.to_owned(), written(PLATFORM)), (written(WEB), PLATFORM.to_owned())] {
        project.chart("web", &web);
        project.chart("platform", &platform);
        audit(&project, &[]).finds_nothing().reads(&["Deployment web reads Secret db: named"]);
    }
}
