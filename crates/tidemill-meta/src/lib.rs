//! Metadata: one store of small rows behind short transactions.
