// SPDX-License-Identifier: MIT OR Apache-2.0
//! A netlink socket: the engine with a descriptor and a clock.

use alloc::vec::Vec;
use core::ffi::c_int;

use super::desk::Desk;
use super::drive::{Filled, deadline};
use super::engine::Engine;
use super::filter::{Keep, program};
use super::notes::Note;
use super::options::Options;
use super::trace::{Trace, note};
use crate::error::{Error, Fault, Result};
use crate::grow;
use crate::schema::{Family, Way};
use crate::sys::{self, Address, Buffer, Errno, Fd, Filter, Received};
use crate::uapi::*;
use crate::wire::{Match, Message, Messages};

/// What a monitor's receive queue should hold: 20,000 small notifications.
const MONITOR_RCVBUF: u32 = 8 << 20;

/// One received datagram, as it came.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Port id of the sender; 0 is the kernel.
    pub port: u32,
    /// The group it was sent to; 0 for none.
    pub group: u32,
    /// Id of the namespace it came from, if that is another one.
    pub nsid: Option<i32>,
}

/// A notification with where it came from.
#[derive(Clone, Copy, Debug)]
pub struct Notification<'a> {
    /// The message.
    pub message: Message<'a>,
    /// The group it was sent to; 0 if it was sent to this socket alone.
    pub group: u32,
    /// Id of the namespace it came from, if that is another one.
    pub nsid: Option<i32>,
}

/// An open netlink socket.
///
/// One thread at a time may use it; it may move between threads.
#[derive(Debug)]
pub struct Socket {
    pub(super) fd: Fd,
    pub(super) port: u32,
    /// Where `send` goes unless it is told.
    peer: Address,
    pub(super) options: Options,
    pub(super) desk: Desk,
    /// The datagram being read, from `at` on.
    pub(super) buf: Buffer,
    pub(super) at: usize,
    pub(super) from: Received,
    /// When `buf` was received.
    pub(super) now: u64,
    /// The notification shown last, if it was kept.
    pub(super) held: Note,
    /// Whether groups have been joined.
    pub(super) monitors: bool,
    /// Whether the kernel tells where datagrams come from.
    pub(super) origin: bool,
    /// Set while the queue that overflowed is read empty: how many datagrams it may still hold.
    pub(super) draining: Option<c_int>,
    /// What went wrong where it could not be reported.
    pub(super) late: Option<Error>,
    /// Whether the engine knows the sizes of the queues.
    pub(super) sized: bool,
    pub(super) trace: Option<Trace>,
}

pub(super) fn socket_error(doing: &'static str) -> impl Fn(Errno) -> Error {
    move |errno| Error::socket(errno, doing)
}

impl Socket {
    /// Opens a socket for `protocol` (`NETLINK_ROUTE` ...) with the default options.
    pub fn open(protocol: i32) -> Result<Socket> {
        Socket::open_with(protocol, &Options::default())
    }

    /// Opens a socket for `protocol`.
    pub fn open_with(protocol: i32, options: &Options) -> Result<Socket> {
        let kind = [
            (true, if options.dgram { libc::SOCK_DGRAM } else { libc::SOCK_RAW }),
            (!options.no_cloexec, libc::SOCK_CLOEXEC),
            (options.nonblock, libc::SOCK_NONBLOCK),
        ];
        let kind = kind.iter().filter(|(on, _)| *on).fold(0, |all, (_, flag)| all | flag);
        let fd = match options.netns {
            Some(netns) => sys::socket_in(netns, kind, protocol),
            None => Fd::socket(kind, protocol),
        };
        let fd = fd.map_err(socket_error("open"))?;
        fd.bind(Address { port: options.port, groups: 0 }).map_err(socket_error("bind"))?;
        let mut socket = Socket::with(fd, protocol, options)?;
        if socket.options.any_sender {
            socket.origin = true;
        } else {
            // The kernel lets nobody but its peer send to a connected socket.
            socket.fd.connect(Address::default()).map_err(socket_error("open"))?;
        }
        Ok(socket)
    }

    /// Takes over an open netlink socket. On an error it stays the caller's, open.
    pub fn adopt(fd: c_int, options: &Options) -> Result<Socket> {
        let fd = Fd::borrow(fd);
        let protocol = fd.socket_option(libc::SO_PROTOCOL).map_err(socket_error("adopt"))?;
        if fd.address().map_err(socket_error("adopt"))?.port == 0 {
            fd.bind(Address { port: options.port, groups: 0 }).map_err(socket_error("adopt"))?;
        }
        let mut socket = Socket::with(fd, protocol, options)?;
        // It may have joined groups already: notifications must be told from replies.
        socket.monitors = true;
        socket.set_option(NETLINK_PKTINFO, 1)?;
        socket.fd.own();
        Ok(socket)
    }

    fn with(fd: Fd, protocol: i32, options: &Options) -> Result<Socket> {
        let port = fd.address().map_err(socket_error("open"))?.port;
        let buf = Buffer::new(options.max_datagram.max(8 << 10))?;
        let now = sys::now();
        let mut options = options.clone();
        options.any_sender |= protocol == NETLINK_USERSOCK;
        // Sequence numbers of an adopted socket should not meet those of its past.
        let engine = Engine::new(protocol, port, (now >> 10) as u32);
        let desk = Desk::new(protocol, engine, options.max_queue, options.max_result);
        let mut socket = Socket {
            fd,
            port,
            peer: Address::default(),
            desk,
            buf,
            at: 0,
            from: Received::default(),
            now,
            held: Note::default(),
            monitors: false,
            origin: false,
            draining: None,
            late: None,
            sized: false,
            trace: Trace::of_environment(),
            options,
        };
        socket.set_up()?;
        Ok(socket)
    }

    /// Turns on what makes answers complete. Kernels that lack an option do without it.
    fn set_up(&mut self) -> Result<()> {
        let o = &self.options;
        let wanted = [
            (o.ext_ack, NETLINK_EXT_ACK),
            (o.cap_ack, NETLINK_CAP_ACK),
            (o.strict && self.desk.protocol == NETLINK_ROUTE, NETLINK_GET_STRICT_CHK),
        ];
        for (_, option) in wanted.into_iter().filter(|(on, _)| *on) {
            match self.fd.set_option(option, 1) {
                Ok(()) | Err(libc::ENOPROTOOPT) => {}
                Err(errno) => return Err(Error::socket(errno, "open")),
            }
        }
        let (rcvbuf, sndbuf) = (o.rcvbuf, o.sndbuf);
        if sndbuf != 0 {
            self.set_sndbuf(sndbuf)?;
        }
        if rcvbuf != 0 {
            self.set_rcvbuf(rcvbuf)?;
            // It may be small.
            self.measure()?;
        }
        Ok(())
    }

    /// [`Fault::Forked`] in a child of fork(2): what it took of the answers the parent would lack, and its
    /// requests would carry the parent's numbers. It may close the socket.
    #[inline]
    pub(crate) fn alive(&self) -> core::result::Result<(), Fault> {
        if self.buf.here() { Ok(()) } else { Err(Fault::Forked) }
    }

    /// The descriptor, for poll(2): readable when [`Socket::next`] may have something.
    pub fn fd(&self) -> c_int {
        self.fd.raw()
    }

    /// The port id it is bound to.
    pub fn port(&self) -> u32 {
        self.port
    }

    /// The protocol it speaks.
    pub fn protocol(&self) -> i32 {
        self.desk.protocol
    }

    /// Says what the generic family with this id is called, for errors and traces.
    pub(crate) fn learn(&mut self, id: u16, name: &str) -> Result<()> {
        Ok(self.desk.known.learn(id, name)?)
    }

    /// Says what describes the messages of a family; `id` of a generic one.
    pub(crate) fn learn_family(&mut self, id: u16, family: Family<'static>) -> Result<()> {
        Ok(self.desk.known.learn_family(id, family)?)
    }

    /// Sets where [`Socket::send`] with port and group 0 goes.
    pub fn connect(&mut self, port: u32, group: u32) -> Result<()> {
        self.alive()?;
        let address = Address { port, groups: group_bit(group)? };
        self.fd.connect(address).map_err(socket_error("connect"))?;
        (self.peer, self.origin) = (address, true);
        Ok(())
    }

    /// Sets an integer option of SOL_NETLINK.
    pub fn set_option(&mut self, option: i32, value: i32) -> Result<()> {
        self.alive()?;
        self.origin |= matches!(option, NETLINK_PKTINFO | NETLINK_LISTEN_ALL_NSID);
        self.fd.set_option(option, value).map_err(socket_error("set option"))
    }

    /// Reads an integer option of SOL_NETLINK.
    pub fn option(&self, option: i32) -> Result<i32> {
        self.fd.option(option).map_err(socket_error("get option"))
    }

    /// Sets the size of the kernel's receive queue: past the system's limit where that is allowed, else
    /// up to it. Gives what the kernel made of it.
    pub fn set_rcvbuf(&mut self, bytes: u32) -> Result<u32> {
        self.sized = false;
        self.set_buffer(libc::SO_RCVBUF, libc::SO_RCVBUFFORCE, bytes)
    }

    /// As [`Socket::set_rcvbuf`], for the send queue.
    pub fn set_sndbuf(&mut self, bytes: u32) -> Result<u32> {
        self.sized = false;
        self.set_buffer(libc::SO_SNDBUF, libc::SO_SNDBUFFORCE, bytes)
    }

    fn set_buffer(&self, option: c_int, force: c_int, bytes: u32) -> Result<u32> {
        let bytes = c_int::try_from(bytes).map_err(|_| Fault::BadArgument)?;
        let size = self.fd.set_buffer(option, force, bytes).map_err(socket_error("set buffer"))?;
        Ok(u32::try_from(size).unwrap_or(0))
    }

    /// Datagrams the kernel has dropped because the receive queue was full.
    pub(super) fn drops(&self) -> u32 {
        self.fd.memory().map_or(0, |memory| memory.drops)
    }

    /// Attaches a classic BPF filter: what it drops is never queued.
    pub fn attach_filter(&mut self, program: &[Filter]) -> Result<()> {
        self.alive()?;
        self.fd.attach_filter(program).map_err(socket_error("attach filter"))?;
        self.desk.keep = Keep::default();
        Ok(())
    }

    /// Takes the filter off.
    pub fn detach_filter(&mut self) -> Result<()> {
        self.alive()?;
        self.fd.detach_filter().map_err(socket_error("detach filter"))?;
        self.desk.keep = Keep::default();
        Ok(())
    }

    /// Keeps only the notifications that `rules` accept, of messages with a fixed header of `header`
    /// bytes; the kernel drops the others before they are queued. Answers always come. It takes the
    /// place of a filter that was attached; without rules it takes it off.
    pub fn keep(&mut self, rules: &[Match], header: usize) -> Result<()> {
        if rules.is_empty() {
            return self.detach_filter();
        }
        let keep = Keep::new(rules, header)?;
        self.attach_filter(&program(rules, header, self.port)?)?;
        self.desk.keep = keep;
        Ok(())
    }

    /// Joins a multicast group by number.
    pub fn join(&mut self, group: u32) -> Result<()> {
        if !self.monitors {
            self.set_option(NETLINK_PKTINFO, 1)?;
            if self.options.rcvbuf == 0 {
                self.set_rcvbuf(MONITOR_RCVBUF)?;
            }
            self.monitors = true;
        }
        self.membership(NETLINK_ADD_MEMBERSHIP, group, "join")
    }

    /// Leaves a multicast group. Notifications that are queued already still come.
    pub fn leave(&mut self, group: u32) -> Result<()> {
        self.membership(NETLINK_DROP_MEMBERSHIP, group, "leave")
    }

    fn membership(&self, option: c_int, group: u32, doing: &'static str) -> Result<()> {
        self.alive()?;
        let group = c_int::try_from(group).map_err(|_| Fault::BadArgument)?;
        self.fd.set_option(option, group).map_err(socket_error(doing))
    }

    /// The groups it has joined, in order.
    pub fn groups(&self) -> Result<Vec<u32>> {
        let mut bits = Vec::new();
        let need = self.fd.memberships(&mut []).map_err(socket_error("list groups"))?;
        grow::extend(&mut bits, need.div_ceil(4), 0u32)?;
        self.fd.memberships(&mut bits).map_err(socket_error("list groups"))?;
        let mut groups = Vec::new();
        for (bit, group) in (0..bits.len().saturating_mul(32)).zip(1u32..) {
            if bits.get(bit / 32).is_some_and(|word| word >> (bit % 32) & 1 == 1) {
                grow::push(&mut groups, group)?;
            }
        }
        Ok(groups)
    }

    /// Sends one datagram as it is, to a port and at most one group. Port 0 and group 0: to the kernel,
    /// or where [`Socket::connect`] said.
    pub fn send(&mut self, datagram: &[u8], port: u32, group: u32) -> Result<()> {
        self.alive()?;
        let to = Address { port, groups: group_bit(group)? };
        let (sent, to) = match to == Address::default() {
            true => (self.fd.send(datagram), self.peer),
            false => (self.fd.send_to(datagram, to), to),
        };
        match sent {
            Ok(_) => {}
            // The group has been served; only at port 0, the kernel, nobody listens.
            Err(libc::ECONNREFUSED) if to.port == 0 && to.groups != 0 => {}
            Err(errno) => return Err(Error::socket(errno, "send")),
        }
        self.desk.stats.sent(datagram);
        note(&mut self.trace, &self.desk.known, self.port, Way::ToKernel, datagram);
        Ok(())
    }

    /// Receives one datagram as it comes, past the engine: for protocols that are not requests and
    /// replies, and for the curious. `None` when `timeout` milliseconds have passed.
    pub fn receive(&mut self, timeout: i32) -> Result<Option<Datagram<'_>>> {
        self.alive()?;
        let deadline = deadline(timeout);
        loop {
            match self.fill()? {
                Filled::Datagram | Filled::Foreign => break,
                Filled::Nothing => {}
                Filled::Overflow => {
                    self.draining = None;
                    return Err(Error::from(Fault::Overrun).during("receive"));
                }
                Filled::Empty if self.wait(deadline)? => {}
                Filled::Empty => return Ok(None),
            }
        }
        self.at = self.buf.len();
        self.desk.stats.read(Messages::new(&self.buf).count());
        if self.from.len > self.buf.len() {
            return Err(Error::from(Fault::Truncated).during("receive"));
        }
        let Received { port, group, nsid, .. } = self.from;
        Ok(Some(Datagram { bytes: &self.buf, port, group, nsid }))
    }
}

/// The bit of a group in an address, which has room for the first 32 only.
fn group_bit(group: u32) -> Result<u32> {
    match group {
        0 => Ok(0),
        1..=32 => Ok(1u32.rotate_left(group.wrapping_sub(1))),
        _ => Err(Fault::BadArgument.into()),
    }
}
