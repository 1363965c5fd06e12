//! Random edits of a project: what is found in the cache is what helm would render.

use fs_err as fs;

use super::{SOURCE, counts};
use crate::kinds::project::Project;
use crate::support::choices::{Choices, number};

/// How many edits are made; `HELMSUM_CACHE_EDITS` makes it another number.
const EDITS: u64 = 100;

/// One edit: something that helm is given becomes one of a few others, so that earlier states come back.
fn edit(project: &Project, choices: &mut Choices) -> String {
    let digit = choices.of(&["1", "2", "3"]);
    let template = choices.of(&[
        "{{ .Values.apis | toJson | quote }}",
        "{{ .Files.Get \"data\" | quote }}",
        "{{ .Release.Namespace }}-{{ .Release.Name }}",
        "{{ .Capabilities.KubeVersion.Version | quote }}",
        "{{ .Values.sub | default dict | toJson | quote }}",
        "{{ include \"of\" . | quote }}",
        "{{ .Values.of.file | default \"none\" | quote }}",
        "{{ keys .Values.apis | sortAlpha | join \",\" | quote }}",
        "{{ if .Values.configChecksum }}{{ .Values.configChecksum }}{{ else }}none{{ end }}",
        "{{ .Capabilities.APIVersions.Has \"example.org/v1\" | quote }}",
    ]);
    let (file, text) = match choices.below(12) {
        0 => ("apis.yaml", format!("apis: {{a: \"{digit}\"}}\npassword: \"{digit}\"\n")),
        1 => ("charts/apis/values.yaml", format!("apis: {{b: \"{digit}\"}}\nof: {{}}\n")),
        2 => ("charts/apis/data", format!("{digit}\n")),
        3 => ("charts/apis/templates/_of.tpl", format!("{{{{ define \"of\" }}}}{digit}{{{{ end }}}}")),
        4 => ("charts/apis/charts/sub/values.yaml", format!("x: {digit}\n")),
        5 => ("charts/apis/Chart.yaml", format!("apiVersion: v2\nname: apis\nversion: 1.0.{digit}\n")),
        6 => ("charts/apis/.helmignore", choices.of(&["", "data\n", "charts/\n"]).to_owned()),
        7 => ("set.txt", format!("file {digit}\n")),
        8 => {
            let more = choices.of(&[
                "",
                "    kubeVersion: v1.30.0\n",
                "    kubeVersion: v1.31.0\n",
                "    set: [{name: of.file, file: set.txt}]\n",
                "    set: [{name: apis.c, value: '1'}]\n",
                "    apiVersions: [example.org/v1]\n",
                "    namespace: other\n",
            ]);
            let state = format!(
                "releases:\n  - name: gateway\n    namespace: edge\n    chart: ./charts/gateway\n    values: [gateway.yaml, gateway.checksum.yaml]\n  - name: gateway-apis\n    chart: ./charts/apis\n    values: [apis.yaml]\n{more}"
            );
            (
                "helmfile.yaml",
                if more.contains("namespace") {
                    state
                } else {
                    state.replace("    chart: ./charts/apis", "    namespace: edge\n    chart: ./charts/apis")
                },
            )
        }
        _ => (
            "charts/apis/templates/all.yaml",
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: gateway-apis}}\ndata:\n  a: {template}\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData:\n  a: {template}\n"
            ),
        ),
    };
    project.write(file, &text);
    format!("{file}: {text}")
}

#[test]
#[expect(clippy::print_stdout, reason = "the count of a long run goes into reports")]
fn after_random_edits_the_cache_says_what_helm_renders() {
    let Some(project) = Project::new(SOURCE) else { return };
    let seed = number("HELMSUM_CACHE_SEED", 1);
    let edits = number("HELMSUM_CACHE_EDITS", EDITS);
    let mut choices = Choices::new(seed);
    project.write("set.txt", "file\n");
    project.write("charts/apis/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n");
    project.write("charts/apis/templates/_of.tpl", "{{ define \"of\" }}0{{ end }}");
    project.chart(
        "gateway",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: gateway}\nspec:\n  template:\n    metadata:\n      annotations: {checksum/config: {{ .Values.configChecksum | quote }}}\n    spec:\n      containers: [{name: a, image: b, envFrom: [{configMapRef: {name: gateway-apis}}, {secretRef: {name: db}}]}]\n",
    );
    let (mut found, mut made, mut failed) = (0, 0, 0);
    for count in 0..edits {
        let edit = edit(&project, &mut choices);
        for command in [["list", "--output=json"], ["audit", "--output=json"]] {
            let cached = project.helmsum(&[&command[..], &["--debug"]].concat());
            let anew = project.helmsum(&[&command[..], &["--no-cache"]].concat());
            let context = format!(
                "edit {count} of seed {seed}, {edit}: {command:?}\n{}\n{}",
                cached.told(),
                anew.told()
            );
            assert_eq!((cached.code(), cached.stdout()), (anew.code(), anew.stdout()), "{context}");
            if cached.stderr().contains(" of helm") {
                let counts = counts(&cached.stderr());
                found += counts.found;
                made += counts.calls;
            } else {
                failed += 1;
            }
        }
    }
    println!(
        "{edits} edits from seed {seed}: {found} renderings from the cache, {made} calls of helm, {failed} runs without either"
    );
    assert!(found > 0 && made > 0, "{found} {made}");
    fs::remove_dir_all(&project.root).expect("the project goes");
}
