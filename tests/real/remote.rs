//! What the real helmfile has fetched, read by helmsum from helmfile's cache. The repository it is fetched from is a local
//! one; names in the cache for other sources are compared in `tests/vectors/state`.

use std::path::{Path, PathBuf};

use crate::support::programs;
use crate::support::sandbox::Sandbox;
use fs_err as fs;
use serde_json::Value;

/// A project with remote pieces of every kind, and the repository they come from.
struct Site {
    sandbox: Sandbox,
    project: PathBuf,
    cache: PathBuf,
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
}

impl Site {
    fn new() -> Option<Self> {
        let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"])?;
        let cache = tempfile::Builder::new().prefix("helmsum-cache-").tempdir().expect("a folder").keep();
        let sandbox = Sandbox::new(&programs, &[("HELMFILE_CACHE_HOME", cache.clone())]);
        let repository = sandbox.project("repository");
        write(
            &repository,
            &[
                ("base.yaml.gotmpl", "environments:\n  default:\n    values: [{base: {{ \"remote\" }}}]\n"),
                ("sub/helmfile.yaml", "releases: [{name: sub, chart: r/sub, values: [v.yaml]}]\n"),
                ("env/one.yaml", "one: 1\n"),
                ("env/two.yaml", "two: 2\n"),
                ("top.yaml", "top: old\n"),
            ],
        );
        sandbox.run(&repository, "git", ["init", "--quiet", "--initial-branch=main"]).succeeds();
        sandbox.commit(&repository);
        sandbox.run(&repository, "git", ["tag", "v1"]).succeeds();
        write(&repository, &[("top.yaml", "top: new\n")]);
        sandbox.commit(&repository);

        let url = |rest: &str| format!("git::file://{}@{rest}", repository.display());
        let project = sandbox.project("project");
        let state = format!(
            "bases:\n- {}\n---\nvalues: ['{}']\nenvironments:\n  default:\n    values: ['{}']\nhelmfiles: ['{}']\n---\nreleases:\n- name: '{{{{ .Values.base }}}}-{{{{ .Values.one }}}}-{{{{ .Values.two }}}}-{{{{ .Values.top }}}}'\n  chart: r/a\n",
            url("base.yaml.gotmpl?ref=v1"),
            url("top.yaml?ref=v1"),
            url("env/*.yaml?ref=main"),
            url("sub/helmfile.yaml?ref=main"),
        );
        write(&project, &[("helmfile.yaml", &state)]);
        Some(Self { sandbox, project, cache })
    }

    /// Everything in the cache.
    fn cached(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.cache.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path.clone());
                }
                found.push(path);
            }
        }
        found.sort();
        found
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // Best effort: a temporary folder.
        let _ = fs::remove_dir_all(&self.cache);
    }
}

fn names(releases: &Value) -> Vec<String> {
    let name = |release: &Value| release["name"].as_str().expect("a name").to_owned();
    let mut names: Vec<String> = releases.as_array().into_iter().flatten().map(name).collect();
    names.sort();
    names
}

#[test]
fn what_helmfile_has_fetched_is_read_as_helmfile_reads_it() {
    let Some(site) = Site::new() else { return };
    let state = ["state", "--output", "json"];
    let told = site.sandbox.run(&site.project, "helmsum", state).fails();
    assert!(
        told.contains("\"code\": \"remote-base\"") && told.contains("is not in helmfile's cache"),
        "{told}"
    );
    assert_eq!(site.cached(), Vec::<PathBuf>::new(), "helmsum fetches nothing");

    let list = ["list", "--skip-charts", "--output", "json"];
    let listed = site.sandbox.run(&site.project, "helmfile", list).succeeds();
    let listed: Value = serde_json::from_str(&listed).expect("helmfile prints JSON");
    let before = site.cached();
    let read = site.sandbox.run(&site.project, "helmsum", state).succeeds();
    let read: Value = serde_json::from_str(&read).expect("helmsum prints JSON");
    let releases: Value = read["documents"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|document| document["releases"].as_array())
        .flatten()
        .cloned()
        .collect();
    assert_eq!(names(&releases), ["remote-1-2-old", "sub"]);
    assert_eq!(names(&releases), names(&listed));
    assert_eq!(site.cached(), before, "helmsum leaves the cache alone");
}
