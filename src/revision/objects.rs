//! git's objects, as `git cat-file` hands them out.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::listing::Blob;
use super::repository::Repository;
use crate::program::{Lost, Partner, first_words, git_program};

/// How long git may take for one object.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// The longest object that is read, in bytes: it is read whole.
pub(super) const LARGEST: usize = 1 << 30;

/// The longest line before an object: a hash, a kind and a size.
pub(super) const HEADER: usize = 512;

/// How many bytes of questions are asked at once. Any pipe takes that many, so git never waits for somebody who waits for it.
const AT_ONCE: usize = 4096;

/// The longest content that is read before anybody asks for it, in bytes.
pub(super) const SHORT: u64 = 16 << 10;

/// How much content is kept, in bytes.
const KEPT: u64 = 32 << 20;

/// The objects of a repository. Programs are started when something is asked.
#[derive(Debug)]
pub(super) struct Objects {
    repository: Repository,
    contents: Mutex<Option<Partner>>,
    sizes: Mutex<Option<Partner>>,
    /// How many bytes of contents are kept.
    kept: AtomicU64,
}

impl Objects {
    pub(super) fn of(repository: Repository) -> Self {
        Self { repository, contents: Mutex::default(), sizes: Mutex::default(), kept: AtomicU64::new(0) }
    }

    /// The content of an object of this kind.
    ///
    /// # Errors
    ///
    /// Where the repository lacks it, it is of another kind or too long, or git fails.
    pub(super) fn content(&self, id: &str, kind: &str) -> io::Result<Vec<u8>> {
        self.with(&self.contents, "--batch", |partner| {
            partner.tell(format!("{id}\n").as_bytes())?;
            answer(partner, kind)
        })
    }

    /// The content of a file. Those of `others`, which are short, are read with it, as far as they can be asked for at once: git answers a
    /// question sooner than it hears of the next one.
    ///
    /// # Errors
    ///
    /// As [`Objects::content`].
    pub(super) fn content_beside<'b>(
        &self,
        blob: &'b Blob,
        others: impl Iterator<Item = &'b Blob>,
    ) -> io::Result<Arc<[u8]>> {
        if let Some(content) = blob.content.get() {
            return Ok(Arc::clone(content));
        }
        let others: Vec<&Blob> = others.take(at_once(blob) - 1).collect();
        let mut own = None;
        let read = self.with(&self.contents, "--batch", |partner| {
            partner.tell(ids(std::iter::once(&blob).chain(&others)).as_bytes())?;
            let first = answer(partner, "blob")?;
            if is_too_large(&first) {
                return Ok(first.map(drop));
            }
            own = Some(first);
            for other in &others {
                // Why one cannot be read is said where somebody asks for it.
                match answer(partner, "blob")? {
                    Ok(content) => drop(self.keep(other, content)),
                    too_large if is_too_large(&too_large) => return Ok(too_large.map(drop)),
                    Err(_) => {}
                }
            }
            Ok(Ok(()))
        });
        match own {
            // What came of the others matters to nobody yet.
            Some(content) => Ok(self.keep(blob, content?)),
            None => Err(read.err().unwrap_or_else(|| io::Error::other("git cannot be asked"))),
        }
    }

    /// Keeps a content, as long as there is room.
    fn keep(&self, blob: &Blob, content: Vec<u8>) -> Arc<[u8]> {
        let (content, size): (Arc<[u8]>, u64) =
            (content.into(), blob.size.get().copied().unwrap_or(u64::MAX));
        let has_room = size <= SHORT && self.kept.fetch_add(size, Ordering::Relaxed) < KEPT;
        if has_room { Arc::clone(blob.content.get_or_init(|| content)) } else { content }
    }

    /// Finds the sizes of contents, as far as they are not known.
    ///
    /// # Errors
    ///
    /// As [`Objects::content`].
    pub(super) fn sizes<'b>(&self, blobs: impl Iterator<Item = &'b Blob>) -> io::Result<()> {
        let unknown: Vec<&Blob> = blobs.filter(|blob| blob.size.get().is_none()).collect();
        let Some(first) = unknown.first() else { return Ok(()) };
        for some in unknown.chunks(at_once(first)) {
            self.with(&self.sizes, "--batch-check", |partner| {
                partner.tell(ids(some.iter()).as_bytes())?;
                let mut result = Ok(());
                for blob in some {
                    match size_in(&partner.line(HEADER, PATIENCE)?, "blob") {
                        Ok(size) => drop(blob.size.set(size as u64)),
                        Err(error) => result = Err(error),
                    }
                }
                Ok(result)
            })?;
        }
        Ok(())
    }

    /// Asks a process, which is started where none runs. One that has not given all of its answer is ended.
    fn with<T>(
        &self,
        process: &Mutex<Option<Partner>>,
        mode: &str,
        ask: impl FnOnce(&mut Partner) -> Result<io::Result<T>, Lost>,
    ) -> io::Result<T> {
        let mut process = process.lock().unwrap_or_else(PoisonError::into_inner);
        let mut partner = if let Some(partner) = process.take() {
            partner
        } else {
            let program = git_program(&self.repository.top, &["cat-file", mode]).map_err(io::Error::other)?;
            Partner::of(&program)?
        };
        match ask(&mut partner) {
            Ok(answer) => {
                if !is_too_large(&answer) {
                    *process = Some(partner);
                }
                answer
            }
            Err(lost) => Err(why(lost, partner)),
        }
    }
}

/// How many files like this one are asked about at once.
fn at_once(blob: &Blob) -> usize {
    AT_ONCE / (blob.id.len() + 1)
}

/// The questions about files.
fn ids<'b>(blobs: impl Iterator<Item = &'b &'b Blob>) -> String {
    blobs.flat_map(|blob| [&*blob.id, "\n"]).collect()
}

/// The next object, of this kind, that a process hands out. Of one that is too long, the content is still to come.
fn answer(partner: &mut Partner, kind: &str) -> Result<io::Result<Vec<u8>>, Lost> {
    let header = partner.line(HEADER, PATIENCE)?;
    let size = match size_in(&header, kind) {
        Ok(size) if size > LARGEST => return Ok(Err(too_large())),
        Ok(size) => size,
        Err(error) => return Ok(Err(error)),
    };
    let mut content = partner.bytes(size + 1, PATIENCE)?;
    content.pop();
    Ok(Ok(content))
}

/// Whether the content of an object is still to come.
fn is_too_large<T>(answer: &io::Result<T>) -> bool {
    answer.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::FileTooLarge)
}

/// The size that stands before an object of this kind.
pub(super) fn size_in(header: &[u8], kind: &str) -> io::Result<usize> {
    let header = String::from_utf8_lossy(header);
    match header.trim_end().split(' ').collect::<Vec<_>>()[..] {
        [_, found, size] if found == kind => {
            size.parse().map_err(|_| io::Error::other(format!("git says `{header}`")))
        }
        [id, "missing"] => Err(io::Error::other(lacking(id))),
        _ => Err(io::Error::other(format!("git says `{}`", header.trim_end()))),
    }
}

fn lacking(id: &str) -> String {
    format!(
        "git does not find the object {id} in this clone; get what a partial clone lacks with `git fetch --refetch --no-filter`, or clone without `--filter`"
    )
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "it has more than 1 GiB")
}

/// Why git does not answer.
pub(super) fn why(lost: Lost, partner: Partner) -> io::Error {
    match lost {
        Lost::ToldToEnd => io::Error::other("helmsum was interrupted"),
        Lost::Late => io::Error::other(format!("git took more than {} s", PATIENCE.as_secs())),
        Lost::Ended => match partner.last_words() {
            Ok((status, said)) => {
                let words = first_words(&said);
                // git 2.44 and before tries to get what a partial clone lacks, and ends where it may not.
                match words.strip_prefix("could not fetch ").and_then(|rest| rest.split(' ').next()) {
                    Some(id) => io::Error::other(lacking(id)),
                    None if words.is_empty() => io::Error::other(format!("git has ended ({status})")),
                    None => io::Error::other(format!("git: {words}")),
                }
            }
            Err(error) => error,
        },
    }
}
