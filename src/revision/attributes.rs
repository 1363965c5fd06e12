//! What a checkout makes of a content: line ends, `$Id$`, encodings, and what programs make of it.
//!
//! git does it, with the attributes of the commit: those files are laid out in a temporary folder that stands for the work tree. Only where
//! one of them, or the configuration, may ask for it: else a checkout has what git stores.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::sync::{Arc, Mutex, PoisonError};

use camino::Utf8PathBuf;
use memchr::memmem;

use super::files::Revision;
use super::listing::{Blob, Directory};
use super::objects::{HEADER, LARGEST, PATIENCE, size_in, why};
use super::repository::Repository;
use super::walk::not_utf8;
use crate::diagnostic::Diagnostic;
use crate::program::{
    Confidential, Lost, Partner, Placement, Program, first_words, git_program, own_text_variables,
};

/// The file with attributes that each directory of a commit may have.
pub(super) const FILE_NAME: &str = ".gitattributes";

/// What is in every text with an attribute that makes a checkout differ from what is stored, as long as the configuration asks for no CRLF:
/// `eol=crlf`, `ident`, `filter` and `working-tree-encoding`.
const WORDS: [&str; 4] = ["crlf", "ident", "filter", "encoding"];

/// How much converted content is kept, in bytes: the size of a file is asked for before its content.
const KEPT: usize = 32 << 20;

/// Whether the text of a file with attributes may make a checkout differ from what is stored.
pub(super) fn may_convert(attributes: &[u8]) -> bool {
    WORDS.iter().any(|word| memmem::find(attributes, word.as_bytes()).is_some())
}

/// Converts contents.
#[derive(Debug)]
pub(super) struct Conversions {
    repository: Repository,
    /// Whether something other than the commit may ask for conversions of any file.
    pub(super) may_be_anywhere: bool,
    /// The names of filters for which the configuration has a program, or which must not be left out.
    drivers: BTreeSet<String>,
    session: Mutex<Option<Session>>,
    kept: Mutex<Kept>,
}

/// Converted contents by the number of their files.
#[derive(Debug, Default)]
struct Kept {
    contents: BTreeMap<u64, Arc<[u8]>>,
    bytes: usize,
}

impl Conversions {
    pub(super) fn of(repository: &Repository) -> Result<Self, Diagnostic> {
        // All of the configuration, and since git 2.41 the files with attributes.
        let settings = repository.ask(&["var", "-l"], &[]).map_err(|error| repository.problem(&error))?;
        let mut drivers = BTreeSet::new();
        let mut has_crlf = false;
        let mut named = Vec::new();
        // Which of several settings counts does not matter, nor what may look like one in a value of several lines: git knows, and is asked
        // more often than it has to be.
        let settings = String::from_utf8_lossy(&settings);
        for setting in settings.lines() {
            // Without `=`, a setting is true.
            let (name, value) = setting.split_once('=').unwrap_or((setting, "true"));
            let is_off = matches!(value.to_lowercase().as_str(), "" | "false" | "no" | "off" | "0");
            match name {
                "core.autocrlf" => has_crlf |= !is_off && !value.eq_ignore_ascii_case("input"),
                "core.eol" => has_crlf |= value.eq_ignore_ascii_case("crlf"),
                "core.attributesfile" | GLOBAL | SYSTEM => named.push((name, value)),
                _ => {
                    let driver = name.strip_prefix("filter.").and_then(|name| name.rsplit_once('.'));
                    let driver = driver.filter(|(_, key)| match *key {
                        "smudge" | "process" => !value.is_empty(),
                        "required" => !is_off,
                        _ => false,
                    });
                    drivers.extend(driver.map(|(driver, _)| driver.to_owned()));
                }
            }
        }
        let may_be_anywhere = has_crlf
            || files_of_users(repository, &named)?.iter().any(|file| {
                // What cannot be read may say anything.
                fs_err::read(file)
                    .map_or_else(|error| error.kind() != io::ErrorKind::NotFound, |text| may_convert(&text))
            });
        Ok(Self {
            repository: repository.clone(),
            may_be_anywhere,
            drivers,
            session: Mutex::default(),
            kept: Mutex::default(),
        })
    }

    /// The program that makes the content of a file, where it is none of git's own conversions.
    ///
    /// # Errors
    ///
    /// Where git cannot be asked.
    pub(super) fn driver(
        &self,
        revision: &Revision,
        directories: &[Arc<Directory>],
        path: &[u8],
    ) -> io::Result<Option<String>> {
        if self.drivers.is_empty() {
            return Ok(None);
        }
        self.in_session(|session| {
            session.lay_out(revision, directories)?;
            let filter = session.filter(path)?;
            Ok(Some(filter).filter(|filter| self.drivers.contains(filter)))
        })
    }

    /// The content of a file in a checkout.
    ///
    /// # Errors
    ///
    /// Where a program would have to make it, or git fails.
    pub(super) fn content(
        &self,
        revision: &Revision,
        directories: &[Arc<Directory>],
        path: &[u8],
        blob: &Blob,
    ) -> io::Result<Arc<[u8]>> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(content) = kept().contents.get(&blob.number) {
            return Ok(Arc::clone(content));
        }
        if let Some(driver) = self.driver(revision, directories, path)? {
            return Err(io::Error::other(format!(
                "a checkout has it as the program of git's filter `{driver}` makes it, and helmsum runs none of those; leave the file out, \
                 or keep it in git without `filter={driver}`"
            )));
        }
        let content: Arc<[u8]> = self
            .in_session(|session| {
                session.lay_out(revision, directories)?;
                session.converted(path, &blob.id)
            })?
            .into();
        let mut kept = kept();
        if kept.bytes + content.len() > KEPT {
            *kept = Kept::default();
        }
        kept.bytes += content.len();
        kept.contents.insert(blob.number, Arc::clone(&content));
        Ok(content)
    }

    fn in_session<T>(&self, work: impl FnOnce(&mut Session) -> io::Result<T>) -> io::Result<T> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if session.is_none() {
            *session = Some(Session::begin(self.repository.clone())?);
        }
        match session.as_mut() {
            Some(session) => work(session),
            None => Err(io::Error::other("git cannot be asked")),
        }
    }
}

/// What git calls the files with attributes of a user and of a machine.
const GLOBAL: &str = "GIT_ATTR_GLOBAL";
const SYSTEM: &str = "GIT_ATTR_SYSTEM";

/// The files with attributes that are no part of a commit; `named` is what git says of them.
fn files_of_users(repository: &Repository, named: &[(&str, &str)]) -> Result<Vec<Utf8PathBuf>, Diagnostic> {
    let mut files = vec![repository.attributes.clone()];
    if named.iter().any(|(name, _)| *name == GLOBAL) {
        let told = named.iter().filter(|(name, _)| [GLOBAL, SYSTEM].contains(name));
        files.extend(told.map(|(_, file)| Utf8PathBuf::from(*file)));
        return Ok(files);
    }
    let homes = [("XDG_CONFIG_HOME", "git/attributes"), ("HOME", ".config/git/attributes")];
    let variables = own_text_variables();
    let of_home = homes.iter().filter_map(|(variable, name)| {
        Some(Utf8PathBuf::from(variables.get(*variable).filter(|home| !home.is_empty())?).join(name))
    });
    files.extend(of_home);
    if !named.is_empty() {
        files.extend(
            repository
                .word(&["config", "--type=path", "--get", "core.attributesfile"])?
                .map(Utf8PathBuf::from),
        );
    }
    // `/usr/lib/git-core` goes with `/etc`, `/opt/git/libexec/git-core` with `/opt/git/etc`.
    files.push("/etc/gitattributes".into());
    if let Some(programs) = repository.word(&["--exec-path"])? {
        let prefix =
            Utf8PathBuf::from(programs).parent().and_then(|folder| folder.parent()).map(ToOwned::to_owned);
        files.extend(prefix.map(|prefix| prefix.join("etc/gitattributes")));
    }
    Ok(files)
}

/// Programs of git in a folder that stands for the work tree.
#[derive(Debug)]
struct Session {
    repository: Repository,
    converting: Option<Partner>,
    telling: Option<Partner>,
    /// A name that no object has, which tells the end of a content: the size that git says is that before the conversion.
    end: String,
    folder: Utf8PathBuf,
    /// The directories whose attributes are laid out.
    laid_out: BTreeSet<Vec<u8>>,
    /// Last, since the programs are ended before the folder goes.
    files: Confidential,
}

impl Session {
    fn begin(repository: Repository) -> io::Result<Self> {
        let mut files = Confidential::new(Placement::Folder);
        let folder = files.folder()?.to_owned();
        fs_err::create_dir(folder.join("tree"))?;
        let chance = RandomState::new();
        let end = format!(":helmsum-{:016x}{:016x}", chance.hash_one(1), chance.hash_one(2));
        let laid_out = BTreeSet::new();
        Ok(Self { repository, converting: None, telling: None, end, folder, laid_out, files })
    }

    /// git with arguments, which takes the folder for the work tree and finds no index.
    fn program(&self, arguments: &[&str]) -> io::Result<Program> {
        let tree = self.folder.join("tree");
        let index = self.folder.join("index");
        let variables = [
            ("GIT_DIR", self.repository.directory.as_str()),
            ("GIT_WORK_TREE", tree.as_str()),
            ("GIT_INDEX_FILE", index.as_str()),
        ];
        Ok(git_program(&tree, arguments).map_err(io::Error::other)?.variables(variables))
    }

    /// Lays out the attributes that count for the files of the last of these directories.
    fn lay_out(&mut self, revision: &Revision, directories: &[Arc<Directory>]) -> io::Result<()> {
        for directory in directories {
            if self.laid_out.contains(&directory.path) {
                continue;
            }
            if let Some(attributes) = revision.attributes(directory)? {
                let folder =
                    self.folder.join("tree").into_std_path_buf().join(OsStr::from_bytes(&directory.path));
                fs_err::create_dir_all(&folder)?;
                let file = Utf8PathBuf::try_from(folder.join(FILE_NAME))
                    .map_err(|error| not_utf8(error.as_path()))?;
                let name = file.strip_prefix(&self.folder).map_err(io::Error::other)?.to_owned();
                self.files.file(name.as_str(), attributes)?;
            }
            self.laid_out.insert(directory.path.clone());
        }
        Ok(())
    }

    /// The filter of a file: the value of the attribute, as git spells it.
    fn filter(&mut self, path: &[u8]) -> io::Result<String> {
        let mut partner = match self.telling.take() {
            Some(partner) => partner,
            None => Partner::of(&self.program(&["check-attr", "--stdin", "-z", "filter"])?)?,
        };
        let ask = |partner: &mut Partner| {
            partner.tell(path)?;
            partner.tell(b"\0")?;
            partner.bytes(path.len() + "\0filter\0".len(), PATIENCE)?;
            partner.until(b"\0", HEADER, PATIENCE)
        };
        match ask(&mut partner) {
            Ok(value) => {
                self.telling = Some(partner);
                Ok(String::from_utf8_lossy(&value).trim_end_matches('\0').to_owned())
            }
            Err(lost) => Err(why(lost, partner)),
        }
    }

    /// A content as a checkout has it at a path.
    fn converted(&mut self, path: &[u8], id: &str) -> io::Result<Vec<u8>> {
        // A line has a hash and a path, with space between them, and may end with CR.
        let is_awkward = path.contains(&b'\n')
            || path.ends_with(b"\r")
            || path.starts_with(b" ")
            || path.starts_with(b"\t");
        if is_awkward {
            return self.converted_alone(path, id);
        }
        let mut partner = match self.converting.take() {
            Some(partner) => partner,
            None => Partner::of(&self.program(&["cat-file", "--batch", "--filters"])?)?,
        };
        let end = format!("\n{} missing\n", self.end);
        let ask = |partner: &mut Partner| -> Result<io::Result<Vec<u8>>, Lost> {
            partner.tell(&[id.as_bytes(), b" ", path, b"\n", self.end.as_bytes(), b"\n"].concat())?;
            let header = partner.line(HEADER, PATIENCE)?;
            if let Err(error) = size_in(&header, "blob") {
                return Ok(Err(error));
            }
            let mut content = partner.until(end.as_bytes(), LARGEST, PATIENCE)?;
            content.truncate(content.len() - end.len());
            Ok(Ok(content))
        };
        match ask(&mut partner) {
            Ok(Ok(content)) => {
                self.converting = Some(partner);
                Ok(content)
            }
            Ok(Err(error)) => Err(error),
            Err(lost) => Err(why(lost, partner)),
        }
    }

    /// The same with a process for this content alone.
    fn converted_alone(&self, path: &[u8], id: &str) -> io::Result<Vec<u8>> {
        let path = [b"--path=", path].concat();
        let program = self.program(&["cat-file", "--filters"])?;
        let program = program.arguments([OsStr::from_bytes(&path), OsStr::new(id)]);
        let finished = program
            .with_errors()
            .at_most(PATIENCE)
            .prints_at_most(LARGEST)
            .run()
            .map_err(|failure| io::Error::other(format!("git: {failure}")))?;
        if !finished.status.success() {
            let words = first_words(&String::from_utf8_lossy(&finished.errors));
            return Err(io::Error::other(format!("git: {words}")));
        }
        Ok(finished.output)
    }
}
