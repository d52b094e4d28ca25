//! Value noise: random numbers on a lattice, smoothly joined; four lattices, each half as wide and half as strong.

/// Lattices on top of each other.
const OCTAVES: usize = 4;

/// A field of noise over an image, row by row; values from 0 to 1.
pub(super) struct ValueNoise {
    octaves: Vec<Octave>,
    values: Vec<f32>,
}

struct Octave {
    seed: u64,
    spacing: f64,
    weight: f32,
    /// The lattice, joined from top to bottom for the present row.
    columns: Vec<f32>,
    /// For every pixel of a row: the lattice column to its left and the smooth share of the next one.
    shares: Vec<(u32, f32)>,
}

impl ValueNoise {
    /// Noise for rows of `width` pixels; `spacing` is that of the widest lattice, in pixels.
    pub(super) fn new(seed: u64, width: u32, spacing: f64) -> Self {
        let octaves = (0..OCTAVES).map(|octave| {
            let finer = libm::exp2(octave as f64);
            let all: f64 = (0..OCTAVES).map(|octave| libm::exp2(-(octave as f64))).sum();
            let weight = (1.0 / finer / all) as f32;
            Octave::new(mixed(seed ^ mixed(octave as u64)), width, (spacing / finer).max(1.0), weight)
        });
        Self { octaves: octaves.collect(), values: vec![0.0; width as usize] }
    }

    /// The values of row `y`.
    pub(super) fn row(&mut self, y: u32) -> &[f32] {
        self.values.fill(0.0);
        for octave in &mut self.octaves {
            octave.add_row(y, &mut self.values);
        }
        &self.values
    }
}

impl Octave {
    fn new(seed: u64, width: u32, spacing: f64, weight: f32) -> Self {
        let shares: Vec<(u32, f32)> = (0..width)
            .map(|x| {
                let (column, share) = place(x, spacing);
                (column, smooth(share))
            })
            .collect();
        let columns = shares.last().map_or(0, |(column, _)| column + 2);
        Self { seed, spacing, weight, columns: vec![0.0; columns as usize], shares }
    }

    fn add_row(&mut self, y: u32, values: &mut [f32]) {
        let (row, share) = place(y, self.spacing);
        let share = smooth(share);
        for (x, column) in (0..).zip(&mut self.columns) {
            let (above, below) = (lattice(self.seed, x, row), lattice(self.seed, x, row + 1));
            *column = (above + (below - above) * share) * self.weight;
        }
        for (value, (column, share)) in values.iter_mut().zip(&self.shares) {
            let [left, right] = self.pair(*column);
            *value += left + (right - left) * share;
        }
    }

    #[inline(always)]
    fn pair(&self, column: u32) -> [f32; 2] {
        let column = column as usize;
        self.columns.get(column..column + 2).map_or([0.0; 2], |pair| [pair[0], pair[1]])
    }
}

/// The lattice line before a pixel and how far it is on its way to the next one.
fn place(pixel: u32, spacing: f64) -> (u32, f64) {
    let position = f64::from(pixel) / spacing;
    let line = libm::floor(position);
    (line as u32, position - line)
}

fn smooth(share: f64) -> f32 {
    (share * share * (3.0 - 2.0 * share)) as f32
}

/// The random number of a point of the lattice, from 0 up to 1.
fn lattice(seed: u64, x: u32, y: u32) -> f32 {
    let bits = mixed(seed ^ mixed(u64::from(x) << 32 | u64::from(y)));
    (bits >> 40) as f32 / (1 << 24) as f32
}

/// Bits well mixed: an odd multiplication and a shift, twice.
fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let bits = (bits ^ (bits >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    bits ^ (bits >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_smooth_and_between_0_and_1() {
        let mut noise = ValueNoise::new(7, 300, 100.0);
        let rows: Vec<Vec<f32>> = (0..200).map(|y| noise.row(y).to_vec()).collect();
        let all = rows.concat();
        assert!(all.iter().all(|value| (0.0..=1.0).contains(value)));
        let mean = all.iter().sum::<f32>() / all.len() as f32;
        assert!((0.25..0.75).contains(&mean), "{mean}");
        let step = |a: &f32, b: &f32| (a - b).abs();
        let across = rows.iter().flat_map(|row| row.iter().zip(&row[1..]).map(|(a, b)| step(a, b)));
        let down = rows.iter().zip(&rows[1..]).flat_map(|(a, b)| a.iter().zip(b).map(|(a, b)| step(a, b)));
        assert!(across.chain(down).all(|step| step < 0.07));
        assert_ne!(ValueNoise::new(8, 300, 100.0).row(0), rows[0]);
    }
}
