// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is shown of associations.

use core::ffi::{c_char, c_uint};

use super::lifetime::Limits;
use super::replay::dump_current;
use super::sa::*;
use super::sel::{xfrmnl_sel, xfrmnl_sel_dump};
use super::*;
use crate::dump::{dump_line, nl_new_line};
use crate::object::{Dump, nl_object};
use crate::utils::nl_ip_proto2str;

pub(super) const DUMP: [Option<Dump>; 3] = [Some(line), Some(details), Some(stats)];

unsafe fn dump_head(sa: &xfrmnl_sa, p: *mut nl_dump_params) {
    let mut text = [[0 as c_char; 128]; 2];
    let [a, b] = &mut text;
    // SAFETY: the addresses are NULL or live; the buffers are ours and as long as they say.
    unsafe {
        nl_new_line(p);
        dump_ends(p, sa.saddr, sa.daddr, sa.family.into());
        dump!(p, c"\n");
        let proto = nl_ip_proto2str(sa.proto.into(), a.as_mut_ptr(), 128);
        dump_line!(p, c"\tproto %s spi 0x%x reqid %u\n", proto, sa.spi, sa.reqid);
        let mode = MODES.to_str(sa.mode.into(), a.as_mut_ptr(), 128);
        let flags = SA_FLAGS.flags(sa.flags.into(), b.as_mut_ptr(), 128);
        dump_line!(p, c"\tmode: %s flags: %s (0x%x) ", mode, flags, c_uint::from(sa.flags));
        dump!(p, c"seq: %u replay window: %u\n", sa.seq, c_uint::from(sa.replay_window));
    }
}

/// What an association need not have.
unsafe fn dump_extras(sa: &xfrmnl_sa, p: *mut nl_dump_params) {
    let mut text = [0 as c_char; 128];
    let buf = text.as_mut_ptr();
    let has = |bit| sa.h.mask & bit != 0;
    let number = |short: u16| c_uint::from(short);
    // SAFETY: the addresses are NULL or live; the buffer is ours and as long as it says.
    unsafe {
        sa.aead.dump(p, c"AEAD", Some(c"ICV Len"));
        sa.auth.dump(p, c"Auth", Some(c"Trunc len"));
        sa.crypto.dump(p, c"Encryption", None);
        sa.comp.dump(p, c"Compression", None);
        if has(ENCAP) {
            let Encap { kind, sport, dport } = sa.encap;
            let (kind, sport) = (number(kind), number(sport));
            dump_line!(p, c"\tEncapsulation template: \n");
            dump_line!(p, c"\t\tType: %d Src port: %d ", kind, sport);
            let addr = nl_addr2str(sa.encap_addr, buf, 128);
            dump!(p, c"Dst port: %d Encap addr: %s\n", number(dport), addr);
        }
        if has(TFCPAD) {
            dump_line!(p, c"\tTFC Pad: %u\n", sa.tfcpad);
        }
        if has(COADDR) {
            dump_line!(p, c"\tCO Address: %s\n", nl_addr2str(sa.coaddr, buf, 128));
        }
        if has(MARK) {
            dump_line!(p, c"\tMark mask: 0x%x Mark value: 0x%x\n", sa.mark.mask, sa.mark.value);
        }
        if let Some(head) = sa.context.0.as_ref().filter(|_| has(CONTEXT)) {
            let (doi, alg) = (c_uint::from(head.doi), c_uint::from(head.alg));
            let ctx = sa.context.0.wrapping_add(1).cast::<c_char>();
            dump_line!(
                p,
                c"\tDOI: %d Algo: %d Len: %u ctx: %s\n",
                doi,
                alg,
                number(head.ctx_len),
                ctx
            );
        }
    }
}

unsafe fn line(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is an association; what it points to is NULL or live; all zeros are a selector.
    unsafe {
        let sa = &*obj.cast::<xfrmnl_sa>();
        let nothing: xfrmnl_sel = core::mem::zeroed();
        dump_head(sa, p);
        sa.lifetime.as_ref().map_or(Limits::NONE, |of| of.limits).dump(p, c"\n");
        dump_current(p, &sa.current, c"\t\t%llu bytes, %llu packets\n");
        dump_extras(sa, p);
        dump_line!(p, c"\treplay info: \n");
        dump_line!(p, c"\t\tmax age %u max diff %u \n", sa.replay_maxage, sa.replay_maxdiff);
        if sa.h.mask & REPLAY != 0 {
            sa.replay.dump(p);
        }
        dump_line!(p, c"\tselector info: \n");
        xfrmnl_sel_dump(sa.sel.as_ref().unwrap_or(&nothing), p);
        dump_line!(p, c"\tHard: %d\n", c_uint::from(sa.hard));
        dump!(p, c"\n");
    }
}

unsafe fn stats(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is an association.
    let Stats { window, replay, failed } = unsafe { (*obj.cast::<xfrmnl_sa>()).stats };
    dump_line!(p, c"\tstats: \n");
    dump_line!(
        p,
        c"\t\treplay window: %u replay: %u integrity failed: %u \n",
        window,
        replay,
        failed
    );
}

unsafe fn details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: as for the two.
    unsafe {
        line(obj, p);
        stats(obj, p);
    }
}
