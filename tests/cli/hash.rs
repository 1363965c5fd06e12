//! `helmsum hash`

use crate::support::repo::Repo;

/// `cd apis && find -L . -type f | LC_ALL=C sort | xargs -r -d '\n' sha256sum | sha256sum`
const APIS: &str = "ffb76a3d2896059b6959bbd2ce72af6f88957b514d89de18f8abbf750fab5051";

fn two_files() -> Repo {
    Repo::new().file("apis/orders.yaml", "orders: 1\n").file("apis/users.yaml", "users: 1\n")
}

#[test]
fn the_checksum_is_printed_bare() {
    two_files().helmsum(["hash", "apis"]).exits(0).stdout(&format!("{APIS}\n")).stderr("");
}

#[test]
fn nothing_to_hash_is_an_error() {
    two_files()
        .folder("empty")
        .helmsum(["hash", "apis", "empty"])
        .exits(1)
        .stdout("")
        .complains("`empty` contains no file that counts")
        .helmsum(["hash", "apis", "gone"])
        .exits(1)
        .stdout("")
        .complains("`gone` does not exist; looked for `[REPO]/gone`");
}

#[test]
fn an_lfs_pointer_has_no_checksum() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    Repo::new().file("apis/big.bin", pointer).helmsum(["hash", "apis"]).exits(1).stdout("").complains(
        "error[lfs-pointer]: `./apis` contains Git LFS pointers instead of the files: `./big.bin`",
    );
}

#[test]
fn a_warning_does_not_spoil_the_checksum_unless_it_is_strict() {
    Repo::new()
        .file("apis/a.txt", "a\r\n")
        .helmsum(["hash", "apis"])
        .exits(0)
        .complains("warning[crlf]: `./apis` contains text with CRLF line breaks, hashed as it is: `./a.txt`")
        .helmsum(["hash", "--strict", "apis"])
        .exits(1)
        .stdout("")
        .complains("error[crlf]");
}

#[test]
fn json_says_what_was_read() {
    let repo = two_files().helmsum(["hash", "--output", "json", "apis"]).exits(0);
    let document = repo.json();
    assert_eq!(document["checksum"], APIS);
    assert_eq!(document["sources"][0]["bytes"], 19);
    assert_eq!(document["sources"][0]["files"][1]["name"], "./users.yaml");
}

#[test]
fn json_says_what_went_wrong() {
    let repo = Repo::new().helmsum(["hash", "gone", "--output", "json"]).exits(1).stderr("");
    let document = repo.json();
    assert_eq!(document["checksum"], serde_json::Value::Null);
    assert_eq!(
        document["errors"][0]["message"].as_str().map(|text| text.contains("does not exist")),
        Some(true)
    );
}

#[test]
fn what_is_declared_for_a_release_is_no_path() {
    for source in ["auto", "configmap:x", "object:A/b"] {
        two_files().helmsum(["hash", source]).exits(1).complains("declared for a release");
    }
    let repo = two_files().file("auto/x", "1").helmsum(["hash", "auto"]);
    repo.exits(0);
}
