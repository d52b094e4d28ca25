//! The engine: shards on a bounded pool, and every scan, join and reduce over samples. All of DataFusion is here.
