//! `helmsum graph` beside a real helmfile: what it says of the order is what helmfile does.

mod deployed;
mod drawings;
mod layouts;
mod order;
mod project;
mod rendered;
