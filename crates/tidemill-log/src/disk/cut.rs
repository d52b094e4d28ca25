//! Cutting settled records into blocks.

use super::block::{RUN_ENTRY, RUNS_MAX, SettleRun};
use crate::chunk::{Run, decode_record};

/// Groups consecutive runs of one partition into blocks of about `target` bytes.
pub(crate) fn cut_blocks(runs: Vec<SettleRun>, target: usize) -> Vec<Vec<SettleRun>> {
    let (mut blocks, mut block, mut bytes) = (Vec::new(), Vec::new(), 0);
    for piece in runs.into_iter().flat_map(|run| split(run, target)) {
        let length = piece.run.body.len() + RUN_ENTRY;
        if !block.is_empty() && (bytes + length > target + target / 2 || block.len() == RUNS_MAX) {
            blocks.push(std::mem::take(&mut block));
            bytes = 0;
        }
        bytes += length;
        block.push(piece);
    }
    if !block.is_empty() {
        blocks.push(block);
    }
    blocks
}

/// Cuts a run at record boundaries into pieces of about `target` bytes. One whose bytes no longer match the
/// checksum that the producer's request gave them stays whole, with that checksum, so that readers notice.
fn split(whole: SettleRun, target: usize) -> Vec<SettleRun> {
    if whole.run.body.len() <= target + target / 2 {
        return vec![whole];
    }
    try_split(&whole, target).unwrap_or_else(|| {
        tracing::error!(first = whole.run.first, "records changed in memory");
        vec![whole]
    })
}

fn try_split(whole: &SettleRun, target: usize) -> Option<Vec<SettleRun>> {
    let mut pieces = Vec::with_capacity(whole.run.body.len() / target + 1);
    let (mut first, mut at, mut crc) = (whole.run.first, 0, 0);
    let end = whole.run.first + u64::from(whole.run.count);
    while first < end {
        let piece = cut_piece(whole, first, at, target)?;
        at += piece.run.body.len();
        first += u64::from(piece.run.count);
        // Twice over bytes in the cache is far cheaper than combining checksums.
        crc = crc32c::crc32c_append(crc, &piece.run.body);
        pieces.push(piece);
    }
    (at == whole.run.body.len() && crc == whole.crc).then_some(pieces)
}

/// One piece that starts with record `first` at byte `at`.
fn cut_piece(whole: &SettleRun, first: u64, at: usize, target: usize) -> Option<SettleRun> {
    let Run { arrival_ms, ref body, .. } = whole.run;
    let end = whole.run.first + u64::from(whole.run.count);
    let (mut to, mut count, mut time_max_ms) = (at, 0, i64::MIN);
    while to - at < target && first + u64::from(count) < end {
        let (record, _) = decode_record(&body[to..], first, arrival_ms)?;
        to += record.encoded_bytes;
        count += 1;
        time_max_ms = time_max_ms.max(record.time_ms);
    }
    let body = body.slice(at..to);
    let crc = crc32c::crc32c(&body);
    Some(SettleRun { run: Run { first, count, arrival_ms, body }, crc, time_max_ms })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::ChunkBuilder;
    use bytes::Bytes;

    fn run(first: u64, records: u64, bytes: usize) -> SettleRun {
        let mut builder = ChunkBuilder::default();
        (0..records).for_each(|n| builder.push(None, Some(n as i64), &vec![n as u8; bytes]));
        let chunk = builder.finish().unwrap();
        let run = Run { first, count: chunk.count, arrival_ms: 5, body: chunk.body };
        SettleRun { run, crc: chunk.crc, time_max_ms: records as i64 - 1 }
    }

    #[test]
    fn large_runs_are_cut_and_small_ones_share_a_block() {
        let runs = vec![run(0, 100, 100), run(100, 1, 10), run(101, 1, 10), run(102, 1, 9000)];
        let blocks = cut_blocks(runs, 1000);
        let counts: Vec<Vec<u32>> = blocks.iter().map(|b| b.iter().map(|r| r.run.count).collect()).collect();
        assert_eq!(counts.len(), 12, "{counts:?}");
        assert_eq!(counts[10], [10 - 1, 1, 1, 1], "the rest of the first run shares a block with small ones");
        let mut next = 0;
        for piece in blocks.iter().flatten() {
            assert_eq!((piece.run.first, crc32c::crc32c(&piece.run.body)), (next, piece.crc));
            assert_eq!(piece.run.records().map(|r| r.time_ms).max(), Some(piece.time_max_ms));
            next += u64::from(piece.run.count);
        }
        assert_eq!(next, 103);
    }

    #[test]
    fn changed_bytes_keep_the_checksum_that_tells() {
        let mut changed = run(0, 100, 100);
        let mut body = changed.run.body.to_vec();
        body[5000] ^= 1;
        changed.run.body = Bytes::from(body);
        let blocks = cut_blocks(vec![changed], 1000);
        assert_eq!((blocks.len(), blocks[0].len()), (1, 1));
        assert_ne!(crc32c::crc32c(&blocks[0][0].run.body), blocks[0][0].crc);
    }
}
