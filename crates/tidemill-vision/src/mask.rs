//! Masks of segmentations: an image in which each object has a colour of its own.
//!
//! A pixel belongs to an object if its centre lies inside the object's shape, by the even-odd rule for polygons that
//! cross themselves. Later objects lie above earlier ones; what belongs to none is black. Written row by row: memory
//! grows with the shapes and with the width, not with the height.

use std::io::Write;

use crate::voc::{ImageSize, Point, Shape};

/// The most pixels of a mask, as many as an image may have that is decoded.
const PIXELS_MAX: u64 = 200_000_000;
/// The most crossings of rows by edges that are worked out for one mask: some seconds.
const CROSSINGS_MAX: u64 = 200_000_000;

/// One object of a mask.
#[derive(Clone, Copy, Debug)]
pub struct Region<'s> {
    /// Where it is. Lines and points cover no pixel.
    pub shape: &'s Shape,
    /// Red, green and blue.
    pub color: [u8; 3],
}

/// Why there is no mask.
#[derive(Debug, thiserror::Error)]
pub enum MaskError {
    /// No pixel, or more than 200 million.
    #[error("a mask has 1 to {PIXELS_MAX} pixels, not {0} x {1}")]
    Size(u32, u32),
    /// Its shapes have too many edges for their size.
    #[error("the shapes are too intricate")]
    TooIntricate,
    /// The encoder refused.
    #[error(transparent)]
    Encoder(#[from] png::EncodingError),
}

/// A mask that can be drawn.
pub struct Mask {
    size: ImageSize,
    areas: Vec<Area>,
}

impl Mask {
    /// The mask of an image of this size. Memory: the edges of the shapes.
    ///
    /// # Errors
    /// [`MaskError::Size`], [`MaskError::TooIntricate`].
    pub fn new(size: ImageSize, regions: &[Region<'_>]) -> Result<Self, MaskError> {
        let pixels = u64::from(size.width) * u64::from(size.height);
        if pixels == 0 || pixels > PIXELS_MAX {
            return Err(MaskError::Size(size.width, size.height));
        }
        let areas: Vec<Area> = regions.iter().filter_map(|region| Area::of(region, size)).collect();
        if areas.iter().map(Area::crossings).sum::<u64>() > CROSSINGS_MAX {
            return Err(MaskError::TooIntricate);
        }
        Ok(Self { size, areas })
    }

    /// A PNG file with 8 bits for each of red, green and blue.
    ///
    /// # Errors
    /// [`MaskError::Encoder`].
    pub fn png(mut self) -> Result<Vec<u8>, MaskError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.size.width, self.size.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        let mut rows = writer.stream_writer()?;
        let mut row = vec![0; 3 * self.size.width as usize];
        for y in 0..self.size.height {
            row.fill(0);
            self.areas.iter_mut().for_each(|area| area.paint(f64::from(y) + 0.5, &mut row));
            rows.write_all(&row).map_err(png::EncodingError::IoError)?;
        }
        rows.finish()?;
        writer.finish()?;
        Ok(file)
    }
}

/// A side of a polygon, or the whole of a circle.
#[derive(Clone, Copy)]
enum Edge {
    Line { upper: Point, lower: Point },
    Circle { centre: Point, radius: f64 },
}

impl Edge {
    fn top(&self) -> f64 {
        match self {
            Self::Line { upper, .. } => upper.y,
            Self::Circle { centre, radius } => centre.y - radius,
        }
    }

    fn bottom(&self) -> f64 {
        match self {
            Self::Line { lower, .. } => lower.y,
            Self::Circle { centre, radius } => centre.y + radius,
        }
    }

    /// Where the edge crosses the height `y`.
    fn cross(&self, y: f64, found: &mut Vec<f64>) {
        match *self {
            Self::Line { upper, lower } => {
                found.push(upper.x + (y - upper.y) / (lower.y - upper.y) * (lower.x - upper.x));
            }
            Self::Circle { centre, radius } => {
                let half = (radius * radius - (y - centre.y) * (y - centre.y)).max(0.0).sqrt();
                found.extend([centre.x - half, centre.x + half]);
            }
        }
    }
}

/// An object while the rows are painted from the top.
struct Area {
    /// Edges that are still to come, the highest last.
    ahead: Vec<Edge>,
    /// Edges that cross the present row.
    crossed: Vec<Edge>,
    /// Where they do.
    at: Vec<f64>,
    color: [u8; 3],
    height: f64,
}

impl Area {
    /// `None` for what covers no pixel.
    fn of(region: &Region<'_>, size: ImageSize) -> Option<Self> {
        let mut ahead = edges(region.shape);
        let height = f64::from(size.height);
        ahead.retain(|edge| edge.bottom() > 0.0 && edge.top() < height && edge.top() < edge.bottom());
        ahead.sort_by(|one, other| other.top().total_cmp(&one.top()));
        let area = Self { ahead, crossed: Vec::new(), at: Vec::new(), color: region.color, height };
        (!area.ahead.is_empty()).then_some(area)
    }

    /// How often its edges cross rows.
    fn crossings(&self) -> u64 {
        let rows = |edge: &Edge| (edge.bottom().min(self.height) - edge.top().max(0.0)).ceil() as u64 + 1;
        self.ahead.iter().map(rows).sum()
    }

    /// Paints the row whose centres are at the height `y`; rows come from the top.
    fn paint(&mut self, y: f64, row: &mut [u8]) {
        while let Some(edge) = self.ahead.pop_if(|edge| edge.top() <= y) {
            self.crossed.push(edge);
        }
        self.crossed.retain(|edge| edge.bottom() > y);
        self.at.clear();
        for edge in &self.crossed {
            edge.cross(y, &mut self.at);
        }
        self.at.sort_by(f64::total_cmp);
        let (pixels, _) = row.as_chunks_mut::<3>();
        // The first pixel whose centre is not left of `x`. The conversion keeps to the row.
        let first = |x: f64| ((x - 0.5).ceil() as usize).min(pixels.len());
        let spans: Vec<_> = self.at.chunks_exact(2).map(|ends| first(ends[0])..first(ends[1])).collect();
        for span in spans {
            pixels[span].fill(self.color);
        }
    }
}

/// The edges of a shape that has an inside.
fn edges(shape: &Shape) -> Vec<Edge> {
    let closed = |corners: &[Point]| {
        let next = corners.iter().cycle().skip(1);
        corners.iter().zip(next).filter_map(|(one, other)| line(*one, *other)).collect()
    };
    match shape {
        Shape::Box(r) => {
            let corner = |x, y| Point { x, y };
            closed(&[
                corner(r.xmin, r.ymin),
                corner(r.xmax, r.ymin),
                corner(r.xmax, r.ymax),
                corner(r.xmin, r.ymax),
            ])
        }
        Shape::Polygon(corners) => closed(corners),
        Shape::Circle { centre, radius } if radius.is_finite() && centre.x.is_finite() => {
            vec![Edge::Circle { centre: *centre, radius: radius.abs() }]
        }
        _ => Vec::new(),
    }
}

/// A side that crosses rows; level ones do not, and what is no number is no side.
fn line(one: Point, other: Point) -> Option<Edge> {
    if ![one.x, one.y, other.x, other.y].into_iter().all(f64::is_finite) || one.y == other.y {
        return None;
    }
    let (upper, lower) = if one.y < other.y { (one, other) } else { (other, one) };
    Some(Edge::Line { upper, lower })
}

#[cfg(test)]
mod tests;
