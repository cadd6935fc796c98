// SPDX-License-Identifier: MIT OR Apache-2.0
//! Dumps side by side, in a network namespace of their own.

mod common;

use std::net::{IpAddr, Ipv4Addr};

use common::*;
use rnl::family::rt::ifaddrmsg;
use rnl::uapi::rtnetlink::*;
use rnl::{DumpJob, Fixed, Mode, Msg, Result, Socket, dump_together};

const NO_SUCH_TYPE: u16 = 2000;

fn addresses_request() -> Msg {
    let mut msg = Msg::new(RTM_GETADDR, 0);
    msg.put_fixed(&ifaddrmsg::default());
    msg
}

/// The names and addresses that two sockets find at the same time.
fn both(links: &mut Socket, addresses: &mut Socket) -> Result<(Vec<String>, Vec<u32>)> {
    let (all_links, all_addresses) = (link_request(RTM_GETLINK, 0, 0), addresses_request());
    let mut jobs = [DumpJob::new(links, &all_links), DumpJob::new(addresses, &all_addresses)];
    dump_together(&mut jobs, SOON);
    let [links, addresses] = jobs.map(|job| job.result);
    let address = |m: rnl::Message<'_>| m.attrs(ifaddrmsg::LEN).get(IFA_LOCAL)?.be32().ok();
    let addresses = addresses?.messages().filter_map(address).collect();
    Ok((links?.messages().map(name_of).collect(), addresses))
}

#[test]
fn dumps_side_by_side_find_what_is_there() {
    in_namespace(|| {
        let (mut one, mut other) = (route(), route());
        let index = add_link(&mut one, "v0");
        for n in 0..100 {
            add_addr(&mut one, index, IpAddr::from(Ipv4Addr::from(0x0a00_0000 + n)));
        }
        for _ in 0..20 {
            let (names, addresses) = both(&mut one, &mut other).unwrap();
            assert_eq!(names, links(&mut one));
            assert_eq!(addresses, (0x0a00_0000..0x0a00_0000 + 100).collect::<Vec<_>>());
        }
    });
}

#[test]
fn a_dump_that_was_left_does_not_disturb_them() {
    in_namespace(|| {
        let (mut one, mut other) = (route(), route());
        let all = link_request(RTM_GETLINK, 0, 0);
        assert!(one.dump(&all, Mode::Stream, SOON).unwrap().next().unwrap().is_some());
        let (names, _) = both(&mut one, &mut other).unwrap();
        assert_eq!(names, links(&mut other));
        let refused = Msg::new(NO_SUCH_TYPE, 0);
        let mut jobs = [DumpJob::new(&mut one, &all), DumpJob::new(&mut other, &refused)];
        dump_together(&mut jobs, SOON);
        assert!(jobs[0].result.is_ok());
        assert!(jobs[1].result.is_err());
    });
}
