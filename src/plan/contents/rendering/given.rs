//! What helm is given for releases, without a call of helm.

use std::collections::BTreeMap;

use super::{Answer, Rendering};
use crate::checksum::{self, Digest, Surroundings, hash_pieces};
use crate::diagnostic::Diagnostic;
use crate::plan::contents::manifests::Look;
use crate::plan::facts::producers::ReleaseAt;
use crate::rendered::{Influence, Wanted};

impl Rendering<'_> {
    /// The digest of everything that helm would be given for a release, by what it is. Never shown: some of it may be secret.
    ///
    /// # Errors
    ///
    /// Why that is not known.
    pub(crate) fn given_digests(&mut self, at: ReleaseAt) -> Answer<BTreeMap<String, Digest>> {
        let trees: Vec<_> = (0..self.environments.len()).map(|one| self.with_targets(one)).collect();
        self.collect(at, &trees);
        let surroundings = Surroundings { key: None, targets: self.known };
        let hashed = hash_pieces(
            &*trees[at.environment],
            self.pieces(at)?,
            surroundings,
            &checksum::Progress::default(),
        )
        .map_err(|error| Diagnostic::error(error.to_string()))?;
        Ok(hashed.files.into_iter().map(|file| (file.name, file.digest)).collect())
    }

    /// The objects of a release among these that something else than the state decides.
    ///
    /// # Errors
    ///
    /// Why that is not known.
    pub(crate) fn influences(&mut self, at: ReleaseAt, wanted: &Wanted) -> Answer<Vec<Influence>> {
        let templating = self.prepared(&Look::plain(at))?;
        let outcome = self.kept.with_influences(&self.kept.call(templating), Some(wanted), false);
        Ok(self.took(at, outcome)?.1)
    }
}
