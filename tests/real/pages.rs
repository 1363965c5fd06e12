//! Pages with commands of helmfile or helm, followed to their ends.

use crate::kinds::sops::SOPS;
use crate::support::page::Page;
use crate::support::programs::{self, KUSTOMIZE};
use crate::support::replay::{Tools, replay};
use crate::support::sandbox::Sandbox;

/// Where helmfile, helm and what else pages name can be called.
fn sandbox() -> Option<Sandbox> {
    let toolsets = [&programs::HELMFILE, programs::helm(), &SOPS, &KUSTOMIZE];
    Some(Sandbox::new(&programs::find(&toolsets, &["git"])?, &[]))
}

#[test]
fn every_page_can_be_followed_with_helmfile() {
    let mut ran = 0;
    for page in Page::all() {
        let Some(sandbox) = sandbox() else { return };
        ran += replay(&sandbox, &page, Tools::There);
    }
    assert!(ran > 80, "{ran} commands");
}

#[test]
fn commands_of_helmfile_in_sentences_have_options_that_exist() {
    let Some(sandbox) = sandbox() else { return };
    let project = sandbox.import("examples/gateway", "gateway");
    let mut count = 0;
    for page in Page::all() {
        for command in page.inline_commands("helmfile") {
            let run = sandbox.run(&project, "helmfile", command.split_whitespace().skip(1).chain(["--help"]));
            assert!(run.success(), "{}: `{command}`: {}", page.name, run.told());
            count += 1;
        }
    }
    assert!(count > 20, "{count} commands");
}
