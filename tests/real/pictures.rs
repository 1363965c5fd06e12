//! The pictures of the README, drawn from what the program prints on a terminal. `HELMSUM_BLESS=1` draws them anew.

use anstyle_svg::Term;

use crate::audit::project::WEB;
use crate::diff::empty;
use crate::kinds::project::Project;
use crate::support::repo::same_as_published;

const STATE: &str = "\
releases:
  - name: gateway-apis
    namespace: edge
    chart: ./charts/gateway-apis
    values: [gateway-apis.yaml.gotmpl]
  - name: gateway
    namespace: edge
    chart: ./charts/gateway
    needs: [gateway-apis]
    values: [gateway.yaml, gateway.checksum.yaml]
  - name: redis-secrets
    namespace: edge
    chart: ./charts/redis-secrets
    values: [redis-secrets.yaml]
  - name: redis
    namespace: edge
    chart: ./charts/redis
    needs: [redis-secrets]
    values:
      - redis.yaml
";

const APIS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: gateway-apis}
data:
  {{- toYaml .Values.apis | nindent 2 }}
";

const APIS_VALUES: &str = "\
apis:
{{- range readDirEntries \"apis\" }}
  {{ .Name }}: {{ readFile (printf \"apis/%s\" .Name) | toJson }}
{{- end }}
";

const SECRETS: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: redis-auth}
stringData: {password: {{ .Values.password }}}
";

/// A gateway whose checksum is wired, and a store that nobody has wired, in which three files and a password change.
fn changed() -> Option<Project> {
    let project = empty("shop")?;
    project.write("helmfile.yaml", STATE);
    project.write("gateway-apis.yaml.gotmpl", APIS_VALUES);
    project.write(
        "gateway.yaml",
        "# helmsum: ./apis from=gateway-apis\nreplicas: 3\npod:\n  containers:\n    - name: gateway\n      image: gateway\n      volumeMounts: [{name: apis, mountPath: /etc/apis}]\n  volumes:\n    - name: apis\n      configMap: {name: gateway-apis}\n",
    );
    project.write("redis-secrets.yaml", "password: first\n");
    project.write(
        "redis.yaml",
        "pod:\n  containers:\n    - name: redis\n      image: redis\n      env:\n        - name: REDIS_PASSWORD\n          valueFrom:\n            secretKeyRef: {name: redis-auth, key: password}\n",
    );
    project.chart("gateway-apis", APIS);
    project.chart(
        "gateway",
        &WEB.replace("spec:\n  selector", "spec:\n  replicas: {{ .Values.replicas }}\n  selector"),
    );
    project.chart("redis-secrets", SECRETS);
    let without = WEB
        .replace("      annotations:\n        checksum/config: {{ .Values.configChecksum | quote }}\n", "");
    project.chart("redis", &without.replace("Deployment", "StatefulSet"));
    for (name, content) in
        [("orders", "path: /orders\n"), ("user", "path: /users\n"), ("carts", "path: /carts\n")]
    {
        project.write(&format!("apis/{name}.yaml"), content);
    }
    project.helmsum(&["generate"]).succeeds();
    project.sandbox.commit(&project.root);
    project.sandbox.run(&project.root, "git", ["checkout", "--quiet", "-b", "feature"]).succeeds();
    project.write("apis/orders.yaml", "path: /v2/orders\n");
    project.sandbox.run(&project.root, "git", ["mv", "apis/user.yaml", "apis/users.yaml"]).succeeds();
    project.write("redis-secrets.yaml", "password: second\n");
    project.helmsum(&["generate"]).succeeds();
    Some(project)
}

/// What a terminal of 92 columns shows of a command, as a picture.
fn picture(project: &Project, command: &str) -> String {
    let script = format!("stty cols 92 rows 40; TERM=xterm-256color {command}");
    let run = project.sandbox.run(&project.root, "script", ["--quiet", "--command", &script, "/dev/null"]);
    // What is written while somebody waits goes away again.
    let waiting = regex::Regex::new(r"[^\n]*\r\u{1b}\[K").expect("a pattern");
    let hash = regex::Regex::new(r"\b[0-9a-f]{7}\b").expect("a pattern");
    let took = regex::Regex::new(r"in \d+\.\d s").expect("a pattern");
    let text = run.stdout().replace("\r\n", "\n");
    let text = waiting.replace_all(&text, "");
    let text = took.replace_all(&hash.replace_all(&text, "a1b2c3d"), "in 0.4 s").into_owned();
    assert!(text.contains("redis"), "{text}");
    let shown = format!("\u{1b}[1m$ {command}\u{1b}[0m\n{text}");
    Term::new().palette(anstyle_svg::WIN10_CONSOLE).render_svg(shown.trim_end())
}

#[test]
fn the_pictures_are_what_the_program_prints() {
    let Some(project) = changed() else { return };
    for command in ["audit", "diff"] {
        let drawn = picture(&project, &format!("helmsum {command}"));
        same_as_published(&format!("docs/images/{command}.svg"), &drawn);
    }
}
