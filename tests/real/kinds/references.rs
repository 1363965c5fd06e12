//! `ref+sops` with the real sops, against what the real helmfile hands to helm.

use helmsum::internals::value::{Map, Value};
use helmsum::internals::yaml;

use super::project::Project;
use super::sops::{SOPS, encrypt};
use crate::support::programs;
use crate::support::sandbox::Run;

const REFERENCES: &str = "\
apis:
  user: ref+sops://vault/db.yaml#/db/user
  port: 'port-ref+sops://vault/db.yaml#/db/port'
  json: ref+sops://./vault/db.json#/token
  whole: ref+sops://vault/notes.txt
  coded: ref+sops://vault/notes.txt?encode=base64
  env: ref+sops://vault/.env
  ini: ref+sops://vault/db.ini
  document: ref+sops://vault/db.yaml
  odd: ref+sops://vault/odd?format=yaml
  none: x-ref+sops://vault/db.yaml#/none
  key: ref+sops://vault/odd#/odd
password: ref+sops://vault/db.yaml#/db/password
";

fn project() -> Option<Project> {
    let programs = programs::find(&[&programs::HELMFILE, programs::helm(), &SOPS], &["git"])?;
    let project = Project::with(&programs);
    project.shell("age-keygen -o age.txt");
    project.write("gateway.yaml", "# helmsum: configmap:gateway-apis\n");
    for (file, text) in [
        (
            "vault/db.yaml",
            "# a comment\ndb:\n    user: zebra-user\n    port: 5432\n    password: zebra-password\n    list: [1, two]\n",
        ),
        ("vault/db.json", "{\"token\": \"zebra-token\", \"retries\": 3}\n"),
        ("vault/.env", "TOKEN=zebra-env\n"),
        ("vault/db.ini", "[db]\npassword = zebra-ini\n"),
        ("vault/notes.txt", "zebra-note\nand a second line\n"),
    ] {
        encrypt(&project, "age.txt", file, text);
    }
    encrypt(&project, "age.txt", "vault/odd.yaml", "odd: zebra-odd\n");
    project.shell("mv vault/odd.yaml vault/odd");
    project.write("apis.yaml", REFERENCES);
    Some(project)
}

fn with_key(project: &Project, program: &str, arguments: &[&str]) -> Run {
    let key = format!("SOPS_AGE_KEY_FILE={}/age.txt", project.root.display());
    project.sandbox.run(&project.root, "env", [&[key.as_str(), program], arguments].concat())
}

fn checksum(project: &Project) -> String {
    with_key(project, "helmsum", &["generate"]).succeeds();
    let text = project.read("gateway.checksum.yaml");
    text.lines().find_map(|line| line.strip_prefix("configChecksum: ")).expect("a checksum").to_owned()
}

/// The data of the `ConfigMap` that helmfile prints.
fn data(project: &Project) -> Map {
    let printed = with_key(project, "helmfile", &["-q", "-l", "name=gateway-apis", "template"]).succeeds();
    let nodes = yaml::parse(printed.as_bytes(), &yaml::Limits::default()).expect("YAML");
    let manifests = nodes.iter().map(|node| node.decode_map().expect("a manifest").unwrap_or_default());
    let found = manifests
        .into_iter()
        .find(|map| map.get("kind").is_some_and(|kind| kind.as_str() == Some("ConfigMap")));
    match found.and_then(|map| map.get("data")) {
        Some(Value::Map(data)) => data,
        other => panic!("{other:?} in {printed}"),
    }
}

#[test]
fn what_sops_decrypts_for_a_reference_is_what_helm_gets() {
    let Some(project) = project() else { return };
    let resolved = checksum(&project);
    let data = data(&project);
    assert_eq!(data.len(), 11, "{data:?}");
    for (key, text) in
        [("user", "zebra-user"), ("port", "port-5432"), ("none", "x-<nil>"), ("env", "TOKEN=zebra-env\n")]
    {
        assert_eq!(data.get(key).as_ref().and_then(Value::as_str), Some(text), "{key}");
    }
    // The same, written down.
    let values = Map::from_iter([("apis", Value::Map(data)), ("password", "x".into())]);
    project.write("apis.yaml", &yaml::encode(&values.into()).expect("YAML"));
    assert_eq!(checksum(&project), resolved);
    // How sops lays a file out is told by a file that vals does not look at.
    project.write("apis.yaml", REFERENCES);
    project.write(".sops.yaml", "stores:\n  yaml:\n    indent: 2\n");
    let laid_out = checksum(&project);
    let data = self::data(&project);
    let values = Map::from_iter([("apis", Value::Map(data)), ("password", "x".into())]);
    project.write("apis.yaml", &yaml::encode(&values.into()).expect("YAML"));
    assert_eq!(checksum(&project), laid_out);
}

#[test]
fn what_sops_does_not_decrypt_is_an_error_without_a_secret() {
    let Some(project) = project() else { return };
    let said = |run: Run, text: &str| {
        let told = run.fails();
        let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(text) && !told.contains("zebra"), "{text:?} is not in {told}");
    };
    said(project.helmsum(&["generate"]), "`ref+sops://***` is not resolved");
    said(project.helmsum(&["generate"]), "has none of the keys");
    said(with_key(&project, "helmsum", &["generate", "--no-exec"]), "`--no-exec`");
    let key = format!("SOPS_AGE_KEY_FILE={}/age.txt", project.root.display());
    project.shell("mkdir only && ln -s \"$(command -v helm)\" only/helm");
    let path = format!("PATH={}/only", project.root.display());
    let alone = [&path, &key, env!("CARGO_BIN_EXE_helmsum"), "generate"];
    said(project.sandbox.run(&project.root, "env", alone), "the program `sops` is not in `PATH`");
    let told = with_key(&project, "helmsum", &["generate", "--debug"]).succeeds();
    assert!(!told.contains("zebra"), "{told}");
    project.write("apis.yaml", "apis: {a: ref+sops://vault/.env#/TOKEN}\n");
    said(with_key(&project, "helmsum", &["generate"]), "`ref+sops://***` is not resolved");
    with_key(&project, "helmfile", &["-q", "-l", "name=gateway-apis", "template"]).fails();
}
