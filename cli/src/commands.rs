// SPDX-License-Identifier: MIT OR Apache-2.0
//! The commands there are, and how they are explained.

use crate::args::{Args, OPTIONS, Opt};
use crate::fail::{Fail, Result};
use crate::view;
use crate::{call, complete, decode, families, show, watch};

/// A command.
pub struct Command {
    pub name: &'static str,
    usage: &'static str,
    summary: &'static str,
    run: fn(&Args) -> Result,
}

macro_rules! commands {
    ($($name:literal, $usage:literal, $summary:literal, $run:expr;)+) => {
        /// All that people call by name.
        pub const COMMANDS: &[Command] =
            &[$(Command { name: $name, usage: $usage, summary: $summary, run: $run }),+];
    };
}

commands! {
    "families", "", "list the families that are described", families::run;
    "show", "FAMILY [OPERATION [PATH]]", "show operations, and what their messages are made of", show::run;
    "do", "FAMILY OPERATION [JSON | - | KEY=VALUE ...]", "make a request and show what it is answered with", call::run_do;
    "dump", "FAMILY OPERATION [JSON | - | KEY=VALUE ...]", "list all objects", call::run_dump;
    "watch", "FAMILY GROUP ...", "show notifications as they come", watch::run;
    "decode", "FILE", "show what a capture says: pcap, pcapng, hex, output of strace", decode::run;
    "help", "[COMMAND]", "show this, or how to use a command", help;
}

const COMPLETE: Command =
    Command { name: "complete", usage: "LINE", summary: "", run: complete::run };

/// Does what was asked for.
pub fn run(mut args: Args) -> Result {
    if args.options.version {
        return view::say(&format!("rnl {}\n", env!("CARGO_PKG_VERSION")));
    }
    let help_wanted = args.options.help;
    match args.command()? {
        None if help_wanted => overview(),
        None => Err(Fail::usage("a command is needed; rnl help lists them")),
        Some(name) if help_wanted => explain(find(&name)?),
        Some(name) => (find(&name)?.run)(&args),
    }
}

fn find(name: &str) -> Result<&'static Command> {
    let mut all = COMMANDS.iter().chain([&COMPLETE]);
    let unknown = || Fail::Usage(format!("there is no command {name}; rnl help lists them"));
    all.find(|command| command.name == name).ok_or_else(unknown)
}

fn help(args: &Args) -> Result {
    match args.words.as_slice() {
        [] => overview(),
        [name] => explain(find(name)?),
        _ => Err(Fail::usage("one command can be explained at a time")),
    }
}

fn overview() -> Result {
    let mut text = "usage: rnl COMMAND [OPTION ...]\n\n".to_owned();
    for command in COMMANDS {
        text += &format!("  {:<10}{}\n", command.name, command.summary);
    }
    text += "\nrnl help COMMAND shows the options of one; rnl(1) says more.\n";
    view::say(&text)
}

fn explain(command: &Command) -> Result {
    let mut text = format!("usage: rnl {} {}\n", command.name, command.usage).replace(" \n", "\n");
    text += &format!("\n{}\n\n", command.summary);
    for option in OPTIONS.iter().filter(|option| option.is_for(command.name)) {
        text += &format!("  {:<24}{}\n", form(option), option.help);
    }
    view::say(&text)
}

/// `-f, --flags FLAG,...`
fn form(option: &Opt) -> String {
    let short = option.short.map_or_else(|| "    ".to_owned(), |letter| format!("-{letter}, "));
    format!("{short}--{} {}", option.name, option.value).trim_end().to_owned()
}
