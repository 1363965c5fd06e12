//! Values of a state that know where they are written.

use std::ops::{Deref, DerefMut};

use super::decode::{Decode, Decoding};
use super::layer::{Layer, Merging};
use crate::diagnostic::Diagnostic;
use crate::text::Place;
use crate::yaml::Node;

/// A value and where it is written. The place follows the value through merging, inheriting and rendering: it is where the
/// value that won stands, in a state file, one of its bases or its parent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it is written. Nothing for what comes from the command line, and for the default of a field.
    pub place: Option<Place>,
}

impl<T> Located<T> {
    /// A value that is written in no file, as on the command line.
    #[must_use]
    pub const fn nowhere(value: T) -> Self {
        Self { value, place: None }
    }

    /// Another value that came out of this one, as by rendering it.
    #[must_use]
    pub fn with<U>(&self, value: U) -> Located<U> {
        Located { value, place: self.place.clone() }
    }

    /// The error, with the place of this value unless it has one already. One in a file that this value leads to is told so.
    pub(super) fn blame(&self, error: Diagnostic) -> Diagnostic {
        error.or_at_known(self.place.as_ref()).through(self.place.as_ref())
    }
}

impl<T> Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Located<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: Decode> Decode for Located<T> {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        self.place = Some(decoding.place(node));
        self.value.decode(node, decoding)
    }

    fn decode_null(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        self.place = Some(decoding.place(node));
        self.value.decode_null(node, decoding)
    }
}

impl Layer for Located<String> {
    fn lay(&mut self, later: &Self, how: Merging) -> Result<(), Diagnostic> {
        if (how != Merging::Fill || self.is_empty()) && !later.is_empty() {
            self.clone_from(later);
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.value.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize, value: &str) -> Located<String> {
        Located { value: value.into(), place: Some(Place::line("helmfile.yaml", line)) }
    }

    #[test]
    fn the_place_follows_the_value_that_wins() {
        for (earlier, later, how, wins) in [
            (at(1, "a"), at(2, "b"), Merging::Join, 2),
            (at(1, "a"), at(2, ""), Merging::Replace, 1),
            (at(1, "a"), at(2, "b"), Merging::Fill, 1),
            (at(1, ""), at(2, "b"), Merging::Fill, 2),
        ] {
            let mut merged = earlier.clone();
            merged.lay(&later, how).expect("strings can be merged");
            let expected = if wins == 1 { earlier } else { later };
            assert_eq!(merged, expected, "{how:?}");
        }
    }
}
