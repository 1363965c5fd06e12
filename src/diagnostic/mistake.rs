//! What can be wrong with what somebody wrote for helmsum, each kind with a stable code.

use std::fmt;

use serde::Serialize;

macro_rules! mistakes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal;)+) => {
        /// A mistake in a directive, in `helmsum.yaml` or in a file that it names. Names never change and are never used again;
        /// `docs/findings.md` has a row for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
        pub enum Mistake {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl Mistake {
            /// Every code, in the order of the manual.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

mistakes! {
    /// A comment is nearly a directive, or a directive is not on a line of its own.
    DirectiveForm = "directive-form";
    /// The words of a source cannot be read.
    SourceSyntax = "source-syntax";
    /// A template in the words of a source fails, gives something made from a secret, or stands where nothing is rendered.
    SourceTemplate = "source-template";
    /// An option of a source is unknown, repeated, or has a value that it does not take.
    SourceOption = "source-option";
    /// What a source names cannot exist.
    SourceKind = "source-kind";
    /// Two sources of a release would have one label.
    SourceClash = "source-clash";
    /// `helmsum.yaml` cannot be read, or the file has another name.
    ConfigFile = "config-file";
    /// `helmsum.yaml` does not have the form that it should have.
    ConfigSyntax = "config-syntax";
    /// A value in `helmsum.yaml` means nothing, or contradicts another one.
    ConfigValue = "config-value";
    /// The template of a target fails, or does not render to a target.
    TargetTemplate = "target-template";
    /// The file with the key for secrets cannot be used.
    KeyFile = "key-file";
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}
