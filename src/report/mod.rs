//! What a run says, and how: to people, to programs, and to GitHub Actions.

mod drawing;
mod github;
mod human;
mod json;
mod model;
mod outcome;
mod rows;
mod schema;
mod streams;

pub use drawing::{Layout, draw};
pub use github::{annotations, step_summary};
pub use human::{View, WIDTH, WIDTH_IN_HOOK, human, summary};
pub use json::{Document, HashDocument, entries, print};
pub use model::{Release, Report, Source, Target};
pub use outcome::Outcome;
pub use schema::schemas;
pub use streams::{Colour, Stream, Streams};
