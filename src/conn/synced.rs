// SPDX-License-Identifier: MIT OR Apache-2.0
//! A table that keeps itself in step with the kernel: subscribe, dump, then follow the notifications.
//!
//! Both come through one socket, so what is queued first is read first. Notifications that were lost,
//! and changes that the kernel does not tell of, are made good by another dump, of which only the
//! differences are shown.

use alloc::vec::Vec;
use core::ffi::c_int;
use core::fmt;
use core::mem::take;

use super::desk::{Got, Want};
use super::drive::{deadline, milliseconds};
use super::engine::{Id, Mode};
use super::options::Options;
use super::socket::Socket;
use super::table::{Change, Core, Spec};
use crate::error::{Error, Fault, Result};
use crate::grow;
use crate::sys;
use crate::uapi::rtnetlink::*;
use crate::uapi::*;
use crate::wire::{Message, Msg};

const MILLISECOND: u64 = 1_000_000;

/// How long a dump that the kernel refuses is left alone.
const REFUSED_PAUSE: u64 = 1000 * MILLISECOND;

/// How long a table waits for what has been told of to take effect.
const STIRRED_PAUSE: u64 = 10 * MILLISECOND;

/// What a table is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A dump is to be made, not before this time.
    Due(u64),
    /// The namespaces are being listed by the dump with this id.
    Listing(Id),
    /// Objects of namespaces that are not in the list are being reported as gone, from this place on.
    Clearing(u32),
    /// The dump with this id is under way.
    Dumping(Id),
    /// The dump is complete: objects that it did not show are gone.
    Sweeping,
    /// A namespace could not be dumped.
    Skipping,
    /// In step.
    Live,
}

/// How to open a table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Following {
    /// No events for the objects that are there at first.
    pub quiet_start: bool,
    /// Follow all namespaces that have an id in the socket's.
    pub all_nsid: bool,
}

/// What happened to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An object is there that was not.
    New,
    /// An object is another than it was.
    Change,
    /// An object is gone.
    Del,
    /// The first load is complete.
    Synced,
    /// In step again after notifications were lost.
    Resynced,
}

/// One event of a table.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// What happened.
    pub what: What,
    /// The object as it is, of [`What::New`] and [`What::Change`].
    pub now: Option<Message<'a>>,
    /// The object as it was, of [`What::Change`] and [`What::Del`].
    pub before: Option<Message<'a>>,
    /// Types of the attributes that differ, of [`What::Change`]. Empty if only the fixed header does.
    pub changed: &'a [u16],
    /// Id of the object's namespace, if that is another than the socket's.
    pub nsid: Option<i32>,
}

/// Kernel objects, kept in step.
///
/// One thread at a time may use it; it may move between threads.
pub struct Table {
    socket: Socket,
    core: Core,
    state: State,
    following: Following,
    /// The first load has been reported.
    synced: bool,
    /// Something may have been missed since the dump began: it has to be made again.
    stale: bool,
    /// That was because of a message that tells of more than it says.
    stirred: bool,
    /// Notifications were lost: say when all is well again.
    lost: bool,
    /// Dumps in a row that had to be made again.
    tries: u32,
    resyncs: u64,
    /// Datagrams the kernel had dropped when the dump began.
    drops: u32,
    /// Other namespaces, if they are followed; and how many of them have been dumped, where they can be.
    scopes: Option<Vec<i32>>,
    dumped: usize,
    /// The one being dumped, unless it is the table's own.
    scope: Option<i32>,
    /// What can't be made good.
    broken: Option<Fault>,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("state", &self.state).field("len", &self.len()).finish()
    }
}

impl Table {
    /// Opens a socket for the table and subscribes. Nothing is waited for: [`Table::next`] does the rest.
    pub fn open(spec: Spec, following: Following, options: &Options) -> Result<Table> {
        let mut socket = Socket::open_with(spec.protocol, options)?;
        if following.all_nsid {
            socket.set_option(NETLINK_LISTEN_ALL_NSID, 1)?;
        }
        for group in spec.all_groups()? {
            socket.join(group)?;
        }
        let others = following.all_nsid && spec.protocol == NETLINK_ROUTE;
        let scopes = others.then(Vec::new);
        if scopes.is_some() {
            socket.join(RTNLGRP_NSID)?;
        }
        let seed = sys::now() ^ u64::from(socket.port()).rotate_left(40);
        let core = Core::new(spec, seed, options.max_table)?;
        Ok(Table {
            socket,
            core,
            state: State::Due(0),
            following,
            synced: false,
            stale: false,
            stirred: false,
            lost: false,
            tries: 0,
            resyncs: 0,
            drops: 0,
            scopes,
            dumped: 0,
            scope: None,
            broken: None,
        })
    }

    /// The next event; `None` when `timeout` milliseconds have passed. With 0 it does what can be done
    /// without waiting.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self, timeout: i32) -> Result<Option<Event<'_>>> {
        let deadline = deadline(timeout);
        loop {
            if let Some(fault) = self.broken {
                return Err(Error::from(fault).during("table"));
            }
            let what = match self.step(deadline) {
                Ok(Step::Event(what)) => what,
                Ok(Step::Nothing) => continue,
                Ok(Step::TimedOut) => return Ok(None),
                Err(error) => return Err(error.during("table")),
            };
            if self.synced || !self.following.quiet_start || what == What::Synced {
                self.synced |= what == What::Synced;
                return Ok(Some(self.event(what)));
            }
        }
    }

    fn event(&self, what: What) -> Event<'_> {
        let of_object = matches!(what, What::New | What::Change | What::Del);
        Event {
            what,
            now: self.core.now().filter(|_| of_object && what != What::Del),
            before: self.core.before().filter(|_| of_object && what != What::New),
            changed: if what == What::Change { self.core.changed() } else { &[] },
            nsid: self.core.nsid().filter(|_| of_object),
        }
    }

    fn step(&mut self, deadline: u64) -> Result<Step> {
        match self.state {
            State::Due(at) if at == 0 || at <= sys::now() => self.begin().map(|()| Step::Nothing),
            State::Due(at) => self.receive(None, deadline.min(at), deadline),
            State::Dumping(id) => self.receive(Some(id), deadline, deadline),
            State::Live => self.receive(None, deadline, deadline),
            State::Listing(id) => self.receive(Some(id), deadline, deadline),
            State::Clearing(from) => self.clear(from),
            State::Sweeping => self.sweep(),
            State::Skipping => self.go_on(),
        }
    }

    /// Starts to dump: the table's own namespace first, after a list of the others.
    fn begin(&mut self) -> Result<()> {
        self.stale = false;
        self.drops = self.socket.drops();
        self.state = State::Due(sys::now().saturating_add(REFUSED_PAUSE));
        if self.scopes.is_none() {
            return self.dump(None);
        }
        let mut request = Msg::new(RTM_GETNSID, 0);
        request.put_header(&[0; 4]);
        self.state = State::Listing(self.socket.dump_open(&request, Mode::Consistent, -1)?);
        Ok(())
    }

    /// Starts the dump of one namespace.
    fn dump(&mut self, nsid: Option<i32>) -> Result<()> {
        self.core.begin(nsid);
        self.scope = nsid;
        let spec = self.core.spec();
        let id = match (nsid, spec.target) {
            (Some(nsid), Some(target)) => {
                let mut request = spec.dump.copy()?;
                request.put_s32(target, nsid);
                self.socket.dump_open(&request, Mode::Stream, -1)?
            }
            _ => self.socket.dump_open(&spec.dump, Mode::Stream, -1)?,
        };
        self.state = State::Dumping(id);
        Ok(())
    }

    /// The list of namespaces is complete.
    fn listed(&mut self, id: Id) -> Result<()> {
        let mut found = Vec::new();
        while let Some(message) = self.socket.dump_next(id)? {
            let nsid = message.attrs(4).get(NETNSA_NSID).and_then(|a| a.s32().ok());
            if let Some(nsid) = nsid.filter(|nsid| *nsid >= 0) {
                grow::push(&mut found, nsid)?;
            }
        }
        self.socket.dump_close(id);
        (self.scopes, self.dumped) = (Some(found), 0);
        if self.stale {
            // Namespaces may have come since; the next list will tell.
            return self.dump(None);
        }
        self.state = State::Clearing(0);
        Ok(())
    }

    /// Reports an object of a namespace that has no id any more, or goes on to dump.
    fn clear(&mut self, mut from: u32) -> Result<Step> {
        let known = self.scopes.as_deref().unwrap_or_default();
        let change = self.core.stray(known, &mut from);
        self.state = State::Clearing(from);
        match change {
            Some(change) => self.applied(Ok(change)),
            None => self.dump(None).map(|()| Step::Nothing),
        }
    }

    /// Goes on with the next namespace, if there is one that can be dumped.
    fn next_scope(&mut self) -> Result<bool> {
        let scopes = self.scopes.as_ref().filter(|_| self.core.spec().target.is_some());
        let Some(nsid) = scopes.and_then(|scopes| scopes.get(self.dumped)).copied() else {
            return Ok(false);
        };
        self.dumped = self.dumped.saturating_add(1);
        self.dump(Some(nsid)).map(|()| true)
    }

    /// Takes in one message, or the end of a dump.
    fn receive(&mut self, dump: Option<Id>, until: u64, deadline: u64) -> Result<Step> {
        if let Some(row) = dump.and_then(|id| self.socket.dump_quick(id)) {
            let change = self.core.row(&row, self.scope);
            return self.applied(change);
        }
        match self.socket.turn(Want::Table(dump.unwrap_or(Id::MAX)), until)? {
            Got::Message(place) => {
                let from = self.socket.from;
                self.socket.stream_on(dump);
                let message = self.socket.message(place)?;
                let change = match from.group {
                    0 => self.core.row(&message, self.scope),
                    RTNLGRP_NSID if self.scopes.is_some() => {
                        self.stirred = true;
                        self.missed();
                        return Ok(Step::Nothing);
                    }
                    group => self.core.notified(&message, group, from.nsid),
                };
                self.applied(change)
            }
            Got::Kept | Got::End => self.kept(),
            Got::TimedOut if until < deadline => Ok(Step::Nothing),
            Got::TimedOut => Ok(Step::TimedOut),
        }
    }

    /// A dump has ended, or notifications were queued: behind a gap, or the gap itself.
    fn kept(&mut self) -> Result<Step> {
        match self.state {
            State::Listing(id) if self.socket.dump_has_ended(id) => {
                self.state = State::Due(sys::now().saturating_add(REFUSED_PAUSE));
                return self.listed(id).map(|()| Step::Nothing);
            }
            State::Dumping(id) if self.socket.dump_has_ended(id) => {
                let end = self.socket.dump_next(id).map(drop);
                self.socket.dump_close(id);
                return self.dumped(end).map(|()| Step::Nothing);
            }
            _ => {}
        }
        match self.socket.desk.notes.pop() {
            Some(Some(note)) => {
                let (message, _) = Message::split(&note.bytes)?;
                let change = self.core.notified(&message, note.group, note.nsid);
                self.applied(change)
            }
            Some(None) => {
                self.lost = true;
                self.missed();
                Ok(Step::Nothing)
            }
            None => Ok(Step::Nothing),
        }
    }

    /// Something has changed that notifications do not tell: dump again, soon.
    fn missed(&mut self) {
        self.stale = true;
        if self.state == State::Live {
            self.again();
        }
    }

    /// Dumps again: at once the first time, then with growing pauses. What stirs a table is told of
    /// before it has all taken effect, and seldom comes alone.
    fn again(&mut self) {
        let pause = match self.tries {
            _ if self.stirred => STIRRED_PAUSE,
            0 => 0,
            n => MILLISECOND << n.min(7).saturating_sub(1),
        };
        self.stirred = false;
        self.tries = self.tries.saturating_add(1);
        self.resyncs = self.resyncs.saturating_add(1);
        self.state = State::Due(sys::now().saturating_add(pause));
    }

    /// The dump of one namespace has ended.
    fn dumped(&mut self, end: Result<()>) -> Result<()> {
        // EBUSY: a dump that was given up, as its end seemed to be lost, still runs in the kernel: it had
        // no memory for the next part, and goes on with the next notification.
        const AGAIN: [i32; 4] = [errno::ESTALE, errno::EMSGSIZE, errno::ENOBUFS, errno::EBUSY];
        match end {
            Ok(()) if self.stale || self.drops != self.socket.drops() => self.again(),
            Ok(()) => self.state = State::Sweeping,
            Err(error) if AGAIN.contains(&error.errno()) => self.again(),
            // What can't be dumped there is still notified of.
            Err(_) if self.scope.is_some() => {
                self.state = State::Skipping;
            }
            Err(error) => {
                self.state = State::Due(sys::now().saturating_add(REFUSED_PAUSE));
                return Err(error);
            }
        }
        Ok(())
    }

    /// Reports an object that the dump did not show, or that all have been reported.
    fn sweep(&mut self) -> Result<Step> {
        if let Some(change) = self.core.gone() {
            return self.applied(Ok(change));
        }
        self.go_on()
    }

    /// Goes on with the next namespace, or is in step.
    fn go_on(&mut self) -> Result<Step> {
        if self.next_scope()? {
            return Ok(Step::Nothing);
        }
        Ok(self.in_step())
    }

    /// All dumps are complete.
    fn in_step(&mut self) -> Step {
        self.state = State::Live;
        if self.stale {
            self.again();
            return Step::Nothing;
        }
        self.tries = 0;
        match (self.synced, take(&mut self.lost)) {
            (false, _) => Step::Event(What::Synced),
            (true, true) => Step::Event(What::Resynced),
            (true, false) => Step::Nothing,
        }
    }

    fn applied(&mut self, change: core::result::Result<Change, Fault>) -> Result<Step> {
        if self.core.stirred() {
            self.stirred = true;
            self.missed();
        }
        Ok(Step::Event(match change {
            Ok(Change::New) => What::New,
            Ok(Change::Changed) => What::Change,
            Ok(Change::Deleted) => What::Del,
            Ok(Change::Nothing | Change::Stir) => return Ok(Step::Nothing),
            Err(fault) => {
                self.broken = Some(fault);
                return Err(fault.into());
            }
        }))
    }

    /// The object with the key of `like`, a message whose fixed header and attributes hold it.
    pub fn find(
        &mut self,
        like: &Msg,
        nsid: Option<i32>,
    ) -> core::result::Result<Option<Message<'_>>, Fault> {
        let message = Message::known(like.header(), like.unsealed()?);
        message.map_or(Ok(None), |message| self.core.find(&message, nsid))
    }

    /// The objects, in no order: one for each call until `None`. `cursor` is 0 at first. An event taken
    /// in between may hide some or show some twice.
    pub fn each(&self, cursor: &mut u64) -> Option<(Message<'_>, Option<i32>)> {
        self.core.each(cursor)
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.core.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory that the objects take.
    pub fn bytes(&self) -> usize {
        self.core.bytes()
    }

    /// How often it was dumped again.
    pub fn resyncs(&self) -> u64 {
        self.resyncs
    }

    /// Whether all that the kernel has told so far is in the table.
    pub fn is_synced(&self) -> bool {
        self.synced && self.state == State::Live
    }

    /// Its socket's descriptor, for poll(2).
    pub fn fd(&self) -> c_int {
        self.socket.fd()
    }

    /// The socket, for its statistics.
    pub fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Milliseconds until [`Table::next`] has to be called although the descriptor is not ready, as
    /// poll(2) takes them: 0 for at once, negative for never.
    pub fn timeout(&self) -> c_int {
        let socket = self.socket.timeout();
        match self.state {
            State::Clearing(_) | State::Sweeping | State::Skipping => 0,
            State::Due(at) => {
                let own = milliseconds(sys::now(), at);
                if socket < 0 { own } else { own.min(socket) }
            }
            State::Listing(_) | State::Dumping(_) | State::Live => socket,
        }
    }
}

/// What a step came to.
enum Step {
    Nothing,
    TimedOut,
    Event(What),
}
