// SPDX-License-Identifier: MIT OR Apache-2.0
//! How much may be under way at a time. Each answer is charged to the socket's receive queue; when that
//! is full, the kernel drops answers, errors among them. So no more is asked than can be answered.
//!
//! How long the answers to a kind of request are is known from those that came. Of a kind that has not
//! been answered yet, few are asked, and as more are answered, more.

/// What the kernel charges for an acknowledgement with an extended error: 832 bytes for most, the next
/// larger block of memory for those with long texts.
const ACK: usize = 1536;

/// What an answer of unknown length may take, or more where the queue is large.
const UNKNOWN: usize = 16 << 10;

/// A part of a dump that waits to be read, as the kernel charges it.
const DUMP_PART: usize = 64 << 10;

/// How many requests of one kind may be under way before any has been answered.
const FIRST_ROOM: usize = 8;

/// The largest number of requests under way.
const MOST_ROOM: usize = 1 << 16;

/// How many kinds of requests are remembered.
const KINDS: usize = 8;

/// What the kernel may charge for an object of `len` bytes: memory comes in powers of two, and there is
/// bookkeeping beside it.
pub(super) fn charge_of(len: usize) -> usize {
    len.saturating_mul(2).saturating_add(1024)
}

/// What tells kinds of requests apart: the type, and the first byte behind the header, which is the
/// command of a generic family, or the address family.
pub(super) type Kind = (u16, u8);

/// What is known of a kind of request.
#[derive(Clone, Copy, Debug)]
struct Known {
    kind: Kind,
    /// How many are under way, and how many there may be.
    flying: usize,
    room: usize,
    /// Charge of the longest answers of late; nothing has been answered yet if it is `None`.
    longest: Option<usize>,
}

const NEW: Known = Known { kind: (0, 0), flying: 0, room: FIRST_ROOM, longest: None };

/// The account of the receive queue.
#[derive(Debug)]
pub(super) struct Window {
    /// Bytes of the receive queue; `None` without bounds.
    queue: Option<usize>,
    /// Whether the kernel quotes a failed request whole.
    quotes: bool,
    /// Charge of the answers under way.
    used: usize,
    known: [Known; KINDS],
    /// The one to be forgotten next.
    oldest: usize,
}

impl Window {
    /// One without bounds, until the size of the queue is known.
    pub(super) fn new() -> Self {
        Window { queue: None, quotes: false, used: 0, known: [NEW; KINDS], oldest: 0 }
    }

    /// Says how large the receive queue is, and whether the kernel quotes failed requests.
    pub(super) fn set(&mut self, queue: usize, quotes: bool) {
        (self.queue, self.quotes) = (Some(queue), quotes);
    }

    /// How many requests may be under way at most.
    pub(super) fn most(&self) -> usize {
        self.queue.map_or(MOST_ROOM, |queue| queue / ACK)
    }

    fn find(&self, kind: Kind) -> Known {
        self.known.iter().find(|known| known.kind == kind).copied().unwrap_or(NEW)
    }

    /// What the answer to `messages` requests of `len` bytes in all may take.
    pub(super) fn charge(&self, kind: Kind, messages: u32, len: usize) -> usize {
        let Some(queue) = self.queue else { return 0 };
        let unknown = || UNKNOWN.max(queue / FIRST_ROOM).saturating_sub(ACK);
        let answer = self.find(kind).longest.unwrap_or_else(unknown);
        let quote = if self.quotes { charge_of(len) } else { 0 };
        ACK.saturating_mul(messages as usize).saturating_add(answer).saturating_add(quote)
    }

    /// Whether there is room for one more answer. There always is for a single one, unless a dump runs:
    /// then there is when it has ended.
    pub(super) fn admits(&self, kind: Kind, charge: usize, dumping: bool) -> bool {
        let Some(queue) = self.queue else { return true };
        // While a dump runs, its parts may fill half of the queue and one more.
        let queue = if dumping { (queue / 2).saturating_sub(DUMP_PART) } else { queue };
        let known = self.find(kind);
        let fits = self.used.saturating_add(charge) <= queue && known.flying < known.room;
        fits || (self.used == 0 && !dumping)
    }

    /// Whether a dump may start: the kernel refuses it where the queue is full.
    pub(super) fn admits_dump(&self) -> bool {
        self.queue.is_none_or(|queue| self.used <= queue / 2)
    }

    pub(super) fn enter(&mut self, kind: Kind, charge: usize) {
        self.used = self.used.saturating_add(charge);
        if let Some(known) = self.slot(kind) {
            known.flying = known.flying.saturating_add(1);
        }
    }

    /// Where a kind is remembered: in place of another that is not under way, if it is new.
    fn slot(&mut self, kind: Kind) -> Option<&mut Known> {
        self.queue?;
        let place = self.known.iter().position(|known| known.kind == kind);
        let place = place.unwrap_or_else(|| {
            self.oldest = self.oldest.wrapping_add(1) % KINDS;
            self.oldest
        });
        let known = self.known.get_mut(place)?;
        if known.kind != kind && known.flying == 0 {
            *known = Known { kind, ..NEW };
        }
        Some(known).filter(|known| known.kind == kind)
    }

    pub(super) fn leave(&mut self, kind: Kind, charge: usize) {
        self.used = self.used.saturating_sub(charge);
        if let Some(known) = self.known_of(kind) {
            known.flying = known.flying.saturating_sub(1);
        }
    }

    fn known_of(&mut self, kind: Kind) -> Option<&mut Known> {
        self.queue?;
        self.known.iter_mut().find(|known| known.kind == kind)
    }

    /// A request has been answered with objects of this charge.
    pub(super) fn answered(&mut self, kind: Kind, charge: usize) {
        let Some(known) = self.known_of(kind) else { return };
        let longest = known.longest.unwrap_or(charge);
        let changed = charge > longest.saturating_mul(2);
        known.room = match changed {
            true => FIRST_ROOM,
            false => known.room.saturating_add(1).min(MOST_ROOM),
        };
        known.longest = Some(charge.max(longest.saturating_sub(longest / 16)));
    }

    /// The queue has overflowed all the same.
    pub(super) fn shrink(&mut self) {
        self.known.iter_mut().for_each(|known| known.room = (known.room / 2).max(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What every kernel gives a socket unless it is told otherwise.
    const STANDARD: usize = 212_992;
    const ADD: Kind = (24, 2);
    const GET: Kind = (18, 0);

    fn standard() -> Window {
        let mut window = Window::new();
        window.set(STANDARD, false);
        window
    }

    /// How many requests of a kind are let in, and with what charge.
    fn fill(window: &mut Window, kind: Kind, dumping: bool) -> Vec<usize> {
        let mut charges = Vec::new();
        loop {
            let charge = window.charge(kind, 1, 60);
            if !window.admits(kind, charge, dumping) {
                return charges;
            }
            window.enter(kind, charge);
            charges.push(charge);
        }
    }

    /// Lets the requests that are under way be answered, and others, until all is known of the kind.
    fn learn(window: &mut Window, kind: Kind, charge_of_answer: usize) {
        for _ in 0..20 {
            for charge in fill(window, kind, false) {
                window.leave(kind, charge);
                window.answered(kind, charge_of_answer);
            }
        }
    }

    #[test]
    fn acknowledgements_fit_the_receive_queue() {
        let mut window = standard();
        learn(&mut window, ADD, 0);
        let n = fill(&mut window, ADD, false).len();
        assert!(n > 100 && n * 832 < STANDARD, "{n}");
    }

    #[test]
    fn beside_a_dump_there_is_less_room() {
        let mut window = standard();
        learn(&mut window, ADD, 0);
        let n = fill(&mut window, ADD, true).len();
        assert!(n > 10 && n * 832 < STANDARD / 2 - DUMP_PART, "{n}");
        window = Window::new();
        window.set(2048, false);
        assert_eq!(fill(&mut window, ADD, true).len(), 0);
        assert_eq!(fill(&mut window, ADD, false).len(), 1);
    }

    #[test]
    fn what_is_known_of_one_kind_says_nothing_of_another() {
        let mut window = standard();
        learn(&mut window, ADD, 0);
        let first = fill(&mut window, GET, false).len();
        assert!(first <= FIRST_ROOM, "{first}");
    }

    #[test]
    fn long_answers_leave_room_for_fewer_until_they_are_forgotten() {
        let mut window = standard();
        learn(&mut window, GET, charge_of(4000));
        let charges = fill(&mut window, GET, false);
        assert!(charges.len() > FIRST_ROOM && charges.len() * 8000 < STANDARD, "{charges:?}");
        charges.iter().for_each(|charge| window.leave(GET, *charge));
        (0..200).for_each(|_| window.answered(GET, 0));
        assert!(window.find(GET).longest < Some(16));
    }

    #[test]
    fn where_failed_requests_are_quoted_long_ones_count_more() {
        let mut window = standard();
        window.set(STANDARD, true);
        assert!(window.charge(ADD, 1, 10_000) > 20_000);
    }

    #[test]
    fn many_kinds_take_turns() {
        let mut window = standard();
        for kind in (16..100).map(|kind| (kind, 0)) {
            let charge = window.charge(kind, 1, 60);
            window.enter(kind, charge);
            window.leave(kind, charge);
            window.answered(kind, 100);
        }
        assert_eq!((window.used, window.find((99, 0)).longest), (0, Some(100)));
        assert_eq!(window.find((16, 0)).longest, None);
    }
}
