// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is shown of sockets.

use core::ffi::{CStr, c_char, c_int, c_uint};

use super::msg::{MEMINFO, VEGASINFO, idiagnl_msg, tcp_info};
use super::{SHUTDOWNS, STATES, TCP_OPTIONS, TCP_STATES, TIMERS};
use crate::abi::nl_dump_params;
use crate::addrtext::nl_addr2str;
use crate::dump::{dump, nl_dump, nl_new_line};
use crate::names::nl_af2str;
use crate::object::{Dump, nl_object};
use crate::utils::{nl_msec2str, nl_size2str};

pub(super) const DUMP: [Option<Dump>; 3] = [Some(line), Some(details), Some(stats)];

/// How a number is shown.
#[derive(Clone, Copy)]
enum As {
    Number,
    Size,
    Time,
}

/// Prints `\tname: number\n`.
fn entry(p: *mut nl_dump_params, name: &CStr, how: As, number: u32) {
    let mut text = [0 as c_char; 64];
    let buf = text.as_mut_ptr();
    dump!(p, c"\t%s: ", name.as_ptr());
    // SAFETY: the buffer is ours and as long as it says.
    unsafe {
        match how {
            As::Number => dump!(p, c"%d\n", number),
            As::Size => dump!(p, c"%s\n", nl_size2str(number as usize, buf, 64)),
            As::Time => dump!(p, c"%s\n", nl_msec2str(number.into(), buf, 64)),
        }
    }
}

fn port(port: u16) -> c_int {
    u16::from_be(port).into()
}

unsafe fn line(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 64];
    let buf = text.as_mut_ptr();
    // SAFETY: the object is a socket; the buffer is ours and as long as it says.
    unsafe {
        let msg = &*obj.cast::<idiagnl_msg>();
        nl_new_line(p);
        dump!(p, c"family: %s ", nl_af2str(msg.family.into(), buf, 64));
        dump!(p, c"src: %s:%d ", nl_addr2str(msg.src, buf, 64), port(msg.sport));
        dump!(p, c"dst: %s:%d ", nl_addr2str(msg.dst, buf, 64), port(msg.dport));
        dump!(p, c"iif: %d ", msg.ifindex);
        dump!(p, c"\n");
    }
}

unsafe fn details(obj: *mut nl_object, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 64];
    let buf = text.as_mut_ptr();
    // SAFETY: the object is a socket; the buffer is ours and as long as it says.
    unsafe {
        let msg = &*obj.cast::<idiagnl_msg>();
        dump!(p, c"\nfamily: %s\n", nl_af2str(msg.family.into(), buf, 64));
        dump!(p, c"state: %s\n", STATES.to_str(msg.state.into(), buf, 64));
        dump!(p, c"timer (%s, ", TIMERS.to_str(msg.timer.into(), buf, 64));
        dump!(p, c"%s, ", nl_msec2str(msg.expires.into(), buf, 64));
        dump!(p, c"retransmits: %d)\n", c_int::from(msg.retrans));
        dump!(p, c"source: %s:%d\n", nl_addr2str(msg.src, buf, 64), port(msg.sport));
        dump!(p, c"destination: %s:%d\n", nl_addr2str(msg.dst, buf, 64), port(msg.dport));
        dump!(p, c"ifindex: %d\n", msg.ifindex);
        dump!(p, c"rqueue: %-6d wqueue: %-6d\n", msg.rqueue, msg.wqueue);
        dump_owner(p, msg.uid);
        dump!(p, c"inode %d\n", msg.inode);
        if msg.shutdown != 0 {
            let name = SHUTDOWNS.name(msg.shutdown.into()).unwrap_or(c"(null)");
            dump!(p, c"socket shutdown: %s\n", name.as_ptr());
        }
        dump!(p, c"tos: 0x%x\n", c_uint::from(msg.tos));
        dump!(p, c"traffic class: %d\n", c_uint::from(msg.tclass));
        dump!(
            p,
            c"congestion algorithm: %s\n",
            if msg.cong.is_null() { c"".as_ptr() } else { msg.cong }
        );
    }
}

fn dump_owner(p: *mut nl_dump_params, uid: u32) {
    dump!(p, c"uid %d\n", uid);
}

/// The numbers of `struct tcp_info`, in their order there.
static TCP_NUMBERS: [(&CStr, As); 24] = [
    (c"rto", As::Number),
    (c"ato", As::Number),
    (c"snd_mss", As::Size),
    (c"rcv_mss", As::Size),
    (c"unacked", As::Number),
    (c"sacked", As::Number),
    (c"lost", As::Number),
    (c"retransmit segments", As::Number),
    (c"fackets", As::Number),
    (c"last data sent", As::Time),
    (c"last ack sent", As::Time),
    (c"last data recv", As::Time),
    (c"last ack recv", As::Time),
    (c"path mtu", As::Size),
    (c"rcv ss threshold", As::Number),
    (c"smoothed round trip time", As::Number),
    (c"round trip time variation", As::Number),
    (c"snd ss threshold", As::Size),
    (c"send congestion window", As::Number),
    (c"advertised mss", As::Size),
    (c"reordering", As::Number),
    (c"rcv rround trip time", As::Number),
    (c"receive queue space", As::Size),
    (c"total retransmits", As::Number),
];

unsafe fn dump_tcp(p: *mut nl_dump_params, info: &tcp_info) {
    let mut text = [0 as c_char; 64];
    let buf = text.as_mut_ptr();
    dump!(p, c"tcp info:  [\n");
    // SAFETY: the buffer is ours and as long as it says.
    unsafe {
        dump!(p, c"\tsocket state: %s\n", STATES.to_str(info.state.into(), buf, 64));
        dump!(p, c"\ttcp state: %s\n", TCP_STATES.to_str(info.ca_state.into(), buf, 64));
        entry(p, c"retransmits", As::Number, info.retransmits.into());
        entry(p, c"probes", As::Number, info.probes.into());
        entry(p, c"backoff", As::Number, info.backoff.into());
        dump!(p, c"\toptions: %s\n", TCP_OPTIONS.flags(info.options.into(), buf, 64));
    }
    // Two fields of four bits, which begin where the machine's numbers do.
    let halves = (info.wscale & 15, info.wscale >> 4);
    let little = cfg!(target_endian = "little");
    let (sent, received) = if little { halves } else { (halves.1, halves.0) };
    entry(p, c"snd_wscale", As::Number, sent.into());
    entry(p, c"rcv_wscale", As::Number, received.into());
    for ((name, how), number) in TCP_NUMBERS.into_iter().zip(info.numbers) {
        entry(p, name, how, number);
    }
    dump!(p, c"]\n");
}

unsafe fn stats(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a socket, and what it points to is live where its bit is set.
    unsafe {
        details(obj, p);
        let msg = &*obj.cast::<idiagnl_msg>();
        let mask = (*obj).mask;
        dump_tcp(p, &msg.tcpinfo);
        if let Some(mem) = msg.meminfo.as_ref().filter(|_| mask & MEMINFO != 0) {
            dump!(p, c"meminfo:  [\n");
            entry(p, c"rmem", As::Size, mem.rmem);
            entry(p, c"wmem", As::Size, mem.wmem);
            entry(p, c"fmem", As::Size, mem.fmem);
            entry(p, c"tmem", As::Size, mem.tmem);
            dump!(p, c"]\n");
        }
        if let Some(vegas) = msg.vegasinfo.as_ref().filter(|_| mask & VEGASINFO != 0) {
            dump!(p, c"vegasinfo:  [\n\tvegas enabled: %d\n", vegas.enabled);
            let (rttcnt, rtt) = (vegas.rttcnt, vegas.rtt);
            let format = c"\trtt cnt: %d\trtt (propagation delay): %d\tmin rtt: %d]\n";
            nl_dump(p, format.as_ptr(), rttcnt, rtt, vegas.minrtt);
        }
        // Shown when the other numbers about memory are there.
        if mask & MEMINFO != 0 {
            dump_skmem(p, &msg.skmeminfo);
        }
    }
}

/// `SK_MEMINFO_*`, in their order there.
static SKMEM: [(&CStr, As); 8] = [
    (c"rmem alloc", As::Number),
    (c"rcv buf", As::Size),
    (c"wmem alloc", As::Number),
    (c"snd buf", As::Size),
    (c"fwd alloc", As::Number),
    (c"wmem queued", As::Size),
    (c"opt mem", As::Number),
    (c"backlog", As::Number),
];

fn dump_skmem(p: *mut nl_dump_params, numbers: &[u32; 8]) {
    dump!(p, c"skmeminfo:  [\n");
    for ((name, how), number) in SKMEM.into_iter().zip(*numbers) {
        entry(p, name, how, number);
    }
    dump!(p, c"]\n\n");
}
