//! The real programs that some tests run, and the surroundings they run in.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Programs that one script builds into one folder outside the checkout.
pub(crate) struct Toolset {
    /// The variable that names the folder, if it is not where the script puts it.
    pub(crate) variable: &'static str,
    /// Prints the folder when called with `--where`.
    pub(crate) script: &'static str,
    /// Their names.
    pub(crate) programs: &'static [&'static str],
}

/// helmfile.
pub(crate) const HELMFILE: Toolset =
    Toolset { variable: "HELMSUM_TOOLS_BIN", script: "tests/tools/build", programs: &["helmfile"] };

/// Helm 3, built beside helmfile.
pub(crate) const HELM_3: Toolset =
    Toolset { variable: "HELMSUM_TOOLS_BIN", script: "tests/tools/build", programs: &["helm"] };

/// Helm 4.
pub(crate) const HELM_4: Toolset =
    Toolset { variable: "HELMSUM_HELM4_BIN", script: "tests/tools/helm4/build", programs: &["helm"] };

/// kustomize, which renders charts with helm as Argo CD does.
pub(crate) const KUSTOMIZE: Toolset = Toolset {
    variable: "HELMSUM_KUSTOMIZE_BIN",
    script: "tests/tools/kustomize/build",
    programs: &["kustomize"],
};

/// act, which runs workflows of GitHub Actions.
pub(crate) const ACT: Toolset =
    Toolset { variable: "HELMSUM_ACT_BIN", script: "tests/tools/act", programs: &["act"] };

/// The helm that tests run: that of [`helm_major`].
pub(crate) fn helm() -> &'static Toolset {
    if helm_major() == 3 { &HELM_3 } else { &HELM_4 }
}

/// The major version of the helm that tests run: the one in `HELMSUM_TEST_HELM`, else 4, or 3 where only that is built.
///
/// # Panics
///
/// When the variable names another version.
pub(crate) fn helm_major() -> u64 {
    match env::var("HELMSUM_TEST_HELM").as_deref() {
        Ok("4") => 4,
        Ok("3") => 3,
        Ok(other) => panic!("HELMSUM_TEST_HELM is `{other}`: there are tests for Helm 3 and 4"),
        Err(_) if HELM_4.locate().is_err() && HELM_3.locate().is_ok() => 3,
        Err(_) => 4,
    }
}

impl Toolset {
    /// The folder and its programs, or what to do to have them.
    fn locate(&self) -> Result<Vec<PathBuf>, String> {
        let folder = match env::var_os(self.variable) {
            Some(folder) => PathBuf::from(folder),
            None => self.ask_script()?,
        };
        self.programs
            .iter()
            .map(|program| {
                let path = folder.join(program);
                if path.is_file() {
                    Ok(path)
                } else {
                    Err(format!(
                        "`{program}` is not in `{}`: run `{}`, or name the folder that has it in `{}`",
                        folder.display(),
                        self.script,
                        self.variable
                    ))
                }
            })
            .collect()
    }

    fn ask_script(&self) -> Result<PathBuf, String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(self.script);
        let output = Command::new(&script)
            .arg("--where")
            .output()
            .map_err(|error| format!("`{} --where` cannot be started: {error}", self.script))?;
        let text = String::from_utf8_lossy(&output.stdout);
        match text.lines().last() {
            Some(folder) if output.status.success() => Ok(PathBuf::from(folder)),
            _ => {
                Err(format!("`{} --where` failed: {}", self.script, String::from_utf8_lossy(&output.stderr)))
            }
        }
    }
}

/// The paths of all programs of the toolsets and of the named programs of the system.
///
/// `None` means that some are missing and the test is to be skipped, which is said on standard
/// error. With `CI=true` nothing may be missing.
///
/// # Panics
///
/// When a program is missing and `CI` is `true`.
pub(crate) fn find(toolsets: &[&Toolset], of_the_system: &[&str]) -> Option<Vec<PathBuf>> {
    let built = toolsets.iter().map(|toolset| toolset.locate());
    let installed = of_the_system.iter().map(|program| on_path(program).map(|path| vec![path]));
    let found: Result<Vec<Vec<PathBuf>>, String> = built.chain(installed).collect();
    match found {
        Ok(paths) => Some(paths.concat()),
        Err(missing) => {
            let required = env::var("CI").is_ok_and(|value| value == "true");
            assert!(!required, "{missing}");
            skip(&missing);
            None
        }
    }
}

#[expect(clippy::print_stderr, reason = "the test harness has no other way to say that a test was skipped")]
pub(crate) fn skip(missing: &str) {
    eprintln!("skipped: {missing}");
}

fn on_path(program: &str) -> Result<PathBuf, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| format!("`{program}` is not installed"))
}
