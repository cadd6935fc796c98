// SPDX-License-Identifier: MIT OR Apache-2.0
//! Virtual functions of a link in messages that come.

use super::*;

/// Reads `IFLA_VFINFO_LIST` of a link that says that it has some.
pub(in super::super) unsafe fn read(link: &mut rtnl_link, list: &nlattr) -> Done {
    if !link.has(NUM_VF) || link.num_vf == 0 {
        return Ok(());
    }
    link.h.mask |= VF_LIST;
    // SAFETY: the payload is inside the attribute.
    unsafe {
        for nla in walk(nla_data(list).cast(), nla_len(list)) {
            let vf = rtnl_link_vf_alloc();
            let Some(new) = vf.as_mut() else { return Err(NLE_NOMEM) };
            append(link, vf);
            read_one(new, nla)?;
        }
    }
    Ok(())
}

/// The `at`th word of an attribute that has one.
unsafe fn word(nla: &nlattr, at: usize) -> u32 {
    // SAFETY: the attribute is long enough, by the caller's promise.
    unsafe { nla_data(nla).cast::<u32>().wrapping_add(at).read_unaligned() }
}

/// Keeps limits that a message tells of, if there are any: the kernel tells of none as zeros.
fn note_rate(vf: &mut rtnl_link_vf, rate: nl_vf_rate) {
    let told = if rate.api == OLD { rate.rate } else { rate.min | rate.max };
    if told != 0 {
        vf.rate = rate;
        vf.h.mask |= RATE;
    }
}

unsafe fn read_one(vf: &mut rtnl_link_vf, nest: &nlattr) -> Done {
    let mut tb = [null_mut(); MAX + 1];
    let nest = (&raw const *nest).cast_mut();
    // SAFETY: table and policy have a slot for each type, and what is read has been checked.
    unsafe {
        done(nla_parse_nested(tb.as_mut_ptr(), MAX as c_int, nest, LEAST.as_ptr()))?;
        for (kind, nla) in
            tb.iter().enumerate().filter_map(|(at, nla)| Some((at as u16, nla.as_ref()?)))
        {
            match kind {
                IFLA_VF_MAC => read_mac(vf, nla)?,
                IFLA_VF_TX_RATE => {
                    note_rate(vf, nl_vf_rate { api: OLD, rate: word(nla, 1), max: 0, min: 0 })
                }
                IFLA_VF_RATE => {
                    let (rate, min, max) = (vf.rate.rate, word(nla, 1), word(nla, 2));
                    note_rate(vf, nl_vf_rate { api: NEW, rate, min, max })
                }
                IFLA_VF_LINK_STATE => rtnl_link_vf_set_linkstate(vf, word(nla, 1)),
                IFLA_VF_SPOOFCHK if word(nla, 1) != !0 => {
                    rtnl_link_vf_set_spoofchk(vf, u32::from(word(nla, 1) != 0))
                }
                IFLA_VF_TRUST if word(nla, 1) != !0 => {
                    rtnl_link_vf_set_trust(vf, u32::from(word(nla, 1) != 0))
                }
                IFLA_VF_RSS_QUERY_EN if word(nla, 1) != !0 => {
                    rtnl_link_vf_set_rss_query_en(vf, u32::from(word(nla, 1) != 0))
                }
                IFLA_VF_VLAN if word(nla, 1) != 0 => {
                    read_vlan(vf, [word(nla, 1), word(nla, 2)], ETH_P_8021Q)?
                }
                IFLA_VF_VLAN_LIST => read_vlans(vf, nla)?,
                IFLA_VF_STATS => read_stats(vf, nla),
                _ => {}
            }
        }
    }
    Ok(())
}

unsafe fn read_mac(vf: &mut rtnl_link_vf, nla: &nlattr) -> Done {
    // SAFETY: the attribute is long enough.
    unsafe {
        rtnl_link_vf_set_index(vf, word(nla, 0));
        let addr = nl_addr_build(AF_LLC, nla_data(nla).wrapping_byte_add(4), 6);
        if addr.is_null() {
            return Err(NLE_NOMEM);
        }
        rtnl_link_vf_set_addr(vf, addr);
        nl_addr_put(addr);
    }
    Ok(())
}

unsafe fn read_vlan(vf: &mut rtnl_link_vf, [vlan, qos]: [u32; 2], proto: u16) -> Done {
    let mut vlans = null_mut();
    // SAFETY: the VLANs have room for one, and are ours until the VF holds them.
    unsafe {
        done(rtnl_link_vf_vlan_alloc(&mut vlans, 1))?;
        (*vlans).vlans.write(nl_vf_vlan_info { vlan, qos, proto });
        rtnl_link_vf_set_vlans(vf, &mut *vlans);
        rtnl_link_vf_vlan_put(vlans);
    }
    Ok(())
}

/// The first of a list. No protocol is that of plain VLANs.
unsafe fn read_vlans(vf: &mut rtnl_link_vf, list: &nlattr) -> Done {
    // SAFETY: the payload is inside the attribute.
    unsafe {
        let Some(nla) = walk(nla_data(list).cast(), nla_len(list)).next() else { return Ok(()) };
        if nla_len(nla) < 14 {
            return Err(NLE_RANGE);
        }
        let proto = match nla_data(nla).wrapping_byte_add(12).cast::<u16>().read_unaligned() {
            0 => ETH_P_8021Q,
            proto => u16::from_be(proto),
        };
        read_vlan(vf, [word(nla, 1), word(nla, 2)], proto)
    }
}

unsafe fn read_stats(vf: &mut rtnl_link_vf, nest: &nlattr) {
    // SAFETY: the payload is inside the attribute.
    unsafe {
        for nla in walk(nla_data(nest).cast(), nla_len(nest)).filter(|nla| nla_len(nla) >= 8) {
            if let Some(slot) = vf.stats.get_mut(nla_type(nla) as usize) {
                *slot = nla_data(nla).cast::<u64>().read_unaligned();
            }
        }
    }
    vf.h.mask |= STATS;
}
