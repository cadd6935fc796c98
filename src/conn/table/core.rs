// SPDX-License-Identifier: MIT OR Apache-2.0
//! The table: rows of dumps and notifications in, changes out.

use alloc::vec::Vec;

use super::heap::{Handle, Heap, Mark};
use super::index::Index;
use super::keep::Difference;
use super::key::{EVENT, PARTS, Plan, Shape};
use super::spec::Spec;
use crate::error::Fault;
use crate::uapi::NLM_F_REPLACE;
use crate::wire::{Match, Message, Place, accepts};

/// What a message did to the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing that is of interest.
    Nothing,
    /// An object came: [`Core::now`].
    New,
    /// An object is not as it was: [`Core::before`], [`Core::now`], [`Core::changed`].
    Changed,
    /// An object went: [`Core::before`].
    Deleted,
    /// Nothing more than [`Core::stirred`].
    Stir,
}

/// The namespace of objects whose messages name none: the socket's own.
pub(super) const OWN: i32 = i32::MIN;

/// No block.
pub(super) const NONE: Handle = 0;

/// Objects kept in step.
pub struct Core {
    pub(super) spec: Spec,
    pub(super) plan: Plan,
    pub(super) heap: Heap,
    pub(super) index: Index,
    /// The last one that was enough to accept a message.
    pub(super) family: Option<u8>,
    /// Of the message that was looked at last.
    pub(super) shape: Shape,
    pub(super) seed: u64,
    pub(super) cap: usize,
    /// Counts dumps.
    pub(super) generation: u32,
    /// The namespace of the dump that is under way.
    pub(super) scope: i32,
    pub(super) dumping: bool,
    /// Nothing was in the table when the dump began, and no notification has come since: each row is a
    /// new object. They are put into the index together, which is much faster than one by one.
    pub(super) bulk: bool,
    /// Blocks from here on are not in the index yet.
    pub(super) indexed: Handle,
    /// Where the search for objects that are gone has come.
    pub(super) cursor: Handle,
    pub(super) live: usize,
    /// Objects that have been deleted during the dump, and are remembered until it has ended.
    pub(super) dead: usize,
    /// Live objects that have been heard of since the dump began.
    pub(super) fresh: usize,
    pub(super) now: Handle,
    pub(super) before: Handle,
    pub(super) changed: Vec<u16>,
    pub(super) stirred: bool,
}

/// A message of which a copy has been staged, and its key.
pub(super) struct Entry<'m> {
    pub(super) message: &'m [u8],
    pub(super) hash: u32,
    /// Length of the copy.
    pub(super) len: usize,
    pub(super) nsid: i32,
}

/// The objects of one key.
#[derive(Default)]
struct Chain {
    /// The one that a message is about, if there is no doubt. It may be dead.
    same: Handle,
    /// How many are not dead, and the last of them.
    live: usize,
    last: Handle,
    /// Whether notifications have told of any since the dump began.
    touched: bool,
}

impl Core {
    /// An empty table of at most `cap` bytes. `seed` is something that who makes objects can't guess.
    pub fn new(spec: Spec, seed: u64, cap: usize) -> Result<Self, Fault> {
        spec.check()?;
        Ok(Core {
            plan: Plan::new(&spec)?,
            spec,
            heap: Heap::new(),
            index: Index::new(),
            family: None,
            shape: Shape::new(),
            seed,
            cap,
            generation: 0,
            scope: OWN,
            dumping: false,
            bulk: false,
            indexed: NONE,
            cursor: NONE,
            live: 0,
            dead: 0,
            fresh: 0,
            now: NONE,
            before: NONE,
            changed: Vec::new(),
            stirred: false,
        })
    }

    /// What it is a table of.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Bytes that the objects take, and what is needed to find them.
    pub fn bytes(&self) -> usize {
        self.heap.bytes().saturating_add(self.index.bytes())
    }

    /// The object as the last change left it.
    pub fn now(&self) -> Option<Message<'_>> {
        self.heap.message(self.now).filter(|_| self.now != NONE)
    }

    /// The object as it was before the last change.
    pub fn before(&self) -> Option<Message<'_>> {
        self.heap.message(self.before).filter(|_| self.before != NONE)
    }

    /// The namespace of the object of the last change.
    pub fn nsid(&self) -> Option<i32> {
        let at = if self.now == NONE { self.before } else { self.now };
        shown(self.heap.nsid(at)).filter(|_| at != NONE)
    }

    /// Types of the attributes that the last change changed; none if only the fixed header differs.
    pub fn changed(&self) -> &[u16] {
        if self.now == NONE || self.before == NONE { &[] } else { &self.changed }
    }

    /// Whether objects may have changed in a way that nobody tells of, by what the last message was
    /// about: dump again, after the dump that is under way. The kernel sends some of these messages
    /// before it does what follows from them, so wait a little.
    pub fn stirred(&self) -> bool {
        self.stirred
    }

    /// The object with the key that `like` has; of several, one of them.
    pub fn find(
        &mut self,
        like: &Message<'_>,
        nsid: Option<i32>,
    ) -> Result<Option<Message<'_>>, Fault> {
        self.catch_up()?;
        Ok(self.found(like, nsid))
    }

    fn found(&self, like: &Message<'_>, nsid: Option<i32>) -> Option<Message<'_>> {
        let shape = self.plan.shape(like.bytes());
        let nsid = nsid.unwrap_or(OWN);
        let hash = self.plan.hash(&shape, like.bytes(), nsid, self.seed);
        let mut probe = self.index.probe(hash);
        while let Some(at) = self.index.next(&mut probe, hash) {
            let own = self.heap.nsid(at) == nsid && !self.heap.mark(at).dead;
            if own && self.plan.same(&shape, like.bytes(), self.heap.bytes_at(at)) {
                return self.heap.message(at);
            }
        }
        None
    }

    /// The objects, one by one: `cursor` starts at 0. No order, and no meaning across changes.
    pub fn each(&self, cursor: &mut u64) -> Option<(Message<'_>, Option<i32>)> {
        let mut from = Handle::try_from(*cursor).unwrap_or(Handle::MAX);
        while let Some(at) = self.heap.next(from) {
            from = self.heap.after(at);
            *cursor = from.into();
            if !self.heap.mark(at).dead {
                return self.heap.message(at).map(|m| (m, shown(self.heap.nsid(at))));
            }
        }
        None
    }

    /// A dump of the objects of namespace `scope` starts, perhaps anew.
    pub fn begin(&mut self, scope: Option<i32>) {
        self.forget();
        self.bury();
        self.tidy();
        self.generation = self.generation.wrapping_add(1);
        self.scope = scope.unwrap_or(OWN);
        (self.dumping, self.cursor, self.fresh) = (true, NONE, 0);
        self.bulk = self.live == 0;
        if self.bulk {
            // Nothing is left but free blocks.
            (self.heap, self.index, self.indexed) = (Heap::new(), Index::new(), NONE);
        }
    }

    /// An object of the dump.
    #[inline]
    pub fn row(&mut self, m: &Message<'_>, nsid: Option<i32>) -> Result<Change, Fault> {
        self.forget();
        if !self.spec.new.is(m) || !self.accepts(m) {
            return Ok(Change::Nothing);
        }
        if !self.plan.unsaid.is_empty() && self.is_unsaid(m) {
            return self.unsaid(m, nsid);
        }
        if self.bulk {
            return self.row_of_first_dump(m, nsid);
        }
        self.catch_up()?;
        let entry = self.enter(m, nsid)?;
        let mut probe = self.index.probe(entry.hash);
        match self.index.next(&mut probe, entry.hash) {
            None => self.insert(&entry, false),
            Some(_) => self.seen(&entry),
        }
    }

    fn is_unsaid(&self, m: &Message<'_>) -> bool {
        self.plan.unsaid.iter().any(|test| test.holds(m, self.spec.header))
    }

    /// A row that shows an object in a state that nobody tells of.
    fn unsaid(&mut self, m: &Message<'_>, nsid: Option<i32>) -> Result<Change, Fault> {
        if self.bulk {
            return Ok(Change::Nothing);
        }
        self.catch_up()?;
        let entry = self.enter(m, nsid)?;
        let known = self.look(&entry)?.last != NONE;
        if known { self.seen(&entry) } else { Ok(Change::Nothing) }
    }

    /// A row whose key may be known.
    #[inline(never)]
    fn seen(&mut self, entry: &Entry<'_>) -> Result<Change, Fault> {
        let chain = self.look(entry)?;
        if chain.same != NONE {
            // What a notification said is newer, or the same.
            let told = self.is_touched(self.heap.mark(chain.same));
            return if told { Ok(Change::Nothing) } else { self.update(entry, chain.same, false) };
        }
        if chain.touched {
            return Ok(self.stir());
        }
        if chain.live == 1 && self.heap.mark(chain.last).generation != self.generation {
            return self.update(entry, chain.last, false);
        }
        self.insert(entry, false)
    }

    /// Whether a message is about objects of the table.
    #[inline(always)]
    fn accepts(&mut self, m: &Message<'_>) -> bool {
        let family = m.body().first().copied();
        if self.family.is_some() && self.family == family {
            return true;
        }
        let accepted = accepts(&self.spec.matches, self.spec.header.into(), m);
        let by_family = |rule: &Match| (rule.place, rule.width) == (Place::Header(0), 1);
        if accepted && self.spec.matches.iter().all(by_family) {
            self.family = family;
        }
        accepted
    }

    /// A notification from `group`.
    pub fn notified(
        &mut self,
        m: &Message<'_>,
        group: u32,
        nsid: Option<i32>,
    ) -> Result<Change, Fault> {
        self.forget();
        let stirs = self.spec.stirs.iter().any(|stir| stir.is(m, group, self.spec.header));
        let change = self.applied(m, nsid)?;
        self.stirred |= stirs;
        Ok(if stirs && change == Change::Nothing { Change::Stir } else { change })
    }

    fn stir(&mut self) -> Change {
        self.stirred = true;
        Change::Stir
    }

    fn applied(&mut self, m: &Message<'_>, nsid: Option<i32>) -> Result<Change, Fault> {
        let gone = self.spec.del.is(m);
        let told = gone || self.spec.new.is(m);
        if !told || !self.accepts(m) {
            return Ok(Change::Nothing);
        }
        if !self.dumping {
            self.tidy();
        }
        self.catch_up()?;
        let entry = self.enter(m, nsid)?;
        if self.shape.roles & EVENT != 0 && !gone {
            return Ok(Change::Nothing);
        }
        let chain = self.look(&entry)?;
        match (gone, self.spec.exact) {
            (false, false) => self.told(&entry, &chain),
            (false, true) => self.told_one(&entry, &chain, m.has(NLM_F_REPLACE)),
            (true, false) => self.gone_one(&entry, &chain, chain.last),
            (true, true) => self.gone_like(&entry, &chain),
        }
    }

    /// The next object of a namespace that is neither known nor the table's own. `from` is 0 at first.
    pub fn stray(&mut self, known: &[i32], from: &mut u32) -> Option<Change> {
        self.forget();
        while let Some(at) = self.heap.next(*from) {
            *from = self.heap.after(at);
            let nsid = self.heap.nsid(at);
            if nsid == OWN || known.contains(&nsid) {
                continue;
            }
            let dead = self.heap.mark(at).dead;
            self.discard(at);
            if !dead {
                self.before = at;
                return Some(Change::Deleted);
            }
        }
        None
    }

    /// After a dump that ended well: the next object that is not there any more.
    pub fn gone(&mut self) -> Option<Change> {
        self.forget();
        // Nothing that the first dump did not show was there before.
        self.dumping &= !self.bulk;
        while self.dumping && (self.fresh != self.live || self.dead > 0) {
            let Some(at) = self.heap.next(self.cursor) else { break };
            self.cursor = self.heap.after(at);
            let mark = self.heap.mark(at);
            if mark.dead {
                self.discard(at);
            } else if mark.generation != self.generation && self.heap.nsid(at) == self.scope {
                self.discard(at);
                self.before = at;
                return Some(Change::Deleted);
            }
        }
        self.dumping = false;
        None
    }

    /// Stages a copy of `m` and finds its key.
    #[inline(always)]
    fn enter<'m>(&mut self, m: &Message<'m>, nsid: Option<i32>) -> Result<Entry<'m>, Fault> {
        let len = self.stage(m)?;
        let nsid = nsid.unwrap_or(OWN);
        let hash = self.plan.hash(&self.shape, m.bytes(), nsid, self.seed);
        Ok(Entry { message: m.bytes(), hash, len, nsid })
    }

    fn has_key(&self, at: Handle, entry: &Entry<'_>) -> bool {
        let kept = self.heap.bytes_at(at);
        self.heap.nsid(at) == entry.nsid && self.plan.same(&self.shape, entry.message, kept)
    }

    /// The objects with the key of the staged message.
    #[inline]
    fn look(&mut self, entry: &Entry<'_>) -> Result<Chain, Fault> {
        let mut chain = Chain::default();
        let mut probe = self.index.probe(entry.hash);
        while let Some(at) = self.index.next(&mut probe, entry.hash) {
            self.join(&mut chain, entry, at)?;
        }
        Ok(chain)
    }

    /// Adds the object at `at` to the chain if it has the key.
    fn join(&mut self, chain: &mut Chain, entry: &Entry<'_>, at: Handle) -> Result<(), Fault> {
        if !self.has_key(at, entry) {
            return Ok(());
        }
        let mark = self.heap.mark(at);
        chain.touched |= self.is_touched(mark);
        if !mark.dead {
            (chain.live, chain.last) = (chain.live.saturating_add(1), at);
        }
        let is_it =
            !self.spec.exact || matches!(self.compare(at)?, Difference::None | Difference::Quiet);
        if is_it && (chain.same == NONE || !mark.dead) {
            chain.same = at;
        }
        Ok(())
    }

    /// NEW where a key has one object.
    fn told(&mut self, entry: &Entry<'_>, chain: &Chain) -> Result<Change, Fault> {
        match chain.last {
            NONE => self.revive(entry, chain),
            at => self.update(entry, at, true),
        }
    }

    /// NEW where a key has many.
    fn told_one(
        &mut self,
        entry: &Entry<'_>,
        chain: &Chain,
        replace: bool,
    ) -> Result<Change, Fault> {
        if chain.same != NONE && !self.heap.mark(chain.same).dead {
            return self.update(entry, chain.same, true);
        }
        let parts = self.shape.roles & PARTS != 0;
        match chain.live {
            0 => self.revive(entry, chain),
            1 if replace => {
                self.bury_one(chain.same);
                self.update(entry, chain.last, true)
            }
            _ if replace || parts => Ok(self.stir()),
            _ => self.revive(entry, chain),
        }
    }

    /// Inserts the staged message, which may have been deleted before.
    fn revive(&mut self, entry: &Entry<'_>, chain: &Chain) -> Result<Change, Fault> {
        self.bury_one(chain.same);
        self.insert(entry, true)
    }

    /// DEL of the object at `at`. What is not known is remembered during a dump all the same: an older
    /// row may have it.
    fn gone_one(&mut self, entry: &Entry<'_>, chain: &Chain, at: Handle) -> Result<Change, Fault> {
        if at != NONE {
            self.end(entry, at);
            self.before = at;
            return Ok(Change::Deleted);
        }
        if chain.same == NONE && self.is_dumping(entry) {
            self.keep(entry, Mark { dead: true, ..self.current(true) })?;
        }
        Ok(Change::Nothing)
    }

    /// DEL where a key has many objects.
    fn gone_like(&mut self, entry: &Entry<'_>, chain: &Chain) -> Result<Change, Fault> {
        if chain.same != NONE && !self.heap.mark(chain.same).dead {
            return self.gone_one(entry, chain, chain.same);
        }
        match chain.live {
            0 => self.gone_one(entry, chain, NONE),
            1 => {
                let kept = self.plan.shape(self.heap.bytes_at(chain.last)).roles;
                let part = kept & !self.shape.roles & PARTS != 0;
                if part { Ok(self.stir()) } else { self.gone_one(entry, chain, chain.last) }
            }
            _ => match self.with_attrs(entry)? {
                NONE => Ok(self.stir()),
                at => self.gone_one(entry, chain, at),
            },
        }
    }

    /// The object that differs from the staged message in its fixed header alone.
    fn with_attrs(&mut self, entry: &Entry<'_>) -> Result<Handle, Fault> {
        let mut probe = self.index.probe(entry.hash);
        while let Some(at) = self.index.next(&mut probe, entry.hash) {
            let candidate = !self.heap.mark(at).dead && self.has_key(at, entry);
            if candidate && self.compare(at)? == Difference::Header {
                return Ok(at);
            }
        }
        Ok(NONE)
    }

    pub(super) fn forget(&mut self) {
        (self.now, self.before, self.stirred) = (NONE, NONE, false);
    }
}

/// A namespace's id as callers know it.
fn shown(nsid: i32) -> Option<i32> {
    Some(nsid).filter(|nsid| *nsid != OWN)
}
