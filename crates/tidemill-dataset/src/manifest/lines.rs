//! Cutting a stream of bytes into lines of bounded length.

use bytes::Bytes;
use futures::{Stream, StreamExt};

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RawLine {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// It has more bytes than it may; they were skipped.
    TooLong,
}

/// Lines of a stream of chunks. Holds one line and one chunk at a time.
pub(crate) struct Lines<S> {
    chunks: S,
    chunk: Bytes,
    ended: bool,
    bytes_max: usize,
}

impl<S, E> Lines<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    pub(crate) fn new(chunks: S, bytes_max: usize) -> Self {
        Self { chunks, chunk: Bytes::new(), ended: false, bytes_max }
    }

    /// The next line; `None` at the end. What follows the last line end is a line unless it is empty.
    pub(crate) async fn next(&mut self) -> Result<Option<RawLine>, E> {
        let (mut line, mut length, mut began) = (Vec::new(), 0usize, false);
        loop {
            if self.chunk.is_empty() && !self.fill().await? {
                return Ok(began.then(|| self.finish(line, length)));
            }
            began = true;
            let end = self.chunk.iter().position(|byte| *byte == b'\n');
            let part = self.chunk.split_to(end.unwrap_or(self.chunk.len()));
            length = length.saturating_add(part.len());
            if length <= self.bytes_max {
                line.extend_from_slice(&part);
            } else {
                line = Vec::new();
            }
            if end.is_some() {
                drop(self.chunk.split_to(1));
                return Ok(Some(self.finish(line, length)));
            }
        }
    }

    fn finish(&self, mut line: Vec<u8>, length: usize) -> RawLine {
        if length > self.bytes_max {
            return RawLine::TooLong;
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        RawLine::Bytes(line)
    }

    /// Gets the next chunk that is not empty; `false` at the end.
    async fn fill(&mut self) -> Result<bool, E> {
        while !self.ended && self.chunk.is_empty() {
            match self.chunks.next().await {
                Some(chunk) => self.chunk = chunk?,
                None => self.ended = true,
            }
        }
        Ok(!self.chunk.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use futures::stream;

    fn lines(chunks: &[&'static str], bytes_max: usize) -> Vec<RawLine> {
        let chunks = chunks.iter().map(|c| Ok::<_, ()>(Bytes::from_static(c.as_bytes())));
        let mut lines = Lines::new(stream::iter(chunks), bytes_max);
        let mut out = Vec::new();
        while let Some(line) = block_on(lines.next()).unwrap() {
            out.push(line);
        }
        out
    }

    fn is(text: &str) -> RawLine {
        RawLine::Bytes(text.into())
    }

    #[test]
    fn lines_may_cross_chunks_and_end_without_a_line_end() {
        assert_eq!(lines(&["a", "b\n", "", "\r\nc\r", "\nd"], 9), [is("ab"), is(""), is("c"), is("d")]);
        assert_eq!(lines(&["a\n"], 9), [is("a")]);
        assert_eq!(lines(&["", ""], 9), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_and_only_it() {
        assert_eq!(lines(&["abc", "def\nabcd\n", "x"], 4), [RawLine::TooLong, is("abcd"), is("x")]);
    }
}
