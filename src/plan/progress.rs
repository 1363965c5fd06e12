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
}

impl fmt::Display for Progress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to_render = self.to_render.load(Ordering::Relaxed);
        if to_render > 0 {
            let rendered = self.rendered.load(Ordering::Relaxed);
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
    }
}
