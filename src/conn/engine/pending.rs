// SPDX-License-Identifier: MIT OR Apache-2.0
//! One request on its way.

use alloc::vec::Vec;

use super::window::{Kind, Window};
use super::{Id, Mode, Verdict};
use crate::error::Fault;
use crate::uapi::*;
use crate::wire::{Ack, Header, align4};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// To be sent, not before this time.
    Queued(u64),
    /// Sent; the answer is under way.
    Sent,
    /// Given up, but the kernel still dumps: its messages are swallowed up to its DONE.
    Abandoned,
}

#[derive(Debug)]
pub(super) struct Pending {
    pub(super) id: Id,
    /// Of its first message.
    pub(super) seq: u32,
    /// How many messages it consists of: more than one in a transaction.
    pub(super) span: u32,
    pub(super) dump: Option<Mode>,
    pub(super) state: State,
    /// What its submitter gets back; `None` where somebody waits for this very request.
    pub(super) user: Option<u64>,
    /// Success is not reported.
    pub(super) quiet: bool,
    /// Why the result can't be trusted or will not come, once that is known.
    pub(super) fault: Option<Fault>,
    pub(super) restarts: u32,
    pub(super) deadline: u64,
    /// What its answer was expected to take of the receive queue, and what its objects took so far.
    pub(super) charge: usize,
    pub(super) heard: usize,
    pub(super) request: Vec<u8>,
}

impl Pending {
    /// Bytes that it keeps.
    pub(super) fn cost(&self) -> usize {
        size_of::<Pending>().saturating_add(self.request.len())
    }

    /// What the answer may take of the receive queue.
    pub(super) fn charge_in(&self, window: &Window) -> usize {
        window.charge(self.kind(), self.span, self.request.len())
    }

    /// What kind of request it is, as far as that says how it is answered.
    pub(super) fn kind(&self) -> Kind {
        let kind = self.request.get(4..).and_then(|b| b.first_chunk()).copied();
        let first = self.request.get(Header::LEN).copied();
        (u16::from_ne_bytes(kind.unwrap_or_default()), first.unwrap_or_default())
    }

    /// Numbers its messages from `seq` on. Gives the number after the last.
    pub(super) fn number(&mut self, seq: u32) -> u32 {
        (self.seq, self.state) = (seq, State::Sent);
        let (mut at, mut next) = (0usize, seq);
        for _ in 0..self.span {
            let Some(header) = self.request.get_mut(at..).and_then(|b| b.first_chunk_mut()) else {
                break;
            };
            let [a, b, c, d, _, _, _, _, number @ ..]: &mut [u8; 12] = header;
            number.copy_from_slice(&next.to_ne_bytes());
            let len = u32::from_ne_bytes([*a, *b, *c, *d]) as usize;
            (at, next) = (at.saturating_add(align4(len)), following(next));
        }
        next
    }

    /// The index of the message whose acknowledgement ends it.
    pub(super) fn last(&self) -> u32 {
        self.span.saturating_sub(2)
    }

    /// Asks for an acknowledgement, unless it is a transaction, which does so itself.
    pub(super) fn ask_ack(&mut self) {
        if self.span > 1 {
            return;
        }
        if let Some(flags) = self.request.get_mut(6..).and_then(|b| b.first_chunk_mut::<2>()) {
            *flags = (u16::from_ne_bytes(*flags) | NLM_F_ACK).to_ne_bytes();
        }
    }

    /// What an ERROR or a DONE means for this request.
    pub(super) fn verdict<'a>(&self, ack: Result<Ack<'a>, Fault>) -> Verdict<'a> {
        match (ack, self.fault) {
            (Err(fault), _) => Verdict::Failed(fault),
            (Ok(ack), _) if ack.error() != 0 => Verdict::Refused(ack),
            (Ok(ack), Some(Fault::Interrupted)) if self.dump == Some(Mode::BestEffort) => {
                Verdict::Ok(ack)
            }
            (Ok(_), Some(fault)) => Verdict::Failed(fault),
            (Ok(ack), None) => Verdict::Ok(ack),
        }
    }

    /// Queues an interrupted dump again: at once the first time, then with growing back-off, since a
    /// writer that interrupts every dump must be given time to finish.
    pub(super) fn again(&mut self, now: u64) {
        const MILLISECOND: u64 = 1_000_000;
        let wait = match self.restarts {
            0 => 0,
            n => MILLISECOND.checked_shl(n.min(7).saturating_sub(1)).unwrap_or(MILLISECOND),
        };
        self.restarts = self.restarts.saturating_add(1);
        self.fault = None;
        self.seq = 0;
        self.state = State::Queued(now.saturating_add(wait).max(1));
    }
}

/// The sequence number after `seq`. 0 is for notifications.
pub(super) fn following(seq: u32) -> u32 {
    seq.wrapping_add(1).max(1)
}
