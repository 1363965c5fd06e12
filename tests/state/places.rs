//! An error is where the value that is to blame is written, not where the same words are found first.

use helmsum::internals::text::Place;

use super::errors::Project;

/// Reads the state of an environment, which fails with a message that starts so, its place included.
#[track_caller]
fn fails_in(environment: &str, files: &[(&str, &str)], message: &str) {
    let mut project = Project::new(files);
    project.request.options.environment = Some(environment.into());
    let (found, _) = project.error();
    assert!(found.starts_with(message), "{found}");
}

#[track_caller]
fn fails(files: &[(&str, &str)], message: &str) {
    fails_in("default", files, message);
}

#[test]
fn a_missing_file_is_shown_in_the_environment_that_is_read() {
    let of_values = "\
environments:
  default:
    values: [here.yaml, prod.yaml]
  other:
    values:
    - here.yaml
    - prod.yaml
";
    fails_in(
        "other",
        &[("helmfile.yaml", of_values), ("here.yaml", "")],
        "helmfile.yaml:7:7: there is no values file `prod.yaml`",
    );
    let of_secrets =
        of_values.replace("values:", "secrets:").replace("here.yaml, ", "").replace("    - here.yaml\n", "");
    fails_in(
        "other",
        &[("helmfile.yaml", &of_secrets)],
        "helmfile.yaml:6:7: there is no environment secrets file `prod.yaml`",
    );
}

#[test]
fn a_path_that_other_words_contain_is_shown_where_it_is_an_entry() {
    fails(
        &[("helmfile.yaml", "helmDefaults: {args: [a.yaml]}\nvalues:\n- a.yaml\n")],
        "helmfile.yaml:3:3: there is no values file `a.yaml`",
    );
    fails(
        &[("helmfile.yaml", "helmDefaults: {args: [base.yaml]}\nbases:\n- base.yaml\n")],
        "helmfile.yaml:3:3: cannot read the base `base.yaml`",
    );
    fails(
        &[("helmfile.yaml", "helmDefaults: {args: [sub.yaml]}\nhelmfiles:\n- sub.yaml\n")],
        "helmfile.yaml:3:3: nothing matches `sub.yaml` in `helmfiles`",
    );
    fails(
        &[
            ("helmfile.yaml", "values:\n- {s: base.yaml}\nbases: [b.yaml]\n"),
            ("b.yaml", "# bases:\nbases: [s]\n"),
        ],
        "b.yaml:2:9: the base `b.yaml` has `bases` itself",
    );
}

#[test]
fn what_is_wrong_with_the_second_release_is_shown_there() {
    let state = |field: &str| {
        format!(
            "releases:\n- name: a\n  chart: r/a\n  labels: {{l: force, m: x.enabled, n: '{{{{ 1 }}}}'}}\n- name: b\n  chart: r/b\n  {field}\n"
        )
    };
    for (field, message) in [
        ("updateStrategy: force", "7:19: `updateStrategy` of release `b` is `force`"),
        ("condition: x.enabled", "7:14: release `b`: `condition: x.enabled`: there is no state value `x`"),
        ("conditionTemplate: '{{ 1 }}'", "7:22: release `b`: `conditionTemplate` gives `1`"),
        ("needs: [c, '{{ nope }}']", "7:14: release `b`: `needs: {{ nope }}`"),
        ("values: [a.yaml, '{{ nope }}']", "7:20: release `b`: `values: {{ nope }}`"),
        ("secrets: ['{{ nope }}']", "7:13: release `b`: `secrets: {{ nope }}`"),
        ("valuesTemplate: [{a: '{{ nope }}'}]", "7:20: release `b`: a map in `valuesTemplate`"),
    ] {
        fails(&[("helmfile.yaml", &state(field))], &format!("helmfile.yaml:{message}"));
    }
}

#[test]
fn the_place_follows_what_wins_a_merge() {
    let base = "environments:\n  default:\n    mergeStrategy: nope\n    values: [{a: 1}]\n";
    fails(
        &[("helmfile.yaml", "bases: [base.yaml]\nvalues: [{m: nope}]\n"), ("base.yaml", base)],
        "base.yaml:3:20: `mergeStrategy` is `nope`",
    );
    let own = "bases: [base.yaml]\nenvironments:\n  default:\n    mergeStrategy: never\n";
    fails(
        &[("helmfile.yaml", own), ("base.yaml", &base.replace("nope", "fallback"))],
        "helmfile.yaml:4:20: `mergeStrategy` is `never`",
    );
    let template = "templates:\n  t:\n    condition: x.enabled\n    missingFileHandler: Warn\n";
    fails(
        &[(
            "helmfile.yaml",
            &format!("{template}releases:\n- name: a\n  chart: r/a\n  inherit: [{{template: t}}]\n"),
        )],
        "helmfile.yaml:3:16: release `a`: `condition: x.enabled`",
    );
    fails(
        &[("helmfile.yaml", "commonLabels: {}\n---\nvalues:\n- gone.yaml\n")],
        "helmfile.yaml:4:3: there is no values file `gone.yaml`",
    );
}

#[test]
fn what_a_template_gives_is_shown_at_the_line_that_gave_it() {
    let text = "{{- range list 1 2 3 }}{{ end }}\nvalues:\n{{ range list \"a\" \"b\" }}\n- {{ . }}.yaml\n{{ end }}\n- c.yaml\n";
    fails(
        &[("helmfile.yaml.gotmpl", text), ("a.yaml", ""), ("b.yaml", "")],
        "helmfile.yaml.gotmpl:6: there is no values file `c.yaml`",
    );
    fails(
        &[("helmfile.yaml.gotmpl", text), ("a.yaml", "")],
        "helmfile.yaml.gotmpl:4: there is no values file `b.yaml`",
    );
}

const PARENT: &str = "\
helmfiles:
- path: one.yaml
- path: two.yaml
  values:
  - {a: 1}
  - gone.yaml
";

#[test]
fn values_for_a_sub_helmfile_are_the_line_of_its_parent() {
    for child in ["releases: []\n", "values: [gone.yaml]\n"] {
        fails(
            &[("helmfile.yaml", PARENT), ("one.yaml", "releases: []\n"), ("two.yaml", child)],
            "helmfile.yaml:6:5: there is no values file `gone.yaml`",
        );
    }
    fails(
        &[
            ("helmfile.yaml", &PARENT.replace("gone.yaml", "3")),
            ("one.yaml", "releases: []\n"),
            ("two.yaml", "releases: []\n"),
        ],
        "helmfile.yaml:6:5: an entry of `values` is a int",
    );
}

#[test]
fn a_file_that_others_list_knows_the_way_to_it() {
    let list = "helmfiles:\n- apps/one/helmfile.yaml\n";
    let environment = "environments:\n  default:\n    values:\n    - env/prod.yaml\n";
    let through = |child: &str, more: &[(&str, &str)]| {
        let mut files = vec![("helmfile.yaml", list), ("apps/one/helmfile.yaml", child)];
        files.extend(more);
        let project = Project::new(&files);
        let error = project.read().expect_err("it is refused");
        let places: Vec<String> = error.through.iter().chain(&error.place).map(ToString::to_string).collect();
        places.join(" -> ").replace(&format!("{}/", project.request.directory), "")
    };
    let own = "helmfile.yaml:2:3 -> apps/one/helmfile.yaml";
    assert_eq!(through(environment, &[]), format!("{own}:4:7"));
    assert_eq!(
        through(environment, &[("apps/one/env/prod.yaml", "a: 1\nb: [\n")]),
        format!("{own}:4:7 -> apps/one/env/prod.yaml:3:1")
    );
    assert_eq!(
        through("bases: [base.yaml]\n", &[("apps/one/base.yaml", environment)]),
        format!("{own}:1:9 -> apps/one/base.yaml:4:7")
    );
    assert_eq!(through("nope: 1\n", &[]), format!("{own}:1:1"));
}

#[test]
fn a_selector_of_a_sub_helmfile_is_shown_where_it_is_written() {
    let parent = "helmfiles:\n- path: one.yaml\n- path: two.yaml\n  selectors:\n  - a=b\n  - nonsense\n";
    let child = "releases: [{name: a, chart: r/a}]\n";
    fails(
        &[("helmfile.yaml", parent), ("one.yaml", child), ("two.yaml", child)],
        "helmfile.yaml:6:5: malformed label `nonsense`",
    );
}

#[test]
fn what_the_command_line_says_is_nowhere() {
    let files = [
        ("helmfile.yaml", "helmfiles:\n- one.yaml\n- gateway.yaml\n---\nreleases: []\n"),
        ("one.yaml", "releases: [{name: gateway, chart: r/a}]\n"),
        ("gateway.yaml", "releases: []\n"),
    ];
    let mut project = Project::new(&files);
    project.request.options.selector = vec!["gateway".into()];
    let error = project.read().expect_err("it is no selector");
    assert_eq!(error.place, None, "{error}");
    assert_eq!(error.message, "malformed label `gateway` in the selector `gateway`");
    let mut project = Project::new(&files);
    project.request.options.state_values_file = vec!["gateway.yml".into()];
    let error = project.read().expect_err("there is no such file");
    assert_eq!(error.place, None, "{error}");
    assert_eq!(error.message, "there is no values file `gateway.yml`");
}

#[test]
fn a_field_that_the_command_line_sets_too_is_shown() {
    let mut project = Project::new(&[("helmfile.yaml", "releases: []\nnamespace: own\n")]);
    project.request.options.namespace = Some("given".into());
    assert_eq!(
        project.error().0,
        "helmfile.yaml:2:12: `namespace: own` and `--namespace` cannot both be given"
    );
}

#[test]
fn hooks_and_entries_know_where_they_are_written() {
    let text = "\
bases: [base.yaml]
hooks:
- name: own
releases:
- name: a
  chart: r/a
  inherit: [{template: t}]
  needs: [b]
  values:
  - a.yaml
  hooks: [{name: released}]
- name: b
  chart: r/b
";
    let base = "templates:\n  t:\n    hooks:\n    - name: inherited\n    values:\n    - {t: 1}\nhooks:\n- name: of base\n";
    let project = Project::new(&[("helmfile.yaml", text), ("base.yaml", base)]);
    let resolved = project.read().expect("the state is fine");
    let visit = &resolved.visits[0];
    let shown = |place: &Option<Place>| {
        let place = place.as_ref().expect("it is written somewhere");
        place.to_string().replace(&format!("{}/", project.request.directory), "")
    };
    let of = |name: &str| {
        let all = visit.hooks.iter().chain(&visit.releases[0].hooks);
        let hook = all.into_iter().find(|hook| hook.name == name).expect("there is such a hook");
        shown(&hook.place)
    };
    assert_eq!(
        ["of base", "own", "inherited", "released"].map(of),
        ["base.yaml:8:3", "helmfile.yaml:3:3", "base.yaml:4:7", "helmfile.yaml:11:11"]
    );
    let release = &visit.releases[0];
    let values: Vec<String> = release.values.iter().map(|entry| shown(&entry.place)).collect();
    assert_eq!(values, ["base.yaml:6:7", "helmfile.yaml:10:5"]);
    assert_eq!(
        release.needs.iter().map(|need| shown(&need.place)).collect::<Vec<_>>(),
        ["helmfile.yaml:8:11"]
    );
}
