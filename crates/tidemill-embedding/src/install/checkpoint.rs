//! A checkpoint of tensors as PyTorch writes it before version 1.6: five pickles, then the storages.

use super::ConvertError;
use super::bytes::Bytes;
use super::pickle::{self, Element, TensorView, Value};
use std::collections::HashMap;

const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;
const PROTOCOL: i128 = 1001;

/// 32-bit numbers by rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tensor {
    pub(super) shape: Vec<usize>,
    pub(super) data: Vec<f32>,
}

/// The tensors of 32-bit numbers by name.
pub(super) struct Checkpoint(HashMap<String, Tensor>);

impl Checkpoint {
    /// Reads a checkpoint; tensors of whole numbers (counters of training steps) are left out.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ConvertError> {
        let mut bytes = Bytes::new(bytes);
        expect_number(&mut bytes, MAGIC)?;
        expect_number(&mut bytes, PROTOCOL)?;
        pickle::load(&mut bytes)?;
        let state = pickle::load(&mut bytes)?;
        let keys = pickle::load(&mut bytes)?;
        let tensors = state.tensors()?;
        let elements: HashMap<&str, Element> =
            tensors.iter().map(|(_, tensor)| (tensor.storage.as_str(), tensor.element)).collect();
        let mut storages = HashMap::new();
        for key in keys.texts()? {
            let element = elements.get(key).ok_or(ConvertError::Checkpoint("a storage has no tensor"))?;
            let count = usize::try_from(bytes.u64()?).unwrap_or(usize::MAX);
            let content = bytes.take(count.saturating_mul(element.bytes()))?;
            storages.insert(key, content);
        }
        if bytes.remaining() > 0 {
            return Err(ConvertError::Checkpoint("there are bytes behind the last storage"));
        }
        let floats = tensors.into_iter().filter(|(_, tensor)| tensor.element == Element::F32);
        let read = floats.map(|(name, view)| Ok((name.to_owned(), tensor(view, &storages)?)));
        read.collect::<Result<_, ConvertError>>().map(Self)
    }

    /// The tensor `name`, which has to have this shape.
    pub(super) fn tensor(&self, name: &str, shape: &[usize]) -> Result<&Tensor, ConvertError> {
        let found = self.0.get(name).filter(|tensor| tensor.shape == shape);
        found.ok_or_else(|| ConvertError::Tensor { name: name.to_owned(), shape: shape.to_vec() })
    }

    /// The numbers of the vector `name`, which has to have this length.
    pub(super) fn vector(&self, name: &str, length: usize) -> Result<&[f32], ConvertError> {
        Ok(&self.tensor(name, &[length])?.data)
    }
}

fn expect_number(bytes: &mut Bytes<'_>, expected: i128) -> Result<(), ConvertError> {
    match pickle::load(bytes)?.root() {
        Value::Integer(number) if *number == expected => Ok(()),
        _ => Err(ConvertError::Checkpoint("it does not begin like a checkpoint of PyTorch")),
    }
}

fn tensor(view: &TensorView, storages: &HashMap<&str, &[u8]>) -> Result<Tensor, ConvertError> {
    const DAMAGED: ConvertError = ConvertError::Checkpoint("a tensor does not fit its storage");
    let bytes = storages.get(view.storage.as_str()).ok_or(DAMAGED)?;
    let (numbers, _) = bytes.as_chunks::<4>();
    let length =
        view.shape.iter().try_fold(1_usize, |length, size| length.checked_mul(*size)).ok_or(DAMAGED)?;
    if numbers.len() != view.stored || view.shape.len() != view.strides.len() || length > numbers.len() {
        return Err(DAMAGED);
    }
    let places = places(view).ok_or(DAMAGED)?;
    let data = places.into_iter().map(|place| numbers.get(place).map(|number| f32::from_le_bytes(*number)));
    Ok(Tensor { shape: view.shape.clone(), data: data.collect::<Option<_>>().ok_or(DAMAGED)? })
}

/// Where the numbers of a tensor lie in its storage, row by row; the storage may hold them in another order.
fn places(view: &TensorView) -> Option<Vec<usize>> {
    let mut places = vec![view.offset];
    for (size, stride) in view.shape.iter().zip(&view.strides) {
        let along = |place: &usize| {
            let place = *place;
            (0..*size).map(move |step| step.checked_mul(*stride)?.checked_add(place))
        };
        places = places.iter().flat_map(along).collect::<Option<_>>()?;
    }
    Some(places)
}
