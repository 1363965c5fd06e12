//! The finding unverified-state: proof, by the digest that helmfile hands over, that the state was read as helmfile reads it.

use crate::finding::{Code, Finding};
use crate::state::{EnvironmentObject, Resolved};

/// Which visits the digest belongs to.
///
/// # Errors
///
/// The finding, where it belongs to none.
pub(super) fn verify(resolved: &Resolved, expected: &str) -> Result<Vec<bool>, Finding> {
    let wanted = expected.trim().to_ascii_lowercase();
    let digests: Vec<String> =
        resolved.visits.iter().map(|visit| visit.environment_object.digest()).collect();
    let proved: Vec<bool> = digests.iter().map(|digest| *digest == wanted).collect();
    let first = resolved.visits.last().map(|visit| visit.file.clone());
    let at = |finding: Finding| match &first {
        Some(file) => finding.at(file.clone(), None),
        None => finding,
    };
    if wanted.is_empty() || wanted == EnvironmentObject::DIGEST_OF_NOTHING {
        let message = if wanted.is_empty() {
            "`--expect-environment` is empty, which proves nothing"
        } else {
            "`--expect-environment` is the digest of nothing, which proves nothing"
        };
        let hint = "pass `{{ .Environment | toJson | sha256sum }}`; it has nothing to digest where a value is NaN or infinite";
        return Err(at(Finding::new(Code::UnverifiedState, message).hint(hint)));
    }
    if proved.contains(&true) {
        return Ok(proved);
    }
    let names: Vec<&str> = resolved.visits.iter().map(|visit| visit.environment.as_str()).collect();
    let environment = names.first().copied().unwrap_or("default");
    let message = format!(
        "helmfile read another environment than helmsum, which read `{environment}`: the digests differ"
    );
    let hint = "pass what helmfile was given: `--environment`, `--state-values-set`, `--state-values-file`; where a parent \
                passes values to this state file, name the parent with `--file`. `helmsum state` shows what was read";
    Err(at(Finding::new(Code::UnverifiedState, message).hint(hint)))
}
