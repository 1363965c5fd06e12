//! `.helmignore`: which files of a chart helm leaves out (helm's `pkg/ignore/rules.go`).

use crate::go::filepath::matches;

/// The name of the file with the rules.
pub(super) const FILE: &str = ".helmignore";

/// The rules of a chart, with the one that helm always adds.
#[derive(Debug)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    /// The pattern, without what is said by the other fields.
    pattern: String,
    /// `!`: leaves out what does not match.
    negated: bool,
    /// Whether only directories match.
    directory: bool,
    /// What the pattern is held against.
    scope: Scope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// The whole path below the chart.
    Path,
    Name,
}

impl Rules {
    /// The rules of a chart without a file: dot files among the templates are left out.
    pub(super) fn of_none() -> Self {
        Self::parse(b"").unwrap_or(Self(Vec::new()))
    }

    /// Reads a file of rules.
    ///
    /// # Errors
    ///
    /// The line, from 1, and what is wrong with it.
    pub(super) fn parse(text: &[u8]) -> Result<Self, (usize, String)> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut rules = Vec::new();
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let at = |message: &str| (index + 1, message.to_owned());
            let line = std::str::from_utf8(line).map_err(|_| at("the rule is not UTF-8"))?;
            rules.extend(Rule::parse(line).map_err(|message| at(&message))?);
        }
        rules.extend(Rule::parse("templates/.?*").unwrap_or_default());
        Ok(Self(rules))
    }

    /// Whether helm leaves out what is at this path below the chart.
    pub(super) fn ignores(&self, path: &str, is_directory: bool) -> bool {
        for rule in &self.0 {
            let hit = (is_directory || !rule.directory) && rule.matches(path);
            if hit != rule.negated {
                return true;
            }
        }
        false
    }
}

impl Rule {
    fn parse(line: &str) -> Result<Option<Self>, String> {
        let rule = line.trim();
        if rule.is_empty() || rule.starts_with('#') {
            return Ok(None);
        }
        if rule.contains("**") {
            return Err(format!("`{rule}` has `**`, which helm refuses in `{FILE}`"));
        }
        if matches(rule, "abc").is_err() {
            return Err(format!("`{rule}` is a malformed pattern, which helm refuses in `{FILE}`"));
        }
        let (negated, rule) = rule.strip_prefix('!').map_or((false, rule), |rule| (true, rule));
        let (directory, rule) = rule.strip_suffix('/').map_or((false, rule), |rule| (true, rule));
        if rule.starts_with("//") {
            return Err(format!("`{rule}` means something else to helm each time that it is looked at"));
        }
        let (scope, pattern) = match rule.strip_prefix('/') {
            Some(rest) => (Scope::Path, rest),
            None if rule.contains('/') => (Scope::Path, rule),
            None => (Scope::Name, rule),
        };
        Ok(Some(Self { pattern: pattern.to_owned(), negated, directory, scope }))
    }

    fn matches(&self, path: &str) -> bool {
        let subject = match self.scope {
            Scope::Path => path,
            Scope::Name => path.rsplit('/').next().unwrap_or(path),
        };
        // A pattern that lost its `!` can be malformed; helm then takes it for no match.
        matches(&self.pattern, subject).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    #[test]
    fn rules_leave_out_what_they_leave_out_for_helm() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/helm/ignore.json");
        let text = fs_err::read_to_string(path).expect("vectors");
        let vectors: Vec<Json> = serde_json::from_str(&text).expect("vectors are JSON");
        let list = |vector: &Json| -> Vec<String> {
            serde_json::from_value(vector["out"].clone()).expect("a list of paths")
        };
        let paths = list(vectors.last().expect("the paths come last"));
        let mut compared = 0;
        for vector in &vectors[..vectors.len() - 1] {
            let rules = vector["in"].as_str().expect("a text");
            match Rules::parse(rules.as_bytes()) {
                Ok(parsed) => {
                    assert!(vector["err"].is_null(), "helm refuses {rules:?}");
                    let left_out = paths
                        .iter()
                        .filter(|path| parsed.ignores(path.trim_end_matches('/'), path.ends_with('/')));
                    assert_eq!(
                        left_out.collect::<Vec<_>>(),
                        list(vector).iter().collect::<Vec<_>>(),
                        "{rules:?}"
                    );
                    compared += 1;
                }
                Err((_, message)) => assert!(!vector["err"].is_null(), "{rules:?}: {message}"),
            }
        }
        assert!(compared >= 60, "{compared}");
    }

    #[test]
    fn a_rule_that_helm_reads_differently_each_time_is_refused() {
        assert_eq!(Rules::parse(b"a\n//b\n").expect_err("refused").0, 2);
    }
}
