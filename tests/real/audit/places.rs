//! Where findings point to.

use super::project::{BY_KEY, WEB, audit, project};
use crate::kinds::project::Project;

/// Where the finding unbridged-reference is: the file, and the line where it is known.
#[track_caller]
fn place(project: &Project) -> String {
    let audited = audit(project, &[]);
    let found = audited.list("findings").iter().find(|one| one["code"] == "unbridged-reference");
    let found = found.unwrap_or_else(|| panic!("{:#}", audited.document));
    let file = found["file"].as_str().unwrap_or_default();
    found["line"].as_u64().map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"))
}

/// The chart of `web` with this pod.
fn with_pod(pod: &str) -> String {
    WEB.replace("      {{- toYaml .Values.pod | nindent 6 }}\n", pod)
}

const LITERAL: &str = "      containers:
        - name: app
          image: web
          envFrom:
            - configMapRef:
                name: settings
";

/// The number of the line with a text in a chart of one template.
fn line_of(chart: &str, text: &str) -> usize {
    chart.lines().position(|line| line.contains(text)).expect("a line") + 1
}

#[test]
fn a_name_in_a_template_is_found_there() {
    let Some(project) = project("size: small\n") else { return };
    let chart = with_pod(LITERAL);
    project.chart("web", &chart);
    assert_eq!(
        place(&project),
        format!("charts/web/templates/all.yaml:{}", line_of(&chart, "name: settings"))
    );
    // A comment and another word are no names.
    let more = chart.replace(
        "      containers:\n",
        "      # reads settings\n      containers:\n        # the-settings\n",
    );
    project.chart("web", &more);
    assert_eq!(
        place(&project),
        format!("charts/web/templates/all.yaml:{}", line_of(&more, "name: settings"))
    );
    // Of several, the one below the key of the reference.
    let named = more.replace("name: app", "name: settings");
    project.chart("web", &named);
    let line = line_of(&named, "configMapRef:") + 1;
    assert_eq!(place(&project), format!("charts/web/templates/all.yaml:{line}"));
    // In a subchart, too.
    project.chart("web", "");
    project.write("charts/web/charts/own/Chart.yaml", "apiVersion: v2\nname: own\nversion: 1.0.0\n");
    project.write("charts/web/charts/own/templates/own.yaml", &chart);
    let line = line_of(&chart, "name: settings");
    assert_eq!(place(&project), format!("charts/web/charts/own/templates/own.yaml:{line}"));
}

#[test]
fn what_could_be_another_line_is_not_guessed() {
    let Some(project) = project("size: small\n") else { return };
    // The same twice: the file alone.
    let second = LITERAL.replace("      containers:\n", "").replace("name: app", "name: other");
    project.chart("web", &with_pod(&format!("{LITERAL}{second}")));
    assert_eq!(place(&project), "charts/web/templates/all.yaml");
    // A name that is put together stands nowhere: the place of the release.
    project
        .chart("web", &with_pod(&LITERAL.replace("name: settings", "name: {{ print \"set\" \"tings\" }}")));
    assert_eq!(place(&project), "helmfile.yaml:2");
    // A helper of the chart is another file.
    project.chart("web", &with_pod(&LITERAL.replace("name: settings", "name: {{ include \"name\" . }}")));
    project.write("charts/web/templates/_helpers.tpl", "{{ define \"name\" }}settings{{ end }}\n");
    assert_eq!(place(&project), "helmfile.yaml:2");
    // Of two branches, that of the values is told where they have the name.
    let branches = LITERAL.replace(
        "                name: settings\n",
        "                {{- if .Values.existing }}\n                name: {{ .Values.existing }}\n                {{- else }}\n                name: settings\n                {{- end }}\n",
    );
    let chart = with_pod(&branches);
    project.chart("web", &chart);
    assert_eq!(
        place(&project),
        format!("charts/web/templates/all.yaml:{}", line_of(&chart, "name: settings"))
    );
    project.write("web.yaml", "size: small\nexisting: settings\n");
    assert_eq!(place(&project), "web.yaml:2");
}

#[test]
fn a_name_in_values_is_found_there() {
    let Some(project) = project(BY_KEY) else { return };
    assert_eq!(place(&project), format!("web.yaml:{}", line_of(BY_KEY, "name: settings")));
    // Of a template, the line where the name stands once; else the file.
    project.edit("helmfile.yaml", "[web.yaml,", "[web.yaml.gotmpl,");
    project.write("web.yaml.gotmpl", &format!("# settings of {{{{ .Release.Name }}}}\n{BY_KEY}"));
    assert_eq!(place(&project), format!("web.yaml.gotmpl:{}", line_of(BY_KEY, "name: settings") + 1));
    project
        .write("web.yaml.gotmpl", &BY_KEY.replace("name: settings", "name: {{ print \"set\" \"tings\" }}"));
    assert_eq!(place(&project), "web.yaml.gotmpl");
}

#[test]
fn a_name_is_underlined_and_nothing_beside_it() {
    let Some(project) = project(BY_KEY) else { return };
    let underlined = || {
        let told = project.helmsum(&["audit"]).fails();
        let lines: Vec<&str> = told.lines().filter(|line| line.contains('^')).collect();
        let [line] = lines.as_slice() else { panic!("{told}") };
        line.matches('^').count()
    };
    assert_eq!(underlined(), "settings".len(), "in braces of a values file");
    project.edit("web.yaml", "{name: settings,", "{name: 'settings',");
    assert_eq!(underlined(), "'settings'".len());
    project.write("web.yaml", "size: small\n");
    let braces = "configMapRef: {name: settings, optional: true}\n";
    let literal = LITERAL.replace("configMapRef:\n                name: settings\n", braces);
    project.chart("web", &with_pod(&literal));
    assert_eq!(underlined(), "settings".len(), "in braces of a template");
}
