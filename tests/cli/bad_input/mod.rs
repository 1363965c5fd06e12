//! Bad input: helmsum ends soon, with exit code 1 and a message that names the place, and every target stays as it was.

mod broken_project;
mod endless;
mod refused;
