//! What sources contain, and what is left of them.

use super::*;

#[test]
pub(super) fn missing_source() {
    has(gateway().without("gateway/apis"), "missing-source", 1)
        .says("denied  edge/gateway  gateway/checksum.yaml  ./apis: not read")
        .says("the source `./apis` does not exist; looked for `[REPO]/gateway/apis`")
        .says("--> gateway/values.yaml:1")
        .says("paths are relative to `gateway`, the directory of the file that declares them")
        .lacks("gateway/checksum.yaml");
    has(gateway().without("gateway/apis").folder("apis"), "missing-source", 1)
        .says("`./apis` exists relative to the root of the repository");
    has_not(gateway(), "missing-source");
    let optional =
        gateway().file("gateway/values.yaml", "# helmsum: ./gone optional=true\n# helmsum: ./apis\n");
    has_not(optional, "missing-source");
}

#[test]
pub(super) fn missing_source_counts_as_empty_where_it_is_lowered() {
    has(
        gateway().without("gateway/apis").file("helmsum.yaml", "levels: { missing-source: warn }\n"),
        "missing-source",
        0,
    );
}

#[test]
pub(super) fn empty_source() {
    let empty = || gateway().without("gateway/apis").file("gateway/apis/.gitkeep", "");
    has(empty(), "empty-source", 0)
        .says("the source `./apis` contains no file that counts; left out: `./.gitkeep` (never counts)")
        .says("--> gateway/values.yaml:1");
    let excluded = gateway().file("gateway/values.yaml", "# helmsum: ./apis exclude=*.yaml\n");
    has(excluded, "empty-source", 0).says("`./orders.yaml` (excluded)");
    let glob = gateway().file("gateway/values.yaml", "# helmsum: ./apis/*.json\n");
    has(glob, "empty-source", 0).says("the source `./apis/*.json` matches no file that counts");
    empty()
        .helmsum(["generate", "--strict"])
        .exits(1)
        .says("error[empty-source]")
        .lacks("gateway/checksum.yaml");
    has_not(empty().file("gateway/values.yaml", "# helmsum: ./apis optional=true\n"), "empty-source");
    has_not(gateway(), "empty-source");
}

#[test]
pub(super) fn crlf() {
    let windows = || gateway().file("gateway/apis/orders.yaml", "orders: 1\r\n");
    has(windows(), "crlf", 0).says("release `edge/gateway`: `./apis` contains text with CRLF line breaks");
    has_not(windows().file("gateway/values.yaml", "# helmsum: ./apis eol=lf\n"), "crlf");
    has_not(gateway().file("gateway/apis/image.bin", b"\0\r\n"), "crlf");
}

#[test]
pub(super) fn header_in_source() {
    let file = |name: &str, text: &str| gateway().file(&format!("gateway/apis/{name}"), text);
    let real = format!("{HEADER}listen: 80\n");
    for (name, text) in [
        ("checksum.yaml", real.as_str()),
        ("site.conf", HEADER),
        ("checksum.yaml", &format!("a: 1\n{HEADER}")),
    ] {
        let repo = shown("header-in-source", file(name, text).helmsum(["generate"]).exits(0));
        let repo = repo.says("note[header-in-source]: ");
        let digest = repo.read("gateway/checksum.yaml");
        assert!(digest.contains(name), "it is hashed: {digest}");
        repo.file(&format!("gateway/apis/{name}"), format!("{text}# more\n")).helmsum(["check"]).exits(2);
    }
    has_not(gateway(), "header-in-source");
    has_not(file("checksum.yaml", HEADER), "header-in-source");
    has_not(file("site.conf", "# no header here\n"), "header-in-source");
}

#[test]
pub(super) fn lfs_pointer() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    has(gateway().file("gateway/apis/big.bin", pointer), "lfs-pointer", 1).lacks("gateway/checksum.yaml");
    has_not(
        gateway().file("gateway/apis/note.md", "See https://git-lfs.github.com/spec/v1\n"),
        "lfs-pointer",
    );
}

#[test]
pub(super) fn lfs_pointer_for_what_git_crypt_has_locked() {
    let locked = b"\0GITCRYPT\0\x0c\x9e\x10\0\xff";
    for (name, option) in
        [("big.bin", ""), ("users.yaml", " parse=yaml"), ("users.yaml", " eol=lf secret=true")]
    {
        let file = format!("gateway/apis/{name}");
        has(
            gateway().file(&file, locked).file("gateway/values.yaml", format!("# helmsum: ./apis{option}\n")),
            "lfs-pointer",
            1,
        )
        .says(&format!("`./apis` contains files that git-crypt has locked: `./{name}`"))
        .says(&format!("--> {file}"))
        .says("run `git-crypt unlock` first")
        .lacks("gateway/checksum.yaml");
    }
    has_not(gateway().file("gateway/apis/note.md", "GITCRYPT\n"), "lfs-pointer");
}

#[test]
pub(super) fn lfs_pointer_in_the_chart_of_a_release() {
    let released = |content: &[u8]| {
        gateway()
            .file(
                "helmfile.yaml",
                format!(
                    "{GATEWAY}    needs: [edge/apis]\n  - {{name: apis, namespace: edge, chart: ./apis}}\n"
                ),
            )
            .file("gateway/values.yaml", "# helmsum: release:edge/apis\n")
            .file("apis/files/big.bin", content)
            .file("apis/Chart.yaml", "apiVersion: v2\nname: apis\nversion: 0.1.0\n")
    };
    has(released(b"\0GITCRYPT\0\xff"), "lfs-pointer", 1)
        .says("`release:edge/apis` contains files that git-crypt has locked: `chart/files/big.bin`")
        .says("--> gateway/values.yaml:1");
    has_not(released(b"clear"), "lfs-pointer");
}

#[test]
pub(super) fn outside_source() {
    let outside = tempfile::tempdir().expect("a temporary folder");
    fs_err::write(outside.path().join("ca.pem"), "x").expect("a file");
    let to = outside.path().to_str().expect("UTF-8");
    has(gateway().link("gateway/apis/certs", to), "outside-source", 1)
        .says("the link `./certs` in `./apis` leads out of the repository")
        .lacks("gateway/checksum.yaml");
    has(gateway().file("gateway/values.yaml", "# helmsum: ../..\n"), "outside-source", 1);
    has_not(
        gateway().file("shared/ca.pem", "x").link("gateway/apis/certs", "../../shared"),
        "outside-source",
    );
}

#[test]
fn outside_source_of_an_ignore_file() {
    let outside = Repo::new().file("ignore", "users.yaml\n").file("users.yaml", "x");
    let linked = |to: &str, level: &str| {
        gateway()
            .file("gateway/apis/deep/users.yaml", "a: 1\n")
            .file("helmsum.yaml", format!("levels: {{ outside-source: {level} }}\n"))
            .link("gateway/apis/deep/.helmsumignore", to)
    };
    let to = outside.path("ignore");
    has(linked(to.to_str().expect("UTF-8"), "deny"), "outside-source", 1)
        .says("the link `./deep/.helmsumignore` in `./apis` leads out of the repository")
        .lacks("gateway/checksum.yaml");
    let used = has(linked(to.to_str().expect("UTF-8"), "warn"), "outside-source", 0);
    assert!(
        !used.read("gateway/checksum.yaml").contains("deep/users.yaml"),
        "at `warn` it is used where it is"
    );
    let inside = linked("../../../shared-ignore", "deny").file("shared-ignore", "users.yaml\n");
    let inside = inside.helmsum(["generate"]).exits(0).does_not_say("outside-source");
    assert!(!inside.read("gateway/checksum.yaml").contains("deep/users.yaml"));
}
