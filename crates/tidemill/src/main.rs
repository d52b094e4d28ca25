//! Tidemill: records in over HTTP; files out.
//!
//! One file per subcommand under `cmd`; settings in `config`; what `serve` is put together from in
//! `server`; the HTTP client of the other commands in `client`; what `dump verify` reads in `proof`; how memory is
//! given back in `memory`.

mod client;
mod cmd;
mod config;
mod conformance;
mod credentials;
mod data_dir;
mod failure;
mod logging;
mod memory;
mod output;
mod proof;
mod server;

use std::process::ExitCode;

fn main() -> ExitCode {
    memory::give_large_blocks_back();
    let command_line = cmd::CommandLine::read();
    match command_line.run() {
        Ok(()) => ExitCode::from(failure::OK),
        Err(error) => {
            output::error(&error);
            ExitCode::from(failure::exit_code(&error))
        }
    }
}
