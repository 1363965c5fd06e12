//! Secrets of environments with the real helmfile and a stand-in for helm: which program decrypts, and with what.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::sandbox::Sandbox;
use crate::support::{plugins, programs};
use fs_err as fs;

/// A program that tells how it was called to decrypt, and is helm for all else.
fn stand_in(folder: &Path, name: &str, helm: &Path) {
    let path = folder.join(name);
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' secrets '*) echo \"by: '{name} $*'\"; exit;; esac\nexec {} \"$@\"\n",
        helm.display()
    );
    fs::write(&path, script).expect("a program");
    fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it can be run");
}

#[test]
fn secrets_are_decrypted_by_the_program_that_helmfile_takes() {
    let Some(found) = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"]) else { return };
    let (helmfile, helm) = (found[0].clone(), found[1].clone());
    let folder = tempfile::Builder::new().prefix("helmsum-test-").tempdir().expect("a folder");
    let folder = folder.path().canonicalize().expect("it exists");
    let bin = folder.join("stand-ins");
    fs::create_dir_all(&bin).expect("a folder");
    plugins::secrets(&folder.join("plugins"), "true");
    for name in ["helm", "own", "given"] {
        stand_in(&bin, name, &helm);
    }
    let variables = [("HELM_PLUGINS", folder.join("plugins"))];
    let sandbox = Sandbox::new(&[helmfile, bin.join("helm"), found[2].clone()], &variables);
    let project = sandbox.project("project");
    fs::create_dir_all(&project).expect("a project");
    fs::write(project.join("s.yaml"), "cipher\n").expect("a file");
    let own = format!("helmBinary: {}/own\n", bin.display());
    let environment = "environments:\n  default:\n    secrets: [s.yaml]\n";
    let release = "---\nreleases: [{name: a, chart: r/a}]\n";
    fs::write(project.join("base.yaml"), &own).expect("a base");
    let given = format!("--helm-binary={}/given", bin.display());
    for (title, state) in [
        ("the part's own", format!("{own}helmDefaults: {{kubeContext: kc}}\n{environment}{release}")),
        ("of an earlier part", format!("{own}---\n{environment}{release}")),
        ("of a base", format!("bases: [base.yaml]\n{environment}{release}")),
        ("none", format!("{environment}{release}")),
    ] {
        fs::write(project.join("helmfile.yaml"), state).expect("a state");
        for options in [&[][..], &[given.as_str()], &["--helm-binary=helm"]] {
            let print = [options, &["print-env", "--output", "json"]].concat();
            let theirs = sandbox.run(&project, "helmfile", print).succeeds();
            let theirs: serde_json::Value = serde_json::from_str(&theirs).expect("helmfile prints JSON");
            let state = [&["state", "--output", "json"], options].concat();
            let ours = sandbox.run(&project, "helmsum", state).succeeds();
            let ours: serde_json::Value = serde_json::from_str(&ours).expect("helmsum prints JSON");
            let by = &ours["documents"][0]["values"]["by"];
            assert!(by.as_str().is_some_and(|by| by.contains("secrets decrypt /")), "{ours:#}");
            assert_eq!(*by, theirs[0]["values"]["by"], "{title}, {options:?}");
        }
    }
}
