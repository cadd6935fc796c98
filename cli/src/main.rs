// SPDX-License-Identifier: MIT OR Apache-2.0
//! The rnl command: every netlink family by name, from the shell.

#![cfg_attr(test, allow(clippy::indexing_slicing, clippy::unwrap_used))]

mod args;
mod call;
mod capture;
mod catalog;
mod commands;
mod complete;
mod decode;
mod fail;
mod families;
mod input;
mod message;
mod numbers;
mod schema;
mod show;
mod view;
mod watch;

use std::env;
use std::process::ExitCode;

use args::Args;

fn main() -> ExitCode {
    let done = Args::parse(env::args_os().skip(1)).and_then(commands::run);
    let Err(fail) = done else { return ExitCode::SUCCESS };
    let (status, reason) = fail.end();
    if let Some(reason) = reason {
        fail::complain(reason);
    }
    ExitCode::from(status)
}
