//! Augmentation beside albumentations: decode a JPEG of 1280 x 720, five operators, encode. One thread
//! each, and processor time of it, so that other work on the machine hardly counts.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;
use serde_json::json;
use tidemill_vision::augment::{Augmentation, find};
use tidemill_vision::seed::{SampleKey, TaskSeed};
use tidemill_vision::{DecodeLimits, ImageFormat, decode, encode, resize};

use crate::processor;
use crate::statistics::median;

const SIZE: (u32, u32) = (1280, 720);

#[derive(Args)]
pub(crate) struct Options {
    /// The folder of the test images: `scripts/test_images.sh` prints it.
    #[arg(long)]
    images: PathBuf,
    /// A folder to write the pictures to that are measured with.
    #[arg(long)]
    folder: PathBuf,
    /// A Python that has what benches/peers/requirements.txt names.
    #[arg(long)]
    python: PathBuf,
    /// Rounds; both take turns.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Only shows that everything runs; the figures mean nothing.
    #[arg(long)]
    smoke: bool,
}

/// What one round over all pictures took.
#[derive(Deserialize)]
struct Round {
    images_s: f64,
    /// Milliseconds an image by the name of the step.
    steps: BTreeMap<String, f64>,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    let (count, rounds) = if options.smoke { (2, 1) } else { (24, options.rounds) };
    let pictures = prepare(options, count)?;
    let operators = operators()?;
    let mut peer = Peer::start(&options.python, &pictures)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        theirs.push(peer.round()?);
        ours.push(round(&operators, &pictures)?);
    }
    print(&ours, &theirs);
    Ok(())
}

/// Pictures of one size, as JPEG files.
fn prepare(options: &Options, count: usize) -> Result<Vec<PathBuf>> {
    let whole = options.images.join("whole");
    let mut sources: Vec<PathBuf> =
        std::fs::read_dir(&whole)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    sources.sort();
    let mut pictures = Vec::new();
    for (number, source) in sources.iter().take(count).enumerate() {
        let pixels = decode(&std::fs::read(source)?, &DecodeLimits::default())?.pixels;
        let picture = options.folder.join(format!("{number}.jpg"));
        std::fs::write(&picture, encode(&resize(&pixels, SIZE.0, SIZE.1), ImageFormat::Jpeg)?)?;
        pictures.push(picture);
    }
    if pictures.is_empty() {
        bail!("no pictures in {}", whole.display());
    }
    Ok(pictures)
}

/// One operator of each kind: geometry, filter, lightness, colour, noise. The peer's script has the same five in the
/// same order.
fn operators() -> Result<Vec<Augmentation>> {
    let five = [
        ("Rotate", json!({})),
        ("MotionBlur", json!({})),
        ("LightContrast", json!({})),
        ("Saturation", json!({})),
        ("AddNoise", json!({"scale": 5})),
    ];
    let parse = |(name, parameters): &(&str, serde_json::Value)| {
        let operator = find(name).with_context(|| format!("no operator {name}"))?;
        Ok(operator.parse(parameters.as_object().context("no object")?)?)
    };
    five.iter().map(parse).collect()
}

fn round(operators: &[Augmentation], pictures: &[PathBuf]) -> Result<Round> {
    let mut steps = BTreeMap::new();
    let start = processor::seconds()?;
    for picture in pictures {
        one(operators, picture, &mut steps)?;
    }
    let images_s = pictures.len() as f64 / (processor::seconds()? - start);
    let milliseconds = |seconds: f64| seconds * 1e3 / pictures.len() as f64;
    Ok(Round { images_s, steps: steps.into_iter().map(|(name, time)| (name, milliseconds(time))).collect() })
}

fn one(operators: &[Augmentation], picture: &Path, steps: &mut BTreeMap<String, f64>) -> Result<()> {
    let mut before = processor::seconds()?;
    let mut step = |name: &str| -> Result<()> {
        let now = processor::seconds()?;
        *steps.entry(name.to_owned()).or_default() += now - before;
        before = now;
        Ok(())
    };
    let bytes = std::fs::read(picture)?;
    let mut pixels = decode(&bytes, &DecodeLimits::default())?.pixels;
    step("decode")?;
    let key = SampleKey::of_bytes(&picture.to_string_lossy(), &bytes);
    let seed = TaskSeed::of_task("bench");
    for operator in operators {
        let mut draws = seed.draws_of_sample(operator.name(), operator.canonical(), &key, 1);
        let drawn = operator.draw(&mut draws, pixels.width(), pixels.height());
        pixels = drawn.augment(pixels, None)?.0;
        step(operator.name())?;
    }
    std::hint::black_box(encode(&pixels, ImageFormat::Jpeg)?);
    step("encode")
}

/// The peer's script: a line in starts a round, a line out tells what it took.
struct Peer {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peer {
    fn start(python: &Path, pictures: &[PathBuf]) -> Result<Self> {
        let mut process = Command::new(python)
            .arg("benches/peers/albumentations_five.py")
            .args(pictures)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}", python.display()))?;
        let input = process.stdin.take().context("no standard input")?;
        let output = BufReader::new(process.stdout.take().context("no standard output")?);
        Ok(Self { process, input, output })
    }

    fn round(&mut self) -> Result<Round> {
        self.input.write_all(b"round\n")?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line).context("the peer's script ended")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn print(ours: &[Round], theirs: &[Round]) {
    let (width, height) = SIZE;
    println!(
        "\nDecode, five augmentations, encode, {width} x {height}, one thread, processor time; medians of all rounds"
    );
    println!("{:<16} {:>15} {:>15} {:>6}", "", "albumentations", "tidemill", "ratio");
    let names: Vec<&String> = ours.iter().take(1).flat_map(|round| round.steps.keys()).collect();
    for name in names {
        let time = |round: &Round| round.steps.get(name).copied().unwrap_or(0.0);
        row(name, "ms", medians(ours, theirs, time), |a, t| a / t);
    }
    // Noise is where the difference is largest; the rest is told apart from it.
    let others = |round: &Round| 1e3 / (1e3 / round.images_s - round.steps.get("AddNoise").unwrap_or(&0.0));
    row("without AddNoise", "i/s", medians(ours, theirs, others), |a, t| t / a);
    row("all (bar: 1.5)", "i/s", medians(ours, theirs, |round| round.images_s), |a, t| t / a);
}

/// Theirs, then ours.
fn medians(ours: &[Round], theirs: &[Round], pick: impl Fn(&Round) -> f64) -> (f64, f64) {
    let of = |rounds: &[Round]| median(&rounds.iter().map(&pick).collect::<Vec<_>>());
    (of(theirs), of(ours))
}

fn row(name: &str, unit: &str, (theirs, ours): (f64, f64), ratio: impl Fn(f64, f64) -> f64) {
    println!("{name:<16} {theirs:>11.2} {unit:<3} {ours:>11.2} {unit:<3} {:>6.2}", ratio(theirs, ours));
}
