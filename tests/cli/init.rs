//! `helmsum init` where there is nothing that it could look at. What it does is in `tests/real/init`.

use crate::support::repo::gateway;

#[test]
fn a_word_that_is_neither_a_release_nor_a_path_is_refused() {
    let repo =
        gateway().helmsum(["init", "nope"]).exits(1).complains("error: `nope` is no release and no path\n");
    let repo = repo.complains("help: releases are `edge/gateway`\n");
    let repo =
        repo.helmsum(["init", "nope", "./gateway"]).exits(1).complains("`nope` is no release and no path\n");
    let repo = repo.helmsum(["init", "gatway"]).exits(1).complains("help: did you mean `gateway`?\n");
    repo.helmsum(["init", "other/gateway"]).exits(1).complains("help: there is `edge/gateway`\n");
}

#[test]
fn a_path_needs_a_release_before_it() {
    let mut repo = gateway();
    for path in ["./gateway/apis", "gateway/apis"] {
        repo = repo.helmsum(["init", path]).exits(1);
        repo = repo
            .complains(&format!("error: `{path}` is a path, and a path needs a release before it\n"))
            .complains(&format!(
                "help: name the release that depends on it: `helmsum init RELEASE {path}`\n"
            ));
    }
    repo.helmsum(["init", "./nowhere", "gateway"])
        .exits(1)
        .complains("`./nowhere` is a path, and a path needs");
}

#[test]
fn what_nothing_is_left_of_is_told() {
    let repo = gateway().helmsum(["init", "-l", "name=other"]).exits(3);
    repo.complains("note: none of 1 release is selected\n");
}
