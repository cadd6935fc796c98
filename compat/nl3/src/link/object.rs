// SPDX-License-Identifier: MIT OR Apache-2.0
//! The object `route/link` and what can be set and got of it.

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::null_mut;

use super::info::Kind;
use super::stats::Stats;
use super::uapi::*;
use super::vf::{self, rtnl_link_vf};
use super::{af, dump, info};
use crate::addr::nl_addr;
use crate::data::{nl_data, nl_data_clone, nl_data_free};
use crate::error::*;
use crate::mem;
use crate::object::*;
use crate::rows::{Flags, How, accessors, attrs};
use crate::slot::Slot;

/// A link.
#[repr(C)]
pub struct rtnl_link {
    pub(super) h: nl_object,
    pub(super) family: c_int,
    pub(super) index: c_int,
    pub(super) flags: Flags,
    pub(super) change: u32,
    pub(super) mtu: u32,
    pub(super) link: c_int,
    pub(super) master: c_int,
    pub(super) netnsid: i32,
    pub(super) txqlen: u32,
    pub(super) weight: u32,
    pub(super) group: u32,
    pub(super) promiscuity: u32,
    pub(super) num_vf: u32,
    pub(super) tx_queues: u32,
    pub(super) rx_queues: u32,
    pub(super) gso_segs: u32,
    pub(super) gso_size: u32,
    pub(super) carrier_changes: u32,
    pub(super) ns_fd: c_int,
    pub(super) ns_pid: c_int,
    pub(super) arptype: u32,
    pub(super) irq: u16,
    pub(super) operstate: u8,
    pub(super) linkmode: u8,
    pub(super) carrier: u8,
    pub(super) name: [c_char; 16],
    pub(super) qdisc: [c_char; 32],
    pub(super) port_name: [c_char; 16],
    pub(super) addr: Slot,
    pub(super) broadcast: Slot,
    pub(super) alias: *mut c_char,
    pub(super) port_id: *mut nl_data,
    pub(super) switch_id: *mut nl_data,
    pub(super) stats: Stats,
    /// What kind of link it is, of what kind that is where it is one of ours, and what that kind has to say.
    pub(super) kind_name: *mut c_char,
    pub(super) kind: Option<&'static Kind>,
    pub(super) info: *mut nl_object,
    pub(super) slave_kind: *mut c_char,
    /// What address families keep of it, in the order of [`af::ALL`].
    pub(super) af: [*mut nl_object; af::COUNT],
    /// Which of them the link is of.
    pub(super) af_family: Option<usize>,
    /// The first of its virtual functions.
    pub(super) vfs: *mut rtnl_link_vf,
}

attrs! { rtnl_link {
    MTU = 0 "mtu" Int(mtu) = IFLA_MTU,
    LINK = 1 "link" Int(link) = IFLA_LINK,
    TXQLEN = 2 "txqlen" Int(txqlen) = IFLA_TXQLEN,
    WEIGHT = 3 "weight" Int(weight) = IFLA_WEIGHT,
    MASTER = 4 "master" Int(master) = IFLA_MASTER,
    QDISC = 5 "qdisc" Text(qdisc) = IFLA_QDISC,
    MAP = 6 "map" Aside(irq),
    ADDR = 7 "address" LlAddr(addr) = IFLA_ADDRESS,
    BROADCAST = 8 "broadcast" LlAddr(broadcast) = IFLA_BROADCAST,
    FLAGS = 9 "flags" Flags(flags),
    IFNAME = 10 "name" Text(name) = IFLA_IFNAME,
    IFINDEX = 11 "ifindex" Int(index),
    FAMILY = 12 "family" Int(family),
    ARPTYPE = 13 "arptype" Aside(arptype),
    STATS = 14 "stats" Aside(stats),
    CHANGE = 15 "change" Aside(change),
    OPERSTATE = 16 "operstate" Int(operstate) = IFLA_OPERSTATE,
    LINKMODE = 17 "linkmode" Int(linkmode) = IFLA_LINKMODE,
    LINKINFO = 18 "" Aside,
    IFALIAS = 19 "ifalias" Str(alias) = IFLA_IFALIAS,
    NUM_VF = 20 "num_vf" Int(num_vf) = IFLA_NUM_VF,
    PROMISCUITY = 21 "promiscuity" Int(promiscuity) = IFLA_PROMISCUITY,
    TX_QUEUES = 22 "num_tx_queues" Int(tx_queues) = IFLA_NUM_TX_QUEUES,
    RX_QUEUES = 23 "num_rx_queues" Int(rx_queues) = IFLA_NUM_RX_QUEUES,
    GSO_SEGS = 33 "gso_max_segs" Aside(gso_segs) = IFLA_GSO_MAX_SEGS,
    GSO_SIZE = 34 "gso_max_size" Aside(gso_size) = IFLA_GSO_MAX_SIZE,
    GROUP = 24 "group" Int(group) = IFLA_GROUP,
    CARRIER = 25 "carrier" Aside(carrier) = IFLA_CARRIER,
    CARRIER_CHANGES = 35 "carrier_changes" Aside(carrier_changes) = IFLA_CARRIER_CHANGES,
    PROTINFO = 26 "" Aside,
    AF_SPEC = 27 "" Aside,
    PORT_ID = 28 "phys_port_id" Aside(port_id),
    PORT_NAME = 36 "phys_port_name" Aside(port_name),
    SWITCH_ID = 37 "phys_switch_id" Aside(switch_id),
    NS_FD = 29 "ns_fd" Aside(ns_fd) = IFLA_NET_NS_FD,
    NS_PID = 30 "ns_pid" Aside(ns_pid) = IFLA_NET_NS_PID,
    VF_LIST = 38 "" Aside(vfs),
    NETNSID = 32 "link_netnsid" Int(netnsid) = IFLA_LINK_NETNSID,
} }

pub(super) static OPS: nl_object_ops = nl_object_ops {
    id_attrs: (IFINDEX | FAMILY) as u32,
    keys: (IFINDEX | FAMILY) as u32,
    names: NAMES,
    free: Some(free),
    clone: Some(clone),
    compare: Some(compare),
    dump: [Some(dump::brief), Some(dump::details), Some(dump::stats)],
    ..nl_object_ops::new::<rtnl_link>(c"route/link", ATTRS)
};

/// A name is what links are found by in their cache.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_set_name(link: &mut rtnl_link, name: *const c_char) {
    // SAFETY: the name is a string, and the cache that a link is in live.
    unsafe {
        mem::set_text(&mut link.name, name);
        link.h.mask |= IFNAME;
        if let Some(cache) = link.h.cache().as_mut() {
            cache.names.forget();
        }
    }
}

accessors! { rtnl_link:
    chars rtnl_link_get_name() name: IFNAME;
    text rtnl_link_set_qdisc() qdisc: QDISC;
    chars rtnl_link_get_qdisc() qdisc: QDISC;
    set rtnl_link_set_group(u32) group: GROUP;
    get rtnl_link_get_group() -> u32 = group;
    flags rtnl_link_set_flags(c_uint) flags: FLAGS;
    unflags rtnl_link_unset_flags(c_uint) flags: FLAGS;
    set rtnl_link_set_mtu(c_uint) mtu: MTU;
    get rtnl_link_get_mtu() -> c_uint = mtu;
    set rtnl_link_set_txqlen(c_uint) txqlen: TXQLEN;
    get rtnl_link_get_txqlen() -> c_uint = txqlen;
    set rtnl_link_set_weight(c_uint) weight: WEIGHT;
    get rtnl_link_get_weight() -> c_uint = weight;
    set rtnl_link_set_ifindex(c_int) index: IFINDEX;
    get rtnl_link_get_ifindex() -> c_int = index;
    get rtnl_link_get_family() -> c_int = family;
    set rtnl_link_set_arptype(c_uint) arptype: ARPTYPE;
    get rtnl_link_get_arptype() -> c_uint = arptype: ARPTYPE, 0xffff;
    slot rtnl_link_get_addr() addr: ADDR;
    slot rtnl_link_get_broadcast() broadcast: BROADCAST;
    set rtnl_link_set_link(c_int) link: LINK;
    get rtnl_link_get_link() -> c_int = link;
    set rtnl_link_set_master(c_int) master: MASTER;
    get rtnl_link_get_master() -> c_int = master;
    set rtnl_link_set_carrier(u8) carrier: CARRIER;
    get rtnl_link_get_carrier() -> u8 = carrier;
    out rtnl_link_get_carrier_changes(u32) carrier_changes: CARRIER_CHANGES, NLE_NOATTR;
    set rtnl_link_set_operstate(u8) operstate: OPERSTATE;
    get rtnl_link_get_operstate() -> u8 = operstate;
    set rtnl_link_set_linkmode(u8) linkmode: LINKMODE;
    get rtnl_link_get_linkmode() -> u8 = linkmode;
    out rtnl_link_get_link_netnsid(i32) netnsid: NETNSID, NLE_INVAL;
    get rtnl_link_get_ifalias() -> *const c_char = alias;
    out rtnl_link_get_num_vf(u32) num_vf: NUM_VF, NLE_OPNOTSUPP;
    set rtnl_link_set_promiscuity(u32) promiscuity: PROMISCUITY;
    get rtnl_link_get_promiscuity() -> u32 = promiscuity;
    set rtnl_link_set_num_tx_queues(u32) tx_queues: TX_QUEUES;
    get rtnl_link_get_num_tx_queues() -> u32 = tx_queues;
    set rtnl_link_set_num_rx_queues(u32) rx_queues: RX_QUEUES;
    get rtnl_link_get_num_rx_queues() -> u32 = rx_queues;
    out rtnl_link_get_gso_max_segs(u32) gso_segs: GSO_SEGS, NLE_NOATTR;
    out rtnl_link_get_gso_max_size(u32) gso_size: GSO_SIZE, NLE_NOATTR;
    get rtnl_link_get_phys_port_id() -> *mut nl_data = port_id;
    get rtnl_link_get_phys_switch_id() -> *mut nl_data = switch_id;
    set rtnl_link_set_ns_fd(c_int) ns_fd: NS_FD;
    get rtnl_link_get_ns_fd() -> c_int = ns_fd;
    set rtnl_link_set_ns_pid(c_int) ns_pid: NS_PID;
    get rtnl_link_get_ns_pid() -> c_int = ns_pid;
}

impl rtnl_link {
    pub(super) fn has(&self, bits: u64) -> bool {
        self.h.mask & bits != 0
    }
}

/// As an object.
pub(super) fn object(link: &rtnl_link) -> *mut nl_object {
    (&raw const *link).cast_mut().cast()
}

unsafe fn free(obj: *mut nl_object) {
    // SAFETY: the object is a link, whose own these are.
    unsafe {
        let link = &mut *obj.cast::<rtnl_link>();
        link.stats.free();
        info::release(link);
        vf::release(link);
        mem::free(link.slave_kind);
        nl_data_free(link.port_id);
        nl_data_free(link.switch_id);
        for data in link.af {
            nl_object_put(data);
        }
    }
}

unsafe fn clone(new: *mut nl_object, from: *const nl_object) -> Done {
    // SAFETY: both are links; what the new one has of the old one is replaced.
    unsafe {
        let (new, from) = (&mut *new.cast::<rtnl_link>(), &*from.cast::<rtnl_link>());
        let mut whole = new.stats.clone_from(&from.stats);
        whole &= copy(&mut new.kind_name, from.kind_name, |text| libc::strdup(text));
        whole &= copy(&mut new.slave_kind, from.slave_kind, |text| libc::strdup(text));
        whole &= copy(&mut new.port_id, from.port_id, |data| nl_data_clone(&*data));
        whole &= copy(&mut new.switch_id, from.switch_id, |data| nl_data_clone(&*data));
        whole &= copy(&mut new.info, from.info, |info| nl_object_clone(info));
        whole &= vf::copy(new, from);
        for (new, old) in new.af.iter_mut().zip(from.af) {
            whole &= copy(new, old, |data| nl_object_clone(data));
        }
        if let Some(adopt) = new.kind.and_then(|kind| kind.adopt) {
            adopt(new);
        }
        if whole { Ok(()) } else { Err(NLE_NOMEM) }
    }
}

/// Puts a copy of what there is into a slot; false if that fails.
fn copy<T>(slot: &mut *mut T, old: *mut T, clone: impl FnOnce(*mut T) -> *mut T) -> bool {
    *slot = if old.is_null() { null_mut() } else { clone(old) };
    slot.is_null() == old.is_null()
}

/// What a family keeps of both links comes first: where that differs, their kinds are not looked at.
unsafe fn compare(a: *const nl_object, b: *const nl_object, _: u64, how: How) -> u64 {
    let filter = how == How::Filter;
    // SAFETY: both are links.
    unsafe {
        let (a, b) = (&*a.cast::<rtnl_link>(), &*b.cast::<rtnl_link>());
        if a.family == b.family && af::differs(a, b) {
            return (a.h.mask | b.h.mask) & PROTINFO;
        }
        let one = (a.h.mask ^ b.h.mask) & LINKINFO;
        if one == 0 && info::differs(a, b, filter) { LINKINFO } else { one }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_alloc() -> *mut rtnl_link {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OPS).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_put(link: *mut rtnl_link) {
    // SAFETY: NULL, or a link of which the caller holds a reference.
    unsafe { nl_object_put(link.cast()) }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_get_flags(link: &rtnl_link) -> c_uint {
    link.flags.value
}

/// Sets the address family, of whose data the link keeps some from then on.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_set_family(link: &mut rtnl_link, family: c_int) {
    link.family = family;
    link.h.mask |= FAMILY;
    af::switch(link, family);
}

macro_rules! set_lladdr {
    ($($name:ident $field:ident: $bit:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name(link: &mut rtnl_link, addr: *mut nl_addr) {
                // SAFETY: the address is NULL or live.
                unsafe { link.$field.set(addr) };
                link.h.mask |= $bit;
            }
        )*
    };
}

set_lladdr! {
    rtnl_link_set_addr addr: ADDR;
    rtnl_link_set_broadcast broadcast: BROADCAST;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_set_link_netnsid(link: &mut rtnl_link, id: i32) -> c_int {
    link.netnsid = id;
    link.h.mask |= NETNSID;
    0
}

/// Sets the alias; NULL takes it away.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_link_set_ifalias(link: &mut rtnl_link, alias: *const c_char) {
    // SAFETY: the alias is NULL or a string.
    unsafe { mem::set_str(&mut link.alias, alias) };
    link.h.mask = link.h.mask & !IFALIAS | if link.alias.is_null() { 0 } else { IFALIAS };
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_get_phys_port_name(link: &mut rtnl_link) -> *mut c_char {
    link.port_name.as_mut_ptr()
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_get_stat(link: &rtnl_link, id: c_int) -> u64 {
    link.stats.get(id)
}

/// Sets a counter.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_link_set_stat(link: &mut rtnl_link, id: c_int, value: u64) -> c_int {
    code(link.stats.set(id, value))
}
