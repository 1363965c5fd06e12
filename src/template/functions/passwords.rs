//! sprig's `derivePassword`: the algorithm of Master Password, which makes the same password of the same words every time
//! (`sprig/v3@v3.3.0/crypto.go`).

use hmac::{Hmac, KeyInit, Mac};
use scrypt::{Params, scrypt};
use sha2::Sha256;

use super::arguments::{bytes, function, unsigned};
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::Value;

use Parameter::{String as Text, Uint32};

pub(super) const FUNCTIONS: &[Function] =
    &[function("derivePassword", &[Uint32, Text, Text, Text, Text], derive_password)];

const SEED: &[u8] = b"com.lyndir.masterpassword";

/// What a call costs in steps, for it takes 32 MiB and about a tenth of a second.
const STEPS: u64 = 10_000;

/// The shapes of a password of each kind: a letter stands for a set of characters.
const SHAPES: &[(&str, &[&str])] = &[
    ("maximum", &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]),
    (
        "long",
        &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
    ),
    ("medium", &["CvcnoCvc", "CvcCvcno"]),
    ("short", &["Cvcn"]),
    ("basic", &["aaanaaan", "aannaaan", "aaannaaa"]),
    ("pin", &["nnnn"]),
];

/// The characters that a letter of a shape stands for.
const fn characters(letter: u8) -> &'static [u8] {
    match letter {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

fn derive_password(call: &mut dyn Call, arguments: &[Value]) -> Result<Value, FunctionError> {
    let kind = bytes(arguments, 1)?;
    let Some((_, shapes)) = SHAPES.iter().find(|(name, _)| name.as_bytes() == kind) else {
        // Go's function says so in its result.
        return Ok(Value::from_bytes([b"cannot find password template ", kind].concat()));
    };
    call.spend(STEPS)?;
    let (counter, password, user, site) =
        (unsigned(arguments, 0)?, bytes(arguments, 2)?, bytes(arguments, 3)?, bytes(arguments, 4)?);
    let failed = |error: &dyn std::fmt::Display| Ok(format!("failed to derive password: {error}").into());
    let mut key = [0; 64];
    match Params::new(15, 8, 2) {
        Ok(params) => {
            if let Err(error) = scrypt(password, &with_length(user), &params, &mut key) {
                return failed(&error);
            }
        }
        Err(error) => return failed(&error),
    }
    let mut mac = match Hmac::<Sha256>::new_from_slice(&key) {
        Ok(mac) => mac,
        Err(error) => return failed(&error),
    };
    mac.update(&with_length(site));
    mac.update(&counter.to_be_bytes());
    let seed = mac.finalize().into_bytes();
    let shape = pick(shapes, seed[0]);
    let password: String = shape
        .bytes()
        .zip(seed.iter().skip(1))
        .map(|(letter, byte)| char::from(*pick(characters(letter), *byte)))
        .collect();
    Ok(password.into())
}

/// The item that a byte chooses.
fn pick<T>(items: &[T], byte: u8) -> &T {
    &items[usize::from(byte) % items.len()]
}

/// A text after the seed and its length.
#[expect(clippy::cast_possible_truncation, reason = "Go cuts the length to 32 bits in the same way")]
fn with_length(text: &[u8]) -> Vec<u8> {
    [SEED, &(text.len() as u32).to_be_bytes(), text].concat()
}
