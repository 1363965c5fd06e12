//! What the state and the configuration declare: consumers with their sources, targets and producers.

pub(crate) mod checksums;
pub(crate) mod consumer;
pub(crate) mod counts;
pub(crate) mod declared;
pub(crate) mod environment;
pub(crate) mod hook_calls;
pub(crate) mod locations;
pub(crate) mod other_environments;
pub(crate) mod producers;
pub(crate) mod readings;
pub(crate) mod secret_key;
pub(crate) mod secret_names;
pub(crate) mod settings;
pub(crate) mod survey;
pub(crate) mod targets;
pub(crate) mod values_files;
pub(crate) mod words;
