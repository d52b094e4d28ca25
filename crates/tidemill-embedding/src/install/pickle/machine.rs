//! The stack machine that a pickle is a program for.

use super::value::{Class, Id};
use super::{Bytes, Items, PickleError, TensorView, Value};
use std::collections::HashMap;

/// A checkpoint of a thousand tensors makes about twenty values for each.
const VALUES_MAX: usize = 200_000;
/// References in all tuples, lists and dictionaries together.
const REFERENCES_MAX: usize = 1_000_000;
/// Dimensions of a tensor.
const DIMENSIONS_MAX: usize = 8;

/// Runs the pickle that begins at `bytes`, which is left behind its end.
pub(crate) fn load(bytes: &mut Bytes<'_>) -> Result<Items, PickleError> {
    let mut machine = Machine::default();
    loop {
        match bytes.u8()? {
            b'.' => {
                let root = machine.pop()?;
                return Ok(Items { values: machine.values, root });
            }
            opcode => machine.step(opcode, bytes)?,
        }
    }
}

#[derive(Default)]
struct Machine {
    values: Vec<Value>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
    references: usize,
}

impl Machine {
    fn step(&mut self, opcode: u8, bytes: &mut Bytes<'_>) -> Result<(), PickleError> {
        match opcode {
            0x80 => bytes.u8().map(|_protocol| ()).map_err(Into::into),
            b'(' => {
                self.marks.push(self.stack.len());
                if self.marks.len() > VALUES_MAX { Err(PickleError::TooLarge(VALUES_MAX)) } else { Ok(()) }
            }
            b'q' | b'r' | b'h' | b'j' => self.memory(opcode, bytes),
            b't' | 0x85..=0x87 | b's' | b'u' | b'a' | b'e' => self.collect(opcode),
            b'R' => self.call(),
            b'Q' => self.storage(),
            // The attributes of an object: metadata of layers, which no tensor needs.
            b'b' => self.pop().map(|_state| ()),
            _ => {
                let value = literal(opcode, bytes)?;
                self.push(value)
            }
        }
    }

    fn memory(&mut self, opcode: u8, bytes: &mut Bytes<'_>) -> Result<(), PickleError> {
        let slot = if matches!(opcode, b'q' | b'h') { bytes.u8()?.into() } else { bytes.u32()? };
        if matches!(opcode, b'q' | b'r') {
            let top = *self.stack.last().ok_or(PickleError::Shape)?;
            self.memo.insert(slot, top);
            return Ok(());
        }
        let id = *self.memo.get(&slot).ok_or(PickleError::Shape)?;
        self.stack.push(id);
        self.bounded()
    }

    fn collect(&mut self, opcode: u8) -> Result<(), PickleError> {
        let members = match opcode {
            0x85..=0x87 => self.pop_many(usize::from(opcode - 0x84))?,
            b's' => self.pop_many(2)?,
            b'a' => self.pop_many(1)?,
            _ => {
                let mark = self.marks.pop().ok_or(PickleError::Shape)?;
                let count = self.stack.len().checked_sub(mark).ok_or(PickleError::Shape)?;
                self.pop_many(count)?
            }
        };
        self.references += members.len();
        if self.references > REFERENCES_MAX {
            return Err(PickleError::TooLarge(REFERENCES_MAX));
        }
        if matches!(opcode, b't' | 0x85..=0x87) {
            return self.push(Value::Tuple(members));
        }
        let target = *self.stack.last().ok_or(PickleError::Shape)?;
        match (opcode, &mut self.values[target]) {
            (b's' | b'u', Value::Dict(pairs)) if members.len() % 2 == 0 => {
                pairs.extend(members.chunks_exact(2).map(|pair| (pair[0], pair[1])));
            }
            (b'a' | b'e', Value::List(list)) => list.extend(members),
            _ => return Err(PickleError::Shape),
        }
        Ok(())
    }

    fn call(&mut self) -> Result<(), PickleError> {
        let arguments = self.pop_tuple()?;
        let callable = self.pop()?;
        let made = match self.values[callable] {
            Value::Class(Class::OrderedDict) if arguments.is_empty() => Value::Dict(Vec::new()),
            Value::Class(Class::RebuildTensor) => self.tensor(&arguments)?,
            _ => return Err(PickleError::Shape),
        };
        self.push(made)
    }

    fn tensor(&self, arguments: &[Id]) -> Result<Value, PickleError> {
        let [storage, offset, shape, strides, ..] = arguments else { return Err(PickleError::Shape) };
        let Value::Storage { element, key, stored } = &self.values[*storage] else {
            return Err(PickleError::Shape);
        };
        Ok(Value::Tensor(TensorView {
            element: *element,
            storage: key.clone(),
            stored: *stored,
            offset: self.size(*offset)?,
            shape: self.sizes(*shape)?,
            strides: self.sizes(*strides)?,
        }))
    }

    /// A reference to something outside of the pickle: `("storage", class, key, device, count, view)`.
    fn storage(&mut self) -> Result<(), PickleError> {
        let parts = self.pop_tuple()?;
        let [kind, class, key, _device, count, ..] = parts[..] else { return Err(PickleError::Shape) };
        let made = match (&self.values[kind], &self.values[class], &self.values[key]) {
            (Value::Text(kind), Value::Class(Class::Storage(element)), Value::Text(key))
                if kind == "storage" =>
            {
                Value::Storage { element: *element, key: key.clone(), stored: self.size(count)? }
            }
            _ => return Err(PickleError::Shape),
        };
        self.push(made)
    }

    fn size(&self, id: Id) -> Result<usize, PickleError> {
        match self.values[id] {
            Value::Integer(number) => usize::try_from(number).map_err(|_| PickleError::Shape),
            _ => Err(PickleError::Shape),
        }
    }

    fn sizes(&self, id: Id) -> Result<Vec<usize>, PickleError> {
        match &self.values[id] {
            Value::Tuple(ids) if ids.len() <= DIMENSIONS_MAX => ids.iter().map(|id| self.size(*id)).collect(),
            _ => Err(PickleError::Shape),
        }
    }

    fn push(&mut self, value: Value) -> Result<(), PickleError> {
        self.stack.push(self.values.len());
        self.values.push(value);
        self.bounded()
    }

    fn bounded(&self) -> Result<(), PickleError> {
        if self.values.len().max(self.stack.len()) > VALUES_MAX {
            return Err(PickleError::TooLarge(VALUES_MAX));
        }
        Ok(())
    }

    fn pop(&mut self) -> Result<Id, PickleError> {
        self.stack.pop().ok_or(PickleError::Shape)
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<Id>, PickleError> {
        let from = self.stack.len().checked_sub(count).ok_or(PickleError::Shape)?;
        Ok(self.stack.split_off(from))
    }

    fn pop_tuple(&mut self) -> Result<Vec<Id>, PickleError> {
        let id = self.pop()?;
        match &self.values[id] {
            Value::Tuple(members) => Ok(members.clone()),
            _ => Err(PickleError::Shape),
        }
    }
}

/// A value that an opcode makes of nothing but the bytes behind it.
fn literal(opcode: u8, bytes: &mut Bytes<'_>) -> Result<Value, PickleError> {
    Ok(match opcode {
        b'N' => Value::None,
        0x88 | 0x89 => Value::Bool,
        b'K' => Value::Integer(bytes.u8()?.into()),
        b'M' => Value::Integer(bytes.u16()?.into()),
        b'J' => Value::Integer(bytes.i32()?.into()),
        0x8a => long(bytes)?,
        b'X' => text(bytes)?,
        b'}' => Value::Dict(Vec::new()),
        b']' => Value::List(Vec::new()),
        b')' => Value::Tuple(Vec::new()),
        b'c' => Value::Class(Class::named(bytes.line()?, bytes.line()?)?),
        other => return Err(PickleError::Opcode(other)),
    })
}

/// A little-endian number in two's complement with its length in front, here never negative.
fn long(bytes: &mut Bytes<'_>) -> Result<Value, PickleError> {
    let count = usize::from(bytes.u8()?);
    let digits = bytes.take(count)?;
    let mut padded = [0; 16];
    padded.get_mut(..count).ok_or(PickleError::Shape)?.copy_from_slice(digits);
    Ok(Value::Integer(i128::from_le_bytes(padded)))
}

fn text(bytes: &mut Bytes<'_>) -> Result<Value, PickleError> {
    let count = bytes.u32()? as usize;
    let text = std::str::from_utf8(bytes.take(count)?).map_err(|_| PickleError::Shape)?;
    Ok(Value::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(program: &[u8]) -> Result<Items, PickleError> {
        load(&mut Bytes::new(program))
    }

    #[test]
    fn nothing_but_the_three_classes_is_called() {
        let error = run(b"\x80\x02cos\nsystem\n(X\x02\x00\x00\x00idtR.").unwrap_err();
        assert_eq!(error.to_string(), "os.system does not belong into a checkpoint");
        assert!(matches!(run(b"\x80\x02i"), Err(PickleError::Opcode(b'i'))));
    }

    #[test]
    fn a_dictionary_is_changed_where_it_is_remembered() {
        let items = run(b"\x80\x02]q\x00(X\x01\x00\x00\x00aX\x01\x00\x00\x00beh\x00.").unwrap();
        assert_eq!(items.texts().unwrap(), ["a", "b"]);
    }

    #[test]
    fn copies_of_references_are_bounded() {
        let mut program = b"\x80\x02Nq\x00".to_vec();
        program.extend(b"h\x00".repeat(VALUES_MAX + 1));
        assert!(matches!(run(&program), Err(PickleError::TooLarge(_))));
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_a_result(bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), proptest::sample::select(b"(tRQ}])NKXqhsuae.bc\x85\x86".to_vec())], 0..200)) {
            let _ = run(&bytes);
        }
    }
}
