//! Which environments a state defines, for whoever named none or another one.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::text::{self, nearest};

/// How many environments a hint names.
const NAMED: usize = 10;

/// What to do where no state file defines the environment `name`, and some define `names`. Nothing where they define none, or it.
#[must_use]
pub(crate) fn instead_of(name: &str, names: &BTreeSet<String>) -> Option<String> {
    if names.is_empty() || names.contains(name) {
        return None;
    }
    if let Some(near) = nearest(name, names.iter().map(String::as_str)) {
        return Some(format!("did you mean `--environment={near}`? {}", listed(names)));
    }
    Some(format!("name one with `--environment`: {}", listed(names)))
}

/// The error of a run that named no environment, where the state defines others than the one that was read for that reason.
pub(super) fn unnamed(error: Diagnostic, names: &BTreeSet<String>) -> Diagnostic {
    match where_unnamed(names) {
        Some(hint) => error.or_hint(hint),
        None => error,
    }
}

/// What to know where nobody named an environment, and the state defines `names`. Nothing where the default is one of them, or
/// the state defines none.
#[must_use]
pub(crate) fn where_unnamed(names: &BTreeSet<String>) -> Option<String> {
    (!names.is_empty() && !names.contains("default")).then(|| {
        format!(
            "without `--environment` it is `default` that is read, and the state does not define it; {}",
            listed(names)
        )
    })
}

fn listed(names: &BTreeSet<String>) -> String {
    let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let are = if shown.len() == 1 { "environment is" } else { "environments are" };
    format!("the {are} {}", text::listed(&shown, NAMED))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn the_nearest_environment_comes_first_and_all_are_listed() {
        let known = names(&["dev", "production"]);
        assert_eq!(
            instead_of("prodution", &known).as_deref(),
            Some("did you mean `--environment=production`? the environments are `dev`, `production`")
        );
        assert_eq!(
            instead_of("x", &known).as_deref(),
            Some("name one with `--environment`: the environments are `dev`, `production`")
        );
        assert_eq!(
            instead_of("x", &names(&["dev"])).as_deref(),
            Some("name one with `--environment`: the environment is `dev`")
        );
        assert_eq!(instead_of("dev", &known), None);
        assert_eq!(instead_of("x", &names(&[])), None);
        let many: BTreeSet<String> = (10..22).map(|number| format!("e{number}")).collect();
        assert!(instead_of("nothing", &many).is_some_and(|hint| hint.ends_with("`e19` and 2 more")));
    }
}
