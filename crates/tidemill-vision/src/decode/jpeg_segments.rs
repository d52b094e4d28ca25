//! The structure of a JPEG file, read without decoding: its size, its scans, and whether it is complete.
//!
//! Decoders return pixels for a file that was cut off, and follow any number of scans; so both are checked here first.

/// What the markers of a JPEG file say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct JpegSegments<'b> {
    /// Columns; 0 without a frame header.
    pub(super) width: u16,
    /// Rows; 0 without a frame header.
    pub(super) height: u16,
    /// Channels: 1 grey, 3 colour, 4 print colours.
    pub(super) components: u8,
    /// Whether it is a baseline or progressive frame with 8 bits a sample and Huffman coding.
    pub(super) is_common: bool,
    /// Whether there are code tables before the first scan.
    pub(super) has_tables: bool,
    /// Whether a pixel's coefficients come in several scans, so that all have to be held at once.
    pub(super) several_scans: bool,
    /// Passes over the image.
    pub(super) scans: usize,
    /// The EXIF block before the first scan, without its heading.
    pub(super) exif: Option<&'b [u8]>,
    /// The offset behind the end marker; none if the file was cut off.
    pub(super) end: Option<usize>,
}

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const TEM: u8 = 0x01;
const APP1: u8 = 0xe1;
const DHT: u8 = 0xc4;

impl<'b> JpegSegments<'b> {
    /// Walks over all markers; `bytes` start with the start marker.
    pub(super) fn read(bytes: &'b [u8]) -> Self {
        let mut segments = Self::default();
        let mut at = 2;
        while let Some((marker, after)) = next_marker(bytes, at) {
            at = match marker {
                EOI => {
                    segments.end = Some(after);
                    return segments;
                }
                SOI | TEM | 0xd0..=0xd7 => after,
                _ => {
                    let Some(body) = segment_body(bytes, after) else { return segments };
                    segments.note(marker, body);
                    after + 2 + body.len()
                }
            };
        }
        segments
    }

    /// The frame and the first scan alone: stops there instead of looking for the end.
    pub(super) fn read_frame(bytes: &'b [u8]) -> Self {
        let mut segments = Self::default();
        let mut at = 2;
        while let Some((marker, after)) = next_marker(bytes, at) {
            let Some(body) = segment_body(bytes, after) else { break };
            segments.note(marker, body);
            if segments.scans > 0 || marker == EOI {
                break;
            }
            at = after + 2 + body.len();
        }
        segments
    }

    fn note(&mut self, marker: u8, body: &'b [u8]) {
        match (marker, body) {
            (SOS, _) => {
                self.scans += 1;
                self.several_scans |= body.first().is_some_and(|&components| components < self.components);
            }
            (APP1, [b'E', b'x', b'i', b'f', 0, 0, exif @ ..]) if self.scans == 0 => self.exif = Some(exif),
            (DHT, _) => self.has_tables |= self.scans == 0,
            (0xc8 | 0xcc, _) => {}
            (0xc0..=0xcf, [precision, h1, h0, w1, w0, components, ..]) if self.components == 0 => {
                self.height = u16::from_be_bytes([*h1, *h0]);
                self.width = u16::from_be_bytes([*w1, *w0]);
                self.components = *components;
                self.is_common = marker <= 0xc2 && *precision == 8;
                self.several_scans = marker == 0xc2;
            }
            _ => {}
        }
    }
}

/// The next marker at or behind `at` and the offset behind it. Stuffed and fill bytes are no markers.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += memchr::memchr(0xff, bytes.get(at..)?)? + 1;
        match *bytes.get(at)? {
            0x00 => at += 1,
            0xff => {}
            marker => return Some((marker, at + 1)),
        }
    }
}

/// What follows a marker by its length field.
fn segment_body(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let length = u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]);
    bytes.get(at + 2..at + usize::from(length).max(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = &[
        0xff, 0xd8, // start
        0xff, 0xe1, 0, 6, 0xff, 0xd9, 0xff, 0xc0, // a segment with an end marker inside
        0xff, 0xff, 0xc0, 0, 11, 8, 0, 20, 0, 30, 1, 1, 0x11, 0, // fill byte, frame 30 x 20
        0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, // scan
        1, 2, 0xff, 0, 3, 0xff, 0xd0, 4, 5, // stuffed byte, restart marker
        0xff, 0xd9, // end
    ];

    #[test]
    fn reads_size_and_scans_up_to_the_end_marker() {
        let mut bytes = FILE.to_vec();
        bytes.extend_from_slice(b"more");
        let segments = JpegSegments::read(&bytes);
        assert_eq!((segments.width, segments.height, segments.components, segments.scans), (30, 20, 1, 1));
        assert_eq!(segments.end, Some(FILE.len()));
        assert_eq!(JpegSegments::read_frame(&bytes).width, 30);
    }

    #[test]
    fn a_file_that_was_cut_off_has_no_end() {
        for length in 2..FILE.len() {
            assert_eq!(JpegSegments::read(&FILE[..length]).end, None, "cut to {length}");
        }
    }
}
