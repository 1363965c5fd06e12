//! What is written in the files of a project and cannot be what was meant.

use std::time::{Duration, Instant};

use crate::support::repo::{GATEWAY, Repo, gateway, target};

/// The run fails, says so about a place, is done soon, and leaves the target as it was.
#[track_caller]
fn refused(repo: Repo, place: &str, said: &str) {
    let start = Instant::now();
    let repo = repo.file("gateway/checksum.yaml", target()).helmsum(["generate"]).exits(1);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?} on a busy machine", start.elapsed());
    let text = format!("{}{}", repo.out(), repo.err());
    assert!(text.contains(said), "{said:?} is not in\n{text}");
    assert!(text.contains(place), "{place:?} is not in\n{text}");
    repo.holds("gateway/checksum.yaml", &target()).stays_tidy();
}

fn values(text: &str) -> Repo {
    gateway().file("gateway/values.yaml", text)
}

#[test]
fn directives_that_cannot_be_read() {
    for (text, said) in [
        ("# helmsum: ./apis recursive=true\n", "unknown option `recursive`"),
        ("# helmsum: ./apis exlude=x\n", "did you mean `exclude=`?"),
        ("# helmsun: ./apis\n# Helmsum: ./apis\n", "this looks like a directive"),
        ("a: 1 # helmsum: ./apis\n", "a directive must stand on a separate line"),
        ("# helmsum: /etc\n", "`/etc` is absolute"),
        ("# helmsum:\n", "the directive names no source"),
        ("# helmsum: \"./apis\n", "the quote is not closed"),
        ("# helmsum: configmap:Apis\n", "`Apis` is not a name that a ConfigMap can have"),
    ] {
        refused(values(text), "gateway/values.yaml:", said);
    }
}

#[test]
fn a_swallowed_line_break() {
    let state = GATEWAY.replace("gateway/values.yaml", "gateway/values.yaml.gotmpl");
    let repo = gateway().file("helmfile.yaml", state);
    let text = "# helmsum: ./apis\n{{- if true }} b: 1{{ end }}\n";
    refused(
        repo.file("gateway/values.yaml.gotmpl", text),
        "gateway/values.yaml.gotmpl:1",
        "has swallowed the line break",
    );
}

#[test]
fn files_that_are_no_text() {
    refused(values("a: 1\n").file("helmfile.yaml", b"releases: [\xff]\n"), "helmfile.yaml", "not UTF-8");
    refused(gateway().file("helmfile.yaml", "releases:\n\t- name: a\n"), "helmfile.yaml:2", "error: ");
    refused(gateway().file("helmfile.yaml", ""), "helmfile.yaml", "error: ");
}

#[test]
fn templates_that_would_never_end() {
    let state = GATEWAY.replace("gateway/values.yaml", "gateway/values.yaml.gotmpl");
    let template = |text: &str| {
        gateway()
            .file("helmfile.yaml", &state)
            .file("gateway/values.yaml.gotmpl", format!("# helmsum: ./apis\n{text}\n"))
    };
    for text in [
        "{{ define \"x\" }}{{ template \"x\" . }}{{ end }}{{ template \"x\" . }}",
        "{{ range until 100000 }}{{ range until 100000 }}{{ printf \"%999d\" 1 }}{{ end }}{{ end }}",
        "{{ range until 100000 }}{{ repeat 100000 \"xxxxxxxxxx\" }}{{ end }}",
        "{{ noSuchFunction }}",
    ] {
        refused(template(text), "gateway/values.yaml.gotmpl", "error");
    }
}

#[test]
fn states_that_lead_back_to_themselves() {
    let parent = gateway().file("helmfile.yaml", format!("helmfiles: [other.yaml]\n{GATEWAY}"));
    refused(parent.file("other.yaml", "helmfiles: [helmfile.yaml]\n"), "yaml", "error[helmfile-circle]: ");
    let templates = "templates:\n  a: { inherit: [{ template: b }] }\n  b: { inherit: [{ template: a }] }\n";
    refused(
        gateway().file("helmfile.yaml", format!("{templates}{GATEWAY}    inherit: [{{ template: a }}]\n")),
        "helmfile.yaml",
        "error",
    );
}

#[test]
fn sources_that_cannot_be_hashed() {
    refused(gateway().link("gateway/apis/loop", "."), "gateway/values.yaml:1", "link loop");
    refused(
        gateway().link("gateway/apis/gone", "nowhere"),
        "gateway/values.yaml:1",
        "a link that leads nowhere",
    );
    refused(gateway().file("gateway/apis/a\nb", "1"), "gateway/values.yaml:1", "control character");
    refused(gateway().file("gateway/apis/a\u{1b}[2J", "1"), "gateway/values.yaml:1", "control character");
    refused(gateway().file("gateway/apis/a\\b", "1"), "gateway/values.yaml:1", "a backslash");
    refused(gateway().file("gateway/apis/a\u{2028}b", "1"), "gateway/values.yaml:1", "U+2028");
    let repo = gateway();
    let pipe = repo.path("gateway/apis/pipe");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().expect("mkfifo runs").success());
    refused(repo, "gateway/values.yaml:1", "a FIFO, a socket or a device");
}

#[test]
fn a_source_outside_of_the_repository_is_not_even_read() {
    refused(
        values("# helmsum: ../../../../../../..\n"),
        "gateway/values.yaml:1",
        "leads out of the repository",
    );
}

#[test]
fn two_sources_with_one_label() {
    let repo = values("# helmsum: ./apis as x\n# helmsum: ./more as x\n").file("gateway/more/a", "1");
    refused(repo, "gateway/values.yaml:2", "the name `x` is given to two sources");
}

#[test]
fn documents_of_many_levels() {
    let nested = |levels: usize| format!("a: {}1{}\n", "[".repeat(levels), "]".repeat(levels));
    let state = format!("{GATEWAY}      - deep.yaml\n");
    gateway()
        .file("helmfile.yaml", &state)
        .file("deep.yaml", format!("# helmsum: ./apis\n{}", nested(900)))
        .file("apis/a", "1")
        .file("gateway/values.yaml", "a: 1\n")
        .helmsum(["generate"])
        .exits(0);
    let bomb = format!("# helmsum: ./apis\n{}", nested(10_001));
    refused(
        gateway().file("helmfile.yaml", state).file("deep.yaml", bomb),
        "deep.yaml",
        "error[directive-form]: ",
    );
}

#[test]
fn a_configuration_with_an_unknown_key() {
    refused(gateway().file("helmsum.yaml", "kye: x\n"), "helmsum.yaml:1:1", "did you mean `key`?");
}

#[test]
fn values_files_that_are_not_there() {
    refused(
        gateway().without("gateway/values.yaml"),
        "helmfile.yaml:",
        "there is no values file `gateway/values.yaml`",
    );
    let directory = gateway().without("gateway/values.yaml").folder("gateway/values.yaml");
    refused(directory, "helmfile.yaml:", "cannot be read");
}
