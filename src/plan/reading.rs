//! What a state is read with.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::Options;
use crate::diagnostic::{Noted, Secrets};
use crate::go::filepath::join_clean;
use crate::plan::Helmfile;
use crate::plan::facts::values_files::Programs;
use crate::program::{Program, own_path};
use crate::state::{self, ChartIndexes, HelmVersions};
use crate::tree::{Tree, WorkTree};
use crate::yaml::Limits;

/// Everything that reading a state takes but the environment.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// What was asked for.
    pub options: Options,
    directory: Utf8PathBuf,
    /// What all files of the project are read from.
    pub(crate) tree: Arc<dyn Tree>,
    /// What is known of the command line of the helmfile that runs this; nothing where it is run by hand.
    pub(crate) helmfile: Option<Helmfile>,
    variables: Rc<BTreeMap<String, String>>,
    /// What was decrypted, so that no output repeats it.
    pub secrets: Secrets,
    /// What was learnt of helm and of chart repositories, which is the same in all environments.
    learnt: (HelmVersions, ChartIndexes),
    /// What stands on standard input, once it has been read.
    standard_input: OnceCell<Result<Arc<[u8]>, String>>,
    /// What was parsed of state files, for all environments.
    parsed: state::Parsed,
}

impl Reading {
    /// For a process with these variables, in a working directory.
    #[must_use]
    pub(crate) fn new(
        options: Options,
        directory: Utf8PathBuf,
        helmfile: Option<Helmfile>,
        variables: BTreeMap<String, String>,
        secrets: Secrets,
    ) -> Self {
        let variables = Rc::new(variables);
        Self {
            options,
            directory,
            tree: Arc::new(WorkTree),
            helmfile,
            variables,
            secrets,
            learnt: Default::default(),
            standard_input: OnceCell::new(),
            parsed: state::Parsed::default(),
        }
    }

    /// The same with other files of the project.
    pub(crate) fn over(&self, tree: Arc<dyn Tree>) -> Self {
        Self { tree, ..self.clone() }
    }

    /// The same for another thread, which knows of secrets what is known now, and learns everything else anew.
    pub(crate) fn elsewhere(&self) -> Elsewhere {
        if self.file() == Some("-") {
            self.standard_input.get_or_init(standard_input);
        }
        Elsewhere {
            options: self.options.clone(),
            directory: self.directory.clone(),
            helmfile: self.helmfile.clone(),
            variables: (*self.variables).clone(),
            secrets: self.secrets.noted(),
            standard_input: self.standard_input.get().cloned(),
        }
    }

    /// The state file or directory that was named.
    pub(crate) fn file(&self) -> Option<&str> {
        self.options.file.as_deref().or(self.variable("HELMFILE_FILE_PATH"))
    }

    /// Whether there is what is read as a state, as far as that is a file or a directory.
    pub(crate) fn has_state(&self) -> bool {
        let is_there = |name: &str| self.tree.stat(&join_clean(&self.directory, name)).is_ok();
        match self.file() {
            Some(file) => file == "-" || file.contains("://") || is_there(file),
            None => state::DEFAULT_NAMES.iter().any(|name| is_there(name)),
        }
    }

    pub(crate) fn directory(&self) -> &Utf8Path {
        &self.directory
    }

    /// A variable of the process environment; an empty one counts as absent.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// The namespace that helmfile told the hook which runs this, empty where it has none.
    pub(crate) fn namespace_of_hook(&self) -> Option<&str> {
        self.options.namespace.as_deref().filter(|_| self.options.are_told())
    }

    /// Whether there is a helm, as far as the command line and the variables tell which one.
    pub(crate) fn has_helm(&self) -> bool {
        let named = self.options.helm_binary.as_deref().or(self.variable("HELMFILE_HELM_BINARY"));
        Program::find(named.unwrap_or("helm"), own_path().as_deref()).is_ok()
    }

    /// Whether programs run for a file that is rendered only to be searched: where helmfile is about to run them, too.
    pub(crate) fn programs(&self) -> Programs {
        if self.options.are_told() && !self.options.deploys_nothing() {
            Programs::AsTheStateSays
        } else {
            Programs::Withheld
        }
    }

    /// A request for one environment, or for the one that was named or is the default.
    pub(crate) fn request(&self, environment: Option<&str>) -> state::Request {
        let mut request =
            state::Request::new(Arc::clone(&self.tree), self.directory.clone(), BTreeMap::new());
        request.variables = Rc::clone(&self.variables);
        request.secrets = self.secrets.clone();
        (request.helm_versions, request.chart_indexes) = self.learnt.clone();
        request.options = self.options.clone();
        if let Some(environment) = environment {
            request.options.environment = Some(environment.to_owned());
        }
        if self.file() == Some("-") {
            request.standard_input = Some(self.standard_input.get_or_init(standard_input).clone());
        }
        request.parsed = self.parsed.clone();
        request.helmfile_directory = self.helmfile.as_ref().and_then(|known| known.directory.clone());
        request
    }
}

/// What another thread reads the same with.
pub(crate) struct Elsewhere {
    options: Options,
    directory: Utf8PathBuf,
    helmfile: Option<Helmfile>,
    variables: BTreeMap<String, String>,
    secrets: Noted,
    standard_input: Option<Result<Arc<[u8]>, String>>,
}

impl Elsewhere {
    /// On the other thread.
    pub(crate) fn arrive(self) -> Reading {
        let secrets = Secrets::default();
        secrets.learn(self.secrets);
        let reading = Reading::new(self.options, self.directory, self.helmfile, self.variables, secrets);
        if let Some(input) = self.standard_input {
            reading.standard_input.get_or_init(|| input);
        }
        reading
    }
}

/// Standard input, as much of it as a state may have and one byte more.
fn standard_input() -> Result<Arc<[u8]>, String> {
    let most = u64::try_from(Limits::default().bytes).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    Ok(bytes.into())
}
