//! Random results. Every call is noted, since a checksum over it changes with every run.

use std::io::Read;

use super::arguments::{Outcome, bytes, function, integer, note_unstable, refused, too_large};
use crate::diagnostic::Refusal;
use crate::go::unicode::runes;
use crate::template::function::{Call, Chance, Function, FunctionError, Parameter};
use crate::value::Value;

use Parameter::{Int, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("randAlphaNum", &[Int], |call, arguments| {
        letters(call, "randAlphaNum", arguments, ALPHANUMERIC)
    }),
    function("randAlpha", &[Int], |call, arguments| {
        letters(call, "randAlpha", arguments, &ALPHANUMERIC[10..])
    }),
    function("randNumeric", &[Int], |call, arguments| {
        letters(call, "randNumeric", arguments, &ALPHANUMERIC[..10])
    }),
    function("randAscii", &[Int], |call, arguments| letters(call, "randAscii", arguments, ASCII)),
    function("randBytes", &[Int], random_bytes),
    function("randInt", &[Int, Int], random_integer),
    function("uuidv4", &[], uuid),
    function("shuffle", &[Text], shuffle),
];

const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ASCII: &[u8] =
    b" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

/// The most random characters or bytes of one call.
const MAX_COUNT: usize = 1 << 20;

fn random(chance: Chance, count: usize) -> Result<Vec<u8>, FunctionError> {
    let mut content = vec![0; count];
    match chance {
        Chance::Least => return Ok(content),
        Chance::Greatest => return Ok(vec![u8::MAX; count]),
        Chance::Real => {}
    }
    fs_err::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut content)).map_err(
        |error| {
            refused(
                Refusal::UnsupportedFunction,
                format!("no random numbers: {error}"),
                "the system must have `/dev/urandom`",
            )
        },
    )?;
    Ok(content)
}

/// An even choice out of `count`.
fn below(chance: Chance, count: u64) -> Result<u64, FunctionError> {
    match chance {
        Chance::Least => return Ok(0),
        Chance::Greatest => return Ok(count - 1),
        Chance::Real => {}
    }
    let limit = u64::MAX - u64::MAX % count;
    loop {
        let number = random(chance, 8)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        if number < limit {
            return Ok(number % count);
        }
    }
}

fn count(function: &str, arguments: &[Value]) -> Result<usize, FunctionError> {
    let count = usize::try_from(integer(arguments, 0)?).unwrap_or(0);
    if count > MAX_COUNT { Err(too_large(function)) } else { Ok(count) }
}

fn letters(call: &mut dyn Call, function: &str, arguments: &[Value], alphabet: &[u8]) -> Outcome {
    note_unstable(call, function);
    let count = count(function, arguments)?;
    call.spend(u64::try_from(count).unwrap_or(u64::MAX))?;
    let chance = call.context().chance;
    let certain = match chance {
        Chance::Least => alphabet.first(),
        Chance::Greatest => alphabet.last(),
        Chance::Real => None,
    };
    if let Some(letter) = certain {
        return Ok(char::from(*letter).to_string().repeat(count).into());
    }
    let mut text = String::with_capacity(count);
    // Bytes past the last whole multiple would make the first letters likelier.
    let limit = 256 - 256 % alphabet.len();
    while text.len() < count {
        for byte in random(chance, count - text.len())? {
            if usize::from(byte) < limit {
                text.push(char::from(alphabet[usize::from(byte) % alphabet.len()]));
            }
        }
    }
    Ok(text.into())
}

fn random_bytes(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    note_unstable(call, "randBytes");
    if integer(arguments, 0)? < 0 {
        return Err(FunctionError::failed("runtime error: makeslice: len out of range"));
    }
    Ok(data_encoding::BASE64.encode(&random(call.context().chance, count("randBytes", arguments)?)?).into())
}

fn random_integer(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    note_unstable(call, "randInt");
    let (least, beyond) = (integer(arguments, 0)?, integer(arguments, 1)?);
    match u64::try_from(beyond.wrapping_sub(least)) {
        Ok(count) if count > 0 => {
            Ok(Value::Int(least.wrapping_add_unsigned(below(call.context().chance, count)?)))
        }
        _ => Err(FunctionError::failed("invalid argument to Intn")),
    }
}

fn uuid(call: &mut dyn Call, _: &[Value]) -> Outcome {
    note_unstable(call, "uuidv4");
    let mut bytes = random(call.context().chance, 16)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    Ok(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]).into())
}

fn shuffle(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    note_unstable(call, "shuffle");
    let mut characters: Vec<char> =
        runes(bytes(arguments, 0)?).map(|rune| rune.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    if characters.len() > MAX_COUNT {
        return Err(too_large("shuffle"));
    }
    for last in (1..characters.len()).rev() {
        let other = below(call.context().chance, u64::try_from(last + 1).unwrap_or(1))?;
        characters.swap(last, usize::try_from(other).unwrap_or(0));
    }
    Ok(characters.into_iter().collect::<String>().into())
}
