//! How a run reports: what was typed, over variables.

use crate::cli::{OutputArgs, OutputFormat, Variables};
use crate::report::Colour;

/// How a run reports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct Output {
    /// How the report looks.
    pub(super) format: OutputFormat,
    /// Whether findings are written as annotations for GitHub Actions.
    pub(super) annotations: bool,
    /// The checkout, which paths in annotations are relative to.
    pub(super) workspace: Option<camino::Utf8PathBuf>,
    /// The file that gets a summary for GitHub Actions.
    pub(super) step_summary: Option<String>,
    /// Colours, where the user said so.
    pub(super) colour: Option<Colour>,
    /// Whether warnings count as denied.
    pub(super) strict: bool,
    /// Only findings and errors.
    pub(super) quiet: bool,
    /// What is read and why.
    pub(super) debug: bool,
}

impl Output {
    /// Arguments over variables.
    #[must_use]
    pub(super) fn resolve(typed: OutputArgs, variables: &Variables) -> Self {
        let format = typed.output.unwrap_or(OutputFormat::Human);
        Self {
            format,
            annotations: format == OutputFormat::Github || variables.github_actions,
            workspace: variables.github_workspace.clone().map(Into::into),
            step_summary: variables.github_step_summary.clone(),
            colour: match (typed.color, typed.no_color || variables.no_color) {
                (true, _) => Some(Colour::On),
                (false, true) => Some(Colour::Off),
                (false, false) => None,
            },
            strict: typed.strict,
            quiet: typed.quiet || variables.quiet,
            debug: typed.debug || variables.debug,
        }
    }
}
