//! Which exit code an error ends in.

/// The command did what it was asked to.
pub(crate) const OK: u8 = 0;
/// It was understood and failed.
pub(crate) const FAILED: u8 = 1;
/// The command line or a setting was wrong: nothing was done.
pub(crate) const USAGE: u8 = 2;

/// Told at the end of every `--help`.
pub(crate) const EXIT_CODES: &str = "Exit codes: 0 done; 1 failed; 2 wrong command line or setting, nothing was done.\n\
     Data goes to stdout, everything else to stderr.";

/// A wrong command line or setting.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// An error that ends in [`USAGE`].
pub(crate) fn usage(message: String) -> anyhow::Error {
    Usage(message).into()
}

/// The exit code of an error.
pub(crate) fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<Usage>() { USAGE } else { FAILED }
}
