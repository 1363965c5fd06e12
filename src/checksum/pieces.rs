//! The digest of what is rendered: named contents in the place of files.

use super::digest::Hasher;
use super::file::{self, FileOutcome, Method};
use super::{ChecksumError, Digest, HashedFile, Notes, Progress, Surroundings, Transform};
use crate::rendered::{Content, Piece};
use crate::threads;
use crate::tree::Tree;

/// A rendered source with its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedPieces {
    /// The digest of the source.
    pub digest: Digest,
    /// Its pieces, in the order of their lines.
    pub files: Vec<HashedFile>,
    /// The bytes of all pieces together.
    pub bytes: u64,
}

/// Hashes pieces as the files of a path source are hashed: a line for each, digest and name, in the byte order of the names.
/// With a key, HMAC-SHA-256 takes the place of SHA-256. Files that helmsum wrote do not count here either.
///
/// # Errors
///
/// Where a file cannot be read, or a name cannot stand in a line.
pub fn hash_pieces(
    tree: &dyn Tree,
    pieces: &[Piece],
    surroundings: Surroundings<'_>,
    progress: &Progress,
) -> Result<HashedPieces, ChecksumError> {
    let key = surroundings.key;
    let mut sorted: Vec<&Piece> = pieces.iter().collect();
    sorted.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    let outcomes: Vec<_> = threads::map(sorted.clone(), |piece| hash(tree, piece, surroundings, progress));
    let mut hashed = HashedPieces { digest: Digest::of_nothing(), files: Vec::new(), bytes: 0 };
    let mut lines = Hasher::new(key);
    for (piece, outcome) in sorted.into_iter().zip(outcomes) {
        let FileOutcome::Line { digest, bytes, notes } = outcome? else { continue };
        digest.absorb_line(&mut lines, &piece.name);
        hashed.bytes += bytes;
        hashed.files.push(HashedFile { name: piece.name.clone(), digest, bytes, notes });
    }
    hashed.digest = lines.finish();
    Ok(hashed)
}

fn hash(
    tree: &dyn Tree,
    piece: &Piece,
    surroundings: Surroundings<'_>,
    progress: &Progress,
) -> Result<FileOutcome, ChecksumError> {
    crate::source::check(&piece.name).map_err(|fault| {
        let path = piece.name.escape_debug().to_string();
        ChecksumError::Name { path, fault }
    })?;
    match &piece.content {
        Content::File(path) => {
            let Surroundings { key, targets } = surroundings;
            let method = Method { transform: Transform::RAW, key, targets };
            file::hash(tree, path, method, progress).map_err(|fault| fault.at(path.clone()))
        }
        Content::Bytes(bytes) => Ok(FileOutcome::Line {
            digest: Digest::keyed(bytes, surroundings.key),
            bytes: bytes.len() as u64,
            notes: Notes::of_content(bytes),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::Key;
    use crate::tree::WorkTree;

    fn piece(name: &str, content: &str) -> Piece {
        Piece { name: name.into(), content: Content::Bytes(content.into()), secret: false }
    }

    fn hashed(pieces: &[Piece], key: Option<&Key>) -> Result<HashedPieces, ChecksumError> {
        let targets = crate::source::Targets::default();
        hash_pieces(&WorkTree, pieces, Surroundings { key, targets: &targets }, &Progress::default())
    }

    #[test]
    fn pieces_are_lines_in_the_order_of_their_names() {
        let (a, b) = (piece("data/a", "1"), piece("data/B", "2"));
        let lines = format!("{}  data/B\n{}  data/a\n", Digest::of(b"2"), Digest::of(b"1"));
        let first = hashed(&[a.clone(), b.clone()], None).expect("good names");
        assert_eq!(first.digest, Digest::of(lines.as_bytes()));
        assert_eq!(hashed(&[b, a], None).expect("good names"), first);
        assert_eq!((first.files.len(), first.bytes), (2, 2));
        assert_eq!(hashed(&[], None).expect("nothing").digest, Digest::of_nothing());
    }

    #[test]
    fn a_key_counts_for_every_piece_and_for_the_lines() {
        let key = Key::of(b"0123456789abcdef");
        let keyed = hashed(&[piece("data/a", "1")], Some(&key)).expect("a good name");
        let piece = Digest::keyed(b"1", Some(&key));
        assert_eq!(keyed.files[0].digest, piece);
        assert_eq!(keyed.digest, Digest::keyed(format!("{piece}  data/a\n").as_bytes(), Some(&key)));
    }

    #[test]
    fn a_name_cannot_end_its_line() {
        assert!(matches!(hashed(&[piece("data/a\nb", "1")], None), Err(ChecksumError::Name { .. })));
    }

    #[test]
    fn files_are_read_where_they_lie_and_targets_are_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root: camino::Utf8PathBuf = folder.path().to_path_buf().try_into().expect("UTF-8");
        fs_err::write(root.join("a"), "1").expect("a file");
        fs_err::write(root.join("checksum.yaml"), crate::source::HEADER).expect("a file");
        let file = |name: &str| Piece {
            name: format!("chart/{name}"),
            content: Content::File(root.join(name)),
            secret: false,
        };
        let read = hashed(&[file("a"), file("checksum.yaml")], None).expect("files");
        assert_eq!(read, hashed(&[piece("chart/a", "1")], None).expect("pieces"));
        assert!(matches!(hashed(&[file("c")], None), Err(ChecksumError::Unreadable { .. })));
    }
}
