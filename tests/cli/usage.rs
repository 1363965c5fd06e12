//! The command line itself: options before and after the command, help, exit codes, streams.

use std::process::Stdio;

use crate::support::repo::Repo;

const A: &str = "6db78766d30b3d1fecb42957e58bc68c622872c3c975d85c6fb3540228fc8670";

pub(crate) const COMMANDS: [&str; 14] = [
    "generate",
    "check",
    "list",
    "explain",
    "audit",
    "init",
    "annotate",
    "diff",
    "log",
    "graph",
    "state",
    "hash",
    "completions",
    "man",
];

#[test]
fn the_published_help_is_up_to_date() {
    for command in COMMANDS {
        let repo = Repo::new().helmsum([command, "--help"]).exits(0);
        let text: Vec<String> = repo.out().lines().map(|line| line.trim_end().to_owned()).collect();
        let page = format!("# helmsum {command}\n\n```text\n{}\n```\n", text.join("\n"));
        crate::support::repo::same_as_published(&format!("docs/cli/{command}.md"), &page);
    }
}

#[test]
fn every_command_is_published() {
    let help = Repo::new().helmsum(["--help"]).exits(0);
    let text = help.out();
    let (_, commands) = text.split_once("Commands:\n").expect("the commands");
    let named: Vec<&str> = commands
        .lines()
        .take_while(|line| line.starts_with("  "))
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert_eq!(named, COMMANDS);
}

#[test]
fn help_fits_a_terminal_of_eighty_columns() {
    for command in [&[][..]].into_iter().chain(COMMANDS.iter().map(std::slice::from_ref)) {
        for help in ["-h", "--help"] {
            let repo = Repo::new();
            let output = repo.command("").args(command).arg(help).output().expect("helmsum runs");
            assert!(output.status.success(), "{command:?} {help}");
            let text = String::from_utf8(output.stdout).expect("UTF-8");
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{command:?} {help}: {line}");
            }
        }
    }
}

#[test]
fn wrong_usage_exits_with_one_and_leaves_standard_output_alone() {
    for arguments in
        [&["hash"][..], &["frobnicate"], &["hash", "--output", "xml", "a"], &["--frobnicate"], &[]]
    {
        let repo = Repo::new();
        let output = repo.command("").args(arguments).output().expect("helmsum runs");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_version_is_printed_before_and_after_a_command() {
    let version = concat!("helmsum ", env!("CARGO_PKG_VERSION"), "\n");
    Repo::new().helmsum(["--version"]).exits(0).stdout(version).helmsum(["-v"]).exits(0).stdout(version);
}

#[test]
fn options_are_taken_before_and_after_the_command_and_the_last_one_wins() {
    Repo::new()
        .file("a", "a\n")
        .helmsum(["--output", "json", "hash", "a", "--output", "human"])
        .exits(0)
        .stdout(&format!("{A}\n"))
        .helmsum(["hash", "--output", "human", "--output", "json", "a"])
        .exits(0)
        .says(A)
        .says("\"format\": 1");
}

#[test]
fn an_option_that_would_be_ignored_is_refused() {
    Repo::new()
        .file("a", "a\n")
        .helmsum(["--file", "x", "hash", "a"])
        .exits(1)
        .stdout("")
        .complains("`--file` has no meaning here");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let repo = Repo::new();
    let mut child = repo
        .command("")
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("helmsum runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("helmsum ends");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_full_disk_behind_standard_output_is_a_failure() {
    let full = fs_err::OpenOptions::new().write(true).open("/dev/full").expect("Linux has /dev/full");
    let repo = Repo::new();
    let output = repo.command("").args(["man"]).stdout(full.into_parts().0).output().expect("helmsum runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("No space left on device"), "{output:?}");
}

#[test]
fn completions_and_manual_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        // The script asks helmsum each time, which knows its commands.
        Repo::new().helmsum(["completions", shell]).exits(0).says("HELMSUM_COMPLETE").says("helmsum");
    }
    Repo::new().helmsum(["man"]).exits(0).says(".TH helmsum 1").says("helmsum\\-hash");
}

#[test]
fn every_command_has_a_manual_page_of_its_own() {
    for command in COMMANDS {
        let title = format!(".TH helmsum-{command} 1  \"helmsum ");
        let page = Repo::new().helmsum(["man", command]).exits(0).says(&title);
        assert_eq!(page.out().matches(".TH ").count(), 1, "{command}");
    }
    Repo::new().helmsum(["man", "dif"]).exits(1).stdout("").complains("diff");
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    Repo::new()
        .helmsum(["hash", "missing"])
        .exits(1)
        .stderr(
            "error: `missing` does not exist; looked for `[REPO]/missing`\n  = help: paths are relative to the working directory\n",
        )
        .helmsum(["--color", "hash", "missing"])
        .exits(1)
        .complains("\u{1b}[")
        .helmsum(["--color", "hash", "missing", "--no-color"])
        .exits(1)
        .complains("error: `missing`")
        .variable("NO_COLOR", "1")
        .helmsum(["hash", "missing", "--color"])
        .complains("\u{1b}[");
}
