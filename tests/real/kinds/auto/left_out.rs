//! What `auto` leaves out, and says so.

use super::{BOTH, TARGET, checksum, config_map, document, findings, labels, only, reads_secret, with_auto};
use crate::audit::project::{BY_KEY, PLATFORM, STATE, audit};
use crate::kinds::project::Project;

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
