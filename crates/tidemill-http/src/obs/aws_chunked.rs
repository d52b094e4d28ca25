//! `aws-chunked` bodies: frames of data, signed or not, and a trailer with checksums.
//!
//! Bytes in, data out: no I/O. Every line is bounded, and so is the data by the declared length.

use super::error::ObsError;
use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};
use tidemill_iam::object_signature::ChunkVerifier;

const LINE_BYTES_MAX: usize = 4096;
const TRAILER_BYTES_MAX: usize = 16 * 1024;

/// A body being decoded.
#[derive(Debug)]
pub(crate) struct AwsChunked {
    /// Set if every chunk must carry a signature.
    signed: Option<ChunkVerifier>,
    with_trailer: bool,
    state: State,
    line: BytesMut,
    /// Data bytes that may still come.
    left: u64,
    trailer: Vec<(String, String)>,
    trailer_bytes: usize,
}

#[derive(Debug)]
enum State {
    /// In a chunk's size line.
    Size,
    /// In a chunk's data.
    Data {
        size: u64,
        left: u64,
        hash: Sha256,
        signature: String,
    },
    /// In the line end after a chunk's data.
    DataEnd,
    /// In the lines after the closing chunk.
    Trailer,
    Done,
}

fn malformed(what: &str) -> ObsError {
    ObsError::bad("InvalidRequest", format!("The aws-chunked body is malformed: {what}."))
}

fn wrong_signature() -> ObsError {
    tidemill_iam::object_signature::ObjectAuthError::Signature.into()
}

impl AwsChunked {
    /// A body of exactly `decoded_length` bytes of data.
    pub(crate) fn new(signed: Option<ChunkVerifier>, with_trailer: bool, decoded_length: u64) -> Self {
        Self {
            signed,
            with_trailer,
            state: State::Size,
            line: BytesMut::new(),
            left: decoded_length,
            trailer: Vec::new(),
            trailer_bytes: 0,
        }
    }

    /// Takes bytes of the body and appends the data in them to `out`.
    pub(crate) fn feed(&mut self, mut bytes: Bytes, out: &mut Vec<Bytes>) -> Result<(), ObsError> {
        while !bytes.is_empty() {
            match &mut self.state {
                State::Data { left, hash, .. } => {
                    let count = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    let data = bytes.split_to(count);
                    if self.signed.is_some() {
                        hash.update(&data);
                    }
                    *left -= count as u64;
                    let ended = *left == 0;
                    out.push(data);
                    if ended {
                        self.end_chunk()?;
                    }
                }
                State::Done => return Err(malformed("bytes follow its end")),
                State::Size | State::DataEnd | State::Trailer => {
                    if let Some(line) = self.take_line(&mut bytes)? {
                        self.take(&line)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The trailer's lines, names in lower case, after the last byte of the body.
    pub(crate) fn finish(self) -> Result<Vec<(String, String)>, ObsError> {
        // Some clients leave the empty line after the closing chunk out.
        let complete = match self.state {
            State::Done => true,
            State::Trailer => self.line.is_empty() && self.trailer.is_empty() && !self.with_trailer,
            _ => false,
        };
        if complete && self.left == 0 {
            return Ok(self.trailer);
        }
        Err(ObsError::bad("IncompleteBody", "The body ended before the number of bytes it declared."))
    }

    /// The next line without its end, if it is complete.
    fn take_line(&mut self, bytes: &mut Bytes) -> Result<Option<String>, ObsError> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        self.line.extend_from_slice(&bytes.split_to(end.map_or(bytes.len(), |end| end + 1).min(bytes.len())));
        if self.line.len() > LINE_BYTES_MAX {
            return Err(malformed("a line is too long"));
        }
        if end.is_none() {
            return Ok(None);
        }
        let line = self.line.split();
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = std::str::from_utf8(line).map_err(|_| malformed("a line is not text"))?;
        Ok(Some(line.to_owned()))
    }

    fn take(&mut self, line: &str) -> Result<(), ObsError> {
        match self.state {
            State::Size => self.begin_chunk(line),
            State::DataEnd if line.is_empty() => {
                self.state = State::Size;
                Ok(())
            }
            State::DataEnd => Err(malformed("a chunk is longer than its size")),
            State::Trailer => self.take_trailer(line),
            State::Data { .. } | State::Done => Ok(()),
        }
    }

    fn begin_chunk(&mut self, line: &str) -> Result<(), ObsError> {
        let (size, extension) = line.split_once(';').unwrap_or((line, ""));
        let digits = !size.is_empty() && size.len() <= 16 && size.bytes().all(|b| b.is_ascii_hexdigit());
        let size = u64::from_str_radix(size, 16).ok().filter(|_| digits);
        let size = size.ok_or_else(|| malformed("a chunk has no size"))?;
        self.left = self.left.checked_sub(size).ok_or_else(|| malformed("it is longer than declared"))?;
        let signature = extension.strip_prefix("chunk-signature=").unwrap_or("").trim().to_owned();
        self.state = State::Data { size, left: size, hash: Sha256::new(), signature };
        if size == 0 { self.end_chunk() } else { Ok(()) }
    }

    fn end_chunk(&mut self) -> Result<(), ObsError> {
        let ended = std::mem::replace(&mut self.state, State::DataEnd);
        let State::Data { size, hash, signature, .. } = ended else { return Ok(()) };
        // Only the closing chunk has no data.
        if size == 0 {
            self.state = State::Trailer;
        }
        let Some(chain) = &mut self.signed else { return Ok(()) };
        let genuine = chain.verify_chunk(&hash.finalize().into(), &signature);
        if genuine { Ok(()) } else { Err(wrong_signature()) }
    }

    fn take_trailer(&mut self, line: &str) -> Result<(), ObsError> {
        self.trailer_bytes += line.len();
        if self.trailer_bytes > TRAILER_BYTES_MAX {
            return Err(malformed("its trailer is too long"));
        }
        if !line.is_empty() {
            let (name, value) =
                line.split_once(':').ok_or_else(|| malformed("a trailer line has no colon"))?;
            self.trailer.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            return Ok(());
        }
        self.state = State::Done;
        self.check_trailer_signature()
    }

    fn check_trailer_signature(&mut self) -> Result<(), ObsError> {
        let Some(chain) = self.signed.as_mut().filter(|_| self.with_trailer) else { return Ok(()) };
        let at = self.trailer.iter().position(|(name, _)| name == "x-amz-trailer-signature");
        let (_, signature) = self.trailer.remove(at.ok_or_else(wrong_signature)?);
        let lines: String = self.trailer.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        if chain.verify_trailer(lines.as_bytes(), &signature) { Ok(()) } else { Err(wrong_signature()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Trailer = Vec<(String, String)>;

    /// Data and trailer of a body that arrives in pieces of `step` bytes.
    fn decode(body: &[u8], length: u64, step: usize) -> Result<(Vec<u8>, Trailer), String> {
        let mut decoder = AwsChunked::new(None, true, length);
        let mut out = Vec::new();
        for piece in body.chunks(step) {
            decoder.feed(Bytes::copy_from_slice(piece), &mut out).map_err(|error| error.message)?;
        }
        let trailer = decoder.finish().map_err(|error| error.code.to_owned())?;
        Ok((out.concat(), trailer))
    }

    const BODY: &[u8] = b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-Amz-Checksum-Crc32: DUoRhQ==\r\n\r\n";

    #[test]
    fn frames_are_taken_off_however_the_body_is_cut() {
        for step in 1..=BODY.len() {
            let (data, trailer) = decode(BODY, 11, step).unwrap();
            assert_eq!(data, b"hello world");
            assert_eq!(trailer, [("x-amz-checksum-crc32".to_owned(), "DUoRhQ==".to_owned())]);
        }
    }

    #[test]
    fn a_body_has_exactly_the_declared_length() {
        for cut in 0..BODY.len() {
            assert_eq!(decode(&BODY[..cut], 11, 7).unwrap_err(), "IncompleteBody", "cut at {cut}");
        }
        assert_eq!(decode(BODY, 12, 7).unwrap_err(), "IncompleteBody");
        assert!(decode(BODY, 10, 7).unwrap_err().contains("longer than declared"));
        assert!(decode(&[BODY, b"x"].concat(), 11, 7).unwrap_err().contains("follow"));
    }

    #[test]
    fn nonsense_is_refused() {
        let long = [b"5;".as_slice(), &[b'a'; 5000]].concat();
        for bad in
            [b"xyz\r\n".as_slice(), b"\r\n", b"+5\r\nhello", b"fffffffffffffffff\r\n", &long, b"1\r\nab\r\n"]
        {
            assert!(decode(bad, u64::MAX, 3).unwrap_err().contains("malformed"), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_more_data_than_it_has(body in prop::collection::vec(any::<u8>(), 0..200), step in 1usize..20) {
            if let Ok((data, _)) = decode(&body, 20, step) {
                prop_assert!(data.len() == 20);
            }
        }
    }
}
