//! Streams, partitions, records, cursors, apps and checkpoints.
