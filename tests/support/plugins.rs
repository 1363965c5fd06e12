//! Plugins of helm, in the form of the helm that tests run. Helm 4 takes Helm 3's form too, but one plugin in its own form in the
//! same folder makes Helm 3 refuse all of them: each test has a folder of its own.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use fs_err as fs;

use super::programs::helm_major;

/// Writes a stand-in for helm-secrets below `plugins`: for `helm secrets decrypt FILE` it runs this line of shell.
pub(crate) fn secrets(plugins: &Path, line: &str) {
    let described = if helm_major() == 3 {
        "name: secrets\nversion: 4.6.0\nusage: x\ndescription: x\ncommand: $HELM_PLUGIN_DIR/run\n".to_owned()
    } else {
        in_form_of_helm_4(
            "secrets",
            "cli/v1",
            "config: {usage: secrets, shortHelp: x, longHelp: x, ignoreFlags: false}\n",
        )
    };
    write(plugins, "secrets", &described, &format!("#!/bin/sh\n{line}\n"));
}

/// Writes helmsum's own plugin for Helm 4. Helm 3 looks for helmsum in `PATH`, so with that one nothing is written.
pub(crate) fn helmsum(plugins: &Path) {
    if helm_major() == 4 {
        let folder = plugins.join("helmsum");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("plugin.yaml"), include_str!("../../plugin/plugin.yaml")).expect("a plugin");
    }
}

/// Writes a plugin of Helm 4 that post-renders with this script.
pub(crate) fn post_renderer(plugins: &Path, name: &str, script: &str) {
    write(plugins, name, &in_form_of_helm_4(name, "postrenderer/v1", ""), script);
}

fn in_form_of_helm_4(name: &str, kind: &str, more: &str) -> String {
    format!(
        "apiVersion: v1\nname: {name}\ntype: {kind}\nversion: 4.7.4\nruntime: subprocess\n{more}runtimeConfig:\n  platformCommand:\n  - command: ${{HELM_PLUGIN_DIR}}/run\n"
    )
}

fn write(plugins: &Path, name: &str, described: &str, script: &str) {
    let folder = plugins.join(name);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("plugin.yaml"), described).expect("a plugin");
    fs::write(folder.join("run"), script).expect("a program");
    fs::set_permissions(folder.join("run"), std::fs::Permissions::from_mode(0o755)).expect("it can be run");
}
