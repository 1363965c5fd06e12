//! What helmsum takes over from helmfile's command line.

use super::parse::{self, Line};
use super::{Search, search};
use crate::cli::{Options, Purpose};
use crate::diagnostic::Secrets;
use crate::plan::Helmfile;

/// Options that change what helm renders, and nothing that is read.
const RENDERING: [&str; 12] = [
    "set",
    "values",
    "args",
    "template-args",
    "sync-args",
    "kube-version",
    "post-renderer",
    "post-renderer-args",
    "skip-deps",
    "skip-schema-validation",
    "reuse-values",
    "reset-values",
];

/// Options that change what is read, and that no hook can hand over as helmfile was given them.
const READING: [&str; 4] = ["chart", "helm-binary", "kube-context", "namespace"];

/// Reads the command line of the helmfile that runs this hook, and takes over what the options do not say themselves. Nothing where
/// no helmfile runs this: it is run by hand.
pub(in crate::command) fn take_over(
    options: &mut Options,
    named: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
    secrets: &Secrets,
) -> Option<Helmfile> {
    let found = search(options.helmfile_command.as_deref(), named);
    let known = match found {
        Search::Nothing { .. } if !options.in_hook() => None,
        Search::Nothing { why } => Some(Helmfile { missing: Some(why), ..Helmfile::default() }),
        Search::Misnamed(why) => Some(Helmfile { misnamed: Some(why), ..Helmfile::default() }),
        Search::Names(given) => Some(of_names(options, given)),
        Search::Exact { line, directory } => {
            options.purpose = purpose(&line.command);
            Some(Helmfile { directory, ..of_line(options, &line, variable) })
        }
    };
    if let Some(command) = options.helmfile_command.as_deref() {
        options.purpose = purpose(command);
    }
    let texts = [&options.args, &options.template_args, &options.sync_args];
    for text in options.set.iter().chain(&options.post_renderer_args).chain(texts.into_iter().flatten()) {
        remember(secrets, text);
    }
    known
}

/// What helmfile calls helm for in one of its commands.
fn purpose(command: &str) -> Purpose {
    match command {
        "apply" | "sync" | "diff" | "doctor" => Purpose::Upgrade,
        _ => Purpose::Template,
    }
}

/// Keeps what is set in a text of options out of everything that is shown. Words that say nothing by themselves stay.
fn remember(secrets: &Secrets, text: &str) {
    let words = text.split([' ', ',', '\n']).filter(|word| !word.starts_with("--") || word.contains('='));
    for word in words {
        let value = word.trim_start_matches("--").split_once('=').map_or(word, |(_, value)| value);
        let value = value.rsplit_once('=').map_or(value, |(_, value)| value);
        if !["true", "false", "null", ""].contains(&value) {
            secrets.hide(value);
        }
    }
}

/// What follows from the names of options alone.
fn of_names(own: &Options, names: Vec<String>) -> Helmfile {
    let handed_over = |option: &str| match option {
        "set" => !own.set.is_empty(),
        "values" => !own.values.is_empty(),
        "args" => own.args.is_some(),
        "template-args" => own.template_args.is_some(),
        "kube-version" => own.kube_version.is_some(),
        "post-renderer" => own.post_renderer.is_some(),
        "post-renderer-args" => !own.post_renderer_args.is_empty(),
        "skip-deps" => own.skip_deps,
        "chart" => own.chart.is_some(),
        "helm-binary" => own.helm_binary.is_some(),
        "kube-context" => own.kube_context.is_some(),
        "namespace" => own.namespace.is_some(),
        _ => false,
    };
    let is_named = |option: &str| names.iter().any(|name| name == option);
    let decisive = RENDERING.iter().chain(&READING).copied();
    Helmfile {
        untold: decisive.filter(|option| is_named(option) && !handed_over(option)).collect(),
        doubtful: Some(names.into_iter().collect()),
        ..Helmfile::default()
    }
}

/// What follows from the whole command line.
fn of_line(own: &mut Options, line: &Line, variable: impl Fn(&str) -> Option<String>) -> Helmfile {
    let mut taking = Taking { line, known: Helmfile::default() };
    taking.list("set", &mut own.set);
    taking.list("values", &mut own.values);
    taking.list("post-renderer-args", &mut own.post_renderer_args);
    taking.text("args", &mut own.args);
    taking.text("template-args", &mut own.template_args);
    taking.text("sync-args", &mut own.sync_args);
    taking.text("kube-version", &mut own.kube_version);
    taking.text("post-renderer", &mut own.post_renderer);
    taking.switch("skip-deps", &mut own.skip_deps);
    taking.switch("skip-schema-validation", &mut own.skip_schema_validation);
    taking.switch("reuse-values", &mut own.reuse_values);
    taking.switch("reset-values", &mut own.reset_values);
    taking.option("chart", &mut own.chart);
    taking.option("helm-binary", &mut own.helm_binary);
    taking.option("kube-context", &mut own.kube_context);
    taking.option("namespace", &mut own.namespace);
    let is_given = |values: &Vec<String>| values.last().is_some_and(|value| !value.is_empty());
    let mut known = taking.known;
    known.namespace = Some(line.options.get("namespace").is_some_and(is_given));
    if own.expect_environment.is_none() {
        let lists = [
            ("state-values-set", &own.state_values_set),
            ("state-values-set-string", &own.state_values_set_string),
            ("state-values-file", &own.state_values_file),
        ];
        let missing =
            lists.iter().filter(|(name, given)| given.is_empty() && line.options.contains_key(*name));
        known.unread.extend(missing.map(|(name, _)| *name));
        known.unread.extend(other_environment(own, line, variable).then_some("environment"));
    }
    known
}

/// Whether helmfile reads another environment than the one that helmsum is to read.
fn other_environment(own: &Options, line: &Line, variable: impl Fn(&str) -> Option<String>) -> bool {
    if own.all_environments {
        return false;
    }
    let or_default = |given: Option<&str>| {
        let given = given.filter(|name| !name.is_empty()).map(str::to_owned);
        given.or_else(|| variable("HELMFILE_ENVIRONMENT")).unwrap_or_else(|| "default".into())
    };
    let given = line.options.get("environment").and_then(|values| values.last());
    or_default(given.map(String::as_str)) != or_default(own.environment.as_deref())
}

/// Options on their way from helmfile's command line to those of helmsum. What helmsum has already was given to helmsum itself, and
/// has to be the same.
struct Taking<'l> {
    line: &'l Line,
    known: Helmfile,
}

impl Taking<'_> {
    fn values(&self, option: &str) -> Vec<String> {
        self.line.options.get(option).cloned().unwrap_or_default()
    }

    /// An option that only other commands have may be given to helmsum all the same: it tells what this one asks a cluster for.
    fn judge(&mut self, option: &'static str, same: bool) {
        if !same && parse::has(&self.line.command, option) {
            self.known.differing.push(option);
        }
    }

    fn list(&mut self, option: &'static str, own: &mut Vec<String>) {
        let given = self.values(option);
        if !own.is_empty() {
            self.judge(option, *own == given);
        } else if !given.is_empty() {
            *own = given;
            self.known.taken.push(option);
        }
    }

    fn text(&mut self, option: &'static str, own: &mut Option<String>) {
        let given = self.values(option).pop().filter(|value| !value.is_empty());
        if own.is_some() {
            self.judge(option, *own == given);
        } else if given.is_some() {
            *own = given;
            self.known.taken.push(option);
        }
    }

    fn switch(&mut self, option: &'static str, own: &mut bool) {
        let given = self.values(option).pop().is_some_and(|value| value == "true");
        if *own {
            self.judge(option, given);
        } else if given {
            *own = true;
            self.known.taken.push(option);
        }
    }

    /// An option whose value may come from elsewhere, so that only two that were given have to be the same.
    fn option(&mut self, option: &'static str, own: &mut Option<String>) {
        let Some(given) = self.values(option).pop().filter(|value| !value.is_empty()) else { return };
        if let Some(own) = own {
            let same = *own == given;
            self.judge(option, same);
            return;
        }
        *own = Some(given);
        self.known.taken.push(option);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(change: impl FnOnce(&mut Options)) -> Options {
        let mut options = Options::default();
        change(&mut options);
        options
    }

    fn line(words: &[&str]) -> Line {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        parse::parse(&words).unwrap()
    }

    #[test]
    fn what_helmsum_is_given_itself_has_to_be_the_same() {
        let given = ["apply", "--set", "a=b", "--skip-deps", "--kube-context", "c"];
        let mut same = options(|typed| {
            typed.set = vec!["a=b".into()];
            typed.skip_deps = true;
            typed.kube_version = Some("1.30.0".into());
        });
        let known = of_line(&mut same, &line(&given), |_| None);
        assert_eq!((known.taken, known.differing), (vec!["kube-context"], Vec::new()));
        assert_eq!(same.kube_context.as_deref(), Some("c"));

        let mut other = options(|typed| {
            typed.set = vec!["a=c".into()];
            typed.values = vec!["x.yaml".into()];
            typed.kube_context = Some(String::new());
        });
        let known = of_line(&mut other, &line(&given), |_| None);
        assert_eq!(known.differing, ["set", "values", "kube-context"]);
        assert_eq!(known.taken, ["skip-deps"]);
    }

    #[test]
    fn what_is_read_has_to_be_handed_over_unless_a_digest_proves_it() {
        let given = line(&["-e", "production", "apply", "--state-values-set", "a=b"]);
        let unread = |change: fn(&mut Options)| of_line(&mut options(change), &given, |_| None).unread;
        assert_eq!(unread(|_| ()), ["state-values-set", "environment"]);
        assert_eq!(unread(|typed| typed.expect_environment = Some("e3".into())), Vec::<&str>::new());
        let handed_over = |typed: &mut Options| {
            typed.environment = Some("production".into());
            typed.state_values_set = vec!["a=b".into()];
        };
        assert_eq!(unread(handed_over), Vec::<&str>::new());
        let by_variable = line(&["apply"]);
        let variable = |name: &str| (name == "HELMFILE_ENVIRONMENT").then(|| "production".to_owned());
        let mut own = options(|typed| typed.environment = Some("production".into()));
        assert_eq!(of_line(&mut own, &by_variable, variable).unread, Vec::<&str>::new());
    }

    #[test]
    fn names_alone_leave_values_open_that_nobody_handed_over() {
        let names = || ["namespace", "quiet", "set", "skip-deps"].map(str::to_owned).to_vec();
        assert_eq!(of_names(&options(|_| ()), names()).untold, ["set", "skip-deps", "namespace"]);
        let handed_over = options(|typed| {
            typed.set = vec!["a=b".into()];
            typed.skip_deps = true;
            typed.namespace = Some("shop".into());
        });
        let known = of_names(&handed_over, names());
        assert_eq!(known.untold, Vec::<&str>::new());
        assert!(known.tells("chart") && !known.tells("namespace"));
    }

    #[test]
    fn values_of_options_are_secrets_and_their_keys_are_none() {
        let secrets = Secrets::default();
        for text in ["db.password=hunter2,replicas=true", "--set=token=s3cr3t --timeout 900s"] {
            remember(&secrets, text);
        }
        let shown = secrets.mask("db.password hunter2 replicas true token s3cr3t --timeout");
        assert_eq!(shown, "db.password *** replicas true token *** --timeout");
    }
}
