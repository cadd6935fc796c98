// SPDX-License-Identifier: MIT OR Apache-2.0
//! Numbers that have names: address families, protocols and the like.
//!
//! A table of names is one string: pointers would each cost a relocation when the library is loaded.

use core::ffi::{CStr, c_char, c_int};

use crate::table::{number_of, write_flags, write_name};

/// Lines of number, blank and name, each closed by a NUL.
pub(crate) struct Names(pub(crate) &'static str);

/// A [`Names`] from pairs of number and name.
macro_rules! names {
    ($($number:literal $name:literal),* $(,)?) => {
        $crate::names::Names(concat!($($number, " ", $name, "\0"),*))
    };
}
pub(crate) use names;

impl Names {
    /// Each number with its name, which is a C string too.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (i64, &'static CStr)> {
        let mut rest = self.0.as_bytes();
        // The library's own `split_inclusive` could panic, for all that the compiler knows.
        let lines = core::iter::from_fn(move || {
            let end = rest.iter().position(|&b| b == 0)?;
            let (line, more) = rest.split_at_checked(end + 1)?;
            rest = more;
            Some(line)
        });
        lines.filter_map(|line| {
            let at = line.iter().position(|&b| b == b' ')?;
            let (number, name) = line.split_at_checked(at)?;
            Some((decimal(number), CStr::from_bytes_with_nul(name.get(1..)?).ok()?))
        })
    }

    /// The name of a number.
    pub(crate) fn name(&self, number: i64) -> Option<&'static CStr> {
        self.pairs().find(|(n, _)| *n == number).map(|(_, name)| name)
    }

    /// Writes the name into the caller's buffer, or the number in hexadecimal digits; returns the buffer.
    pub(crate) unsafe fn to_str(&self, number: c_int, buf: *mut c_char, len: usize) -> *mut c_char {
        // SAFETY: the buffer has `len` bytes, by the caller's promise.
        unsafe { write_name(self.pairs(), number, buf, len) }
    }

    /// The number of a name in whatever case, or that the text spells out; else a negative error.
    pub(crate) unsafe fn number(&self, text: *const c_char) -> c_int {
        // SAFETY: the text is a string, by the caller's promise.
        unsafe { number_of(self.pairs(), text) }
    }

    /// The bits that a text names, commas between them.
    pub(crate) unsafe fn bits(&self, text: *const c_char) -> c_int {
        // SAFETY: the text is a string, by the caller's promise.
        unsafe { crate::table::bits_of(|| self.pairs(), text) }
    }

    /// The names of the bits that are set, commas between them.
    pub(crate) unsafe fn flags(&self, bits: u64, buf: *mut c_char, len: usize) -> *mut c_char {
        // SAFETY: the buffer has `len` bytes, by the caller's promise.
        unsafe { write_flags(self.pairs(), bits, buf, len) };
        buf
    }
}

fn decimal(text: &[u8]) -> i64 {
    let (sign, digits) = match text.strip_prefix(b"-") {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    digits.iter().fold(0, |n: i64, &b| n.wrapping_mul(10).wrapping_add(i64::from(b) - 48)) * sign
}

/// The number that the whole of `text` is, in C's notation.
pub(crate) unsafe fn spelled(text: *const c_char) -> Option<c_int> {
    let mut end = core::ptr::null_mut();
    // SAFETY: the text is a string, by the caller's promise; strtoul leaves `end` inside it.
    unsafe {
        let number = libc::strtoul(text, &mut end, 0);
        (number != core::ffi::c_ulong::MAX && *end == 0).then_some(number as c_int)
    }
}

/// `NETLINK_*`.
pub(crate) static FAMILIES: Names = names! {
    0 "route", 2 "usersock", 3 "firewall", 4 "inetdiag", 5 "nflog", 6 "xfrm", 7 "selinux",
    8 "iscsi", 9 "audit", 10 "fib_lookup", 11 "connector", 12 "netfilter", 13 "ip6_fw",
    14 "dnrtmsg", 15 "kobject_uevent", 16 "generic", 18 "scsitransport", 19 "ecryptfs", 20 "rdma",
    21 "crypto",
};

/// `AF_*`.
pub(crate) static AF: Names = names! {
    0 "unspec", 1 "unix", 2 "inet", 3 "ax25", 4 "ipx", 5 "appletalk", 6 "netrom", 7 "bridge",
    8 "atmpvc", 9 "x25", 10 "inet6", 11 "rose", 12 "decnet", 13 "netbeui", 14 "security",
    15 "key", 16 "netlink", 17 "packet", 18 "ash", 19 "econet", 20 "atmsvc", 21 "rds", 22 "sna",
    23 "irda", 24 "pppox", 25 "wanpipe", 26 "llc", 28 "mpls", 29 "can", 30 "tipc", 31 "bluetooth",
    32 "iucv", 33 "rxrpc", 34 "isdn", 35 "phonet", 36 "ieee802154", 37 "caif", 38 "alg", 39 "nfc",
    40 "vsock",
};

/// Types of control messages.
pub(crate) static MSGTYPES: Names = names! {
    1 "NOOP", 2 "ERROR", 3 "DONE", 4 "OVERRUN",
};

/// `NLM_F_*`.
pub(crate) static MSGFLAGS: Names = names! {
    1 "REQUEST", 2 "MULTI", 4 "ACK", 8 "ECHO", 256 "ROOT", 512 "MATCH", 1024 "ATOMIC",
    2048 "APPEND",
};

/// `ARPHRD_*`.
pub(crate) static LLPROTO: Names = names! {
    0 "generic", 1 "ether", 2 "eether", 3 "ax25", 4 "pronet", 5 "chaos", 6 "ieee802", 7 "arcnet",
    8 "atalk", 15 "dlci", 19 "atm", 23 "metricom", 24 "ieee1394", 27 "eui64", 32 "infiniband",
    256 "slip", 257 "cslip", 258 "slip6", 259 "cslip6", 260 "rsrvd", 264 "adapt", 270 "rose",
    271 "x25", 272 "hwx25", 280 "can", 512 "ppp", 513 "cisco", 516 "lapb", 517 "ddcmp",
    518 "rawhdlc", 768 "ipip", 769 "tunnel6", 770 "frad", 771 "skip", 772 "loopback",
    773 "localtlk", 774 "fddi", 775 "bif", 776 "sit", 777 "ip/ddp", 778 "gre", 779 "pimreg",
    780 "hippi", 781 "ash", 782 "econet", 783 "irda", 784 "fcpp", 785 "fcal", 786 "fcpl",
    787 "fcfb_0", 788 "fcfb_1", 789 "fcfb_2", 790 "fcfb_3", 791 "fcfb_4", 792 "fcfb_5",
    793 "fcfb_6", 794 "fcfb_7", 795 "fcfb_8", 796 "fcfb_9", 797 "fcfb_10", 798 "fcfb_11",
    799 "fcfb_12", 800 "tr", 801 "ieee802.11", 802 "ieee802.11_prism", 803 "ieee802.11_radiotap",
    804 "ieee802.15.4", 805 "ieee802.15.4_monitor", 820 "phonet", 821 "phonet_pipe", 822 "caif",
    823 "ip6gre", 824 "netlink", 825 "6lowpan", 65534 "nohdr", 65535 "void",
};

/// `ETH_P_*`.
pub(crate) static ETHER: Names = names! {
    1 "802.3", 2 "ax25", 3 "all", 4 "802.2", 5 "snap", 6 "ddcmp", 7 "wan_ppp", 8 "ppp_mp",
    9 "localtalk", 12 "can", 16 "ppptalk", 17 "tr_802.2", 21 "mobitex", 22 "control", 23 "irda",
    24 "econet", 25 "hdlc", 26 "arcnet", 27 "dsa", 28 "trailer", 96 "loop", 245 "phonet",
    246 "ieee802154", 247 "caif", 512 "pup", 513 "pupat", 2048 "ip", 2053 "x25", 2054 "arp",
    2303 "bpq", 2560 "ieeepup", 2561 "ieeepupat", 24576 "dec", 24577 "dna_dl", 24578 "dna_rc",
    24579 "dna_rt", 24580 "lat", 24581 "diag", 24582 "cust", 24583 "sca", 25944 "teb",
    32821 "rarp", 32923 "atalk", 33011 "aarp", 33024 "802.1q", 33079 "ipx", 34525 "ipv6",
    34824 "pause", 34825 "slow", 34878 "wccp", 34887 "mpls_uc", 34888 "mpls_mc", 34892 "atmmpoa",
    34915 "ppp_disc", 34916 "ppp_ses", 34924 "link_ctl", 34948 "atmfate", 34958 "pae",
    34978 "aoe", 35018 "tipc", 35063 "ieee1588", 35078 "fcoe", 35092 "fip", 56026 "edsa",
};

/// `fn to_str(number, buf, len)` and `fn number(text)` of a table.
macro_rules! translate {
    ($($table:ident: $to_str:ident $number:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $to_str(number: c_int, buf: *mut c_char, len: usize) -> *mut c_char {
                // SAFETY: the caller's buffer has `len` bytes.
                unsafe { $table.to_str(number, buf, len) }
            }
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $number(text: *const c_char) -> c_int {
                // SAFETY: the caller's text is a string.
                unsafe { $table.number(text) }
            }
        )*
    };
}
pub(crate) use translate;

/// `fn flags_to_str(bits, buf, len)` and `fn bits(text)` of a table.
macro_rules! translate_flags {
    ($($table:ident: $to_str:ident $bits:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $to_str(bits: c_int, buf: *mut c_char, len: usize) -> *mut c_char {
                // SAFETY: the caller's buffer has `len` bytes.
                unsafe { $table.flags(u64::from(bits as u32), buf, len) }
            }
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $bits(text: *const c_char) -> c_int {
                // SAFETY: the caller's text is a string.
                unsafe { $table.bits(text) }
            }
        )*
    };
}
pub(crate) use translate_flags;

translate! {
    FAMILIES: nl_nlfamily2str nl_str2nlfamily;
    MSGTYPES: nl_nlmsgtype2str nl_str2nlmsgtype;
    LLPROTO: nl_llproto2str nl_str2llproto;
    ETHER: nl_ether_proto2str nl_str2ether_proto;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_af2str(family: c_int, buf: *mut c_char, len: usize) -> *mut c_char {
    // SAFETY: the caller's buffer has `len` bytes.
    unsafe { AF.to_str(family, buf, len) }
}

/// The number of a family, or the negative errno: alone among its kind, libnl's has no `NLE_*` here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_str2af(text: *const c_char) -> c_int {
    // SAFETY: the caller's text is a string.
    let family = unsafe { AF.number(text) };
    if family < 0 { -libc::EINVAL } else { family }
}

/// The names of a message's flags; what has none in hexadecimal digits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_nlmsg_flags2str(
    flags: c_int,
    buf: *mut c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: the caller's buffer has `len` bytes.
    unsafe {
        let (left, used) = write_flags(MSGFLAGS.pairs(), u64::from(flags as u32), buf, len);
        if left != 0 && used < len {
            libc::snprintf(buf.add(used), len - used, c"0x%x".as_ptr(), left as u32);
        }
    }
    buf
}
