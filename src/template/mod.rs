//! Go templates as helmfile runs them.
//!
//! [`render()`] parses a text together with the `_*.tpl` files of its directory and runs it with Go 1.26's rules; what
//! functions there are is the caller's to say, in a [`function::Registry`].

mod calls;
pub(crate) mod effects;
mod execute;
pub(crate) mod function;
pub(crate) mod functions;
mod prints;
mod render;
mod set;
pub(crate) mod syntax;
#[cfg(test)]
mod tests;

pub(crate) use calls::calls;
pub(crate) use prints::{Defined, defined, may_print_comments};
pub(crate) use render::render_traced;
pub use render::{MissingKey, Options, Rendered, render};
