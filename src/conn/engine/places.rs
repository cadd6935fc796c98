// SPDX-License-Identifier: MIT OR Apache-2.0
//! Finding requests, and taking them out.

use super::*;

/// Where a request is.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Request(usize),
    Dump(usize),
}

/// What is kept of a request that was given up: its header and a byte.
const KEPT_HEAD: usize = Header::LEN + 1;

impl Engine {
    /// The kernel carries requests out in order: when it has answered number `seq`, the quiet ones before
    /// that it did not complain about have succeeded.
    pub(super) fn settle(&mut self, seq: u32) {
        let mut index = 0;
        let before = |p: &Pending| (seq.wrapping_sub(p.seq) as i32).is_positive();
        while let Some(p) = self.requests.get(index).filter(|p| index < self.sent && before(p)) {
            if p.state != State::Abandoned && (!p.quiet || p.fault.is_some()) {
                index = index.saturating_add(1);
                continue;
            }
            let (kind, heard) = (p.kind(), p.heard);
            self.window.answered(kind, heard);
            let request = self.remove(Place::Request(index)).unwrap_or_default();
            self.recycle(request);
        }
    }

    /// Says that the receive queue has been seen empty. What was given up does not take room there.
    pub fn seen_empty(&mut self) {
        if self.abandoned == 0 {
            return;
        }
        for index in (0..self.sent).rev() {
            let gone = self.requests.get(index).is_some_and(|p| p.state == State::Abandoned);
            if gone {
                self.remove(Place::Request(index));
            }
        }
    }

    /// Gives the request at `place` up, and its bytes back. One that has been sent is remembered: its
    /// answer takes room in the receive queue until it comes, or the queue is seen empty; and a dump's DONE
    /// must come before another can start.
    pub(super) fn give_up(&mut self, place: Place) -> Vec<u8> {
        match self.at(place).map(|p| (p.state, p.fault)) {
            Some((State::Abandoned, _)) => return Vec::new(),
            Some((State::Sent, fault)) if fault != Some(Fault::Overrun) => self.uncount(place),
            _ => return self.remove(place).unwrap_or_default(),
        }
        if let Place::Request(_) = place {
            self.abandoned = self.abandoned.saturating_add(1);
        }
        let Some(p) = self.at_mut(place) else { return Vec::new() };
        (p.state, p.user) = (State::Abandoned, None);
        // The head stays: it says what kind of request it was.
        let head = p.request.get(..p.request.len().min(KEPT_HEAD)).map(grow::copy);
        let head = head.and_then(Result::ok).unwrap_or_default();
        core::mem::replace(&mut p.request, head)
    }

    /// Takes the request at `place` out of the account of those with a `user`.
    fn uncount(&mut self, place: Place) {
        let Some(cost) = self.at(place).filter(|p| p.user.is_some()).map(Pending::cost) else {
            return;
        };
        self.submitted = self.submitted.saturating_sub(1);
        self.kept = self.kept.saturating_sub(cost);
    }

    pub(super) fn remove(&mut self, place: Place) -> Option<Vec<u8>> {
        self.uncount(place);
        let Place::Request(index) = place else {
            let Place::Dump(index) = place else { return None };
            return self.dumps.remove(index).map(|p| p.request);
        };
        let p = self.requests.remove(index)?;
        if p.state == State::Abandoned {
            self.abandoned = self.abandoned.saturating_sub(1);
        }
        if index < self.sent {
            self.sent = self.sent.saturating_sub(1);
            self.window.leave(p.kind(), p.charge);
        }
        Some(p.request)
    }

    pub(super) fn at(&self, place: Place) -> Option<&Pending> {
        match place {
            Place::Request(index) => self.requests.get(index),
            Place::Dump(index) => self.dumps.get(index),
        }
    }

    pub(super) fn at_mut(&mut self, place: Place) -> Option<&mut Pending> {
        match place {
            Place::Request(index) => self.requests.get_mut(index),
            Place::Dump(index) => self.dumps.get_mut(index),
        }
    }

    /// Where the request with sequence number `seq` is, once it has been sent.
    #[inline]
    pub(super) fn find(&self, seq: u32) -> Option<Place> {
        if seq == 0 {
            return None;
        }
        let dump = self.dumps.position(|p| p.seq == seq).map(Place::Dump);
        dump.or_else(|| self.find_request(seq))
    }

    /// Numbers grow along the requests that have been sent.
    fn find_request(&self, seq: u32) -> Option<Place> {
        let first = self.requests.first().filter(|_| self.sent > 0)?.seq;
        let after = seq.wrapping_sub(first);
        let not_beyond = |p: &Pending| p.seq.wrapping_sub(first) <= after;
        let index = self.requests.partition_point(self.sent, not_beyond).checked_sub(1)?;
        let p = self.requests.get(index)?;
        (seq.wrapping_sub(p.seq) < p.span).then_some(Place::Request(index))
    }

    /// Where request `id` is.
    pub(super) fn seek(&self, id: Id) -> Option<Place> {
        let dump = self.dumps.position(|p| p.id == id).map(Place::Dump);
        dump.or_else(|| {
            let index = self.requests.partition_point(self.requests.len(), |p| p.id < id);
            let found = self.requests.get(index).is_some_and(|p| p.id == id);
            found.then_some(Place::Request(index))
        })
    }
}
