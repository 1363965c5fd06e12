//! `time.Location`: zones as Go finds them, by `TZ` and the zone files of the system.

use camino::Utf8Path;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::Time;

/// Where Go looks for zone files.
const SOURCES: [&str; 4] =
    ["/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/locale/TZ", "/etc/zoneinfo"];

/// The longest zone file that Go reads, in bytes (`time/zoneinfo_read.go: maxFileSize`).
pub(crate) const LARGEST: u64 = 10 << 20;

/// Gives the content of a file that is not longer than [`LARGEST`]; nothing where there is none.
pub(crate) type Files<'f> = &'f dyn Fn(&Utf8Path) -> Option<Vec<u8>>;

/// The zone is looked for in a ZIP archive, which is not read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ZoneArchive;

/// A `time.Location`.
#[derive(Debug)]
pub(crate) struct Zone {
    /// Nothing for UTC.
    rules: Option<TimeZone>,
    /// The abbreviations that the zone uses, with their offsets in seconds, in the order of its file.
    names: Vec<(String, i32)>,
}

/// A zone's offset from UTC in seconds and its abbreviation at some time.
pub(super) struct Shown {
    pub(super) offset: i32,
    pub(super) name: String,
}

impl Zone {
    /// UTC.
    pub(crate) const fn utc() -> Self {
        Self { rules: None, names: Vec::new() }
    }

    /// The zone of the machine, by what the variable `TZ` says. What cannot be read is UTC.
    pub(crate) fn local(variable: Option<&str>, files: Files<'_>) -> Self {
        let found = match variable.map(|name| name.strip_prefix(':').unwrap_or(name)) {
            None => read("/etc/localtime".into(), "Local", files),
            Some("" | "UTC") => None,
            Some(path) if path.starts_with('/') => read(path.into(), path, files),
            Some(name) => {
                SOURCES.iter().find_map(|source| read(&Utf8Path::new(source).join(name), name, files))
            }
        };
        found.unwrap_or(Self::utc())
    }

    /// `time.LoadLocation` for all names but `Local`, by what the variable `ZONEINFO` says; nothing for a name that is not
    /// known.
    ///
    /// # Errors
    ///
    /// Where `ZONEINFO` names an archive.
    pub(crate) fn load(name: &str, folder: &str, files: Files<'_>) -> Result<Option<Self>, ZoneArchive> {
        match name {
            "" | "UTC" => return Ok(Some(Self::utc())),
            _ if name.contains("..") || name.starts_with(['/', '\\']) => return Ok(None),
            _ if Utf8Path::new(folder).extension() == Some("zip") => return Err(ZoneArchive),
            _ => {}
        }
        let sources = std::iter::once(folder).filter(|folder| !folder.is_empty()).chain(SOURCES);
        Ok(sources.map(Utf8Path::new).find_map(|source| read(&source.join(name), name, files)))
    }

    /// What the zone's clocks show at an instant.
    pub(super) fn shown_at(&self, instant: Timestamp) -> Shown {
        match &self.rules {
            None => Shown { offset: 0, name: "UTC".into() },
            Some(rules) => {
                let info = rules.to_offset_info(instant);
                Shown { offset: info.offset().seconds(), name: info.abbreviation().to_owned() }
            }
        }
    }

    /// The instant, shown in this zone.
    pub(crate) fn show(&self, instant: Timestamp) -> Time {
        let shown = self.shown_at(instant);
        Time { instant, offset: shown.offset, zone: shown.name.into() }
    }

    /// The offset of an abbreviation, the one in effect at the given clock time where there are several.
    pub(super) fn offset_of(&self, name: &str, clock: DateTime) -> Option<i32> {
        let named = || self.names.iter().filter(|(own, _)| own == name).map(|(_, offset)| *offset);
        for offset in named() {
            let shown = self.shown_at(instant_at(clock, offset)?);
            if shown.name == name {
                return Some(shown.offset);
            }
        }
        named().next()
    }
}

/// The instant at which clocks `offset` seconds east of UTC show this. Nothing outside of the years -9999 to 9999.
pub(super) fn instant_at(clock: DateTime, offset: i32) -> Option<Timestamp> {
    Offset::from_seconds(offset).and_then(|offset| offset.to_timestamp(clock)).ok()
}

fn read(path: &Utf8Path, name: &str, files: Files<'_>) -> Option<Zone> {
    let content = files(path)?;
    let rules = TimeZone::tzif(name, &content).ok()?;
    Some(Zone { rules: Some(rules), names: abbreviations(&content)? })
}

/// The size of a header in bytes.
const HEADER: usize = 44;

/// What a header of a zone file counts.
struct Counts {
    utc: usize,
    standard: usize,
    leap: usize,
    transitions: usize,
    types: usize,
    letters: usize,
}

impl Counts {
    fn read(content: &[u8], start: usize) -> Option<Self> {
        let counts = content.get(start + 20..start + HEADER)?;
        let mut numbers = [0; 6];
        for (number, bytes) in numbers.iter_mut().zip(counts.chunks(4)) {
            *number = usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()?;
        }
        let [utc, standard, leap, transitions, types, letters] = numbers;
        Some(Self { utc, standard, leap, transitions, types, letters })
    }

    /// The size of what follows this header, with the narrow numbers of version 1.
    fn size_of_version_1(&self) -> usize {
        self.transitions * 5 + self.types * 6 + self.letters + self.leap * 8 + self.standard + self.utc
    }
}

/// The abbreviations and offsets in a zone file (RFC 9636).
fn abbreviations(content: &[u8]) -> Option<Vec<(String, i32)>> {
    // Version 1 data comes first; later versions repeat everything with wider numbers after it.
    let mut counts = Counts::read(content, 0)?;
    let mut start = HEADER;
    let mut width = 4;
    if content.get(4).is_some_and(|version| *version >= b'2') {
        let second = start + counts.size_of_version_1();
        counts = Counts::read(content, second)?;
        start = second + HEADER;
        width = 8;
    }
    let types_at = start + counts.transitions * (width + 1);
    let names_at = types_at + counts.types * 6;
    let names = content.get(names_at..names_at + counts.letters)?;
    let mut found = Vec::with_capacity(counts.types);
    for record in content.get(types_at..names_at)?.chunks(6) {
        let offset = i32::from_be_bytes(record.get(..4)?.try_into().ok()?);
        let name = names.get(usize::from(*record.get(5)?)..)?.split(|byte| *byte == 0).next()?;
        found.push((String::from_utf8(name.to_vec()).ok()?, offset));
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_file_gives_offsets_and_abbreviations() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/functions/zoneinfo");
        let zone = Zone::load("Test/North", folder, &|path| fs_err::read(path).ok())
            .expect("a folder")
            .expect("the zone is there");
        let instant = "2024-07-01T12:00:00Z".parse().expect("a timestamp");
        let shown = zone.shown_at(instant);
        assert_eq!((shown.offset, shown.name.as_str()), (7200, "NDT"));
        let names: Vec<(&str, i32)> =
            zone.names.iter().map(|(name, offset)| (name.as_str(), *offset)).collect();
        assert_eq!(names, [("LMT", 3000), ("NST", 3600), ("NDT", 7200)]);
    }
}
