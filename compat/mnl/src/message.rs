// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages: `mnl_nlmsg_*`, but for batches and printing.

use core::ffi::c_int;

use rnl::wire::Header;

use crate::memory::{Message, Place, align};

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_size(len: usize) -> usize {
    len.wrapping_add(Header::LEN)
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_get_payload_len(nlh: Message) -> usize {
    (nlh.len() as usize).wrapping_sub(Header::LEN)
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_put_header(buf: Place) -> Message {
    buf.fill_with_zeros(Header::LEN);
    let message = buf.message();
    message.set_len(Header::LEN as u32);
    message
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_put_extra_header(nlh: Message, size: usize) -> Place {
    // Not the tail: where the length is no multiple of 4, libmnl goes on from there.
    let (len, size) = (nlh.len(), align(size));
    let place = nlh.place().at(len as usize);
    nlh.set_len(len.wrapping_add(size as u32));
    place.fill_with_zeros(size);
    place
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_ok(nlh: Message, len: c_int) -> bool {
    nlh.whole(len).is_some()
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_next(nlh: Message, len: &mut c_int) -> Message {
    let (next, rest) = nlh.next(*len);
    *len = rest;
    next
}

/// 0 is anybody's: unsolicited messages have no sequence number, the kernel has port 0.
#[inline]
pub(crate) fn is_mine(theirs: u32, mine: u32) -> bool {
    theirs == mine || theirs == 0 || mine == 0
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_seq_ok(nlh: Message, seq: u32) -> bool {
    is_mine(nlh.seq(), seq)
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_portid_ok(nlh: Message, portid: u32) -> bool {
    is_mine(nlh.port(), portid)
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_get_payload(nlh: Message) -> Place {
    nlh.payload()
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_get_payload_offset(nlh: Message, offset: usize) -> Place {
    nlh.payload().at(align(offset))
}

#[unsafe(no_mangle)]
extern "C" fn mnl_nlmsg_get_payload_tail(nlh: Message) -> Place {
    nlh.tail()
}
