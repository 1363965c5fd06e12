//! A reference taken apart (`vals.go: prepare`).

use std::collections::BTreeMap;

use super::unresolved::{DIGEST_INSTEAD, Unresolved};
use crate::diagnostic::Refusal;
use crate::go::url::{Url, parse_query};

/// What a reference names.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) provider: Provider,
    /// The URL's host and path.
    pub(super) path: String,
    /// The parts of the fragment; nothing where the whole is asked for.
    pub(super) keys: Option<Vec<String>>,
    /// The first value of each parameter.
    pub(super) parameters: BTreeMap<String, String>,
}

/// Who resolves a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    Echo,
    File,
    EnvSubst,
    Sops,
}

/// The other providers that vals 0.46 has.
pub(super) const OTHERS: [&str; 35] = [
    "awskms",
    "awssecrets",
    "awsssm",
    "azurekeyvault",
    "bw",
    "conjur",
    "doppler",
    "exec",
    "gcpsecrets",
    "gcs",
    "gitlab",
    "gkms",
    "googlesheets",
    "hcpvaultsecrets",
    "httpjson",
    "infisical",
    "k8s",
    "keychain",
    "oci",
    "onepasswordconnect",
    "op",
    "openbao",
    "pulumistateapi",
    "s3",
    "scw",
    "servercore",
    "tfstate",
    "tfstateazurerm",
    "tfstategitlab",
    "tfstategs",
    "tfstateremote",
    "tfstates3",
    "tss",
    "vault",
    "yclockbox",
];

impl Address {
    /// Takes a URL apart, as vals reads it.
    pub(super) fn parse(url: &[u8]) -> Result<Self, Unresolved> {
        let text = std::str::from_utf8(url).map_err(|_| {
            Unresolved::refused(Refusal::NotUtf8, url, "is not UTF-8", "give what it names another name")
        })?;
        if text
            .split_once("://")
            .is_some_and(|(_, rest)| ["arn:aws:", "arn:aws-"].iter().any(|arn| rest.starts_with(arn)))
        {
            let said = "names a resource of AWS, which vals reads in a way of its own";
            return Err(Unresolved::refused(Refusal::SecretReference, url, said, DIGEST_INSTEAD));
        }
        let parsed = Url::parse(url).map_err(|_| {
            let said = "is not a URL that vals can read";
            Unresolved::failed(url, said, "write it as `SCHEME://PATH#/KEY`; helmfile cannot read it either")
        })?;
        let provider = provider(url, &parsed.scheme)?;
        let fragment = text.split_once('#').map_or("", |(_, fragment)| fragment);
        if parsed.fragment != fragment.as_bytes() {
            let said = "has an escape (`%…`) after its `#`, which makes vals crash or read another key";
            return Err(Unresolved::refused(Refusal::SecretReference, url, said, "write the key as it is"));
        }
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
        let fragment = fragment.strip_prefix('/').unwrap_or(fragment);
        let host = utf8(url, parsed.host)?;
        let path = utf8(url, parsed.path)?;
        let below = if host.is_empty() { path.as_str() } else { path.strip_prefix('/').unwrap_or(&path) };
        let parts = [host.as_str(), below].into_iter().filter(|part| !part.is_empty());
        let mut parameters = BTreeMap::new();
        for (name, values) in parse_query(&parsed.query) {
            let value = values.into_iter().next().unwrap_or_default();
            parameters.insert(utf8(url, name)?, utf8(url, value)?);
        }
        Ok(Self {
            provider,
            path: parts.collect::<Vec<_>>().join("/"),
            keys: (!fragment.is_empty()).then(|| fragment.split('/').map(str::to_owned).collect()),
            parameters,
        })
    }
}

fn provider(url: &[u8], scheme: &[u8]) -> Result<Provider, Unresolved> {
    Ok(match scheme {
        b"echo" => Provider::Echo,
        b"file" => Provider::File,
        b"envsubst" => Provider::EnvSubst,
        b"sops" => Provider::Sops,
        other if OTHERS.iter().any(|known| known.as_bytes() == other) => {
            let said = if other == b"exec" {
                "starts a program, and helmsum resolves only `echo`, `file`, `envsubst` and `sops`"
            } else {
                "asks a service for a secret, and helmsum resolves only `echo`, `file`, `envsubst` and `sops`"
            };
            return Err(Unresolved::refused(Refusal::SecretReference, url, said, DIGEST_INSTEAD));
        }
        _ => {
            let said = "is of a kind that vals does not have";
            return Err(Unresolved::failed(
                url,
                said,
                "correct what stands before `://`; helmfile cannot read it either",
            ));
        }
    })
}

fn utf8(url: &[u8], text: Vec<u8>) -> Result<String, Unresolved> {
    String::from_utf8(text).map_err(|_| {
        Unresolved::refused(Refusal::NotUtf8, url, "is not UTF-8", "give what it names another name")
    })
}
