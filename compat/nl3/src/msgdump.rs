// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages for human eyes.

use core::ffi::{c_char, c_int, c_uint};

use rnl::uapi::{NETLINK_GENERIC, NLMSG_ERROR};

use crate::abi::{FILE, genlmsghdr, nlattr, nlmsgerr, nlmsghdr};
use crate::attr::{nla_data, nla_is_nested, nla_len, nla_padlen, nla_type, walk};
use crate::genl::GENL_HDRLEN;
use crate::mngt::{nl_cache_ops, nl_cache_ops_associate, nl_msgtype_lookup};
use crate::msg::*;
use crate::names::{MSGTYPES, nl_nlmsg_flags2str};

/// fprintf with constant formats.
macro_rules! print {
    ($to:expr, $format:literal $(, $arg:expr)*) => {
        // SAFETY: the format is a constant that the arguments fit, and the stream the caller's.
        unsafe { libc::fprintf($to, $format.as_ptr() $(, $arg)*) }
    };
}

/// Two blanks for each level of nesting.
unsafe fn indent(to: *mut FILE, level: usize) {
    for _ in 0..level {
        print!(to, c"  ");
    }
}

/// Bytes as digits and as text. What is further in has shorter lines.
unsafe fn hexdump(to: *mut FILE, bytes: *const u8, len: usize, level: usize) {
    let width = 16usize.saturating_sub(2 * level).max(1);
    // SAFETY: there are `len` bytes.
    let bytes = unsafe { core::slice::from_raw_parts(bytes, len) };
    // SAFETY: the stream is the caller's.
    unsafe {
        indent(to, level + 2);
        for (i, line) in bytes.chunks(width).enumerate() {
            if i > 0 {
                indent(to, level + 2);
            }
            for byte in line {
                print!(to, c"%02x ", c_uint::from(*byte));
            }
            for _ in line.len()..width {
                print!(to, c"   ");
            }
            for byte in line {
                let shown = if (32..127).contains(byte) { *byte } else { b'.' };
                print!(to, c"%c", c_int::from(shown));
            }
            print!(to, c"\n");
        }
    }
}

/// The name of a message's type: the control message's, or that of the cache that takes it.
unsafe fn print_type(to: *mut FILE, ops: *const nl_cache_ops, kind: c_int) {
    let mut text = [0 as c_char; 32];
    // SAFETY: ops are NULL or live; the buffer has the length that is said.
    unsafe {
        if let Some(ops) = ops.as_ref() {
            let msgtype = nl_msgtype_lookup(ops, kind);
            print!(to, c"    .type = %d <%s::%s>\n", kind, ops.name.as_ptr(), (*msgtype).name);
        } else {
            let name = MSGTYPES.to_str(kind, text.as_mut_ptr(), text.len());
            print!(to, c"    .type = %d <%s>\n", kind, name);
        }
    }
}

unsafe fn print_header(to: *mut FILE, ops: *const nl_cache_ops, nlh: *const nlmsghdr, len: c_uint) {
    let mut flags = [0 as c_char; 128];
    // SAFETY: the header is whole; the buffer has the length that is said.
    unsafe {
        print!(to, c"    .nlmsg_len = %d\n", len);
        print_type(to, ops, (*nlh).nlmsg_type.into());
        let names = nl_nlmsg_flags2str((*nlh).nlmsg_flags.into(), flags.as_mut_ptr(), flags.len());
        print!(to, c"    .flags = %d <%s>\n", c_int::from((*nlh).nlmsg_flags), names);
        print!(to, c"    .seq = %d\n", (*nlh).nlmsg_seq);
        print!(to, c"    .port = %d\n", (*nlh).nlmsg_pid);
    }
}

/// How deep nests are shown: deeper than any sender nests, and no strain on the stack.
const DEEPEST: usize = 64;

unsafe fn print_attrs(to: *mut FILE, head: *const nlattr, len: c_int, level: usize) {
    // SAFETY: the attributes are `len` bytes.
    unsafe {
        let mut all = walk(head, len);
        while let Some(nla) = all.next() {
            print_attr(to, nla, level);
            let padding = nla_padlen(nla_len(nla));
            // Where the message is cut, the last one has none.
            if padding > 0 && all.remaining >= 0 {
                indent(to, level + 1);
                print!(to, c"[PADDING] %d octets\n", padding);
                let start = nla_data(nla).byte_add(nla_len(nla) as usize);
                hexdump(to, start.cast(), padding as usize, level);
            }
        }
        if all.remaining > 0 {
            indent(to, level + 1);
            print!(to, c"[LEFTOVER] %d octets\n", all.remaining);
        }
    }
}

unsafe fn print_attr(to: *mut FILE, nla: &nlattr, level: usize) {
    let (len, nested) = (nla_len(nla), nla_is_nested(nla) != 0);
    let mark = if nested { c" NESTED" } else { c"" };
    // SAFETY: the attribute is whole.
    unsafe {
        indent(to, level + 1);
        if nla.nla_type == 0 {
            print!(to, c"[ATTR PADDING] %d octets\n", len);
        } else {
            print!(to, c"[ATTR %02d%s] %d octets\n", nla_type(nla), mark.as_ptr(), len);
        }
        if nested && level < DEEPEST {
            print_attrs(to, nla_data(nla).cast(), len, level + 1);
        } else {
            hexdump(to, nla_data(nla).cast(), len as usize, level);
        }
    }
}

unsafe fn print_payload(to: *mut FILE, data: *const u8, len: usize) {
    print!(to, c"  [PAYLOAD] %zu octets\n", len);
    // SAFETY: the payload has `len` bytes.
    unsafe { hexdump(to, data, len, 0) };
}

/// What an ERROR message quotes: never more than the header, which says so.
unsafe fn print_error(to: *mut FILE, nlh: *const nlmsghdr) {
    const NONE: *const nl_cache_ops = core::ptr::null();
    print!(to, c"  [ERRORMSG] %zu octets\n", size_of::<nlmsgerr>());
    // SAFETY: the error is read only when it is whole.
    unsafe {
        if nlmsg_valid_hdr(&*nlh, size_of::<nlmsgerr>() as c_int) == 0 {
            return;
        }
        let err = nlmsg_data(nlh).cast::<nlmsgerr>();
        let text = crate::error::nl_strerror_l((*err).error.wrapping_neg());
        print!(to, c"    .error = %d \"%s\"\n", (*err).error, text);
        print!(to, c"  [ORIGINAL MESSAGE] %d octets\n", NLMSG_HDRLEN);
        print_header(to, NONE, &raw const (*err).msg, NLMSG_HDRLEN as c_uint);
    }
}

/// What follows the header, where the family is known, is attributes.
unsafe fn print_genl(to: *mut FILE, ops: *const nl_cache_ops, nlh: *const nlmsghdr) {
    // SAFETY: the header is whole, and what follows it inside the message.
    unsafe {
        let genl = &*nlmsg_data(nlh).cast::<genlmsghdr>();
        print!(to, c"  [GENERIC NETLINK HEADER] %d octets\n", GENL_HDRLEN);
        print!(to, c"    .cmd = %u\n", c_uint::from(genl.cmd));
        print!(to, c"    .version = %u\n", c_uint::from(genl.version));
        print!(to, c"    .unused = %#x\n", c_uint::from(genl.reserved));
        let (data, len) = (nlmsg_attrdata(nlh, GENL_HDRLEN), nlmsg_attrlen(&*nlh, GENL_HDRLEN));
        if !ops.is_null() {
            print_attrs(to, data, len, 0);
        } else if len > 0 {
            print_payload(to, data.cast(), len as usize);
        }
    }
}

/// What follows the header: as much of it as is known.
unsafe fn print_rest(
    to: *mut FILE,
    ops: *const nl_cache_ops,
    nlh: *const nlmsghdr,
    protocol: c_int,
) {
    // SAFETY: ops are NULL or live; what is printed is inside the message.
    unsafe {
        let (data, len) = (nlmsg_data(nlh).cast::<u8>(), nlmsg_datalen(&*nlh));
        let known = ops.as_ref().map(|ops| ops.hdrsize).filter(|header| len >= *header);
        if protocol == NETLINK_GENERIC && len >= GENL_HDRLEN {
            print_genl(to, ops, nlh);
        } else if let Some(header) = known {
            print_payload(to, data, ((header + 3) & !3).min(len) as usize);
            print_attrs(to, nlmsg_attrdata(nlh, header), nlmsg_attrlen(&*nlh, header), 0);
        } else if len > 0 {
            print_payload(to, data, len as usize);
        }
    }
}

/// Prints a message to a stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_msg_dump(msg: *const nl_msg, to: *mut FILE) {
    // SAFETY: the message is live, the stream the caller's.
    unsafe {
        let nlh = (*msg).nlh;
        let ops = nl_cache_ops_associate((*msg).protocol, (*nlh).nlmsg_type.into());
        let line =
            c"--------------------------   BEGIN NETLINK MESSAGE ---------------------------\n";
        libc::fputs(line.as_ptr(), to);
        print!(to, c"  [NETLINK HEADER] %d octets\n", NLMSG_HDRLEN);
        print_header(to, ops, nlh, (*nlh).nlmsg_len);
        if (*nlh).nlmsg_type == NLMSG_ERROR {
            print_error(to, nlh);
        } else {
            print_rest(to, ops, nlh, (*msg).protocol);
        }
        let line =
            c"---------------------------  END NETLINK MESSAGE   ---------------------------\n";
        libc::fputs(line.as_ptr(), to);
    }
}
