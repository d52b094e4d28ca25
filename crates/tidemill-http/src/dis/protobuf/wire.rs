//! The wire format: fields one after another, read without copying and written without an intermediate tree.

use tidemill_model::limits::JSON_DEPTH_MAX;

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Malformed(pub(super) &'static str);

/// A field's value, as far as its place on the wire says what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// An integer.
    Number(u64),
    /// A text, bytes or a message.
    Bytes(&'a [u8]),
    /// A value of a kind that no field here has; it was skipped.
    Skipped,
}

impl<'a> Value<'a> {
    pub(super) fn bytes(self) -> Result<&'a [u8], Malformed> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(Malformed("a field has another type than text, bytes or message")),
        }
    }

    pub(super) fn text(self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed("a text is not UTF-8"))
    }

    pub(super) fn int64(self) -> Result<i64, Malformed> {
        match self {
            Self::Number(number) => Ok(number.cast_signed()),
            _ => Err(Malformed("a field has another type than integer")),
        }
    }
}

/// Reads the fields of one message.
#[derive(Debug)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), Malformed>;

    /// The next field's number and value. After an error the rest means nothing.
    fn next(&mut self) -> Option<Self::Item> {
        (!self.0.is_empty()).then(|| self.field(0))
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self, depth: usize) -> Result<(u32, Value<'a>), Malformed> {
        let (number, kind) = self.key()?;
        let value = match kind {
            0 => Value::Number(self.varint()?),
            1 => self.skip(8)?,
            2 => Value::Bytes(self.delimited()?),
            3 => self.skip_group(number, depth + 1)?,
            5 => self.skip(4)?,
            _ => return Err(Malformed("a field has no valid type")),
        };
        Ok((number, value))
    }

    fn key(&mut self) -> Result<(u32, u8), Malformed> {
        let key = u32::try_from(self.varint()?).map_err(|_| Malformed("a field number is too large"))?;
        match key >> 3 {
            0 => Err(Malformed("a field has the number 0")),
            number => Ok((number, (key & 7) as u8)),
        }
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut number = 0u64;
        for (index, byte) in self.0.iter().take(10).enumerate() {
            if index == 9 && *byte > 1 {
                break;
            }
            number |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                self.0 = &self.0[index + 1..];
                return Ok(number);
            }
        }
        Err(Malformed("an integer is cut or too long"))
    }

    fn delimited(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Malformed("a length is beyond the end"))?;
        self.0 = rest;
        Ok(bytes)
    }

    fn skip(&mut self, bytes: usize) -> Result<Value<'a>, Malformed> {
        self.0 = self.0.get(bytes..).ok_or(Malformed("a field is cut"))?;
        Ok(Value::Skipped)
    }

    /// Skips an old-style group up to its end mark.
    fn skip_group(&mut self, number: u32, depth: usize) -> Result<Value<'a>, Malformed> {
        if depth > JSON_DEPTH_MAX {
            return Err(Malformed("groups are nested deeper than 64"));
        }
        loop {
            let before = self.0;
            match self.key()? {
                (end, 4) if end == number => return Ok(Value::Skipped),
                (_, 4) => return Err(Malformed("a group ends that did not begin")),
                _ => self.0 = before,
            }
            self.field(depth)?;
        }
    }
}

/// Appends an integer.
pub(super) fn push_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends an integer field.
pub(super) fn push_number(out: &mut Vec<u8>, field: u32, number: u64) {
    push_varint(out, u64::from(field << 3));
    push_varint(out, number);
}

/// Appends the head of a field of `length` bytes that the caller appends next.
pub(super) fn push_length(out: &mut Vec<u8>, field: u32, length: usize) {
    push_varint(out, u64::from(field << 3 | 2));
    push_varint(out, length as u64);
}

/// Appends a text or bytes field.
pub(super) fn push_bytes(out: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    push_length(out, field, bytes.len());
    out.extend_from_slice(bytes);
}

/// Bytes that [`push_varint`] appends.
pub(super) fn varint_len(number: u64) -> usize {
    (64 - (number | 1).leading_zeros() as usize).div_ceil(7)
}

/// Bytes that [`push_number`] appends.
pub(super) fn number_len(field: u32, number: u64) -> usize {
    varint_len(u64::from(field << 3)) + varint_len(number)
}

/// Bytes that [`push_bytes`] appends.
pub(super) fn bytes_len(field: u32, length: usize) -> usize {
    varint_len(u64::from(field << 3)) + varint_len(length as u64) + length
}
