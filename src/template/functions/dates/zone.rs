//! Time zones as Go finds them: `TZ` and the zone files of the system.

use camino::Utf8Path;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::diagnostic::Refusal;
use crate::template::function::{Context, FunctionError};
use crate::value::Time;

use super::super::arguments::refused;

/// Where Go looks for zone files.
const SOURCES: [&str; 4] =
    ["/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/locale/TZ", "/etc/zoneinfo"];

/// A `time.Location`.
#[derive(Debug)]
pub(super) struct Zone {
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
    pub(super) const fn utc() -> Self {
        Self { rules: None, names: Vec::new() }
    }

    /// The zone of the machine. What cannot be read is UTC.
    pub(super) fn local(context: &Context) -> Self {
        let found = match context.environment.get("TZ").map(|name| name.strip_prefix(':').unwrap_or(name)) {
            None => read("/etc/localtime".into(), "Local"),
            Some("" | "UTC") => None,
            Some(path) if path.starts_with('/') => read(path.into(), path),
            Some(name) => SOURCES.iter().find_map(|source| read(&Utf8Path::new(source).join(name), name)),
        };
        found.unwrap_or(Self::utc())
    }

    /// `time.LoadLocation`; nothing for a name that is not known.
    pub(super) fn load(context: &Context, name: &str) -> Result<Option<Self>, FunctionError> {
        match name {
            "" | "UTC" => return Ok(Some(Self::utc())),
            "Local" => return Ok(Some(Self::local(context))),
            _ if name.contains("..") || name.starts_with(['/', '\\']) => return Ok(None),
            _ => {}
        }
        let own = context.environment.get("ZONEINFO").map_or("", String::as_str);
        if Utf8Path::new(own).extension() == Some("zip") {
            return Err(refused(
                Refusal::UnsupportedTemplate,
                format!("the time zone `{name}` from the archive `{own}`"),
                "unpack the archive and let ZONEINFO name the folder",
            ));
        }
        let sources = std::iter::once(own).filter(|own| !own.is_empty()).chain(SOURCES);
        Ok(sources.map(Utf8Path::new).find_map(|source| read(&source.join(name), name)))
    }

    /// What the zone's clocks show at an instant.
    pub(super) fn at(&self, instant: Timestamp) -> Shown {
        match &self.rules {
            None => Shown { offset: 0, name: "UTC".into() },
            Some(rules) => {
                let info = rules.to_offset_info(instant);
                Shown { offset: info.offset().seconds(), name: info.abbreviation().to_owned() }
            }
        }
    }

    /// The instant, shown in this zone.
    pub(super) fn show(&self, instant: Timestamp) -> Time {
        let shown = self.at(instant);
        Time { instant, offset: shown.offset, zone: shown.name.into() }
    }

    /// The offset of an abbreviation, the one in effect at the given clock time where there are several.
    pub(super) fn offset_of(&self, name: &str, clock: Timestamp) -> Option<i32> {
        let named = || self.names.iter().filter(|(own, _)| own == name).map(|(_, offset)| *offset);
        for offset in named() {
            let shown = self.at(shifted(clock, offset)?);
            if shown.name == name {
                return Some(shown.offset);
            }
        }
        named().next()
    }
}

/// The instant at which clocks `offset` seconds east of UTC show what those of UTC show at `clock`.
pub(super) fn shifted(clock: Timestamp, offset: i32) -> Option<Timestamp> {
    clock.checked_sub(jiff::SignedDuration::from_secs(offset.into())).ok()
}

fn read(path: &Utf8Path, name: &str) -> Option<Zone> {
    let content = fs_err::read(path).ok()?;
    let rules = TimeZone::tzif(name, &content).ok()?;
    Some(Zone { rules: Some(rules), names: abbreviations(&content)? })
}

/// The abbreviations and offsets in a zone file (RFC 9636).
fn abbreviations(content: &[u8]) -> Option<Vec<(String, i32)>> {
    let header = |start: usize| -> Option<[usize; 6]> {
        let counts = content.get(start + 20..start + 44)?;
        let mut numbers = [0; 6];
        for (number, bytes) in numbers.iter_mut().zip(counts.chunks(4)) {
            *number = usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()?;
        }
        Some(numbers)
    };
    // Version 1 data comes first; later versions repeat everything with wider numbers behind it.
    let [mut utc, mut standard, mut leap, mut transitions, mut types, mut letters] = header(0)?;
    let mut start = 44;
    let mut width = 4;
    if content.get(4).is_some_and(|version| *version >= b'2') {
        start += transitions * 5 + types * 6 + letters + leap * 8 + standard + utc;
        [utc, standard, leap, transitions, types, letters] = header(start)?;
        let _ = (utc, standard, leap);
        start += 44;
        width = 8;
    }
    let types_at = start + transitions * (width + 1);
    let names_at = types_at + types * 6;
    let names = content.get(names_at..names_at + letters)?;
    let mut found = Vec::with_capacity(types);
    for record in content.get(types_at..names_at)?.chunks(6) {
        let offset = i32::from_be_bytes(record.get(..4)?.try_into().ok()?);
        let name = names.get(usize::from(*record.get(5)?)..)?.split(|byte| *byte == 0).next()?;
        found.push((String::from_utf8(name.to_vec()).ok()?, offset));
    }
    Some(found)
}
