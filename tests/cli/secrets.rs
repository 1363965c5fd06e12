//! Nothing that came from a decrypted file or from the credentials of a URL is printed or written, in whatever form.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use fs_err as fs;

use crate::support::repo::Repo;

const STATE: &str = "\
environments:
  default:
    secrets: [env.secrets.yaml]
---
releases:
- name: gateway
  chart: ./chart
  values: [gateway.yaml.gotmpl, gateway.checksum.yaml]
";

/// A project whose environment has these values in a file that only a plugin of helm can read. As in SOPS, keys are in clear.
fn with_secrets(values: &str) -> Repo {
    let keys: Vec<&str> = values.lines().filter_map(|line| line.split(':').next()).collect();
    let repo = Repo::new()
        .file("helmfile.yaml.gotmpl", STATE)
        .file("gateway.yaml.gotmpl", "# helmsum: ./apis\na: 1\n")
        .file("apis/a.yaml", "a: 1\n")
        .file("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n")
        .file("env.secrets.yaml", keys.join(": ENC\n"))
        .file(".git/plain/env.secrets.yaml", values)
        .file(".git/plugins/secrets/plugin.yaml", "name: secrets\nversion: 4.0.0\n")
        .file(".git/bin/helm", "#!/bin/sh\nexec cat \"$PLAIN/${3##*/}\"\n");
    let helm = repo.path(".git/bin/helm");
    fs::set_permissions(&helm, std::fs::Permissions::from_mode(0o755)).expect("a program");
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", repo.path(".git/bin").display());
    let (plain, plugins) = (repo.path(".git/plain"), repo.path(".git/plugins"));
    repo.variable("PATH", &path)
        .variable("PLAIN", plain.to_str().expect("UTF-8"))
        .variable("HELM_PLUGINS", plugins.to_str().expect("UTF-8"))
}

const FORMS: [&str; 4] = ["--output=human", "--debug", "--output=json", "--output=github"];

/// What is said and written in every form, but for the state for programs where that could be read: it has the values of the
/// environment, as helmfile's has.
#[track_caller]
fn said(mut repo: Repo) -> (Repo, String) {
    const RUNS: [(&str, &str); 9] = [
        ("generate", "--debug"),
        ("check", "--output=json"),
        ("list", "--output=human"),
        ("generate", "--output=github"),
        ("explain", "--output=human"),
        ("explain", "--output=json"),
        ("explain", "--path=."),
        ("state", "--output=human"),
        ("state", "--output=json"),
    ];
    let mut said = String::new();
    repo = repo.variable("GITHUB_STEP_SUMMARY", "summary.md");
    for (command, form) in RUNS {
        repo = repo.helmsum([command, form]);
        let out = repo.out();
        let is_state = form == "--output=json" && command == "state" && !out.contains("\"errors\"");
        let _ = write!(said, "$ {command} {form}\n{}{}", if is_state { "" } else { &out }, repo.err());
    }
    for file in ["summary.md", "gateway.checksum.yaml"] {
        said.push_str(&fs::read_to_string(repo.path(file)).unwrap_or_default());
    }
    (repo, said)
}

#[track_caller]
fn keeps(repo: Repo, secrets: &[&str], message: &str) -> Repo {
    let (repo, said) = said(repo);
    for secret in secrets {
        assert!(!said.to_lowercase().contains(&secret.to_lowercase()), "{secret:?} is in\n{said}");
    }
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(message), "{message:?} is not in\n{said}");
    repo
}

#[test]
fn credentials_of_urls_are_in_no_message() {
    let url = "https://me:hunter2@example.com/h.yaml?token=abcd";
    let at = "git::https://me:p@ss:w0rd@example.com/r.git@d/h.yaml?ref=x&sshkey=abcd";
    let foreign = "ftp://me:hunter2@example.com/h.yaml?token=abcd";
    let pattern = "https://me:hunter2@example.com/*.yaml?token=abcd";
    let releases =
        "releases:\n- name: gateway\n  chart: ./chart\n  values: [gateway.yaml, gateway.checksum.yaml]\n";
    for url in [url, at, foreign, pattern] {
        for (state, message) in [
            (format!("values: ['{url}']\n{releases}"), "@example.com/"),
            (format!("environments: {{default: {{values: ['{url}']}}}}\n---\n{releases}"), "@example.com/"),
            (format!("environments: {{default: {{secrets: ['{url}']}}}}\n---\n{releases}"), "@example.com/"),
            (format!("bases: ['{url}']\n{releases}"), ""),
            (format!("helmfiles: ['{url}']\n{releases}"), ""),
            (format!("helmfiles: [{{path: '{url}', values: ['{url}']}}]\n{releases}"), ""),
            (releases.replace("gateway.yaml,", &format!("gateway.yaml, '{url}',")), ""),
            (releases.replace("values:", &format!("secrets: ['{url}']\n  values:")), ""),
            (releases.replace("./chart", &format!("'{url}'")), ""),
        ] {
            let repo = Repo::new()
                .file("helmfile.yaml", &state)
                .file(
                    "gateway.yaml",
                    "# helmsum: ./apis\n# helmsum: configmap:x from=gateway\n# helmsum: release:gateway\n",
                )
                .file("apis/a.yaml", "a: 1\n")
                .file("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
            let leaks = ["hunter2", "p@ss", "w0rd", "//me", "abcd", "88d4266f"];
            let repo = keeps(repo, &leaks, message).variable("HELMFILE_DISABLE_INSECURE_FEATURES", "true");
            let repo = repo.helmsum(["state"]);
            let said = repo.out() + &repo.err();
            assert!(leaks.iter().all(|leak| !said.contains(leak)), "{said}");
        }
    }
    Repo::new()
        .helmsum(["state", "-f", at])
        .exits(1)
        .complains("git::https://***@example.com/r.git@d/h.yaml?ref=x&sshkey=***");
    Repo::new().helmsum(["hash", url]).exits(1).complains("https://***@example.com/h.yaml?token=***");
}

#[test]
fn the_line_of_a_file_that_has_a_credential_is_not_shown() {
    let state = "values: [\"https://me:hunter2@example.com/h.yaml?token=abc\"]\n";
    Repo::new()
        .file("helmfile.yaml", state)
        .helmsum(["state"])
        .exits(1)
        .complains("the values file `https://***@example.com/h.yaml?token=***` is remote")
        .complains("--> helmfile.yaml:1")
        .does_not_complain("hunter2")
        .does_not_complain("abc");
}

#[test]
fn the_line_that_a_template_made_is_not_shown_beside_secrets() {
    let broken = |repo: Repo, line: &str| repo.file("helmfile.yaml.gotmpl", format!("{STATE}{line}"));
    let secrets = || with_secrets("password: correct horse\nshort: q7\n");
    for line in
        ["nope: {{ .Values.password }}\n", "releases: {{ .Values.short }}x\n", "{{ .Values.short }}: [\n"]
    {
        keeps(broken(secrets(), line), &["correct", "horse", "q7"], "helmfile.yaml.gotmpl:");
    }
    // Without secrets it helps.
    Repo::new()
        .file("helmfile.yaml.gotmpl", "releases: []\n{{ $x := \"nope\" }}\n{{ $x }}: 1\n")
        .helmsum(["state"])
        .exits(1)
        .complains("where the template gives `nope: 1`");
}

#[test]
fn a_source_that_is_made_from_a_secret_is_an_error() {
    for words in [
        "./{{ .Values.folder }}",
        "./{{ .Values.folder | upper | lower }}",
        "./apis as {{ .Values.folder }}",
        "./apis as x-{{ .Values.folder | b64enc | trimSuffix \"=\" | trimSuffix \"=\" }}",
        "./apis exclude={{ .Values.folder }}",
        "configmap:{{ .Values.folder }} from=gateway",
        "release:{{ .Values.folder }}",
        "./apis from={{ .Values.folder }}",
    ] {
        let repo = with_secrets("folder: hunter2-apis\n")
            .file("hunter2-apis/a.yaml", "a: 1\n")
            .file("gateway.yaml.gotmpl", format!("# helmsum: {words}\n"));
        let repo = keeps(repo, &["hunter2", "aHVudGVy"], "are made from a secret");
        repo.lacks("gateway.checksum.yaml");
    }
    // A plain values file renders its words, and so does the configuration.
    let plain = STATE.replace("gateway.yaml.gotmpl", "gateway.yaml");
    let repo = || {
        with_secrets("folder: hunter2-apis\n")
            .file("helmfile.yaml.gotmpl", &plain)
            .file("hunter2-apis/a.yaml", "a: 1\n")
    };
    keeps(
        repo().file("gateway.yaml", "# helmsum: ./{{ .Values.folder }}\n"),
        &["hunter2"],
        "are made from a secret",
    );
    let config = "releases:\n- release: gateway\n  sources: ['./{{ .Values.folder }}']\n";
    let configured = repo().file("gateway.yaml", "a: 1\n").file("helmsum.yaml", config);
    keeps(configured, &["hunter2"], "are made from a secret").lacks("gateway.checksum.yaml");
}

#[test]
fn what_a_file_has_in_clear_is_not_made_from_a_secret() {
    for (words, values) in [("./apis", "user: apis\n"), ("./{{ .Release.Name }}", "user: gateway\n")] {
        with_secrets(values)
            .file("gateway/a.yaml", "a: 1\n")
            .file("gateway.yaml.gotmpl", format!("# helmsum: {words}\n"))
            .helmsum(["generate"])
            .exits(0)
            .says("gateway.checksum.yaml");
    }
}

#[test]
fn a_digest_of_a_secret_may_be_declared() {
    with_secrets("password: hunter2\n")
        .file("gateway.yaml.gotmpl", "# helmsum: sha256:{{ sha256sum .Values.password }}\n")
        .helmsum(["generate"])
        .exits(0)
        .says("gateway.checksum.yaml");
}

#[test]
fn names_that_are_made_from_secrets_are_neither_written_nor_shown() {
    let secrets = || with_secrets("name: hunter2\n");
    let target = STATE.replace("gateway.checksum.yaml", "{{ .Values.name }}.checksum.yaml");
    let repo = keeps(secrets().file("helmfile.yaml.gotmpl", target), &["hunter2"], "is made from a secret");
    repo.lacks("hunter2.checksum.yaml");
    let named = STATE.replace("name: gateway", "name: {{ .Values.name }}\n  namespace: edge");
    keeps(secrets().file("helmfile.yaml.gotmpl", &named), &["hunter2"], "edge/***");
    let template = "format: {template: target.tera}\n";
    let repo = secrets()
        .file("helmfile.yaml.gotmpl", named)
        .file("helmsum.yaml", template)
        .file("target.tera", "a: '{{ release.name }}'\nchecksum: '{{ checksum }}'\n");
    keeps(repo, &["hunter2"], "made from a secret").lacks("gateway.checksum.yaml");
}

#[test]
fn the_state_for_people_has_no_secret_in_any_form() {
    let values = "\
password: 'a\"b\\c hunter2'
port: 0x1F90
many: 1_000_000
float: 1e3
day: 2001-12-14
binary: !!binary aHVudGVyMi1iaW5hcnk=
key: hunter2-key
pem: |
  -----BEGIN X-----
  MIIEpAIBAAKCAQEA7
  x9
";
    let state = format!(
        "{STATE}  - inline: {{{{ .Values | toJson }}}}
    quoted: {{{{ printf \"x %s\" (.Values.password | quote) | quote }}}}
    encoded: [{{{{ .Values.password | b64enc }}}}, '{{{{ .Values.password | urlquery }}}}', '{{{{ .Values.password | html }}}}']
    mixed: {{{{ .Values.key | upper }}}}
    hex: {{{{ printf \"%x\" .Values.key }}}}
    numbers: [{{{{ .Values.port }}}}, \"{{{{ .Values.port }}}}\", {{{{ .Values.many }}}}, {{{{ .Values.float }}}}, '{{{{ .Values.day }}}}']
    {{{{ .Values.key }}}}: {{{{ .Values.binary }}}}
    line: {{{{ .Values.pem | splitList \"\\n\" | rest | first }}}}
"
    )
    .replace("[gateway.yaml.gotmpl, gateway.checksum.yaml]", "\n  - gateway.yaml.gotmpl\n  - gateway.checksum.yaml");
    let (_, said) = said(with_secrets(values).file("helmfile.yaml.gotmpl", state));
    assert!(said.contains("'***':") && said.contains("line: '***'"), "{said}");
    for secret in [
        "hunter2", "8080", "1000000", "1000", "2001", "MIIE", "BEGIN", "aHVudGVy", "hunter%", "68756e74",
        "YSJiXGM", "a%22b", "a\\\"b", "&#34;b",
    ] {
        assert!(!said.to_lowercase().contains(&secret.to_lowercase()), "{secret} is in {said}");
    }
}

#[test]
fn errors_have_no_secret_in_any_form() {
    let values = "password: 'a\"b\\c <hunter2>'\nport: 0x1F900\nbinary: !!binary aHVudGVyMi1iaW5hcnk=\nword: correct-horse-battery\npem: |\n  MIIEpAIBAAKCAQEA7\n  correcthorsebattery\n";
    for action in [
        "fail (.Values.password | urlquery)",
        "fail (.Values.password | html)",
        "fail (.Values.password | js)",
        "fail (.Values.password | toJson)",
        "fail (.Values.password | quote)",
        "fail (printf \"%+q\" .Values.password)",
        "fail (.Values.password | b64enc)",
        "fail (printf \"me:%s\" .Values.password | b64enc | urlquery)",
        "fail (.Values.password | b32enc)",
        "fail (printf \"%x\" .Values.password)",
        "fail (printf \"% x\" .Values.password)",
        "fail (.Values.word | upper)",
        "fail (.Values.word | camelcase)",
        "fail (.Values.word | replace \"-\" \" \")",
        "fail (.Values.word | splitList \"\" | join \".\")",
        "fail (.Values.word | abbrev 12)",
        "fail (.Values.pem | wrap 5)",
        "fail (.Values.password | sha256sum)",
        "fail (.Values.binary)",
        "fail (printf \"%d\" .Values.port)",
        "fail (toString .Values.port)",
        "fail (.Values | toYaml)",
        "fail (dict .Values.word 1 | toJson)",
        "index (dict) .Values.password",
        "atoi .Values.pem | fail",
        "fromYaml (printf \"a: [%s\" .Values.pem)",
        "fromYaml (printf \"- %s\" .Values.word)",
        "mustRegexMatch (printf \"(%s\" .Values.word) \"\"",
        "readFile .Values.word",
        "exec .Values.word (list .Values.password)",
        "tpl (printf \"{{ %s\" .Values.word) .",
        "include .Values.word .",
    ] {
        let leaks = [
            "hunter2",
            "orrect",
            "attery",
            "129280",
            "MIIE",
            "aHVud",
            "68756e",
            "68 75",
            "NB2W",
            "%3Chunter",
            "&lt;hun",
            "c.o.r.r",
        ];
        let state = with_secrets(values).file("helmfile.yaml.gotmpl", format!("{STATE}{{{{ {action} }}}}\n"));
        keeps(state, &leaks, "helmfile.yaml.gotmpl");
        let declared = format!("# helmsum: ./apis\na: {{{{ {action} }}}}\n");
        keeps(with_secrets(values).file("gateway.yaml.gotmpl", declared), &leaks, "gateway.yaml.gotmpl");
    }
    // What go-yaml quotes of a value of the wrong type, and a line that breaks the text.
    for line in [
        "labels: {{ .Values.word }}\n",
        "labels: [{{ .Values.pem }}\n",
        "{{ .Values.pem }}",
        "needs: {{ .Values.port }}\n",
    ] {
        let state = with_secrets(values).file("helmfile.yaml.gotmpl", format!("{STATE}  {line}"));
        keeps(state, &["orrect", "attery", "129280", "MIIE"], "helmfile.yaml.gotmpl");
    }
}

#[test]
fn a_reference_to_a_secret_is_not_spelled_out() {
    let state =
        STATE.replace("gateway.checksum.yaml", "gateway.checksum.yaml, 'ref+vault://team/hunter2#/key'");
    let (_, said) = said(
        with_secrets("a: b\n")
            .file("helmfile.yaml.gotmpl", state.replace("secrets: [env.secrets.yaml]", "values: [{a: b}]")),
    );
    let messages: Vec<&str> = said.lines().filter(|line| line.contains("is not in the repository")).collect();
    assert!(!messages.is_empty() && !messages.join("\n").contains("hunter2"), "{said}");
}

#[test]
fn what_a_reference_gives_moves_the_checksum_and_is_never_shown() {
    const VALUES: &str = "a: 'x-ref+file://private/db.yaml#/password'\nb: ref+envsubst://$DB_TOKEN\nc: ref+file://private/tls.key\n";
    let project = |password: &str| {
        Repo::new()
            .file(
                "helmfile.yaml",
                "releases:\n- {name: gateway, chart: ./chart, needs: [db], values: [gateway.yaml, gateway.checksum.yaml]}\n- name: db\n  chart: ./chart\n  values: [db.yaml, more.yaml.gotmpl, {e: 'ref+file://private/db.yaml#/inline'}]\n  set: [{name: d, value: 'ref+file://private/db.yaml#/pin'}]\n",
            )
            .file("gateway.yaml", "# helmsum: release:db\n")
            .file("db.yaml", VALUES)
            .file("more.yaml.gotmpl", "f: {{ fetchSecretValue \"ref+file://private/db.yaml#/template\" | quote }}\n")
            .file("private/db.yaml", format!("password: {password}\npin: 990417\ninline: zebra-inline\ntemplate: zebra-template\n"))
            .file("private/tls.key", "-----BEGIN\nMIIEvQzebra\n-----END\n")
            .file("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n")
            .variable("DB_TOKEN", "zebra-token")
    };
    let repo = keeps(project("zebra-one"), &["zebra", "990417"], "a short secret");
    repo.helmsum(["check"]).exits(0);
    let first = project("zebra-one").helmsum(["generate"]).read("gateway.checksum.yaml");
    let again = project("zebra-one").helmsum(["generate"]).read("gateway.checksum.yaml");
    let other = project("zebra-two").helmsum(["generate"]).read("gateway.checksum.yaml");
    assert_eq!(first, again);
    assert_ne!(first, other);
}

#[test]
fn a_reference_in_two_state_files_means_one_file() {
    let state = "releases: [{name: {{ base (clean \"x\") }}, chart: ./c, labels: {l: {{ fetchSecretValue \"ref+file://t.txt\" }}}}]\n";
    let repo = |second: &str| {
        Repo::new()
            .file("helmfile.yaml", "helmfiles: [a/helmfile.yaml.gotmpl, b/helmfile.yaml.gotmpl]\n")
            .file("a/helmfile.yaml.gotmpl", state)
            .file("b/helmfile.yaml.gotmpl", state.replace("\"x\"", "\"y\""))
            .file("a/t.txt", "one")
            .file("b/t.txt", second)
            .helmsum(["state"])
    };
    repo("one").exits(0);
    let repo = repo("two").exits(1);
    assert!(
        repo.err().contains("[ambiguous-command]")
            && repo.err().contains("`t.txt`, which is another file in"),
        "{}",
        repo.err()
    );
}

#[test]
fn nothing_drives_the_terminal() {
    let state =
        "releases:\n- name: a\u{85}\u{9b}31m\u{2028}b\n  nme: x\n  chart: r/a # \u{85}\u{9b}2J\u{2028}\n";
    for (command, form) in ["generate", "check", "list", "state"]
        .into_iter()
        .flat_map(|command| FORMS.map(|form| (command, form)))
    {
        for state in
            [state.to_owned(), state.replace("  nme: x\n", ""), state.replace("nme: x\n  chart", "nm\u{9b}e")]
        {
            let repo = Repo::new().file("helmfile.yaml", &state).helmsum([command, form]);
            let said = repo.out() + &repo.err();
            assert!(!said.contains(['\u{85}', '\u{9b}', '\u{2028}']), "{command} {form}: {said:?}");
        }
    }
}
