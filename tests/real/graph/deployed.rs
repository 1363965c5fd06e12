//! A helmfile that deploys with a stand-in for helm, which notes when each release starts and ends.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use fs_err as fs;
use tempfile::TempDir;

use crate::support::programs;
use crate::support::sandbox::Run;

/// A project in which helmfile runs with the stand-in.
pub(super) struct Deployed {
    folder: TempDir,
    helmfile: PathBuf,
}

/// When releases were deployed: the numbers of the lines that say so.
#[derive(Debug, Default)]
pub(super) struct Times(BTreeMap<String, (usize, usize)>);

/// Answers what helmfile asks, and writes a line when a release starts and another one when it ends.
const HELM: &str = r#"#!/bin/sh
case $1 in
version) echo v4.3.2+g0000000 ;;
upgrade)
  echo "start $3" >>LOG
  if [ -f "HOLDS/$3" ]; then
    # Ten seconds at most: then the other one waits for the end of this.
    for step in $(seq 1000); do
      ! grep -qx "start $(cat "HOLDS/$3")" LOG || break
      sleep 0.01
    done
  elif [ -f "DELAYS/$3" ]; then
    sleep "$(cat "DELAYS/$3")"
  fi
  echo "end $3" >>LOG
  ;;
esac
"#;

impl Deployed {
    /// The files of a project, with the program that deploys it.
    pub(super) fn new<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Option<Self> {
        let programs = programs::find(&[&programs::HELMFILE], &[])?;
        let folder = tempfile::Builder::new().prefix("helmsum-test-").tempdir().expect("a folder");
        let deployed = Self { folder, helmfile: programs[0].clone() };
        for (name, text) in files {
            deployed.write(&format!("project/{name}"), text);
        }
        fs::create_dir_all(deployed.root().join(".git")).expect("a folder");
        let path = |name: &str| deployed.folder.path().join(name).display().to_string();
        let helm = HELM.replace("LOG", &path("log"));
        deployed.write("helm", &helm.replace("DELAYS", &path("delays")).replace("HOLDS", &path("holds")));
        fs::set_permissions(path("helm"), std::fs::Permissions::from_mode(0o755)).expect("permissions");
        Some(deployed)
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Has a release take so many thousandths of a second.
    pub(super) fn delay(&self, release: &str, milliseconds: usize) {
        self.write(&format!("delays/{release}"), &format!("0.{milliseconds:03}"));
    }

    /// Has a release end only when another one has started, for which it waits ten seconds.
    pub(super) fn hold(&self, release: &str, other: &str) {
        self.write(&format!("holds/{release}"), other);
    }

    /// Runs helmfile to its end, and tells when each release was deployed.
    pub(super) fn deploy<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Result<Times, String> {
        let log = self.folder.path().join("log");
        let _ = fs::remove_file(&log);
        let run = self.run(&self.helmfile, arguments);
        // Where every release is switched off, helmfile has nothing to do, and says so with an exit code of its own.
        let is_nothing = run.code() == 3 && run.stderr().contains("no releases found");
        if !run.success() && !is_nothing {
            return Err(run.told());
        }
        Ok(Times::of(&fs::read_to_string(log).unwrap_or_default()))
    }

    /// What helmsum says of the order.
    pub(super) fn graph(&self, options: &[&str]) -> serde_json::Value {
        let arguments = [&["graph", "--no-render", "--output", "json"], options].concat();
        let text = self.run(Path::new(env!("CARGO_BIN_EXE_helmsum")), &arguments).succeeds();
        let document = serde_json::from_str(&text).expect("JSON");
        assert_eq!(crate::support::repo::schema("graph", &document), Vec::<String>::new());
        document
    }

    fn run<S: AsRef<std::ffi::OsStr>>(&self, program: &Path, arguments: &[S]) -> Run {
        let mut command = std::process::Command::new(program);
        command
            .args(arguments)
            .current_dir(self.root())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .env("HELMFILE_HELM_BINARY", self.folder.path().join("helm"))
            .env("HELMFILE_UPGRADE_NOTICE_DISABLED", "true");
        Run::of(command)
    }
}

impl Times {
    fn of(log: &str) -> Self {
        let mut times: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for (number, line) in log.lines().enumerate() {
            let (what, release) = line.split_once(' ').expect("two words");
            match what {
                "start" => assert!(
                    times.insert(release.to_owned(), (number, usize::MAX)).is_none(),
                    "{release} twice"
                ),
                _ => times.get_mut(release).expect("it has started").1 = number,
            }
        }
        Self(times)
    }

    /// Whether one release was done before another one started.
    pub(super) fn is_before(&self, one: &str, other: &str) -> bool {
        let of =
            |name: &str| self.0.get(name).unwrap_or_else(|| panic!("{name} was not deployed: {:?}", self.0));
        of(one).1 < of(other).0
    }

    /// The releases that were deployed.
    pub(super) fn releases(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}
