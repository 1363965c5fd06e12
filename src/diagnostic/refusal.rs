//! What helmsum refuses although helmfile may take it, each kind with a stable code.

use std::fmt;

use serde::Serialize;

macro_rules! refusals {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal;)+) => {
        /// Why helmsum does not read what helmfile may read. Names never change and are never used again;
        /// `docs/findings.md` has a row for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
        pub enum Refusal {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl Refusal {
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

refusals! {
    /// The state file that `--file` names is remote, and not in helmfile's cache.
    RemoteState = "remote-state";
    /// A base is remote, and not in helmfile's cache.
    RemoteBase = "remote-base";
    /// A sub-helmfile is remote, and not in helmfile's cache.
    RemoteHelmfile = "remote-helmfile";
    /// A file of values or secrets is remote, and not in helmfile's cache.
    RemoteValues = "remote-values";
    /// Values are written in HCL.
    HclValues = "hcl-values";
    /// A variable makes helmfile read YAML as it did before version 1.1.
    OldYaml = "old-yaml";
    /// A file named `-` stands where helmfile takes that for standard input.
    StandardInput = "standard-input";
    /// A program would have to run, and `--no-exec` forbids it.
    NoExec = "no-exec";
    /// Secrets of an environment have to be decrypted, and they are not those of the work tree.
    EncryptedRevision = "encrypted-revision";
    /// A reference to a secret (`ref+…`) would have to be resolved.
    SecretReference = "secret-reference";
    /// A chart, or one that it depends on, would have to be downloaded.
    RemoteChart = "remote-chart";
    /// helmfile would write a chart of its own for a release.
    UnsupportedChart = "unsupported-chart";
    /// What helm is given depends on which command of helmfile comes later.
    AmbiguousCommand = "ambiguous-command";
    /// A release could only be rendered with a cluster.
    NeedsCluster = "needs-cluster";
    /// A template calls a function or a method that helmsum does not have.
    UnsupportedFunction = "unsupported-function";
    /// A template does something with values for which Go's result is not reproduced.
    UnsupportedTemplate = "unsupported-template";
    /// What Go gives depends on memory or chance.
    UnpredictableResult = "unpredictable-result";
    /// A YAML text is spelled in a way that parsers read differently.
    UnsupportedYaml = "unsupported-yaml";
    /// Something is not UTF-8, and helmsum would have to work with it as text.
    NotUtf8 = "not-utf8";
    /// A template reads a pipe, a socket or a device.
    SpecialFile = "special-file";
    /// State files list each other in a cycle.
    HelmfileCircle = "helmfile-circle";
    /// A limit of time or memory was reached.
    Limit = "limit";
    /// helmsum contradicts itself.
    Defect = "defect";
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}
