//! Wire types, paths and error codes of the public APIs, shared by server and command line.
