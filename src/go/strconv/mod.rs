//! Go's `strconv`: numbers, truth values and quoted strings, read and written.

mod format;
mod parse;
mod quote;
mod unquote;

pub(crate) use format::format_float;
pub(crate) use parse::{NumberError, parse_bool, parse_float, parse_int, parse_uint};
pub(crate) use quote::{can_backquote, quote, quote_rune};
pub(crate) use unquote::{unquote, unquote_character};
