//! The plugin for Helm 4, from the archive to a release that it annotates. Nothing is fetched.

use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::support::plugins;
use crate::support::programs::{self, helm_major};
use crate::support::sandbox::{Run, Sandbox};

/// A copy of what is packaged, with a folder `data` of its own for helm.
struct Workshop {
    sandbox: Sandbox,
    folder: PathBuf,
    signs: bool,
}

/// A key that is made for a test, in the folder of gpg in the home.
const MAKE_A_KEY: &str = "\
install -d -m 0700 ~/.gnupg
gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-generate-key 'Packager <packager@localhost>' ed25519 sign never
";

impl Workshop {
    /// Nothing without Helm 4.
    fn new() -> Option<Self> {
        Self::with(&["python3", "tar"], false)
    }

    /// One in which gpg has a key.
    fn with_key() -> Option<Self> {
        let made = Self::with(&["python3", "gpg", "gpgconf"], true)?;
        made.shell(MAKE_A_KEY).succeeds();
        Some(made)
    }

    fn with(of_the_system: &[&str], signs: bool) -> Option<Self> {
        if helm_major() == 3 {
            return None;
        }
        let programs = programs::find(&[&programs::HELMFILE, &programs::HELM_4], &["git"])?;
        programs::find(&[], of_the_system)?;
        let sandbox = Sandbox::new(&programs, &[]);
        let folder = sandbox.import("plugin", "plugin");
        Some(Self { sandbox, folder, signs })
    }

    /// Runs a script in the folder.
    fn shell(&self, script: &str) -> Run {
        let script = format!("export HELM_DATA_HOME=$PWD/data\n{script}");
        self.sandbox.run(&self.folder, "sh", ["-e", "-c", &script])
    }

    /// The archive as it is packaged; its name.
    fn package(&self, arguments: &str) -> String {
        let written = self.shell(&format!("./package --destination made {arguments}")).succeeds();
        written.lines().next().expect("an archive").to_owned()
    }

    fn is_installed(&self) -> bool {
        self.folder.join("data/plugins/helmsum/plugin.yaml").exists()
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        if self.signs {
            // It may have ended before.
            let _ = self.shell("gpgconf --kill all");
        }
    }
}

#[test]
fn the_archive_has_the_plugin_alone_and_is_the_same_every_time() {
    let Some(shop) = Workshop::new() else { return };
    let archive = shop.package("");
    assert_eq!(archive, format!("made/helmsum-{}.tgz", env!("CARGO_PKG_VERSION")));
    let list = shop.shell(&format!("tar -tzf {archive}")).succeeds();
    assert_eq!(list, "helmsum/\nhelmsum/plugin.yaml\n");
    let packed = shop.shell(&format!("tar -xzOf {archive} helmsum/plugin.yaml")).succeeds();
    assert_eq!(packed, include_str!("../../plugin/plugin.yaml"));

    let first = fs::read(shop.folder.join(&archive)).expect("an archive");
    shop.shell("touch -d 2001-01-01 plugin.yaml; chmod 0600 plugin.yaml").succeeds();
    shop.shell("umask 077; TZ=Asia/Tokyo ./package --destination again").succeeds();
    let again = archive.replace("made/", "again/");
    assert_eq!(fs::read(shop.folder.join(again)).expect("an archive"), first);
}

#[test]
fn pages_name_the_archive_of_this_version() {
    let mut count = 0;
    for page in ["docs/annotate.md", "examples/any-chart/README.md"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let text = fs::read_to_string(path).expect("a page");
        for version in text.split(['/', ' ', '\n']).filter_map(|word| word.strip_prefix("helmsum-")) {
            let version = version.strip_suffix(".tgz").unwrap_or(version);
            assert_eq!(version, env!("CARGO_PKG_VERSION"), "{page}");
            count += 1;
        }
    }
    assert!(count > 2, "{count}");
}

#[test]
fn the_archive_is_installed_without_a_network_and_annotates() {
    let Some(shop) = Workshop::new() else { return };
    let archive = shop.package("");
    // It is not signed, and helm asks for that unless it is told not to.
    let told = shop.shell(&format!("helm plugin install {archive}")).fails();
    assert!(told.contains("no provenance file (.prov) found") && !shop.is_installed(), "{told}");
    shop.shell(&format!("helm plugin install --verify=false {archive}")).succeeds();
    assert!(shop.is_installed());
    let list = shop.shell("helm plugin list").succeeds();
    let row: Vec<&str> = list.lines().nth(1).expect("a plugin").split_whitespace().collect();
    assert_eq!(row[..3], ["helmsum", env!("CARGO_PKG_VERSION"), "postrenderer/v1"], "{list}");

    let example = shop.sandbox.import("examples/any-chart", "any-chart");
    let script = format!("HELM_DATA_HOME={}/data helmfile -q template", shop.folder.display());
    let manifests = shop.sandbox.run(&example, "sh", ["-c", &script]).succeeds();
    assert_eq!(manifests.matches("checksum/helmsum").count(), 1, "{manifests}");
    let told = shop.sandbox.run(&example, "helmfile", ["-q", "template"]).fails();
    assert!(told.contains("plugin: {Name:helmsum Type:postrenderer/v1} not found"), "{told}");
}

#[test]
fn helm_verifies_what_gpg_has_signed() {
    let Some(shop) = Workshop::with_key() else { return };
    let archive = shop.package("--sign packager@localhost");
    // helm reads the keys of gpg where gpg keeps them.
    for verify in ["helm plugin verify", "helm plugin install"] {
        let told = shop.shell(&format!("{verify} {archive}")).succeeds();
        assert!(told.contains("Signed by: Packager <packager@localhost>"), "{told}");
        assert!(told.contains("Plugin Hash Verified: sha256:"), "{told}");
    }
    assert!(shop.is_installed());
}

#[test]
fn helm_refuses_what_was_changed_after_it_was_signed_and_keys_it_does_not_know() {
    let Some(shop) = Workshop::with_key() else { return };
    let archive = shop.package("--sign packager@localhost");
    shop.shell("gpg --batch --export packager@localhost >known.gpg; : >empty.gpg").succeeds();
    let told = shop.shell(&format!("helm plugin install --keyring empty.gpg {archive}")).fails();
    assert!(told.contains("plugin verification failed") && !shop.is_installed(), "{told}");

    let path = shop.folder.join(&archive);
    let packed = fs::read(&path).expect("an archive");
    // Behind the end of the archive, where nothing that is unpacked changes.
    fs::write(&path, [&packed[..], b"\0"].concat()).expect("an archive");
    let told = shop.shell(&format!("helm plugin install --keyring known.gpg {archive}")).fails();
    assert!(told.contains("sha256 sum does not match") && !shop.is_installed(), "{told}");

    fs::write(&path, packed).expect("an archive");
    shop.shell(&format!("helm plugin install --keyring known.gpg {archive}")).succeeds();
    assert!(shop.is_installed());
}

#[test]
fn nothing_is_left_where_the_key_is_unknown() {
    let Some(shop) = Workshop::with_key() else { return };
    let told = shop.shell("./package --destination made --sign somebody@localhost").fails();
    assert!(told.contains("gpg cannot sign with the key 'somebody@localhost'"), "{told}");
    assert!(!shop.folder.join("made").exists());
}

#[test]
fn helm_can_package_and_sign_the_folder_itself() {
    let Some(shop) = Workshop::with_key() else { return };
    // helm wants the secret key in a file; gpg keeps it elsewhere.
    let script = "\
gpg --batch --pinentry-mode loopback --passphrase '' --export-secret-keys packager@localhost >secret.gpg
helm plugin package . --destination made --key packager@localhost --keyring secret.gpg
helm plugin install made/helmsum-*.tgz
";
    let told = shop.shell(script).succeeds();
    assert!(told.contains("Successfully signed") && told.contains("Installed plugin: helmsum"), "{told}");
    assert!(shop.is_installed());
}

#[test]
fn helm_3_refuses_its_plugins_where_it_shares_their_folder() {
    if helm_major() == 4 {
        return;
    }
    let Some(programs) = programs::find(&[&programs::HELM_3], &["git"]) else { return };
    let sandbox = Sandbox::new(&programs, &[]);
    let folder = sandbox.import("plugin", "plugin");
    let helm = |data: &str, arguments: &str| {
        let script = format!("HELM_DATA_HOME=$PWD/{data} helm {arguments}");
        sandbox.run(&folder, "sh", ["-c", &script])
    };
    for data in ["own", "shared"] {
        plugins::secrets(&folder.join(data).join("plugins"), "cat \"$2\"");
    }
    fs::create_dir_all(folder.join("shared/plugins/helmsum")).expect("a folder");
    fs::copy(folder.join("plugin.yaml"), folder.join("shared/plugins/helmsum/plugin.yaml"))
        .expect("a plugin");
    let description = include_str!("../../plugin/plugin.yaml");
    assert_eq!(helm("own", "secrets decrypt plugin.yaml").succeeds(), description);
    let told = helm("shared", "secrets decrypt plugin.yaml").fails();
    assert!(told.contains("unknown command \"secrets\" for \"helm\""), "{told}");
    assert!(helm("shared", "version --short").stderr().contains("plugin.yaml"), "every call complains");
}
