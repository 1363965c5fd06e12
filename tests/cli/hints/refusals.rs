//! The hints of errors in state files, values and the configuration.

use super::{after, edit, hint, is_gone, is_well, quoted};
use crate::support::repo::{GATEWAY, Repo, gateway};

/// A project that shows an error, what its hint says, and the project once that is done.
struct Case {
    about: &'static str,
    wrong: Repo,
    hint: &'static str,
    right: fn(Repo) -> Repo,
}

/// Every hint is as expected, and its error gone once it was followed.
#[track_caller]
fn follow(cases: Vec<Case>) {
    for Case { about, wrong, hint: expected, right } in cases {
        let hint = hint(&wrong, &["generate"], about);
        assert!(hint.contains(expected), "{about}: {hint}");
        is_well(&right(wrong), &["generate"], about);
    }
}

/// The gateway with this text before its state.
fn head(text: &str) -> Repo {
    gateway().file("helmfile.yaml", format!("{text}{GATEWAY}"))
}

/// The gateway, which depends on a release with the values file `large.yaml`.
fn released() -> Repo {
    head("")
        .file("helmfile.yaml", format!("{GATEWAY}  - {{ name: db, chart: ./chart, values: [large.yaml] }}\n"))
        .file("gateway/values.yaml", "# helmsum: release:db\n")
        .file("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 0.1.0\n")
}

/// The project with a file that takes no room and is longer than any that is read.
fn endless(repo: Repo, name: &str) -> Repo {
    let file = fs_err::File::create(repo.path(name)).expect("a file");
    file.set_len((64 << 20) + 1).expect("a length");
    repo
}

/// The gateway with values of the default environment.
fn values(text: &str) -> Repo {
    head("environments: { default: { values: [env.yaml] } }\n---\n").file("env.yaml", text)
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of messages and what to do about them")]
fn errors_of_state_files_are_gone_once_their_hints_are_followed() {
    follow(vec![
        Case {
            about: "unsupported-yaml",
            wrong: values("a: !!null [1]\n"),
            hint: "remove the tag",
            right: |repo| edit(repo, "env.yaml", "!!null ", ""),
        },
        Case {
            about: "a tag right before a comma",
            wrong: values("a: [!x, b]\n"),
            hint: "put a space before the comma",
            right: |repo| edit(repo, "env.yaml", "!x,", "!x ,"),
        },
        Case {
            about: "a `?` in an unquoted scalar",
            wrong: values("a: [why?, b]\n"),
            hint: "put the scalar in quotes",
            right: |repo| edit(repo, "env.yaml", "why?", "\"why?\""),
        },
        Case {
            about: "found unknown escape character",
            wrong: values("a: \"x\\/y\"\n"),
            hint: "write `/` without a backslash",
            right: |repo| edit(repo, "env.yaml", "\\/", "/"),
        },
        Case {
            about: "a tab before a comment",
            wrong: values("a:\n  b: 1\n\t# more\n"),
            hint: "indent the comment with spaces",
            right: |repo| edit(repo, "env.yaml", "\t#", "  #"),
        },
        Case {
            about: "found character that cannot start any token",
            wrong: values("a:\n\tb: 1\n"),
            hint: "YAML is indented with spaces, never with tabs",
            right: |repo| edit(repo, "env.yaml", "\t", "  "),
        },
        Case {
            about: "is not UTF-8",
            wrong: values("").file("env.yaml", b"a: \xff\n"),
            hint: "save the file as UTF-8",
            right: |repo| repo.file("env.yaml", "a: \u{ff}\n"),
        },
        Case {
            about: "is not allowed in YAML",
            wrong: values("a: \u{1}\n"),
            hint: "remove it, or write it as an escape in double quotes",
            right: |repo| repo.file("env.yaml", "a: \"\\x01\"\n"),
        },
        Case {
            about: "which helmfile does not render",
            wrong: head("{{ if true }}\nhelmDefaults: { wait: true }\n{{ end }}\n"),
            hint: "rename it to `helmfile.yaml.gotmpl`",
            right: |repo| {
                let text = repo.read("helmfile.yaml");
                repo.without("helmfile.yaml").file("helmfile.yaml.gotmpl", text)
            },
        },
        Case {
            about: "must not be in one part of a state file",
            wrong: head("environments: { default: {} }\n"),
            hint: "put a line `---` between them",
            right: |repo| edit(repo, "helmfile.yaml", "releases:", "---\nreleases:"),
        },
        Case {
            about: "there are two releases `edge/gateway`",
            wrong: gateway().file("helmfile.yaml", format!("{GATEWAY}  - {{ name: gateway, namespace: edge, chart: ./c }}\n")),
            hint: "give one of them another name or namespace",
            right: |repo| edit(repo, "helmfile.yaml", "{ name: gateway,", "{ name: other,"),
        },
        Case {
            about: "does not end in `.enabled`",
            wrong: values("web: { enabled: true }\n").file(
                "helmfile.yaml",
                format!("environments: {{ default: {{ values: [env.yaml] }} }}\n---\n{GATEWAY}    condition: web\n"),
            ),
            hint: "a path to a state value such as `redis.enabled`",
            right: |repo| edit(repo, "helmfile.yaml", "condition: web", "condition: web.enabled"),
        },
        Case {
            about: "which does not exist",
            wrong: gateway().file("helmfile.yaml", format!("templates: {{ common: {{}} }}\n{GATEWAY}    inherit: [{{ template: comon }}]\n")),
            hint: "the state has the templates `common`",
            right: |repo| edit(repo, "helmfile.yaml", "comon", "common"),
        },
        Case {
            about: "unknown key `valeus`",
            wrong: gateway().file("helmfile.yaml", GATEWAY.replace("values:", "valeus:")),
            hint: "",
            right: |repo| edit(repo, "helmfile.yaml", "valeus", "values"),
        },
        Case {
            about: "there is no values file `more.yaml`",
            wrong: gateway().file("helmfile.yaml", format!("{GATEWAY}      - more.yaml\n")),
            hint: "helmfile looks for `[REPO]/more.yaml`",
            right: |repo| repo.file("more.yaml", "a: 1\n"),
        },
        Case {
            about: "`missingFileHandler`",
            wrong: head("environments: { default: { values: [gone.yaml], missingFileHandler: Warning } }\n---\n"),
            hint: "`Error`, `Warn`, `Info` and `Debug`",
            right: |repo| edit(repo, "helmfile.yaml", "Warning", "Warn"),
        },
    ]);
}

#[test]
fn refusals_are_gone_once_their_hints_are_followed() {
    follow(vec![
        Case {
            about: "helmfile-circle",
            wrong: head("helmfiles: [b.yaml]\n").file("b.yaml", "helmfiles: [helmfile.yaml]\n"),
            hint: "remove one of the entries",
            right: |repo| edit(repo, "b.yaml", "helmfile.yaml", ""),
        },
        Case {
            about: "hcl-values",
            wrong: head("environments: { default: { values: [env.hcl] } }\n---\n").file("env.hcl", "a = 1\n"),
            hint: "write the values as YAML",
            right: |repo| edit(repo, "helmfile.yaml", "env.hcl", "env.yaml").file("env.yaml", "a: 1\n"),
        },
        Case {
            about: "standard-input",
            wrong: head("environments: { default: { values: ['-'] } }\n---\n").file("-", "a: 1\n"),
            hint: "give the file another name",
            right: |repo| edit(repo, "helmfile.yaml", "'-'", "env.yaml").file("env.yaml", "a: 1\n"),
        },
        Case {
            about: "special-file",
            wrong: head("environments: { default: { values: [env.yaml] } }\n---\n")
                .link("env.yaml", "/dev/null"),
            hint: "put the content into a file",
            right: |repo| repo.without("env.yaml").file("env.yaml", "a: 1\n"),
        },
        Case {
            about: "is longer than",
            wrong: endless(head("environments: { default: { values: [env.yaml] } }\n---\n"), "env.yaml"),
            hint: "leave out what the state does not need",
            right: |repo| repo.file("env.yaml", "a: 1\n"),
        },
        Case {
            about: "has more than 64 MiB",
            wrong: endless(released(), "large.yaml"),
            hint: "make it smaller",
            right: |repo| repo.file("large.yaml", "a: 1\n"),
        },
        Case {
            about: "state files nest more than",
            wrong: (0..80)
                .fold(head("helmfiles: [sub/0.yaml]\n"), |repo, number| {
                    repo.file(&format!("sub/{number}.yaml"), format!("helmfiles: [{}.yaml]\n", number + 1))
                })
                .file("sub/80.yaml", "releases: []\n"),
            hint: "let fewer files list each other",
            right: |repo| repo.file("sub/5.yaml", "releases: []\n"),
        },
        Case {
            about: "remote-values",
            wrong: head("environments: { default: { values: ['https://example.org/v.yaml'] } }\n---\n"),
            hint: "copy it into the repository",
            right: |repo| {
                edit(repo, "helmfile.yaml", "'https://example.org/v.yaml'", "v.yaml").file("v.yaml", "a: 1\n")
            },
        },
        Case {
            about: "unsupported-template",
            wrong: values("")
                .without("env.yaml")
                .file("env.yaml.gotmpl", "a: {{ printf \"%v\" 1i }}\n")
                .file(
                    "helmfile.yaml",
                    format!("environments: {{ default: {{ values: [env.yaml.gotmpl] }} }}\n---\n{GATEWAY}"),
                ),
            hint: "put it in quotes if it is a string",
            right: |repo| edit(repo, "env.yaml.gotmpl", "1i", "\"1i\""),
        },
    ]);
}

#[test]
fn a_run_that_may_start_programs_starts_them() {
    let repo = gateway()
        .file("helmfile.yaml", GATEWAY.replace("edge", "{{ exec \"echo\" (list \"edge\") | trim }}"));
    let text = repo.read("helmfile.yaml");
    let repo = repo.without("helmfile.yaml").file("helmfile.yaml.gotmpl", text);
    let option = after(&hint(&repo, &["generate", "--no-exec"], "no-exec"), "run without");
    assert_eq!(option, "--no-exec");
    is_well(&repo, &["generate"], "no-exec");
}

#[test]
fn a_variable_that_makes_helmfile_read_otherwise_is_unset() {
    let repo = || gateway();
    let set = repo().variable("HELMFILE_GO_YAML_V3", "false");
    assert_eq!(hint(&set, &["generate"], "old-yaml"), "unset the variable");
    is_well(&repo(), &["generate"], "old-yaml");
}

#[test]
fn a_state_file_is_named() {
    let repo = gateway().file("helmfile.yaml.gotmpl", GATEWAY);
    let option = after(&hint(&repo, &["generate"], "helmfile refuses to choose"), "name one with");
    is_well(&repo, &["generate", &format!("{option}=helmfile.yaml")], "helmfile refuses to choose");
    let repo = Repo::new().file("deploy.yaml", "releases: []\n");
    let option = after(&hint(&repo, &["generate"], "no state file in"), "name one with");
    is_well(&repo, &["generate", &format!("{option}=deploy.yaml")], "no state file in");
}

#[test]
fn a_value_with_a_comma_is_given_as_a_string() {
    let repo = gateway();
    let about = "is not `key=value`";
    let option = after(
        &hint(&repo, &["generate", "--state-values-set", "a=b,c"], about),
        "commas always separate pairs;",
    );
    is_well(&repo, &["generate", &option, "a=\"b,c\""], about);
}

#[test]
fn a_producer_is_named_so_that_it_is_one() {
    let state = |more: &str| {
        gateway()
            .file("helmfile.yaml", format!("{GATEWAY}{more}"))
            .file("c/Chart.yaml", "name: c\nversion: 1.0.0\n")
    };
    let two =
        "  - { name: routes, namespace: a, chart: ./c }\n  - { name: routes, namespace: b, chart: ./c }\n";
    let repo = edit(state(two), "gateway/values.yaml", "./apis", "release:routes");
    let named = after(&hint(&repo, &["generate"], "names 2 releases"), "as in");
    is_gone(
        &edit(repo, "gateway/values.yaml", "release:routes", &format!("release:{named}")),
        &["generate"],
        "names 2 releases",
    );
    let off = "  - { name: routes, namespace: edge, chart: ./c, installed: false }\n";
    let repo = edit(state(off), "gateway/values.yaml", "./apis", "release:routes");
    let hint = hint(&repo, &["generate"], "is not deployed");
    assert!(hint.contains("put `{{ if }}` around the directive in a `.gotmpl` values file"), "{hint}");
    let repo = edit(repo, "helmfile.yaml", "gateway/values.yaml", "gateway/values.yaml.gotmpl").file(
        "gateway/values.yaml.gotmpl",
        "# helmsum: ./apis\n{{ if false }}\n# helmsum: release:routes\n{{ end }}\n",
    );
    is_well(&repo, &["generate"], "is not deployed");
}

#[test]
fn errors_of_the_configuration_are_gone_once_their_hints_are_followed() {
    let config =
        |text: &str| gateway().file("helmsum.yaml", text).file("web.tera", "a: \"{{ checksum }}\"\n");
    follow(vec![
        Case {
            about: "config-file",
            wrong: gateway().file("helmsum.yml", "key: x\n"),
            hint: "rename it",
            right: |repo| repo.without("helmsum.yml").file("helmsum.yaml", "key: x\n"),
        },
        Case {
            about: "has both `release` and `selector`",
            wrong: config(
                "releases: [{ release: edge/gateway, selector: name=gateway, sources: [gateway/apis] }]\n",
            ),
            hint: "give either `release: [NAMESPACE/]NAME` or `selector: key=value`",
            right: |repo| edit(repo, "helmsum.yaml", "release: edge/gateway, ", ""),
        },
        Case {
            about: "`key` cannot be used with the format `template`",
            wrong: config("releases: [{ release: edge/gateway, key: x, format: { template: web.tera } }]\n"),
            hint: "drop `key`",
            right: |repo| edit(repo, "helmsum.yaml", "key: x, ", ""),
        },
        Case {
            about: "gets another `key` here",
            wrong: config(
                "releases:\n- { release: edge/gateway, key: x }\n- { selector: name=gateway, key: y }\n",
            ),
            hint: "give `key` in one of the two",
            right: |repo| edit(repo, "helmsum.yaml", ", key: y", ""),
        },
        Case {
            about: "contains `a` twice",
            wrong: config("key: [a, a]\n"),
            hint: "give every key once",
            right: |repo| edit(repo, "helmsum.yaml", "[a, a]", "[a]"),
        },
        Case {
            about: "ends in the name of an annotation",
            wrong: config("format: pod-annotations\nkey: podAnnotations.checksum/config\n"),
            hint: "write `podAnnotations`",
            right: |repo| edit(repo, "helmsum.yaml", "podAnnotations.checksum/config", "podAnnotations"),
        },
        Case {
            about: "target-template",
            wrong: config("format: { template: gone.tera }\n"),
            hint: "the path is relative to `helmsum.yaml`",
            right: |repo| edit(repo, "helmsum.yaml", "gone.tera", "web.tera"),
        },
        Case {
            about: "target-template",
            wrong: config("format: { template: bare.tera }\n").file("bare.tera", "a: {{ chcksum }}\n"),
            hint: "",
            right: |repo| repo.file("bare.tera", "a: \"{{ checksum }}\"\n"),
        },
        Case {
            about: "`{{` cannot be rendered here",
            wrong: config("checksums: [{ name: one, sources: [\"./{{ .x }}\"], target: one.yaml }]\n"),
            hint: "write the path out",
            right: |repo| edit(repo, "helmsum.yaml", "\"./{{ .x }}\"", "gateway/apis"),
        },
        Case {
            about: "for `checksums:` no state is read",
            wrong: config(
                "checksums: [{ name: one, sources: [\"release:edge/gateway\"], target: one.yaml }]\n",
            ),
            hint: "declare it for the release that consumes it, under `releases:`",
            right: |repo| {
                repo.file("helmsum.yaml", "releases: [{ release: edge/gateway, sources: [gateway/apis] }]\n")
            },
        },
        Case {
            about: "key-file",
            wrong: config("keyFile: gone\n").file("gateway/values.yaml", "# helmsum: ./apis secret=true\n"),
            hint: "`keyFile` in `helmsum.yaml`, names it",
            right: |repo| repo.without("helmsum.yaml"),
        },
    ]);
    for text in ["format: xml\n", "levels: { crlf: warning }\n"] {
        let wrong = config(text);
        let word =
            text.trim_end().trim_end_matches([' ', '}']).rsplit(' ').next().expect("a word").to_owned();
        for value in quoted(&hint(&wrong, &["generate"], "config-syntax")) {
            is_gone(&config(&text.replace(&word, &value)), &["generate"], "config-syntax");
        }
    }
}

#[test]
fn targets_that_cannot_be_written_can_once_their_hints_are_followed() {
    use std::os::unix::fs::PermissionsExt as _;
    follow(vec![
        Case {
            about: "lists 2 targets",
            wrong: gateway().file("helmfile.yaml", format!("{GATEWAY}      - other.checksum.yaml\n")),
            hint: "keep one of them",
            right: |repo| edit(repo, "helmfile.yaml", "      - other.checksum.yaml\n", ""),
        },
        Case {
            about: "is outside of the repository",
            wrong: gateway()
                .file("helmfile.yaml", GATEWAY.replace("gateway/checksum.yaml", "../checksum.yaml")),
            hint: "list a file inside of the repository among the values of the release",
            right: |repo| edit(repo, "helmfile.yaml", "../checksum.yaml", "gateway/checksum.yaml"),
        },
        Case {
            about: "symbolic link",
            wrong: gateway().file("real.yaml", "").link("gateway/checksum.yaml", "../real.yaml"),
            hint: "list the file it leads to",
            right: |repo| {
                fs_err::remove_file(repo.path("gateway/checksum.yaml")).expect("a link");
                repo
            },
        },
        Case {
            about: "the values entry",
            wrong: gateway().file("helmfile.yaml", GATEWAY.replace("gateway/values.yaml", "gateway/*.yaml")),
            hint: "list the files one by one",
            right: |repo| edit(repo, "helmfile.yaml", "gateway/*.yaml", "gateway/values.yaml"),
        },
    ]);
    let repo = gateway().helmsum(["generate"]).exits(0).file("gateway/apis/orders.yaml", "orders: 2\n");
    let path = repo.path("gateway/checksum.yaml");
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).expect("its owner");
    let command = after(&hint(&repo, &["generate"], "is read-only"), "allow writing:");
    super::run(&repo, &format!("{command} gateway/checksum.yaml"));
    is_well(&repo, &["generate"], "is read-only");
}
