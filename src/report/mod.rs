//! What a run says, and how: to people, to programs, and to GitHub Actions.

mod json;
mod model;
mod outcome;
mod problem;
mod shown;
mod streams;

pub use json::{Document, HashDocument, print};
pub use model::{Change, How, Release, Report, Source, Status, Target};
pub use outcome::Outcome;
pub use problem::{Layout, draw_finding, draw_problem};
pub use shown::{Bytes, Shown, counted, relative};
pub use streams::{Colour, Stream, Streams};
