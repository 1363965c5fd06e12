//! Go's `fmt`: `Sprint`, `Sprintln` and `Sprintf`.
//!
//! What a value is made of is its own business: it implements [`Argument`] and prints itself with the parts of [`Printer`].
//! What Go prints as a machine address (a pointer inside a list, `%p`) or in an order that depends on addresses (a map with
//! keys of several types) cannot be known and is an error.

mod flags;
mod format;
mod number;
mod printer;

pub(crate) use format::sprintf;
pub(crate) use number::Integer;
pub(crate) use printer::{Printed, Printer};

/// The most bytes that one value may print or encode to: 64 MiB.
pub(crate) const MAX_TEXT: usize = 64 << 20;

/// The deepest value that is printed or encoded; YAML ends at 10,000 levels, and a map that contains itself never ends.
pub(crate) const MAX_DEPTH: usize = 10_100;

/// Why a value cannot be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// It is nested too deep, usually because a map contains itself.
    #[error("the value is nested deeper than 10,000 levels, or contains itself")]
    TooDeep,
    /// It prints too much.
    #[error("the value prints more than 64 MiB")]
    TooLarge,
    /// Go prints a machine address.
    #[error("the value prints as a machine address, which differs between runs")]
    Address,
    /// Go orders by machine addresses.
    #[error("the order of a map with keys of several types is not defined")]
    KeyOrder,
    /// The inside of this type is not known here.
    #[error("helmsum cannot print a value of type `{0}` with this verb")]
    Unknown(&'static str),
}

/// A value that can be printed.
pub(crate) trait Argument {
    /// Whether it is an untyped nil.
    fn is_nil(&self) -> bool;

    /// Whether `Sprint` sets no space beside it.
    fn is_string(&self) -> bool;

    /// Whether `%p` prints an address.
    fn has_address(&self) -> bool;

    /// The type as `%T` spells it.
    fn type_name(&self) -> String;

    /// The number where it stands for a width or precision (`*`). Nothing for other types, and for what Go's `int` does not
    /// have room for.
    fn as_star(&self) -> Option<isize>;

    /// Prints a value that is not nil under any verb but `T` and `p`, with [`Printer::bad_verb`] where the verb does not
    /// fit.
    ///
    /// # Errors
    ///
    /// See [`PrintError`].
    fn print(&self, printer: &mut Printer, verb: char) -> Printed;
}

/// `fmt.Sprint`: `%v` of every value, with a space between two that are not strings.
///
/// # Errors
///
/// See [`PrintError`].
pub(crate) fn sprint<A: Argument>(values: &[A]) -> Result<Vec<u8>, PrintError> {
    let mut printer = Printer::default();
    let mut after_string = true;
    for value in values {
        let is_string = value.is_string();
        if !is_string && !after_string {
            printer.push(b" ")?;
        }
        printer.argument(value, 'v')?;
        after_string = is_string;
    }
    Ok(printer.finish())
}

/// `fmt.Sprintln`: `%v` of every value with spaces between them and a line break at the end.
///
/// # Errors
///
/// See [`PrintError`].
pub(crate) fn sprintln<A: Argument>(values: &[A]) -> Result<Vec<u8>, PrintError> {
    let mut printer = Printer::default();
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            printer.push(b" ")?;
        }
        printer.argument(value, 'v')?;
    }
    printer.push(b"\n")?;
    Ok(printer.finish())
}
