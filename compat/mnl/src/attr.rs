// SPDX-License-Identifier: MIT OR Apache-2.0
//! Attributes: reading and walking them.

use core::ffi::{c_int, c_uint};

use crate::callback::OK;
use crate::errno::fail;
use crate::memory::{ATTR_HEADER, Attr, Message, Place, align};

/// `mnl_attr_cb_t`. What it throws, in C++, passes through as with `mnl_cb_t`.
pub(crate) type AttrCallback = Option<unsafe extern "C" fn(Attr, Place) -> c_int>;

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_get_type(attr: Attr) -> u16 {
    attr.kind()
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_get_len(attr: Attr) -> u16 {
    attr.len()
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_get_payload_len(attr: Attr) -> u16 {
    attr.payload_len()
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_get_payload(attr: Attr) -> Place {
    attr.payload()
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_get_str(attr: Attr) -> Place {
    attr.payload()
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_get_u8(attr: Attr) -> u8 {
    attr.payload().read()
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_get_u16(attr: Attr) -> u16 {
    attr.payload().read()
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_get_u32(attr: Attr) -> u32 {
    attr.payload().read()
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_get_u64(attr: Attr) -> u64 {
    attr.payload().read()
}

/// All bits set for a payload that is no number: 1, 2, 4 and 8 bytes are.
#[unsafe(no_mangle)]
extern "C" fn mnl_attr_get_uint(attr: Attr) -> u64 {
    let payload = attr.payload();
    match attr.payload_len() {
        1 => payload.read::<u8>().into(),
        2 => payload.read::<u16>().into(),
        4 => payload.read::<u32>().into(),
        8 => payload.read(),
        _ => u64::MAX,
    }
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_ok(attr: Attr, len: c_int) -> bool {
    attr.is_whole(len as isize)
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_next(attr: Attr) -> Attr {
    attr.next()
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_parse(nlh: Message, offset: c_uint, cb: AttrCallback, data: Place) -> c_int {
    walk(nlh.payload().at(align(offset as usize)), nlh, cb, data)
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_parse_nested(nest: Attr, cb: AttrCallback, data: Place) -> c_int {
    walk(nest.payload(), nest, cb, data)
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_parse_payload(
    payload: Place,
    payload_len: usize,
    cb: AttrCallback,
    data: Place,
) -> c_int {
    walk(payload, payload.at(payload_len), cb, data)
}

/// What attributes are inside of.
trait Container: Copy {
    /// The bytes from an attribute to the end, read anew each time: callbacks shorten messages.
    fn rest(self, attr: Attr) -> isize;
}

impl Container for Message {
    /// As in libmnl an attribute may end in the message's padding, but it does not begin there, where the
    /// program's memory may end. Nothing is in a message of 2 GiB, whose length is a negative i32.
    #[inline]
    fn rest(self, attr: Attr) -> isize {
        let rest = self.len() as i32 as isize - attr.place().since(self.place());
        if rest < ATTR_HEADER as isize { 0 } else { align(rest as usize) as isize }
    }
}

impl Container for Attr {
    /// Nothing is in a nest shorter than its header, the length of whose payload would wrap.
    #[inline]
    fn rest(self, attr: Attr) -> isize {
        self.len() as isize - attr.place().since(self.place())
    }
}

/// The end itself.
impl Container for Place {
    #[inline]
    fn rest(self, attr: Attr) -> isize {
        self.since(attr.place())
    }
}

/// Calls `cb` for each attribute up to the first that is damaged, or until `cb` says 0 or less.
#[inline]
fn walk<T: Container>(start: Place, container: T, cb: AttrCallback, data: Place) -> c_int {
    let Some(cb) = cb else { return fail(libc::EINVAL) };
    let (mut attr, mut last) = (start.attr(), OK);
    while attr.is_whole(container.rest(attr)) {
        // SAFETY: the program's own function, called with a whole attribute and its own data.
        last = unsafe { cb(attr, data) };
        if last <= 0 {
            break;
        }
        attr = attr.next();
    }
    last
}
