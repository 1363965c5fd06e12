//! Directives that come out of templates.

use crate::support::repo::{HEADER, HOOK_WITH_COMMAND as HOOK, Repo};

const STATE: &str = "\
releases:
  - name: web
    namespace: edge
    chart: ./chart
    values:
      - values.yaml.gotmpl
      - checksum.yaml
";

/// A release whose only values file is a template.
fn web(values: &str) -> Repo {
    Repo::new()
        .file("helmfile.yaml", STATE)
        .file("values.yaml.gotmpl", values)
        .file("conf/app.ini", "a=1\n")
        .file("more/b.ini", "b=1\n")
}

/// The digest of `./conf` of [`web`], by `helmsum hash`.
#[track_caller]
fn rolls_for_conf(repo: Repo) -> Repo {
    let digest = repo.helmsum(["hash", "conf"]).exits(0);
    let expected = digest.out().trim().to_owned();
    let repo = digest.helmsum(["generate", "--strict"]).exits(0);
    assert!(
        repo.read("checksum.yaml").contains(&format!("configChecksum: \"{expected}\"")),
        "{}",
        repo.out()
    );
    repo.file("conf/app.ini", "a=2\n").helmsum(["check"]).exits(2)
}

#[test]
fn a_directive_from_an_include_is_found() {
    let helper = "{{ define \"deps\" }}# helmsum: ./{{ .Values.folder }}{{ end }}";
    let state = format!("environments: {{ default: {{ values: [{{ folder: conf }}] }} }}\n---\n{STATE}");
    for values in ["{{ include \"deps\" . }}\na: 1\n", "{{ template \"deps\" . }}\na: 1\n"] {
        let repo = web(values).file("_deps.tpl", helper).file("helmfile.yaml", &state);
        rolls_for_conf(repo).says("./conf");
    }
}

#[test]
fn a_directive_from_a_file_is_found() {
    rolls_for_conf(web("{{ readFile \"deps.txt\" }}\na: 1\n").file("deps.txt", "# helmsum: ./conf"));
}

#[test]
fn a_directive_from_a_value_is_found() {
    let state = format!(
        "environments: {{ default: {{ values: [{{ banner: \"# helmsum: ./conf\" }}] }} }}\n---\n{STATE}"
    );
    rolls_for_conf(web("{{ .Values.banner }}\na: 1\n").file("helmfile.yaml", &state));
    rolls_for_conf(web("a: 1\n{{ .Values.banner | indent 2 }}\n").file("helmfile.yaml", &state));
    let text =
        web("a: {{ .Values.banner | quote }}\nb:\n  {{- dict \"c\" .Values.banner | toYaml | nindent 2 }}\n");
    let text = text.file("helmfile.yaml", &state).helmsum(["generate"]).exits(0).says("orphan-target");
    text.holds("checksum.yaml", HEADER);
}

#[test]
fn a_directive_that_a_loop_puts_together_is_found_at_the_line_of_its_action() {
    let repo =
        web("a: 1\n{{ range list \"conf\" }}# {{ \"helm\" }}{{ print \"sum\" }}: ./{{ . }}\n{{ end }}");
    let repo = rolls_for_conf(repo).helmsum(["list", "--output", "json"]).exits(0);
    assert_eq!(repo.json()["releases"][0]["sources"][0]["declared"]["line"], 2);
}

#[test]
fn a_look_alike_that_is_brought_in_is_an_error() {
    let repo = web("a: 1\n{{ readFile \"deps.txt\" }}\n").file("deps.txt", "# - helmsum: ./conf");
    repo.helmsum(["generate"])
        .exits(1)
        .complains("this looks like a directive")
        .complains("values.yaml.gotmpl:2");
}

#[test]
fn an_object_of_any_kind_is_named_by_kind_and_name() {
    for (source, said) in [
        ("object:db", "`db` is not `KIND/NAME`"),
        ("object:ExternalSecret/", "`ExternalSecret/` is not `KIND/NAME`"),
        ("Object:ExternalSecret/db", "unknown kind of source `Object:`"),
        ("object:ExternalSecret/db eol=lf", "`eol=` cannot be used with `object:`"),
        ("object:ExternalSecret/db from=nowhere", "nowhere"),
        ("accept object:ExternalSecret/db reloads itself", "object:ExternalSecret/db"),
    ] {
        web(&format!("# helmsum: {source}\n"))
            .helmsum(["generate"])
            .exits(1)
            .complains(said)
            .complains("values.yaml.gotmpl");
    }
    web("# see helmsum: object:ExternalSecret/db\n")
        .helmsum(["check"])
        .exits(1)
        .complains("looks like a directive");
    let written = "releases:\n  - release: edge/web\n    sources: [\"object:db\"]\n";
    web("a: 1\n")
        .file("helmsum.yaml", written)
        .helmsum(["check"])
        .exits(1)
        .complains("is not `KIND/NAME`")
        .complains("helmsum.yaml");
}

#[test]
fn an_accepted_object_is_no_source() {
    let accept = "# helmsum: accept configmap:{{ .Release.Name }}-rules reloads itself\n";
    let repo = rolls_for_conf(web(&format!("{accept}# helmsum: ./conf\n")));
    let with = repo.helmsum(["generate"]).exits(0).read("checksum.yaml");
    let without = web("# helmsum: ./conf\n").file("conf/app.ini", "a=2\n").helmsum(["generate"]).exits(0);
    assert_eq!(with, without.read("checksum.yaml"));
    let alone = "releases: [{name: web, chart: ./chart, values: [v.yaml]}]\n";
    let alone = Repo::new().file("helmfile.yaml", alone).file("v.yaml", "# helmsum: accept secret:tls why\n");
    let alone = alone.helmsum(["list", "--output", "json"]).exits(0);
    assert_eq!(alone.json()["releases"], serde_json::json!([]));
    web("# helmsum: accept configmap:rules\n")
        .helmsum(["check"])
        .exits(1)
        .complains("`accept` needs a reason")
        .complains("values.yaml.gotmpl:1");
}

const SECRETS: &str = "\
releases:
  - name: web
    namespace: edge
    chart: ./chart
    values:
      - v.yaml
      - pw.yaml.gotmpl
      - checksum.yaml
  - name: db
    chart: ./chart
    values:
      - vault.yaml.gotmpl
  - name: cache
    chart: ./chart
    values:
      - exec.yaml.gotmpl
";

fn secrets() -> Repo {
    Repo::new()
        .file("helmfile.yaml", format!("{HOOK}{SECRETS}"))
        .file("v.yaml", "# helmsum: ./conf\n")
        .file("conf/app.ini", "a=1\n")
        .file("pw.yaml.gotmpl", "password: {{ requiredEnv \"DB_PASSWORD\" }}\n")
        .file("vault.yaml.gotmpl", "a: {{ fetchSecretValue \"ref+vault://secret/db#/password\" }}\n")
        .file("exec.yaml.gotmpl", "a: {{ exec \"touch\" (list \"ran\") }}\n")
}

#[test]
fn states_without_the_variables_of_their_secrets_still_pass() {
    let repo = secrets().helmsum(["generate", "--strict"]).exits(0);
    for file in ["pw.yaml.gotmpl", "vault.yaml.gotmpl", "exec.yaml.gotmpl"] {
        assert!(repo.out().contains(&format!("`{file}` may contain directives")), "{file}: {}", repo.out());
    }
    let repo = repo.lacks("ran").says("only in a hook of a command that renders or deploys");
    repo.helmsum(["check", "--strict"]).exits(0).lacks("ran");
}

#[test]
fn in_a_hook_what_helmfile_renders_next_has_to_be_rendered() {
    let hook =
        ["generate", "--strict", "--file=helmfile.yaml", "--environment=default", "--helmfile-command=apply"];
    let repo = secrets().helmsum(hook).exits(1);
    assert!(repo.path("ran").exists(), "a program runs in a hook: {}", repo.out());
    let repo = repo.says("error[unsearched-values]").without("ran");
    let lenient = ["generate", "--file=helmfile.yaml", "--environment=default", "--helmfile-command=apply"];
    let repo = repo.helmsum(lenient).exits(0).says("warning[unsearched-values]").without("ran");
    let listing =
        ["generate", "--strict", "--file=helmfile.yaml", "--environment=default", "--helmfile-command=list"];
    let repo = repo.helmsum(listing).exits(0).lacks("ran");
    repo.says("warning[unsearched-values]").does_not_say("error[unsearched-values]");
}

#[test]
fn one_finding_is_made_of_a_file_that_many_releases_without_targets_share() {
    let release = |number: i32| format!("  - {{ name: r{number}, chart: ./c, values: [pw.yaml.gotmpl] }}\n");
    let releases: Vec<String> = (0..20).map(release).collect();
    let repo = Repo::new()
        .file("helmfile.yaml", format!("releases:\n{}", releases.concat()))
        .file("pw.yaml.gotmpl", "password: {{ requiredEnv \"DB_PASSWORD\" }}\n");
    let repo = repo.helmsum(["list"]).exits(0);
    assert_eq!(repo.out().matches("unsearched-values").count(), 1, "{}", repo.out());
}

#[test]
fn what_a_template_without_directives_does_is_no_concern() {
    let repo = secrets()
        .file("pw.yaml.gotmpl", "password: {{ randAlphaNum 8 }}\nat: {{ now }}\n{{ .Release.KubeContext }}\n")
        .file("vault.yaml.gotmpl", "a: {{ uuidv4 }}\n")
        .file("exec.yaml.gotmpl", "a: 1\n");
    let hook =
        ["generate", "--strict", "--file=helmfile.yaml", "--environment=default", "--helmfile-command=apply"];
    repo.helmsum(hook)
        .does_not_say("unstable-template")
        .does_not_say("unverified-state")
        .does_not_say("unsearched");
}
