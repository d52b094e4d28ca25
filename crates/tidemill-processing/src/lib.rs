//! Processing tasks: operators as a plan over samples, run shard by shard.

mod engine;
