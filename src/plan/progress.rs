//! How far a plan has come, for whoever waits for it.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::checksum;
use crate::text::{Bytes, counted};

/// How far a plan has come. Counted by the threads that work, and read by one that shows it.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Files and bytes that are hashed.
    pub hashing: checksum::Progress,
    /// Releases that are to be rendered.
    to_render: AtomicUsize,
    /// Of these, the rendered ones.
    rendered: AtomicUsize,
    proof: Proof,
}

/// How far a proof by mutation has come.
#[derive(Debug, Default)]
struct Proof {
    /// Changes that are rendered.
    changes: AtomicUsize,
    /// Changes that move something, with which everything is looked at.
    moving: AtomicUsize,
    /// Of these, the ones that were tried.
    tried: AtomicUsize,
}

impl Progress {
    /// Notes that rendering begins.
    pub(crate) fn begin_rendering(&self, releases: usize) {
        self.rendered.store(0, Ordering::Relaxed);
        self.to_render.store(releases, Ordering::Relaxed);
    }

    /// Notes that a release is rendered.
    pub(crate) fn rendered_one(&self) {
        self.rendered.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that releases are rendered with so many changes.
    pub(crate) fn begin_changes(&self, changes: usize) {
        self.proof.changes.store(changes, Ordering::Relaxed);
    }

    /// Notes that everything is looked at with so many changes.
    pub(crate) fn begin_moving(&self, changes: usize) {
        self.proof.moving.store(changes, Ordering::Relaxed);
    }

    /// Notes that everything was looked at with one of them.
    pub(crate) fn tried_one(&self) {
        self.proof.tried.fetch_add(1, Ordering::Relaxed);
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moving = self.proof.moving.load(Ordering::Relaxed);
        if moving > 0 {
            let tried = self.proof.tried.load(Ordering::Relaxed);
            return write!(out, "proving: {tried} of {} that move something", counted(moving, "change"));
        }
        let to_render = self.to_render.load(Ordering::Relaxed);
        let rendered = self.rendered.load(Ordering::Relaxed);
        let changes = self.proof.changes.load(Ordering::Relaxed);
        // Several releases may be made of what is changed.
        if let Some(done) = (changes * rendered.min(to_render)).checked_div(to_render).filter(|_| changes > 0)
        {
            return write!(out, "proving: {done} of {}", counted(changes, "change"));
        }
        if to_render > 0 {
            return write!(out, "rendering: {rendered} of {}", counted(to_render, "release"));
        }
        let files = self.hashing.files.load(Ordering::Relaxed);
        if files == 0 {
            return out.write_str("reading the state");
        }
        write!(out, "hashing: {files} files, {}", Bytes(self.hashing.bytes.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_is_going_on() {
        let progress = Progress::default();
        assert_eq!(progress.to_string(), "reading the state");
        progress.hashing.files.store(12, Ordering::Relaxed);
        progress.hashing.bytes.store(2048, Ordering::Relaxed);
        assert_eq!(progress.to_string(), "hashing: 12 files, 2.0 KiB");
        progress.begin_rendering(2);
        progress.rendered_one();
        assert_eq!(progress.to_string(), "rendering: 1 of 2 releases");
        progress.begin_changes(900);
        progress.begin_rendering(1800);
        (0..240).for_each(|_| progress.rendered_one());
        assert_eq!(progress.to_string(), "proving: 120 of 900 changes");
        progress.begin_moving(60);
        progress.tried_one();
        progress.begin_rendering(2);
        assert_eq!(progress.to_string(), "proving: 1 of 60 changes that move something");
    }
}
