//! Each finding: a project that has it, and one beside it that has not.

mod annotate;
mod held;
mod hooks;
mod needs;
mod rendering;
mod secrets;
mod sources;
mod targets;
mod values;

use std::cell::RefCell;

use helmsum::internals::diagnostic::Code;

use crate::support::gallery::Gallery;
use crate::support::repo::{GATEWAY, HEADER, HOOK, Repo, gateway, target};

thread_local! {
    /// Where blocks are gathered, while [`in_gallery`] runs.
    static GALLERY: RefCell<Option<Gallery>> = const { RefCell::new(None) };
}

/// Every finding as it is drawn: what the tests of this file had helmsum say.
pub(super) fn in_gallery() -> Gallery {
    GALLERY.set(Some(Gallery::default()));
    sources::missing_source();
    sources::missing_source_counts_as_empty_where_it_is_lowered();
    sources::empty_source();
    targets::unwired_release();
    targets::unwired_release_that_shares_a_file_with_a_directive();
    targets::orphan_target();
    values::unread_directive();
    values::unsearched_values();
    targets::target_is_state();
    targets::shadowed_checksum();
    needs::missing_need();
    needs::missing_need_of_a_release_that_needs_the_consumer();
    needs::missing_need_of_another_state_file_is_a_matter_of_order();
    needs::missing_need_of_files_of_a_directory_that_is_listed();
    needs::missing_need_of_a_release_whose_twin_is_switched_off();
    needs::missing_need_of_a_release_that_reads_the_files();
    needs::missing_need_of_several_releases_that_read_the_files();
    values::unmatched_entry();
    values::hidden_missing_file();
    hooks::hook_misuse();
    hooks::hook_misuse_where_the_consumers_come_first();
    hooks::hook_misuse_is_judged_for_each_consumer();
    hooks::hook_misuse_between_state_files_that_one_lists();
    hooks::hook_misuse_of_hooks_that_single_releases_have();
    annotate::double_wired();
    annotate::unknown_reader();
    annotate::foreign_post_renderer();
    targets::shared_target();
    targets::shared_target_is_a_note_where_every_hook_writes_a_target_that_git_ignores();
    hooks::unverified_state();
    sources::crlf();
    secrets::encrypted_source();
    secrets::encrypted_source_of_other_programs();
    sources::outside_source();
    sources::lfs_pointer();
    sources::lfs_pointer_for_what_git_crypt_has_locked();
    sources::lfs_pointer_in_the_chart_of_a_release();
    sources::header_in_source();
    secrets::guessable_secret();
    held::held();
    rendering::cluster_lookup();
    rendering::unstable_source();
    rendering::incomplete_auto();
    rendering::empty_source_of_an_auto();
    rendering::unmatched_entry_of_an_auto();
    rendering::unstable_template();
    rendering::unstable_template_where_values_are_shared();
    let gallery = GALLERY.take().expect("it was just put there");
    // What needs helm is tried in `tests/real/audit` and `tests/real/diff`.
    let rendered = [
        Code::UnbridgedReference,
        Code::PartialSource,
        Code::InertAnnotation,
        Code::MissedWorkload,
        Code::ConstantChecksum,
        Code::UnstableAnnotation,
        Code::UnauditedRelease,
        Code::UnprovedReference,
        Code::SurplusRestart,
        Code::UnnoticedChange,
        Code::ImmutableChange,
        Code::UncomparedRelease,
    ];
    for code in Code::ALL {
        let elsewhere =
            [Code::StaleChecksum, Code::MissingChecksum].contains(code) || rendered.contains(code);
        assert!(elsewhere || gallery.contains(&format!("[{code}]: ")), "{code} is in the gallery");
    }
    gallery
}

/// Puts what helmsum said into the gallery.
fn shown(heading: &str, repo: Repo) -> Repo {
    GALLERY.with_borrow_mut(|gallery| {
        if let Some(gallery) = gallery {
            gallery.add(heading, &repo);
        }
    });
    repo
}

/// Every finding is shown with its code at its level, and nothing but the expected exit code comes of it.
#[track_caller]
fn has(repo: Repo, code: &str, exits: i32) -> Repo {
    let repo = shown(code, repo.helmsum(["generate"]).exits(exits));
    let level = if exits == 0 { "warning" } else { "error" };
    repo.says(&format!("{level}[{code}]: "))
}

/// The finding is not made, and the run is fine even when it is strict.
#[track_caller]
fn has_not(repo: Repo, code: &str) {
    let repo = repo.helmsum(["generate"]).does_not_say(&format!("[{code}]"));
    repo.helmsum(["generate", "--strict"]).exits(0).does_not_say(&format!("[{code}]"));
}

fn state(from: &str, to: &str) -> String {
    let changed = GATEWAY.replace(from, to);
    assert_ne!(changed, GATEWAY, "{from} is not in the state");
    changed
}

#[test]
fn levels_are_chosen_in_the_configuration() {
    let crlf = || gateway().file("gateway/apis/orders.yaml", "orders: 1\r\n");
    crlf()
        .file("helmsum.yaml", "levels: { crlf: deny }\n")
        .helmsum(["generate"])
        .exits(1)
        .says("error[crlf]");
    crlf()
        .file("helmsum.yaml", "levels: { crlf: allow }\n")
        .helmsum(["generate", "--strict"])
        .exits(0)
        .does_not_say("crlf");
    crlf()
        .file("helmsum.yaml", "levels: { clrf: allow }\n")
        .helmsum(["generate"])
        .exits(1)
        .complains("`clrf`")
        .complains("helmsum.yaml:1:")
        .lacks("gateway/checksum.yaml");
}
