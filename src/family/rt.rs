// SPDX-License-Identifier: MIT OR Apache-2.0
//! The fixed headers of rtnetlink, named and laid out as in the kernel's headers.

use crate::wire::Fixed;

/// Writes a struct of the kernel's headers: its fields in order, without gaps but for those named.
macro_rules! fixed {
    ($(#[$about:meta])* $name:ident, $len:literal { $($(#[$what:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$about])*
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$what])* pub $field: $type,)+
        }

        impl Fixed for $name {
            const LEN: usize = $len;

            fn read(body: &[u8]) -> Self {
                let bytes: [u8; $len] = crate::wire::fixed(body);
                let mut rest = &bytes[..];
                $(let $field = take!($type, rest);)+
                let _ = rest;
                $name { $($field),+ }
            }

            fn write(&self, out: &mut [u8]) {
                let fields = [$(&self.$field.to_ne_bytes()[..]),+];
                let bytes = fields.into_iter().flatten();
                out.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            }
        }
    };
}

/// The integer at the start of `rest`, which moves on.
macro_rules! take {
    ($type:ty, $rest:ident) => {
        match $rest.split_first_chunk() {
            Some((bytes, after)) => {
                $rest = after;
                <$type>::from_ne_bytes(*bytes)
            }
            None => 0,
        }
    };
}

fixed! {
    /// `struct ifinfomsg`: a link.
    ifinfomsg, 16 {
        /// AF_UNSPEC, or AF_BRIDGE for a bridge's ports.
        family: u8,
        /// Padding.
        pad: u8,
        /// ARPHRD_*
        kind: u16,
        /// Index of the link.
        index: i32,
        /// IFF_*
        flags: u32,
        /// Which of `flags` to change.
        change: u32,
    }
}

fixed! {
    /// `struct ifaddrmsg`: an address of a link.
    ifaddrmsg, 8 {
        /// AF_INET or AF_INET6.
        family: u8,
        /// Bits of the network's prefix.
        prefixlen: u8,
        /// IFA_F_*, the first eight.
        flags: u8,
        /// RT_SCOPE_*
        scope: u8,
        /// Index of the link.
        index: u32,
    }
}

fixed! {
    /// `struct rtmsg`: a route.
    rtmsg, 12 {
        /// AF_INET, AF_INET6, AF_MPLS ...
        family: u8,
        /// Bits of the destination's prefix.
        dst_len: u8,
        /// Bits of the source's prefix.
        src_len: u8,
        /// Type of service.
        tos: u8,
        /// RT_TABLE_*; RTA_TABLE holds numbers above 255.
        table: u8,
        /// RTPROT_*
        protocol: u8,
        /// RT_SCOPE_*
        scope: u8,
        /// RTN_*
        kind: u8,
        /// RTM_F_*
        flags: u32,
    }
}

fixed! {
    /// `struct ndmsg`: a neighbour.
    ndmsg, 12 {
        /// AF_INET, AF_INET6, AF_BRIDGE.
        family: u8,
        /// Padding.
        pad1: u8,
        /// Padding.
        pad2: u16,
        /// Index of the link.
        ifindex: i32,
        /// NUD_*
        state: u16,
        /// NTF_*
        flags: u8,
        /// RTN_*
        kind: u8,
    }
}

fixed! {
    /// `struct genlmsghdr`: a message of a generic family.
    genlmsghdr, 4 {
        /// The command.
        cmd: u8,
        /// Version of the family's interface; 1 for nearly all.
        version: u8,
        /// Must be 0.
        reserved: u16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structs_survive_the_wire() {
        let link = ifinfomsg { family: 7, pad: 0, kind: 1, index: -2, flags: 3, change: u32::MAX };
        let mut bytes = [0; ifinfomsg::LEN];
        link.write(&mut bytes);
        assert_eq!(ifinfomsg::read(&bytes), link);
        assert_eq!(ifinfomsg::read(&bytes[..8]), ifinfomsg { flags: 0, change: 0, ..link });
    }
}
