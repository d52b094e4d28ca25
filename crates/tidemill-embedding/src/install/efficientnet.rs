//! EfficientNet-Lite0 up to its pooled features: which layers it has and how their weights are called.
//!
//! A stem, seven stages of inverted residual blocks, a head. Batch normalisation is folded into the convolution before
//! it, and TensorFlow's "SAME" padding, which the weights were trained with, into explicit zeros.

use super::ConvertError;
use super::checkpoint::Checkpoint;
use super::graph::{Graph, Window, integer};

/// Side of the image it takes.
pub(crate) const SIDE: usize = 224;
/// Numbers of its features.
pub(crate) const FEATURES: usize = 1280;

const EPSILON: f32 = 1e-3;
const STEM: usize = 32;

/// Blocks of equal form; only the first one strides.
struct Stage {
    expand: usize,
    kernel: usize,
    stride: usize,
    channels: usize,
    blocks: usize,
}

const fn stage(expand: usize, kernel: usize, stride: usize, channels: usize, blocks: usize) -> Stage {
    Stage { expand, kernel, stride, channels, blocks }
}

const STAGES: [Stage; 7] = [
    stage(1, 3, 1, 16, 1),
    stage(6, 3, 2, 24, 2),
    stage(6, 5, 2, 40, 2),
    stage(6, 3, 2, 80, 3),
    stage(6, 5, 1, 112, 3),
    stage(6, 5, 2, 192, 4),
    stage(6, 3, 1, 320, 1),
];

/// The value that flows through the net: its name, channels and side.
#[derive(Clone)]
struct Flow {
    name: String,
    channels: usize,
    side: usize,
}

/// A convolution with the normalisation behind it.
struct Layer {
    weights: String,
    norm: String,
    channels: usize,
    kernel: usize,
    stride: usize,
    depthwise: bool,
    activation: bool,
}

/// The bytes of the ONNX model.
pub(super) fn build(weights: &Checkpoint) -> Result<Vec<u8>, ConvertError> {
    let mut net = Net { graph: Graph::default(), weights };
    net.graph.constant("zero", &[], &[0.0]);
    net.graph.constant("six", &[], &[6.0]);
    let mut flow = Flow { name: "input".to_owned(), channels: 3, side: SIDE };
    flow = net.layer(&flow, &plain("_conv_stem", "_bn0", STEM, 3, 2))?;
    let mut block = 0;
    for stage in &STAGES {
        for place in 0..stage.blocks {
            let stride = if place == 0 { stage.stride } else { 1 };
            flow = net.block(&flow, block, stage, stride)?;
            block += 1;
        }
    }
    flow = net.layer(&flow, &plain("_conv_head", "_bn1", FEATURES, 1, 1))?;
    let mut graph = net.graph;
    let pooled = graph.node("GlobalAveragePool", &[&flow.name], "pooled", Vec::new());
    let features = graph.node("Flatten", &[&pooled], "embedding", vec![integer("axis", 1)]);
    let input = [None, Some(3), Some(SIDE), Some(SIDE)];
    Ok(graph.into_model("efficientnet_lite0", ("input", &input), (&features, &[None, Some(FEATURES)])))
}

fn plain(weights: &str, norm: &str, channels: usize, kernel: usize, stride: usize) -> Layer {
    let (weights, norm) = (weights.to_owned(), norm.to_owned());
    Layer { weights, norm, channels, kernel, stride, depthwise: false, activation: true }
}

struct Net<'a> {
    graph: Graph,
    weights: &'a Checkpoint,
}

impl Net<'_> {
    /// Widens by a 1x1 convolution, looks around channel by channel, narrows again; adds its input if it can.
    fn block(
        &mut self,
        input: &Flow,
        index: usize,
        stage: &Stage,
        stride: usize,
    ) -> Result<Flow, ConvertError> {
        let name = |part: &str| format!("_blocks.{index}.{part}");
        let wide = input.channels * stage.expand;
        let mut flow = input.clone();
        if stage.expand > 1 {
            flow = self.layer(&flow, &plain(&name("_expand_conv"), &name("_bn0"), wide, 1, 1))?;
        }
        let around = Layer {
            depthwise: true,
            ..plain(&name("_depthwise_conv"), &name("_bn1"), wide, stage.kernel, stride)
        };
        let narrow =
            Layer { activation: false, ..plain(&name("_project_conv"), &name("_bn2"), stage.channels, 1, 1) };
        flow = self.layer(&flow, &around)?;
        flow = self.layer(&flow, &narrow)?;
        if stride == 1 && flow.channels == input.channels {
            flow.name = self.graph.node("Add", &[&flow.name, &input.name], &name("sum"), Vec::new());
        }
        Ok(flow)
    }

    fn layer(&mut self, input: &Flow, layer: &Layer) -> Result<Flow, ConvertError> {
        let fan_in = if layer.depthwise { 1 } else { input.channels };
        let shape = [layer.channels, fan_in, layer.kernel, layer.kernel];
        let (weights, bias) = self.folded(layer, &shape)?;
        let (side, pads) = same_padding(input.side, layer.kernel, layer.stride);
        let weights = self.graph.constant(&format!("{}.weight", layer.weights), &shape, &weights);
        let bias = self.graph.constant(&format!("{}.bias", layer.weights), &[layer.channels], &bias);
        let groups = if layer.depthwise { input.channels } else { 1 };
        let window = Window { kernel: layer.kernel, stride: layer.stride, groups, pads };
        let mut name = self.graph.convolution([&input.name, &weights, &bias], &layer.weights, window);
        if layer.activation {
            name = self.graph.node("Clip", &[&name, "zero", "six"], &format!("{name}.relu6"), Vec::new());
        }
        Ok(Flow { name, channels: layer.channels, side })
    }

    /// Weights and bias of a convolution that does what it and its normalisation did.
    fn folded(&self, layer: &Layer, shape: &[usize; 4]) -> Result<(Vec<f32>, Vec<f32>), ConvertError> {
        let vector = |part: &str| self.weights.vector(&format!("{}.{part}", layer.norm), layer.channels);
        let (scale, shift) = (vector("weight")?, vector("bias")?);
        let (mean, variance) = (vector("running_mean")?, vector("running_var")?);
        let factor: Vec<f32> =
            scale.iter().zip(variance).map(|(scale, variance)| scale / (variance + EPSILON).sqrt()).collect();
        let bias = shift.iter().zip(mean).zip(&factor).map(|((shift, mean), factor)| shift - mean * factor);
        let weights = self.weights.tensor(&format!("{}.weight", layer.weights), shape)?;
        let per_channel = weights.data.chunks(shape[1] * shape[2] * shape[3]);
        let folded =
            per_channel.zip(&factor).flat_map(|(channel, factor)| channel.iter().map(move |w| w * factor));
        Ok((folded.collect(), bias.collect()))
    }
}

/// The side behind a window and the zeros it needs before and behind, so that the side is `ceil(side / stride)`.
fn same_padding(side: usize, kernel: usize, stride: usize) -> (usize, (usize, usize)) {
    let out = side.div_ceil(stride);
    let total = ((out - 1) * stride + kernel).saturating_sub(side);
    (out, (total / 2, total - total / 2))
}
