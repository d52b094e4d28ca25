//! Clashes of names, settled for the whole run before any product is put in its place.
//!
//! The samples that come late to a place, in the order of their paths, get the smallest numbers that nobody's name has.
//! A name with a number is that of one place only, so that each place is settled for itself.

use super::record::Record;
use super::shard::Worker;
use super::shares::Shares;
use crate::engine::{Engine, EngineError, Numbered};
use crate::error::Trouble;
use futures::stream::{BoxStream, Peekable};
use futures::{StreamExt, TryStreamExt};
use std::collections::HashMap;
use std::pin::Pin;

/// For each sample of a shard that comes too late to its place: the number its name gets. Everything else has none.
pub(crate) type Late = HashMap<i64, u64>;

/// Samples that are written as one table.
const PART: usize = 8192;

/// Settles the clashes in the order of the samples' paths, so that every shard finds its share.
pub(crate) async fn settle(worker: &Worker, tables: &[String], shares: &Shares) -> Result<(), Trouble> {
    if worker.is_shared(shares).await? {
        return Ok(());
    }
    worker.unless_stopped(number_all(&worker.ctx.engine, tables, shares)).await?;
    worker.remove_parts(shares).await
}

async fn number_all(engine: &Engine, tables: &[String], shares: &Shares) -> Result<(), EngineError> {
    let latecomers = write_down_latecomers(engine, tables, shares).await?;
    let numbered = number_latecomers(engine, tables, &latecomers, shares).await?;
    engine.share_late(&numbered, shares.of_shards()).await
}

/// Writes down who comes to a place that somebody has, in the order of places; the tables. The names that have numbers
/// are sorted only after that: of two sorts at a time, each would keep some of the memory from the other.
async fn write_down_latecomers(
    engine: &Engine,
    tables: &[String],
    shares: &Shares,
) -> Result<Vec<String>, EngineError> {
    let mut wanted = engine.wanted(tables).await?;
    let (mut taken, mut late, mut parts) = (None, Vec::new(), Vec::new());
    loop {
        let next = wanted.try_next().await?;
        let is_last = next.is_none();
        match next {
            Some((place, ordinal)) if taken.as_ref() == Some(&place) => late.push((place, ordinal)),
            next => taken = next.map(|(place, _)| place),
        }
        if late.len() == PART || (is_last && !late.is_empty()) {
            let key = format!("{}/came/{:08}.arrow", shares.parts(), parts.len());
            engine.write_latecomers(&key, &late).await?;
            parts.push(key);
            late.clear();
        }
        if is_last {
            return Ok(parts);
        }
    }
}

/// Numbers those who were written down; the tables of their numbers.
async fn number_latecomers(
    engine: &Engine,
    tables: &[String],
    latecomers: &[String],
    shares: &Shares,
) -> Result<Vec<String>, EngineError> {
    if latecomers.is_empty() {
        return Ok(Vec::new());
    }
    let mut numbering = Numbering::new(engine.numbered(tables, take_number).await?);
    let mut parts = Vec::new();
    for came in latecomers {
        let mut late = Vec::new();
        for (place, ordinal) in engine.latecomers(came).await? {
            late.push((ordinal, numbering.number(place).await?));
        }
        let key = format!("{}/numbered/{:08}.arrow", shares.parts(), parts.len());
        engine.write_late(&key, &late).await?;
        parts.push(key);
    }
    Ok(parts)
}

/// Gives numbers to those who come late to their places; places come in order.
struct Numbering {
    /// Places that have a number without it, and the number, in order.
    taken: Peekable<BoxStream<'static, Numbered>>,
    /// The last place and the number for the next who comes late to it.
    place: String,
    next: i64,
}

impl Numbering {
    fn new(taken: BoxStream<'static, Numbered>) -> Self {
        Self { taken: taken.peekable(), place: String::new(), next: 1 }
    }

    /// The number of one who comes late to `place`.
    async fn number(&mut self, place: String) -> Result<i64, EngineError> {
        if self.place != place {
            (self.place, self.next) = (place, 1);
        }
        let (place, mut number) = (self.place.as_str(), self.next);
        loop {
            let is_before = |taken: &Numbered| match taken {
                Ok((of, taken)) => (of.as_str(), *taken) <= (place, number),
                Err(_) => true,
            };
            match Pin::new(&mut self.taken).next_if(is_before).await.transpose()? {
                Some((of, taken)) => number += i64::from(of == place && taken == number),
                None => break,
            }
        }
        self.next = number + 1;
        Ok(number)
    }
}

/// `a/x_2.jpg` -> `a/x.jpg`, 2; `a/x_2.*` -> `a/x.*`, 2. Nobody gets a number that is written otherwise, such as 02.
fn take_number(place: &str) -> Option<(String, i64)> {
    let (directory, name) = place.split_at(place.rfind('/').map_or(0, |slash| slash + 1));
    let (stem, suffix) = name.split_at(name.rfind('.').unwrap_or(name.len()));
    let (base, number) = stem.rsplit_once('_')?;
    let is_plain = number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
    let number = number.parse().ok().filter(|_| is_plain)?;
    Some((format!("{directory}{base}{suffix}"), number))
}

/// The late samples of a shard.
pub(crate) async fn of_shard(worker: &Worker, key: &str) -> Result<Late, Trouble> {
    let late = worker.unless_stopped(worker.ctx.engine.late(key)).await?;
    Ok(late.into_iter().map(|(ordinal, number)| (ordinal, number.unsigned_abs())).collect())
}

/// The number a record's name gets; 0 for none.
pub(crate) fn number(late: &Late, record: &Record) -> u64 {
    late.get(&record.number()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Row;
    use crate::engine::tests::store;
    use tidemill_meta::processing::ShardRow;

    #[test]
    fn a_number_is_taken_from_a_name() {
        for place in ["Data/x.jpg", "Data/cat/x.*", "Data/a.b.*", "Data/x_checked.png", "Data/x_1.jpg", "x"] {
            let (stem, suffix) = place.split_at(place.rfind('.').unwrap_or(place.len()));
            let numbered = format!("{stem}_12{suffix}");
            assert_eq!(take_number(&numbered), Some((place.to_owned(), 12)), "{numbered}");
        }
        for place in
            ["Data/x.jpg", "Data/x_y.jpg", "Data/x_.jpg", "Data/x_02.jpg", "Data/x_+2.jpg", "a_1/x.jpg"]
        {
            assert_eq!(take_number(place), None, "{place}");
        }
        assert_eq!(take_number("Data/x_99999999999999999999.jpg"), None);
    }

    /// What the names of samples that want these places become.
    async fn settled(mut wanted: Vec<&str>) -> Vec<(&str, Option<i64>)> {
        wanted.sort();
        let mut taken: Vec<_> = wanted.iter().filter_map(|place| take_number(place)).collect();
        taken.sort();
        let mut numbering = Numbering::new(futures::stream::iter(taken.into_iter().map(Ok)).boxed());
        let (mut named, mut last) = (Vec::new(), None);
        for place in wanted {
            let number = match last == Some(place) {
                true => Some(numbering.number(place.to_owned()).await.unwrap()),
                false => None,
            };
            named.push((place, number));
            last = Some(place);
        }
        named
    }

    #[tokio::test]
    async fn late_samples_get_the_smallest_numbers_that_are_free() {
        let named = settled(vec!["d/x.jpg", "d/x_1.jpg", "d/x.jpg", "d/x_1_1.jpg", "d/x_1.jpg"]).await;
        // x_1 is taken, and x_1_1 is: both late ones go on to the next number.
        let expected = [
            ("d/x.jpg", None),
            ("d/x.jpg", Some(2)),
            ("d/x_1.jpg", None),
            ("d/x_1.jpg", Some(2)),
            ("d/x_1_1.jpg", None),
        ];
        assert_eq!(named, expected);
        let named =
            settled(["d/x.*"; 5].into_iter().chain(["d/x_2.*", "d/x_2.*", "d/x_4.*", "d/w_1.*"]).collect());
        let numbers: Vec<_> = named.await.into_iter().map(|(_, number)| number).collect();
        let of_x = [None, Some(1), Some(3), Some(5), Some(6)];
        assert_eq!(numbers, [&[None][..], &of_x, &[None, Some(1), None]].concat());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn more_names_than_memory_are_settled() {
        const NAMES: i64 = 60_000;
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::new(store(dir.path()).await, 2, 0, dir.path().join("spill")).unwrap();
        // Each name is wanted twice and has a number, and so has the place it would get.
        let row = |n: i64| Row {
            ordinal: n,
            origin: String::new(),
            place: format!("{:06}{}_1{}.jpg", n / 3, "x".repeat(900), if n % 3 == 0 { "_1" } else { "" }),
            property: 0,
            body: String::new(),
        };
        let mut tables = Vec::new();
        for rows in (0..NAMES).collect::<Vec<_>>().chunks(PART) {
            tables.push(format!("{}.arrow", tables.len()));
            engine
                .write(&tables[tables.len() - 1], &rows.iter().map(|n| row(*n)).collect::<Vec<_>>())
                .await
                .unwrap();
        }
        let shards =
            [0, NAMES as u64 / 2].map(|first| ShardRow { shard: first, first, samples: NAMES as u64 / 2 });
        let shares = Shares::new("run", 0, &shards);
        number_all(&engine, &tables, &shares).await.unwrap();
        let mut late = Vec::new();
        for share in shares.of_shards() {
            late.extend(engine.late(&share.key).await.unwrap());
        }
        assert!(late.into_iter().eq((0..NAMES).filter(|n| n % 3 == 2).map(|n| (n, 2))));
    }
}
