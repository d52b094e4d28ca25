//! What an ONNX graph may be, checked before anything is run.

use prost::Message;
use tract_onnx::pb::tensor_proto::{DataLocation, DataType};
use tract_onnx::pb::tensor_shape_proto::dimension;
use tract_onnx::pb::{GraphProto, ModelProto, TensorProto, ValueInfoProto, type_proto};

/// Most bytes of a model.
pub const MODEL_BYTES_MAX: u64 = 512 << 20;
const OPSETS: std::ops::RangeInclusive<i64> = 11..=21;
/// Graphs inside of graphs (bodies of loops and branches).
const NESTING_MAX: usize = 4;
const NODES_MAX: usize = 100_000;

/// Why a model was refused.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// More bytes than are allowed.
    #[error("the model is larger than 512 MiB")]
    TooLarge,
    /// It is not an ONNX model.
    #[error("the model is not an ONNX model: {0}")]
    Onnx(String),
    /// The graph breaks a rule.
    #[error("the model is refused: {0}")]
    Rule(String),
}

fn rule<T>(text: impl Into<String>) -> Result<T, ContractError> {
    Err(ContractError::Rule(text.into()))
}

/// A named value with its shape; `None` is a size that the graph leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Port {
    pub(crate) name: String,
    pub(crate) shape: Vec<Option<usize>>,
}

/// The one input and the one output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) input: Port,
    pub(crate) output: Port,
}

/// Reads a model of bounded size.
pub(crate) fn bounded_model(bytes: &[u8]) -> Result<ModelProto, ContractError> {
    if bytes.len() as u64 > MODEL_BYTES_MAX {
        return Err(ContractError::TooLarge);
    }
    ModelProto::decode(bytes).map_err(|error| ContractError::Onnx(error.to_string()))
}

/// Checks the rules every model keeps: operator set, no code or data from elsewhere, one input, one output.
pub(crate) fn check_graph(model: &ModelProto) -> Result<Ports, ContractError> {
    for import in &model.opset_import {
        if !is_standard(&import.domain) {
            return rule(format!("it uses the operators of {:?}; only standard ONNX is run", import.domain));
        }
        if !OPSETS.contains(&import.version) {
            return rule(format!("its operator set is {}, allowed are 11 to 21", import.version));
        }
    }
    if model.opset_import.is_empty() || !model.functions.is_empty() {
        return rule("it must name its operator set and define no functions of its own");
    }
    let Some(graph) = &model.graph else { return rule("it has no graph") };
    check_nodes(graph, 0)?;
    ports(graph)
}

fn is_standard(domain: &str) -> bool {
    domain.is_empty() || domain == "ai.onnx"
}

fn check_nodes(graph: &GraphProto, depth: usize) -> Result<(), ContractError> {
    if depth > NESTING_MAX || graph.node.len() > NODES_MAX {
        return rule(format!(
            "it has more than {NODES_MAX} nodes or graphs nested deeper than {NESTING_MAX}"
        ));
    }
    graph.initializer.iter().try_for_each(check_tensor)?;
    if !graph.sparse_initializer.is_empty() {
        return rule("sparse tensors are not supported");
    }
    for node in &graph.node {
        if !is_standard(&node.domain) {
            return rule(format!("it uses the operators of {:?}; only standard ONNX is run", node.domain));
        }
        for attribute in &node.attribute {
            attribute.t.iter().chain(&attribute.tensors).try_for_each(check_tensor)?;
            attribute
                .g
                .iter()
                .chain(&attribute.graphs)
                .try_for_each(|inner| check_nodes(inner, depth + 1))?;
        }
    }
    Ok(())
}

fn check_tensor(tensor: &TensorProto) -> Result<(), ContractError> {
    let external = tensor.data_location == Some(DataLocation::External.into());
    if external || !tensor.external_data.is_empty() {
        return rule(format!("the data of {:?} lies outside of the file", tensor.name));
    }
    if tensor.dims.iter().any(|size| *size < 0) {
        return rule(format!("{:?} has a negative size", tensor.name));
    }
    Ok(())
}

fn ports(graph: &GraphProto) -> Result<Ports, ContractError> {
    let constant = |name: &str| graph.initializer.iter().any(|tensor| tensor.name == name);
    let inputs: Vec<_> = graph.input.iter().filter(|input| !constant(&input.name)).collect();
    let ([input], [output]) = (&inputs[..], &graph.output[..]) else {
        return rule(format!(
            "it has {} inputs and {} outputs, and must have one of each",
            inputs.len(),
            graph.output.len()
        ));
    };
    if !graph.node.iter().any(|node| node.output.contains(&output.name)) {
        return rule(format!("no node makes its output {:?}", output.name));
    }
    Ok(Ports { input: port(input)?, output: port(output)? })
}

fn port(info: &ValueInfoProto) -> Result<Port, ContractError> {
    let Some(type_proto::Value::TensorType(tensor)) = info.r#type.as_ref().and_then(|t| t.value.as_ref())
    else {
        return rule(format!("{:?} has no type", info.name));
    };
    if tensor.elem_type != i32::from(DataType::Float) {
        return rule(format!("{:?} must be of 32-bit floating point numbers", info.name));
    }
    let dimensions = tensor.shape.iter().flat_map(|shape| &shape.dim);
    let shape = dimensions.map(|dimension| match dimension.value {
        Some(dimension::Value::DimValue(size)) => usize::try_from(size).ok().filter(|size| *size > 0),
        _ => None,
    });
    Ok(Port { name: info.name.clone(), shape: shape.collect() })
}
