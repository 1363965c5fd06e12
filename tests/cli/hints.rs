//! Hints are tested by following them: a project shows a diagnostic, what its hint says is read from the output and done to the
//! letter, and the next run no longer shows it.

use std::process::Command;

use crate::support::repo::{GATEWAY, Repo, gateway};

/// The hint of the first diagnostic that has `about` as its code or in its message.
#[track_caller]
fn hint(repo: &Repo, arguments: &[&str], about: &str) -> String {
    let hint = diagnostics(repo, arguments).into_iter().find(|one| one.is(about)).map(|one| one.hint);
    hint.unwrap_or_else(|| panic!("{about:?} is not said: {:#?}", diagnostics(repo, arguments)))
}

/// No diagnostic has `about` as its code or in its message any longer.
#[track_caller]
fn is_gone(repo: &Repo, arguments: &[&str], about: &str) {
    let said = diagnostics(repo, arguments);
    assert!(!said.iter().any(|one| one.is(about)), "{about:?} is still said: {said:#?}");
}

/// The diagnostic is gone, and with it all that would be denied.
#[track_caller]
fn is_well(repo: &Repo, arguments: &[&str], about: &str) {
    is_gone(repo, arguments, about);
    let status = repo.command("").args(arguments).status().expect("helmsum runs");
    assert!(status.success(), "{:#?}", diagnostics(repo, arguments));
}

#[derive(Debug)]
struct Said {
    code: String,
    message: String,
    hint: String,
}

impl Said {
    fn is(&self, about: &str) -> bool {
        self.code == about || self.message.contains(about)
    }
}

/// Everything that a run says.
#[track_caller]
fn diagnostics(repo: &Repo, arguments: &[&str]) -> Vec<Said> {
    let output = repo.command("").args(arguments).args(["--output", "json"]).output().expect("helmsum runs");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", repo.shown(&output.stderr)));
    let lists = ["findings", "errors", "notes"].into_iter().filter_map(|name| document[name].as_array());
    let text =
        |one: &serde_json::Value, key: &str| repo.shown(one[key].as_str().unwrap_or_default().as_bytes());
    lists
        .flatten()
        .map(|one| Said { code: text(one, "code"), message: text(one, "message"), hint: text(one, "hint") })
        .collect()
}

/// The texts in back-ticks, in order.
fn quoted(hint: &str) -> Vec<String> {
    hint.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What stands in back-ticks after `before`, up to the last back-tick of the hint where there are some inside of it.
#[track_caller]
fn after(hint: &str, before: &str) -> String {
    let (_, rest) = hint.split_once(before).unwrap_or_else(|| panic!("{before:?} is not in {hint:?}"));
    rest.trim_start_matches([' ', ':']).split('`').nth(1).expect("back-ticks").to_owned()
}

/// Runs a command line as a shell does.
#[track_caller]
fn run(repo: &Repo, command: &str) {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_helmsum"));
    let path = std::env::join_paths(
        [binary.parent().expect("a folder").to_owned()]
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(repo.path(""))
        .env("PATH", path.expect("a path"))
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{command}: {}", repo.shown(&output.stderr));
}

/// Replaces a text in a file.
#[track_caller]
fn edit(repo: Repo, file: &str, from: &str, to: &str) -> Repo {
    let text = repo.read(file);
    assert!(text.contains(from), "{from:?} is not in {file}:\n{text}");
    repo.file(file, text.replace(from, to))
}

// Commands.

const ENVIRONMENTS: &str = "environments: { dev: {}, prod: {}, it's one: {} }\n---\n";

/// Two releases in a sub-folder, with a target for each environment.
fn environments() -> Repo {
    let release = |name: &str| {
        format!(
            "- {{ name: {name}, namespace: edge, labels: {{ tier: '{name}' }}, chart: ./c, values: [{name}.yaml, '{name}.{{{{ .Environment.Name }}}}.checksum.yaml'] }}\n"
        )
    };
    Repo::new()
        .file("deploy/state.yaml", format!("{ENVIRONMENTS}releases:\n{}{}", release("a"), release("b")))
        .file("deploy/a.yaml", "# helmsum: ./conf\n# helmsum: ./{{ .Environment.Name }} optional=true\n")
        .file("deploy/b.yaml", "# helmsum: ./conf\n")
        .file("deploy/conf/x", "1")
}

#[test]
fn the_command_that_writes_targets_is_that_of_the_run() {
    for arguments in [
        &["--file=deploy/state.yaml", "--environment=prod"][..],
        &["-fdeploy/state.yaml", "-e", "it's one"],
        &["-f", "deploy/state.yaml", "--all-environments"],
        &["-f", "deploy/state.yaml", "-e", "dev", "-l", "tier!=a"],
        &["-f", "deploy/state.yaml", "-e", "dev", "-l", "name=a", "-l", "name=b"],
        &["-f", "deploy/state.yaml", "-e", "dev", "--release", "edge/b"],
        &["-f", "deploy/state.yaml", "-e", "dev", "--no-exec", "--namespace", "other"],
        &[
            "-f",
            "deploy/state.yaml",
            "-e",
            "dev",
            "--state-values-set",
            "a=$HOME",
            "--state-values-set-string=b=c d",
        ],
        &["-f", "deploy/state.yaml", "-e", "dev", "--state-values-file", "my values.yaml"],
        &["-f", "deploy/state.yaml", "-e", "dev", "--skip-deps", "--chart", "./other", "--values", "v.yaml"],
    ] {
        let repo = environments().file("my values.yaml", "{}").file("deploy/my values.yaml", "{}");
        let check =
            |repo: &Repo| repo.command("").arg("check").args(arguments).output().expect("helmsum runs");
        let summary = repo.shown(&check(&repo).stdout).replace('\n', " ");
        let shown = summary
            .split_once("; run `")
            .and_then(|(_, rest)| rest.split_once('`'))
            .unwrap_or_else(|| panic!("{arguments:?}: {summary}"))
            .0;
        let arguments: Vec<&str> = ["check"].iter().chain(arguments).copied().collect();
        let hint = hint(&repo, &arguments, "missing-checksum");
        assert_eq!(after(&hint, "run "), shown, "the summary says the same");
        run(&repo, shown);
        is_well(&repo, &arguments, "missing-checksum");
        let repo = repo.file("deploy/conf/x", "2");
        let hint = self::hint(&repo, &arguments, "stale-checksum");
        run(&repo, &after(&hint, "run "));
        is_well(&repo, &arguments, "stale-checksum");
    }
}

#[test]
fn what_may_be_secret_is_named_alone_in_the_command() {
    let repo = environments();
    let hint = hint(
        &repo,
        &["check", "-f", "deploy/state.yaml", "-e", "dev", "--set", "password=hunter2"],
        "missing-checksum",
    );
    assert_eq!(
        hint,
        "run `helmsum generate --file=deploy/state.yaml --environment=dev` with this run's `--set` and commit the result"
    );
}

#[test]
fn a_file_of_somebody_else_is_replaced_by_the_command() {
    let arguments = ["check", "-f", "deploy/state.yaml", "-e", "prod"];
    let repo = environments().file("deploy/a.prod.checksum.yaml", "mine: 1\n");
    let hint = hint(&repo, &arguments, "was not written by helmsum");
    run(&repo, &after(&hint, "run "));
    is_well(&repo, &arguments, "was not written by helmsum");
}

// Lines for the state file.

/// Puts the line of a hint among the values of a release, before `mark` in the file that the hint names.
#[track_caller]
fn wired(repo: Repo, hint: &str, mark: &str) -> Repo {
    let file = after(hint, "`values` in ");
    let line =
        hint.rsplit_once(": `").and_then(|(_, line)| line.strip_suffix('`')).expect("a line").to_owned();
    edit(repo, &file, mark, &format!("{line}\n{}{mark}", " ".repeat(6)))
}

#[test]
fn releases_of_one_folder_get_a_target_each() {
    let release = |name: &str| {
        format!(
            "  - name: {name}\n    chart: ./c\n    values:\n      - values/{name}.yaml\n      # more of {name}\n"
        )
    };
    let mut repo = Repo::new()
        .file("helmfile.yaml", format!("releases:\n{}{}", release("one"), release("two")))
        .file("values/one.yaml", "# helmsum: ./conf/1\n")
        .file("values/two.yaml", "# helmsum: ./conf/2\n")
        .file("values/conf/1", "1")
        .file("values/conf/2", "2");
    for name in ["one", "two"] {
        let hint =
            hint(&repo, &["generate"], &format!("release `{name}` declares sources, but lists no target"));
        assert!(hint.ends_with(&format!("`- values/{name}.checksum.yaml`")), "{hint}");
        repo = wired(repo, &hint, &format!("# more of {name}"));
    }
    is_well(&repo, &["generate", "--strict"], "unwired-release");
}

#[test]
fn a_values_file_of_two_releases_makes_a_target_for_each() {
    let release = |name: &str| {
        format!(
            "  - name: {name}\n    chart: ./c\n    values:\n      - common/values.yaml\n      # more of {name}\n"
        )
    };
    let mut repo = Repo::new()
        .file("helmfile.yaml", format!("releases:\n{}{}", release("one"), release("two")))
        .file("common/values.yaml", "# helmsum: ./{{ .Release.Name }}\n")
        .file("common/one/x", "1")
        .file("common/two/x", "2");
    for name in ["one", "two"] {
        let hint =
            hint(&repo, &["generate"], &format!("release `{name}` declares sources, but lists no target"));
        repo = wired(repo, &hint, &format!("# more of {name}"));
    }
    is_well(&repo, &["generate", "--strict"], "unwired-release");
}

/// One release whose state file, values file and sources are given. `# more` is where a line is put.
fn unwired(state: &str, values: &str, directive: &str) -> Repo {
    Repo::new()
        .file("apps/state.yaml", state)
        .file(values, format!("# helmsum: {directive}\n"))
        .file("conf/prod/x", "1")
        .file("conf/default/x", "2")
}

#[test]
fn a_target_is_put_where_it_serves() {
    let state = |head: &str, values: &str, more: &str| {
        format!(
            "{head}releases:\n  - name: web\n    namespace: edge\n    chart: ./c\n{more}    values:\n      - {values}\n      # more\n"
        )
    };
    let plain = state("", "web.yaml", "");
    let prefix = state("", "web.yaml", "    valuesPathPrefix: web/\n");
    let globbed = state("", "values/*.yaml", "");
    let by_environment =
        state("environments: { prod: {}, default: {} }\n---\n", "'{{ .Environment.Name }}/web.yaml'", "");
    for (repo, arguments, entry) in [
        (unwired(&plain, "apps/web.yaml", "../conf"), &["generate"][..], "web.checksum.yaml"),
        (unwired(&prefix, "apps/web/web.yaml", "../../conf"), &["generate"], "web.checksum.yaml"),
        (
            unwired(&globbed, "apps/values/web.yaml", "../../conf"),
            &["generate"],
            "checksums/web.checksum.yaml",
        ),
        (
            unwired(&by_environment, "apps/prod/web.yaml", "../../conf")
                .file("apps/default/web.yaml", "# helmsum: ../../conf/default\n"),
            &["generate", "-e", "prod"],
            "\"{{ .Environment.Name }}/web.checksum.yaml\"",
        ),
        (
            unwired(
                &by_environment.replace("'{{ .Environment.Name }}/web.yaml'", "web.yaml"),
                "apps/web.yaml",
                "../conf/{{ .Environment.Name }}",
            ),
            &["generate", "-e", "prod"],
            "\"web.{{ .Environment.Name }}.checksum.yaml\"",
        ),
        (
            unwired(&plain, "apps/web.yaml", "../conf").file("apps/web.checksum.yaml", "mine: 1\n"),
            &["generate"],
            "edge-web.checksum.yaml",
        ),
        (
            unwired(&plain, "apps/web.yaml", "../conf").file("helmsum.yaml", "targets: ['sums-*.yaml']\n"),
            &["generate"],
            "sums-web.yaml",
        ),
        (
            unwired(&plain, "apps/web.yaml", "../conf")
                .without("apps/web.yaml")
                .file("apps/web.yaml", "a: 1\n")
                .file("helmsum.yaml", "releases: [{ release: edge/web, sources: [conf] }]\n"),
            &["generate"],
            "../web.checksum.yaml",
        ),
        (
            unwired(&plain, "apps/web.yaml", "../conf")
                .file("helmsum.yaml", "releases: [{ release: edge/web, target: sums/web.yaml }]\n"),
            &["generate"],
            "../sums/web.yaml",
        ),
    ] {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--file=apps/state.yaml"]).collect();
        let hint = hint(&repo, &arguments, "unwired-release");
        assert_eq!(hint, format!("add a line to its `values` in `apps/state.yaml`: `- {entry}`"));
        let repo = wired(repo, &hint, "# more");
        is_well(&repo, &arguments, "unwired-release");
        let everywhere = ["generate", "--all-environments", "--strict", "--file=apps/state.yaml"];
        is_well(&repo, &everywhere, "unwired-release");
    }
}

#[test]
fn a_target_in_a_directory_of_state_files_is_put_elsewhere() {
    let state = "releases:\n  - name: web\n    chart: ./c\n    values:\n      - web.values\n      # more\n";
    let repo = Repo::new()
        .file("helmfile.d/web.yaml", state)
        .file("helmfile.d/web.values", "# helmsum: ../conf\n")
        .file("conf/x", "1");
    let hint = hint(&repo, &["generate"], "unwired-release");
    let repo = wired(repo, &hint, "# more");
    is_well(&repo, &["generate", "--strict"], "unwired-release");
}

/// The entry of a hint, with its quotes.
fn entry(hint: &str) -> String {
    let (_, rest) = hint.split_once("`- \"").expect("an entry");
    format!("\"{}\"", rest.split_once("\"`").expect("its end").0)
}

#[test]
fn a_target_that_two_would_share_gets_their_name() {
    let about = "would get different contents";
    let release = |name: &str, more: &str| {
        format!("- {{ name: {name}, chart: ./c, {more}values: [values.yaml, sums/x.checksum.yaml] }}\n")
    };
    let repo = |state: &str, of_two: &str, directive: &str| {
        Repo::new()
            .file(state, format!("releases:\n{}{of_two}", release("a", "namespace: one, kubeContext: x, ")))
            .file("values.yaml", format!("# helmsum: ./{directive}\n"))
            .file("a/x", "1")
            .file("b/x", "2")
            .file("one/x", "1")
            .file("two/x", "2")
            .file("x/x", "1")
            .file("y/x", "2")
    };
    for state in ["helmfile.yaml", "helmfile.yaml.gotmpl"] {
        for (of_two, directive) in [
            (release("b", ""), "{{ .Release.Name }}"),
            (release("a", "namespace: two, kubeContext: x, "), "{{ .Release.Namespace }}"),
            (release("a", "namespace: one, kubeContext: 'y', "), "{{ .Release.KubeContext }}"),
        ] {
            let repo = repo(state, &of_two, directive);
            let entry = entry(&hint(&repo, &["generate"], about));
            assert!(entry.starts_with("\"sums/"), "{entry}");
            let repo = edit(repo, state, "sums/x.checksum.yaml", &entry);
            is_well(&repo, &["generate", "--strict"], about);
        }
    }
}

#[test]
fn a_target_that_two_environments_would_share_gets_their_name() {
    let about = "would get different contents";
    let arguments = ["generate", "--all-environments"];
    for state in ["helmfile.yaml", "helmfile.yaml.gotmpl"] {
        let repo = gateway()
            .without("helmfile.yaml")
            .file(state, format!("environments: {{ dev: {{}}, prod: {{}} }}\n---\n{GATEWAY}"))
            .file("gateway/values.yaml", "# helmsum: ./{{ .Environment.Name }}\n")
            .file("gateway/dev/a", "1")
            .file("gateway/prod/a", "2");
        let entry = entry(&hint(&repo, &arguments, about));
        let repo = edit(repo, state, "gateway/checksum.yaml", &entry);
        is_well(&repo, &arguments, about);
    }
}

#[test]
fn a_target_of_two_readings_of_a_state_file_gets_a_value_that_tells_them_apart() {
    let about = "would get different contents";
    let repo = Repo::new()
        .file("helmfile.yaml", "helmfiles:\n- { path: sub.yaml, values: [{ region: a }] }\n- { path: sub.yaml, values: [{ region: b }] }\n")
        .file("sub.yaml", "releases:\n- { name: web, chart: ./c, values: [values.yaml, checksum.yaml] }\n")
        .file("values.yaml", "# helmsum: ./{{ .Values.region }}\n")
        .file("a/x", "1")
        .file("b/x", "2");
    let entry = entry(&hint(&repo, &["generate"], about)).replace("NAME", "region");
    let repo = edit(repo, "sub.yaml", "checksum.yaml", &entry);
    is_well(&repo, &["generate", "--strict"], about);
}

#[test]
fn two_checksums_of_a_configuration_get_a_target_each() {
    let about = "would get different contents";
    let config = "checksums:\n- { name: a, sources: [a], target: x.checksum.yaml }\n- { name: b, sources: [b], target: x.checksum.yaml }\n";
    let repo = Repo::new().file("helmsum.yaml", config).file("a/x", "1").file("b/x", "2");
    assert_eq!(hint(&repo, &["generate"], about), "give one of them another `target`");
    let repo = edit(repo, "helmsum.yaml", "[b], target: x.", "[b], target: y.");
    is_well(&repo, &["generate", "--strict"], about);
}

#[test]
fn a_target_of_two_environments_gets_their_name_before_both_are_read() {
    let repo = gateway()
        .file("helmfile.yaml", format!("environments: {{ dev: {{}}, prod: {{}} }}\n---\n{GATEWAY}"))
        .file("gateway/values.yaml", "# helmsum: ./{{ .Environment.Name }}\n")
        .file("gateway/dev/a", "1")
        .file("gateway/prod/a", "2");
    let arguments = ["generate", "-e", "dev"];
    let entry = entry(&hint(&repo, &arguments, "shared-target"));
    let repo = edit(repo, "helmfile.yaml", "gateway/checksum.yaml", &entry);
    is_well(&repo, &arguments, "shared-target");
}

// Directives.

#[test]
fn a_directive_is_written_as_its_hint_has_it() {
    for (written, meant) in [
        ("# helmsum: ./apis ./more", "# helmsum: ./more"),
        ("# helmsum: ./my certs as certs", "# helmsum: \"./my certs\""),
        ("# helmsum: './apis", "# helmsum: ./apis"),
        ("# helmsum: './my certs'", "# helmsum: \"./my certs\""),
        ("# helmsum: .\\apis", "./apis"),
    ] {
        let repo = directive(written);
        let hint = hint(&repo, &["generate"], "source-syntax");
        let text = quoted(&hint)
            .into_iter()
            .next_back()
            .filter(|text| text.contains("./"))
            .or_else(|| quoted(&hint).into_iter().find(|text| text.contains("./")));
        let text = if written.contains("'./apis") { quoted(&hint)[0].clone() } else { text.expect("a text") };
        assert_eq!(text, meant, "{hint}");
        let line = if text.starts_with('#') { text } else { format!("# helmsum: {text}") };
        is_well(
            &repo.file("gateway/values.yaml", format!("{line}\n")),
            &["generate", "--strict"],
            "source-syntax",
        );
    }
}

/// The gateway with one line in the place of its directive, and what that may name.
fn directive(line: &str) -> Repo {
    gateway()
        .file("gateway/values.yaml", format!("{line}\n"))
        .file("gateway/more/x", "1")
        .file("gateway/my certs/x", "1")
        .file("gateway/apis/a.md", "1")
}

#[test]
fn an_option_is_written_as_its_hint_has_it() {
    for (written, from, code) in [
        ("# helmsum: ./apis optional", "optional", "source-syntax"),
        ("# helmsum: ./apis exclude *.md", "exclude *.md", "source-syntax"),
        ("# helmsum: ./apis as=apis eol=lf", "as=apis", "source-syntax"),
        ("# helmsum: ./apis exlude=*.md", "exlude=", "source-option"),
        ("# helmsum: ./apis eol=crlf", "eol=crlf", "source-option"),
        ("# helmsum: ./apis parse=json", "parse=json", "source-option"),
        ("# helmsum: ./apis optional=yes", "optional=yes", "source-option"),
        ("# helmsum: ./apis secret=yes", "secret=yes", "source-option"),
        ("# helmsum: relase:gateway", "relase:", "source-kind"),
    ] {
        let repo = directive(written);
        let right = quoted(&hint(&repo, &["generate"], code)).remove(0);
        let repo = edit(repo, "gateway/values.yaml", from, &right);
        is_gone(&repo, &["generate"], code);
    }
}

#[test]
fn a_line_break_that_a_template_prints_is_trimmed() {
    let digest = "a".repeat(64);
    for word in ["sha256:{{ exec \"cat\" (list \"digest\") }}", "sha256:{{ readFile \"digest\" -}}"] {
        let repo = directive(&format!("# helmsum: {word} as db"))
            .file("gateway/digest", format!("{digest}\n"))
            .file("digest", format!("{digest}\n"));
        let right = after(&hint(&repo, &["generate"], "source-syntax"), "write ");
        let repo = edit(repo, "gateway/values.yaml", word, &right);
        is_well(&repo, &["generate", "--strict"], "source-syntax");
        assert!(repo.read("gateway/checksum.yaml").contains(&digest));
    }
}

#[test]
fn lines_that_look_like_directives_are_written_as_their_hints_have_it() {
    for (written, becomes) in [
        ("## helmsum: ./apis", "# helmsum: ./apis\n"),
        ("# helmsum ./apis", "# helmsum: ./apis\n"),
        ("# helmsum:./apis", "# helmsum: ./apis\n"),
        ("a: 1 # helmsum: ./apis", "# helmsum: ./apis\na: 1\n"),
        ("#\u{a0}helmsum: ./apis", "# helmsum: ./apis\n"),
    ] {
        let repo = directive(written);
        let said = diagnostics(&repo, &["generate"]).remove(0);
        let says = format!("{} {}", said.message, said.hint);
        assert!(
            says.contains("`# helmsum: SOURCE`") || says.contains("separate line, above the value"),
            "{says}"
        );
        is_well(&repo.file("gateway/values.yaml", becomes), &["generate", "--strict"], &said.code);
    }
}

#[test]
fn two_sources_of_one_name_or_label_are_told_apart_by_as() {
    for (written, from, to) in [
        ("# helmsum: ./apis as a\n# helmsum: ./more as a", "./more as a", "./more as more"),
        ("# helmsum: ./apis\n# helmsum: ./apis eol=lf", "./apis eol=lf", "./apis as lf eol=lf"),
        ("# helmsum: ./apis from=a\n# helmsum: ./apis from=b", "./apis from=b", "./apis as b from=b"),
    ] {
        let repo = directive(written);
        let hint = hint(&repo, &["generate"], "source-clash");
        assert!(hint.contains(" as apis`") || hint.contains("add `as NAME` to one of them"), "{hint}");
        is_gone(&edit(repo, "gateway/values.yaml", from, to), &["generate"], "source-clash");
    }
}

// What may have been meant.

#[test]
fn what_was_meant_is_what_is_there() {
    let two = format!("{GATEWAY}  - {{ name: routes, namespace: edge, chart: ./c }}\n");
    for (repo, arguments, about, file, from) in [
        (directive("# helmsum: ./api"), &["generate"][..], "missing-source", "gateway/values.yaml", "./api"),
        (
            directive("# helmsum: ./mroe/*"),
            &["generate"],
            "missing-source",
            "gateway/values.yaml",
            "./mroe/*",
        ),
        (
            directive("# helmsum: ./apis from=edge/rotes").file("helmfile.yaml", two.as_str()),
            &["generate"],
            "there is no such release",
            "gateway/values.yaml",
            "from=edge/rotes",
        ),
        (
            directive("# helmsum: release:edge/rotes")
                .file("helmfile.yaml", two.as_str())
                .file("c/Chart.yaml", "name: c\nversion: 1.0.0\n"),
            &["generate"],
            "there is no release `edge/rotes`",
            "gateway/values.yaml",
            "edge/rotes",
        ),
        (
            directive("# helmsum: ./apis")
                .file("helmsum.yaml", "releases: [{ release: edge/gatewai, sources: [gateway/apis] }]\n"),
            &["generate"],
            "unmatched-entry",
            "helmsum.yaml",
            "edge/gatewai",
        ),
        (
            directive("# helmsum: ./apis").file("helmsum.yaml", "kye: x\n"),
            &["generate"],
            "config-syntax",
            "helmsum.yaml",
            "kye",
        ),
        (
            directive("# helmsum: ./apis").file("helmsum.yaml", "levels: { clrf: allow }\n"),
            &["generate"],
            "config-syntax",
            "helmsum.yaml",
            "clrf",
        ),
        (
            directive("# helmsum: ./apis").file("helmsum.yaml", "levels: { crlf: dney }\n"),
            &["generate"],
            "config-syntax",
            "helmsum.yaml",
            "dney",
        ),
    ] {
        let meant = after(&hint(&repo, arguments, about), "did you mean");
        is_gone(&edit(repo, file, from, &meant), arguments, about);
    }
}

#[test]
fn an_object_is_written_with_a_colon() {
    let repo =
        directive("# helmsum: release/edge/gateway").file("chart/Chart.yaml", "name: c\nversion: 1.0.0\n");
    let meant = after(&hint(&repo, &["generate"], "missing-source"), "did you mean");
    is_gone(
        &edit(repo, "gateway/values.yaml", "release/edge/gateway", &meant),
        &["generate"],
        "missing-source",
    );
}

#[test]
fn an_option_on_the_command_line_is_given_as_its_hint_has_it() {
    let state = format!("environments: {{ dev: {{}}, production: {{}} }}\n---\n{GATEWAY}");
    let repo = || gateway().file("helmfile.yaml", state.as_str());
    let about = "no state file defines the environment";
    let meant = after(&hint(&repo(), &["generate", "-e", "prodution"], about), "did you mean");
    is_well(&repo(), &["generate", &meant], about);
    for name in quoted(&hint(&repo(), &["generate", "-e", "x"], about)).into_iter().skip(1) {
        is_well(&repo(), &["generate", "-e", &name], about);
    }
    let about = "none of 1 release is selected";
    let arguments = ["generate", "-e", "dev", "--release"];
    let with = |name: &str| {
        arguments.iter().map(|&word| word.to_owned()).chain([name.to_owned()]).collect::<Vec<_>>()
    };
    let wrong = with("gatewy");
    let wrong: Vec<&str> = wrong.iter().map(String::as_str).collect();
    let right = with(&after(&hint(&repo(), &wrong, about), "did you mean"));
    let right: Vec<&str> = right.iter().map(String::as_str).collect();
    is_well(&repo(), &right, about);
    let about = "malformed label";
    let meant = after(&hint(&repo(), &["generate", "-e", "dev", "-l", "gateway"], about), "did you mean");
    is_well(&repo(), &["generate", "-e", "dev", "-l", &meant], about);
}

// Needs and order.

#[test]
fn a_need_is_added_as_its_hint_has_it() {
    let routes = "  - { name: routes, namespace: edge, chart: ./c }\n";
    let repo = |state: String| directive("# helmsum: ./apis from=routes").file("helmfile.yaml", state);
    let bare = repo(format!("{GATEWAY}{routes}"));
    let line = after(&hint(&bare, &["generate"], "missing-need"), "add ");
    let mended =
        edit(bare, "helmfile.yaml", "    chart: ./chart\n", &format!("    chart: ./chart\n    {line}\n"));
    is_well(&mended, &["generate", "--strict"], "missing-need");
    let some = repo(format!(
        "{GATEWAY}    needs: [edge/other]\n{routes}  - {{ name: other, namespace: edge, chart: ./c }}\n"
    ));
    let need = after(&hint(&some, &["generate"], "missing-need"), "add ");
    let mended = edit(some, "helmfile.yaml", "[edge/other]", &format!("[edge/other, {need}]"));
    is_well(&mended, &["generate", "--strict"], "missing-need");
    let overridden = repo(format!("{GATEWAY}{routes}"));
    let arguments = ["generate", "--strict", "-n", "elsewhere"];
    let line = after(&hint(&overridden, &arguments, "missing-need"), "add ");
    let mended = edit(
        overridden,
        "helmfile.yaml",
        "    chart: ./chart\n",
        &format!("    chart: ./chart\n    {line}\n"),
    );
    is_well(&mended, &arguments, "missing-need");
}

#[test]
fn a_producer_in_the_parent_is_moved_before_its_consumer() {
    let routes = "releases: [{ name: routes, namespace: edge, chart: ./c }]\n";
    let repo = directive("# helmsum: ./apis from=edge/routes")
        .file("main.yaml", format!("helmfiles:\n- helmfile.yaml\n{routes}"));
    let arguments = ["generate", "-f", "main.yaml", "--strict"];
    let hint = hint(&repo, &arguments, "missing-need");
    let names = quoted(&hint);
    let [release, parent, key, before] = &names[..] else { panic!("{hint}") };
    assert_eq!([release.as_str(), key], ["edge/routes", "helmfiles"], "{hint}");
    let moved = edit(repo, parent, routes, "").file("routes.yaml", routes);
    let moved = edit(moved, parent, &format!("- {before}"), &format!("- routes.yaml\n- {before}"));
    is_well(&moved, &arguments, "missing-need");
}

#[test]
fn a_producer_that_comes_later_is_listed_earlier() {
    let repo = directive("# helmsum: ./apis from=edge/routes")
        .file("main.yaml", "helmfiles:\n- nested.yaml\n- routes/main.yaml\n")
        .file("nested.yaml", "helmfiles:\n- helmfile.yaml\n")
        .file("routes/main.yaml", "helmfiles: [helmfile.yaml]\n")
        .file("routes/helmfile.yaml", "releases: [{ name: routes, namespace: edge, chart: ./c }]\n");
    let arguments = ["generate", "-f", "main.yaml", "--strict"];
    let hint = hint(&repo, &arguments, "missing-need");
    let names = quoted(&hint);
    let [late, early, key, file] = &names[..] else { panic!("{hint}") };
    assert_eq!(key, "helmfiles", "{hint}");
    let text = repo.read(file);
    assert!(text.contains(&format!("- {early}\n- {late}\n")), "{hint}\n{text}");
    let mended =
        repo.file(file, text.replace(&format!("- {early}\n- {late}\n"), &format!("- {late}\n- {early}\n")));
    is_well(&mended, &arguments, "missing-need");
}

#[test]
fn a_producer_beside_is_listed_in_one_state_file() {
    let repo = Repo::new()
        .file("helmfile.d/routes.yaml", "releases: [{ name: routes, namespace: edge, chart: ./c }]\n")
        .file("helmfile.d/gateway.yaml", GATEWAY.replace("gateway/", "../gateway/"))
        .file("gateway/values.yaml", "# helmsum: ./apis from=edge/routes\n")
        .file("gateway/apis/a", "1");
    let hint = hint(&repo, &["generate"], "missing-need");
    let names = quoted(&hint);
    let [_, first, second] = &names[..] else { panic!("{hint}") };
    let listed = repo.file("main.yaml", format!("helmfiles:\n- {first}\n- {second}\n"));
    is_well(&listed, &["generate", "-f", "main.yaml", "--strict"], "missing-need");
}
