//! The command that writes what a run finds out of date.

use std::fmt;

use crate::cli::Options;
use crate::text::shell_word;

/// `helmsum generate` with what decides, in a run, which targets there are and what they should contain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Again {
    options: Vec<String>,
    /// Options whose values may be secret, and so are named alone.
    named: Vec<&'static str>,
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
        again.options.push(format!("--{option}"));
        again
    }

    /// The options alone, each with a space before it.
    pub(crate) fn options(&self) -> String {
        self.options.iter().flat_map(|option| [" ", option]).collect()
    }

    fn take<'t>(&mut self, option: &str, values: impl IntoIterator<Item = &'t String>) {
        self.options.extend(values.into_iter().map(|value| format!("--{option}={}", shell_word(value))));
    }

    fn switch(&mut self, option: &str, given: bool) {
        self.options.extend(given.then(|| format!("--{option}")));
    }
}

/// The command in back-ticks, and what has to be added to it.
impl fmt::Display for Again {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("`helmsum generate")?;
        for option in &self.options {
            write!(out, " {option}")?;
        }
        out.write_str("`")?;
        for (index, name) in self.named.iter().enumerate() {
            let joined = if index == 0 { " with this run's" } else { "," };
            write!(out, "{joined} `--{name}`")?;
        }
        Ok(())
    }
}
