//! What a reference gives (`pkg/providers`).

use std::io;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};
use data_encoding::BASE64;

use super::address::{Address, Provider};
use super::envsubst::{self, Fault};
use super::expand::Resolver;
use super::noted::{note_document, note_value};
use super::unresolved::{DIGEST_INSTEAD, Unresolved};
use crate::diagnostic::{Diagnostic, Refusal};
use crate::go::strconv::parse_bool;
use crate::program::own_variables;
use crate::sops;
use crate::tree::Kind;
use crate::value::{Map, Value, print};
use crate::yaml::{self, Limits, Node};

/// The largest file that is read.
const LARGEST: u64 = 64 << 20;

/// Makes vals fail where a document does not have the key, which else gives null.
const STRICT: &str = "HELMFILE_VALS_FAIL_ON_MISSING_KEY_IN_MAP";

impl Resolver<'_> {
    /// What a URL stands for, noted as secret.
    pub(super) fn look_up(&self, url: &[u8]) -> Result<Value, Unresolved> {
        let address = Address::parse(url)?;
        if self.shows {
            let said = "gives a secret, which `--embed-values` would show";
            return Err(Unresolved::refused(
                Refusal::SecretReference,
                url,
                said,
                "leave `--embed-values` out",
            ));
        }
        let strict = self.is_strict(url)?;
        let value = match &address.keys {
            None => Value::from_bytes(self.text(url, &address)?),
            Some(keys) => at_keys(url, self.document_once(url, &address)?, keys, strict)?,
        };
        note_value(self.secrets, &value);
        Ok(value)
    }

    fn is_strict(&self, url: &[u8]) -> Result<bool, Unresolved> {
        let Some(text) = self.variables.get(STRICT).map(|text| text.trim()).filter(|text| !text.is_empty())
        else {
            return Ok(false);
        };
        parse_bool(text).ok_or_else(|| {
            let said = format!("is not resolved: the variable `{STRICT}` is neither true nor false");
            Unresolved::failed(url, said, "set it to `true` or `false`; helmfile refuses it too")
        })
    }

    /// A parameter, else the variable that stands in for it.
    fn parameter<'s>(&'s self, address: &'s Address, name: &str) -> &'s str {
        let given = address.parameters.get(name);
        given
            .or_else(|| self.variables.get(&format!("VALS_{}", name.to_uppercase())))
            .map_or("", String::as_str)
    }

    fn text(&self, url: &[u8], address: &Address) -> Result<Vec<u8>, Unresolved> {
        match address.provider {
            Provider::Echo => Ok(address.path.trim_end_matches('/').into()),
            Provider::EnvSubst => self.substituted(url, address).map(String::into_bytes),
            Provider::File => {
                let bytes = self.file(url, address.path.strip_suffix('/').unwrap_or(&address.path))?;
                self.encoded(url, address, bytes)
            }
            Provider::Sops => {
                let bytes = self.decrypt(url, address, "")?;
                self.encoded(url, address, bytes.to_vec())
            }
        }
    }

    /// The document of a reference, parsed once for all that differ in their fragments alone, as in vals.
    fn document_once(&self, url: &[u8], address: &Address) -> Result<Map, Unresolved> {
        let whole = url.split(|byte| *byte == b'#').next().unwrap_or_default();
        if let Some(known) = self.documents.borrow().get(whole) {
            return Ok(known.clone());
        }
        let document = self.document(url, address)?;
        self.documents.borrow_mut().insert(whole.to_owned(), document.clone());
        Ok(document)
    }

    fn document(&self, url: &[u8], address: &Address) -> Result<Map, Unresolved> {
        match address.provider {
            Provider::Echo => echoed(url, &address.path),
            Provider::EnvSubst => parsed(url, self.substituted(url, address)?.as_bytes()),
            Provider::File => {
                parsed(url, &self.file(url, address.path.strip_suffix('/').unwrap_or(&address.path))?)
            }
            Provider::Sops => parsed(url, &self.decrypt(url, address, "yaml")?),
        }
    }

    fn substituted(&self, url: &[u8], address: &Address) -> Result<String, Unresolved> {
        let text = address.path.strip_suffix('/').unwrap_or(&address.path).trim();
        envsubst::substitute(text, self.variables).map_err(|fault| {
            let said = match fault {
                Fault::Unclosed => "has a `${` without its `}`",
                Fault::Endless => "has braces that envsubst never ends on, and helmfile with it",
            };
            Unresolved::failed(url, said, "name variables as `$NAME` or `${NAME:-TEXT}`")
        })
    }

    fn encoded(&self, url: &[u8], address: &Address, bytes: Vec<u8>) -> Result<Vec<u8>, Unresolved> {
        match self.parameter(address, "encode") {
            "" | "raw" => Ok(bytes),
            "base64" => Ok(BASE64.encode(&bytes).into_bytes()),
            _ => {
                let said = "has an `encode` that vals does not know";
                Err(Unresolved::failed(url, said, "write `encode=raw` or `encode=base64`"))
            }
        }
    }

    /// Where a file is, which is relative to where helmfile works.
    fn path(&self, url: &[u8], path: &str) -> Result<Utf8PathBuf, Unresolved> {
        match self.directory {
            // Nothing is named, and nothing is read.
            _ if path.is_empty() => Ok(path.into()),
            Some(directory) => Ok(directory.join(path)),
            None if path.starts_with('/') => Ok(path.into()),
            None => {
                let said = "has a path that is relative to where helmfile works, which is not known here";
                let hint = "write an absolute path, or use `readFile`";
                Err(Unresolved::refused(Refusal::SecretReference, url, said, hint))
            }
        }
    }

    /// The content of a file.
    fn file(&self, url: &[u8], path: &str) -> Result<Vec<u8>, Unresolved> {
        let file = self.path(url, path)?;
        let failed = |error: io::Error| {
            let said = format!("reads `{file}`, which cannot be read: {error}");
            let hint = "correct the path: in a reference it is relative to where helmfile works, not to the file that has it";
            Unresolved::failed(url, said, hint)
        };
        let stat = self.tree.stat(&file).map_err(failed)?;
        if stat.kind == Kind::Special {
            let said = format!("reads `{file}`, which is a pipe, a socket or a device");
            let hint = "reading it may never end: put the content into a file";
            return Err(Unresolved::refused(Refusal::SpecialFile, url, said, hint));
        }
        if stat.size > LARGEST {
            let said = format!("reads `{file}`, which has more than {} MiB", LARGEST >> 20);
            return Err(Unresolved::refused(Refusal::Limit, url, said, "make it smaller"));
        }
        let bytes = self.tree.read(&file).map_err(failed)?;
        if let Some(directory) = self.directory.filter(|_| !path.starts_with('/')) {
            self.directories.note(directory);
            self.check_elsewhere(url, path, directory, &bytes)?;
        }
        self.files.borrow_mut().insert(file);
        Ok(bytes)
    }

    /// Refuses a relative path that leads to another file where helmfile works for another state file: vals keeps what it read first
    /// for a reference, wherever that was, and which state file that is depends on the command.
    fn check_elsewhere(
        &self,
        url: &[u8],
        path: &str,
        directory: &Utf8Path,
        bytes: &[u8],
    ) -> Result<(), Unresolved> {
        for other in self.directories.others(directory) {
            let file = other.join(path);
            let is_small =
                self.tree.stat(&file).is_ok_and(|stat| stat.kind == Kind::File && stat.size <= LARGEST);
            if is_small && self.tree.read(&file).is_ok_and(|read| read != bytes) {
                let said = format!(
                    "reads `{path}`, which is another file in `{directory}` than in `{other}`, and vals reads it once in a run"
                );
                let hint = "give the files different names, or write an absolute path";
                return Err(Unresolved::refused(Refusal::AmbiguousCommand, url, said, hint));
            }
        }
        Ok(())
    }

    /// What SOPS gives for a file, in a format: `default` where neither the reference nor the file's name says which.
    fn decrypt(&self, url: &[u8], address: &Address, default: &str) -> Result<Rc<[u8]>, Unresolved> {
        if !matches!(self.parameter(address, "key_type"), "" | "filepath") {
            let said = "has a `key_type`, and helmsum decrypts files only";
            return Err(Unresolved::refused(Refusal::SecretReference, url, said, DIGEST_INSTEAD));
        }
        for name in ["region", "profile", "role_arn"] {
            if !self.parameter(address, name).is_empty() {
                let said = format!("has `{name}`, which names an account");
                return Err(Unresolved::refused(Refusal::SecretReference, url, said, DIGEST_INSTEAD));
            }
        }
        if !self.programs {
            let said = "is decrypted by the program `sops`, and `--no-exec` forbids running it";
            let hint = "run without `--no-exec` if you trust the programs that the state starts";
            return Err(Unresolved::refused(Refusal::NoExec, url, said, hint));
        }
        let file = self.path(url, &address.path)?;
        let ciphertext = self.file(url, &address.path)?;
        if ciphertext.len() as u64 > sops::LIMIT {
            let problem = sops::too_large(&file, DIGEST_INSTEAD).as_refusal(Refusal::Limit);
            return Err(Unresolved::because(url, &problem));
        }
        let format = match self.parameter(address, "format") {
            "" => default,
            given => given,
        };
        let format = sops::known_format(format).unwrap_or_else(|| sops::format(&file));
        let decrypt = || {
            let plaintext = self.run(&file, format, &ciphertext)?;
            let (clear, sealed) = (String::from_utf8_lossy(&plaintext), String::from_utf8_lossy(&ciphertext));
            note_document(self.secrets, &clear, &sealed);
            Ok(plaintext)
        };
        let outcome = self.decrypted.once(format, &ciphertext, decrypt);
        outcome.map_err(|problem| Unresolved::because(url, &problem))
    }

    fn run(&self, file: &Utf8Path, format: &str, ciphertext: &[u8]) -> Result<Vec<u8>, Diagnostic> {
        let path = self.variables.get("PATH").map(std::ffi::OsStr::new);
        let others =
            own_variables().filter(|(name, value)| name.to_str().is_none() || value.to_str().is_none());
        let mut program = sops::program(file, path, DIGEST_INSTEAD)?
            // vals does not look at a `.sops.yaml`, which may say how a file is laid out.
            .arguments(["--config", "/dev/null"])
            .variables(others)
            .variables(self.variables.iter());
        if let Some(directory) = self.directory {
            program = program.directory(directory);
        }
        sops::decrypt(program, file, format, ciphertext)
    }
}

/// The last part of a path, below maps for the parts before it.
fn echoed(url: &[u8], path: &str) -> Result<Map, Unresolved> {
    let mut parts = path.split('/').rev();
    let (last, key) = (parts.next(), parts.next());
    let (Some(last), Some(key)) = (last, key) else {
        let said = "has a `#`, and only one part before it";
        return Err(Unresolved::failed(url, said, "write `ref+echo://KEY/TEXT#/KEY`"));
    };
    let innermost = Map::from_iter([(key, Value::from(last))]);
    Ok(parts.fold(innermost, |map, key| Map::from_iter([(key, Value::from(map))])))
}

fn parsed(url: &[u8], text: &[u8]) -> Result<Map, Unresolved> {
    let read = || yaml::parse_first(text, &Limits::default())?.as_ref().map_or(Ok(None), Node::decode_map);
    // What is wrong with it may quote a secret.
    match read() {
        Ok(map) => Ok(map.unwrap_or_default()),
        Err(error) if matches!(error.kind(), yaml::ErrorKind::Unsupported | yaml::ErrorKind::Limit) => {
            let refusal = match error.kind() {
                yaml::ErrorKind::Limit => Refusal::Limit,
                _ => Refusal::UnsupportedYaml,
            };
            let said = "gives YAML that parsers read differently, or too much of it";
            Err(Unresolved::refused(refusal, url, said, "write it more plainly"))
        }
        Err(_) => {
            let said = "has a `#` and gives no YAML map that a key could be in";
            Err(Unresolved::failed(url, said, "drop what follows the `#` to have the whole text"))
        }
    }
}

/// The value at a path of keys; null where a map does not have one of them.
fn at_keys(url: &[u8], document: Map, keys: &[String], strict: bool) -> Result<Value, Unresolved> {
    let mut value = Value::Map(document);
    for key in keys {
        let found = match &value {
            Value::Map(map) => map.get(key),
            Value::AnyMap(map) => at_printed_key(url, &map.entries(), key)?,
            _ => {
                let said = "looks for a key in what is not a map";
                return Err(Unresolved::failed(url, said, "correct the path that follows the `#`"));
            }
        };
        match found {
            Some(found) => value = found,
            None if strict => {
                let said = format!("names a key that is not there, and `{STRICT}` makes that an error");
                return Err(Unresolved::failed(url, said, "correct the path that follows the `#`"));
            }
            None => return Ok(Value::Nil),
        }
    }
    Ok(value)
}

/// The value at a key that is printed so. Of two that are printed alike vals takes any.
fn at_printed_key(url: &[u8], entries: &[(Value, Value)], key: &str) -> Result<Option<Value>, Unresolved> {
    let mut found = None;
    for (own, value) in entries {
        if print::display(own).is_ok_and(|printed| printed == key.as_bytes()) {
            if found.is_some() {
                let said = "names one of two keys that are printed alike, and vals takes any";
                return Err(Unresolved::refused(
                    Refusal::UnpredictableResult,
                    url,
                    said,
                    "rename one of them",
                ));
            }
            found = Some(value.clone());
        }
    }
    Ok(found)
}
