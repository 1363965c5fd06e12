//! Projects that work until one thing in them is broken, after which `generate` runs again.

use std::process::{Command, Stdio};

use crate::support::repo::Repo;

const STATE: &str = "\
releases:
  - name: web
    namespace: edge
    chart: ./chart
    values:
      - values.yaml
      - checksum.yaml
";
const VALUES: &str = "# helmsum: ./conf\nreplicas: 1\n";

/// A project that works, with its target written.
fn project() -> Repo {
    let repo = Repo::new()
        .file("helmfile.yaml", STATE)
        .file("values.yaml", VALUES)
        .file("conf/app.ini", "a=1\n")
        .helmsum(["generate"])
        .exits(0);
    assert!(repo.read("checksum.yaml").contains("configChecksum: \""));
    repo
}

/// Breaks the project, generates, and checks that it fails with these words and that the target is as it was.
#[track_caller]
fn refuses(broken: impl FnOnce(Repo) -> Repo, words: &[&str]) -> Repo {
    let repo = project();
    let before = repo.read("checksum.yaml");
    let repo = broken(repo).helmsum(["generate"]).exits(1);
    let said = format!("{}{}", repo.out(), repo.err());
    for word in words {
        assert!(said.contains(word), "{word:?} is not in\n{said}");
    }
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(repo.read("checksum.yaml"), before, "the target has changed");
    assert_eq!(leftovers(&repo), Vec::<String>::new(), "temporary files stay behind");
    repo
}

fn leftovers(repo: &Repo) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(repo.path("")).expect("the repository is there") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        if name.starts_with(".helmsum-") {
            names.push(name);
        }
    }
    names
}

fn state_with(values: &str) -> String {
    format!("environments:\n  default:\n    values: [env.yaml.gotmpl]\n---\n{STATE}{values}")
}

#[test]
fn a_state_file_that_is_not_utf8() {
    refuses(|repo| repo.file("helmfile.yaml", b"releases: [{name: \"\xff\xfe\"}]\n"), &["helmfile.yaml"]);
}

#[test]
fn a_values_file_with_a_directive_that_is_not_utf8() {
    refuses(|repo| repo.file("values.yaml", b"# helmsum: ./conf\na: \xff\n"), &["values.yaml", "UTF-8"]);
}

#[test]
fn a_tab_in_the_indentation() {
    refuses(|repo| repo.file("helmfile.yaml", "releases:\n\t- name: web\n"), &["helmfile.yaml:2"]);
}

#[test]
fn ten_thousand_and_one_levels() {
    let deep = |levels: usize| format!("a: {}{}\n", "[".repeat(levels), "]".repeat(levels));
    let state = format!("environments:\n  default:\n    values: [env.yaml]\n---\n{STATE}");
    project().file("helmfile.yaml", &state).file("env.yaml", deep(1_000)).helmsum(["generate"]).exits(0);
    refuses(
        |repo| repo.file("helmfile.yaml", &state).file("env.yaml", deep(10_001)),
        &["env.yaml:1", "10000 levels"],
    );
}

#[test]
fn an_alias_bomb() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let below = level - 1;
        let aliases = vec![format!("*a{below}"); 10].join(", ");
        bomb += &["a", &level.to_string(), ": &a", &level.to_string(), " [", &aliases, "]\n"].concat();
    }
    refuses(
        |repo| {
            repo.file(
                "helmfile.yaml",
                format!("environments:\n  default:\n    values: [env.yaml]\n---\n{STATE}"),
            )
            .file("env.yaml", &bomb)
        },
        &["env.yaml", "alias"],
    );
}

#[test]
fn templates_that_never_end_or_print_a_gigabyte() {
    for (template, word) in [
        ("a: {{ range until 2000000000 }}x{{ end }}", "env.yaml.gotmpl"),
        ("{{ define \"t\" }}{{ template \"t\" . }}{{ end }}{{ template \"t\" . }}", "env.yaml.gotmpl"),
        ("{{ define \"t\" }}{{ include \"t\" . }}{{ end }}{{ include \"t\" . }}", "env.yaml.gotmpl"),
        ("a: {{ repeat 2000000000 \"x\" }}", "env.yaml.gotmpl"),
        (
            "{{ range until 100000 }}{{ range until 100000 }}{{ printf \"%999d\" 1 }}{{ end }}{{ end }}",
            "env.yaml.gotmpl",
        ),
        ("{{ $x := \"x\" }}{{ range until 40 }}{{ $x = print $x $x }}{{ end }}{{ $x }}", "env.yaml.gotmpl"),
        ("{{ tpl \"{{ tpl .t . }}\" (dict \"t\" \"{{ tpl .t . }}\") }}", "env.yaml.gotmpl"),
    ] {
        refuses(|repo| repo.file("helmfile.yaml", state_with("")).file("env.yaml.gotmpl", template), &[word]);
    }
}

#[test]
fn an_unknown_function() {
    refuses(
        |repo| {
            repo.file("helmfile.yaml", state_with(""))
                .file("env.yaml.gotmpl", "ok: 1\na: {{ frobnicate 1 }}\n")
        },
        &["env.yaml.gotmpl:2", "frobnicate"],
    );
}

#[test]
fn bases_helmfiles_and_templates_in_a_circle() {
    refuses(
        |repo| {
            repo.file("helmfile.yaml", format!("bases: [a.yaml]\n---\n{STATE}"))
                .file("a.yaml", "bases: [b.yaml]\n")
                .file("b.yaml", "bases: [a.yaml]\n")
        },
        &["a.yaml", "bases"],
    );
    refuses(
        |repo| {
            repo.file("helmfile.yaml", format!("helmfiles: [sub/a.yaml]\n{STATE}"))
                .file("sub/a.yaml", "helmfiles: [b.yaml]\n")
                .file("sub/b.yaml", "helmfiles: [a.yaml]\n")
        },
        &["sub/a.yaml"],
    );
    refuses(
        |repo| {
            let state = STATE.replace("    chart:", "    inherit: [{template: a}]\n    chart:");
            repo.file(
                "helmfile.yaml",
                format!("templates:\n  a: {{inherit: [{{template: b}}]}}\n  b: {{inherit: [{{template: a}}]}}\n{state}"),
            )
        },
        &["helmfile.yaml:5", "a -> b -> a"],
    );
}

#[test]
fn directives_that_say_something_else_than_meant() {
    for (values, words) in [
        ("# run helmsum ./conf\n# helmsun: ./conf\n# Helmsum: ./conf\n", ["values.yaml:3", "Helmsum"]),
        ("#helmsum:./conf\n", ["values.yaml:1", "helmsum"]),
        ("a: 1 # helmsum: ./conf\n", ["values.yaml:1", "line"]),
        ("\n# helmsum: ./conf ecxlude=*.md\n", ["values.yaml:2", "exclude"]),
        ("# helmsum: ./conf as\n", ["values.yaml:1", "as"]),
        ("# helmsum: ./conf as -x\n", ["values.yaml:1", "-x"]),
        ("# helmsum: \"./conf\n", ["values.yaml:1", "quote"]),
        ("# helmsum: /etc\n", ["values.yaml:1", "absolute"]),
        ("# helmsum: ./nowhere\n", ["values.yaml:1", "missing-source"]),
        ("# helmsum: ../../../../../../../../etc/hostname\n", ["values.yaml:1", "outside-source"]),
        ("# helmsum: frob:x\n", ["values.yaml:1", "frob"]),
    ] {
        refuses(|repo| repo.file("values.yaml", values), &words);
    }
}

#[test]
fn a_template_that_swallows_the_line_break_before_it() {
    refuses(
        |repo| {
            repo.file("helmfile.yaml", STATE.replace("- values.yaml", "- values.yaml.gotmpl"))
                .file("values.yaml.gotmpl", "# helmsum: ./conf\n{{- if true -}}\nreplicas: 1\n{{- end }}\n")
        },
        &["values.yaml.gotmpl:1", "{{-"],
    );
}

#[test]
fn two_consumers_on_one_target() {
    let other =
        "  - name: other\n    namespace: edge\n    chart: ./chart\n    values: [other.yaml, checksum.yaml]\n";
    refuses(
        |repo| {
            repo.file("helmfile.yaml", format!("{STATE}{other}"))
                .file("other.yaml", "# helmsum: ./other\n")
                .file("other/x", "x")
        },
        &["checksum.yaml", "edge/web", "edge/other"],
    );
}

#[test]
fn a_target_that_cannot_be_written_or_is_somebody_elses() {
    let repo = project().without("checksum.yaml").folder("checksum.yaml").helmsum(["generate"]).exits(1);
    assert!(format!("{}{}", repo.out(), repo.err()).contains("checksum.yaml"));

    let repo = project()
        .without("checksum.yaml")
        .link("checksum.yaml", "nowhere.yaml")
        .helmsum(["generate"])
        .exits(1);
    assert!(format!("{}{}", repo.out(), repo.err()).contains("checksum.yaml"));
    assert!(!repo.path("nowhere.yaml").exists());

    let own = "replicas: 3\n";
    let repo =
        project().file("checksum.yaml", own).helmsum(["generate"]).exits(1).holds("checksum.yaml", own);
    assert!(format!("{}{}", repo.out(), repo.err()).contains("--force"));

    let repo = project();
    let path = repo.path("checksum.yaml");
    let mut mode = std::fs::metadata(&path).expect("the target").permissions();
    mode.set_readonly(true);
    std::fs::set_permissions(&path, mode).expect("its mode");
    let before = repo.read("checksum.yaml");
    let repo =
        repo.file("conf/app.ini", "a=2\n").helmsum(["generate"]).exits(1).holds("checksum.yaml", &before);
    assert!(format!("{}{}", repo.out(), repo.err()).contains("checksum.yaml"));
}

#[test]
fn a_target_with_conflict_markers_above_its_header_is_written_anew() {
    let repo = project();
    let good = repo.read("checksum.yaml");
    let conflict = format!("<<<<<<< HEAD\n{good}=======\n{good}>>>>>>> other\n");
    repo.file("checksum.yaml", conflict).helmsum(["generate"]).exits(0).holds("checksum.yaml", &good);
}

#[test]
fn sources_that_are_no_files() {
    refuses(
        |repo| {
            let made = Command::new("mkfifo").arg(repo.path("conf/pipe")).status().expect("mkfifo runs");
            assert!(made.success());
            repo
        },
        &["values.yaml:1", "conf/pipe"],
    );
    refuses(|repo| repo.link("conf/loop", "."), &["values.yaml:1", "conf/loop"]);
    refuses(|repo| repo.link("conf/self", "self"), &["values.yaml:1", "conf/self"]);
    refuses(|repo| repo.link("conf/dangling", "nowhere"), &["values.yaml:1", "conf/dangling"]);
}

#[test]
fn names_that_could_break_a_line_or_move_a_cursor() {
    use std::os::unix::ffi::OsStrExt;
    for name in ["a\nb", "a\u{1b}[2Jb", "a\\b", "a\u{2028}b"] {
        let repo = refuses(|repo| repo.file(&format!("conf/{name}"), "x"), &["values.yaml:1", "conf/a"]);
        let said = format!("{}{}", repo.out(), repo.err());
        assert!(!said.contains(['\u{1b}', '\u{2028}']), "{said:?}");
    }
    refuses(
        |repo| {
            let name = std::ffi::OsStr::from_bytes(b"conf/\xff");
            std::fs::File::create(repo.path("").join(name)).expect("a file");
            repo
        },
        &["values.yaml:1", "UTF-8"],
    );
}

#[test]
fn an_empty_state_file() {
    refuses(|repo| repo.file("helmfile.yaml", ""), &["helmfile.yaml"]);
    refuses(|repo| repo.file("helmfile.yaml", "# only a comment\n"), &["helmfile.yaml"]);
}

#[test]
fn a_limit_on_file_sizes_stands_for_a_full_disk() {
    let repo = project().file("conf/app.ini", "a=2\n");
    let before = repo.read("checksum.yaml");
    // No byte may be written to any file; writing then fails as on a full disk.
    let helmsum = repo.command("");
    let mut limited = Command::new("bash");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" generate"]).arg(helmsum.get_program());
    limited.current_dir(repo.path("")).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let output = limited.stdin(Stdio::null()).output().expect("bash runs");
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("checksum.yaml"), "{said}");
    assert_eq!(repo.read("checksum.yaml"), before);
    assert_eq!(leftovers(&repo), Vec::<String>::new());
}

/// Copies a project to a small disk of its own, fills that to the last byte, generates, and shows what is left.
const FULL_DISK: &str = r#"
mount -t tmpfs -o size=512k tmpfs "$1" || exit 99
cp -R "$2/." "$1" && cd "$1" || exit 98
dd if=/dev/zero of=filler bs=512 2>/dev/null
"$3" generate
echo "exit code $?"
ls -A
cmp checksum.yaml "$2/checksum.yaml" && echo "the target is as it was"
exit 0
"#;

#[test]
fn a_disk_that_is_full() {
    let repo = project().file("conf/app.ini", "a=2\n");
    let disk = tempfile::tempdir().expect("a place for a disk");
    let original = repo.path("");
    let helmsum = repo.command("");
    // In a mount namespace of its own, where root may mount and nobody else sees it.
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", FULL_DISK, "sh"])
        .args([disk.path().as_os_str(), original.as_os_str(), helmsum.get_program()])
        .stdin(Stdio::null())
        .output();
    let Some(output) = output.ok().filter(|output| !matches!(output.status.code(), Some(1 | 99))) else {
        return skip("a small disk cannot be mounted here; a limit on file sizes stands for it");
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("exit code 1\n"), "{said}{complained}");
    assert!(complained.contains("No space left on device"), "{complained}");
    assert!(complained.contains("checksum.yaml"), "{complained}");
    assert!(said.contains("\nfiller\n") && !said.contains("\n.helmsum-"), "{said}");
    assert!(said.contains("the target is as it was"), "{said}");
}

#[expect(clippy::print_stderr, reason = "the test harness has no other way to say that a test was skipped")]
fn skip(why: &str) {
    eprintln!("skipped: {why}");
}

#[test]
fn files_that_another_user_may_not_read() {
    let Some(repo) = as_nobody(project()) else { return };
    let path = repo.path("conf/secret");
    fs_err::write(&path, "x").expect("a file");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o000);
    std::fs::set_permissions(&path, mode).expect("its mode");
    let before = repo.read("checksum.yaml");
    let helmsum = repo.command("");
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(helmsum.get_program())
        .arg("generate")
        .current_dir(repo.path(""))
        .output()
        .expect("setpriv runs");
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("conf/secret"), "{said}");
    assert_eq!(repo.read("checksum.yaml"), before);
}

/// Opens the repository to another user, where this one may do that: root ignores modes.
#[expect(clippy::print_stderr, reason = "the test harness has no other way to say that a test was skipped")]
fn as_nobody(repo: Repo) -> Option<Repo> {
    let may = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(repo.command("").get_program())
        .arg("--version")
        .output();
    if !may.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: this needs root, setpriv, and a build that other users may run");
        return None;
    }
    let opened = Command::new("chmod").args(["-R", "a+rwX"]).arg(repo.path("")).status().expect("chmod runs");
    assert!(opened.success());
    Some(repo)
}

#[test]
fn helmsum_started_by_its_own_run_says_so_and_ends_well() {
    let repo = project();
    let program = repo.command("").get_program().to_string_lossy().into_owned();
    let state = format!("environments:\n  default:\n    values: [env.yaml.gotmpl]\n---\n{STATE}");
    repo.file("helmfile.yaml", state)
        .file("env.yaml.gotmpl", format!("said: {{{{ exec \"{program}\" (list \"generate\") | quote }}}}\n"))
        .helmsum(["generate"])
        .exits(0)
        .helmsum(["state"])
        .exits(0);
}

#[test]
fn a_look_alike_beside_a_directive_is_an_error_at_its_line() {
    for (comment, word) in [
        ("#\u{a0}helmsum: ./more", "U+00A0 (no-break space)"),
        ("# - helmsum: ./more", "this looks like a directive"),
        ("# TODO helmsum: ./more", "this looks like a directive"),
        ("# \"helmsum\": ./more", "this looks like a directive"),
        ("# helmsum ./more", "this looks like a directive"),
        ("# helmsum=./more", "this looks like a directive"),
    ] {
        refuses(
            |repo| repo.file("values.yaml", format!("{VALUES}{comment}\n")),
            &["values.yaml:3", word, "# helmsum: SOURCE"],
        );
        let template = format!("{VALUES}{comment}\na: {{{{ 1 }}}}\n");
        refuses(
            |repo| {
                repo.file("helmfile.yaml", STATE.replace("values.yaml", "values.yaml.gotmpl"))
                    .file("values.yaml.gotmpl", template)
            },
            &["values.yaml.gotmpl:3", word],
        );
    }
}

#[test]
fn a_misspelt_directive_is_noted_wherever_no_finding_names_it() {
    let note = "values.yaml:3: `# hemlsum: ./more` is a comment; if it is meant as a directive, it is written `# helmsum: …`";
    let beside = project().file("values.yaml", format!("{VALUES}# hemlsum: ./more\n"));
    beside.helmsum(["check"]).exits(0).tells(note);
    let without_target = Repo::new()
        .file("helmfile.yaml", STATE.replace("      - checksum.yaml\n", ""))
        .file("values.yaml", "a: 1\nb: 2\n# hemlsum: ./more\n");
    without_target.helmsum(["list"]).exits(0).tells(note);
    let plain = project().file("values.yaml", format!("{VALUES}# run helmsum ./scripts by hand\n"));
    plain.helmsum(["check"]).exits(0).does_not_say("is a comment");
}
