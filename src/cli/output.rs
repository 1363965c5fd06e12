//! Options of every command about what it says, as typed.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, ValueEnum};

const OUTPUT: &str = "Output";

/// The commands with formats that the others have not.
const AUDIT: &str = "audit";
const DIFF: &str = "diff";
const GRAPH: &str = "graph";

/// How a report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people
    Human,
    /// One JSON document; its schemas are in `docs/schema`
    Json,
    /// For people, with annotations and a summary for GitHub Actions
    Github,
    /// A document for a pull request or a job summary (only `audit` and `diff`)
    Markdown,
    /// A SARIF 2.1.0 log, for code scanning and editors (only `audit`)
    Sarif,
    /// A flowchart for Mermaid, which GitHub and GitLab draw (only `graph`)
    Mermaid,
    /// A drawing for Graphviz (only `graph`)
    Dot,
}

impl OutputFormat {
    /// The commands that have it; nothing where all of them do.
    #[must_use]
    pub(crate) const fn commands(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Human | Self::Json | Self::Github => None,
            Self::Markdown => Some(&[AUDIT, DIFF]),
            Self::Sarif => Some(&[AUDIT]),
            Self::Mermaid | Self::Dot => Some(&[GRAPH]),
        }
    }

    /// Whether a command has it.
    #[must_use]
    pub(crate) fn is_of(self, command: &str) -> bool {
        self.commands().is_none_or(|commands| commands.contains(&command))
    }

    /// Whether standard output is one document, so that all else goes to standard error.
    #[must_use]
    pub(crate) const fn is_document(self) -> bool {
        !matches!(self, Self::Human | Self::Github)
    }

    /// What is typed for it.
    #[must_use]
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Reads the formats that a command has.
    pub(crate) fn parser_of(command: &str) -> impl TypedValueParser<Value = Self> + use<> {
        let values = Self::value_variants().iter().filter(|format| format.is_of(command));
        let parser = PossibleValuesParser::new(values.filter_map(Self::to_possible_value));
        parser.try_map(|text| Self::from_str(&text, false))
    }
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
