// SPDX-License-Identifier: MIT OR Apache-2.0
//! Actions, `route/act`, and lists of them: each action points to the next one.

use core::ffi::c_int;
use core::ptr::null_mut;

use super::dump::{details, line, stats};
use super::message::*;
use super::object::*;
use super::uapi::*;
use crate::abi::{nl_dump_params, nlattr, nlmsghdr};
use crate::attr::*;
use crate::cache::nl_cache;
use crate::error::*;
use crate::mngt::*;
use crate::msg::*;
use crate::object::*;
use crate::socket::nl_sock;

/// How many actions a list has at most, as the kernel says.
const TCA_ACT_MAX_PRIO: usize = 32;
const TCA_ACT_TAB: u16 = 1;

/// `struct tcamsg`: a family.
type tcamsg = [u8; 4];
const ACT_HEADER: c_int = size_of::<tcamsg>() as c_int;

pub(super) static OBJECT: nl_object_ops = nl_object_ops {
    name: c"route/act".as_ptr(),
    dump: [Some(dump_line), Some(dump_details), Some(dump_stats)],
    ..OPS
};

pub(super) static CACHE_OPS: nl_cache_ops = nl_cache_ops {
    // No message with an action is shorter, though its header is.
    hdrsize: HEADER,
    msgtypes: &MSGTYPES,
    request: Some(request_all),
    parse_all: Some(parse_message),
    ..nl_cache_ops::new(c"route/act", NETLINK_ROUTE, &OBJECT)
};

static MSGTYPES: [nl_msgtype; 3] = [
    nl_msgtype::new(RTM_NEWACTION as c_int, NL_ACT_NEW, c"new"),
    nl_msgtype::new(RTM_DELACTION as c_int, NL_ACT_DEL, c"del"),
    nl_msgtype::new(RTM_GETACTION as c_int, NL_ACT_GET, c"get"),
];

unsafe fn request_all(_: *mut nl_cache, sock: *mut nl_sock) -> c_int {
    let header: tcamsg = [0; 4];
    let data = header.as_ptr().cast();
    // SAFETY: the socket is live; the header has the length said.
    unsafe {
        crate::send::nl_send_simple(sock, RTM_GETACTION.into(), NLM_F_DUMP, data, header.len())
    }
}

/// Hands on each action of a message, whose header is whole.
unsafe fn parse_message(nlh: *mut nlmsghdr, param: *mut nl_parser_param) -> c_int {
    let mut list = null_mut();
    // SAFETY: message and param are live; the actions are ours until they are handed on.
    unsafe {
        let (head, len) = (nlmsg_attrdata(nlh, ACT_HEADER), nlmsg_attrlen(&*nlh, ACT_HEADER));
        let table = walk(head, len).filter(|nla| nla_type(nla) == TCA_ACT_TAB.into()).last();
        let mut answer = table.map_or(-NLE_MISSING_ATTR, |nla| rtnl_act_parse(&mut list, nla));
        while let Some(act) = list.as_mut() {
            list = core::mem::replace(&mut act.next, null_mut());
            act.h.msgtype = (*nlh).nlmsg_type;
            if answer >= 0 {
                answer = ((*param).cb)(&mut act.h, param);
            }
            rtnl_act_put(act);
        }
        answer
    }
}

/// The actions of a list by their places in it. Of several in one place, the last one counts.
unsafe fn sorted(nla: &nlattr) -> [Option<&nlattr>; TCA_ACT_MAX_PRIO + 1] {
    let mut places = [None; TCA_ACT_MAX_PRIO + 1];
    // SAFETY: the payload is inside the attribute.
    for one in unsafe { walk(nla_data(nla).cast(), nla_len(nla)) } {
        if let Some(place) = places.get_mut(nla_type(one) as usize) {
            *place = Some(one);
        }
    }
    places
}

/// Fills an action from an attribute of its own.
unsafe fn parse_one(act: &mut rtnl_tc, nla: &nlattr) -> Done {
    let (head, len) = (nla_data(nla).cast::<nlattr>(), nla_len(nla));
    // SAFETY: the payload is inside the attribute; the action is new.
    unsafe {
        let last = |kind: u16| walk(head, len).filter(|nla| nla_type(nla) == kind.into()).last();
        let kind = last(TCA_KIND).ok_or(NLE_MISSING_ATTR)?;
        // Unlike those of qdiscs, kinds that are too long are cut, and need not be closed.
        nla_strlcpy(act.kind.as_mut_ptr(), kind, act.kind.len());
        act.h.mask |= KIND;
        parse_options(act, last(TCA_OPTIONS))
    }
}

unsafe fn add_parsed(list: &mut *mut rtnl_tc, nla: &nlattr) -> Done {
    let act = rtnl_act_alloc();
    // SAFETY: the action is NULL or new.
    unsafe {
        let added = match act.as_mut() {
            Some(new) => parse_one(new, nla).and_then(|()| done(rtnl_act_append(list, act))),
            None => Err(NLE_NOMEM),
        };
        if added.is_err() {
            rtnl_act_put(act);
        }
        added
    }
}

/// Appends the actions that an attribute holds to a list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_act_parse(list: &mut *mut rtnl_tc, nla: &nlattr) -> c_int {
    // SAFETY: the attribute is whole.
    code(unsafe {
        let parsed = sorted(nla).into_iter().flatten().try_for_each(|nla| add_parsed(list, nla));
        if parsed.is_err() {
            rtnl_act_put_all(list);
        }
        parsed
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_act_alloc() -> *mut rtnl_tc {
    // SAFETY: the type is ours.
    unsafe { nl_object_alloc(&OBJECT).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_act_get(act: *mut rtnl_tc) {
    // SAFETY: the action is live.
    unsafe { nl_object_get(act.cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_act_put(act: *mut rtnl_tc) {
    // SAFETY: NULL, or an action of which the caller holds a reference.
    unsafe { nl_object_put(act.cast()) }
}

/// Gives back all actions of a list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_act_put_all(list: &mut *mut rtnl_tc) {
    let mut next = core::mem::replace(list, null_mut());
    // SAFETY: each is live until it is given back, by a reference of the list.
    unsafe {
        while let Some(act) = next.as_mut() {
            next = act.next;
            rtnl_act_put(act);
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rtnl_act_next(act: *const rtnl_tc) -> *mut rtnl_tc {
    // SAFETY: NULL or live.
    unsafe { act.as_ref() }.map_or(null_mut(), |act| act.next)
}

/// Puts an action behind those of the list. An action can be in one list, once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_act_append(list: &mut *mut rtnl_tc, new: *mut rtnl_tc) -> c_int {
    let mut slot: *mut *mut rtnl_tc = list;
    let mut count = 0;
    // SAFETY: the actions of the list are live.
    unsafe {
        while let Some(act) = (*slot).as_mut() {
            if core::ptr::eq(act, new) {
                return -NLE_EXIST;
            }
            slot = &mut act.next;
            count += 1;
        }
        if count > TCA_ACT_MAX_PRIO {
            return -NLE_RANGE;
        }
        *slot = new;
    }
    0
}

/// Takes an action out of the list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_act_remove(list: &mut *mut rtnl_tc, old: *mut rtnl_tc) -> c_int {
    let mut slot: *mut *mut rtnl_tc = list;
    // SAFETY: the actions of the list are live.
    unsafe {
        while let Some(act) = (*slot).as_mut() {
            if core::ptr::eq(act, old) {
                *slot = act.next;
                act.next = null_mut();
                return 0;
            }
            slot = &mut act.next;
        }
    }
    -NLE_OBJ_NOTFOUND
}

/// Copies a list.
pub(super) unsafe fn clone_list(list: *mut rtnl_tc) -> Result<*mut rtnl_tc, c_int> {
    let (mut new, mut from) = (null_mut(), list);
    // SAFETY: the actions of the list are live; the copies are ours.
    unsafe {
        while let Some(act) = from.as_mut() {
            let copy = nl_object_clone(from.cast()).cast::<rtnl_tc>();
            if copy.is_null() {
                rtnl_act_put_all(&mut new);
                return Err(NLE_NOMEM);
            }
            let _ = rtnl_act_append(&mut new, copy);
            from = act.next;
        }
    }
    Ok(new)
}

/// Puts the actions of a list into a message, each in a nest that is numbered by its place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_act_fill(msg: &mut nl_msg, kind: c_int, list: *mut rtnl_tc) -> c_int {
    // SAFETY: the actions of the list are live.
    code(unsafe { fill_list(msg, kind, list) })
}

unsafe fn fill_list(msg: &mut nl_msg, kind: c_int, list: *mut rtnl_tc) -> Done {
    let (mut next, mut place) = (list, 1);
    // SAFETY: the actions of the list are live.
    unsafe {
        let outer = nla_nest_start(msg, kind);
        if outer.is_null() {
            return Err(NLE_NOMEM);
        }
        while let Some(act) = next.as_mut() {
            let inner = nla_nest_start(msg, place);
            if inner.is_null() {
                return Err(NLE_NOMEM);
            }
            fill_kind(act, msg)?;
            fill_options(act, msg)?;
            nla_nest_end(msg, inner);
            place += 1;
            next = act.next;
        }
        nla_nest_end(msg, outer);
    }
    Ok(())
}

/// A message of that type about the actions of a list.
unsafe fn about(list: *mut rtnl_tc, kind: u16, flags: c_int, result: *mut *mut nl_msg) -> c_int {
    let msg = nlmsg_alloc_simple(kind.into(), flags);
    let header: tcamsg = [0; 4];
    // SAFETY: the message is NULL or new; the actions are live; the result is the caller's.
    unsafe {
        let Some(new) = msg.as_mut() else { return -NLE_NOMEM };
        let filled = append(new, &header).and_then(|()| fill_list(new, TCA_ACT_TAB.into(), list));
        if filled.is_ok() {
            *result = msg;
        } else {
            nlmsg_free(msg);
        }
        code(filled)
    }
}

/// `build` and `send` of one request.
macro_rules! requests {
    ($($build:ident $send:ident: $kind:ident $(| $flag:ident)?;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $build(
                act: *mut rtnl_tc,
                flags: c_int,
                result: *mut *mut nl_msg,
            ) -> c_int {
                // SAFETY: the action is NULL or live, the result the caller's.
                unsafe { about(act, $kind, flags $(| $flag)?, result) }
            }

            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $send(
                sock: *mut nl_sock,
                act: *mut rtnl_tc,
                flags: c_int,
            ) -> c_int {
                let mut msg = null_mut();
                // SAFETY: the socket is live, the action NULL or live.
                unsafe { send(sock, $build(act, flags, &mut msg), msg) }
            }
        )*
    };
}
requests! {
    rtnl_act_build_add_request rtnl_act_add: RTM_NEWACTION;
    rtnl_act_build_change_request rtnl_act_change: RTM_NEWACTION | NLM_F_REPLACE;
    rtnl_act_build_delete_request rtnl_act_delete: RTM_DELACTION;
}

unsafe fn dump_line(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is an action.
    unsafe { line(obj, p, c"act", |_, _| ()) }
}

unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is an action.
    unsafe {
        dump_line(obj, p);
        details(obj, p, |_, _| ());
    }
}

unsafe fn dump_stats(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is an action.
    unsafe {
        dump_details(obj, p);
        stats(obj, p);
    }
}
