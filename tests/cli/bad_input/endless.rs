//! Files without an end, and files that are too long.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::repo::{GATEWAY, Repo, gateway};

/// Runs helmsum with at most 1 GiB of memory, and ends it after two minutes: a test of an end must have one itself.
#[track_caller]
fn bounded(repo: &Repo, arguments: &str) -> Output {
    let helmsum = repo.command("");
    let mut shell = Command::new("bash");
    shell.args(["-c", &format!("ulimit -v 1048576; exec \"$0\" {arguments}")]).arg(helmsum.get_program());
    shell
        .current_dir(repo.path(""))
        .env_clear()
        .envs(helmsum.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = shell.spawn().expect("bash runs");
    let begun = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if begun.elapsed() > Duration::from_secs(120) {
            child.kill().expect("it runs");
            panic!("`helmsum {arguments}` does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().expect("it has ended")
}

#[track_caller]
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn pipe(repo: Repo, name: &str) -> Repo {
    let repo = repo.folder("made");
    let made = Command::new("mkfifo").arg(repo.path(name)).status().expect("mkfifo runs");
    assert!(made.success());
    repo
}

/// The usual project with something in the place of one file, once a link to a device and once a pipe.
fn each(name: &str, repo: impl Fn() -> Repo) -> Vec<Repo> {
    let without = || {
        let repo = repo();
        if repo.path(name).exists() { repo.without(name) } else { repo }
    };
    vec![without().link(name, "/dev/zero"), pipe(without(), name)]
}

#[test]
fn what_has_no_end_is_an_error_wherever_it_stands() {
    let templates = || {
        let state = GATEWAY.replace("gateway/values.yaml", "gateway/values.yaml.gotmpl");
        gateway()
            .file("helmfile.yaml", state)
            .file("gateway/values.yaml.gotmpl", "# helmsum: ./apis\nreplicas: {{ 1 }}\n")
    };
    let environments = || {
        let state =
            format!("environments:\n  default: {{}}\n  prod: {{ values: [prod.yaml] }}\n---\n{GATEWAY}");
        gateway().file("helmfile.yaml", state).file("prod.yaml", "a: 1\n")
    };
    let whole = || {
        let state = "releases:\n- {name: web, chart: ./chart, values: [values.yaml, checksum.yaml]}\n- {name: api, chart: ./chart, values: [api.yaml]}\n";
        Repo::new()
            .file("helmfile.yaml", state)
            .file("values.yaml", "# helmsum: release:api\n")
            .file("api.yaml", "a: 1\n")
            .file("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n")
            .file("chart/values.yaml", "a: 1\n")
    };
    for (name, arguments, repo) in [
        ("gateway/values.yaml", "generate", Box::new(gateway) as Box<dyn Fn() -> Repo>),
        ("gateway/apis/.helmsumignore", "generate", Box::new(gateway)),
        ("gateway/_helpers.tpl", "generate", Box::new(templates)),
        ("gateway/values.yaml.gotmpl", "generate", Box::new(templates)),
        ("prod.yaml", "generate -e prod", Box::new(environments)),
        ("helmsum.yaml", "generate", Box::new(gateway)),
        ("api.yaml", "generate", Box::new(whole)),
        ("chart/values.yaml", "generate", Box::new(whole)),
        ("chart/.helmignore", "generate", Box::new(whole)),
        ("gateway/checksum.yaml", "generate", Box::new(gateway)),
    ] {
        for repo in each(name, repo) {
            let output = bounded(&repo, arguments);
            let said = said(&output);
            assert_eq!(output.status.code(), Some(1), "{name}: {said}");
            assert!(said.contains(name.rsplit('/').next().expect("a name")), "{name}: {said}");
        }
    }
}

#[test]
fn what_has_no_end_beside_the_environment_that_is_read_stops_nothing() {
    let state = format!("environments:\n  default: {{}}\n  prod: {{ values: [prod.yaml] }}\n---\n{GATEWAY}");
    for repo in each("prod.yaml", || gateway().file("helmfile.yaml", &state)) {
        let output = bounded(&repo, "generate");
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
}

#[test]
fn a_values_file_that_is_too_long_is_said_to_be() {
    let repo = gateway();
    let mut text = b"# helmsum: ./apis\n".to_vec();
    text.resize(66 << 20, b'#');
    let output = bounded(&repo.file("gateway/values.yaml", text), "generate");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("it has more than 64 MiB"), "{}", said(&output));
}

#[test]
fn an_ignore_file_has_an_end_in_lines_and_in_bytes() {
    let lines =
        |count: usize| (0..count).map(|number| format!("name-{number}")).collect::<Vec<_>>().join("\n");
    let with = |text: String| gateway().file("gateway/apis/.helmsumignore", text);
    let output = bounded(&with(lines(10_000)), "generate");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let output = bounded(&with(lines(10_001)), "generate");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("at most 10000"), "{}", said(&output));
    let output = bounded(&with("#".repeat((1 << 20) + 1)), "generate");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("it has more than 1 MiB"), "{}", said(&output));
    let repo = gateway();
    let holes = std::fs::File::create(repo.path("gateway/apis/.helmsumignore")).expect("a file");
    holes.set_len(1 << 30).expect("a file of holes");
    let output = bounded(&repo, "generate");
    assert!(
        output.status.code() == Some(1) && said(&output).contains("it has more than 1 MiB"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_file_that_sops_encrypted_is_known_however_long_it_is() {
    let filler = "b: some text that nobody encrypted\n".repeat(500_000);
    let sealed = format!("a: ENC[AES256_GCM,data:x]\n{filler}sops:\n    mac: ENC[AES256_GCM,data:y]\n");
    assert!(sealed.len() > 16 << 20);
    let repo = gateway().file("gateway/apis/orders.yaml", sealed);
    let repo = repo.helmsum(["generate"]).exits(0).says("encrypted-source").says("orders.yaml");
    repo.file("gateway/values.yaml", "# helmsum: ./apis decrypt=sops\n")
        .helmsum(["generate"])
        .exits(1)
        .complains("orders.yaml` is to be decrypted, and has more than 16 MiB");
}
