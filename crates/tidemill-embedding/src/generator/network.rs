//! Running a generator.

use crate::model::{ContractError, Network, RunError, bounded_model, check_graph, kernel};
use tidemill_vision::seed::Draws;
use tidemill_vision::{Pixels, resize};

const SIDE_MAX: usize = 4096;
const NOISE_MAX: usize = 65_536;

/// Why a generator cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GeneratorError {
    /// `unsupported_model_format`
    #[error("unsupported_model_format: {0} is not an ONNX model; export the generator to ONNX")]
    Format(String),
    /// The graph breaks a rule.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// Its input or output is not that of a generator.
    #[error("the generator is refused: {0}")]
    Shape(String),
    /// It makes images of images and was asked to make them of noise, or the other way round.
    #[error("the generator takes {0}")]
    OtherInput(&'static str),
    /// The runtime cannot run it.
    #[error(transparent)]
    Run(#[from] RunError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    Noise(usize),
    Image { channels: usize, height: usize, width: usize },
}

/// A generator, ready to run on the thread that calls.
#[derive(Debug)]
pub struct Generator {
    network: Network,
    input: Input,
    digest: String,
}

impl Generator {
    /// Reads the model `name` with these bytes, at most 512 MiB. `size` is columns and rows of the images it is to
    /// take, where the model leaves them open.
    pub fn open(name: &str, bytes: &[u8], size: (u32, u32)) -> Result<Self, GeneratorError> {
        if !name.to_ascii_lowercase().ends_with(".onnx") {
            return Err(GeneratorError::Format(name.chars().take(200).collect()));
        }
        let model = bounded_model(bytes)?;
        let ports = check_graph(&model)?;
        let input = input_of(&ports.input.shape, size)?;
        let shape = match input {
            Input::Noise(length) => vec![1, length],
            Input::Image { channels, height, width } => vec![1, channels, height, width],
        };
        let digest = blake3::hash(bytes).to_hex().to_string();
        Ok(Self { network: Network::load(&model, &shape)?, input, digest })
    }

    /// Which generator it is: BLAKE3 of its file, 64 hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What runs it: library, version and class of processor.
    pub fn kernel(&self) -> String {
        kernel()
    }

    /// The most bytes that one run of it holds.
    pub fn run_bytes(&self) -> u64 {
        self.network.value_bytes()
    }

    /// Whether it makes images of other images, not of noise.
    pub fn takes_images(&self) -> bool {
        matches!(self.input, Input::Image { .. })
    }

    /// An image of noise, of which `draws` gives as many numbers as the generator takes.
    pub fn generate(&self, draws: &mut Draws) -> Result<Pixels, GeneratorError> {
        let Input::Noise(length) = self.input else { return Err(GeneratorError::OtherInput("images")) };
        let noise: Vec<f32> = (0..length).map(|_| draws.normal() as f32).collect();
        self.image_of(&noise)
    }

    /// The image that the generator makes of another one, which is stretched to the size it takes.
    pub fn translate(&self, pixels: &Pixels) -> Result<Pixels, GeneratorError> {
        let Input::Image { channels, height, width } = self.input else {
            return Err(GeneratorError::OtherInput("noise"));
        };
        let resized = resize(pixels, width as u32, height as u32);
        let (rgb, _) = resized.rgb().as_chunks::<3>();
        let scaled = |value: u8| f32::from(value) / 127.5 - 1.0;
        let plane = |channel: usize| rgb.iter().map(move |rgb| scaled(rgb[channel]));
        let numbers: Vec<f32> = if channels == 1 {
            rgb.iter().map(|rgb| scaled(luma(rgb))).collect()
        } else {
            (0..3).flat_map(plane).collect()
        };
        self.image_of(&numbers)
    }

    fn image_of(&self, input: &[f32]) -> Result<Pixels, GeneratorError> {
        let output = self.network.run(input)?;
        let wrong =
            || GeneratorError::Shape(format!("its output is {:?} and must be [N, 3, H, W]", output.shape));
        let [1, 3, height, width] = output.shape[..] else { return Err(wrong()) };
        if !(1..=SIDE_MAX).contains(&height) || !(1..=SIDE_MAX).contains(&width) {
            return Err(wrong());
        }
        let plane = height * width;
        let byte = |value: f32| ((value + 1.0) * 127.5 + 0.5).floor().clamp(0.0, 255.0) as u8;
        let rgb = (0..plane).flat_map(|n| [0, 1, 2].map(|channel| byte(output.data[channel * plane + n])));
        Pixels::new(width as u32, height as u32, rgb.collect()).ok_or_else(wrong)
    }
}

fn luma([red, green, blue]: &[u8; 3]) -> u8 {
    let sum = 9798 * u32::from(*red) + 19235 * u32::from(*green) + 3735 * u32::from(*blue);
    ((sum + 16384) >> 15) as u8
}

fn input_of(shape: &[Option<usize>], (width, height): (u32, u32)) -> Result<Input, GeneratorError> {
    let wrong = |shape: &[Option<usize>]| {
        let text = format!(
            "its input is {shape:?} and must be [N, Z] or [N, C, H, W] with N open or 1 and C 1 or 3"
        );
        Err(GeneratorError::Shape(text))
    };
    match *shape {
        [None | Some(1), Some(length)] if length <= NOISE_MAX => Ok(Input::Noise(length)),
        [None | Some(1), Some(channels @ (1 | 3)), fixed_height, fixed_width] => {
            let height = fixed_height.unwrap_or(height as usize);
            let width = fixed_width.unwrap_or(width as usize);
            if height.max(width) > SIDE_MAX {
                return wrong(shape);
            }
            Ok(Input::Image { channels, height, width })
        }
        _ => wrong(shape),
    }
}
