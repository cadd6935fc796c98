// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which requests go out, and with which others.

use super::places::Place;
use super::*;

/// What goes out next.
enum Next {
    Dump(usize),
    /// Requests with smaller ids than this.
    Requests(Id),
}

impl Engine {
    /// The next datagram to send, and the id of the first request in it. They count as sent; if sending
    /// fails, say [`Engine::unsent`].
    pub fn transmit(&mut self, now: u64) -> Option<(Id, &[u8])> {
        match self.next(now)? {
            Next::Dump(index) => {
                self.packed = 0;
                let p = self.dumps.get_mut(index)?;
                self.seq = p.number(self.seq);
                Some((p.id, &p.request))
            }
            Next::Requests(before) => self.pack(before),
        }
    }

    /// What is to be sent next: requests keep their order among dumps that are due.
    fn next(&self, now: u64) -> Option<Next> {
        let due = |p: &Pending| matches!(p.state, State::Queued(at) if at <= now);
        let dump = self.dumps.position(due).filter(|_| !self.dumping());
        let dump_id = dump.and_then(|index| self.dumps.get(index)).map_or(Id::MAX, |p| p.id);
        match (dump, self.requests.get(self.sent)) {
            (_, Some(p)) if p.id < dump_id => Some(Next::Requests(dump_id)),
            (Some(index), _) if self.window.admits_dump() => Some(Next::Dump(index)),
            _ => None,
        }
    }

    /// As many of the queued requests, up to the one with id `before`, as may go out in one datagram.
    fn pack(&mut self, before: Id) -> Option<(Id, &[u8])> {
        let first = self.sent;
        let mut len = 0;
        while let Some(more) = self.next_fits(first, len, before) {
            self.admit();
            len = more;
        }
        let last = self.sent.checked_sub(1).filter(|last| *last >= first)?;
        self.packed = self.sent.saturating_sub(first);
        self.requests.get_mut(last)?.ask_ack();
        let id = self.requests.get(first)?.id;
        if last == first {
            return self.requests.get(first).map(|p| (id, &*p.request));
        }
        self.datagram.clear();
        for index in first..=last {
            let p = self.requests.get(index)?;
            grow::append(&mut self.datagram, &p.request).ok()?;
        }
        Some((id, &self.datagram))
    }

    /// Whether the next queued request may go out with those from `first` on, `len` bytes so far. Gives
    /// the length with it.
    fn next_fits(&mut self, first: usize, len: usize, before: Id) -> Option<usize> {
        let p = self.requests.get(self.sent).filter(|p| p.id < before)?;
        let with = len.saturating_add(align4(p.request.len()));
        let charge = p.charge_in(&self.window);
        let fits = self.window.admits(p.kind(), charge, self.dumping());
        if self.sent == first {
            return fits.then_some(with);
        }
        let alone = p.span > 1 || self.requests.get(first).is_some_and(|p| p.span > 1);
        if !fits || alone || with > self.longest {
            return None;
        }
        self.datagram.clear();
        self.datagram.try_reserve(with).ok().map(|()| with)
    }

    /// Counts the next queued request as sent.
    fn admit(&mut self) {
        let Some(p) = self.requests.get_mut(self.sent) else { return };
        p.charge = p.charge_in(&self.window);
        self.window.enter(p.kind(), p.charge);
        self.seq = p.number(self.seq);
        self.sent = self.sent.saturating_add(1);
    }

    /// Takes back one of the requests that could not be sent: those of the datagram that began with
    /// `first`. `None` when all have been taken.
    pub fn unsent(&mut self, first: Id) -> Option<Unsent> {
        let place = match self.seek(first) {
            Some(Place::Dump(index)) => Place::Dump(index),
            _ => {
                self.packed = self.packed.checked_sub(1)?;
                Place::Request(self.sent.checked_sub(1)?)
            }
        };
        let p = self.at(place).filter(|p| p.id >= first && p.state == State::Sent)?;
        let (id, user) = (p.id, p.user);
        self.remove(place).map(|request| Unsent { id, user, request })
    }

    /// Whether enough requests wait to be sent for a datagram that can't get much longer.
    pub fn is_full(&self) -> bool {
        let waiting = self.requests.len().saturating_sub(self.sent);
        waiting >= self.window.most().max(1) || self.kept >= self.longest
    }

    /// Whether there is something to send at time `now`.
    pub fn has_due(&self, now: u64) -> bool {
        let dumping = self.dumping();
        let fits = |p: &Pending| self.window.admits(p.kind(), p.charge_in(&self.window), dumping);
        match self.next(now) {
            Some(Next::Dump(_)) => true,
            Some(Next::Requests(_)) => self.requests.get(self.sent).is_some_and(fits),
            None => false,
        }
    }
}
