//! Options of every command about what it says, as typed.

use clap::{ArgAction, Args, ValueEnum};

const OUTPUT: &str = "Output";

/// How a report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people
    Human,
    /// One JSON document; its schemas are in `docs/schema`
    Json,
    /// For people, with annotations and a summary for GitHub Actions
    Github,
}

/// What is said, and how.
#[derive(Args, Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct OutputArgs {
    /// How the report looks [default: human]
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = OUTPUT)]
    pub output: Option<OutputFormat>,

    /// Deny every warning
    #[arg(long, help_heading = OUTPUT)]
    pub strict: bool,

    /// Colours even where nobody watches
    #[arg(long, overrides_with = "no_color", help_heading = OUTPUT)]
    pub color: bool,

    /// No colours [default: `NO_COLOR`, `HELMFILE_NO_COLOR`]
    #[arg(long, overrides_with = "color", help_heading = OUTPUT)]
    pub no_color: bool,

    /// Only findings and errors [default: `HELMFILE_QUIET`]
    #[arg(short, long, help_heading = OUTPUT)]
    pub quiet: bool,

    /// Say what is read and why [default: `HELMFILE_DEBUG`]
    #[arg(long, action = ArgAction::SetTrue, help_heading = OUTPUT)]
    pub debug: bool,
}

impl OutputArgs {
    /// These, with those given after the command over them.
    #[must_use]
    pub(crate) fn merge(self, after: Self) -> Self {
        let (color, no_color) = match (after.color, after.no_color) {
            (false, false) => (self.color, self.no_color),
            chosen => chosen,
        };
        Self {
            output: after.output.or(self.output),
            strict: self.strict || after.strict,
            color,
            no_color,
            quiet: self.quiet || after.quiet,
            debug: self.debug || after.debug,
        }
    }
}
