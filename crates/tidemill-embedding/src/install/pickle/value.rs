//! Values of a pickle.

use super::PickleError;

/// Index of a value among all values of the pickle: aliases and changes in place are indexes too.
pub(crate) type Id = usize;

/// Type of the numbers of a storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    F32,
    I64,
}

impl Element {
    /// Bytes of one number.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::I64 => 8,
        }
    }
}

/// What a checkpoint may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    OrderedDict,
    RebuildTensor,
    Storage(Element),
}

impl Class {
    /// The class a pickle names by its module and name.
    pub(super) fn named(module: &[u8], name: &[u8]) -> Result<Self, PickleError> {
        match (module, name) {
            (b"collections", b"OrderedDict") => Ok(Self::OrderedDict),
            (b"torch._utils", b"_rebuild_tensor_v2") => Ok(Self::RebuildTensor),
            (b"torch", b"FloatStorage") => Ok(Self::Storage(Element::F32)),
            (b"torch", b"LongStorage") => Ok(Self::Storage(Element::I64)),
            _ => {
                let (module, name) = (String::from_utf8_lossy(module), String::from_utf8_lossy(name));
                Err(PickleError::Class(format!("{module}.{name}")))
            }
        }
    }
}

/// A tensor: a view of a storage that is stored behind the pickle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TensorView {
    pub(crate) element: Element,
    /// Name of its storage.
    pub(crate) storage: String,
    /// Numbers in the storage.
    pub(crate) stored: usize,
    /// Its first number.
    pub(crate) offset: usize,
    pub(crate) shape: Vec<usize>,
    pub(crate) strides: Vec<usize>,
}

/// One value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    None,
    Bool,
    Integer(i128),
    Text(String),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Class(Class),
    Storage { element: Element, key: String, stored: usize },
    Tensor(TensorView),
}

/// All values of a pickle and which of them is the result.
#[derive(Debug)]
pub(crate) struct Items {
    pub(super) values: Vec<Value>,
    pub(super) root: Id,
}

impl Items {
    /// The result.
    pub(crate) fn root(&self) -> &Value {
        &self.values[self.root]
    }

    /// The texts of a list.
    pub(crate) fn texts(&self) -> Result<Vec<&str>, PickleError> {
        let Value::List(ids) = self.root() else { return Err(PickleError::Shape) };
        ids.iter()
            .map(|id| match &self.values[*id] {
                Value::Text(text) => Ok(text.as_str()),
                _ => Err(PickleError::Shape),
            })
            .collect()
    }

    /// The named tensors of a dictionary.
    pub(crate) fn tensors(&self) -> Result<Vec<(&str, &TensorView)>, PickleError> {
        let Value::Dict(pairs) = self.root() else { return Err(PickleError::Shape) };
        pairs
            .iter()
            .map(|(key, value)| match (&self.values[*key], &self.values[*value]) {
                (Value::Text(name), Value::Tensor(tensor)) => Ok((name.as_str(), tensor)),
                _ => Err(PickleError::Shape),
            })
            .collect()
    }
}
