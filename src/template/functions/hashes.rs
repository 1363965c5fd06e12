//! Digests in lower-case hexadecimal, and the Adler-32 sum in decimal.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::arguments::{bytes, function};
use crate::template::function::{Function, Parameter};
use crate::value::Value;

use Parameter::String as Text;

pub(super) const FUNCTIONS: &[Function] = &[
    function("sha1sum", &[Text], |_, arguments| Ok(hex::<Sha1>(bytes(arguments, 0)?))),
    function("sha256sum", &[Text], |_, arguments| Ok(hex::<Sha256>(bytes(arguments, 0)?))),
    function("sha512sum", &[Text], |_, arguments| Ok(hex::<Sha512>(bytes(arguments, 0)?))),
    function("adler32sum", &[Text], |_, arguments| Ok(adler32(bytes(arguments, 0)?).to_string().into())),
];

fn hex<D: Digest>(text: &[u8]) -> Value {
    data_encoding::HEXLOWER.encode(&D::digest(text)).into()
}

/// The checksum of RFC 1950.
fn adler32(text: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    let (mut low, mut high) = (1, 0);
    for byte in text {
        low = (low + u32::from(*byte)) % MODULUS;
        high = (high + low) % MODULUS;
    }
    high << 16 | low
}
