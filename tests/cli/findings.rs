//! Each finding: a project that has it, and one beside it that has not.

use std::cell::RefCell;

use helmsum::internals::diagnostic::Code;

use crate::support::gallery::Gallery;
use crate::support::repo::{GATEWAY, HEADER, Repo, gateway, target};

thread_local! {
    /// Where blocks are gathered, while [`in_gallery`] runs.
    static GALLERY: RefCell<Option<Gallery>> = const { RefCell::new(None) };
}

/// Every finding as it is drawn: what the tests of this file had helmsum say.
pub(super) fn in_gallery() -> Gallery {
    GALLERY.set(Some(Gallery::default()));
    missing_source();
    missing_source_counts_as_empty_where_it_is_lowered();
    empty_source();
    unwired_release();
    unwired_release_that_shares_a_file_with_a_directive();
    orphan_target();
    unread_directive();
    unsearched_values();
    target_is_state();
    shadowed_checksum();
    missing_need();
    missing_need_of_another_state_file_is_a_matter_of_order();
    missing_need_of_a_release_that_reads_the_files();
    missing_need_of_several_releases_that_read_the_files();
    unmatched_entry();
    hidden_missing_file();
    hook_misuse();
    hook_misuse_where_the_consumers_come_first();
    hook_misuse_is_judged_for_each_consumer();
    hook_misuse_between_state_files_that_one_lists();
    hook_misuse_of_hooks_that_single_releases_have();
    shared_target();
    shared_target_is_a_note_where_every_hook_writes_a_target_that_git_ignores();
    unverified_state();
    crlf();
    encrypted_source();
    encrypted_source_of_other_programs();
    outside_source();
    lfs_pointer();
    lfs_pointer_for_what_git_crypt_has_locked();
    lfs_pointer_in_the_chart_of_a_release();
    header_in_source();
    guessable_secret();
    cluster_lookup();
    unstable_source();
    unstable_template();
    unstable_template_where_values_are_shared();
    let gallery = GALLERY.take().expect("it was just put there");
    // What needs helm is tried in `tests/real/audit`.
    let rendered = [
        Code::UnbridgedReference,
        Code::PartialSource,
        Code::InertAnnotation,
        Code::MissedWorkload,
        Code::ConstantChecksum,
        Code::UnstableAnnotation,
        Code::UnauditedRelease,
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
fn missing_source() {
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
fn missing_source_counts_as_empty_where_it_is_lowered() {
    has(
        gateway().without("gateway/apis").file("helmsum.yaml", "levels: { missing-source: warn }\n"),
        "missing-source",
        0,
    );
}

#[test]
fn empty_source() {
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
fn crlf() {
    let windows = || gateway().file("gateway/apis/orders.yaml", "orders: 1\r\n");
    has(windows(), "crlf", 0).says("release `edge/gateway`: `./apis` contains text with CRLF line breaks");
    has_not(windows().file("gateway/values.yaml", "# helmsum: ./apis eol=lf\n"), "crlf");
    has_not(gateway().file("gateway/apis/image.bin", b"\0\r\n"), "crlf");
}

#[test]
fn encrypted_source() {
    let sops = "password: ENC[AES256_GCM,data:p673w==,iv:YY=,aad:UQ=,tag:A=,type:str]\nsops:\n    mac: ENC[AES256_GCM,data:A=,iv:B=,tag:C=,type:str]\n    lastmodified: \"2024-01-01T00:00:00Z\"\n    version: 3.8.1\n";
    let encrypted = || gateway().file("gateway/apis/users.enc.yaml", sops);
    has(encrypted(), "encrypted-source", 0)
        .says("`./users.enc.yaml`")
        .says("--> gateway/apis/users.enc.yaml");
    has_not(
        encrypted().file("gateway/values.yaml", "# helmsum: ./apis exclude=*.enc.yaml\n"),
        "encrypted-source",
    );
}

#[test]
fn encrypted_source_of_other_programs() {
    for (name, content, program) in [
        ("vault.yaml", &b"$ANSIBLE_VAULT;1.1;AES256\n62313365\n"[..], "Ansible Vault"),
        ("value.yaml", b"a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  62313365\n", "Ansible Vault"),
        ("a.age", b"age-encryption.org/v1\n-> X25519 abc\n\xff\0", "age"),
        (
            "armoured.txt",
            b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n",
            "age",
        ),
        ("a.asc", b"-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n", "OpenPGP"),
        ("a.gpg", b"\x85\x01\x0c\x03\x00\xff", "OpenPGP"),
        ("transcrypt", b"U2FsdGVkX18AAAA=\n", "OpenSSL"),
    ] {
        let file = format!("gateway/apis/{name}");
        let encrypted = || gateway().file(&file, content);
        for option in ["", " parse=yaml", " secret=true"] {
            has(
                encrypted().file("gateway/values.yaml", format!("# helmsum: ./apis{option}\n")),
                "encrypted-source",
                0,
            )
            .says(&format!(
                "`./apis` contains files encrypted by {program}, hashed as ciphertext: `./{name}`"
            ))
            .says(&format!("--> {file}"));
        }
        let excluded = format!("# helmsum: ./apis exclude={name}\n");
        has_not(encrypted().file("gateway/values.yaml", excluded), "encrypted-source");
    }
    let prose =
        "A message begins with `-----BEGIN PGP MESSAGE-----`, a vault with $ANSIBLE_VAULT;1.1;AES256.\n";
    has_not(gateway().file("gateway/apis/notes.md", prose), "encrypted-source");
    has_not(
        gateway().file("gateway/apis/key.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"),
        "encrypted-source",
    );
}

#[test]
fn files_that_are_clear_in_the_work_tree_alone_are_secret_where_they_are_declared_so() {
    let clear = |option: &str| {
        let secret = gateway()
            .file("gateway/password.yaml", "password: hunter2\n")
            .file("keys/helmsum", "0123456789abcdef\n")
            .file("gateway/values.yaml", format!("# helmsum: ./password.yaml{option}\n"));
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs_err::set_permissions(secret.path("keys/helmsum"), mode).expect("permissions");
        secret
    };
    has(clear(" secret=true"), "guessable-secret", 0).says("`./password.yaml` is hashed without a key");
    has_not(clear(""), "guessable-secret");
    let keyed = |option: &str| clear(option).variable("HELMSUM_KEY_FILE", "keys/helmsum");
    has_not(keyed(" secret=true"), "guessable-secret");
    let checksum = |repo: Repo| repo.helmsum(["generate"]).exits(0).read("gateway/checksum.yaml");
    let (guessable, unguessable) = (checksum(clear("")), checksum(keyed(" secret=true")));
    let value = |target: &str| target.lines().last().expect("a line").to_owned();
    assert_ne!(value(&guessable), value(&unguessable));
    assert_eq!(value(&guessable), value(&checksum(keyed(""))), "the key is for secrets alone");
    // The HMAC of the file, and of its line.
    assert!(
        unguessable.contains("dc9dfa3436017f5056866ed01581d3f23e71a41d45de809244f314757d30e0a1"),
        "{unguessable}"
    );
    // Nothing but the digest of the whole source is shown.
    assert!(!unguessable.contains("password.yaml\n#     "), "{unguessable}");
    let json = keyed(" secret=true").helmsum(["list", "--output", "json"]).exits(0).json();
    let source = &json["releases"][0]["sources"][0];
    assert_eq!(
        (source["files"].as_array().map(Vec::len), &source["bytes"]),
        (Some(0), &serde_json::Value::Null)
    );
    assert_eq!(source["options"]["secret"], "true");
}

#[test]
fn a_mistake_in_a_secret_file_is_reported_without_its_text() {
    let wrong = gateway()
        .file("gateway/password.yaml", "a: 1\npassword: [hunter2\n")
        .file("gateway/values.yaml", "# helmsum: ./password.yaml parse=yaml secret=true\n");
    wrong
        .helmsum(["generate"])
        .exits(1)
        .complains("gateway/password.yaml` cannot be read as data, line 3 of the file, which is secret and not shown")
        .does_not_complain("hunter2")
        .does_not_say("hunter2");
}

/// A stand-in for `sops` that takes the seal off, with what it decrypts.
fn sealed() -> Repo {
    let sops = "#!/bin/sh\nsed -n 's/ENC\\[AES256_GCM,data:\\(.*\\)\\]/\\1/; /^sops:/q; p'\n";
    let encrypted = "password: ENC[AES256_GCM,data:hunter2]\nsops:\n    mac: x\n";
    let repo = gateway()
        .file("bin/sops", sops)
        .file("gateway/secret.yaml", encrypted)
        .file("gateway/values.yaml", "# helmsum: ./secret.yaml decrypt=sops\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs_err::set_permissions(repo.path("bin/sops"), mode).expect("permissions");
    let path = format!("{}:/usr/bin:/bin", repo.path("bin").display());
    repo.variable("PATH", &path)
}

/// The same with a key file of this mode.
fn keyed(mode: u32) -> Repo {
    let repo = sealed().file("keys/helmsum", "0123456789abcdef\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
    fs_err::set_permissions(repo.path("keys/helmsum"), mode).expect("permissions");
    repo
}

#[test]
fn guessable_secret() {
    has(sealed(), "guessable-secret", 0)
        .says("`./secret.yaml` is hashed without a key")
        .says("--> gateway/values.yaml:1")
        .does_not_say("hunter2");
    has(keyed(0o644).variable("HELMSUM_KEY_FILE", "keys/helmsum"), "guessable-secret", 0)
        .says("every user of this machine can read the key file");
    has_not(keyed(0o600).variable("HELMSUM_KEY_FILE", "keys/helmsum"), "guessable-secret");
    has_not(keyed(0o600).file("helmsum.yaml", "keyFile: keys/helmsum\n"), "guessable-secret");
    has_not(gateway(), "guessable-secret");
}

#[test]
fn the_key_decides_the_digest_of_a_secret_and_of_nothing_else() {
    let checksum = |repo: Repo| repo.helmsum(["generate"]).exits(0).read("gateway/checksum.yaml");
    let plain = checksum(sealed());
    let first = checksum(keyed(0o600).variable("HELMSUM_KEY_FILE", "keys/helmsum"));
    let other = keyed(0o600)
        .file("keys/other", "another key, longer than the first")
        .variable("HELMSUM_KEY_FILE", "keys/other");
    let other = checksum(other.file("helmsum.yaml", "keyFile: keys/helmsum\n"));
    assert!(plain != first && first != other && plain != other);
    assert_eq!(checksum(keyed(0o600).file("helmsum.yaml", "keyFile: keys/helmsum\n")), first);
    let apis = "# helmsum: ./apis\n";
    let keyed = keyed(0o600).variable("HELMSUM_KEY_FILE", "keys/helmsum").file("gateway/values.yaml", apis);
    assert_eq!(checksum(keyed), target(), "it is not asked for where there is no secret");
}

#[test]
fn a_key_file_that_is_none_denies_releases_with_secrets_only() {
    for (content, said) in [
        ("", "the key file `keys/helmsum` is empty"),
        ("short\n", "the key file `keys/helmsum` has 5 bytes, and a key needs 16"),
    ] {
        let repo = keyed(0o600).file("keys/helmsum", content).file("helmsum.yaml", "keyFile: keys/helmsum\n");
        let repo = repo.helmsum(["generate"]).exits(1).complains(said).complains("openssl rand -hex 32");
        repo.lacks("gateway/checksum.yaml")
            .file("gateway/values.yaml", "# helmsum: ./apis\n")
            .helmsum(["generate"])
            .exits(0)
            .holds("gateway/checksum.yaml", &target());
    }
    sealed()
        .variable("HELMSUM_KEY_FILE", "keys/gone")
        .helmsum(["generate"])
        .exits(1)
        .complains("the key file `keys/gone` cannot be read");
}

/// A release with a chart that a stand-in for helm "renders": this is what it says at the key `a`, as a command of the shell.
fn rendered_as(template: &str, command: &str) -> Repo {
    let helm = format!(
        "#!/bin/sh\nprintf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {{name: apis}}\\ndata: {{a: \"%s\"}}\\n' \"$({command})\"\n"
    );
    let repo = gateway()
        .file("bin/helm", &helm)
        .file("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n")
        .file("chart/templates/a.yaml", template)
        .file("gateway/values.yaml", "# helmsum: configmap:apis\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs_err::set_permissions(repo.path("bin/helm"), mode).expect("permissions");
    let path = format!("{}:/usr/bin:/bin", repo.path("bin").display());
    repo.variable("PATH", &path)
}

/// Something else each time.
fn rendered(template: &str) -> Repo {
    rendered_as(template, "date +%N")
}

#[test]
fn cluster_lookup() {
    let upgrade = "case \"$*\" in *--is-upgrade*) echo up;; *) echo new;; esac";
    has(rendered_as("{{ .Release.IsUpgrade }}", upgrade), "cluster-lookup", 1)
        .says("`data/a` of release `edge/gateway` depends on the cluster (`.Release.IsUpgrade` in `templates/a.yaml:1`)")
        .says("--> gateway/values.yaml:1")
        .lacks("gateway/checksum.yaml");
    // helm is led to a server of our own, whatever the surroundings say.
    let looked = "case \"$*\" in *--dry-run=server*--kubeconfig=*--kube-apiserver=http://127.0.0.1:*) cat $KUBECONFIG | wc -l;; *) echo 7;; esac";
    has(rendered_as("{{ lookup \"v1\" \"Pod\" \"a\" \"b\" }}", looked), "cluster-lookup", 1)
        .says("`lookup` in");
    has_not(rendered_as("{{ lookup \"v1\" \"Pod\" \"a\" \"b\" }}", "echo same"), "cluster-lookup");
    has_not(rendered_as("{{ .Release.Name }}", upgrade), "cluster-lookup");
    let lowered = rendered_as("{{ .Release.IsUpgrade }}", upgrade)
        .file("helmsum.yaml", "levels: { cluster-lookup: warn }\n");
    has(lowered, "cluster-lookup", 0);
}

#[test]
fn header_in_source() {
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
fn unstable_source() {
    has(rendered("{{ now }}"), "unstable-source", 1)
        .says("`data/a` differs each time release `edge/gateway` is rendered")
        .says("--> gateway/values.yaml:1")
        .lacks("gateway/checksum.yaml");
    let lowered = rendered("{{ now }}").file("helmsum.yaml", "levels: { unstable-source: warn }\n");
    has(lowered, "unstable-source", 0);
    has_not(gateway(), "unstable-source");
}

#[test]
fn lfs_pointer() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    has(gateway().file("gateway/apis/big.bin", pointer), "lfs-pointer", 1).lacks("gateway/checksum.yaml");
    has_not(
        gateway().file("gateway/apis/note.md", "See https://git-lfs.github.com/spec/v1\n"),
        "lfs-pointer",
    );
}

#[test]
fn lfs_pointer_for_what_git_crypt_has_locked() {
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
fn lfs_pointer_in_the_chart_of_a_release() {
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
fn outside_source() {
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

#[test]
fn unwired_release() {
    let unwired = gateway().file("helmfile.yaml", state("      - gateway/checksum.yaml\n", ""));
    has(unwired, "unwired-release", 1)
        .says("release `edge/gateway` declares sources, but lists no target among its `values`")
        .says("--> gateway/values.yaml:1")
        .says("add a line to its `values` in `helmfile.yaml`: `- gateway/checksum.yaml`");
    has_not(gateway(), "unwired-release");
    let bare = gateway().file("helmfile.yaml", state("      - gateway/checksum.yaml\n", ""));
    has_not(bare.file("gateway/values.yaml", "replicas: 1\n"), "unwired-release");
}

#[test]
fn unwired_release_that_shares_a_file_with_a_directive() {
    let shared = |file: &str| {
        gateway().file(
            "helmfile.yaml",
            format!("{GATEWAY}  - {{ name: web, namespace: edge, chart: ./c, values: [{file}] }}\n"),
        )
    };
    has(shared("gateway/values.yaml"), "unwired-release", 1)
        .says("release `edge/web` declares sources")
        .says("2 releases have `gateway/values.yaml` among their values: move the directive to a file that only those have whose pods read the source, or to `helmsum.yaml`; else add a line to its `values`");
    let moved = shared("gateway/values.yaml")
        .file("gateway/values.yaml", "replicas: 2\n")
        .file("helmsum.yaml", "releases: [{ release: edge/gateway, sources: [./gateway/apis] }]\n");
    has_not(moved, "unwired-release");
}

#[test]
fn orphan_target() {
    let orphan = gateway().file("gateway/values.yaml", "replicas: 1\n");
    has(orphan, "orphan-target", 0)
        .says("release `edge/gateway` lists the target `gateway/checksum.yaml`, but declares no sources")
        .says("--> helmfile.yaml:2");
    has_not(gateway(), "orphan-target");
    let inherited = "\
templates:
  default:
    values: [\"{{ .Release.Name }}.checksum.yaml\"]
releases:
  - { name: a, chart: ./c, inherit: [{ template: default }] }
  - { name: b, chart: ./c, inherit: [{ template: default }] }
";
    has_not(Repo::new().file("helmfile.yaml", inherited), "orphan-target");
}

#[test]
fn unread_directive() {
    let in_state = gateway().file("helmfile.yaml", format!("# helmsum: ./apis\n{GATEWAY}"));
    has(in_state, "unread-directive", 1)
        .says("a directive in a state file is never read")
        .says("--> helmfile.yaml:1");
    let base = gateway()
        .file("helmfile.yaml", format!("bases: [base.yaml]\n{GATEWAY}"))
        .file("base.yaml", "helmDefaults: { wait: true }\n# helmsum: ./apis\n");
    has(base, "unread-directive", 1).says("--> base.yaml:2");
    let environment = gateway()
        .file(
            "helmfile.yaml",
            format!("environments: {{ default: {{ values: [env.yaml] }} }}\n---\n{GATEWAY}"),
        )
        .file("env.yaml", "a: 1\n  # helmsum: ./apis\n");
    has(environment, "unread-directive", 1).says("a directive in state values").says("--> env.yaml:2");
    let chart = gateway().file("chart/values.yaml", "# helmsum: ./apis\n");
    has(chart, "unread-directive", 1).says("--> chart/values.yaml:1");
    let secrets = gateway()
        .file("helmfile.yaml", format!("{GATEWAY}    secrets: [secrets.yaml]\n"))
        .file("secrets.yaml", "# helmsum: ./apis\na: 1\n");
    has(secrets, "unread-directive", 1).says("a directive in `secrets`").says("--> secrets.yaml:1");
    let comment = gateway()
        .file("helmfile.yaml", state("gateway/values.yaml", "gateway/values.yaml.gotmpl"))
        .file("gateway/values.yaml.gotmpl", "{{/*\n# helmsum: ./gone\n*/}}\n# helmsum: ./apis\n");
    has(comment, "unread-directive", 1)
        .says("a directive in a template comment")
        .says("--> gateway/values.yaml.gotmpl:2");
    let patch = gateway()
        .file("helmfile.yaml", format!("{GATEWAY}    strategicMergePatches: [patch.yaml]\n"))
        .file("patch.yaml", "# helmsum: ./apis\nkind: Deployment\n");
    has(patch, "unread-directive", 1).says("a directive in a patch").says("--> patch.yaml:1");
    let helper = |values: &str| {
        gateway()
            .file("helmfile.yaml", format!("{}      - more.yaml.gotmpl\n", state("gateway/values.yaml", "values.yaml")))
            .file("values.yaml", "# helmsum: ./gateway/apis\n")
            .file("more.yaml.gotmpl", values)
            .file(
                "_deps.tpl",
                "# helmsum: ./outside\n{{ define \"deps\" }}\n# helmsum: ./gateway/apis\n{{ end }}{{ define \"by\" }}{{ template \"deps\" }}{{ end }}\n",
            )
    };
    has(helper("a: {{ 1 }}\n"), "unread-directive", 1)
        .says("a directive in a helper that no values file includes")
        .says("--> _deps.tpl:1")
        .says("--> _deps.tpl:3");
    for values in [
        "{{ include \"by\" . }}",
        "{{ if false }}{{ include \"deps\" . }}{{ end }}",
        "{{ include (printf \"de%s\" \"ps\") . }}",
    ] {
        has(helper(values), "unread-directive", 1).says("--> _deps.tpl:1");
    }
    has_not(
        gateway().file("helmfile.yaml", format!("# helmsum writes the checksums\n{GATEWAY}")),
        "unread-directive",
    );
}

/// More about it in `unmatched.rs`.
#[test]
fn unmatched_entry() {
    let entry = |release: &str| {
        gateway()
            .file("helmsum.yaml", format!("releases: [{{ release: {release}, sources: [gateway/apis] }}]\n"))
    };
    has(entry("edge/gatewai"), "unmatched-entry", 0)
        .says("there is no release `edge/gatewai`, which this entry is about")
        .says("did you mean `edge/gateway`?");
    has_not(entry("edge/gateway"), "unmatched-entry");
}

#[test]
fn unsearched_values() {
    let with = |values: &str| {
        gateway()
            .file(
                "helmfile.yaml",
                state(
                    "      - gateway/values.yaml\n",
                    "      - gateway/values.yaml\n      - pw.yaml.gotmpl\n",
                ),
            )
            .file("pw.yaml.gotmpl", values)
    };
    let strict = with("password: {{ requiredEnv \"DB_PASSWORD\" }}\n");
    let strict = has(strict, "unsearched-values", 0)
        .says("release `edge/gateway`: `pw.yaml.gotmpl` may contain directives")
        .says("DB_PASSWORD")
        .says("--> pw.yaml.gotmpl:1");
    strict.helmsum(["check", "--strict"]).exits(0).says("warning[unsearched-values]");
    has_not(with("password: {{ requiredEnv \"DB_PASSWORD\" | quote }}\n"), "unsearched-values");
    has_not(with("password: {{ env \"DB_PASSWORD\" }}\n"), "unsearched-values");
}

#[test]
fn target_is_state() {
    let released = "releases: [{ name: a, chart: ./c, values: [../a/values.yaml, checksum.yaml] }]\n";
    let beside = |state: &str| {
        Repo::new()
            .file("helmfile.d/a.yaml", state)
            .file("a/values.yaml", "# helmsum: ./conf\n")
            .file("a/conf/x", "1")
    };
    has(beside(released), "target-is-state", 1)
        .says("helmfile would load the target `helmfile.d/checksum.yaml` as a state file")
        .lacks("helmfile.d/checksum.yaml");
    has_not(beside(&released.replace("checksum.yaml", "../a/checksum.yaml")), "target-is-state");
    let globbed = gateway().file(
        "helmfile.yaml",
        format!("helmfiles: [\"gateway/c*.yaml\"]\nmissingFileHandler: Debug\n{GATEWAY}"),
    );
    has(globbed, "target-is-state", 1);
    let configuration = beside(&released.replace("checksum.yaml", "../a/checksum.yaml"));
    let configuration = configuration.file("helmfile.d/helmsum.yaml", "key: configChecksum\n");
    configuration
        .helmsum(["generate"])
        .exits(1)
        .says("error[target-is-state]: helmfile would load `helmfile.d/helmsum.yaml` as a state file");
}

#[test]
fn shadowed_checksum() {
    let after = |entry: &str| gateway().file("helmfile.yaml", format!("{GATEWAY}      - {entry}\n"));
    has(
        after("gateway/late.yaml").file("gateway/late.yaml", "configChecksum: none\n"),
        "shadowed-checksum",
        0,
    )
    .says(
        "release `edge/gateway`: `gateway/late.yaml` comes after the target, sets `configChecksum` and wins",
    );
    has(after("configChecksum: none"), "shadowed-checksum", 0).says("an inline map comes after the target");
    let template = after("gateway/late.yaml.gotmpl");
    has(
        template.file("gateway/late.yaml.gotmpl", "configChecksum: {{ .Release.Name }}\n"),
        "shadowed-checksum",
        0,
    );
    let earlier = gateway().file("gateway/values.yaml", "# helmsum: ./apis\nconfigChecksum: \"\"\n");
    has(earlier, "shadowed-checksum", 0)
        .says("`gateway/values.yaml` sets `configChecksum`, but the target comes after it and wins");
    let set = gateway()
        .file("helmfile.yaml", format!("{GATEWAY}    set: [{{ name: configChecksum, value: x }}]\n"));
    has(set, "shadowed-checksum", 0).says("`set` of `configChecksum` wins over the target");
    let secret = gateway().file("helmfile.yaml", format!("{GATEWAY}    secrets: [s.yaml]\n"));
    has(secret.file("s.yaml", "configChecksum: ENC[x]\n"), "shadowed-checksum", 0)
        .says("the secrets file `s.yaml`");
    has_not(after("gateway/late.yaml").file("gateway/late.yaml", "other: 1\n"), "shadowed-checksum");
    has_not(after("other: { configChecksum: none }"), "shadowed-checksum");
    shadowed_annotations();
}

/// helm takes what is null before the target for nothing, and replaces what is not a map.
fn shadowed_annotations() {
    let annotations = |values: &str| {
        gateway()
            .file("gateway/values.yaml", format!("# helmsum: ./apis\n{values}\n"))
            .file("helmsum.yaml", "format: pod-annotations\n")
    };
    for values in [
        "podAnnotations:",
        "podAnnotations: null",
        "podAnnotations:\n  # prometheus.io/scrape: x",
        "podAnnotations: {a: b}",
    ] {
        has_not(annotations(values), "shadowed-checksum");
    }
    let text = annotations("podAnnotations: |\n  a: b");
    let run = has(text, "shadowed-checksum", 0)
        .says("`gateway/values.yaml` has a string at `podAnnotations`, and the target comes after it with a map")
        .says("move what is there into a template for the target, `format: {template: FILE}`");
    drop(run);
    let moved = annotations("replicas: 2")
        .file("helmsum.yaml", "format: {template: gateway.tera}\n")
        .file("gateway.tera", "podAnnotations: |\n  a: b\n  checksum/helmsum: {{ checksum }}\n");
    has_not(moved, "shadowed-checksum");
}

#[test]
fn missing_need() {
    let producer = "  - { name: gateway-apis, namespace: edge, chart: ./c }\n";
    let consumer = |from: &str, needs: &str| {
        gateway()
            .file("helmfile.yaml", format!("{GATEWAY}    needs: [{needs}]\n{producer}"))
            .file("gateway/values.yaml", format!("# helmsum: ./apis from={from}\n"))
    };
    has(consumer("gateway-apis", ""), "missing-need", 0)
        .says("release `edge/gateway` depends on files of release `edge/gateway-apis`, but does not need it")
        .says("add `needs: [edge/gateway-apis]` to release `edge/gateway`")
        .says("--> gateway/values.yaml:1");
    has(consumer("edge/gateway-api", ""), "missing-need", 0).says("there is no such release");
    has_not(consumer("gateway-apis", "gateway-apis"), "missing-need");
    has_not(consumer("edge/gateway-apis", "edge/gateway-apis"), "missing-need");
    let indirect = gateway()
        .file(
            "helmfile.yaml",
            format!("{GATEWAY}    needs: [between]\n  - {{ name: between, namespace: edge, chart: ./c, needs: [gateway-apis] }}\n{producer}"),
        )
        .file("gateway/values.yaml", "# helmsum: ./apis from=gateway-apis\n");
    has_not(indirect, "missing-need");
}

#[test]
fn missing_need_of_another_state_file_is_a_matter_of_order() {
    let producer = "releases: [{ name: apis, namespace: edge, chart: ./c }]\n";
    let first = gateway()
        .file("helmfile.yaml", format!("helmfiles: [apis/helmfile.yaml]\n{GATEWAY}"))
        .file("apis/helmfile.yaml", producer)
        .file("gateway/values.yaml", "# helmsum: ./apis from=edge/apis\n");
    has_not(first, "missing-need");
    let parallel = Repo::new()
        .file("helmfile.d/apis.yaml", producer)
        .file("helmfile.d/gateway.yaml", GATEWAY.replace("gateway/", "../gateway/"))
        .file("gateway/values.yaml", "# helmsum: ./apis from=edge/apis\n")
        .file("gateway/apis/a", "1");
    has(parallel, "missing-need", 0).says("releases of another state file cannot be needed");
}

/// [`gateway`] with another release whose values template reads a file of `./apis`, and more of it in the state.
fn read_by_another(reads: &str, more: &str) -> Repo {
    let producer = "  - { name: gateway-apis, namespace: edge, chart: ./c, values: [apis.yaml.gotmpl] }\n";
    gateway()
        .file("helmfile.yaml", format!("{GATEWAY}{more}{producer}"))
        .file("apis.yaml.gotmpl", format!("orders: |\n{{{{ readFile \"{reads}\" | indent 2 }}}}\n"))
}

/// The finding is made as a note.
#[track_caller]
fn noted(repo: Repo) -> Repo {
    shown("missing-need", repo.helmsum(["generate"]).exits(0)).says("note[missing-need]: ")
}

#[test]
fn missing_need_of_a_release_that_reads_the_files() {
    let one = noted(read_by_another("gateway/apis/orders.yaml", ""));
    one.says("note[missing-need]: release `edge/gateway-apis` reads files of `./apis`, which release `edge/gateway` depends on, and nothing says which of the releases is deployed first")
        .says("--> gateway/values.yaml:1")
        .says("add `from=edge/gateway-apis` to the source, and add `needs: [edge/gateway-apis]` to release `edge/gateway`")
        .helmsum(["generate", "--strict"])
        .exits(0);
    has_not(read_by_another("gateway/apis/orders.yaml", "    needs: [gateway-apis]\n"), "missing-need");
    has_not(read_by_another("gateway/values.yaml", ""), "missing-need");
    let by_itself = read_by_another("gateway/apis/orders.yaml", "      - own.yaml.gotmpl\n")
        .file("own.yaml.gotmpl", "{{ readFile \"gateway/apis/orders.yaml\" }}\n");
    has_not(by_itself, "missing-need");
    let left_out = read_by_another("gateway/apis/orders.yaml", "")
        .file("gateway/values.yaml", "# helmsum: ./apis exclude=orders.yaml\n");
    has_not(left_out, "missing-need");
    for source in ["./apis/*.yaml", "./apis/orders.yaml", "apis/orders.yaml"] {
        let other = read_by_another("gateway/apis/orders.yaml", "")
            .file("gateway/values.yaml", format!("# helmsum: {source}\n"));
        noted(other).says("release `edge/gateway-apis` reads files of");
    }
}

#[test]
fn missing_need_of_several_releases_that_read_the_files() {
    let listing = |names: &[&str], files: &str| {
        let line =
            |name: &&str| format!("  - {{ name: {name}, namespace: edge, chart: ./c, values: [{files}] }}\n");
        names.iter().map(line).collect::<String>()
    };
    let among_values = |others: String| gateway().file("helmfile.yaml", format!("{GATEWAY}{others}"));
    let (one, both) = ("gateway/apis/orders.yaml", "gateway/apis/orders.yaml, gateway/apis/users.yaml");
    noted(among_values(listing(&["a", "b", "c"], both)))
        .says("releases `edge/a`, `edge/b` and `edge/c` read files of `./apis`")
        .says("add `from=RELEASE` to the source");
    noted(among_values(listing(&["a", "b", "c", "d", "e"], one)))
        .says("releases `edge/a`, `edge/b`, `edge/c` and 2 more read files of `./apis`");
    // The one that reads all of them is the one that makes the objects.
    noted(among_values(listing(&["a"], one) + &listing(&["b"], both)))
        .says("release `edge/b` reads files of `./apis`");
}

#[test]
fn hidden_missing_file() {
    let handler = |line: &str| gateway().file("helmfile.yaml", format!("{line}{GATEWAY}"));
    let missing = handler("missingFileHandler: Warn\n").file("gateway/values.yaml", "# helmsum: ./api\n");
    shown("hidden-missing-file", missing.helmsum(["generate"]).exits(1))
        .says("`gateway/checksum.yaml` is missing, and with `missingFileHandler: Warn` helmfile deploys it without its checksum")
        .says("correct what keeps it from being written");
    let own = gateway().file("helmfile.yaml", format!("{GATEWAY}    missingFileHandler: Debug\n"));
    let own = own
        .helmsum(["check"])
        .exits(2)
        .says("hidden-missing-file")
        .says("write it with `helmsum generate` before helmfile runs");
    let own = own.helmsum(["generate", "--dry-run", "--strict"]).exits(1).says("hidden-missing-file");
    // What a run writes is there afterwards, and optional files may stay optional.
    let own = own.helmsum(["generate", "--strict"]).exits(0).does_not_say("hidden-missing-file");
    own.helmsum(["check", "--strict"]).exits(0).does_not_say("hidden-missing-file");
    let back = format!("missingFileHandler: Warn\n{GATEWAY}    missingFileHandler: Error\n");
    let back = gateway().file("helmfile.yaml", back).file("gateway/values.yaml", "# helmsum: ./api\n");
    back.helmsum(["generate"]).exits(1).does_not_say("hidden-missing-file");
    has_not(handler("missingFileHandler: Warn\n"), "hidden-missing-file");
}

/// A hook as the README has it, in a plain state file.
const HOOK: &str = "\
hooks:
  - name: helmsum
    events: [prepare]
    showlogs: true
    command: helmsum
    args:
      - generate
      - --file=helmfile.yaml
      - \"--environment={{ .Environment.Name }}\"
";

#[test]
fn hook_misuse() {
    let hook = |from: &str, to: &str| {
        gateway().file("helmfile.yaml", format!("{}{GATEWAY}", HOOK.replace(from, to)))
    };
    has_not(hook("", ""), "hook-misuse");
    has_not(hook("--file=helmfile.yaml", "-f\n      - helmfile.yaml"), "hook-misuse");
    has_not(hook("command: helmsum", "command: other"), "hook-misuse");
    has(hook("[prepare]", "[presync]"), "hook-misuse", 0)
        .says("the hook `helmsum` does not run on `prepare`");
    has(hook("    showlogs: true\n", ""), "hook-misuse", 0)
        .says("the hook `helmsum` has no `showlogs: true`: what it finds is not shown")
        .says("--> helmfile.yaml:4");
    has(hook("      - --file=helmfile.yaml\n", ""), "hook-misuse", 0).says("has no `--file`");
    has(hook("--file=helmfile.yaml", "--file=other.yaml"), "hook-misuse", 0)
        .says("which is another state file");
    has(hook("      - \"--environment={{ .Environment.Name }}\"\n", ""), "hook-misuse", 0)
        .says("has no `--environment`");
    let of_release = "    hooks: [{ events: [prepare], command: ./bin/helmsum, showlogs: true, args: [generate, -f, helmfile.yaml] }]\n";
    has(gateway().file("helmfile.yaml", format!("{GATEWAY}{of_release}")), "hook-misuse", 0)
        .says("the hook that runs helmsum of release `edge/gateway` has no `--environment`");
}

#[test]
fn hook_misuse_where_the_consumers_come_first() {
    let parent = |hooks: &str| gateway().file("parent.yaml", format!("helmfiles: [helmfile.yaml]\n{hooks}"));
    let hook = HOOK.replace("helmfile.yaml", "parent.yaml");
    let repo = parent(&hook).helmsum(["generate", "-f", "parent.yaml"]).exits(0);
    shown("hook-misuse", repo).says("warning[hook-misuse]: the hook `helmsum` comes too late for release `edge/gateway` of `helmfile.yaml`: sub-helmfiles")
        .says("--> parent.yaml:6")
        .says("help: give `helmfile.yaml` the hook too");
    let child = parent("").file("helmfile.yaml", format!("{HOOK}{GATEWAY}"));
    child.helmsum(["generate", "--strict", "-f", "parent.yaml"]).exits(0).does_not_say("hook-misuse");
    let names_parent = HOOK.replace("--file=helmfile.yaml", "--file=parent.yaml");
    let child = parent("").file("helmfile.yaml", format!("{names_parent}{GATEWAY}"));
    child.helmsum(["generate", "--strict", "-f", "parent.yaml"]).exits(0).does_not_say("hook-misuse");
}

/// Two state files with a consumer each, of which `parent.yaml` lists the other one.
fn family(of_parent: &str, of_child: &str) -> Repo {
    let own = "releases: [{ name: shop, chart: ./c, values: [shop/values.yaml, shop/checksum.yaml] }]\n";
    gateway()
        .file("parent.yaml", format!("helmfiles: [helmfile.yaml]\n{of_parent}{own}"))
        .file("helmfile.yaml", format!("{of_child}{GATEWAY}"))
        .file("shop/values.yaml", "# helmsum: ./conf\n")
        .file("shop/conf/a", "1")
}

#[test]
fn hook_misuse_is_judged_for_each_consumer() {
    let parent = HOOK.replace("helmfile.yaml", "parent.yaml");
    let strict = |repo: Repo, code: i32| {
        let repo = repo.helmsum(["generate", "--strict", "-f", "parent.yaml"]).exits(code);
        if code == 0 { repo } else { shown("hook-misuse", repo) }
    };
    strict(family(&parent, ""), 1)
        .says("error[hook-misuse]: the hook `helmsum` comes too late for release `edge/gateway` of `helmfile.yaml`")
        .does_not_say("`shop`");
    strict(family("", HOOK), 1)
        .says("error[hook-misuse]: release `shop` of `parent.yaml`: no hook writes its target `shop/checksum.yaml`")
        .says("give `parent.yaml` a hook like that of `helmfile.yaml`")
        .does_not_say("edge/gateway`:");
    strict(family(&parent, HOOK), 0).does_not_say("hook-misuse");
    strict(family("", &parent), 0).does_not_say("hook-misuse");
    strict(family("", ""), 0).does_not_say("hook-misuse");
    // A hook that only looks stops a deployment that would be wrong.
    strict(family(&parent, &HOOK.replace("generate", "check")), 0).does_not_say("hook-misuse");
    strict(family(&parent, &HOOK.replace("generate", "list")), 1).says("comes too late");
    strict(family(&parent, &HOOK.replace("- generate", "- generate\n      - --dry-run")), 1)
        .says("comes too late");
    strict(family(&parent, &HOOK.replace("- generate", "- generate\n      - -lname=other")), 1)
        .says("comes too late");
    // What a shell or another program is told is seen.
    let shell = "hooks: [{ events: [prepare], command: sh, args: [-c, \"exec ./bin/helmsum generate --file=parent.yaml\"] }]\n";
    strict(family(shell, ""), 1).says("the hook that runs helmsum comes too late for release `edge/gateway`");
    strict(family(&parent, &shell.replace("parent.yaml", "helmfile.yaml")), 0).does_not_say("hook-misuse");
}

#[test]
fn hook_misuse_where_all_state_files_have_the_hook_from_one_base() {
    let repo = family("", "")
        .file("hooks.yaml", HOOK.replace("--file=helmfile.yaml", "\"--file={{ .Environment.Name }}.yaml\""))
        .file("parent.yaml", "bases: [hooks.yaml]\nhelmfiles: [helmfile.yaml]\n")
        .file("helmfile.yaml", format!("bases: [hooks.yaml]\n{GATEWAY}"));
    repo.helmsum(["generate", "--strict", "-f", "parent.yaml"]).exits(0).does_not_say("hook-misuse");
}

#[test]
fn hook_misuse_between_state_files_that_one_lists() {
    let child = |name: &str, hooks: &str| {
        format!(
            "{hooks}releases: [{{ name: {name}, chart: ./c, values: [../{name}.yaml, ../{name}.checksum.yaml] }}]\n"
        )
    };
    let names_parent = HOOK.replace("helmfile.yaml", "../parent.yaml");
    let repo = |helmfiles: &str| {
        Repo::new()
            .file("parent.yaml", format!("helmfiles: [{helmfiles}]\n"))
            .file("sub/a.yaml", child("a", &names_parent))
            .file("sub/b.yaml", child("b", ""))
            .file("a.yaml", "# helmsum: ./conf\n")
            .file("b.yaml", "# helmsum: ./conf\n")
            .file("conf/x", "1")
            .helmsum(["generate", "-f", "parent.yaml"])
            .exits(0)
    };
    repo("sub/a.yaml, sub/b.yaml").does_not_say("hook-misuse");
    shown("hook-misuse", repo("sub/b.yaml, sub/a.yaml")).says("comes too late for release `b` of `sub/b.yaml`: helmfile may read its values before it runs the hooks of `sub/a.yaml`");
    // The files of a directory are handled side by side.
    repo("sub").says("comes too late for release `b` of `sub/b.yaml`");
    let own = HOOK.replace("helmfile.yaml", "a.yaml");
    let side_by_side = repo("sub/a.yaml")
        .file("helmfile.d/a.yaml", child("a", &own))
        .file("helmfile.d/b.yaml", child("b", ""))
        .helmsum(["generate"]);
    side_by_side
        .says("release `b` of `helmfile.d/b.yaml`: no hook writes its target `b.checksum.yaml`")
        .does_not_say("release `a`");
}

#[test]
fn hook_misuse_of_hooks_that_single_releases_have() {
    let hook = |more: &str| {
        format!(
            "    hooks: [{{ events: [prepare], showlogs: true, command: helmsum, args: [generate, -f, helmfile.yaml, -e, default{more}] }}]\n"
        )
    };
    let other = |hook: &str| {
        format!("  - name: shop\n    chart: ./c\n    values: [shop/values.yaml, shop/checksum.yaml]\n{hook}")
    };
    let repo = |own: &str, others: &str| {
        let state = format!("{GATEWAY}{own}{}", other(others));
        family("", "").file("helmfile.yaml", state)
    };
    let of_one = ", \"--release={{ .Release.Namespace }}/{{ .Release.Name }}\"";
    has_not(repo(&hook(of_one), &hook(of_one)), "hook-misuse");
    has(repo(&hook(of_one), ""), "hook-misuse", 0)
        .says("release `shop` of `helmfile.yaml`: no hook writes its target `shop/checksum.yaml`");
    has_not(repo(&hook(""), ""), "hook-misuse");
    repo(&hook(""), "")
        .helmsum(["generate", "-l", "name=shop"])
        .exits(0)
        .says("comes too late for release `shop` of `helmfile.yaml`: it runs only where release `edge/gateway` is deployed");
    let directory = repo(&hook(""), "").file("c/manifest.yaml", "kind: X\n");
    has(directory, "hook-misuse", 0).says("comes too late for release `shop`");
}

/// A consumer whose sources are in a directory for each environment.
fn environments(target: &str) -> Repo {
    Repo::with_git()
        .file(
            "helmfile.yaml",
            format!("environments: {{ prod: {{}}, test: {{}} }}\n---\nreleases: [{{ name: web, chart: ./c, values: [web/values.yaml, {target}] }}]\n"),
        )
        .file("web/values.yaml", "# helmsum: ./conf/{{ .Environment.Name }}\n")
        .file("web/conf/test/a", "1")
        .file("web/conf/prod/a", "2")
}

#[test]
fn shared_target() {
    let strict = |repo: Repo, code: i32| {
        let repo = repo.helmsum(["generate", "--strict", "-e", "test"]).exits(code);
        if code == 0 { repo } else { shown("shared-target", repo) }
    };
    strict(environments("web/checksum.yaml"), 1)
        .says("error[shared-target]: release `web`: the target `web/checksum.yaml` is for the environments `test` and `prod`, whose sources differ: `./conf/test` in `test`, `./conf/prod` in `prod`")
        .says("`- \"web/{{ .Environment.Name }}.checksum.yaml\"` among the `values`");
    strict(environments("\"web/{{ .Environment.Name }}.checksum.yaml\""), 0).does_not_say("shared-target");
    let named = environments("web/checksum.yaml")
        .file("web/values.yaml", "# helmsum: ./conf/{{ .Environment.Name }} as conf\n");
    strict(named, 1).says("`web/conf/test` in `test`, `web/conf/prod` in `prod`");
    let alike = environments("web/checksum.yaml")
        .file("web/values.yaml", "# helmsum: ./conf\na: '{{ .Environment.Name }}'\n");
    strict(alike, 0).does_not_say("shared-target");
    let only = "{{ if eq .Environment.Name \"prod\" }}\n# helmsum: ./conf/prod as more\n{{ end }}\n# helmsum: ./conf/test\n";
    let only =
        environments("web/checksum.yaml").file("web/more.yaml.gotmpl", only).file("web/values.yaml", "");
    let listed = only.read("helmfile.yaml").replace("values.yaml", "more.yaml.gotmpl");
    strict(only.file("helmfile.yaml", listed), 1).says("no others in `test`, `more` in `prod`");
    environments("web/checksum.yaml")
        .helmsum(["check", "--all-environments"])
        .exits(1)
        .does_not_say("shared-target")
        .complains("would get different contents");
}

#[test]
fn shared_target_is_a_note_where_every_hook_writes_a_target_that_git_ignores() {
    let hook = HOOK.replace("      - generate\n", "      - generate\n      - --helmfile-command=apply\n");
    let repo = |ignored: &str| {
        let repo = environments("web/checksum.yaml").file(".gitignore", ignored);
        let state = repo.read("helmfile.yaml").replace("---\n", &format!("---\n{hook}"));
        repo.file("helmfile.yaml", state).helmsum([
            "generate",
            "--strict",
            "-e",
            "test",
            "-f",
            "helmfile.yaml",
            "--helmfile-command=apply",
        ])
    };
    shown("shared-target", repo("checksum.yaml\n").exits(0)).says("note[shared-target]");
    repo("").exits(1).says("error[shared-target]");
}

#[test]
fn shared_target_runs_nothing_and_is_quiet_where_an_environment_cannot_be_read() {
    let state = |entry: &str| {
        let repo = environments("web/checksum.yaml");
        let state = repo.read("helmfile.yaml").replace("prod: {}", &format!("prod: {{ {entry} }}"));
        repo.file("helmfile.yaml", state)
            .file("env.yaml.gotmpl", "a: {{ exec \"touch\" (list \"ran\") }}\n")
            .file("secret.yaml", "a: ENC[x]\n")
            .helmsum(["generate", "--strict", "-e", "test"])
            .exits(0)
            .does_not_say("shared-target")
            .lacks("ran")
    };
    state("values: [env.yaml.gotmpl]");
    state("secrets: [secret.yaml]");
    state("values: [gone.yaml]");
    let values = environments("web/checksum.yaml")
        .file("web/run.yaml.gotmpl", "{{ if eq .Environment.Name \"prod\" }}{{ exec \"touch\" (list \"ran\") }}{{ end }}\n# helmsum: ./conf/{{ .Environment.Name }}\n");
    let listed = values.read("helmfile.yaml").replace("values.yaml", "run.yaml.gotmpl");
    values
        .file("helmfile.yaml", listed)
        .helmsum(["generate", "--strict", "-e", "test"])
        .exits(0)
        .does_not_say("shared-target")
        .lacks("ran");
}

/// `{"Name":"default","KubeContext":"","Values":{},"Defaults":{},"CLIOverrides":{}}`
const DEFAULT_ENVIRONMENT: &str = "673b411362b71134127a169ae1b4a127267a38ad47932799804655344e4df568";

#[test]
fn unverified_state() {
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for (digest, said) in [
        (&DEFAULT_ENVIRONMENT.replace('7', "8")[..], "helmfile read another environment than helmsum"),
        (nothing, "`--expect-environment` is the digest of nothing, which proves nothing"),
        ("", "`--expect-environment` is empty, which proves nothing"),
    ] {
        let repo = gateway().helmsum(["generate", &format!("--expect-environment={digest}")]).exits(1);
        shown("unverified-state", repo)
            .says(&format!("error[unverified-state]: {said}"))
            .lacks("gateway/checksum.yaml");
    }
    let hook = HOOK.replace("--file=helmfile.yaml", "--file=helmfile.yaml.gotmpl").replace(
        "\"--environment={{ .Environment.Name }}\"",
        "--environment=default\n      - --helmfile-command=apply",
    );
    let labels = "    labels: { namespace: \"{{ .Namespace }}\" }\n";
    let untold = gateway()
        .without("helmfile.yaml")
        .file("helmfile.yaml.gotmpl", format!("{hook}{GATEWAY}{labels}"))
        .helmsum([
            "generate",
            "--file=helmfile.yaml.gotmpl",
            "--environment=default",
            "--helmfile-command=apply",
        ])
        .exits(1);
    shown("unverified-state", untold).says("a template looks at the namespace,");
    gateway()
        .helmsum(["generate", &format!("--expect-environment={DEFAULT_ENVIRONMENT}")])
        .exits(0)
        .holds("gateway/checksum.yaml", &target())
        .helmsum([
            "generate",
            "--state-values-set=a=1",
            &format!("--expect-environment={DEFAULT_ENVIRONMENT}"),
        ])
        .exits(1);
    gateway()
        .file("helmsum.yaml", "levels: { unverified-state: warn }\n")
        .helmsum(["generate", "--expect-environment="])
        .exits(0)
        .says("warning[unverified-state]")
        .holds("gateway/checksum.yaml", &target());
}

#[test]
fn unstable_template() {
    let random = gateway()
        .file("helmfile.yaml", state("gateway/values.yaml", "gateway/values.yaml.gotmpl"))
        .file("gateway/values.yaml.gotmpl", "# helmsum: ./apis\npassword: {{ randAlphaNum 8 }}\n");
    has(random, "unstable-template", 0).says("`randAlphaNum` was called while the state was read");
    has_not(gateway(), "unstable-template");
}

#[test]
fn unstable_template_where_values_are_shared() {
    let state = "\
values: [{ directory: apis }]
releases:
  - { name: a, chart: ./c, values: [a.yaml.gotmpl] }
  - { name: b, chart: ./c, values: [b.yaml.gotmpl, b.checksum.yaml] }
";
    let repo = |first: &str| {
        Repo::new()
            .file("helmfile.yaml", state)
            .file("a.yaml.gotmpl", first)
            .file("b.yaml.gotmpl", "# helmsum: ./{{ .Values.directory }}\n")
            .file("apis/x", "1")
            .file("other/x", "1")
    };
    has(repo("{{ $_ := set .Values \"directory\" \"other\" }}\n"), "unstable-template", 1)
        .says("release `b`: `b.yaml.gotmpl` declares sources, and `a.yaml.gotmpl` of release `a` changes `.Values`")
        .lacks("b.checksum.yaml");
    has_not(repo("{{ $_ := set (deepCopy .Values) \"directory\" \"other\" }}\n"), "unstable-template");
    has_not(repo("{{ $_ := set .Values \"directory\" \"apis\" }}\n"), "unstable-template");
}

#[test]
fn stale_and_missing_checksum() {
    gateway().helmsum(["check", "-q"]).exits(2).says("error[missing-checksum]: release `edge/gateway`");
    let stale = gateway().file("gateway/checksum.yaml", format!("{HEADER}configChecksum: \"0\"\n"));
    stale
        .helmsum(["check", "-q"])
        .exits(2)
        .says("error[stale-checksum]: release `edge/gateway`: the target `gateway/checksum.yaml` is out of date")
        .file("helmsum.yaml", "levels: { stale-checksum: warn }\n")
        .helmsum(["check"])
        .exits(0)
        .says("stale  edge/gateway")
        .file("gateway/checksum.yaml", target())
        .helmsum(["check", "-q"])
        .exits(0)
        .stdout("");
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
