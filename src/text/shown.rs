//! Names and sizes as a person may see them.

use std::fmt::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

/// A text as it may be shown: nothing in it moves a cursor, changes a direction or hides. Line breaks are kept where
/// `{:#}` asks for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a>(pub &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for sign in self.0.chars() {
            if sign == '\n' && out.alternate() || !is_hidden(sign) {
                out.write_char(sign)?;
            } else {
                write!(out, "\\u{{{:x}}}", u32::from(sign))?;
            }
        }
        Ok(())
    }
}

fn is_hidden(sign: char) -> bool {
    sign.is_control()
        || matches!(
            sign,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// A number of bytes in the unit that keeps it short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
        if self.0 < 1024 {
            return out.pad(&format!("{} B", self.0));
        }
        // In tenths of a unit, so that no rounding through floats is needed.
        let mut tenths = self.0.saturating_mul(10) / 1024;
        let mut unit = 0;
        while tenths >= 10_240 && unit + 1 < UNITS.len() {
            tenths /= 1024;
            unit += 1;
        }
        out.pad(&format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit]))
    }
}

/// A number with its noun: `1 file`, `2 files`. For nouns whose plural takes an `s`.
#[must_use]
pub(crate) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A path as a report names it: relative to `directory`, with `..` where it lies beside it.
#[must_use]
pub(crate) fn relative(path: &Utf8Path, directory: &Utf8Path) -> Utf8PathBuf {
    if path.is_relative() {
        return path.to_owned();
    }
    let mut ours = path.components();
    let mut theirs = directory.components();
    loop {
        let (rest, base) = (ours.clone(), theirs.clone());
        match (ours.next(), theirs.next()) {
            (Some(one), Some(other)) if one == other => {}
            _ => {
                let up = base.map(|_| "..");
                let joined: Utf8PathBuf = up.chain(rest.map(|part| part.as_str())).collect();
                return if joined.as_str().is_empty() { ".".into() } else { joined };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_move_the_cursor_or_turn_around() {
        assert_eq!(Shown("\u{1b}[2Jx\r\n").to_string(), "\\u{1b}[2Jx\\u{d}\\u{a}");
        assert_eq!(Shown("invoice\u{202e}fdp.exe").to_string(), "invoice\\u{202e}fdp.exe");
        assert_eq!(Shown("größe 日本").to_string(), "größe 日本");
        assert_eq!(format!("{:#}", Shown("a\nb\r")), "a\nb\\u{d}");
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (1_048_575, "1023.9 KiB"),
            (1_048_576, "1.0 MiB"),
            (u64::MAX, "1638.3 PiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }

    #[test]
    fn paths_are_named_from_where_the_reader_stands() {
        for (path, expected) in [
            ("/r/a/x", "x"),
            ("/r/b/x", "../b/x"),
            ("/r/a", "."),
            ("/r", ".."),
            ("/s", "../../s"),
            ("x", "x"),
        ] {
            assert_eq!(relative(path.into(), "/r/a".into()), expected, "{path}");
        }
    }
}
