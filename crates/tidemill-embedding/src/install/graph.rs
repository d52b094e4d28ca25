//! An ONNX graph, built node by node.

use prost::Message;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto,
    TypeProto, ValueInfoProto, attribute_proto::AttributeType, tensor_proto::DataType, type_proto,
};

const IR_VERSION: i64 = 8;
const OPSET: i64 = 13;

/// A window that moves over an image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Side of the square window.
    pub(super) kernel: usize,
    pub(super) stride: usize,
    /// Channels are split into so many groups that do not see each other.
    pub(super) groups: usize,
    /// Added zeros: above and left, below and right.
    pub(super) pads: (usize, usize),
}

/// The graph under construction. A value is known by the name of what made it.
#[derive(Default)]
pub(super) struct Graph {
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
}

impl Graph {
    /// A constant of 32-bit numbers.
    pub(super) fn constant(&mut self, name: &str, shape: &[usize], data: &[f32]) -> String {
        self.constants.push(TensorProto {
            name: name.to_owned(),
            dims: shape.iter().map(|size| *size as i64).collect(),
            data_type: DataType::Float.into(),
            raw_data: data.iter().flat_map(|number| number.to_le_bytes()).collect(),
            ..TensorProto::default()
        });
        name.to_owned()
    }

    /// A node with one output, named like it.
    pub(super) fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        output: &str,
        attributes: Vec<AttributeProto>,
    ) -> String {
        self.nodes.push(NodeProto {
            op_type: operator.to_owned(),
            name: output.to_owned(),
            input: inputs.iter().map(|input| (*input).to_owned()).collect(),
            output: vec![output.to_owned()],
            attribute: attributes,
            ..NodeProto::default()
        });
        output.to_owned()
    }

    /// A convolution.
    pub(super) fn convolution(&mut self, inputs: [&str; 3], output: &str, window: Window) -> String {
        let Window { kernel, stride, groups, pads: (before, after) } = window;
        let attributes = vec![
            integers("kernel_shape", &[kernel, kernel]),
            integers("strides", &[stride, stride]),
            integers("pads", &[before, before, after, after]),
            integer("group", groups as i64),
        ];
        self.node("Conv", &inputs, output, attributes)
    }

    /// The bytes of a model that takes `input` and gives `output`, each with its shape; `None` is the batch.
    pub(super) fn into_model(
        self,
        name: &str,
        (input, input_shape): (&str, &[Option<usize>]),
        (output, output_shape): (&str, &[Option<usize>]),
    ) -> Vec<u8> {
        let graph = GraphProto {
            name: name.to_owned(),
            node: self.nodes,
            initializer: self.constants,
            input: vec![port(input, input_shape)],
            output: vec![port(output, output_shape)],
            ..GraphProto::default()
        };
        let model = ModelProto {
            ir_version: IR_VERSION,
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPSET }],
            producer_name: "tidemill".to_owned(),
            graph: Some(graph),
            ..ModelProto::default()
        };
        model.encode_to_vec()
    }
}

/// An attribute that is one number.
pub(super) fn integer(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Int.into(),
        i: value,
        ..AttributeProto::default()
    }
}

fn integers(name: &str, values: &[usize]) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Ints.into(),
        ints: values.iter().map(|value| *value as i64).collect(),
        ..AttributeProto::default()
    }
}

fn port(name: &str, shape: &[Option<usize>]) -> ValueInfoProto {
    let dim = shape.iter().map(|size| {
        let value = match size {
            Some(size) => dimension::Value::DimValue(*size as i64),
            None => dimension::Value::DimParam("N".to_owned()),
        };
        Dimension { value: Some(value), ..Dimension::default() }
    });
    let tensor = type_proto::Tensor {
        elem_type: DataType::Float.into(),
        shape: Some(TensorShapeProto { dim: dim.collect() }),
    };
    let r#type = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..TypeProto::default() };
    ValueInfoProto { name: name.to_owned(), r#type: Some(r#type), ..ValueInfoProto::default() }
}
