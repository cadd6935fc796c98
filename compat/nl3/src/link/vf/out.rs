// SPDX-License-Identifier: MIT OR Apache-2.0
//! Virtual functions in messages, and in dumps.

use super::*;

/// Writes `IFLA_VFINFO_LIST`.
pub(in crate::link) unsafe fn write(link: &rtnl_link, msg: &mut nl_msg) -> Done {
    if !link.has(VF_LIST) {
        return Ok(());
    }
    nest(msg, IFLA_VFINFO_LIST, |msg| {
        for vf in all(link).filter(|vf| vf.h.mask & INDEX != 0) {
            // SAFETY: the message is live.
            nest(msg, IFLA_VF_INFO, |msg| unsafe { write_one(vf, msg) })?;
        }
        Ok(())
    })
}

unsafe fn put<const N: usize>(msg: &mut nl_msg, kind: u16, words: [u32; N]) -> Done {
    // SAFETY: the message is live; the words are what they are.
    unsafe { done(nla_put(msg, kind.into(), size_of_val(&words) as c_int, words.as_ptr().cast())) }
}

unsafe fn write_one(vf: &rtnl_link_vf, msg: &mut nl_msg) -> Done {
    let has = |bit| vf.h.mask & bit != 0;
    let halves = |guid: u64| (guid as u32, (guid >> 32) as u32);
    // SAFETY: the message is live.
    unsafe {
        if let Some(addr) = vf.addr.as_ref() {
            let mut words = [0; 9];
            words[0] = vf.index;
            let len = (addr.len as usize).min(32);
            libc::memcpy(
                words.as_mut_ptr().wrapping_add(1).cast(),
                nl_addr::bytes(addr).cast(),
                len,
            );
            put(msg, IFLA_VF_MAC, words)?;
        }
        if let Some(vlans) = vf.vlans.as_ref() {
            write_vlans(vf.index, vlans, msg)?;
        }
        match vf.rate.api {
            OLD if has(RATE) => put(msg, IFLA_VF_TX_RATE, [vf.index, vf.rate.rate])?,
            NEW if has(RATE) => {
                if vf.rate.rate != 0 {
                    put(msg, IFLA_VF_TX_RATE, [vf.index, vf.rate.rate])?;
                }
                put(msg, IFLA_VF_RATE, [vf.index, vf.rate.min, vf.rate.max])?
            }
            _ => {}
        }
        for (bit, kind, value) in [
            (SPOOFCHK, IFLA_VF_SPOOFCHK, vf.spoofchk),
            (STATE, IFLA_VF_LINK_STATE, vf.state),
            (RSS, IFLA_VF_RSS_QUERY_EN, vf.rss),
            (TRUST, IFLA_VF_TRUST, vf.trust),
        ] {
            if has(bit) {
                put(msg, kind, [vf.index, value])?;
            }
        }
        for (bit, kind, guid) in
            [(NODE, IFLA_VF_IB_NODE_GUID, vf.node), (PORT, IFLA_VF_IB_PORT_GUID, vf.port)]
        {
            if has(bit) {
                let (low, high) = halves(guid.to_le());
                put(msg, kind, [vf.index, 0, low, high])?;
            }
        }
    }
    Ok(())
}

/// The rows of the caller's VLANs.
unsafe fn rows(vlans: &nl_vf_vlans) -> &[nl_vf_vlan_info] {
    // SAFETY: as many as are said, by the caller's promise.
    unsafe { core::slice::from_raw_parts(vlans.vlans, vlans.size.max(0) as usize) }
}

unsafe fn write_vlans(index: u32, vlans: &nl_vf_vlans, msg: &mut nl_msg) -> Done {
    // SAFETY: the message is live.
    unsafe {
        match rows(vlans) {
            [] => Ok(()),
            [one] if one.proto == 0 || one.proto == ETH_P_8021Q => {
                put(msg, IFLA_VF_VLAN, [index, one.vlan, one.qos])
            }
            more => nest(msg, IFLA_VF_VLAN_LIST, |msg| {
                more.iter().try_for_each(|one| {
                    let proto = u32::from_ne_bytes([(one.proto >> 8) as u8, one.proto as u8, 0, 0]);
                    put(msg, IFLA_VF_VLAN_INFO, [index, one.vlan, one.qos, proto])
                })
            }),
        }
    }
}

/// Shows what is set of the VFs.
pub(in crate::link) unsafe fn dump_details(link: &rtnl_link, p: *mut nl_dump_params) {
    if !link.has(VF_LIST) {
        return;
    }
    dump!(p, c"    SRIOV VF List\n");
    for vf in all(link).filter(|vf| vf.h.mask & INDEX != 0) {
        // SAFETY: params are the caller's.
        unsafe { dump_one(vf, p) };
    }
}

unsafe fn dump_one(vf: &rtnl_link_vf, p: *mut nl_dump_params) {
    let mut buf = [0 as c_char; 128];
    let (text, len) = (buf.as_mut_ptr(), buf.len());
    let has = |bit| vf.h.mask & bit != 0;
    let on = |bit, value| if has(bit) && value != 0 { c"on".as_ptr() } else { c"off".as_ptr() };
    // SAFETY: the buffer has the length said.
    unsafe {
        dump!(p, c"\tvf %u: ", vf.index);
        if has(STATE) {
            dump!(p, c"state %s ", rtnl_link_vf_linkstate2str(vf.state, text, len));
        }
        if has(ADDR) {
            dump!(p, c"addr %s ", nl_addr2str(vf.addr, text, len));
        }
        dump!(p, c"\n");
        let (spoofchk, trust, rss) =
            (on(SPOOFCHK, vf.spoofchk), on(TRUST, vf.trust), on(RSS, vf.rss));
        dump!(p, c"\t      spoofchk %s trust %s rss_query %s\n", spoofchk, trust, rss);
        match vf.limits() {
            Some(limits) if limits.api == OLD => {
                dump!(p, c"\t      rate_api old rate %u\n", limits.rate);
            }
            Some(limits) => {
                let (min, max) = (limits.min, limits.max);
                dump!(p, c"\t      rate_api new min_rate %u max_rate %u\n", min, max);
            }
            None => {}
        }
        let Some(vlans) = vf.vlans.as_ref() else { return };
        dump!(p, c"\t      VLANS:\n");
        for one in rows(vlans) {
            dump!(p, c"\t      vlan %u", one.vlan);
            if one.qos != 0 {
                dump!(p, c" qos %u", one.qos);
            }
            if one.proto != 0 {
                dump!(p, c" proto %s", rtnl_link_vf_vlanproto2str(one.proto, text, len));
            }
            dump!(p, c"\n");
        }
    }
}

/// Shows the counters of the VFs.
pub(in crate::link) unsafe fn dump_stats(link: &rtnl_link, p: *mut nl_dump_params) {
    if !link.has(VF_LIST) {
        return;
    }
    for vf in all(link).filter(|vf| vf.h.mask & INDEX != 0) {
        let [rx_packets, tx_packets, rx_bytes, tx_bytes, broadcast, multicast] = vf.stats;
        dump!(p, c"    VF %u Stats:\n", vf.index);
        dump_line!(p, c"\tRX:    bytes          packets      multicast  broadcast \n");
        let (value, unit) = size(rx_bytes);
        dump_line!(
            p,
            c"\t%10.2f %3s   %10llu   %10llu %10llu\n",
            value,
            unit,
            rx_packets,
            multicast,
            broadcast
        );
        dump_line!(p, c"\tTX:    bytes          packets   \n");
        let (value, unit) = size(tx_bytes);
        dump_line!(p, c"\t%10.2f %3s   %10llu\n", value, unit, tx_packets);
    }
    dump!(p, c"\n");
}
