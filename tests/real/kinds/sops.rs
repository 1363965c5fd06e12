//! `decrypt=sops` with the real sops and an age key that is made for the test.

use std::path::PathBuf;

use fs_err as fs;

use super::project::Project;
use crate::support::page::Page;
use crate::support::programs::{self, Toolset};
use crate::support::sandbox::{Run, Sandbox};

/// sops and age-keygen.
pub(crate) const SOPS: Toolset = Toolset {
    variable: "HELMSUM_SOPS_BIN",
    script: "tests/tools/sops/build",
    programs: &["sops", "age-keygen"],
};

/// Writes a file of a project and encrypts it with the age key in `identity`.
pub(crate) fn encrypt(project: &Project, identity: &str, file: &str, text: &str) {
    project.write(file, text);
    let script = format!("sops encrypt --age \"$(age-keygen -y {identity})\" --in-place {file}");
    project.shell(&script);
    assert!(project.read(file).contains("ENC[AES256_GCM,"), "{file}");
}

const STATE: &str = "\
releases:
  - name: db
    chart: ./chart
    values: [db.yaml, checksum.yaml]
";

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A project with encrypted files, and everything that is needed to encrypt and decrypt them.
struct Vault {
    sandbox: Sandbox,
    root: PathBuf,
    recipient: String,
}

impl Vault {
    /// A project whose release depends on `./vault decrypt=sops`.
    fn new() -> Option<Self> {
        let programs = programs::find(&[&SOPS], &[])?;
        let sandbox = Sandbox::new(&programs, &[]);
        let root = sandbox.project("vault");
        fs::create_dir_all(root.join(".git")).expect("a folder");
        fs::create_dir_all(root.join("vault")).expect("a folder");
        sandbox.run(&root, "age-keygen", ["-o", "age.txt"]).succeeds();
        let recipient = sandbox.run(&root, "age-keygen", ["-y", "age.txt"]).succeeds().trim().to_owned();
        let vault = Self { sandbox, root, recipient };
        vault.write("helmfile.yaml", STATE);
        vault.write("db.yaml", "# helmsum: ./vault decrypt=sops\n");
        vault.write("key", KEY);
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(vault.root.join("key"), private).expect("permissions");
        Some(vault)
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.root.join(file), text).expect("a file");
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root.join(file)).expect("a file")
    }

    /// Writes an encrypted file.
    fn encrypt(&self, file: &str, text: &str) {
        self.write(file, text);
        self.sops(&["encrypt", "--age", &self.recipient, "--in-place", file]).succeeds();
        assert!(self.read(file).contains("ENC[AES256_GCM,"), "{file}");
    }

    fn sops(&self, arguments: &[&str]) -> Run {
        let environment = ["SOPS_AGE_KEY_FILE=age.txt", "sops"];
        self.sandbox.run(&self.root, "env", [&environment, arguments].concat())
    }

    /// helmsum with the age key and the key for digests at hand.
    fn helmsum(&self, arguments: &[&str]) -> Run {
        let environment = ["SOPS_AGE_KEY_FILE=age.txt", "HELMSUM_KEY_FILE=key", "helmsum"];
        self.sandbox.run(&self.root, "env", [&environment, arguments].concat())
    }

    /// Writes the target and gives the checksum in it.
    fn checksum(&self) -> String {
        self.helmsum(&["generate", "--strict"]).succeeds();
        let target = self.read("checksum.yaml");
        let line = target.lines().find_map(|line| line.strip_prefix("configChecksum: ")).expect("a checksum");
        line.trim_matches('"').to_owned()
    }
}

#[test]
fn encrypting_again_moves_nothing_and_a_value_does() {
    let Some(vault) = Vault::new() else { return };
    let files = [
        ("vault/db.yaml", "user: app\npassword: hunter2-first\n"),
        ("vault/api.json", "{\"token\": \"hunter2-second\", \"retries\": 3}\n"),
        ("vault/.env", "TOKEN=hunter2-third\n"),
        ("vault/db.ini", "[db]\npassword = hunter2-fourth\n"),
        ("vault/tls.pem", "hunter2-fifth\nand a second line\n"),
    ];
    for (file, text) in files {
        vault.encrypt(file, text);
    }
    vault.write("vault/README.md", "In clear.\n");
    let first = vault.checksum();
    let target = vault.read("checksum.yaml");
    assert_eq!(
        target.lines().filter(|line| line.starts_with("#   ")).count(),
        1,
        "no file is named: {target}"
    );

    for (file, text) in files {
        let before = vault.read(file);
        vault.sops(&["rotate", "--in-place", file]).succeeds();
        assert_ne!(vault.read(file), before, "{file} has another ciphertext");
        assert_eq!(vault.checksum(), first, "{file} was rotated");
        vault.encrypt(file, text);
        assert_eq!(vault.checksum(), first, "{file} was encrypted anew");
    }
    vault.encrypt("vault/db.yaml", "# a comment\npassword: 'hunter2-first'\n\nuser:   app\n");
    assert_eq!(vault.checksum(), first, "data has no layout");

    for (file, text) in files {
        vault.encrypt(file, &text.replace("hunter2", "hunter3"));
        assert_ne!(vault.checksum(), first, "{file} says something else");
        vault.encrypt(file, text);
        assert_eq!(vault.checksum(), first, "{file} is as it was");
    }
    vault.write("vault/README.md", "In clear, and longer.\n");
    assert_ne!(vault.checksum(), first, "files beside it count too");
}

#[test]
fn the_digest_is_what_hmac_makes_of_the_plaintext() {
    let Some(vault) = Vault::new() else { return };
    vault.encrypt("vault/tls.pem", "hunter2\n");
    vault.write("db.yaml", "# helmsum: ./vault/tls.pem decrypt=sops\n");
    let script = format!(
        "import hashlib, hmac\n\
         mac = lambda text: hmac.new(b'{KEY}', text.encode(), hashlib.sha256).hexdigest()\n\
         print(mac(mac('hunter2\\n') + '  ./tls.pem\\n'))"
    );
    let expected = vault.sandbox.run(&vault.root, "python3", ["-c", &script]).succeeds();
    assert_eq!(vault.checksum(), expected.trim());
    // As the manual has it.
    let script = Page::read("docs/checksum.md").tested_by("the_digest_is_what_hmac_makes_of_the_plaintext");
    let script = format!(
        "cp key vault\ncd vault\nexport SOPS_AGE_KEY_FILE=../age.txt\n{}",
        script.replace("password.txt", "tls.pem")
    );
    assert_eq!(vault.sandbox.run(&vault.root, "sh", ["-c", &script]).succeeds().trim(), expected.trim());
}

#[test]
fn what_is_decrypted_is_explained_without_a_command_and_its_files() {
    let Some(vault) = Vault::new() else { return };
    vault.encrypt("vault/db.yaml", "password: hunter2\n");
    let told = vault.helmsum(&["explain"]).succeeds();
    let why = "no command: `decrypt=sops` hashes what the files say when they are decrypted";
    assert!(told.contains(why) && !told.contains("db.yaml  ") && !told.contains("hunter2"), "{told}");
}

#[test]
fn a_stale_secret_names_itself_and_nothing_else() {
    let Some(vault) = Vault::new() else { return };
    vault.encrypt("vault/db.yaml", "password: hunter2\n");
    vault.checksum();
    vault.encrypt("vault/db.yaml", "password: hunter3\n");
    let told = vault.helmsum(&["check"]).fails();
    assert!(told.contains("edited   ./vault"), "{told}");
    let told = vault.helmsum(&["check", "--output", "json"]).fails();
    let start = told.find('{').expect("a document");
    let end = told.find("--- stderr").expect("the other stream");
    let document: serde_json::Value = serde_json::from_str(&told[start..end]).expect("JSON");
    let source = &document["releases"][0]["sources"][0];
    assert_eq!(source["changed"], serde_json::json!([{ "name": "./vault", "how": "edited" }]));
    assert_eq!((&source["files"], &source["bytes"]), (&serde_json::json!([]), &serde_json::Value::Null));
    assert!(!told.contains("hunter") && !told.contains("vault/db.yaml"), "{told}");
}

#[test]
fn what_cannot_be_decrypted_leaves_the_target_as_it_was() {
    let Some(vault) = Vault::new() else { return };
    vault.encrypt("vault/db.yaml", "password: hunter2\npin: 1234\n");
    vault.checksum();
    let target = vault.read("checksum.yaml");
    let refused = |run: Run, said: &str| {
        let told = run.fails();
        assert!(told.contains(said), "{said:?} is not in {told}");
        assert!(!told.contains("hunter2"), "{told}");
        assert_eq!(vault.read("checksum.yaml"), target);
    };
    let bare =
        |program: &str| vault.sandbox.run(&vault.root, "env", ["HELMSUM_KEY_FILE=key", program, "generate"]);
    refused(bare("helmsum"), "vault/db.yaml` cannot be decrypted: `sops` has none of the keys");
    let alone = ["PATH=/nowhere", "HELMSUM_KEY_FILE=key", env!("CARGO_BIN_EXE_helmsum"), "generate"];
    refused(vault.sandbox.run(&vault.root, "env", alone), "the program `sops` is not in `PATH`");

    let sealed = vault.read("vault/db.yaml");
    vault.write("vault/db.yaml", &sealed.replace("pin:", "pen:"));
    refused(vault.helmsum(&["generate", "--debug"]), "vault/db.yaml` cannot be decrypted: `sops` ");
    let line = sealed.lines().find(|line| line.starts_with("pin: ")).expect("the sealed value");
    vault.write("vault/db.yaml", &sealed.replace(&format!("{line}\n"), ""));
    refused(vault.helmsum(&["generate", "--debug"]), "finds that it was changed after it was encrypted");

    vault.write("vault/db.yaml", "password: in clear\n");
    refused(vault.helmsum(&["generate"]), "`decrypt=sops`, but SOPS encrypted no file of");
    // A number that JSON does not have counts as it is written.
    vault.encrypt("vault/db.yaml", "password: hunter2\nlimit: .inf\n");
    vault.helmsum(&["generate"]).succeeds();
    assert_ne!(vault.read("checksum.yaml"), target);
}
