//! Names that never count: what version control, file managers and editors leave lying about.

/// Whether an entry of this name is left out. A directory is only left out when it is `.git`; everything else is meant for
/// files, and for links whatever they lead to. Works on bytes, since such a name need not be UTF-8.
#[must_use]
pub(crate) fn is_junk(name: &[u8], directory: bool) -> bool {
    if name == b".git" {
        return true;
    }
    if directory {
        return false;
    }
    let whole: &[&[u8]] =
        &[b".gitkeep", b".keep", b".DS_Store", b"Thumbs.db", b"desktop.ini", super::IGNORE_FILE.as_bytes()];
    whole.contains(&name)
        || name.ends_with(b"~")
        || name.starts_with(b".#")
        || name.starts_with(b".helmsum-")
        || (name.len() > 1 && name.starts_with(b"#") && name.ends_with(b"#"))
        || is_swap_file(name)
}

/// `.*.sw?`, where `?` is one character.
fn is_swap_file(name: &[u8]) -> bool {
    let Some(rest) = name.strip_prefix(b".") else { return false };
    let Some(at) = rest.windows(3).rposition(|part| part == b".sw") else { return false };
    match std::str::from_utf8(&rest[at + 3..]) {
        Ok(last) => last.chars().count() == 1,
        Err(_) => rest.len() == at + 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junk_is_left_out() {
        for name in [
            ".git",
            ".gitkeep",
            ".keep",
            ".DS_Store",
            "Thumbs.db",
            "desktop.ini",
            "a.yaml~",
            "~",
            ".a.yaml.swp",
            ".a.swo",
            "..swx",
            ".a.swü",
            "#a#",
            "##",
            ".#a",
            ".#",
            ".helmsum-",
            ".helmsum-x1",
            ".helmsumignore",
        ] {
            assert!(is_junk(name.as_bytes(), false), "{name}");
        }
        assert!(is_junk(b"\xff~", false), "a name that is not UTF-8 can be junk");
        assert!(is_junk(b".git", true));
    }

    #[test]
    fn other_hidden_names_count() {
        for name in [
            ".env",
            ".gitignore",
            ".gitattributes",
            ".helmignore",
            "git",
            "a~b",
            "#",
            "#a",
            "a#",
            ".sw",
            ".swp",
            "a.swp",
            ".a.swpp",
            ".a.sw",
            "thumbs.db",
            "helmsum-x",
            ".helmsum",
            "x.helmsumignore",
            "Desktop.ini",
        ] {
            assert!(!is_junk(name.as_bytes(), false), "{name}");
        }
    }

    #[test]
    fn directories_count_whatever_they_are_called() {
        for name in ["a~", ".keep", "#a#", ".#a", ".helmsum-x", ".x.swp"] {
            assert!(!is_junk(name.as_bytes(), true), "{name}");
        }
    }
}
