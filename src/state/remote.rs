//! Files that helmfile downloads, read from where it keeps them (`pkg/remote/remote.go`).
//!
//! helmfile fetches what it does not have yet, and keeps it. helmsum never fetches: what lies in the cache is read
//! as helmfile would read it, and anything else is refused with the place where it would have to be.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::error::WITHOUT_STATE;
use super::request::Request;
use crate::diagnostic::{Diagnostic, Refusal, Secrets};
use crate::go::filepath::{self, join};
use crate::go::url::{Url, parse_query, query_escape};
use crate::tree::{Kind, Tree, glob};

/// Schemes that are fetched as a single file, when nothing names a getter.
const PLAIN: [&str; 3] = ["s3", "http", "https"];

/// Archives, out of which several files can come.
const ARCHIVES: [&str; 14] = [
    "bz2", "gz", "tar", "tar.bz2", "tar.gz", "tar.xz", "tar.zst", "tbz2", "tgz", "txz", "tzst", "xz", "zip",
    "zst",
];

/// What a text names, if helmfile would fetch it: `Source`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Source {
    /// `normal` for a single file, else what stands before `::`, or nothing.
    getter: String,
    scheme: String,
    host: String,
    /// What is fetched.
    directory: String,
    /// What is wanted of it.
    file: String,
    query: String,
    /// Whether an `@` stands between the two.
    has_selector: bool,
}

/// What helmfile takes a text for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Parsed {
    Remote(Source),
    /// A local path.
    Local,
    /// Something that helmfile neither fetches nor takes for a path.
    Unfetchable,
}

/// `Parse`.
fn parse(text: &str) -> Parsed {
    if !has_colon(text) {
        return Parsed::Local;
    }
    let (getter, body) = if let [getter, body] = text.split("::").collect::<Vec<_>>()[..] {
        (getter, body)
    } else if let [scheme, _] = text.split("://").collect::<Vec<_>>()[..] {
        if !PLAIN.contains(&scheme.to_lowercase().as_str()) {
            return Parsed::Unfetchable;
        }
        let Some(url) = url(text) else { return Parsed::Unfetchable };
        let (directory, file) = split_path(&url.path);
        return Parsed::Remote(Source {
            getter: "normal".into(),
            scheme: url.scheme,
            host: url.host,
            directory,
            file,
            query: url.query,
            has_selector: false,
        });
    } else {
        ("", text)
    };
    if body.starts_with('/') {
        return Parsed::Local;
    }
    let Some(url) = url(body).filter(|url| !url.scheme.is_empty()) else { return Parsed::Local };
    let (directory, file, has_selector) =
        if let [directory, file] = url.path.split('@').collect::<Vec<_>>()[..] {
            (directory.to_owned(), file.to_owned(), true)
        } else {
            let (directory, file) = split_path(&url.path);
            (directory, file, false)
        };
    Parsed::Remote(Source {
        getter: getter.into(),
        scheme: url.scheme,
        host: url.host,
        directory,
        file,
        query: url.query,
        has_selector,
    })
}

/// Whether a text has what each scheme and each getter ends with: most paths have no such thing, and need not be taken apart.
fn has_colon(text: &str) -> bool {
    memchr::memchr(b':', text.as_bytes()).is_some()
}

/// A URL as text; nothing where Go finds none, or one that is not UTF-8.
struct Text {
    scheme: String,
    host: String,
    path: String,
    query: String,
}

fn url(text: &str) -> Option<Text> {
    let Url { scheme, host, path, query, .. } = Url::parse(text.as_bytes()).ok()?;
    let utf8 = |bytes: Vec<u8>| String::from_utf8(bytes).ok();
    Some(Text { scheme: utf8(scheme)?, host: utf8(host)?, path: utf8(path)?, query: utf8(query)? })
}

/// `filepath.Dir` without its first character, and `filepath.Base`.
fn split_path(path: &str) -> (String, String) {
    let utf8 = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let directory = utf8(&filepath::dir(path.as_bytes()));
    (directory.chars().skip(1).collect(), utf8(filepath::base(path.as_bytes())))
}

/// Whether helmfile would download this: `IsRemote`. That takes any scheme without `//`, so `foo:bar.yaml` is remote,
/// while `oci://…` and other schemes it has no getter for are not.
#[must_use]
pub(crate) fn is_remote(text: &str) -> bool {
    !text.starts_with('/') && matches!(parse(text), Parsed::Remote(_))
}

/// The scheme that Go's `url.Parse` finds, or nothing where it finds none or refuses the text.
pub(super) fn has_scheme(text: &str) -> bool {
    has_colon(text) && Url::parse(text.as_bytes()).is_ok_and(|url| !url.scheme.is_empty())
}

/// What a remote text is used for: it decides the folder of the cache, and the code of the refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    State,
    Base,
    Helmfile,
    Values,
}

impl Use {
    const fn refusal(self) -> Refusal {
        match self {
            Self::State => Refusal::RemoteState,
            Self::Base => Refusal::RemoteBase,
            Self::Helmfile => Refusal::RemoteHelmfile,
            Self::Values => Refusal::RemoteValues,
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::State => "state file",
            Self::Base => "base",
            Self::Helmfile => "sub-helmfile",
            Self::Values => "values file",
        }
    }

    const fn folder(self) -> &'static str {
        match self {
            Self::State | Self::Base | Self::Helmfile => "states",
            Self::Values => "values",
        }
    }

    /// The command that makes helmfile fetch it.
    const fn command(self) -> &'static str {
        match self {
            Self::State | Self::Base | Self::Helmfile => "`helmfile list --skip-charts`",
            Self::Values => {
                "`helmfile list --skip-charts`, or `helmfile template` for the values of a release,"
            }
        }
    }
}

/// Where helmfile keeps what it has fetched, and whether it may fetch at all.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    /// Nothing where helmfile would use a directory relative to wherever it works.
    home: Option<Utf8PathBuf>,
    disabled: bool,
    /// Where credentials in what is fetched are noted.
    secrets: Secrets,
}

impl Cache {
    /// Where it is, absolute; nothing where it has no fixed place.
    pub(super) fn home(&self) -> Option<&Utf8Path> {
        self.home.as_deref()
    }

    /// The cache that helmfile would use with these variables: `CacheDir`.
    pub(super) fn of(request: &Request) -> Self {
        Self {
            home: Some(request.homes().helmfile_cache()).filter(|home| home.is_absolute()),
            disabled: request.switched_on("HELMFILE_DISABLE_INSECURE_FEATURES"),
            secrets: request.secrets.clone(),
        }
    }

    /// Where the wanted file of a remote text lies: `Fetch`, for what has been fetched before. The file itself may be
    /// missing or a pattern.
    ///
    /// # Errors
    ///
    /// Where helmfile would fail, and where it would download.
    pub(super) fn locate(&self, tree: &dyn Tree, text: &str, used: Use) -> Result<Utf8PathBuf, Diagnostic> {
        let noun = used.noun();
        self.note_credentials(text);
        let Parsed::Remote(source) = parse(text) else {
            return Err(Diagnostic::error(format!("helmfile cannot fetch the {noun} `{text}`"))
                .hint("helmfile fetches http, https and s3, and what go-getter knows as `GETTER::URL`"));
        };
        if self.disabled {
            return Err(Diagnostic::error(format!(
                "the {noun} `{text}` is remote, and `HELMFILE_DISABLE_INSECURE_FEATURES` forbids that"
            )));
        }
        source.check_wildcard(text)?;
        let missing = |why: &str, hint: String| {
            let message = format!("the {noun} `{text}` is remote, {why}, and helmsum downloads nothing");
            Diagnostic::refused(used.refusal(), message).hint(format!("{hint}; {WITHOUT_STATE}"))
        };
        let Some(home) = &self.home else {
            let hint = "set `HELMFILE_CACHE_HOME` to an absolute path, for helmfile too";
            return Err(missing("helmfile's cache has no fixed place", hint.into()));
        };
        let query = Query::parse(&source.query);
        if !query.cache {
            let hint = "leave `cache=false` out, or copy the file into the repository";
            return Err(missing("`cache=false` makes helmfile fetch it in every run", hint.into()));
        }
        let (directory, kept) = source.place(home, used.folder(), &query);
        let is =
            |path: &Utf8Path, kinds: &[Kind]| tree.stat(path).is_ok_and(|stat| kinds.contains(&stat.kind));
        if is(&directory, &[Kind::File]) {
            return Err(Diagnostic::error(format!(
                "`{directory}`, where helmfile keeps what it fetches, is a file"
            )));
        }
        let cached = if source.getter == "normal" {
            tree.stat(&kept).is_ok()
        } else {
            is(&directory, &[Kind::Directory])
        };
        if cached {
            return Ok(kept);
        }
        let hint = format!("run {} once, which fetches it, or copy it into the repository", used.command());
        Err(missing(&format!("it is not in helmfile's cache (`{directory}`)"), hint))
    }

    /// Notes the credentials in what may be fetched, and the digest of each parameter that is a part of names in the cache.
    pub(super) fn note_credentials(&self, text: &str) {
        self.secrets.hide_credentials(text);
        if let Parsed::Remote(source) = parse(text) {
            for digest in Query::parse(&source.query).digests() {
                self.secrets.hide_credential(&digest);
            }
        }
    }

    /// The files that a remote entry of values means: `Storage.resolveFile`. None where there is no such file in what was
    /// fetched.
    ///
    /// # Errors
    ///
    /// As [`Cache::locate`].
    pub(super) fn files(&self, tree: &dyn Tree, text: &str) -> Result<Vec<Utf8PathBuf>, Diagnostic> {
        let path = self.locate(tree, text, Use::Values)?;
        let is_file = |path: &Utf8Path| tree.stat(path).is_ok_and(|stat| stat.kind == Kind::File);
        if is_file(&path) {
            return Ok(vec![path]);
        }
        if !matches!(parse(text), Parsed::Remote(source) if source.file.contains(['*', '?', '['])) {
            return Ok(Vec::new());
        }
        // A malformed pattern matches nothing here.
        let mut found = glob(tree, &path).unwrap_or_default();
        found.retain(|path| is_file(path));
        Ok(found)
    }
}

impl Source {
    /// `*` is a pattern, which only a getter for whole directories can serve.
    fn check_wildcard(&self, text: &str) -> Result<(), Diagnostic> {
        if !self.file.contains('*') {
            return Ok(());
        }
        let name = self.directory.rsplit('/').next().unwrap_or_default();
        let is_archive =
            ARCHIVES.iter().any(|kind| name.strip_suffix(kind).is_some_and(|stem| stem.ends_with('.')));
        let why = if self.getter == "normal" {
            "a single file is fetched"
        } else if self.getter == "s3" && !is_archive {
            "a single object is fetched"
        } else if !self.has_selector {
            "there is no `@` before the pattern"
        } else {
            return Ok(());
        };
        Err(Diagnostic::error(format!("`{text}` has a pattern, and {why}"))
            .hint("write `git::https://HOST/REPOSITORY.git@DIRECTORY/*.yaml`"))
    }

    /// The directory in the cache, and the wanted file in it.
    fn place(&self, home: &Utf8Path, folder: &str, query: &Query) -> (Utf8PathBuf, Utf8PathBuf) {
        let suffix = query.suffix();
        let directory = if self.getter == "normal" {
            let key = key_of(&format!("{}://{}", self.scheme, self.host)) + &suffix;
            join(&join(home, &key), &self.directory)
        } else {
            let key = key_of(&format!("{}://{}/{}", self.scheme, self.host, self.directory)) + &suffix;
            join(&join(home, folder), &key)
        };
        let file = join(&directory, &self.file);
        (directory, file)
    }
}

/// A URL as a name, by a `strings.Replacer`.
fn key_of(url: &str) -> String {
    let mut key = String::with_capacity(url.len());
    let mut characters = url.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            ':' => {}
            '/' => {
                characters.next_if_eq(&'/');
                key.push('_');
            }
            '.' => key.push('_'),
            character => key.push(character),
        }
    }
    key
}

/// The parameters of a source.
#[derive(Debug)]
struct Query {
    /// `cache=false` was not among them.
    cache: bool,
    /// The others, sorted by name.
    parameters: BTreeMap<Vec<u8>, Vec<Vec<u8>>>,
}

impl Query {
    /// `url.ParseQuery`, which leaves out what it cannot read.
    fn parse(query: &str) -> Self {
        let mut parameters = parse_query(query.as_bytes());
        let cache = parameters.remove(b"cache".as_slice());
        let off = cache.is_some_and(|values| values.first().is_some_and(|value| value == b"false"));
        Self { cache: !off, parameters }
    }

    /// The digests that stand for credentials in a name in the cache. Whoever knows one can try passwords.
    fn digests(&self) -> impl Iterator<Item = String> + '_ {
        let secret = self.parameters.iter().filter(|(name, _)| is_secret(name));
        secret.flat_map(|(_, values)| values).map(|value| digest(value))
    }

    /// What the parameters add to a name in the cache. Of credentials only a part of their digest is written.
    fn suffix(&self) -> String {
        if self.parameters.is_empty() {
            return String::new();
        }
        let mut pairs = Vec::new();
        for (name, values) in &self.parameters {
            for value in values {
                let value = if is_secret(name) { digest(value).into_bytes() } else { value.clone() };
                pairs.push([query_escape(name), query_escape(&value)].join(&b'='));
            }
        }
        format!(".{}", String::from_utf8_lossy(&pairs.join(&b'_')))
    }
}

/// Whether helmfile takes the value of a parameter for a secret.
fn is_secret(name: &[u8]) -> bool {
    let lower = String::from_utf8_lossy(name).to_lowercase();
    ["token", "password", "secret", "key", "signature"].iter().any(|word| lower.contains(word))
}

fn digest(value: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(value)[..4])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_with_a_scheme_is_remote_but_for_unknown_ones_with_slashes() {
        for (text, expected) in [
            ("values.yaml", false),
            ("./a:b.yaml", false),
            ("a/b:c.yaml", false),
            ("foo:bar.yaml", true),
            ("1foo:bar.yaml", false),
            ("foo_x:bar.yaml", false),
            ("https://example.com/v.yaml", true),
            ("S3://bucket/v.yaml", true),
            ("git::https://example.com/r.git@v.yaml?ref=main", true),
            ("git::/tmp/r.git@v.yaml", false),
            ("oci://example.com/chart", false),
            ("ref+vault://secret/x", false),
            ("/abs:x", false),
            ("", false),
        ] {
            assert_eq!(is_remote(text), expected, "{text}");
        }
    }

    fn place(text: &str) -> String {
        let Parsed::Remote(source) = parse(text) else { return "local".into() };
        source.place("/c".into(), "values", &Query::parse(&source.query)).1.into_string()
    }

    #[test]
    fn names_in_the_cache_follow_from_the_url() {
        for (text, expected) in [
            (
                "git::https://e.com/o/r.git@d/v.yaml?ref=v1.0",
                "/c/values/https_e_com_o_r_git.ref=v1.0/d/v.yaml",
            ),
            ("git::file:///o/r.git@v.yaml", "/c/values/file__o_r_git/v.yaml"),
            ("https://e.com:80/d/v.yaml?token=abc&x=a+b", "/c/https_e_com80.token=ba7816bf_x=a+b/d/v.yaml"),
            ("./v.yaml", "local"),
        ] {
            assert_eq!(place(text), expected, "{text}");
        }
    }
}
