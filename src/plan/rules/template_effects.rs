//! Findings about what templates looked at while they were rendered: whatever helmfile may have read differently.

use camino::Utf8PathBuf;

use crate::diagnostic::{Code, Diagnostic};
use crate::plan::reading::Reading;
use crate::state::Visit;
use crate::template::effects::{CommandOption, Effects};
use crate::text::Place;

/// What a hook knows of helmfile's command line.
///
/// A hook's templates have `.Namespace` (`pkg/event/bus.go: Trigger`), but no kube context and no chart; the variables that
/// stand in for options are inherited. An option wins over its variable, so that the variable alone proves nothing where
/// the hook could have said it. Where helmfile's own arguments can be read, nothing is left to doubt.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is about an option of its own")]
pub(crate) struct Told {
    namespace: bool,
    namespace_variable: bool,
    kube_context: bool,
    chart: bool,
}

impl Told {
    /// What is known in this run; nothing where no hook runs it, for then it is the user who says it.
    pub(crate) fn of(reading: &Reading) -> Option<Self> {
        let request = &reading.options;
        let tells = |option| reading.helmfile.as_ref().is_some_and(|known| known.tells(option));
        request.are_told().then(|| Self {
            namespace: request.namespace.is_some() || tells("namespace"),
            namespace_variable: reading.variable("HELMFILE_NAMESPACE").is_some(),
            kube_context: request.kube_context.is_some()
                || tells("kube-context")
                || reading.variable("HELMFILE_KUBE_CONTEXT").is_some(),
            chart: request.chart.is_some() || tells("chart"),
        })
    }

    /// Whether the value of an option is known. A top-level key excludes the option: helmfile refuses both at once.
    fn knows(self, option: CommandOption, visit: &Visit) -> bool {
        match option {
            CommandOption::Namespace => {
                self.namespace || !self.namespace_variable && !visit.namespace.is_empty()
            }
            CommandOption::KubeContext => self.kube_context || !visit.kube_context.is_empty(),
            CommandOption::Chart => self.chart || !visit.chart.is_empty(),
        }
    }
}

/// What is to be said about templates of a visit.
pub(crate) fn doubts(effects: &Effects, visit: &Visit, told: Option<Told>) -> Vec<Diagnostic> {
    let unstable = effects.unstable.iter().map(|(function, place)| unstable(function, place, visit));
    let untold = effects.options.iter().filter_map(|(&option, place)| {
        let known = told.is_none_or(|told| told.knows(option, visit));
        (!known).then(|| untold(option, place, visit))
    });
    let mut doubts: Vec<Diagnostic> = unstable.chain(untold).collect();
    for call in effects.order_seen() {
        let doubt = unordered(&call.function, &call.place);
        if !doubts.contains(&doubt) {
            doubts.push(doubt);
        }
    }
    doubts
}

fn unstable(function: &str, place: &Place, visit: &Visit) -> Diagnostic {
    let message =
        format!("`{function}` was called while the state was read; every reading gives another result");
    let of_state = |file: &Utf8PathBuf| {
        *file == visit.file || visit.bases.contains(file) || visit.values_files.contains(file)
    };
    let hint = if of_state(&place.file) {
        "helmfile reads something else than helmsum; keep random values and the clock out of the state"
    } else {
        "helmfile reads something else than helmsum; keep random values and the clock out of files with directives: a plain \
         values file beside this one can have them"
    };
    Diagnostic::finding(Code::UnstableTemplate, message).hint(hint).at(place.clone())
}

fn unordered(function: &str, place: &Place) -> Diagnostic {
    let message =
        format!("what `{function}` gives has no fixed order, and something was made of it unsorted");
    let hint = format!("sort it first, as in `{function} … | sortAlpha`, or `range` over the map itself");
    Diagnostic::finding(Code::UnstableTemplate, message).hint(hint).at(place.clone())
}

fn untold(option: CommandOption, place: &Place, visit: &Visit) -> Diagnostic {
    let (message, hint) = match option {
        CommandOption::Namespace => {
            let argument = if visit.file.as_str().ends_with(".gotmpl") {
                "--namespace={{`{{ .Namespace }}`}}"
            } else {
                "\"--namespace={{ .Namespace }}\""
            };
            (
                "a template looks at the namespace, and this hook does not say which one helmfile was given with `--namespace`",
                format!("add the argument ``{argument}`` to the hook"),
            )
        }
        CommandOption::KubeContext => (
            "a template looks at the kube context, and a hook does not learn which one helmfile was given with `--kube-context`",
            "choose it with the variable `HELMFILE_KUBE_CONTEXT`, which hooks inherit, or with `kubeContext:` in the state file; \
             add the argument `--kube-context=` to the hook to say that helmfile is never given the option"
                .to_owned(),
        ),
        CommandOption::Chart => (
            "a template looks at `.Chart`, and a hook does not learn what helmfile was given with `--chart`",
            "the chart of a release is `.Release.Chart`; else set `chart:` in the state file".to_owned(),
        ),
    };
    Diagnostic::finding(Code::UnverifiedState, message).hint(hint).at(place.clone())
}
