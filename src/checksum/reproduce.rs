//! The shell command that gives the same digest, for a reader who trusts coreutils more than helmsum.

use super::{Digest, Hashed, Transform};
use crate::source::{Glob, LeftOut, Shape, check};

/// How a digest can be computed without helmsum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reproduction {
    /// With this line, in bash with GNU findutils and coreutils.
    Command(String),
    /// Not with one line, and why.
    None(String),
}

/// How many names a command leaves out one by one before it becomes unreadable.
const MOST_PRUNED: usize = 32;

/// The command that prints the digest of a source. `directory` is how the reader reaches [`crate::source::Listing::base`].
#[must_use]
pub fn reproduction(hashed: &Hashed, directory: &str, transform: Transform) -> Reproduction {
    if transform.decrypt {
        return Reproduction::None(
            "`decrypt=sops` hashes what the files say when they are decrypted".to_owned(),
        );
    }
    if transform.secret {
        return Reproduction::None("`secret=true` hashes with the key".to_owned());
    }
    if transform.yaml {
        return Reproduction::None(
            "`parse=yaml` hashes the data of YAML and JSON files, not their bytes".to_owned(),
        );
    }
    if transform.line_feeds {
        return Reproduction::None("`eol=lf` replaces line breaks before hashing, file by file".to_owned());
    }
    let listing = &hashed.listing;
    let guard = if directory.starts_with('-') { "./" } else { "" };
    let enter = format!("cd {}", quote(&format!("{guard}{directory}")));
    if hashed.files.is_empty() {
        return Reproduction::Command("printf '' | sha256sum".to_owned());
    }
    if listing.shape == Shape::File {
        return Reproduction::Command(format!(
            "{enter} && sha256sum {} | sha256sum",
            quote(&hashed.files[0].name)
        ));
    }
    if listing.left_out.len() > MOST_PRUNED {
        return Reproduction::None(format!(
            "{} names are left out, too many for one line",
            listing.left_out.len()
        ));
    }
    if listing.left_out.iter().any(|left| check(&left.name).is_err()) {
        return Reproduction::None("a name that is left out cannot be written in a shell command".to_owned());
    }
    let find = find(&listing.left_out, listing.glob.as_ref());
    Reproduction::Command(format!(
        "{enter} && {find} | LC_ALL=C sort | xargs -r -d '\\n' sha256sum | sha256sum"
    ))
}

/// The command that prints the checksum of several sources from their digests.
#[must_use]
pub fn combination(sources: &[(&str, Digest)]) -> String {
    let mut sorted = sources.to_vec();
    sorted.sort_unstable();
    let lines: Vec<String> =
        sorted.iter().map(|(label, digest)| quote(&format!("{digest}  {label}"))).collect();
    format!("printf '%s\\n' {} | sha256sum", lines.join(" "))
}

fn find(left_out: &[LeftOut], glob: Option<&Glob>) -> String {
    let (dialect, regex) = match glob {
        Some(glob) => (" -regextype posix-extended", format!(" -regex {}", quote(&glob.to_posix_regex()))),
        None => ("", String::new()),
    };
    match left_out {
        [] => format!("find -L .{dialect}{regex} -type f"),
        names => {
            let pruned: Vec<String> =
                names.iter().map(|left| format!("-path {}", quote(&literal_path(&left.name)))).collect();
            format!("find -L .{dialect} \\( {} \\) -prune -o{regex} -type f -print", pruned.join(" -o "))
        }
    }
}

/// A name as `find -path` takes it literally.
fn literal_path(name: &str) -> String {
    let mut pattern = String::with_capacity(name.len());
    for character in name.chars() {
        if matches!(character, '*' | '?' | '[' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// A word for a POSIX shell.
fn quote(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"./_-+:@%,=".contains(&byte);
    if !word.is_empty() && !word.starts_with('-') && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
