//! The sources of one release together: what counts once, and what cannot be told apart.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{Options, Source, What};
use crate::diagnostic::{Diagnostic, Mistake};

/// Two sources that the checksum could not tell apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Clash {
    /// One name for two sources.
    #[error("the name `{label}` is given to two sources, here and at {}", first.place)]
    Name {
        label: String,
        /// The source that had it first.
        first: Box<Source>,
        second: Box<Source>,
    },
    /// One label for two sources.
    #[error("`{label}` stands for two sources, here and at {}", first.place)]
    Label {
        label: String,
        /// The source that had it first.
        first: Box<Source>,
        second: Box<Source>,
    },
}

impl Clash {
    /// The error as the report shows it.
    #[must_use]
    pub(crate) fn diagnostic(&self) -> Diagnostic {
        let problem = Diagnostic::mistake(Mistake::SourceClash, self.to_string());
        match self {
            Self::Name { second, .. } => problem
                .at(second.place.clone())
                .hint("give one of them another name, as in `# helmsum: ./apis as apis`"),
            Self::Label { first, second, .. } => {
                let hint = if same_place(first, second) && first.options.from != second.options.from {
                    "they come from different releases: add `as NAME` to one of them"
                } else if same_place(first, second) {
                    "their options differ: drop one, or add `as NAME` to one of them"
                } else {
                    "they are different paths: add `as NAME` to one of them"
                };
                problem.at(second.place.clone()).hint(hint)
            }
        }
    }
}

/// Settles the sources of a release: the same path with the same options counts once, and no two have one label.
///
/// Of the same path under several labels, those with names stay; without any, the label that sorts first. So the result
/// does not depend on the order of the values files, but for the order of the sources themselves, which stays as declared.
///
/// # Errors
///
/// Where two different sources would have one label.
pub(crate) fn collect(declared: Vec<Source>) -> Result<Vec<Source>, Clash> {
    let mut kept: Vec<Source> = Vec::new();
    // Which of them stand for the same thing in the same way.
    let mut alike: BTreeMap<(What, Options), Vec<usize>> = BTreeMap::new();
    for source in declared {
        let twins = alike.entry(meaning(&source)).or_default();
        match (&source.name, twins.as_slice()) {
            (_, []) => {}
            (None, [first, ..]) => {
                let first = &mut kept[*first];
                if first.name.is_none() && source.label() < first.label() {
                    *first = source;
                }
                continue;
            }
            (Some(_), several) => {
                if several.iter().any(|at| kept[*at].name == source.name) {
                    continue;
                }
                if let Some(unnamed) = several.iter().find(|at| kept[**at].name.is_none()) {
                    kept[*unnamed] = source;
                    continue;
                }
            }
        }
        twins.push(kept.len());
        kept.push(source);
    }
    let mut labels: BTreeMap<String, &Source> = BTreeMap::new();
    for second in &kept {
        match labels.entry(second.label()) {
            Entry::Vacant(label) => {
                label.insert(second);
            }
            Entry::Occupied(label) => return Err(clash(label.key().clone(), label.get(), second)),
        }
    }
    Ok(kept)
}

fn clash(label: String, first: &Source, second: &Source) -> Clash {
    let named = first.name.is_some() && second.name.is_some();
    let (first, second) = (Box::new(first.clone()), Box::new(second.clone()));
    if named { Clash::Name { label, first, second } } else { Clash::Label { label, first, second } }
}

/// What a source stands for, with its path whole, and how.
fn meaning(source: &Source) -> (What, Options) {
    let what = match source.path() {
        Some(path) => What::Path(path.into_string()),
        None => source.what.clone(),
    };
    (what, source.options.clone())
}

fn same_place(one: &Source, other: &Source) -> bool {
    meaning(one).0 == meaning(other).0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::Place;

    fn source(directory: &str, words: &str) -> Source {
        let file = format!("{directory}/values.yaml");
        Source::parse(words, directory.into(), Place::line(file, 1), &mut super::super::Render::Never)
            .expect("it can be read")
    }

    fn labels(declared: &[(&str, &str)]) -> Vec<String> {
        let declared = declared.iter().map(|(directory, words)| source(directory, words)).collect();
        collect(declared).expect("no clash").iter().map(Source::label).collect()
    }

    #[test]
    fn the_same_path_with_the_same_options_counts_once() {
        assert_eq!(labels(&[("/r", "./a"), ("/r", "a/")]), ["./a"]);
        assert_eq!(labels(&[("/r", "./a exclude=*.md"), ("/r", "./b/../a exclude=*.md")]), ["./a"]);
        assert_eq!(labels(&[("/r/v", "../a"), ("/r", "a")]), ["../a"], "the label that sorts first stays");
        assert_eq!(labels(&[("/r", "a"), ("/r/v", "../a")]), ["../a"], "in whatever order they come");
        assert_eq!(labels(&[("/r", "./a"), ("/r", "./b")]), ["./a", "./b"]);
    }

    #[test]
    fn names_stay_and_take_the_place_of_labels() {
        assert_eq!(labels(&[("/r", "./a"), ("/r", "./a as x")]), ["x"]);
        assert_eq!(labels(&[("/r", "./a as x"), ("/r", "./a")]), ["x"]);
        assert_eq!(labels(&[("/r", "./a as x"), ("/r", "./a as x")]), ["x"]);
        assert_eq!(labels(&[("/r", "./a as x"), ("/r", "./a as y")]), ["x", "y"]);
    }

    #[test]
    fn digests_are_labelled_by_themselves() {
        let digest = "ab".repeat(32);
        let upper = digest.to_uppercase();
        assert_eq!(
            labels(&[("/r", &format!("sha256:{upper}")), ("/s", &format!("sha256:{digest}"))]),
            [format!("sha256:{digest}")]
        );
    }

    fn clash(one: (&str, &str), other: (&str, &str)) -> Clash {
        collect(vec![source(one.0, one.1), source(other.0, other.1)]).expect_err("they clash")
    }

    #[test]
    fn two_sources_never_share_a_label() {
        let error = clash(("/r", "./a"), ("/s", "./a"));
        assert!(matches!(&error, Clash::Label { label, .. } if label == "./a"));
        assert_eq!(error.to_string(), "`./a` stands for two sources, here and at /r/values.yaml:1");
        assert!(error.diagnostic().hint.as_deref().expect("a hint").contains("as NAME"));
        let error = clash(("/r", "./a"), ("/r", "./a eol=lf"));
        assert!(error.diagnostic().hint.as_deref().expect("a hint").contains("options differ"));
        assert!(matches!(clash(("/r", "./a as x"), ("/r", "./b as x")), Clash::Name { .. }));
        assert!(matches!(clash(("/r", "./a as x"), ("/r", "./a as x eol=lf")), Clash::Name { .. }));
    }

    #[test]
    fn every_option_counts_for_sameness() {
        for options in [
            "exclude=*.md",
            "eol=lf",
            "parse=yaml",
            "optional=true",
            "from=x",
            "from=y/x",
            "decrypt=sops",
            "secret=true",
        ] {
            let Clash::Label { .. } = clash(("/r", "./a"), ("/r", &format!("./a {options}"))) else {
                panic!("{options}");
            };
        }
        assert!(super::super::Options::default().written().is_empty());
        let all = source(
            "/r",
            "./a exclude=x exclude=y eol=lf parse=yaml optional=true from=n/r decrypt=sops secret=true",
        )
        .options;
        let written: Vec<String> =
            all.written().iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(
            written,
            [
                "exclude=x",
                "exclude=y",
                "eol=lf",
                "parse=yaml",
                "optional=true",
                "from=n/r",
                "decrypt=sops",
                "secret=true"
            ]
        );
    }

    /// What `collect` promises, comparing each source with each.
    fn compared_one_by_one(declared: Vec<Source>) -> Option<Vec<Source>> {
        let same = |one: &Source, other: &Source| same_place(one, other) && one.options == other.options;
        let mut kept: Vec<Source> = Vec::new();
        for source in declared {
            let twins: Vec<usize> = (0..kept.len()).filter(|at| same(&kept[*at], &source)).collect();
            let unnamed = twins.iter().copied().find(|at| kept[*at].name.is_none());
            match (&source.name, twins.first()) {
                (_, None) => kept.push(source),
                (None, Some(first)) => {
                    if unnamed == Some(*first) && source.label() < kept[*first].label() {
                        kept[*first] = source;
                    }
                }
                (Some(_), Some(_)) if twins.iter().any(|at| kept[*at].name == source.name) => {}
                (Some(_), Some(_)) => match unnamed {
                    Some(unnamed) => kept[unnamed] = source,
                    None => kept.push(source),
                },
            }
        }
        let labels: std::collections::BTreeSet<String> = kept.iter().map(Source::label).collect();
        (labels.len() == kept.len()).then_some(kept)
    }

    proptest! {
        #[test]
        fn many_sources_are_settled_as_if_compared_one_by_one(
            picked in prop::collection::vec((0_usize..2, 0_usize..5, 0_usize..3, 0_usize..3), 0..9),
        ) {
            let declared: Vec<Source> = picked
                .into_iter()
                .map(|(directory, path, name, options)| {
                    let words = format!(
                        "{} {} {}",
                        ["./a", "../a", "a/../a", "b", "configmap:x"][path],
                        ["", "as x", "as y"][name],
                        ["", "from=x", "from=y"][options],
                    );
                    source(["/r", "/r/v"][directory], words.trim())
                })
                .collect();
            prop_assert_eq!(collect(declared.clone()).ok(), compared_one_by_one(declared));
        }
    }
}
