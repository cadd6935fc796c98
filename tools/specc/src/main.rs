// SPDX-License-Identifier: MIT OR Apache-2.0
//! `rnl-specc -o OUT.pack FILE.yaml ...`

use std::fs;
use std::process::ExitCode;

use rnl_specc::{Complaint, Doc, compile};

const USAGE: &str = "usage: rnl-specc -o OUT.pack FILE.yaml ...";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("rnl-specc: {complaint}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<(), Complaint> {
    let [option, out, files @ ..] = args else { return Err(Complaint(USAGE.into())) };
    if option != "-o" || files.is_empty() {
        return Err(Complaint(USAGE.into()));
    }
    let about = |file: &str, e: std::io::Error| Complaint(format!("{file}: {e}"));
    let mut docs = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).map_err(|e| about(file, e))?;
        docs.push(Doc::parse(file, &text)?);
    }
    fs::write(out, compile(&docs)?).map_err(|e| about(out, e))
}
