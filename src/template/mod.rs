//! Go templates as helmfile runs them.

pub mod function;
