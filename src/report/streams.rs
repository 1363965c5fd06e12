//! Where a run writes to.

use std::fmt;
use std::io::{self, Write};
use std::os::fd::AsFd;

use anstream::{AutoStream, ColorChoice};

use crate::text::for_terminal;

/// Whether a stream takes colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// Escape sequences are written.
    On,
    #[default]
    Off,
}

/// One of the two standard streams.
pub struct Stream {
    writer: Box<dyn Write + Send>,
    /// Whether somebody watches it.
    pub terminal: bool,
    /// How many columns the terminal has, where it says so.
    pub columns: Option<usize>,
    /// Whether it takes colours where the user did not say so.
    pub colour: Colour,
    gone: bool,
}

impl Stream {
    /// A stream that is not a terminal.
    pub fn plain(writer: impl Write + Send + 'static) -> Self {
        Self { writer: Box::new(writer), terminal: false, columns: None, colour: Colour::Off, gone: false }
    }

    fn of(writer: impl Send + AsFd + anstream::stream::RawStream + 'static) -> Self {
        let columns = rustix::termios::tcgetwinsize(&writer).ok().map(|size| usize::from(size.ws_col));
        let colour = match AutoStream::choice(&writer) {
            ColorChoice::Never => Colour::Off,
            _ => Colour::On,
        };
        Self {
            terminal: anstream::stream::IsTerminal::is_terminal(&writer),
            columns: columns.filter(|columns| *columns > 0),
            colour,
            writer: Box::new(writer),
            gone: false,
        }
    }

    /// Writes text with colours, which are taken out where they are off. Nothing else in it reaches a terminal as it is.
    ///
    /// # Errors
    ///
    /// As [`Stream::raw`].
    pub fn styled(&mut self, text: &str) -> io::Result<()> {
        let text = for_terminal(text);
        match self.colour {
            Colour::On => self.raw(text.as_bytes()),
            Colour::Off => self.raw(anstream::adapter::strip_str(&text).to_string().as_bytes()),
        }
    }

    /// Writes bytes as they are.
    ///
    /// A reader that has gone away (`helmsum list | head -1`) is not an error: what follows is dropped.
    ///
    /// # Errors
    ///
    /// Where the stream does not take what is written, a full disk for one.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.gone {
            return Ok(());
        }
        match self.writer.write_all(bytes).and_then(|()| self.writer.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(())
            }
            other => other,
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Stream")
            .field("terminal", &self.terminal)
            .field("colour", &self.colour)
            .finish_non_exhaustive()
    }
}

/// The two standard streams.
#[derive(Debug)]
pub struct Streams {
    /// Reports.
    pub out: Stream,
    /// Errors that stop the run, and progress.
    pub err: Stream,
}

impl Streams {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self { out: Stream::of(io::stdout()), err: Stream::of(io::stderr()) }
    }

    /// The same streams with colours as the user wants them.
    pub fn colour(&mut self, colour: Option<Colour>) {
        if let Some(colour) = colour {
            self.out.colour = colour;
            self.err.colour = colour;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed(io::ErrorKind);

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_error() {
        let mut stream = Stream::plain(Closed(io::ErrorKind::BrokenPipe));
        assert!(stream.raw(b"first").is_ok());
        assert!(stream.raw(b"second").is_ok());
    }

    #[derive(Clone, Default)]
    struct Written(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("nobody else writes").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_is_styled_cannot_drive_a_terminal() {
        for (colour, expected) in [
            (Colour::On, "\u{1b}[1ma\u{1b}[0m\\u{9b}2J\\u{1b}[2J\n"),
            (Colour::Off, "a\\u{9b}2J\\u{1b}[2J\n"),
        ] {
            let written = Written::default();
            let mut stream = Stream { colour, ..Stream::plain(written.clone()) };
            stream.styled("\u{1b}[1ma\u{1b}[0m\u{9b}2J\u{1b}[2J\n").expect("memory takes all");
            let bytes = written.0.lock().expect("nobody else writes").clone();
            assert_eq!(String::from_utf8(bytes).expect("text"), expected);
        }
    }

    #[test]
    fn a_full_disk_is_an_error() {
        let mut stream = Stream::plain(Closed(io::ErrorKind::StorageFull));
        assert_eq!(stream.raw(b"first").map_err(|error| error.kind()), Err(io::ErrorKind::StorageFull));
    }
}
