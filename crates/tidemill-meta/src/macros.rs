//! Transactions with values that are cloned for each run.

/// Runs `$call` in a transaction of `$meta` with clones of the named values, because it may run twice.
///
/// `tx!(meta, |tx, id, row| area::insert(tx, &id, &row))` is what [`Meta::tx`](crate::Meta::tx) returns.
#[macro_export]
macro_rules! tx {
    ($meta:expr, |$tx:ident $(, $value:ident)*| $call:expr) => {{
        $(let $value = $value.clone();)*
        $meta
            .tx(move |$tx| {
                $(let $value = $value.clone();)*
                Box::pin(async move { $call.await })
            })
            .await
    }};
}

/// The same on a snapshot: what [`Meta::read`](crate::Meta::read) returns.
#[macro_export]
macro_rules! read {
    ($meta:expr, |$tx:ident $(, $value:ident)*| $call:expr) => {{
        $(let $value = $value.clone();)*
        $meta
            .read(move |$tx| {
                $(let $value = $value.clone();)*
                Box::pin(async move { $call.await })
            })
            .await
    }};
}
