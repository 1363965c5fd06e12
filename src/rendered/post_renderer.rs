//! What helm gives the manifests of a release to.

use crate::state::HelmOptions;

/// Whether helm gives the manifests of a release to `helmsum annotate`, which reads what it declares.
pub(crate) fn is_annotated(helm: &HelmOptions) -> bool {
    is_helmsum(&helm.post_renderer) && annotates(arguments(helm))
}

/// Whether that counts warnings as errors.
pub(crate) fn is_annotated_strictly(helm: &HelmOptions) -> bool {
    is_annotated(helm) && own(arguments(helm)).iter().any(|argument| argument == "--strict")
}

/// Whether a post-renderer of somebody else gets the arguments of `helmsum annotate`, those of `helmDefaults`.
pub(crate) fn is_foreign(helm: &HelmOptions) -> bool {
    !helm.post_renderer.is_empty() && !is_helmsum(&helm.post_renderer) && annotates(arguments(helm))
}

/// Whether `helmsum annotate` is all that changes the manifests of a release, so that without it they are the same but for checksums.
pub(super) fn adds_only_checksums(helm: &HelmOptions) -> bool {
    is_annotated(helm) && program_before(arguments(helm)).is_empty()
}

/// The other program that `helmsum annotate` runs first, with its arguments: what stands after `--`. Empty where there is none.
pub(super) fn program_before(arguments: &[String]) -> &[String] {
    let after = arguments.iter().position(|argument| argument == "--").map(|at| at + 1);
    after.and_then(|at| arguments.get(at..)).unwrap_or_default()
}

/// A program, or the plugin of Helm 4 of that name.
fn is_helmsum(program: &str) -> bool {
    program.rsplit('/').next() == Some("helmsum")
}

/// The arguments as they are written: those of `helmDefaults` are templates, in which these words stand as they are.
fn arguments(helm: &HelmOptions) -> &[String] {
    if helm.post_renderer_args.is_empty() {
        &helm.default_post_renderer_args
    } else {
        &helm.post_renderer_args
    }
}

/// The arguments that are for helmsum itself.
fn own(arguments: &[String]) -> &[String] {
    arguments.split(|argument| argument == "--").next().unwrap_or_default()
}

fn annotates(arguments: &[String]) -> bool {
    let own = own(arguments);
    let names_release = |argument: &String| argument == "--release" || argument.starts_with("--release=");
    own.iter().any(|argument| argument == "annotate") && own.iter().any(names_release)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn helm(program: &str, own: &[&str], defaults: &[&str]) -> HelmOptions {
        let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        HelmOptions {
            post_renderer: program.to_owned(),
            post_renderer_args: texts(own),
            default_post_renderer_args: texts(defaults),
            ..HelmOptions::default()
        }
    }

    #[test]
    fn a_release_is_annotated_by_helmsum_with_its_arguments() {
        const BLOCK: &[&str] = &["annotate", "--release={{ .Release.Name }}"];
        for (program, own, defaults, annotated, foreign) in [
            ("helmsum", BLOCK, &[][..], true, false),
            ("/usr/bin/helmsum", &["annotate", "--release", "web"], &[], true, false),
            ("helmsum", &[], BLOCK, true, false),
            ("helmsum", &["annotate"], BLOCK, false, false),
            ("helmsum", &["annotate", "--", "x", "--release=web"], &[], false, false),
            ("", &[], BLOCK, false, false),
            ("./labels.sh", &[], BLOCK, false, true),
            ("./labels.sh", &["--x"], BLOCK, false, false),
            ("./helmsum.sh", &[], &["--x"], false, false),
        ] {
            let helm = helm(program, own, defaults);
            assert_eq!((is_annotated(&helm), is_foreign(&helm)), (annotated, foreign), "{program} {own:?}");
        }
    }

    #[test]
    fn another_program_stands_after_two_dashes() {
        for (own, program) in [
            (&["annotate", "--release=web"][..], &[][..]),
            (&["annotate", "--release=web", "--"], &[]),
            (&["annotate", "--release=web", "--", "./labels.sh", "--", "-x"], &["./labels.sh", "--", "-x"]),
        ] {
            let helm = helm("helmsum", own, &[]);
            assert_eq!(program_before(&helm.post_renderer_args), program);
            assert_eq!(adds_only_checksums(&helm), program.is_empty());
        }
        assert!(!adds_only_checksums(&helm("labels", &[], &[])));
    }
}
