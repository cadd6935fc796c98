// SPDX-License-Identifier: MIT OR Apache-2.0
//! Attributes: appending them to a message. Padding is zeroed: it would carry what the buffer held.

use rnl::uapi::NLA_F_NESTED;

use crate::memory::{ATTR_HEADER, Attr, Message, Place, align};

/// The payload that fits behind a header whose length has 16 bits. Longer ones are not written.
const LONGEST: usize = u16::MAX as usize - ATTR_HEADER;

/// Appends the header of an attribute; gives the place of its payload, to be written with its padding.
#[inline]
fn append(nlh: Message, kind: u16, len: usize) -> Place {
    let attr = nlh.tail().attr();
    attr.set_len((ATTR_HEADER + len) as u16);
    attr.set_word(kind);
    nlh.set_len(nlh.len().wrapping_add((ATTR_HEADER + align(len)) as u32));
    attr.payload()
}

/// Whether a message may grow by an attribute. As in libmnl, a length that is no multiple of 4 is
/// taken as it is.
#[inline]
fn fits(nlh: Message, buflen: usize, len: usize) -> bool {
    len <= LONGEST && nlh.len() as usize + ATTR_HEADER + align(len) <= buflen
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_put(nlh: Message, kind: u16, len: usize, data: Place) {
    if len > LONGEST {
        return;
    }
    let payload = append(nlh, kind, len);
    payload.copy(data, len);
    let partial = len % 4;
    if partial != 0 {
        let word = payload.at(len - partial);
        let kept = u32::from_le(word.read()) & ((1 << (8 * partial)) - 1);
        word.write(kept.to_le());
    }
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_put_check(
    nlh: Message,
    buflen: usize,
    kind: u16,
    len: usize,
    data: Place,
) -> bool {
    let fits = fits(nlh, buflen, len);
    if fits {
        mnl_attr_put(nlh, kind, len, data);
    }
    fits
}

/// The two functions of a width of numbers; a row says how the number and its padding lie in memory.
macro_rules! numbers {
    ($($put:ident $check:ident ($number:ident: $width:ty) => $padded:expr;)*) => {$(
        #[unsafe(no_mangle)]
        extern "C" fn $put(nlh: Message, kind: u16, $number: $width) {
            append(nlh, kind, size_of::<$width>()).write($padded);
        }

        #[unsafe(no_mangle)]
        extern "C" fn $check(nlh: Message, buflen: usize, kind: u16, $number: $width) -> bool {
            let fits = fits(nlh, buflen, size_of::<$width>());
            if fits {
                $put(nlh, kind, $number);
            }
            fits
        }
    )*};
}

numbers! {
    mnl_attr_put_u8 mnl_attr_put_u8_check (n: u8) => u32::from(n).to_le();
    mnl_attr_put_u16 mnl_attr_put_u16_check (n: u16) => u32::from(n.to_le()).to_le();
    mnl_attr_put_u32 mnl_attr_put_u32_check (n: u32) => n;
    mnl_attr_put_u64 mnl_attr_put_u64_check (n: u64) => n;
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_put_str(nlh: Message, kind: u16, data: Place) {
    mnl_attr_put(nlh, kind, data.string_len(), data);
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_put_strz(nlh: Message, kind: u16, data: Place) {
    mnl_attr_put(nlh, kind, data.string_len() + 1, data);
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_put_str_check(nlh: Message, buflen: usize, kind: u16, data: Place) -> bool {
    mnl_attr_put_check(nlh, buflen, kind, data.string_len(), data)
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_put_strz_check(nlh: Message, buflen: usize, kind: u16, data: Place) -> bool {
    mnl_attr_put_check(nlh, buflen, kind, data.string_len() + 1, data)
}

/// The length is written when the nest ends.
#[unsafe(no_mangle)]
extern "C" fn mnl_attr_nest_start(nlh: Message, kind: u16) -> Attr {
    let nest = nlh.tail().attr();
    nest.set_word(kind | NLA_F_NESTED);
    nlh.set_len(nlh.len().wrapping_add(ATTR_HEADER as u32));
    nest
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_nest_start_check(nlh: Message, buflen: usize, kind: u16) -> Attr {
    if fits(nlh, buflen, 0) { mnl_attr_nest_start(nlh, kind) } else { Place::NULL.attr() }
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_nest_end(nlh: Message, start: Attr) {
    match u16::try_from(nlh.tail().since(start.place())) {
        Ok(len) => start.set_len(len),
        Err(_) => mnl_attr_nest_cancel(nlh, start),
    }
}

#[unsafe(no_mangle)]
extern "C" fn mnl_attr_nest_cancel(nlh: Message, start: Attr) {
    let nest = nlh.tail().since(start.place());
    nlh.set_len(nlh.len().wrapping_sub(nest as u32));
}
