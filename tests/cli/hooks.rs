//! helmsum as a hook of helmfile's runs it: what the hook hands over, and what it cannot know. `tests/real/hooks` has the same with
//! the real helmfile.

use crate::support::repo::{GATEWAY, HEADER, HOOK_WITH_COMMAND as HOOK, Repo, gateway, target};

/// A release whose directive has `word` in its path; there are sources for the namespaces `edge` and `other`.
fn declares(word: &str) -> Repo {
    hooked("").file("gateway/values.yaml", format!("# helmsum: ./{word} as apis\n")).with_sources()
}

/// The state of `gateway()` with a hook and more top-level lines.
fn hooked(more: &str) -> Repo {
    gateway().file("helmfile.yaml", format!("{HOOK}{more}{GATEWAY}"))
}

trait Sources {
    fn with_sources(self) -> Self;
}

impl Sources for Repo {
    fn with_sources(self) -> Self {
        let names = ["edge", "other", "context", "none"];
        names.iter().fold(self, |repo, name| repo.file(&format!("gateway/{name}/a.yaml"), name))
    }
}

const RUN: [&str; 3] = ["generate", "--file=helmfile.yaml", "--helmfile-command=apply"];

/// What the hook runs, with one more argument.
fn with(argument: &str) -> [&str; 4] {
    let [command, file, by] = RUN;
    [command, file, by, argument]
}

#[test]
fn a_second_run_that_changes_nothing_says_one_line() {
    let repo = hooked("").helmsum(RUN).exits(0).says("created  edge/gateway");
    repo.helmsum(RUN).exits(0).stdout("1 release: 1 current\n");
    // By hand, people want to see what there is.
    hooked("").helmsum(["generate"]).helmsum(["generate"]).exits(0).says("current  edge/gateway");
}

#[test]
fn a_namespace_that_the_hook_does_not_hand_over_is_not_guessed() {
    for word in
        ["{{ .Namespace | default `none` }}", "{{ .Release.Namespace }}", "{{ .Release.Labels.namespace }}"]
    {
        declares(word)
            .helmsum(RUN)
            .exits(1)
            .tells("error[unverified-state]: a template looks at the namespace, and this hook does")
            .says("--> gateway/values.yaml:1:")
            .says("--namespace={{ .Namespace }}")
            .lacks("gateway/checksum.yaml");
        // An empty one says that helmfile was given none.
        declares(word).helmsum(with("--namespace=")).exits(0);
        declares(word).helmsum(with("--namespace=other")).exits(0).says("other/gateway");
        // Without a hook it is the user who says it.
        declares(word).helmsum(["generate"]).exits(0);
    }
}

#[test]
fn what_does_not_depend_on_the_namespace_needs_none() {
    hooked("").helmsum(RUN).exits(0).holds("gateway/checksum.yaml", &target());
    for word in
        ["{{ .Release.Name }}", "{{ .Environment.Name }}", "{{ .Environment.KubeContext | default `edge` }}"]
    {
        declares(word).file("gateway/gateway/a", "").file("gateway/default/a", "").helmsum(RUN).exits(0);
    }
    // A values file without directives may look at whatever it likes.
    hooked("")
        .file("helmfile.yaml", format!("{HOOK}{GATEWAY}      - more.yaml.gotmpl\n"))
        .file("more.yaml.gotmpl", "namespace: {{ .Release.Namespace }}\n")
        .helmsum(RUN)
        .exits(0);
}

#[test]
fn a_variable_alone_does_not_say_what_the_option_is() {
    declares("{{ .Namespace }}")
        .variable("HELMFILE_NAMESPACE", "edge")
        .helmsum(RUN)
        .exits(1)
        .says("unverified-state");
    declares("{{ .Namespace }}")
        .variable("HELMFILE_NAMESPACE", "edge")
        .helmsum(with("--namespace=edge"))
        .exits(0);
}

#[test]
fn a_state_that_looks_at_the_namespace_is_refused_too() {
    let state = format!("{}{GATEWAY}", HOOK.replace("helmfile.yaml", "helmfile.yaml.gotmpl"));
    let templated = |from: &str, to: &str| {
        Repo::new()
            .file(
                "helmfile.yaml.gotmpl",
                state.replace("{{", "{{`{{").replace("}}", "}}`}}").replace(from, to),
            )
            .file("gateway/values.yaml", "# helmsum: ./apis\n")
            .file("gateway/apis/a", "1")
    };
    let run = ["generate", "--file=helmfile.yaml.gotmpl", "--helmfile-command=apply"];
    templated("namespace: edge", "namespace: {{ .Namespace | default `edge` }}")
        .helmsum(run)
        .exits(1)
        .tells("error[unverified-state]: a template looks at the namespace")
        .says("--> helmfile.yaml.gotmpl:13:19")
        .says("``--namespace={{`{{ .Namespace }}`}}``")
        .says("denied  edge/gateway")
        .lacks("gateway/checksum.yaml");
    templated("chart: ./chart", "chart: ./chart").helmsum(run).exits(0);
    // In the fields of a release, which has its own namespace there.
    templated("chart: ./chart", "chart: \"./{{`{{ .Release.Namespace }}`}}\"").helmsum(run).exits(0);
    templated("chart: ./chart", "chart: \"./{{`{{ .Namespace }}`}}\"")
        .helmsum(run)
        .exits(1)
        .tells("a template looks at the namespace")
        .says("--> helmfile.yaml.gotmpl:12");
}

#[test]
fn the_namespace_of_the_top_level_key_is_what_the_hook_hands_over() {
    let keyed = |more: &str| {
        hooked(&format!("namespace: other\n{more}"))
            .file("gateway/values.yaml", "# helmsum: ./{{ .Release.Namespace }}\n")
            .with_sources()
    };
    keyed("").helmsum(with("--namespace=other")).exits(0).says("other/gateway").tells("./other 1 file");
    keyed("").helmsum(RUN).exits(0).tells("./other 1 file");
    keyed("")
        .helmsum(with("--namespace=edge"))
        .exits(1)
        .complains("`namespace: other` and `--namespace`")
        .lacks("gateway/checksum.yaml");
    keyed("")
        .helmsum(with("--namespace="))
        .exits(1)
        .tells("helmfile told this hook no namespace, and helmsum read the")
        .lacks("gateway/checksum.yaml");
    // By hand it is what it is for helmfile.
    keyed("").helmsum(["generate", "--namespace=other"]).exits(1).complains("cannot both be given");
}

#[test]
fn a_namespace_that_could_come_from_both_is_refused() {
    let hook =
        HOOK.replace("helmfile.yaml", "helmfile.yaml.gotmpl").replace("{{", "{{`{{").replace("}}", "}}`}}");
    let state = format!("{{{{ if not .Namespace }}}}\nnamespace: other\n{{{{ end }}}}\n{hook}{GATEWAY}");
    Repo::new()
        .file("helmfile.yaml.gotmpl", state)
        .file("gateway/values.yaml", "# helmsum: ./apis\n")
        .file("gateway/apis/a", "1")
        .helmsum(["generate", "--file=helmfile.yaml.gotmpl", "--helmfile-command=apply", "--namespace=other"])
        .exits(1)
        .tells("it is not known whether helmfile was given the")
        .lacks("gateway/checksum.yaml");
}

#[test]
fn a_release_of_another_namespace_is_named() {
    let other = with("--release=other/gateway");
    hooked("")
        .helmsum(other)
        .exits(3)
        .tells("there is no `other/gateway`, but there is `edge/gateway`; if helmfile was");
    gateway()
        .helmsum(["generate", "--release=other/gateway"])
        .exits(3)
        .stdout("note: none of 1 release is selected\n\nnote: there is no `other/gateway`, but there is `edge/gateway`\n");
}

#[test]
fn a_kube_context_is_known_from_the_variable_the_key_or_the_hook() {
    for word in ["{{ .KubeContext | default `none` }}", "{{ .Release.KubeContext | default `none` }}"] {
        declares(word)
            .helmsum(RUN)
            .exits(1)
            .tells("error[unverified-state]: a template looks at the kube context, and a hook")
            .says("HELMFILE_KUBE_CONTEXT")
            .lacks("gateway/checksum.yaml");
        declares(word).helmsum(with("--kube-context=")).exits(0).says("gateway/checksum.yaml");
        declares(word).helmsum(with("--kube-context=context")).exits(0);
        declares(word).variable("HELMFILE_KUBE_CONTEXT", "context").helmsum(RUN).exits(0);
        let keyed = declares(word).file("helmfile.yaml", format!("{HOOK}kubeContext: context\n{GATEWAY}"));
        keyed.helmsum(RUN).exits(0);
    }
}

#[test]
fn the_chart_of_the_command_line_is_told_to_nobody() {
    declares("{{ .Chart | default `none` }}")
        .helmsum(RUN)
        .exits(1)
        .tells("a template looks at `.Chart`")
        .says("`.Release.Chart`");
}

#[test]
fn a_hook_that_names_a_neighbouring_state_file_is_refused() {
    let neighbours = |b: &str| {
        gateway()
            .file("a.yaml", format!("{}{GATEWAY}", HOOK.replace("helmfile.yaml", "b.yaml")))
            .file("b.yaml", b)
            .without("helmfile.yaml")
    };
    let run = ["generate", "--file=b.yaml", "--helmfile-command=apply"];
    let other = GATEWAY.replace("gateway", "other");
    neighbours(&other)
        .file("other/values.yaml", "# helmsum: ./apis\n")
        .file("other/apis/a", "1")
        .helmsum(run)
        .exits(1)
        .tells("error[unverified-state]: helmsum read `b.yaml`, and no hook there runs helmsum")
        .says("denied  edge/other")
        .lacks("other/checksum.yaml");
    neighbours("releases: []\n").helmsum(run).exits(1).says("unverified-state");
    // A copy of a state file with the hook of the first one.
    neighbours(&format!("{}{other}", HOOK.replace("helmfile.yaml", "b.yaml")))
        .helmsum(run)
        .exits(1)
        .tells("error[unverified-state]: `a.yaml` has a hook that runs helmsum with")
        .says("--> a.yaml:8")
        .says("say `--file=a.yaml` there");
}

#[test]
fn a_hook_by_another_name_is_believed() {
    let script = |hook: &str| gateway().file("helmfile.yaml", format!("hooks:\n- {hook}\n{GATEWAY}"));
    for hook in [
        "{ events: [prepare], command: sh, args: [-c, \"exec helmsum generate\"] }",
        "{ events: [prepare], command: ./checksums, args: [\"{{ .HelmfileCommand }}\"] }",
        "{ events: [prepare], command: /usr/bin/helmsum, args: [generate, -f, helmfile.yaml] }",
        "{ events: [prepare], command: helmsum, args: [generate, \"--file={{ `helmfile` }}.yaml\"] }",
    ] {
        script(hook).helmsum(RUN).exits(0).holds("gateway/checksum.yaml", &target());
    }
    script("{ events: [prepare], command: make, args: [checksums] }")
        .helmsum(RUN)
        .exits(1)
        .says("unverified-state");
}

#[test]
fn a_state_without_consumers_says_so() {
    let bare = || {
        Repo::new().file("helmfile.yaml", "releases: [{ name: a, chart: ./c }, { name: b, chart: ./c }]\n")
    };
    for command in ["generate", "check", "list"] {
        bare().helmsum([command]).exits(0).stdout("note: none of 2 releases declares sources\n");
        bare()
            .helmsum([command, "--release=a"])
            .exits(0)
            .stdout("note: none of 1 release declares sources\n");
    }
    gateway().helmsum(["generate"]).exits(0).does_not_say("declares sources");
}

#[test]
fn a_difference_in_the_environment_is_named_as_far_as_it_can_be() {
    let named = "environments: { default: {}, production: { values: [{ a: 1 }] } }\n---\n";
    let repo = || gateway().file("helmfile.yaml", format!("{named}{GATEWAY}"));
    // {"Name":"production","KubeContext":"","Values":{"a":1},"Defaults":{},"CLIOverrides":{}}
    let production = "--expect-environment=ae856d3af1abd2b1fb5eb4879663dab1d7f055f2b2dc748834b70d19974354c6";
    repo()
        .helmsum(["generate", production])
        .exits(1)
        .says(
            "error[unverified-state]: helmfile read the environment `production`, and helmsum read `default`",
        )
        .says("`--environment={{ .Environment.Name }}` in the hook");
    repo()
        .without("helmfile.yaml")
        .file("helmfile.yaml.gotmpl", format!("{named}{GATEWAY}"))
        .helmsum(["generate", production])
        .exits(1)
        .says("`--environment={{`{{ .Environment.Name }}`}}` in the hook");
    repo().helmsum(["generate", production, "--environment=production"]).exits(0);
    repo()
        .helmsum(["generate", production, "--environment=production", "--state-values-set=a=2"])
        .exits(1)
        .says("helmsum was given `--state-values-set`, and helmfile was not");
    repo()
        .helmsum(["generate", &format!("--expect-environment={}", "0".repeat(64))])
        .exits(1)
        .says("helmfile read another environment than helmsum, or `default` with other values: the digests differ")
        .says("helmsum was given no `--state-values-set` and no `--state-values-file`");
}

#[test]
fn a_helmfile_before_1_3_is_told_apart_by_its_environment() {
    let state = format!("environments: {{ default: {{ values: [{{ a: 1 }}] }} }}\n---\n{GATEWAY}");
    // {"Name":"default","KubeContext":"","Values":{"a":1},"Defaults":{}}, as helmfile 1.0.0 digests it.
    let old = "--expect-environment=c7bc38bcc8d5162fa76ca10d700fb4ee64e48f81e73b0a5a67ccb764647a332a";
    gateway()
        .file("helmfile.yaml", state)
        .helmsum(["generate", old])
        .exits(1)
        .says("error[unverified-state]: this helmfile is older than 1.3.0")
        .lacks("gateway/checksum.yaml");
}

#[test]
fn a_random_function_in_the_state_keeps_its_targets_as_they_are() {
    let state = format!("values:\n  - password: {{{{ randAlphaNum 8 }}}}\n---\n{GATEWAY}");
    let random = || gateway().file("helmfile.yaml.gotmpl", &state).without("helmfile.yaml");
    random()
        .helmsum(["generate"])
        .exits(0)
        .says("warning[unstable-template]: `randAlphaNum` was called")
        .says("--> helmfile.yaml.gotmpl:2:18")
        .holds("gateway/checksum.yaml", &target());
    random()
        .file(
            "helmsum.yaml",
            "checksums:\n  - { name: other, sources: [gateway/apis], target: other.checksum.yaml }\n",
        )
        .helmsum(["generate", "--strict"])
        .exits(1)
        .says("error[unstable-template]")
        .says("denied   edge/gateway")
        .says("created  other")
        .lacks("gateway/checksum.yaml")
        .helmsum(["check", "--strict"])
        .exits(1);
}

#[test]
fn what_a_later_part_of_a_state_calls_is_shown_at_its_line() {
    let state = format!("environments: {{ default: {{}} }}\n---\n# {{{{ randInt 0 9 }}}}\n{GATEWAY}");
    gateway()
        .without("helmfile.yaml")
        .file("helmfile.yaml.gotmpl", state)
        .helmsum(["generate"])
        .exits(0)
        .says("warning[unstable-template]: `randInt` was called while the state was read")
        .says("--> helmfile.yaml.gotmpl:3:6");
}

#[test]
fn a_random_function_above_keeps_those_of_sub_helmfiles_too() {
    let parent = "helmfiles:\n  - path: helmfile.yaml\n    values: [{ password: {{ uuidv4 }} }]\n";
    gateway()
        .file("parent.yaml.gotmpl", parent)
        .helmsum(["generate", "--strict", "--file=parent.yaml.gotmpl"])
        .exits(1)
        .says("--> parent.yaml.gotmpl:3:29")
        .lacks("gateway/checksum.yaml");
}

#[test]
fn a_random_function_in_values_keeps_the_target_of_its_release() {
    let two = format!("{GATEWAY}{}", GATEWAY.trim_start_matches("releases:\n").replace("gateway", "web"));
    gateway()
        .file("helmfile.yaml", two.replace("web/values.yaml", "web/values.yaml.gotmpl"))
        .file("web/values.yaml.gotmpl", "# helmsum: ./conf\n\npassword: {{ include \"word\" . }}\n")
        .file("web/_words.tpl", "{{ define \"word\" }}\n{{ randAlpha 3 }}{{ end }}\n")
        .file("web/conf/a", "1")
        .helmsum(["generate", "--strict"])
        .exits(1)
        .says("--> web/_words.tpl:2:4")
        .says("keep random values and the clock out of files with directives")
        .lacks("web/checksum.yaml")
        .holds("gateway/checksum.yaml", &target());
}

#[test]
fn a_report_in_a_hook_fits_a_terminal() {
    let repo =
        gateway().without("gateway/apis").file("helmfile.yaml", format!("{HOOK}{GATEWAY}")).helmsum(RUN);
    let out = repo.exits(1).out();
    let prose: Vec<&str> =
        out.lines().filter(|line| !line.contains("[REPO]") && !line.contains("denied  ")).collect();
    assert!(prose.len() > 5, "{out}");
    assert!(prose.iter().all(|line| line.chars().count() <= 80 - "hook[prepare] logs | ".len()), "{out}");
    gateway().without("gateway/apis").helmsum(["generate"]).exits(1).says(
        "release `edge/gateway`: the source `./apis` does not exist; looked for `[REPO]/gateway/apis`\n",
    );
}

#[test]
fn a_directive_that_another_environment_has_makes_no_orphan() {
    let state = GATEWAY.replace("gateway/values.yaml", "gateway/{{ .Environment.Name }}.yaml");
    let environments = "environments: { default: {}, production: {} }\n---\n";
    let repo = || {
        gateway()
            .file(
                "helmfile.yaml",
                format!(
                    "{environments}{}",
                    state.replace("gateway/{{", "\"gateway/{{").replace("}}.yaml", "}}.yaml\"")
                ),
            )
            .file("gateway/default.yaml", "replicas: 1\n")
            .file("gateway/production.yaml", "# helmsum: ./apis\n")
    };
    repo().helmsum(["generate", "--strict"]).exits(0).holds("gateway/checksum.yaml", HEADER);
    repo()
        .file("gateway/production.yaml", "replicas: 3\n")
        .helmsum(["generate", "--strict"])
        .exits(1)
        .says("error[orphan-target]");
}

#[test]
fn a_directive_that_does_not_render_makes_no_orphan() {
    let state = GATEWAY.replace("gateway/values.yaml", "gateway/values.yaml.gotmpl");
    let repo = |text: &str| gateway().file("helmfile.yaml", &state).file("gateway/values.yaml.gotmpl", text);
    repo("{{ if eq .Environment.Name `production` }}\n# helmsum: ./apis\n{{ end }}\n")
        .helmsum(["generate", "--strict"])
        .exits(0)
        .holds("gateway/checksum.yaml", HEADER);
    repo("{{ if true }}\na: 1\n{{ end }}\n").helmsum(["generate"]).exits(0).says("warning[orphan-target]");
}

#[test]
fn a_comment_that_may_have_been_meant_is_shown_with_an_orphan() {
    gateway()
        .file("gateway/values.yaml", "a: 1\n# helmsun: ./apis\n")
        .helmsum(["generate"])
        .exits(0)
        .says("warning[orphan-target]")
        .says("line 2 of `values.yaml` is a comment like any other: `# helmsun: ./apis`");
}

#[test]
fn a_hook_is_shown_where_it_is_written() {
    let state = |hooks: &str| format!("{hooks}{GATEWAY}");
    let second = HOOK
        .replace("    showlogs: true\n", "")
        .replace("hooks:\n", "")
        .replace("helmsum\n    e", "silent\n    e");
    gateway()
        .file("helmfile.yaml", state(&format!("{HOOK}{second}")))
        .helmsum(["generate"])
        .says("the hook `silent` has no `showlogs: true`")
        .says("--> helmfile.yaml:13:14");
    gateway()
        .file("helmfile.yaml", state("bases: [base.yaml]\n"))
        .file("base.yaml", format!("# command: helmsum\n{}", HOOK.replace("[prepare]", "[presync]")))
        .helmsum(["generate"])
        .says("the hook `helmsum` does not run on `prepare`")
        .says("--> base.yaml:6:14");
    let late = format!("{HOOK}{second}").replace("silent", "helmsum").replace("helmfile.yaml", "parent.yaml");
    gateway()
        .file("parent.yaml", format!("# command: helmsum\n{late}helmfiles: [helmfile.yaml]\n"))
        .helmsum(["generate", "-f", "parent.yaml"])
        .says("the hook `helmsum` comes too late for release `edge/gateway`")
        .says("--> parent.yaml:6:14");
}

#[test]
fn a_word_of_a_directive_is_shown_where_it_stands() {
    let repo = gateway()
        .file("gateway/values.yaml", "# now: {{ now }}\na: \"{{ now | date `x` }}\"\n# helmsum: ./apis as b\n# helmsum: ./apis as {{ now | date `x` }}\n");
    repo.helmsum(["generate"]).says("warning[unstable-template]").says("--> gateway/values.yaml:4:22");
}
