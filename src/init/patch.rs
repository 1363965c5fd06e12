//! A draft as a patch for git.

use std::fmt::Write as _;

use camino::Utf8Path;
use similar::{ChangeTag, TextDiff};

use super::draft::{Draft, Drafted};

/// How many lines around a change are shown.
const AROUND: usize = 3;

/// The patch of a draft, with files named from the root of the repository, as `git apply` takes it in any folder of it.
pub(crate) fn patch(draft: &Draft, root: &Utf8Path) -> String {
    let mut text = String::new();
    for (file, drafted) in draft.files() {
        let name = file.strip_prefix(root).unwrap_or(file);
        add(&mut text, name.as_str(), drafted);
    }
    text
}

fn add(text: &mut String, name: &str, Drafted { before, after }: &Drafted) {
    let (old, new) = (quoted("a/", name), quoted("b/", name));
    let _ = writeln!(text, "diff --git {old} {new}");
    if before.is_none() {
        let _ = writeln!(text, "new file mode 100644");
    }
    let _ = writeln!(text, "--- {}\n+++ {new}", if before.is_some() { &old } else { "/dev/null" });
    let before = String::from_utf8_lossy(before.as_deref().unwrap_or_default()).into_owned();
    let after = String::from_utf8_lossy(after).into_owned();
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let diff = TextDiff::from_slices(&before, &after);
    for group in diff.grouped_ops(AROUND) {
        let Some(first) = group.first() else { continue };
        // The lines are counted as they are written: where operations were moved, their ranges are not to be trusted.
        let mut body = String::new();
        let (mut removed, mut added, mut kept) = (0, 0, 0);
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let (sign, count) = match change.tag() {
                ChangeTag::Equal => (' ', &mut kept),
                ChangeTag::Delete => ('-', &mut removed),
                ChangeTag::Insert => ('+', &mut added),
            };
            *count += 1;
            let line = change.value();
            body.push(sign);
            body.push_str(line);
            if !line.ends_with('\n') {
                body.push_str("\n\\ No newline at end of file\n");
            }
        }
        let range = |start: usize, length: usize| match length {
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            length => format!("{},{length}", start + 1),
        };
        let old = range(first.old_range().start, kept + removed);
        let new = range(first.new_range().start, kept + added);
        let _ = write!(text, "@@ -{old} +{new} @@\n{body}");
    }
}

/// A name as git writes it in a patch: in quotes where it has characters that need them.
fn quoted(prefix: &str, name: &str) -> String {
    let is_plain = |byte: u8| (b' '..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if name.bytes().all(is_plain) {
        // A name that ends with a space, or has one, is told from what follows by a tab; git takes it without one too.
        return format!("{prefix}{name}");
    }
    let mut text = format!("\"{prefix}");
    for byte in name.bytes() {
        match byte {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\t' => text.push_str("\\t"),
            byte if (b' '..0x7f).contains(&byte) => text.push(char::from(byte)),
            byte => {
                let _ = write!(text, "\\{byte:03o}");
            }
        }
    }
    text.push('"');
    text
}
