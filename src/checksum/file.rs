//! Hashes one file, and notes what a reader of the report should know about it.

use std::cell::RefCell;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use camino::Utf8Path;
use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::digest::Hasher;
use super::{Digest, Encryption, Key, data, sealed};
use crate::diagnostic::Diagnostic;
use crate::program::{own_path, own_variables};
use crate::sops;
use crate::source::{Options, Targets, has_header};
use crate::text::Place;
use crate::tree::{Kind, OpenFile, Stat, Tree};

/// How much of a file is held at a time.
const BUFFER: usize = 128 * 1024;

/// What of that is made for any file: enough for [`SNIFFED`]. Small files touch no more memory than they need.
const SMALLEST: usize = 8 * 1024;

/// How many bytes tell text from binary data: a NUL among them.
const SNIFFED: usize = 8_000;

/// What serves where a file is not decrypted.
const CIPHERTEXT_INSTEAD: &str = "drop `decrypt=sops` to hash the ciphertext";

/// What is hashed in place of a file's bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Transform {
    /// `eol=lf`: CRLF as LF, unless there is a NUL among the first 8,000 bytes. A lone CR stays.
    pub line_feeds: bool,
    /// `parse=yaml`: the data of files whose names end in `.yaml`, `.yml` or `.json`.
    pub yaml: bool,
    /// `decrypt=sops`: of files that SOPS encrypted, what they say when they are decrypted, and that as data as `yaml` does.
    pub decrypt: bool,
    /// `secret=true`: no part of the contents may be shown.
    pub secret: bool,
}

impl Transform {
    /// The bytes as they are.
    pub const RAW: Self = Self { line_feeds: false, yaml: false, decrypt: false, secret: false };

    /// What the options of a source ask for.
    #[must_use]
    pub const fn of(options: &Options) -> Self {
        Self {
            line_feeds: options.line_feeds,
            yaml: options.yaml,
            decrypt: options.decrypt,
            secret: options.secret,
        }
    }

    /// Whether data stands in the place of a file of this name.
    fn reads(self, path: &Utf8Path) -> bool {
        self.yaml && is_data(path)
    }
}

/// Whether a file of this name can be read as data.
fn is_data(path: &Utf8Path) -> bool {
    matches!(path.extension(), Some("yaml" | "yml" | "json"))
}

/// What was seen in a file besides its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent observations, each the ground of a finding of its own"
)]
pub struct Notes {
    /// A NUL among the first 8,000 bytes.
    pub binary: bool,
    /// Text with CRLF, hashed with it.
    pub crlf: bool,
    /// It is encrypted, or a value in it, and was hashed so.
    pub encrypted: Option<Encryption>,
    /// SOPS encrypted it, and it was hashed decrypted.
    pub decrypted: bool,
    /// A Git LFS pointer instead of the file.
    pub lfs_pointer: bool,
    /// git-crypt has it locked.
    pub git_crypt: bool,
    /// helmsum's header among the first lines, of a file that is not a target.
    pub header: bool,
}

impl Notes {
    /// What the beginning of a content shows that is not in a file of its own.
    pub(super) fn of_content(content: &[u8]) -> Self {
        let mut notes = Self::default();
        sealed::note_start(content, Utf8Path::new(""), &mut notes);
        notes
    }

    /// Whether something else stands in the place of the contents, which has no data.
    const fn has_no_data(self) -> bool {
        self.lfs_pointer || self.git_crypt || self.encrypted.is_some()
    }
}

/// How far hashing has come. Read from another thread for a progress line.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files hashed.
    pub files: AtomicU64,
    /// Bytes read.
    pub bytes: AtomicU64,
}

/// What a file gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileOutcome {
    /// A target, which never counts.
    Target,
    /// A line of the source.
    Line {
        /// The digest of the bytes after the transformation.
        digest: Digest,
        /// How many bytes the file has, before any transformation.
        bytes: u64,
        /// What was seen in it.
        notes: Notes,
    },
}

/// Why a file has no digest.
#[derive(Debug)]
pub(super) enum FileFault {
    /// It was written to while it was read, twice.
    Moving,
    /// It is no longer a regular file.
    Special,
    /// It cannot be read.
    Io(io::Error),
    /// It was to be read as data or decrypted, and cannot be.
    Data(Diagnostic),
}

impl From<io::Error> for FileFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

thread_local! {
    /// One buffer for each thread: as much memory as hashing ever takes, whatever the files contain.
    static CHUNK: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// How a file is hashed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Method<'a> {
    /// What is hashed in place of its bytes.
    pub(super) transform: Transform,
    /// The key, for secrets.
    pub(super) key: Option<&'a Key>,
    /// What is never part of a source.
    pub(super) targets: &'a Targets,
}

/// Hashes a file. One that was written to meanwhile is read once more.
pub(super) fn hash(
    tree: &dyn Tree,
    path: &Utf8Path,
    method: Method<'_>,
    progress: &Progress,
) -> Result<FileOutcome, FileFault> {
    for _ in 0..2 {
        if let Some(outcome) = CHUNK.with_borrow_mut(|chunk| attempt(tree, path, method, progress, chunk))? {
            progress.files.fetch_add(1, Ordering::Relaxed);
            return Ok(outcome);
        }
    }
    Err(FileFault::Moving)
}

/// Hashes a file once; nothing if it was written to meanwhile.
fn attempt(
    tree: &dyn Tree,
    path: &Utf8Path,
    method: Method<'_>,
    progress: &Progress,
    chunk: &mut Vec<u8>,
) -> Result<Option<FileOutcome>, FileFault> {
    let Method { transform, key, targets } = method;
    let reads = transform.reads(path);
    let mut content = Vec::new();
    let mut file = tree.open(path)?;
    let before = file.stat()?;
    if before.kind != Kind::File {
        return Err(FileFault::Special);
    }
    if targets.has(tree, path, &before) {
        return Ok(Some(FileOutcome::Target));
    }
    if reads && before.size > data::LARGEST {
        return Err(FileFault::Data(data::too_large(path)));
    }
    // With one byte more than there should be, a file that has grown shows.
    let room = usize::try_from(before.size).map_or(BUFFER, |size| size.saturating_add(1));
    let room = room.clamp(SMALLEST, BUFFER);
    if chunk.len() < room {
        chunk.resize(room, 0);
    }
    let mut reading = Reading::new(path, transform.line_feeds, !reads && !transform.line_feeds, key);
    loop {
        let length = fill(file.as_mut(), chunk, before.size.saturating_sub(reading.bytes))?;
        if reading.bytes == 0 && targets.wrote(tree, path, before.size, &chunk[..length]) {
            return Ok(Some(FileOutcome::Target));
        }
        if reads || (transform.decrypt && content.len() as u64 <= sops::LIMIT) {
            content.extend_from_slice(&chunk[..length]);
        }
        let is_last = length < chunk.len();
        reading.take(&mut chunk[..length], is_last);
        progress.bytes.fetch_add(length as u64, Ordering::Relaxed);
        // A file that grows as fast as it is read would never end.
        if before.size != 0 && reading.bytes > before.size {
            return Ok(None);
        }
        if is_last {
            break;
        }
    }
    let after = file.stat()?;
    if moved(&before, &after, reading.bytes) {
        return Ok(None);
    }
    let (sealed, whole) = (reading.sealed, reading.bytes <= sops::LIMIT);
    let (mut digest, bytes, mut notes) = reading.finish();
    let refused = |problem| FileFault::Data(problem);
    if transform.decrypt && sealed && whole && sealed::is_sops(&content) {
        digest = decrypted(path, &content, method).map_err(refused)?;
        notes = Notes { decrypted: true, ..Notes::default() };
        return Ok(Some(FileOutcome::Line { digest, bytes, notes }));
    }
    if reads && !notes.has_no_data() {
        let lines = data::lines(path, &content).map_err(|problem| {
            refused(if transform.secret { concealed(path, &problem, "the file") } else { problem })
        })?;
        digest = Digest::keyed(lines.as_bytes(), key);
    }
    if sealed && notes.encrypted.is_none() {
        notes.encrypted = sealed::encryption(tree.open(path)?)?;
    }
    if transform.decrypt && notes.encrypted == Some(Encryption::Sops) {
        return Err(refused(sops::too_large(path, CIPHERTEXT_INSTEAD)));
    }
    Ok(Some(FileOutcome::Line { digest, bytes, notes }))
}

/// The digest of what a file says that SOPS encrypted: of its data where it has any, so that neither another ciphertext nor
/// another layout moves it.
fn decrypted(path: &Utf8Path, ciphertext: &[u8], method: Method<'_>) -> Result<Digest, Diagnostic> {
    let program = sops::program(path, own_path().as_deref(), CIPHERTEXT_INSTEAD)?;
    let mut plaintext =
        sops::decrypt(program.variables(own_variables()), path, sops::format(path), ciphertext)?;
    if is_data(path) {
        let lines = data::lines(path, &plaintext)
            .map_err(|problem| concealed(path, &problem, "what `sops` prints"))?;
        return Ok(Digest::keyed(lines.as_bytes(), method.key));
    }
    let mut reading = Reading::new(path, method.transform.line_feeds, false, method.key);
    for chunk in plaintext.chunks_mut(BUFFER) {
        reading.take(chunk, false);
    }
    Ok(reading.finish().0)
}

/// A problem with data that is secret. Its words and its excerpt could show a part of it; `what` is the text that the line belongs to.
fn concealed(path: &Utf8Path, problem: &Diagnostic, what: &str) -> Diagnostic {
    let line = problem.place.as_ref().and_then(|place| place.line);
    let line = line.map_or_else(String::new, |line| format!(", line {line} of {what}"));
    Diagnostic::error(format!("`{path}` cannot be read as data{line}, which is secret and not shown"))
        .at(Place::file(path))
        .hint("it has a syntax error, a key that comes twice or a key that is not a string")
}

/// Whether a file changed between two looks, or gave more or less than it contains. Files of `/proc` say that they contain nothing.
fn moved(before: &Stat, after: &Stat, read: u64) -> bool {
    before.size != after.size || before.modified != after.modified || (after.size != 0 && after.size != read)
}

/// Reads until the buffer is full or the file ends, which is `rest` bytes ahead as far as is known. That a read which could
/// have given more ends just there is as good as another one that gives nothing; a look at the file afterwards shows whether
/// it has grown.
fn fill(file: &mut dyn OpenFile, buffer: &mut [u8], rest: u64) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(more) => {
                length += more;
                if length as u64 == rest {
                    break;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// A file on its way through the hash.
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own, and none excludes another")]
struct Reading<'p> {
    path: &'p Utf8Path,
    line_feeds: bool,
    /// Whether CRLF is worth a note.
    warn: bool,
    hasher: Hasher,
    bytes: u64,
    started: bool,
    /// Whether the text may have an encrypted value.
    sealed: bool,
    notes: Notes,
    /// A CR at the end of the last chunk, which is not hashed before it is known what follows.
    held_back: bool,
    /// The end of the last chunk, for what lies across the border.
    tail: Vec<u8>,
}

impl<'p> Reading<'p> {
    fn new(path: &'p Utf8Path, line_feeds: bool, warn: bool, key: Option<&Key>) -> Self {
        Self {
            path,
            line_feeds,
            warn,
            hasher: Hasher::new(key),
            bytes: 0,
            started: false,
            sealed: false,
            notes: Notes::default(),
            held_back: false,
            tail: Vec::new(),
        }
    }

    /// Takes the next part of the file, which may be known to be the last. The first one contains all of [`SNIFFED`], as far as the
    /// file does.
    fn take(&mut self, chunk: &mut [u8], is_last: bool) {
        self.bytes += chunk.len() as u64;
        if !self.started {
            self.started = true;
            self.notes.header = has_header(chunk);
            self.notes.binary = chunk[..chunk.len().min(SNIFFED)].contains(&0);
            sealed::note_start(chunk, self.path, &mut self.notes);
        }
        if !self.notes.binary {
            self.look(chunk, is_last);
        }
        if self.line_feeds && !self.notes.binary {
            self.hash_line_feeds(chunk);
        } else {
            self.hasher.update(chunk);
        }
    }

    /// Looks for what the report should mention.
    fn look(&mut self, chunk: &[u8], is_last: bool) {
        let border = sealed::LONGEST_MARK - 1;
        self.search(chunk);
        if !self.tail.is_empty() {
            let mut across = std::mem::take(&mut self.tail);
            across.extend_from_slice(&chunk[..chunk.len().min(border)]);
            self.search(&across);
            self.tail = across;
        }
        if is_last {
            return;
        }
        if chunk.len() >= border {
            self.tail.clear();
            self.tail.extend_from_slice(&chunk[chunk.len() - border..]);
        } else if self.tail.is_empty() {
            self.tail.extend_from_slice(chunk);
        } else {
            self.tail.drain(..self.tail.len().saturating_sub(border));
        }
    }

    fn search(&mut self, text: &[u8]) {
        self.sealed = self.sealed || sealed::MARKS.is_match(text);
        self.notes.crlf = self.notes.crlf || (self.warn && memmem::find(text, b"\r\n").is_some());
    }

    fn hash_line_feeds(&mut self, chunk: &mut [u8]) {
        if self.held_back && !chunk.is_empty() {
            self.held_back = false;
            if chunk[0] != b'\n' {
                self.hasher.update(b"\r");
            }
        }
        let mut length = 0;
        for at in 0..chunk.len() {
            let byte = chunk[at];
            if byte == b'\r' {
                match chunk.get(at + 1) {
                    Some(b'\n') => continue,
                    Some(_) => {}
                    None => {
                        self.held_back = true;
                        continue;
                    }
                }
            }
            chunk[length] = byte;
            length += 1;
        }
        self.hasher.update(&chunk[..length]);
    }

    fn finish(mut self) -> (Digest, u64, Notes) {
        if self.held_back {
            self.hasher.update(b"\r");
        }
        (self.hasher.finish(), self.bytes, self.notes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line_feeds: bool, content: &[u8], size: usize) -> (Digest, u64, Notes, bool) {
        let mut reading = Reading::new("/a".into(), line_feeds, !line_feeds, None);
        let mut content = content.to_vec();
        for chunk in content.chunks_mut(size.max(1)) {
            reading.take(chunk, false);
        }
        let sealed = reading.sealed;
        let (digest, bytes, notes) = reading.finish();
        (digest, bytes, notes, sealed)
    }

    #[test]
    fn line_feeds_replace_crlf_wherever_a_chunk_ends() {
        for (raw, wanted) in [
            ("a\r\nb\r\n", "a\nb\n"),
            ("a\rb", "a\rb"),
            ("a\r\r\nb", "a\r\nb"),
            ("\r\n", "\n"),
            ("a\r", "a\r"),
            ("\r\r", "\r\r"),
            ("", ""),
            ("\n\r", "\n\r"),
        ] {
            for size in 1..=raw.len().max(1) {
                let (digest, bytes, notes, _) = read(true, raw.as_bytes(), size);
                assert_eq!(digest, Digest::of(wanted.as_bytes()), "{raw:?} in chunks of {size}");
                assert_eq!(bytes, raw.len() as u64);
                assert!(!notes.crlf, "it was not hashed raw");
            }
        }
    }

    #[test]
    fn binary_files_keep_their_bytes() {
        let content = b"a\r\n\0";
        let (digest, _, notes, _) = read(true, content, 10);
        assert_eq!(digest, Digest::of(content));
        assert!(notes.binary);
        assert!(!notes.crlf);
    }

    #[test]
    fn a_nul_behind_the_first_eight_thousand_bytes_does_not_make_a_file_binary() {
        let mut content = vec![b'a'; SNIFFED];
        content.extend_from_slice(b"\0\r\n");
        let (digest, _, notes, _) = read(true, &content, BUFFER);
        assert!(!notes.binary);
        assert_eq!(
            digest,
            Digest::of(&content.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<_>>())
        );
        content[SNIFFED - 1] = 0;
        assert!(read(true, &content, BUFFER).2.binary);
    }

    #[test]
    fn crlf_and_seals_are_seen_across_chunks() {
        let text = b"password: ENC[AES256_GCM,data:x]\r\n";
        for size in 1..=text.len() {
            let (digest, _, notes, sealed) = read(false, text, size);
            assert_eq!(digest, Digest::of(text));
            assert!(sealed && notes.crlf, "in chunks of {size}");
        }
        let (_, _, notes, sealed) = read(false, b"a\nb\rc ENC[AES", 3);
        assert!(!sealed && !notes.crlf);
    }
}
