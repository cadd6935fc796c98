// SPDX-License-Identifier: MIT OR Apache-2.0
//! Kinds that keep a number or two: ipvlan, ppp, vrf, xfrm.

use core::ffi::{c_char, c_int};
use core::mem::offset_of;

use super::tunnel4::shown;
use super::{Line, Upper, dump_lines, kind, lines};
use crate::abi::nl_dump_params;
use crate::cache::nl_cache;
use crate::dump::dump;
use crate::error::*;
use crate::link::info::Kind;
use crate::names::{Names, names, translate};
use crate::object::*;
use crate::rows::attrs;

/// `IPVLAN_MODE_*`.
static IPVLAN_MODES: Names = names! { 0 "l2", 1 "l3" };

translate! { IPVLAN_MODES: rtnl_link_ipvlan_mode2str rtnl_link_ipvlan_str2mode; }

mod ipvlan {
    use super::*;

    #[repr(C)]
    struct Ipvlan {
        h: nl_object,
        mode: u16,
    }

    attrs! { Ipvlan { MODE = 0 "" Int(mode) = 1 } }

    static OPS: nl_object_ops = nl_object_ops {
        dump: [Some(dump), Some(dump), None],
        ..nl_object_ops::new::<Ipvlan>(c"", ATTRS)
    };

    pub(in super::super) static KIND: Kind = Kind::new(c"ipvlan", Some(&OPS));

    unsafe fn dump(obj: *mut nl_object, p: *mut nl_dump_params) {
        let mut buf = [0 as c_char; 64];
        // SAFETY: the object is of this type; the buffer has the length said.
        unsafe {
            let ipvlan = &*obj.cast::<Ipvlan>();
            if ipvlan.h.mask & MODE != 0 {
                rtnl_link_ipvlan_mode2str(ipvlan.mode.into(), buf.as_mut_ptr(), buf.len());
                dump!(p, c"ipvlan-mode %s", buf.as_ptr());
            }
        }
    }

    kind! { Ipvlan OPS "ipvlan":
        alloc rtnl_link_ipvlan_alloc;
        is rtnl_link_is_ipvlan;
        set rtnl_link_ipvlan_set_mode(u16) mode: MODE;
        out rtnl_link_ipvlan_get_mode(u16) mode: MODE, NLE_INVAL;
    }
}
pub(super) use ipvlan::KIND as IPVLAN;

mod ppp {
    use super::*;

    #[repr(C)]
    struct Ppp {
        h: nl_object,
        fd: i32,
    }

    attrs! { Ppp { FD = 0 "" Int(fd) = 1 } }

    static OPS: nl_object_ops = nl_object_ops::new::<Ppp>(c"", ATTRS);

    pub(in super::super) static KIND: Kind = Kind::new(c"ppp", Some(&OPS));

    kind! { Ppp OPS "ppp":
        alloc rtnl_link_ppp_alloc;
        set rtnl_link_ppp_set_fd(i32) fd: FD;
        out rtnl_link_ppp_get_fd(i32) fd: FD, NLE_NOATTR;
    }
}
pub(super) use ppp::KIND as PPP;

mod vrf {
    use super::*;

    #[repr(C)]
    struct Vrf {
        h: nl_object,
        table: u32,
    }

    attrs! { Vrf { TABLE = 0 "" Int(table) = 1 } }

    static OPS: nl_object_ops = nl_object_ops {
        dump: [Some(dump), Some(dump), None],
        ..nl_object_ops::new::<Vrf>(c"", ATTRS)
    };

    pub(in super::super) static KIND: Kind = Kind::new(c"vrf", Some(&OPS));

    unsafe fn dump(obj: *mut nl_object, p: *mut nl_dump_params) {
        // SAFETY: the object is of this type.
        let vrf = unsafe { &*obj.cast::<Vrf>() };
        if vrf.h.mask & TABLE != 0 {
            dump!(p, c"table-id %u", vrf.table);
        }
    }

    kind! { Vrf OPS "vrf":
        alloc rtnl_link_vrf_alloc;
        is rtnl_link_is_vrf;
        set rtnl_link_vrf_set_tableid(u32) table: TABLE;
        out rtnl_link_vrf_get_tableid(u32) table: TABLE, NLE_AGAIN;
    }
}
pub(super) use vrf::KIND as VRF;

mod xfrm {
    use super::*;

    #[repr(C)]
    struct Xfrm {
        h: nl_object,
        cache: *mut nl_cache,
        link: u32,
        if_id: u32,
    }

    attrs! { Xfrm {
        LINK = 0 "" Int(link) = 1,
        IF_ID = 1 "" Int(if_id) = 2,
    } }

    shown!(OPS Xfrm ATTRS, lines! { Xfrm:
        LINK link Link c"      link ";
        IF_ID if_id Hex c"      if_id   ";
    });

    pub(in super::super) static KIND: Kind = Kind::titled(c"xfrm", Some(&OPS), c"xfrmi : ");

    kind! { Xfrm OPS "xfrm":
        alloc rtnl_link_xfrmi_alloc;
        is rtnl_link_is_xfrmi;
        set rtnl_link_xfrmi_set_link(u32) link: LINK;
        out rtnl_link_xfrmi_get_link(u32) link: LINK, NLE_NOATTR;
        set rtnl_link_xfrmi_set_if_id(u32) if_id: IF_ID;
        out rtnl_link_xfrmi_get_if_id(u32) if_id: IF_ID, NLE_NOATTR;
    }
}
pub(super) use xfrm::KIND as XFRM;
