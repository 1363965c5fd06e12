//! Secrets and the key of their digests.

use super::*;

#[test]
pub(super) fn encrypted_source() {
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
pub(super) fn encrypted_source_of_other_programs() {
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
pub(super) fn guessable_secret() {
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
