// SPDX-License-Identifier: MIT OR Apache-2.0
//! Dumps side by side. The kernel runs a dump in the thread that receives it: on several sockets and
//! threads, several processors work.

use super::NEVER;
use super::desk::Want;
use super::drive::{deadline, milliseconds};
use super::engine::{Id, Mode};
use super::socket::Socket;
use super::store::Reply;
use crate::error::{Fault, Result};
use crate::sys;
use crate::wire::Msg;

/// A dump, and the socket it runs on.
#[derive(Debug)]
pub struct DumpJob<'a> {
    socket: &'a mut Socket,
    msg: &'a Msg,
    /// All its objects, or why they are not to be had. Empty until it has run.
    pub result: Result<Reply>,
}

impl<'a> DumpJob<'a> {
    /// A dump that `msg` asks for.
    pub fn new(socket: &'a mut Socket, msg: &'a Msg) -> Self {
        DumpJob { socket, msg, result: Ok(Reply::default()) }
    }
}

/// Makes consistent dumps at the same time, each on a thread of its own, one of them the caller's.
/// `timeout` is for all of them.
pub fn dump_together(jobs: &mut [DumpJob<'_>], timeout: i32) {
    let until = deadline(timeout);
    sys::side_by_side(jobs, |job| job.result = job.socket.dump_whole(job.msg, until));
}

impl Socket {
    /// All objects of a consistent dump.
    fn dump_whole(&mut self, msg: &Msg, until: u64) -> Result<Reply> {
        self.alive()?;
        let id = self.dump_open(msg, Mode::Consistent, milliseconds(sys::now(), until))?;
        let whole = self.gather(id);
        self.dump_close(id);
        whole
    }

    fn gather(&mut self, id: Id) -> Result<Reply> {
        loop {
            let store = self.desk.stores.iter_mut().find(|store| store.id == id);
            let store = store.ok_or(Fault::BadArgument)?;
            if let Some(end) = store.end.take() {
                let rows = core::mem::take(&mut store.rows);
                return end.map(|success| Reply { rows, warning: success.warning });
            }
            self.turn(Want::Request(id), NEVER)?;
        }
    }
}
