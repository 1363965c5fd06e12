//! Commands that do something about what a run finds, with the options of the run.

use std::fmt;
use std::fmt::Write as _;

use crate::cli::Options;
use crate::text::shell_word;

/// `helmsum generate` with what decides, in a run, which targets there are and what they should contain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Again {
    options: Vec<Given>,
    /// Options whose values may be secret, and so are named alone.
    named: Vec<&'static str>,
}

/// An option as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Given {
    name: String,
    /// As a shell takes it.
    value: Option<String>,
}

impl Again {
    /// For a run that is asked for this on its command line.
    #[must_use]
    pub(crate) fn of(run: &Options) -> Self {
        let releases: Vec<String> = run.release.iter().map(ToString::to_string).collect();
        let mut again = Self::default();
        again.take("file", &run.file);
        again.take("environment", &run.environment);
        again.switch("all-environments", run.all_environments);
        again.take("namespace", &run.namespace);
        again.take("kube-context", &run.kube_context);
        again.take("state-values-set", &run.state_values_set);
        again.take("state-values-set-string", &run.state_values_set_string);
        again.take("state-values-file", &run.state_values_file);
        again.switch("no-exec", run.no_exec);
        again.take("helm-binary", &run.helm_binary);
        again.take("chart", &run.chart);
        again.take("selector", &run.selector);
        again.take("release", &releases);
        again.take("values", &run.values);
        again.take("kube-version", &run.kube_version);
        again.take("post-renderer", &run.post_renderer);
        again.switch("skip-deps", run.skip_deps);
        let secretive = [
            (run.set.is_empty(), "set"),
            (run.args.is_none(), "args"),
            (run.template_args.is_none(), "template-args"),
            (run.post_renderer_args.is_empty(), "post-renderer-args"),
        ];
        again.named = secretive.iter().filter(|(absent, _)| !absent).map(|(_, name)| *name).collect();
        again
    }

    /// The same with one more option.
    #[must_use]
    pub(crate) fn with(&self, option: &str) -> Self {
        let mut again = self.clone();
        again.switch(option, true);
        again
    }

    /// The same for releases that the command names, in one environment: without the options that choose others.
    #[must_use]
    pub(crate) fn for_releases(&self, environment: &str) -> Self {
        let mut again = self.clone();
        again.options.retain(|given| !["release", "selector"].contains(&given.name.as_str()));
        for given in again.options.iter_mut().filter(|given| given.name == "all-environments") {
            *given = Given { name: "environment".to_owned(), value: Some(shell_word(environment)) };
        }
        again
    }

    /// Another command of helmsum with these options, and what comes after them: in back-ticks, and with what has to be added to it.
    pub(crate) fn command(&self, command: &str, words: &[&str]) -> String {
        let words: String = words.iter().flat_map(|word| [" ".to_owned(), shell_word(word)]).collect();
        let mut text = format!("`helmsum {command}{}{words}`", self.options());
        for (index, name) in self.named.iter().enumerate() {
            let joined = if index == 0 { " with this run's" } else { "," };
            let _ = write!(text, "{joined} `--{name}`");
        }
        text
    }

    /// The options alone, each with a space before it.
    pub(crate) fn options(&self) -> String {
        let one = |Given { name, value }: &Given| {
            let value = value.as_ref().map(|value| format!("={value}"));
            format!(" --{name}{}", value.unwrap_or_default())
        };
        self.options.iter().map(one).collect()
    }

    fn take<'t>(&mut self, option: &str, values: impl IntoIterator<Item = &'t String>) {
        let given = |value: &String| Given { name: option.to_owned(), value: Some(shell_word(value)) };
        self.options.extend(values.into_iter().map(given));
    }

    fn switch(&mut self, option: &str, given: bool) {
        self.options.extend(given.then(|| Given { name: option.to_owned(), value: None }));
    }
}

/// The command in back-ticks, and what has to be added to it.
impl fmt::Display for Again {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.command("generate", &[]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> Options {
        Options {
            file: Some("infra/stack.yaml".into()),
            all_environments: true,
            selector: vec!["name=web".into()],
            ..Options::default()
        }
    }

    #[test]
    fn commands_have_the_options_of_the_run() {
        let again = Again::of(&run());
        assert_eq!(
            again.to_string(),
            "`helmsum generate --file=infra/stack.yaml --all-environments --selector=name=web`"
        );
        assert_eq!(
            again.for_releases("the prod").command("init", &["edge/web"]),
            "`helmsum init --file=infra/stack.yaml --environment='the prod' edge/web`"
        );
    }

    #[test]
    fn what_may_be_secret_is_named_alone() {
        let run = Options { set: vec!["password=x".into()], args: Some("--y".into()), ..run() };
        let told = Again::of(&run).for_releases("").command("init", &["web"]);
        assert!(told.ends_with(" web` with this run's `--set`, `--args`"), "{told}");
        assert!(!told.contains("password"), "{told}");
    }
}
