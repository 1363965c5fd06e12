//! Findings: what the user should know, each with a stable code and a level.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Diagnostic;

/// How bad a finding is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not shown.
    Allow,
    /// Shown, and no more: not counted as a warning, and not raised by `--strict`.
    Note,
    /// Shown.
    Warn,
    /// Shown, and the run fails; the target of the release stays as it was.
    Deny,
}

impl fmt::Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Allow => "allow",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Deny => "deny",
        })
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $level:ident;)+) => {
        /// The kinds of findings. Names never change and are never used again; `docs/findings.md` has a section for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum Code {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl Code {
            /// Every code, in the order of the manual.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in reports and in `levels:`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The level where the user has not chosen one.
            #[must_use]
            pub const fn default_level(self) -> Level {
                match self { $(Self::$variant => Level::$level),+ }
            }
        }
    };
}

codes! {
    /// A declared path does not exist.
    MissingSource = "missing-source", Deny;
    /// A source in which no file counts.
    EmptySource = "empty-source", Warn;
    /// Sources, but no target among the release's values.
    UnwiredRelease = "unwired-release", Deny;
    /// A target among the release's own values, but no sources.
    OrphanTarget = "orphan-target", Warn;
    /// A directive where nobody reads it.
    UnreadDirective = "unread-directive", Deny;
    /// A values template that may bring a directive in could not be rendered, so it was not searched.
    UnsearchedValues = "unsearched-values", Warn;
    /// A file that helmfile would load as a state file.
    TargetIsState = "target-is-state", Deny;
    /// Something else of the release sets the same key.
    ShadowedChecksum = "shadowed-checksum", Warn;
    /// A source belongs to a release that the consumer does not need.
    MissingNeed = "missing-need", Warn;
    /// What somebody wrote about a release or a file that does not exist.
    UnmatchedEntry = "unmatched-entry", Warn;
    /// The recorded checksum differs from the computed one.
    StaleChecksum = "stale-checksum", Deny;
    /// The target does not exist or records no checksum.
    MissingChecksum = "missing-checksum", Deny;
    /// `missingFileHandler` would hide a missing target.
    HiddenMissingFile = "hidden-missing-file", Warn;
    /// A hook that runs helmsum in a way that does not do what it seems to.
    HookMisuse = "hook-misuse", Warn;
    /// An annotation that `annotate` would add is there with another value.
    DoubleWired = "double-wired", Deny;
    /// Nobody knows which workloads read a source.
    UnknownReader = "unknown-reader", Deny;
    /// The arguments of `annotate` reach a post-renderer of somebody else.
    ForeignPostRenderer = "foreign-post-renderer", Deny;
    /// One target for several environments in which the consumer has other sources.
    SharedTarget = "shared-target", Warn;
    /// What helmfile read is not what helmsum read.
    UnverifiedState = "unverified-state", Deny;
    /// Text with CRLF line breaks is hashed as it is.
    Crlf = "crlf", Warn;
    /// A SOPS-encrypted file is hashed as ciphertext.
    EncryptedSource = "encrypted-source", Warn;
    /// A source or a link that leads outside the repository.
    OutsideSource = "outside-source", Deny;
    /// A Git LFS pointer instead of the file.
    LfsPointer = "lfs-pointer", Deny;
    /// A file with helmsum's header that is hashed, since it is not a target.
    HeaderInSource = "header-in-source", Note;
    /// A digest of a secret that somebody could find the secret from.
    GuessableSecret = "guessable-secret", Warn;
    /// Data of a rendered source that the cluster decides.
    ClusterLookup = "cluster-lookup", Deny;
    /// Data of a rendered source that differs each time it is rendered.
    UnstableSource = "unstable-source", Deny;
    /// Pods read something that an `auto` cannot compute.
    IncompleteAuto = "incomplete-auto", Warn;
    /// The state used a random or clock function, or templates change `.Values` in an order that is not fixed.
    UnstableTemplate = "unstable-template", Warn;
    /// Pods read an object of another release, and nothing restarts them when it changes.
    UnbridgedReference = "unbridged-reference", Deny;
    /// Path sources contain only some of the files that an object is made of.
    PartialSource = "partial-source", Deny;
    /// A checksum that arrives at no pod that it would restart.
    InertAnnotation = "inert-annotation", Deny;
    /// A workload reads what a source contains, and the checksum does not arrive there.
    MissedWorkload = "missed-workload", Deny;
    /// A checksum on a pod template that is the hash of nothing.
    ConstantChecksum = "constant-checksum", Deny;
    /// A checksum on a pod template that is another one at each rendering.
    UnstableAnnotation = "unstable-annotation", Warn;
    /// A checksum that stays as it is recorded, as `hold:` says.
    Held = "held", Note;
    /// Releases that could not be rendered, so that nobody knows what their pods read.
    UnauditedRelease = "unaudited-release", Warn;
    /// Pods stay with a change of what makes an object that they read.
    UnprovedReference = "unproved-reference", Deny;
    /// Pods restart with a change of something that they do not read.
    SurplusRestart = "surplus-restart", Warn;
    /// The data of an object change that a workload reads, and its pods stay.
    UnnoticedChange = "unnoticed-change", Deny;
    /// An immutable object that is to change.
    ImmutableChange = "immutable-change", Deny;
    /// A release that is not compared with what it was.
    UncomparedRelease = "uncompared-release", Warn;
}

impl Code {
    /// The code of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl Code {
    /// Whether its level cannot be chosen: helm stops at it, whatever anybody wishes.
    #[must_use]
    pub(crate) const fn is_fixed(self) -> bool {
        matches!(self, Self::DoubleWired | Self::UnknownReader)
    }

    /// Whether it is about what lies between two revisions, which only a comparison finds.
    #[must_use]
    pub(crate) const fn is_of_diff(self) -> bool {
        matches!(self, Self::UnnoticedChange | Self::ImmutableChange | Self::UncomparedRelease)
    }

    /// Whether it is about what pods read, which only an audit finds.
    #[must_use]
    pub(crate) const fn is_of_audit(self) -> bool {
        matches!(
            self,
            Self::UnbridgedReference
                | Self::PartialSource
                | Self::InertAnnotation
                | Self::MissedWorkload
                | Self::ConstantChecksum
                | Self::UnstableAnnotation
                | Self::UnauditedRelease
                | Self::UnprovedReference
                | Self::SurplusRestart
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

/// The levels the user chose: `levels:` in `helmsum.yaml`, and `--strict` over them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Levels {
    /// Chosen levels by code.
    pub chosen: BTreeMap<Code, Level>,
    /// Whether warnings count as denied.
    pub strict: bool,
    /// Whether helmfile renders all values files once helmsum is done, as in a hook of a command that renders. What cannot be rendered elsewhere, for want
    /// of a secret, is not a reason to fail: without this, `strict` does not raise [`Code::UnsearchedValues`].
    pub before_rendering: bool,
}

impl Levels {
    /// The level at which a finding of this code and own level is shown.
    #[must_use]
    pub(crate) fn level_of(&self, code: Code, own: Level) -> Level {
        if code.is_fixed() {
            return own;
        }
        match self.chosen.get(&code).copied().unwrap_or(own) {
            Level::Warn if self.strict && (self.before_rendering || code != Code::UnsearchedValues) => {
                Level::Deny
            }
            level => level,
        }
    }

    /// Whether it makes the run fail as it will be shown.
    #[must_use]
    pub(crate) fn denies(&self, diagnostic: &Diagnostic) -> bool {
        let level = diagnostic.code().map_or(diagnostic.level, |code| self.level_of(code, diagnostic.level));
        level == Level::Deny
    }

    /// The diagnostic as it will be shown, or nothing where it was allowed. Levels are chosen for findings only.
    #[must_use]
    pub(crate) fn settle(&self, diagnostic: Diagnostic) -> Option<Diagnostic> {
        let Some(code) = diagnostic.code() else { return Some(diagnostic) };
        match self.level_of(code, diagnostic.level) {
            Level::Allow => None,
            level => Some(diagnostic.level(level)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back_to_their_code() {
        for code in Code::ALL {
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
    }

    #[test]
    fn strict_denies_warnings_but_not_what_is_allowed() {
        let chosen = [(Code::Crlf, Level::Allow), (Code::MissingSource, Level::Warn)].into();
        let levels = Levels { chosen, strict: true, before_rendering: false };
        assert_eq!(levels.settle(Diagnostic::finding(Code::Crlf, "")), None);
        assert_eq!(levels.level_of(Code::EmptySource, Level::Warn), Level::Deny);
        assert_eq!(levels.level_of(Code::MissingSource, Level::Deny), Level::Deny);
        let lenient = Levels { strict: false, ..levels };
        assert_eq!(lenient.level_of(Code::MissingSource, Level::Deny), Level::Warn);
        let noted = Levels { chosen: [(Code::Crlf, Level::Note)].into(), strict: true, ..Levels::default() };
        assert_eq!(noted.level_of(Code::Crlf, Level::Warn), Level::Note);
    }

    #[test]
    fn strict_denies_unsearched_values_only_where_helmfile_renders_them_next() {
        let code = Code::UnsearchedValues;
        let by_hand = Levels { strict: true, ..Levels::default() };
        assert_eq!(by_hand.level_of(code, Level::Warn), Level::Warn);
        assert_eq!(by_hand.level_of(code, Level::Deny), Level::Deny);
        let in_hook = Levels { before_rendering: true, ..by_hand };
        assert_eq!(in_hook.level_of(code, Level::Warn), Level::Deny);
        assert_eq!(Levels { strict: false, ..in_hook }.level_of(code, Level::Warn), Level::Warn);
    }
}
