// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tables of neighbours in dumps.

use super::super::dump_dev;
use super::*;

pub(super) unsafe fn dump_brief(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a table.
    let tbl = unsafe { &*obj.cast::<rtnl_neightbl>() };
    dump_line!(p, c"%s", tbl.name.as_ptr());
    match tbl.device() {
        Some(index) => {
            dump_dev(p, c"<", index);
            dump!(p, c"> ");
        }
        None => dump!(p, c" "),
    }
    if tbl.has(CONFIG) {
        dump!(p, c"entries %u ", tbl.config.entries);
    }
    if tbl.has(PARAMS) {
        let reachable = Time::of(tbl.params.value(NDTPA_REACHABLE_TIME));
        let retransmit = Time::of(tbl.params.value(NDTPA_RETRANS_TIME));
        dump!(p, c"reachable-time %s retransmit-time %s", reachable.text(), retransmit.text());
    }
    dump!(p, c"\n");
}

pub(super) unsafe fn dump_details(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a table.
    unsafe {
        dump_brief(obj, p);
        let tbl = &*obj.cast::<rtnl_neightbl>();
        if tbl.has(CONFIG) {
            dump_config(tbl, p);
        }
        if tbl.has(PARAMS) {
            dump_params(&tbl.params, p);
        }
    }
}

fn dump_config(tbl: &rtnl_neightbl, p: *mut nl_dump_params) {
    let config = &tbl.config;
    let (key_len, entry_size) = (c_int::from(config.key_len), c_int::from(config.entry_size));
    let (flush, rand) = (Time::of(config.last_flush.into()), Time::of(config.last_rand.into()));
    let interval = Time::of(tbl.gc_interval);
    dump_line!(
        p,
        c"    key-len %u entry-size %u last-flush %s\n",
        key_len,
        entry_size,
        flush.text()
    );
    dump_line!(
        p,
        c"    gc threshold %u/%u/%u interval %s chain-position %u\n",
        tbl.thresh1,
        tbl.thresh2,
        tbl.thresh3,
        interval.text(),
        config.hash_chain_gc
    );
    dump_line!(
        p,
        c"    hash-rand 0x%08X/0x%08X last-rand %s\n",
        config.hash_rnd,
        config.hash_mask,
        rand.text()
    );
}

/// Three settings of a line, with their names.
type Line = [(&'static CStr, u16); 3];

const NUMBER_LINES: [Line; 2] = [
    [
        (c"refcnt", NDTPA_REFCNT),
        (c"pending-queue-limit", NDTPA_QUEUE_LEN),
        (c"proxy-delayed-queue-limit", NDTPA_PROXY_QLEN),
    ],
    [
        (c"num-userspace-probes", NDTPA_APP_PROBES),
        (c"num-unicast-probes", NDTPA_UCAST_PROBES),
        (c"num-multicast-probes", NDTPA_MCAST_PROBES),
    ],
];

const TIME_LINES: [Line; 2] = [
    [
        (c"min-age", NDTPA_LOCKTIME),
        (c"base-reachable-time", NDTPA_BASE_REACHABLE_TIME),
        (c"stale-check-interval", NDTPA_GC_STALETIME),
    ],
    [
        (c"initial-probe-delay", NDTPA_DELAY_PROBE_TIME),
        (c"answer-delay", NDTPA_ANYCAST_DELAY),
        (c"proxy-answer-delay", NDTPA_PROXY_DELAY),
    ],
];

fn dump_params(params: &Params, p: *mut nl_dump_params) {
    for line in &NUMBER_LINES {
        dump_line!(p, c"   ");
        for (name, kind) in line {
            dump!(p, c" %s %u", name.as_ptr(), params.value(*kind) as u32);
        }
        dump!(p, c"\n");
    }
    for line in &TIME_LINES {
        dump_line!(p, c"   ");
        for (name, kind) in line {
            dump!(p, c" %s %s", name.as_ptr(), Time::of(params.value(*kind)).text());
        }
        dump!(p, c"\n");
    }
}

pub(super) unsafe fn dump_stats(obj: *mut nl_object, p: *mut nl_dump_params) {
    // SAFETY: the object is a table.
    unsafe {
        dump_details(obj, p);
        let tbl = &*obj.cast::<rtnl_neightbl>();
        if !tbl.has(STATS) {
            return;
        }
        let s = &tbl.stats;
        let lines: [&[(&CStr, u64)]; 3] = [
            &[
                (c"lookups", s.lookups),
                (c"hits", s.hits),
                (c"failed", s.failed),
                (c"allocations", s.allocations),
                (c"destroys", s.destroys),
            ],
            &[
                (c"hash-grows", s.hash_grows),
                (c"forced-gc-runs", s.forced_gc_runs),
                (c"periodic-gc-runs", s.periodic_gc_runs),
            ],
            &[(c"rcv-unicast-probes", s.ucast_probes), (c"rcv-multicast-probes", s.mcast_probes)],
        ];
        for line in lines {
            dump_line!(p, c"   ");
            for (name, value) in line {
                dump!(p, c" %s %llu", name.as_ptr(), *value);
            }
            dump!(p, c"\n");
        }
    }
}
