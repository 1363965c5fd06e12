//! Releases whose post-renderer is helmsum.

use crate::state::HelmOptions;

/// Whether helm gives the manifests of a release to `helmsum annotate`, which reads what it declares.
pub(crate) fn is_annotated(helm: &HelmOptions) -> bool {
    is_helmsum(&helm.post_renderer) && annotates(arguments(helm))
}

/// Whether a post-renderer of somebody else gets the arguments of `helmsum annotate`, those of `helmDefaults`.
pub(crate) fn is_foreign(helm: &HelmOptions) -> bool {
    !helm.post_renderer.is_empty() && !is_helmsum(&helm.post_renderer) && annotates(arguments(helm))
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

fn annotates(arguments: &[String]) -> bool {
    let names_release = |argument: &String| argument == "--release" || argument.starts_with("--release=");
    arguments.iter().any(|argument| argument == "annotate") && arguments.iter().any(names_release)
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
            ("", &[], BLOCK, false, false),
            ("./labels.sh", &[], BLOCK, false, true),
            ("./labels.sh", &["--x"], BLOCK, false, false),
            ("./helmsum.sh", &[], &["--x"], false, false),
        ] {
            let helm = helm(program, own, defaults);
            assert_eq!((is_annotated(&helm), is_foreign(&helm)), (annotated, foreign), "{program} {own:?}");
        }
    }
}
