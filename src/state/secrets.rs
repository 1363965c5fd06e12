//! Encrypted values of an environment (`pkg/state/create.go: scatterGatherEnvSecretFiles`,
//! `pkg/helmexec/exec.go: DecryptSecret`).
//!
//! They are decrypted as helmfile does it, by the helm-secrets plugin. Without the plugin helmfile refuses the state, and so
//! does helmsum.

use camino::Utf8Path;

use super::decode::{Lines, Source};
use super::error::{WITHOUT_STATE, unreadable};
use super::merge::{Slices, cast_keys, override_map};
use super::reader::{Reader, Target, Trace};
use super::request::Request;
use super::resolved::Visit;
use super::spec::{EnvironmentSpec, StateSpec};
use super::values::{Matches, is_hcl};
use crate::diagnostic::{Diagnostic, Refusal};
use crate::program::{Confidential, Placement, Program};
use crate::text::Place;
use crate::tree::{Tree as _, WorkTree};
use crate::vals::note_document;
use crate::value::Map;
use crate::yaml::{self, Limits};

impl Reader<'_> {
    /// The decrypted values of an environment's `secrets:`.
    ///
    /// # Errors
    ///
    /// Where a file is missing, remote or HCL, and where it cannot be decrypted.
    pub(super) fn load_secrets(
        &self,
        target: Target<'_>,
        state: &StateSpec,
        environment: &EnvironmentSpec,
        trace: &mut Trace,
    ) -> Result<Map, Diagnostic> {
        let values = Map::new();
        let handler = environment.missing_file_handler.get().or_else(|| state.missing_file_handler.get());
        for path in &environment.secrets {
            let matches = self
                .find_files(target.base, handler.as_deref(), "environment secrets", path)
                .map_err(|error| path.blame(error))?;
            let Matches::Files(files) = matches else { continue };
            for file in files {
                if is_hcl(&file) {
                    let message = format!("`{file}` is HCL, which helmsum does not read");
                    let hint =
                        format!("write the values as YAML, which helmfile takes as well; {WITHOUT_STATE}");
                    return Err(path.blame(Diagnostic::refused(Refusal::HclValues, message)).hint(hint));
                }
                let decrypted = self.decrypt(&file, target, state).map_err(|error| path.blame(error))?;
                override_map(&values, &decrypted, Slices::Replace)?;
                trace.values_files.push(file);
            }
        }
        Ok(values)
    }

    fn decrypt(&self, file: &Utf8Path, target: Target<'_>, state: &StateSpec) -> Result<Map, Diagnostic> {
        let decryption = Decryption {
            request: self.request,
            // The command line's binary is not known to helmfile yet: it counts once all parts are loaded.
            helm: if state.helm_binary.is_empty() { "helm" } else { &state.helm_binary },
            kube_context: &state.helm_defaults.kube_context,
            directory: target.base.directory(),
            owner: "of the environment",
        };
        let text = decryption.run(file)?;
        // The text must not reach a message: it is secret.
        let source = Source { file: file.to_owned(), text: text.into(), lines: Lines::From(1) };
        let unreadable = |error: yaml::Error| {
            Diagnostic::error("the decrypted file is not a YAML map").at(error.place(file))
        };
        let node = yaml::parse_first(source.text.as_bytes(), &Limits::default()).map_err(unreadable)?;
        let map = node.as_ref().map_or(Ok(None), yaml::Node::decode_map).map_err(unreadable)?;
        cast_keys(&map.unwrap_or_default()).map_err(|error| error.or_at(Place::file(file)))
    }
}

impl Visit {
    /// The decrypted text of a file among the `secrets:` of a release, as the helm-secrets plugin gives it.
    ///
    /// # Errors
    ///
    /// Where the plugin is missing or fails, where `--no-exec` forbids to run it, and where the tree has another file than
    /// the disk, which is what the plugin reads.
    pub fn decrypt(&self, request: &Request, file: &Utf8Path) -> Result<String, Diagnostic> {
        self.decryption(request).run(file)
    }

    /// As [`Visit::decrypt`], for a map among the secrets, written as YAML.
    ///
    /// # Errors
    ///
    /// As [`Visit::decrypt`], and where no temporary file can be written.
    pub fn decrypt_text(&self, request: &Request, text: &str) -> Result<String, Diagnostic> {
        self.decryption(request).run_on(text)
    }

    fn decryption<'a>(&'a self, request: &'a Request) -> Decryption<'a> {
        Decryption {
            request,
            helm: &self.helm_binary,
            kube_context: &self.helm_kube_context,
            directory: &self.working_directory,
            owner: "of a release",
        }
    }
}

/// How secrets are decrypted.
struct Decryption<'a> {
    request: &'a Request,
    helm: &'a str,
    /// `helmDefaults.kubeContext`, else empty.
    kube_context: &'a str,
    directory: &'a Utf8Path,
    /// Whose secrets, for messages.
    owner: &'static str,
}

impl Decryption<'_> {
    fn run(&self, file: &Utf8Path) -> Result<String, Diagnostic> {
        let owner = self.owner;
        self.check_policy(&format!("`{file}` is a secrets file {owner}"))?;
        let content = self.request.tree.read(file).map_err(|error| unreadable(file, &error))?;
        if WorkTree.read(file).ok().as_ref() != Some(&content) {
            let message = format!(
                "`{file}` is a secrets file {owner}, and only the one in the work tree can be decrypted"
            );
            return Err(Diagnostic::refused(Refusal::EncryptedRevision, message)
                .hint(format!("compare revisions between which no secrets file {owner} changed")));
        }
        self.call(file, &content, &format!("`{file}` is a secrets file {owner}"), file.as_str())
    }

    fn run_on(&self, text: &str) -> Result<String, Diagnostic> {
        let title = format!("a map among the secrets {}", self.owner);
        self.check_policy(&title)?;
        let failed =
            |error: std::io::Error| Diagnostic::error(format!("{title}: no temporary file: {error}"));
        // helm-secrets may look at the name, and write beside it, so it is a file with a name like the one helmfile gives it.
        let mut files = Confidential::new(Placement::Folder);
        let path = files.file("helmfile-embdedded-secrets-0.yaml.enc", text.as_bytes()).map_err(failed)?;
        self.call(&path, text.as_bytes(), &title, "FILE")
    }

    fn check_policy(&self, title: &str) -> Result<(), Diagnostic> {
        if self.request.options.no_exec {
            let message = format!("{title}, and `--no-exec` forbids decrypting it");
            return Err(Diagnostic::refused(Refusal::NoExec, message)
                .hint("run without `--no-exec` if you trust the programs that the state starts"));
        }
        Ok(())
    }

    /// Runs the plugin on a file with this content, which messages call `shown`.
    fn call(&self, file: &Utf8Path, content: &[u8], title: &str, shown: &str) -> Result<String, Diagnostic> {
        let helm = self.helm;
        let verb = self.verb().ok_or_else(|| {
            Diagnostic::error(format!(
                "{title}, and the helm-secrets plugin, which decrypts it, is not installed"
            ))
            .hint("helmfile cannot read this state without the plugin either")
        })?;
        let failed = |error: &dyn std::fmt::Display| {
            Diagnostic::error(format!("cannot run `{helm}` to decrypt `{shown}`: {error}"))
        };
        let mut program = Program::find(helm, self.request.path()).map_err(|error| failed(&error))?;
        if !self.kube_context.is_empty() {
            program = program.arguments(["--kube-context", self.kube_context]);
        }
        let output = program
            .arguments(["secrets", verb, file.as_str()])
            .variables(self.request.variables.iter())
            .directory(self.directory)
            .prints_at_most(Limits::default().bytes)
            .run()
            .map_err(|failure| failed(&failure))?;
        if !output.status.success() {
            // What it says may quote the plaintext, or a digest of it.
            let message = format!("`{helm} secrets {verb} {shown}` failed ({})", output.status);
            return Err(Diagnostic::error(message).hint("run it by hand to see what it says"));
        }
        let text = String::from_utf8(output.output)
            .map_err(|_| Diagnostic::error(format!("`{shown}` is not UTF-8 when decrypted")))?;
        note_document(&self.request.secrets, &text, &String::from_utf8_lossy(content));
        Ok(text)
    }

    /// The plugin's command: `decrypt` since version 4.
    fn verb(&self) -> Option<&'static str> {
        let directories = self.request.homes().helm_plugins();
        let plugins = directories.iter().filter_map(|directory| {
            let entries = WorkTree.entries(directory).ok()?.into_iter();
            Some(entries.filter_map(|entry| Some(directory.join(entry.name.to_str()?))))
        });
        plugins.flatten().find_map(|plugin| {
            let text = WorkTree.read(&plugin.join("plugin.yaml")).ok()?;
            let metadata = yaml::parse_first(&text, &Limits::default()).ok()??.decode_map().ok()??;
            if metadata.get("name")?.as_str() != Some("secrets") {
                return None;
            }
            let version = metadata.get("version")?;
            let major = version.as_str()?.trim_start_matches('v').split('.').next()?.parse::<u64>().ok()?;
            Some(if major > 3 { "decrypt" } else { "view" })
        })
    }
}
