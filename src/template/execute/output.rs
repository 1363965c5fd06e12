//! What a template has written so far, and which part of its text wrote it.

/// From `output` on, the text was written by the source at `source`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) output: usize,
    pub(crate) source: usize,
    /// Whether the following bytes are those of the source, one by one.
    pub(crate) literal: bool,
}

/// A buffer with an upper bound.
#[derive(Debug)]
pub(super) struct Output {
    bytes: Vec<u8>,
    limit: usize,
    segments: Option<Vec<Segment>>,
}

impl Output {
    pub(super) const fn new(limit: usize, traced: bool) -> Self {
        Self { bytes: Vec::new(), limit, segments: if traced { Some(Vec::new()) } else { None } }
    }

    /// Adds text; false where it would pass the limit.
    pub(super) fn write(&mut self, text: &[u8], source: usize, literal: bool) -> bool {
        if self.bytes.len() + text.len() > self.limit {
            return false;
        }
        if let Some(segments) = &mut self.segments
            && !text.is_empty()
        {
            segments.push(Segment { output: self.bytes.len(), source, literal });
        }
        self.bytes.extend_from_slice(text);
        true
    }

    pub(super) fn finish(self) -> (Vec<u8>, Vec<Segment>) {
        (self.bytes, self.segments.unwrap_or_default())
    }
}
