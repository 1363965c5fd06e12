//! The hints of findings.

use super::{after, edit, hint, is_gone, is_well, quoted, run};
use crate::support::repo::{GATEWAY, HEADER, HOOK, Repo, gateway};

/// The gateway with another state file.
fn state(from: &str, to: &str) -> Repo {
    edit(gateway(), "helmfile.yaml", from, to)
}

#[test]
fn a_path_is_relative_to_the_file_that_declares_it() {
    let repo = gateway().without("gateway/apis").file("apis/x", "1");
    let hint = hint(&repo, &["generate"], "missing-source");
    assert!(hint.contains("`./apis` exists relative to the root of the repository"), "{hint}");
    let directory = after(&hint, "paths are relative to");
    assert_eq!(directory, "gateway");
    is_well(
        &edit(repo, "gateway/values.yaml", "./apis", "../apis"),
        &["generate", "--strict"],
        "missing-source",
    );
}

#[test]
fn an_empty_source_is_optional_where_it_says_so() {
    let repo = gateway().without("gateway/apis").file("gateway/apis/.gitkeep", "");
    let option = quoted(&hint(&repo, &["generate"], "empty-source")).remove(0);
    let repo = edit(repo, "gateway/values.yaml", "./apis", &format!("./apis {option}"));
    is_well(&repo, &["generate", "--strict"], "empty-source");
}

/// Stand-ins for the programs do to the work tree what those do.
#[test]
fn what_was_not_fetched_or_unlocked_is_there_once_the_command_has_run() {
    const POINTER: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12\n";
    for (program, verb, content) in
        [("git-lfs", "pull", POINTER.as_bytes()), ("git-crypt", "unlock", b"\0GITCRYPT\0\x0c\x9e\x10\0\xff")]
    {
        let script =
            format!("#!/bin/sh\n[ \"$*\" = {verb} ] && printf 'the content\\n' > gateway/apis/big.bin\n");
        let repo =
            gateway().file("gateway/apis/big.bin", content).file(&format!(".git/bin/{program}"), script);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs_err::set_permissions(repo.path(&format!(".git/bin/{program}")), mode).expect("a program");
        let hint = hint(&repo, &["generate"], "lfs-pointer");
        run(&repo, &format!("PATH=\"$PWD/.git/bin:$PATH\" && {}", quoted(&hint)[0]));
        let repo = match quoted(&hint).get(1) {
            Some(option) => edit(repo, "gateway/values.yaml", "./apis", &format!("./apis {option}")),
            None => repo,
        };
        is_well(&repo, &["generate"], "lfs-pointer");
    }
}

#[test]
fn a_target_without_sources_gets_one_or_goes() {
    let repo = || gateway().file("gateway/values.yaml", "a: 1\n");
    let directive = after(&hint(&repo(), &["generate"], "orphan-target"), "as in");
    let declared = repo().file("gateway/values.yaml", format!("{directive}\na: 1\n"));
    is_well(&declared, &["generate", "--strict"], "orphan-target");
    let removed = edit(repo(), "helmfile.yaml", "      - gateway/checksum.yaml\n", "");
    is_well(&removed, &["generate", "--strict"], "orphan-target");
    let misspelt = gateway().file("gateway/values.yaml", "a: 1\n# hemlsum: ./apis\n");
    let hint = hint(&misspelt, &["generate"], "orphan-target");
    assert!(hint.starts_with("line 2 of `values.yaml`"), "{hint}");
    let directive = after(&hint, "is written");
    is_well(
        &edit(misspelt, "gateway/values.yaml", "# hemlsum: ./apis", &directive),
        &["generate", "--strict"],
        "orphan-target",
    );
}

#[test]
fn a_directive_that_is_never_read_is_moved_or_is_prose() {
    let repo = || {
        gateway().file("helmfile.yaml", format!("# helmsum: ./more\n{GATEWAY}")).file("gateway/more/x", "1")
    };
    let hint = hint(&repo(), &["generate"], "unread-directive");
    assert!(hint.starts_with("move it to a file that the release lists under `values`"), "{hint}");
    let moved = repo()
        .file("helmfile.yaml", GATEWAY)
        .file("gateway/values.yaml", "# helmsum: ./apis\n# helmsum: ./more\n");
    is_well(&moved, &["generate", "--strict"], "unread-directive");
    let prose = edit(repo(), "helmfile.yaml", "# helmsum: ./more", "# helmsum hashes ./more");
    is_well(&prose, &["generate", "--strict"], "unread-directive");
}

#[test]
fn sources_are_declared_in_a_plain_file_beside_a_template_that_fails() {
    let repo =
        state("      - gateway/checksum.yaml", "      - secret.yaml.gotmpl\n      - gateway/checksum.yaml")
            .file("secret.yaml.gotmpl", "{{ requiredEnv \"GONE\" }}\n{{ readFile \"more.txt\" }}\n")
            .file("more.txt", "# helmsum: ./more")
            .file("gateway/more/x", "1");
    let hint = hint(&repo, &["generate"], "unsearched-values");
    assert_eq!(hint, "where it brings in none, nothing is to be done; sources belong in a plain values file");
    let repo = repo
        .file("secret.yaml.gotmpl", "password: {{ requiredEnv \"GONE\" | quote }}\n")
        .file("gateway/values.yaml", "# helmsum: ./apis\n# helmsum: ./more\n");
    is_well(&repo, &["generate", "--strict"], "unsearched-values");
}

#[test]
fn a_target_is_put_into_another_directory() {
    let repo = Repo::new()
        .file(
            "helmfile.d/web.yaml",
            "releases: [{ name: web, chart: ./c, values: [../web/values.yaml, checksum.yaml] }]\n",
        )
        .file("web/values.yaml", "# helmsum: ./conf\n")
        .file("web/conf", "1");
    assert_eq!(hint(&repo, &["generate"], "target-is-state"), "put it into another directory");
    let repo = edit(repo, "helmfile.d/web.yaml", ", checksum.yaml", ", ../web/checksum.yaml");
    is_well(&repo, &["generate", "--strict"], "target-is-state");
}

#[test]
fn what_shadows_a_checksum_is_removed_or_comes_first() {
    let late = || {
        state("      - gateway/checksum.yaml", "      - gateway/checksum.yaml\n      - late.yaml")
            .file("late.yaml", "configChecksum: none\na: 1\n")
    };
    let hint = hint(&late(), &["generate"], "shadowed-checksum");
    assert_eq!(hint, "remove the key there, or list the target after it");
    is_well(
        &edit(late(), "late.yaml", "configChecksum: none\n", ""),
        &["generate", "--strict"],
        "shadowed-checksum",
    );
    let inline = || {
        state("      - gateway/checksum.yaml", "      - gateway/checksum.yaml\n      - configChecksum: none")
    };
    is_well(
        &edit(inline(), "helmfile.yaml", "      - configChecksum: none", "      - {}"),
        &["generate", "--strict"],
        "shadowed-checksum",
    );
    let set =
        state("    chart: ./chart\n", "    chart: ./chart\n    set: [{ name: configChecksum, value: x }]\n");
    assert_eq!(self::hint(&set, &["generate"], "shadowed-checksum"), "remove that `set` entry");
    is_well(
        &edit(set, "helmfile.yaml", "{ name: configChecksum, value: x }", ""),
        &["generate", "--strict"],
        "shadowed-checksum",
    );
}

#[test]
fn a_missing_target_that_helmfile_passes_over_is_written() {
    let repo = state("    chart: ./chart\n", "    chart: ./chart\n    missingFileHandler: Warn\n");
    let command =
        after(&hint(&repo, &["check", "-l", "name=gateway"], "hidden-missing-file"), "write it with");
    assert!(command.ends_with("--selector=name=gateway"), "{command}");
    run(&repo, &command);
    is_well(&repo, &["check", "--strict"], "hidden-missing-file");
}

#[test]
fn a_hook_gets_what_its_hint_has() {
    let environment = "{{ .Environment.Name }}";
    let of_template = "{{`{{ .Environment.Name }}`}}";
    for (file, environment) in [("helmfile.yaml", environment), ("helmfile.yaml.gotmpl", of_template)] {
        let hook = HOOK.replace("helmfile.yaml", file).replace("{{ .Environment.Name }}", environment);
        for (line, other) in [
            ("    events: [prepare]\n", "    events: [presync]\n"),
            ("    showlogs: true\n", ""),
            (&format!("      - --file={file}\n")[..], ""),
            (&format!("      - --file={file}\n"), "      - --file=other.yaml\n"),
            (&format!("      - \"--environment={environment}\"\n"), ""),
        ] {
            let wrong = hook.replace(line, other);
            let repo = gateway().without("helmfile.yaml").file(file, format!("{wrong}{GATEWAY}"));
            let hint = hint(&repo, &["generate"], "hook-misuse");
            let (_, text) = hint.split_once('`').expect("back-ticks");
            // What is meant for a template has back-ticks itself.
            let text =
                text.rsplit_once('`').map_or(text, |(text, _)| text.split("`;").next().unwrap_or(text));
            let repo = match (text.starts_with("--"), other) {
                (true, "") => {
                    edit(repo, file, "      - generate\n", &format!("      - generate\n      - {text}\n"))
                }
                (true, other) => edit(
                    repo,
                    file,
                    other.trim_start_matches([' ', '-']).trim_end(),
                    text.trim_start_matches('-'),
                ),
                (false, "") => {
                    edit(repo, file, "    command: helmsum\n", &format!("    {text}\n    command: helmsum\n"))
                }
                (false, other) => edit(repo, file, other.trim(), text),
            };
            is_well(&repo, &["generate", "--strict"], "hook-misuse");
        }
    }
}

#[test]
fn a_hook_of_another_file_is_given_to_the_one_that_needs_it() {
    let child_hook = |file: &str| HOOK.replace("helmfile.yaml", file);
    let repo =
        gateway().file("parent.yaml", format!("{}helmfiles: [helmfile.yaml]\n", child_hook("parent.yaml")));
    let arguments = ["generate", "-f", "parent.yaml", "--strict"];
    let file = after(&hint(&repo, &arguments, "hook-misuse"), "give");
    let repo = repo.file(&file, format!("{}{GATEWAY}", child_hook(&file)));
    is_well(&repo, &arguments, "hook-misuse");
}

#[test]
fn a_hook_of_one_release_is_made_one_of_all() {
    let hook = "hooks: [{ events: [prepare], showlogs: true, command: helmsum, args: [generate, -f, helmfile.yaml, -e, default, --release=edge/gateway] }]\n";
    let shop = "  - name: shop\n    chart: ./c\n    values: [shop.yaml, shop.checksum.yaml]\n";
    let repo = gateway()
        .file("helmfile.yaml", format!("{GATEWAY}    {hook}{shop}"))
        .file("shop.yaml", "# helmsum: ./gateway/apis\n");
    let hint = hint(&repo, &["generate"], "hook-misuse");
    assert!(hint.contains("top-level `hooks:` of `helmfile.yaml`, without `--release`"), "{hint}");
    let hook = hook.replace(", --release=edge/gateway", "");
    let repo = repo.file("helmfile.yaml", format!("{hook}{GATEWAY}{shop}"));
    is_well(&repo, &["generate", "--strict"], "hook-misuse");
}

#[test]
fn line_breaks_of_windows_are_hashed_as_those_of_unix() {
    let repo = gateway().file("gateway/apis/orders.yaml", "a: 1\r\n");
    let option = after(&hint(&repo, &["generate"], "crlf"), "add");
    let repo = edit(repo, "gateway/values.yaml", "./apis", &format!("./apis {option}"));
    is_well(&repo, &["generate", "--strict"], "crlf");
}

#[test]
fn a_target_of_somebody_else_in_a_source_is_left_out() {
    let repo = || gateway().file("gateway/apis/checksum.yaml", format!("{HEADER}a: 1\n"));
    let option = after(&hint(&repo(), &["generate"], "header-in-source"), "leave targets out with");
    let left_out = edit(repo(), "gateway/values.yaml", "./apis", &format!("./apis {option}checksum.yaml"));
    is_well(&left_out, &["generate", "--strict"], "header-in-source");
    is_well(
        &repo().file("gateway/apis/checksum.yaml", "a: 1\n"),
        &["generate", "--strict"],
        "header-in-source",
    );
}

#[test]
fn a_secret_gets_a_key_that_only_its_owner_reads() {
    let repo = || edit(gateway(), "gateway/values.yaml", "./apis", "./apis secret=true");
    let key = "0123456789abcdef0123456789abcdef\n";
    let names = quoted(&hint(&repo(), &["generate"], "guessable-secret"));
    let [variable, config, file] = &names[..] else { panic!("{names:?}") };
    let in_config = repo().file(".git/key", key).file(file, format!("{config}: .git/key\n"));
    let in_variable = repo().file(".git/key", key).variable(variable, ".git/key");
    for repo in [in_config, in_variable] {
        let command = quoted(&hint(&repo, &["generate"], "guessable-secret")).remove(0);
        run(&repo, &command.replace("FILE", ".git/key"));
        is_well(&repo, &["generate", "--strict"], "guessable-secret");
    }
}

#[test]
fn what_lies_outside_is_copied_in() {
    let outside = tempfile::tempdir().expect("a folder");
    fs_err::write(outside.path().join("ca.pem"), "x").expect("a file");
    let repo = gateway().link("gateway/apis/certs", outside.path().to_str().expect("UTF-8"));
    assert!(hint(&repo, &["generate"], "outside-source").contains("copy it in"));
    fs_err::remove_file(repo.path("gateway/apis/certs")).expect("a link");
    is_well(&repo.file("gateway/apis/certs/ca.pem", "x"), &["generate", "--strict"], "outside-source");
}

#[test]
fn an_exclusion_is_one_pattern() {
    let repo = edit(gateway(), "gateway/values.yaml", "./apis", "./apis exclude=*.md,users.yaml")
        .file("gateway/apis/a.md", "1");
    let right = after(&hint(&repo, &["generate"], "unmatched-entry"), "write");
    let repo = edit(repo, "gateway/values.yaml", "exclude=*.md,users.yaml", &right);
    is_well(&repo, &["generate", "--strict"], "unmatched-entry");
}

#[test]
fn a_configuration_below_the_state_files_is_moved_above() {
    let repo = gateway().file("gateway/helmsum.yaml", "key: x\n");
    let hint = hint(&repo, &["generate"], "unmatched-entry");
    assert!(hint.starts_with("move it beside a state file"), "{hint}");
    let repo = repo.without("gateway/helmsum.yaml").file("helmsum.yaml", "key: x\n");
    is_well(&repo, &["generate", "--strict"], "unmatched-entry");
}

#[test]
fn values_that_templates_share_are_copied() {
    let state = "releases:\n- { name: a, chart: ./c, values: [a.yaml.gotmpl, a.checksum.yaml] }\n- { name: b, chart: ./c, values: [b.yaml.gotmpl, b.checksum.yaml] }\n";
    let repo = Repo::new()
        .file(
            "helmfile.yaml",
            format!("environments: {{ default: {{ values: [{{ x: conf }}] }} }}\n---\n{state}"),
        )
        .file("a.yaml.gotmpl", "{{ $v := .Values }}{{ $_ := set $v \"x\" \"other\" }}\n# helmsum: ./conf\n")
        .file("b.yaml.gotmpl", "# helmsum: ./{{ .Values.x }}\n")
        .file("conf/x", "1")
        .file("other/x", "1");
    let copy = after(&hint(&repo, &["generate"], "unstable-template"), "work on a copy");
    let repo = edit(repo, "a.yaml.gotmpl", "$v := .Values", &format!("$v := {copy}"));
    is_well(&repo, &["generate", "--strict"], "unstable-template");
}

#[test]
fn random_values_move_to_a_file_without_directives() {
    let repo = state("gateway/values.yaml", "gateway/values.yaml.gotmpl")
        .file("gateway/values.yaml.gotmpl", "# helmsum: ./apis\npassword: {{ randAlphaNum 8 }}\n");
    let hint = hint(&repo, &["generate"], "unstable-template");
    assert!(hint.contains("keep random values and the clock out of files with directives"), "{hint}");
    let repo = edit(
        repo,
        "helmfile.yaml",
        "      - gateway/checksum.yaml",
        "      - random.yaml.gotmpl\n      - gateway/checksum.yaml",
    )
    .file("gateway/values.yaml.gotmpl", "# helmsum: ./apis\n")
    .file("random.yaml.gotmpl", "password: {{ randAlphaNum 8 | quote }}\n");
    is_gone(&repo, &["generate", "--strict"], "unstable-template");
}
