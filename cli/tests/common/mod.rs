// SPDX-License-Identifier: MIT OR Apache-2.0
//! The command in network namespaces of the tests' own.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

pub mod samples;

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{self, Child, ChildStderr, Command, Output, Stdio};
use std::thread;

use serde_json::Value;

pub const RNL: &str = env!("CARGO_BIN_EXE_rnl");

/// A network namespace that lives as long as this does.
pub struct Namespace {
    keeper: Child,
    enter: Vec<String>,
}

impl Drop for Namespace {
    fn drop(&mut self) {
        self.keeper.kill().unwrap();
        self.keeper.wait().unwrap();
    }
}

/// Says that this test did not run, past the test harness, which keeps the output of what passes.
pub fn not_run(reason: &str) {
    let name = thread::current().name().unwrap_or("test").to_owned();
    io::stderr().write_all(format!("not run: {name}: {reason}\n").as_bytes()).unwrap();
}

/// Whether a program may make network namespaces with these flags of unshare.
fn may(flags: &str) -> bool {
    let trial = Command::new("unshare").args([flags, "true"]).stderr(Stdio::null()).status();
    trial.is_ok_and(|status| status.success())
}

impl Namespace {
    /// A new one; `None` where the kernel does not give any.
    pub fn new() -> Option<Namespace> {
        let Some(flags) = ["-n", "-Urn"].into_iter().find(|flags| may(flags)) else {
            not_run("kernel lacks network namespaces for this user");
            return None;
        };
        let mut keeper = Command::new("unshare")
            .args([flags, "sh", "-c", "echo ready; exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(keeper.stdout.as_mut().unwrap()).read_line(&mut ready).unwrap();
        assert_eq!(ready, "ready\n");
        let pid = keeper.id().to_string();
        let users: &[&str] = if flags == "-n" { &[] } else { &["-U", "--preserve-credentials"] };
        let enter = [&["nsenter", "-n", "-t", &pid], users].concat();
        Some(Namespace { keeper, enter: enter.into_iter().map(str::to_owned).collect() })
    }

    /// The process that keeps it.
    pub fn pid(&self) -> String {
        self.keeper.id().to_string()
    }

    /// A program inside.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(&self.enter[0]);
        command.args(&self.enter[1..]).arg(program).env_remove("RNL_TRACE");
        command
    }

    /// rnl inside, with words and what is on its standard input.
    pub fn rnl_with(&self, words: &[&str], input: &str) -> Said {
        let mut command = self.command(RNL);
        run(command.args(words), input)
    }

    pub fn rnl(&self, words: &[&str]) -> Said {
        self.rnl_with(words, "")
    }

    /// Makes a link of the first kind that the kernel has.
    pub fn add_link(&self, name: &str) {
        let made = ["dummy", "bridge", "veth"].iter().any(|kind| {
            let (name, kind) = (format!("ifname={name}"), format!("linkinfo.kind={kind}"));
            self.rnl(&["do", "rt-link", "newlink", "-f", "create,excl", &name, &kind]).status == 0
        });
        assert!(made, "the kernel makes no links");
    }
}

/// What a program said, and how it ended.
#[derive(Debug)]
pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    fn of(output: Output) -> Said {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let status = output.status.code().expect("it ends by itself");
        Said { status, out: text(output.stdout), err: text(output.stderr) }
    }

    /// The JSON that a program printed which went well.
    pub fn json(&self) -> Value {
        assert_eq!((self.status, self.err.as_str()), (0, ""), "{self:?}");
        serde_json::from_str(&self.out).unwrap()
    }

    /// The output of a program that went well.
    pub fn text(&self) -> &str {
        assert_eq!((self.status, self.err.as_str()), (0, ""), "{self:?}");
        &self.out
    }

    /// The one line in which a program says why it failed.
    pub fn failure(&self, status: i32) -> &str {
        assert_eq!((self.status, self.err.lines().count()), (status, 1), "{self:?}");
        self.err.trim_end().strip_prefix("rnl: ").expect("it says who speaks")
    }
}

/// Runs a program to its end.
pub fn run(command: &mut Command, input: &str) -> Said {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Who does not read it may have closed it.
    _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    Said::of(child.wait_with_output().unwrap())
}

/// rnl where it needs no namespace.
pub fn rnl(words: &[&str]) -> Said {
    run(Command::new(RNL).args(words).env_remove("RNL_TRACE"), "")
}

/// A program that runs beside the test.
pub struct Running {
    child: Child,
    err: BufReader<ChildStderr>,
}

impl Running {
    pub fn start(command: &mut Command) -> Running {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let err = BufReader::new(child.stderr.take().unwrap());
        Running { child, err }
    }

    /// The next line on standard error.
    pub fn complaint(&mut self) -> String {
        let mut line = String::new();
        self.err.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Waits for its end; gives the status and the output.
    pub fn end(self) -> (i32, String) {
        let output = self.child.wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    }
}

/// A file that is deleted at the end.
pub struct TempFile(pub PathBuf);

impl TempFile {
    pub fn new(name: &str, contents: &[u8]) -> TempFile {
        let path = env::temp_dir().join(format!("rnl-test-{}-{name}", process::id()));
        fs::write(&path, contents).unwrap();
        TempFile(path)
    }

    pub fn name(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.0);
    }
}
