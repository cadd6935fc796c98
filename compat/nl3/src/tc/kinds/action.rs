// SPDX-License-Identifier: MIT OR Apache-2.0
//! Actions: `gact`, `mirred`, `skbedit`, `vlan` and `nat`.
//!
//! Each begins with what the kernel's `tc_gen` has, and says what becomes of the packet.

use core::ffi::{c_char, c_int, c_uint};

use crate::abi::{nl_dump_params, nlattr};
use crate::dump::dump;
use crate::error::*;
use crate::msg::nl_msg;
use crate::names::{Names, names};
use crate::tc::dump::TEXT;
use crate::tc::kind::{Data, Of, fields, rtnl_tc_ops};
use crate::tc::message::{check, find, put};
use crate::tc::object::rtnl_tc;

/// `tc_gen`.
#[derive(Clone, Copy)]
#[repr(C)]
struct General {
    index: u32,
    capab: u32,
    action: c_int,
    refcnt: c_int,
    bindcnt: c_int,
}

/// What becomes of a packet, as most kinds show it.
static VERDICTS: Names =
    names! { -1 "unspecified", 2 "shot", 3 "pipe", 4 "stolen", 5 "queued", 6 "repeat" };
static GACT_VERDICTS: Names = names! { -1 "continue", 0 "pass", 1 "reclassify", 2 "drop" };

fn show_verdict(names: &Names, action: c_int, p: *mut nl_dump_params) {
    if let Some(name) = names.name(action.into()) {
        dump!(p, c" %s", name.as_ptr());
    }
}

/// The parameters of an action, which must be there.
unsafe fn parameters<T: Copy>(options: &nlattr, kind: u16) -> Result<T, c_int> {
    // SAFETY: the options are whole.
    unsafe { find(options, kind)? }.ok_or(NLE_MISSING_ATTR)
}

// gact

#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Gact {
    general: General,
}

const TCA_GACT_PARMS: u16 = 2;

impl Data for Gact {
    const OF: Of = Of::Gact;
}

pub(super) const GACT: rtnl_tc_ops = rtnl_tc_ops::new::<Gact>(c"gact")
    .requires_options()
    .parse(parse_gact)
    .fill::<Gact>(|gact, _, msg| put(msg, TCA_GACT_PARMS, gact))
    .line::<Gact>(|gact, p| show_verdict(&GACT_VERDICTS, gact.general.action, p))
    .details::<Gact>(|_, _| ());

fields! { Gact:
    set rtnl_gact_set_action(c_int) general.action;
    get rtnl_gact_get_action() -> c_int = general.action;
}

unsafe fn parse_gact(gact: &mut Gact, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    *gact = unsafe { parameters(options, TCA_GACT_PARMS)? };
    Ok(())
}

// mirred

/// `struct tc_mirred`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Mirred {
    general: General,
    eaction: c_int,
    ifindex: u32,
}

const TCA_MIRRED_PARMS: u16 = 2;
/// `TCA_EGRESS_*` and `TCA_INGRESS_*`.
static DIRECTIONS: Names = names! {
    1 "egress redirect", 2 "egress mirror", 3 "ingress redirect", 4 "ingress mirror",
};
const EGRESS: core::ops::RangeInclusive<c_int> = 1..=2;
const INGRESS: core::ops::RangeInclusive<c_int> = 3..=4;

impl Data for Mirred {
    const OF: Of = Of::Mirred;
}

pub(super) const MIRRED: rtnl_tc_ops = rtnl_tc_ops::new::<Mirred>(c"mirred")
    .requires_options()
    .parse(parse_mirred)
    .fill::<Mirred>(|mirred, _, msg| put(msg, TCA_MIRRED_PARMS, mirred))
    .line(mirred_line)
    .details::<Mirred>(|_, _| ());

fields! { Mirred:
    get rtnl_mirred_get_action() -> c_int = eaction;
    set rtnl_mirred_set_ifindex(u32) ifindex;
    get rtnl_mirred_get_ifindex() -> u32 = ifindex;
    set rtnl_mirred_set_policy(c_int) general.action;
    get rtnl_mirred_get_policy() -> c_int = general.action;
}

/// Says where packets go. What libnl answers for the ways that it does not know is not negative.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_mirred_set_action(act: &mut rtnl_tc, action: c_int) -> c_int {
    let Some(mirred) = act.data_mut::<Mirred>() else { return -NLE_NOMEM };
    if INGRESS.contains(&action) {
        return NLE_OPNOTSUPP;
    }
    if !EGRESS.contains(&action) {
        return -NLE_INVAL;
    }
    mirred.eaction = action;
    0
}

unsafe fn parse_mirred(mirred: &mut Mirred, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    *mirred = unsafe { parameters(options, TCA_MIRRED_PARMS)? };
    Ok(())
}

unsafe fn mirred_line(mirred: &Mirred, p: *mut nl_dump_params) {
    dump!(p, c" index %u", mirred.ifindex);
    show_verdict(&DIRECTIONS, mirred.eaction, p);
    show_verdict(&VERDICTS, mirred.general.action, p);
}

// skbedit

#[repr(C)]
pub(super) struct Skbedit {
    mask: u32,
    general: General,
    priority: u32,
    mark: u32,
    queue_mapping: u16,
}

const MARK: u32 = 1;
const PRIORITY: u32 = 2;
const QUEUE: u32 = 4;
const TCA_SKBEDIT_PARMS: u16 = 2;
const TCA_SKBEDIT_PRIORITY: u16 = 3;
const TCA_SKBEDIT_QUEUE_MAPPING: u16 = 4;
const TCA_SKBEDIT_MARK: u16 = 5;
const SKBEDIT_LEAST: [(u16, c_int); 3] =
    [(TCA_SKBEDIT_PRIORITY, 4), (TCA_SKBEDIT_QUEUE_MAPPING, 2), (TCA_SKBEDIT_MARK, 4)];

impl Data for Skbedit {
    const OF: Of = Of::Skbedit;
}

pub(super) const SKBEDIT: rtnl_tc_ops = rtnl_tc_ops::new::<Skbedit>(c"skbedit")
    .requires_options()
    .parse(parse_skbedit)
    .fill(fill_skbedit)
    .line(skbedit_line)
    .details::<Skbedit>(|_, _| ());

fields! { Skbedit:
    set rtnl_skbedit_set_action(c_int) general.action;
    get rtnl_skbedit_get_action() -> c_int = general.action;
    set rtnl_skbedit_set_queue_mapping(u16) queue_mapping: QUEUE;
    out rtnl_skbedit_get_queue_mapping(u16) queue_mapping: QUEUE, NLE_NOATTR;
    set rtnl_skbedit_set_mark(u32) mark: MARK;
    out rtnl_skbedit_get_mark(u32) mark: MARK, NLE_NOATTR;
    set rtnl_skbedit_set_priority(u32) priority: PRIORITY;
    out rtnl_skbedit_get_priority(u32) priority: PRIORITY, NLE_NOATTR;
}

unsafe fn parse_skbedit(skb: &mut Skbedit, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    unsafe {
        check(options, &SKBEDIT_LEAST)?;
        skb.general = parameters(options, TCA_SKBEDIT_PARMS)?;
        if let Some(priority) = find(options, TCA_SKBEDIT_PRIORITY)? {
            skb.priority = priority;
            skb.mask |= PRIORITY;
        }
        if let Some(queue) = find(options, TCA_SKBEDIT_QUEUE_MAPPING)? {
            skb.queue_mapping = queue;
            skb.mask |= QUEUE;
        }
        if let Some(mark) = find(options, TCA_SKBEDIT_MARK)? {
            skb.mark = mark;
            skb.mask |= MARK;
        }
    }
    Ok(())
}

unsafe fn fill_skbedit(skb: &mut Skbedit, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    put(msg, TCA_SKBEDIT_PARMS, &skb.general)?;
    let numbers = [
        (MARK, TCA_SKBEDIT_MARK, skb.mark),
        (PRIORITY, TCA_SKBEDIT_PRIORITY, skb.priority),
        (QUEUE, TCA_SKBEDIT_QUEUE_MAPPING, skb.queue_mapping.into()),
    ];
    let mut set = numbers.into_iter().filter(|(bit, ..)| skb.mask & bit != 0);
    set.try_for_each(|(_, kind, number)| put(msg, kind, &number))
}

unsafe fn skbedit_line(skb: &Skbedit, p: *mut nl_dump_params) {
    if skb.mask & PRIORITY != 0 {
        dump!(p, c" priority %u", skb.priority);
    }
    if skb.mask & MARK != 0 {
        dump!(p, c" mark %u", skb.mark);
    }
    if skb.mask & QUEUE != 0 {
        dump!(p, c" queue_mapping %u", c_uint::from(skb.queue_mapping));
    }
    show_verdict(&VERDICTS, skb.general.action, p);
}

// vlan

/// `struct tc_vlan`.
#[derive(Clone, Copy)]
#[repr(C)]
struct VlanOptions {
    general: General,
    mode: c_int,
}

#[repr(C)]
pub(super) struct Vlan {
    mask: u32,
    opt: VlanOptions,
    id: u16,
    protocol: u16,
    prio: u8,
}

const VLAN_ID: u32 = 1;
const VLAN_PROTOCOL: u32 = 2;
const VLAN_PRIO: u32 = 4;
const VLAN_ACTION: u32 = 8;
const VLAN_MODE: u32 = 16;
const TCA_VLAN_PARMS: u16 = 2;
const TCA_VLAN_PUSH_VLAN_ID: u16 = 3;
const TCA_VLAN_PUSH_VLAN_PROTOCOL: u16 = 4;
const TCA_VLAN_PUSH_VLAN_PRIORITY: u16 = 6;
const VLAN_LEAST: [(u16, c_int); 3] = [
    (TCA_VLAN_PUSH_VLAN_ID, 2),
    (TCA_VLAN_PUSH_VLAN_PROTOCOL, 2),
    (TCA_VLAN_PUSH_VLAN_PRIORITY, 1),
];
/// What the highest bits of an action say when the others are a number: of actions to leave out, of a chain.
const TC_ACT_JUMP: c_int = 1;
const TC_ACT_GOTO_CHAIN: c_int = 2;
const MOST_MODES: c_int = 3;
const POP: c_int = 1;
static MODES: Names = names! { 1 "POP", 2 "PUSH", 3 "MODIFY" };

impl Data for Vlan {
    const OF: Of = Of::Vlan;
}

pub(super) const VLAN: rtnl_tc_ops = rtnl_tc_ops::new::<Vlan>(c"vlan")
    .requires_options()
    .parse(parse_vlan)
    .fill(fill_vlan)
    .line(vlan_line)
    .details(vlan_details);

fields! { Vlan:
    out rtnl_vlan_get_mode(c_int) opt.mode: VLAN_MODE, NLE_MISSING_ATTR;
    set rtnl_vlan_set_action(c_int) opt.general.action: VLAN_ACTION;
    out rtnl_vlan_get_action(c_int) opt.general.action: VLAN_ACTION, NLE_MISSING_ATTR;
    set rtnl_vlan_set_protocol(u16) protocol: VLAN_PROTOCOL;
    out rtnl_vlan_get_protocol(u16) protocol: VLAN_PROTOCOL, NLE_MISSING_ATTR;
    out rtnl_vlan_get_vlan_id(u16) id: VLAN_ID, NLE_MISSING_ATTR;
    out rtnl_vlan_get_vlan_prio(u8) prio: VLAN_PRIO, NLE_MISSING_ATTR;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_vlan_set_mode(act: &mut rtnl_tc, mode: c_int) -> c_int {
    let Some(vlan) = act.data_mut::<Vlan>() else { return -NLE_NOMEM };
    if mode > MOST_MODES {
        return -NLE_RANGE;
    }
    vlan.opt.mode = mode;
    vlan.mask |= VLAN_MODE;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_vlan_set_vlan_id(act: &mut rtnl_tc, id: u16) -> c_int {
    let Some(vlan) = act.data_mut::<Vlan>() else { return -NLE_NOMEM };
    if id > 4095 {
        return -NLE_RANGE;
    }
    vlan.id = id;
    vlan.mask |= VLAN_ID;
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_vlan_set_vlan_prio(act: &mut rtnl_tc, prio: u8) -> c_int {
    let Some(vlan) = act.data_mut::<Vlan>() else { return -NLE_NOMEM };
    if prio > 7 {
        return -NLE_RANGE;
    }
    vlan.prio = prio;
    vlan.mask |= VLAN_PRIO;
    0
}

unsafe fn parse_vlan(vlan: &mut Vlan, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    unsafe {
        check(options, &VLAN_LEAST)?;
        vlan.opt = parameters(options, TCA_VLAN_PARMS)?;
        vlan.mask = VLAN_ACTION | VLAN_MODE;
        if let Some(id) = find(options, TCA_VLAN_PUSH_VLAN_ID)? {
            vlan.id = id;
            vlan.mask |= VLAN_ID;
        }
        if let Some(protocol) = find(options, TCA_VLAN_PUSH_VLAN_PROTOCOL)? {
            vlan.protocol = protocol;
            vlan.mask |= VLAN_PROTOCOL;
        }
        if let Some(prio) = find(options, TCA_VLAN_PUSH_VLAN_PRIORITY)? {
            vlan.prio = prio;
            vlan.mask |= VLAN_PRIO;
        }
    }
    Ok(())
}

unsafe fn fill_vlan(vlan: &mut Vlan, _: &rtnl_tc, msg: &mut nl_msg) -> Done {
    let (set, mode) = (vlan.mask, vlan.opt.mode);
    if set & VLAN_MODE == 0 || (mode != POP && set & VLAN_ID == 0) {
        return Err(NLE_MISSING_ATTR);
    }
    put(msg, TCA_VLAN_PARMS, &vlan.opt)?;
    if set & VLAN_ID != 0 {
        put(msg, TCA_VLAN_PUSH_VLAN_ID, &vlan.id)?;
    }
    if set & VLAN_PROTOCOL != 0 {
        put(msg, TCA_VLAN_PUSH_VLAN_PROTOCOL, &vlan.protocol)?;
    }
    if set & VLAN_PRIO != 0 {
        put(msg, TCA_VLAN_PUSH_VLAN_PRIORITY, &vlan.prio)?;
    }
    Ok(())
}

unsafe fn vlan_line(vlan: &Vlan, p: *mut nl_dump_params) {
    let action = vlan.opt.general.action;
    if vlan.mask & VLAN_ACTION == 0 {
        return;
    }
    show_verdict(&VERDICTS, action, p);
    let number = action & 0x0fff_ffff;
    match action >> 28 {
        TC_ACT_JUMP => dump!(p, c" jump %u", number),
        TC_ACT_GOTO_CHAIN => dump!(p, c" goto chain %u", number),
        _ => {}
    }
}

unsafe fn vlan_details(vlan: &Vlan, p: *mut nl_dump_params) {
    if let Some(mode) = MODES.name(vlan.opt.mode.into()) {
        dump!(p, c" mode %s", mode.as_ptr());
    }
    if vlan.mask & VLAN_ID != 0 {
        dump!(p, c" vlan id %u", c_uint::from(vlan.id));
    }
    if vlan.mask & VLAN_PRIO != 0 {
        dump!(p, c" priority %u", c_uint::from(vlan.prio));
    }
    if vlan.mask & VLAN_PROTOCOL != 0 {
        dump!(p, c" protocol %u", c_uint::from(vlan.protocol));
    }
}

// nat

/// `struct tc_nat`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Nat {
    general: General,
    old_addr: u32,
    new_addr: u32,
    mask: u32,
    flags: u32,
}

const TCA_NAT_PARMS: u16 = 1;
const TCA_NAT_FLAG_EGRESS: u32 = 1;

impl Data for Nat {
    const OF: Of = Of::Nat;
}

pub(super) const NAT: rtnl_tc_ops = rtnl_tc_ops::new::<Nat>(c"nat")
    .requires_options()
    .parse(parse_nat)
    .fill::<Nat>(|nat, _, msg| put(msg, TCA_NAT_PARMS, nat))
    .line(nat_line);

fields! { Nat:
    set rtnl_nat_set_old_addr(u32) old_addr;
    out rtnl_nat_get_old_addr(u32) old_addr;
    set rtnl_nat_set_new_addr(u32) new_addr;
    out rtnl_nat_get_new_addr(u32) new_addr;
    set rtnl_nat_set_mask(u32) mask;
    out rtnl_nat_get_mask(u32) mask;
    set rtnl_nat_set_flags(u32) flags;
    out rtnl_nat_get_flags(u32) flags;
    out rtnl_nat_get_action(c_int) general.action;
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_nat_set_action(act: &mut rtnl_tc, action: c_int) -> c_int {
    let Some(nat) = act.data_mut::<Nat>() else { return -NLE_NOMEM };
    if action < -1 {
        return -NLE_INVAL;
    }
    nat.general.action = action;
    0
}

unsafe fn parse_nat(nat: &mut Nat, _: &mut rtnl_tc, options: &nlattr) -> Done {
    // SAFETY: the options are whole.
    *nat = unsafe { parameters(options, TCA_NAT_PARMS)? };
    Ok(())
}

/// An address with the length of the mask, unless that is all of it.
fn show_addr(addr: u32, mask: u32, p: *mut nl_dump_params) {
    let (mut text, bits) = (TEXT, 32 - mask.leading_zeros());
    let bytes = (&raw const addr).cast();
    // SAFETY: the address is four bytes; the buffer has the length said.
    unsafe { ipv4_text(bytes, text.as_mut_ptr(), text.len()) };
    dump!(p, c" %s", text.as_ptr());
    if bits < 32 {
        dump!(p, c"/%u", bits);
    }
}

/// An IPv4 address as text.
pub(super) unsafe fn ipv4_text(addr: *const u8, buf: *mut c_char, len: usize) {
    // SAFETY: the address is four bytes, the buffer `len`, by the caller's promise.
    unsafe {
        let [a, b, c, d] = addr.cast::<[u8; 4]>().read_unaligned().map(c_uint::from);
        libc::snprintf(buf, len, c"%u.%u.%u.%u".as_ptr(), a, b, c, d);
    }
}

unsafe fn nat_line(nat: &Nat, p: *mut nl_dump_params) {
    let egress = nat.flags & TCA_NAT_FLAG_EGRESS != 0;
    let direction = if egress { c"egress" } else { c"ingress" };
    dump!(p, c" %s", direction.as_ptr());
    show_addr(nat.old_addr, nat.mask, p);
    show_addr(nat.new_addr, nat.mask, p);
}
