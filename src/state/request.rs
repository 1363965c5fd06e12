//! What is to be read, and for whom.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::chart_index::ChartIndexes;
use super::decode::Parsed;
use super::helm_version::HelmVersions;
use crate::cli::Options;
use crate::diagnostic::Secrets;
use crate::go::strconv::parse_bool;
use crate::program::Homes;
use crate::template::effects::Watch;
use crate::template::function::{Chance, Context, Earlier, ExecPolicy};
use crate::text::shell_word;
use crate::tree::Tree;
use crate::vals::{Decrypted, Directories, References};

/// What is to be read: the options, and the surroundings.
#[derive(Clone, Debug)]
pub struct Request {
    /// What files are read from.
    pub tree: Arc<dyn Tree>,
    /// The working directory, absolute, as Go's `os.Getwd` gives it: `PWD` where that names the same directory.
    pub directory: Utf8PathBuf,
    /// What the command line says. Its one environment is what is read, also where all of them are asked for.
    pub options: Options,
    /// What stands on standard input, or why it cannot be read, where the state is read from there: `--file -`.
    pub standard_input: Option<Result<Arc<[u8]>, String>>,
    /// Where helmfile works, as far as a hook knows it: elsewhere than in the directory of the state file where it reads
    /// several of them. Nothing where it is not known, so that it works in the directory of a state file read by itself.
    pub helmfile_directory: Option<Utf8PathBuf>,
    /// What programs of templates printed for an earlier reading, where there was one.
    pub earlier: Option<Rc<Earlier>>,
    /// The process environment, with helmfile's own variables.
    pub variables: Rc<BTreeMap<String, String>>,
    /// What was decrypted, so that no output repeats it.
    pub secrets: Secrets,
    /// What references had decrypted.
    pub decrypted: Decrypted,
    /// Where helmfile works, for references.
    pub directories: Directories,
    /// Where the time and random results come from.
    pub chance: Chance,
    /// What templates have just looked at.
    pub watch: Watch,
    /// The versions of the helm programs that were asked for it.
    pub helm_versions: HelmVersions,
    /// The indexes of chart repositories that were looked into.
    pub chart_indexes: ChartIndexes,
    /// What was parsed of state files, for requests that read them for other environments.
    pub parsed: Parsed,
}

impl Request {
    /// A request without options, in `directory`.
    #[must_use]
    pub fn new(
        tree: Arc<dyn Tree>,
        directory: impl Into<Utf8PathBuf>,
        variables: BTreeMap<String, String>,
    ) -> Self {
        Self {
            tree,
            directory: directory.into(),
            options: Options::default(),
            standard_input: None,
            helmfile_directory: None,
            earlier: None,
            variables: Rc::new(variables),
            secrets: Secrets::default(),
            decrypted: Decrypted::default(),
            directories: Directories::default(),
            chance: Chance::Real,
            watch: Watch::default(),
            helm_versions: HelmVersions::default(),
            chart_indexes: ChartIndexes::default(),
            parsed: Parsed::default(),
        }
    }

    /// The name of the environment: `--environment`, else `HELMFILE_ENVIRONMENT`, else `default`.
    #[must_use]
    pub fn environment_name(&self) -> &str {
        self.option(self.options.environment.as_deref(), "HELMFILE_ENVIRONMENT").unwrap_or("default")
    }

    /// Whether the environment was named, and is not the default because nobody did.
    #[must_use]
    pub fn names_environment(&self) -> bool {
        self.option(self.options.environment.as_deref(), "HELMFILE_ENVIRONMENT").is_some()
    }

    /// helmfile with the options by which it reads the same state, as somebody would type it.
    #[must_use]
    pub(crate) fn helmfile(&self) -> String {
        let mut helmfile = "helmfile".to_owned();
        let mut take = |option: &str, value: &str| helmfile.extend([" ", option, " ", &shell_word(value)]);
        let options = &self.options;
        options.file.iter().for_each(|file| take("-f", file));
        if self.environment_name() != "default" {
            take("-e", self.environment_name());
        }
        options.namespace.iter().filter(|name| !name.is_empty()).for_each(|name| take("-n", name));
        options.helm_binary.iter().for_each(|path| take("-b", path));
        options.state_values_set.iter().for_each(|values| take("--state-values-set", values));
        options.state_values_set_string.iter().for_each(|values| take("--state-values-set-string", values));
        options.state_values_file.iter().for_each(|path| take("--state-values-file", path));
        helmfile
    }

    /// The program that helmfile calls for helm. Secrets of an environment are not decrypted with `--helm-binary`: helmfile does not
    /// know it by then. It is that option, else its variable, else `helmBinary` of the state. To name
    /// the default is to name nothing (`pkg/state/create.go: ApplyDefaultsAndOverrides`).
    pub(super) fn helm_binary<'s>(&'s self, of_state: &'s str) -> &'s str {
        let given = self.option(self.options.helm_binary.as_deref(), "HELMFILE_HELM_BINARY");
        let given = given.filter(|binary| *binary != "helm");
        given.or(Some(of_state).filter(|binary| !binary.is_empty())).unwrap_or("helm")
    }

    /// Whether a program that is called for helm is one that a state names, and neither the caller nor helmfile by itself.
    #[must_use]
    pub fn is_named_by_state(&self, helm_binary: &str) -> bool {
        // With no name in the state, this is what the caller names, else helmfile's default.
        helm_binary != self.helm_binary("")
    }

    /// An option, else the variable that stands in for it. Empty ones are not given.
    pub(super) fn option<'s>(&'s self, given: Option<&'s str>, variable: &str) -> Option<&'s str> {
        given
            .filter(|text| !text.is_empty())
            .or_else(|| self.variable(variable).filter(|text| !text.is_empty()))
    }

    /// `PATH` in the environment that programs get, which is also where they are looked up.
    #[must_use]
    pub fn path(&self) -> Option<&OsStr> {
        self.variable("PATH").map(OsStr::new)
    }

    /// The folders of helm and helmfile.
    #[must_use]
    pub fn homes(&self) -> Homes<'_> {
        Homes::new(&self.variables)
    }

    /// A variable of the process environment.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Whether a variable is set to what Go's `strconv.ParseBool` takes for true.
    pub(super) fn switched_on(&self, name: &str) -> bool {
        self.variable(name).and_then(parse_bool) == Some(true)
    }

    /// Whether all state files are templates, whatever their names.
    pub(crate) fn renders_all(&self) -> bool {
        self.variable("HELMFILE_RENDER_YAML") == Some("true")
    }

    /// Whether sub-helmfiles take over selectors only where they say so.
    pub(super) fn explicit_selectors(&self) -> bool {
        self.variable("HELMFILE_EXPERIMENTAL")
            .is_some_and(|text| text == "true" || text.contains("explicit-selector-inheritance"))
    }

    /// The surroundings of templates at `base`, and where helmfile works while it renders them, if that is known.
    #[must_use]
    pub fn context(&self, base: &Utf8Path, working: Option<&Utf8Path>) -> Context {
        let disabled = ["HELMFILE_DISABLE_INSECURE_FEATURES", "HELMFILE_DISABLE_INSECURE_TEMPLATE_FUNCTIONS"]
            .into_iter()
            .find(|name| self.switched_on(name));
        let exec = match disabled {
            Some(name) => ExecPolicy::Disabled(name.into()),
            None if self.options.no_exec => ExecPolicy::Refused,
            None => ExecPolicy::Run,
        };
        Context {
            tree: Arc::clone(&self.tree),
            base: base.to_owned(),
            exec,
            earlier: self.earlier.clone(),
            environment: Rc::clone(&self.variables),
            chance: self.chance,
            watch: self.watch.clone(),
            place: None,
            references: References {
                directory: working.map(Utf8Path::to_owned),
                secrets: self.secrets.clone(),
                decrypted: self.decrypted.clone(),
                directories: self.directories.clone(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::WorkTree;

    #[test]
    fn helmfile_is_named_with_the_options_that_decide_what_it_reads() {
        let mut request = Request::new(Arc::new(WorkTree), "/r", BTreeMap::new());
        assert_eq!(request.helmfile(), "helmfile");
        request.options = Options {
            file: Some("a b.yaml".to_owned()),
            environment: Some("default".to_owned()),
            namespace: Some(String::new()),
            state_values_set: vec!["a=1,b=2".to_owned()],
            ..Options::default()
        };
        assert_eq!(request.helmfile(), "helmfile -f 'a b.yaml' --state-values-set a=1,b=2");
        request.variables = Rc::new([("HELMFILE_ENVIRONMENT".to_owned(), "prod".to_owned())].into());
        request.options = Options {
            namespace: Some("edge".to_owned()),
            helm_binary: Some("helm4".to_owned()),
            state_values_set_string: vec!["a=1".to_owned()],
            state_values_file: vec!["v.yaml".to_owned()],
            ..Options::default()
        };
        assert_eq!(
            request.helmfile(),
            "helmfile -e prod -n edge -b helm4 --state-values-set-string a=1 --state-values-file v.yaml"
        );
    }
}
