//! ONNX models written by hand.

use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto, TypeProto,
    ValueInfoProto, tensor_proto::DataType, type_proto,
};

/// A named value; a size of 0 is left open.
pub(crate) fn port(name: &str, shape: &[i64]) -> ValueInfoProto {
    let dimension = |size: &i64| Dimension {
        value: Some(match size {
            0 => dimension::Value::DimParam("N".into()),
            size => dimension::Value::DimValue(*size),
        }),
        ..Dimension::default()
    };
    let shape = Some(TensorShapeProto { dim: shape.iter().map(dimension).collect() });
    let tensor = type_proto::Tensor { elem_type: DataType::Float.into(), shape };
    let r#type = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..TypeProto::default() };
    ValueInfoProto { name: name.into(), r#type: Some(r#type), ..ValueInfoProto::default() }
}

/// A constant of 32-bit numbers.
pub(crate) fn constant(name: &str, shape: &[i64], data: Vec<f32>) -> TensorProto {
    let data_type = DataType::Float.into();
    TensorProto {
        name: name.into(),
        dims: shape.to_vec(),
        data_type,
        float_data: data,
        ..TensorProto::default()
    }
}

/// A node without attributes.
pub(crate) fn node(operator: &str, inputs: &[&str], output: &str) -> NodeProto {
    let input = inputs.iter().map(|input| (*input).into()).collect();
    NodeProto { op_type: operator.into(), input, output: vec![output.into()], ..NodeProto::default() }
}

/// A model of operator set 13 with one input and one output.
pub(crate) fn model_of(
    node: Vec<NodeProto>,
    initializer: Vec<TensorProto>,
    input: ValueInfoProto,
    output: ValueInfoProto,
) -> ModelProto {
    let (input, output) = (vec![input], vec![output]);
    let graph = GraphProto { name: "g".into(), node, initializer, input, output, ..GraphProto::default() };
    let opset_import = vec![OperatorSetIdProto { domain: String::new(), version: 13 }];
    ModelProto { ir_version: 8, opset_import, graph: Some(graph), ..ModelProto::default() }
}
