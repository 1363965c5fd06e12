//! helmsum beside the real programs: helm, helmfile, sops, kustomize and a Kubernetes API server.
//!
//! A test whose programs are not built (`tests/tools`) says so and is skipped; with `CI=true` it fails.

mod annotate;
mod argocd_flux;
mod audit;
mod cache;
mod ci;
mod diff;
mod examples;
mod explain;
mod graph;
mod hooks;
mod init;
mod kinds;
mod list;
mod pages;
mod pictures;
mod plugin;
mod remote;
mod rendered;
mod rollout;
mod schema;
mod secrets;
mod server;
#[path = "../support/mod.rs"]
mod support;
