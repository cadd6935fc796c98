// SPDX-License-Identifier: MIT OR Apache-2.0
//! The program's memory. These types are pointers to C, and come from C alone: whoever calls a function
//! of libmnl vouches that a message or an attribute is there, as far as the function's contract says.
//!
//! Nothing is remembered between two reads, as callbacks may write to what is being walked.

use core::ffi::c_int;
use core::slice;

use rnl::uapi::NLA_TYPE_MASK;
use rnl::wire::{Attr as View, Header, Message as Datagram};

/// Bytes of `struct nlattr`.
pub(crate) const ATTR_HEADER: usize = 4;

/// A place in the program's memory: `void *`. Not aligned, as far as anybody knows.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(*mut u8);

/// `struct nlmsghdr *`
#[repr(transparent)]
#[derive(Clone, Copy)]
pub(crate) struct Message(Place);

/// `struct nlattr *`
#[repr(transparent)]
#[derive(Clone, Copy)]
pub(crate) struct Attr(Place);

/// What lies in memory as plain bytes: reading any of them gives a value.
pub(crate) trait Plain: Copy {}
impl Plain for u8 {}
impl Plain for u16 {}
impl Plain for u32 {}
impl Plain for u64 {}
impl Plain for i32 {}
impl Plain for [u8; 4] {}

/// `len` with the padding that follows it. It wraps as the macro of libmnl's header does.
#[inline]
pub(crate) const fn align(len: usize) -> usize {
    len.wrapping_add(3) & !3
}

impl Place {
    pub(crate) const NULL: Place = Place(core::ptr::null_mut());

    #[inline]
    pub(crate) fn is_null(self) -> bool {
        self.0.is_null()
    }

    #[inline]
    pub(crate) fn at(self, offset: usize) -> Place {
        Place(self.0.wrapping_add(offset))
    }

    /// Bytes from `other` to here; negative if it is behind.
    #[inline]
    pub(crate) fn since(self, other: Place) -> isize {
        self.0.addr().wrapping_sub(other.0.addr()) as isize
    }

    #[inline]
    pub(crate) fn read<T: Plain>(self) -> T {
        // SAFETY: the caller of libmnl vouches for the place; any bytes are a T.
        unsafe { self.0.cast::<T>().read_unaligned() }
    }

    #[inline]
    pub(crate) fn write<T: Plain>(self, value: T) {
        // SAFETY: the caller of libmnl vouches for the place.
        unsafe { self.0.cast::<T>().write_unaligned(value) }
    }

    /// `len` bytes, to be looked at before anything else may write to them.
    #[inline]
    pub(crate) fn bytes<'a>(self, len: usize) -> &'a [u8] {
        // SAFETY: the caller of libmnl vouches for so many bytes; nobody keeps the slice across a callback.
        unsafe { slice::from_raw_parts(self.0, len) }
    }

    #[inline]
    pub(crate) fn fill_with_zeros(self, len: usize) {
        // SAFETY: the caller of libmnl vouches for so much room.
        unsafe { self.0.write_bytes(0, len) }
    }

    /// Copies `len` bytes from `data`, which may be where they already are.
    #[inline]
    pub(crate) fn copy(self, data: Place, len: usize) {
        // SAFETY: the caller of libmnl vouches for so much room here and so many bytes there.
        unsafe { libc::memcpy(self.0.cast(), data.0.cast(), len) };
    }

    /// Moves `len` bytes from `data`, which may overlap.
    pub(crate) fn take(self, data: Place, len: usize) {
        // SAFETY: the caller of libmnl vouches for so much room here and so many bytes there.
        unsafe { libc::memmove(self.0.cast(), data.0.cast(), len) };
    }

    /// Length of the string that starts here.
    #[inline]
    pub(crate) fn string_len(self) -> usize {
        // SAFETY: the caller of libmnl passes a string with its NUL.
        unsafe { libc::strlen(self.0.cast()) }
    }

    pub(crate) fn message(self) -> Message {
        Message(self)
    }

    #[inline]
    pub(crate) fn attr(self) -> Attr {
        Attr(self)
    }

    pub(crate) fn raw<T>(self) -> *mut T {
        self.0.cast()
    }
}

impl<T> From<*mut T> for Place {
    fn from(raw: *mut T) -> Place {
        Place(raw.cast())
    }
}

impl Message {
    #[inline]
    pub(crate) fn place(self) -> Place {
        self.0
    }

    #[inline]
    pub(crate) fn len(self) -> u32 {
        self.0.read()
    }

    #[inline]
    pub(crate) fn set_len(self, len: u32) {
        self.0.write(len);
    }

    pub(crate) fn seq(self) -> u32 {
        self.0.at(8).read()
    }

    pub(crate) fn port(self) -> u32 {
        self.0.at(12).read()
    }

    /// The length with its padding, which wraps at 32 bits as in libmnl.
    #[inline]
    pub(crate) fn aligned_len(self) -> u32 {
        self.len().wrapping_add(3) & !3
    }

    /// Where the next attribute goes.
    #[inline]
    pub(crate) fn tail(self) -> Place {
        self.0.at(self.aligned_len() as usize)
    }

    #[inline]
    pub(crate) fn payload(self) -> Place {
        self.0.at(Header::LEN)
    }

    /// Its header, if all of the message is in `rest` bytes.
    #[inline]
    pub(crate) fn whole(self, rest: c_int) -> Option<Header> {
        if rest < Header::LEN as c_int {
            return None;
        }
        Datagram::split(self.0.bytes(rest as usize)).ok().map(|(message, _)| message.header())
    }

    /// What follows it, with the bytes that are left there.
    #[inline]
    pub(crate) fn next(self, rest: c_int) -> (Message, c_int) {
        (Message(self.tail()), rest.wrapping_sub_unsigned(self.aligned_len()))
    }
}

impl Attr {
    #[inline]
    pub(crate) fn place(self) -> Place {
        self.0
    }

    /// `nla_len`
    #[inline]
    pub(crate) fn len(self) -> u16 {
        self.0.read()
    }

    #[inline]
    pub(crate) fn set_len(self, len: u16) {
        self.0.write(len);
    }

    /// `nla_type`, flags and all
    #[inline]
    pub(crate) fn word(self) -> u16 {
        self.0.at(2).read()
    }

    #[inline]
    pub(crate) fn set_word(self, word: u16) {
        self.0.at(2).write(word);
    }

    #[inline]
    pub(crate) fn kind(self) -> u16 {
        self.word() & NLA_TYPE_MASK
    }

    #[inline]
    pub(crate) fn payload(self) -> Place {
        self.0.at(ATTR_HEADER)
    }

    /// Wraps below the header's size, as in libmnl.
    #[inline]
    pub(crate) fn payload_len(self) -> u16 {
        self.len().wrapping_sub(ATTR_HEADER as u16)
    }

    /// Whether all of it is in `rest` bytes.
    #[inline]
    pub(crate) fn is_whole(self, rest: isize) -> bool {
        rest >= ATTR_HEADER as isize && View::split(self.0.bytes(rest as usize), 0).is_some()
    }

    #[inline]
    pub(crate) fn next(self) -> Attr {
        Attr(self.0.at(align(self.len().into())))
    }
}
