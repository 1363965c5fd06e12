//! Names of files taken apart, without looking at any file. sprig's `os…` forms are the same on Unix.

use super::arguments::{Body, bytes, function, string};
use crate::template::function::{Function, Parameter};

use Parameter::String as Text;

const BASE: Body = |_, arguments| string(base(bytes(arguments, 0)?).to_vec());
const DIR: Body = |_, arguments| string(directory(bytes(arguments, 0)?));
const CLEAN: Body = |_, arguments| string(clean(bytes(arguments, 0)?));
const EXT: Body = |_, arguments| string(extension(bytes(arguments, 0)?).to_vec());
const IS_ABS: Body = |_, arguments| Ok(bytes(arguments, 0)?.starts_with(b"/").into());

pub(super) const FUNCTIONS: &[Function] = &[
    function("base", &[Text], BASE),
    function("osBase", &[Text], BASE),
    function("dir", &[Text], DIR),
    function("osDir", &[Text], DIR),
    function("clean", &[Text], CLEAN),
    function("osClean", &[Text], CLEAN),
    function("ext", &[Text], EXT),
    function("osExt", &[Text], EXT),
    function("isAbs", &[Text], IS_ABS),
    function("osIsAbs", &[Text], IS_ABS),
];

/// `path.Base`: the last part; `.` for nothing, `/` for slashes alone.
fn base(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |at| at + 1);
    if end == 0 {
        return b"/";
    }
    let start = path[..end].iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    &path[start..end]
}

/// `path.Dir`: all but the last part, cleaned.
fn directory(path: &[u8]) -> Vec<u8> {
    clean(&path[..path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1)])
}

/// `path.Clean`: the shortest equivalent path, `.` for nothing.
pub(super) fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|last| *last != b"..") => {
                parts.pop();
            }
            b".." if rooted => {}
            part => parts.push(part),
        }
    }
    let cleaned = parts.join(&b'/');
    match (rooted, cleaned.is_empty()) {
        (true, _) => [b"/", cleaned.as_slice()].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => cleaned,
    }
}

/// `path.Ext`: from the last dot of the last part on.
fn extension(path: &[u8]) -> &[u8] {
    let start = path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    let name = &path[start..];
    name.iter().rposition(|byte| *byte == b'.').map_or(b"", |at| &name[at..])
}
