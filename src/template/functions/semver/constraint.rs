//! Constraints such as `>=1.2, <2 || ~3.1`.

use std::sync::LazyLock;

use regex::Regex;

use super::version::{Version, compare_pre_releases};
use crate::go::strconv::quote;

/// The longest text that is taken for constraints.
const MAX_LENGTH: usize = 512;

/// The most alternatives.
const MAX_ALTERNATIVES: usize = 32;

/// White space as RE2 has it.
const BLANK: &str = r"[\t\n\f\r ]";

/// A version in a constraint: parts may be wildcards. Groups: the three parts and the pre-release with its hyphen.
const WILD_VERSION: &str = concat!(
    r"v?([0-9|xX*]+)(\.[0-9|xX*]+)?(\.[0-9|xX*]+)?(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?",
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
);

/// The operators. The empty one comes second; a longer one is found because nothing else matches then.
const OPERATORS: &str = "=||!=|>|<|>=|=>|<=|=<|~|~>|\\^";

struct Patterns {
    /// One constraint, whole.
    single: Regex,
    /// A constraint among others.
    any: Regex,
    /// Constraints separated by spaces or commas.
    all: Regex,
    /// `1.2 - 1.4`
    range: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let (blank, operators, version) = (BLANK, OPERATORS, WILD_VERSION);
    let one = format!("(?:{operators}){blank}*(?:{version})");
    Some(Patterns {
        single: Regex::new(&format!("^{blank}*({operators}){blank}*({version}){blank}*$")).ok()?,
        any: Regex::new(&one).ok()?,
        all: Regex::new(&format!("^{blank}*{one}{blank}*(?:(?:{blank}+|,{blank}*){one}{blank}*)*$")).ok()?,
        range: Regex::new(&format!("{blank}*(?P<low>{version}){blank}+-{blank}+(?P<high>{version}){blank}*"))
            .ok()?,
    })
});

/// Alternatives, each a list of constraints that must all hold.
pub(super) struct Constraints(Vec<Vec<Constraint>>);

struct Constraint {
    operator: String,
    version: Version,
    /// Some part is missing or a wildcard.
    open: bool,
    /// The minor version is the first such part.
    open_minor: bool,
    /// The patch version is the first such part.
    open_patch: bool,
}

impl Constraints {
    /// `semver.NewConstraint`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let patterns = PATTERNS.as_ref().ok_or("constraint parser error")?;
        if text.len() > MAX_LENGTH {
            return Err(format!("constraint string is too long (max {MAX_LENGTH} bytes)"));
        }
        let text = patterns.with_ranges_rewritten(text);
        let alternatives: Vec<&str> = text.split("||").collect();
        if alternatives.len() > MAX_ALTERNATIVES {
            return Err(format!("too many constraint groups (max {MAX_ALTERNATIVES})"));
        }
        alternatives.into_iter().map(|group| patterns.group(group)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a version satisfies one of the alternatives.
    pub(super) fn admit(&self, version: &Version) -> bool {
        self.0.iter().any(|group| {
            // Pre-releases only count where the group names one.
            let with_pre = group.iter().any(|constraint| !constraint.version.pre.is_empty());
            (version.pre.is_empty() || with_pre) && group.iter().all(|constraint| constraint.admits(version))
        })
    }
}

impl Patterns {
    fn with_ranges_rewritten(&self, text: &str) -> String {
        let mut rewritten = text.to_owned();
        for range in self.range.captures_iter(text) {
            let pair = format!(">= {}, <= {} ", &range["low"], &range["high"]);
            rewritten = rewritten.replacen(&range[0], &pair, 1);
        }
        rewritten
    }

    fn group(&self, text: &str) -> Result<Vec<Constraint>, String> {
        if !self.all.is_match(text) {
            return Err(format!("improper constraint: {}", quote(text.as_bytes(), false)));
        }
        self.any.find_iter(text).map(|found| self.constraint(found.as_str())).collect()
    }

    fn constraint(&self, text: &str) -> Result<Constraint, String> {
        let parts = self
            .single
            .captures(text)
            .ok_or_else(|| format!("improper constraint: {}", quote(text.as_bytes(), false)))?;
        let part = |at: usize| parts.get(at).map_or("", |part| part.as_str());
        let is_open = |part: &str| matches!(part.trim_start_matches('.'), "" | "x" | "X" | "*");
        let (major, minor, patch, pre) = (part(3), part(4), part(5), part(6));
        let open_minor = !is_open(major) && is_open(minor);
        let open_patch = !is_open(major) && !open_minor && is_open(patch);
        let version = if is_open(major) {
            format!("0.0.0{pre}")
        } else if open_minor {
            format!("{major}.0.0{pre}")
        } else if open_patch {
            format!("{major}{minor}.0{pre}")
        } else {
            part(2).to_owned()
        };
        Ok(Constraint {
            operator: part(1).to_owned(),
            version: Version::parse(&version).map_err(|_| "constraint parser error")?,
            open: is_open(major) || open_minor || open_patch,
            open_minor,
            open_patch,
        })
    }
}

impl Constraint {
    fn admits(&self, version: &Version) -> bool {
        let order = version.compare(&self.version);
        match self.operator.as_str() {
            "!=" => self.differs(version),
            ">" => self.is_below(version),
            "<" => order.is_lt(),
            ">=" | "=>" => order.is_ge(),
            "<=" | "=<" if self.open => {
                version.major <= self.version.major
                    && (version.major != self.version.major
                        || version.minor <= self.version.minor
                        || self.open_minor)
            }
            "<=" | "=<" => order.is_le(),
            "~" | "~>" => self.is_near(version),
            "^" => self.is_compatible(version),
            _ if self.open => self.is_near(version),
            _ => order.is_eq(),
        }
    }

    fn differs(&self, version: &Version) -> bool {
        if !self.open {
            return version.compare(&self.version).is_ne();
        }
        if version.major != self.version.major {
            return true;
        }
        if self.open_minor {
            return false;
        }
        if version.minor != self.version.minor {
            return true;
        }
        if self.open_patch {
            return compare_pre_releases(&version.pre, &self.version.pre).is_ne();
        }
        version.patch != self.version.patch || version.compare(&self.version).is_ne()
    }

    /// `>`: with an open part the whole range that it stands for is not greater.
    fn is_below(&self, version: &Version) -> bool {
        if !self.open || version.major == self.version.major && !self.open_minor && !self.open_patch {
            return version.compare(&self.version).is_gt();
        }
        version.major > self.version.major
            || version.major == self.version.major && !self.open_minor && version.minor > self.version.minor
    }

    /// `~`: at least this version, and the same down to the last part that is given.
    fn is_near(&self, version: &Version) -> bool {
        if version.compare(&self.version).is_lt() {
            return false;
        }
        let own = &self.version;
        if (own.major, own.minor, own.patch) == (0, 0, 0) && !self.open_minor && !self.open_patch {
            return true;
        }
        version.major == own.major && (version.minor == own.minor || self.open_minor)
    }

    /// `^`: at least this version, and the same up to the first part that is not zero.
    fn is_compatible(&self, version: &Version) -> bool {
        if version.compare(&self.version).is_lt() {
            return false;
        }
        let own = &self.version;
        if own.major > 0 || self.open_minor {
            return version.major == own.major;
        }
        if version.major > 0 {
            return false;
        }
        if own.minor > 0 || self.open_patch {
            return version.minor == own.minor;
        }
        version.minor == 0 && own.patch == version.patch
    }
}
