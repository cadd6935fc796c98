// SPDX-License-Identifier: MIT OR Apache-2.0
//! Bonds and teams: links that others are made ports of.

use core::ffi::{CStr, c_char, c_int};

use crate::link::info;
use crate::link::object::{rtnl_link, rtnl_link_get_name};
use crate::link::request::enslaves;
use crate::socket::nl_sock;

/// Makes the kernel have a master. The options give it a name, if the caller does not.
unsafe fn add(
    sock: *mut nl_sock,
    kind: &CStr,
    name: *const c_char,
    options: *mut rtnl_link,
) -> c_int {
    // SAFETY: the socket is live; name and options are NULL or live.
    unsafe {
        let name = match options.as_mut() {
            Some(options) if name.is_null() => rtnl_link_get_name(options),
            _ => name.cast_mut(),
        };
        info::add(sock, info::alloc(kind), name)
    }
}

macro_rules! masters {
    ($($kind:literal $alloc:ident $add:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $alloc() -> *mut rtnl_link {
                // SAFETY: the name is a string.
                unsafe { info::alloc($kind) }
            }
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $add(sock: *mut nl_sock, name: *const c_char, options: *mut rtnl_link) -> c_int {
                // SAFETY: the socket is live; name and options are NULL or live.
                unsafe { add(sock, $kind, name, options) }
            }
        )*
    };
}

masters! {
    c"bond" rtnl_link_bond_alloc rtnl_link_bond_add;
    c"team" rtnl_link_team_alloc rtnl_link_team_add;
}

enslaves!(Some(c"bond"), rtnl_link_bond_enslave_ifindex rtnl_link_bond_enslave rtnl_link_bond_release_ifindex rtnl_link_bond_release);
