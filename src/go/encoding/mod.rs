//! Go's `encoding/base64` and `encoding/base32`: reading. Writing is the same everywhere.

pub(crate) mod base32;
pub(crate) mod base64;

/// Whether the decoders pass over a byte.
const fn is_newline(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}
