//! Names of files taken apart, without looking at any file. sprig's `os…` forms are the same on Unix.

use super::arguments::{Body, bytes, function, string};
use crate::go::filepath;
use crate::template::function::{Function, Parameter};

use Parameter::String as Text;

const BASE: Body = |_, arguments| string(filepath::base(bytes(arguments, 0)?).to_vec());
const DIR: Body = |_, arguments| string(filepath::dir(bytes(arguments, 0)?));
const CLEAN: Body = |_, arguments| string(filepath::clean_bytes(bytes(arguments, 0)?));
const EXT: Body = |_, arguments| string(filepath::ext(bytes(arguments, 0)?).to_vec());
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
