//! Clashes of names, settled for the whole run before any product is put in its place.

use super::record::Record;
use super::shard::Worker;
use crate::error::Trouble;
use futures::TryStreamExt;
use std::collections::{BTreeMap, HashMap, HashSet};

/// For each sample that comes too late to its place: the number its name gets. Everything else has none.
pub(crate) type Late = BTreeMap<i64, u64>;

/// Settles the clashes in the order of the samples' paths.
pub(crate) async fn settle(worker: &Worker, tables: &[String]) -> Result<Late, Trouble> {
    let clashes = worker.unless_stopped(worker.ctx.engine.clashes(tables)).await?;
    if clashes.is_empty() {
        return Ok(Late::new());
    }
    let contested: HashSet<&str> = clashes.iter().map(|(_, place)| place.as_str()).collect();
    let mut taken = numbered(worker, tables, &contested).await?;
    let mut late = Late::new();
    // Numbers below these are taken already: a place that many want is not searched from 1 on for each.
    let mut next: HashMap<&str, u64> = HashMap::new();
    for (ordinal, place) in &clashes {
        let number = next.entry(place).or_insert(1);
        while !taken.insert(with_number(place, *number)) {
            *number += 1;
        }
        late.insert(*ordinal, *number);
        *number += 1;
    }
    Ok(late)
}

/// The places that look like a contested one with a number behind it.
async fn numbered(
    worker: &Worker,
    tables: &[String],
    contested: &HashSet<&str>,
) -> Result<HashSet<String>, Trouble> {
    let mut places = worker.unless_stopped(worker.ctx.engine.places(tables)).await?;
    let looks_so =
        |place: &String| without_number(place).is_some_and(|place| contested.contains(place.as_str()));
    let mut taken = HashSet::new();
    while let Some(batch) = worker.unless_stopped(places.try_next()).await? {
        taken.extend(batch.into_iter().filter(looks_so));
    }
    Ok(taken)
}

/// `a/x.jpg`, 2 -> `a/x_2.jpg`; `a/x.*`, 2 -> `a/x_2.*`.
fn with_number(place: &str, number: u64) -> String {
    let (directory, name) = place.rsplit_once('/').unwrap_or(("", place));
    match name.rsplit_once('.') {
        Some((stem, suffix)) => format!("{directory}/{stem}_{number}.{suffix}"),
        None => format!("{directory}/{name}_{number}"),
    }
}

fn without_number(place: &str) -> Option<String> {
    let (directory, name) = place.rsplit_once('/').unwrap_or(("", place));
    let (stem, suffix) = name.rsplit_once('.').map_or((name, None), |(stem, suffix)| (stem, Some(suffix)));
    let (base, number) = stem.rsplit_once('_')?;
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| match suffix {
        Some(suffix) => format!("{directory}/{base}.{suffix}"),
        None => format!("{directory}/{base}"),
    })
}

/// The number a record's name gets; 0 for none.
pub(crate) fn number(late: &Late, record: &Record) -> u64 {
    late.get(&record.number()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_put_in_and_found_again() {
        for place in ["Data/x.jpg", "Data/cat/x.*", "Data/a.b.*", "Data/x_checked.png"] {
            let numbered = with_number(place, 12);
            assert_eq!(without_number(&numbered).as_deref(), Some(place), "{numbered}");
        }
        assert_eq!(without_number("Data/x.jpg"), None);
        assert_eq!(without_number("Data/x_y.jpg"), None);
    }
}
