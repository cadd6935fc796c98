// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tables against scripts, and against a kernel of which all is known.

use std::collections::{BTreeSet, VecDeque};

use super::{Change, Core, Ignore, Key, Kind, Part, Spec, Stir, Test};
use crate::error::Fault;
use crate::uapi::{NLM_F_REPLACE, NLMSG_MIN_TYPE};
use crate::wire::{Message, Msg};

const NEW: u16 = 20;
const DEL: u16 = 21;
const DOWN: u16 = 30;
const GROUP: u32 = 1;

const ID: u16 = 1;
const VALUE: u16 = 2;
const TIMER: u16 = 3;
const COUNTER: u16 = 4;
const PARTS: u16 = 9;
const FAR: u16 = 100;

fn spec(exact: bool) -> Spec {
    Spec {
        protocol: 0,
        dump: Msg::new(NLMSG_MIN_TYPE, 0),
        new: Kind::of(NEW),
        del: Kind::of(DEL),
        header: 4,
        groups: vec![GROUP],
        keys: vec![Key::of(Part::Header { at: 0, len: 1 }), Key::of(Part::Attr(ID))],
        matches: vec![],
        ignores: vec![Ignore::Quiet(TIMER), Ignore::Drop([COUNTER, 0, 0])],
        stirs: vec![Stir { group: 2, kind: Kind::of(DOWN), only: [Test::default(); 2] }],
        exact,
        parts: exact.then_some(PARTS),
        target: None,
    }
}

fn table(exact: bool) -> Core {
    Core::new(spec(exact), 99, 1 << 26).unwrap()
}

/// A message about object `id`: `flags` of netlink, some attributes besides.
fn about(kind: u16, flags: u16, id: u32, attrs: &[(u16, u32)]) -> Vec<u8> {
    let mut m = Msg::new(kind, flags);
    m.put_header(&[2, 0, 0, 0]).put_u32(ID, id);
    for (kind, value) in attrs {
        m.put_u32(*kind, *value);
    }
    m.bytes().unwrap().to_vec()
}

fn row(core: &mut Core, bytes: &[u8]) -> Change {
    core.row(&Message::split(bytes).unwrap().0, None).unwrap()
}

fn told(core: &mut Core, bytes: &[u8]) -> Change {
    core.notified(&Message::split(bytes).unwrap().0, GROUP, None).unwrap()
}

fn value_of(m: Option<Message<'_>>) -> Option<u32> {
    m?.attrs(4).get(VALUE).and_then(|a| a.u32().ok())
}

/// What the table holds, as id and value, sorted.
fn content(core: &Core) -> Vec<(u32, u32)> {
    let (mut cursor, mut all) = (0, Vec::new());
    while let Some((m, _)) = core.each(&mut cursor) {
        let id = m.attrs(4).get(ID).unwrap().u32().unwrap();
        all.push((id, value_of(Some(m)).unwrap_or(0)));
    }
    assert_eq!(all.len(), core.len());
    all.sort_unstable();
    all
}

fn swept(core: &mut Core) -> usize {
    core::iter::from_fn(|| core.gone()).count()
}

#[test]
fn objects_come_change_and_go() {
    let mut core = table(false);
    assert_eq!(told(&mut core, &about(NEW, 0, 7, &[(VALUE, 1)])), Change::New);
    assert_eq!((value_of(core.now()), core.before().is_none()), (Some(1), true));
    assert_eq!(told(&mut core, &about(NEW, 0, 7, &[(VALUE, 1)])), Change::Nothing);
    assert_eq!(told(&mut core, &about(NEW, 0, 7, &[(VALUE, 2), (FAR, 0)])), Change::Changed);
    assert_eq!((value_of(core.before()), value_of(core.now())), (Some(1), Some(2)));
    assert_eq!(core.changed(), [VALUE, FAR]);
    assert_eq!(told(&mut core, &about(DEL, 0, 8, &[])), Change::Nothing);
    assert_eq!(told(&mut core, &about(DEL, 0, 7, &[])), Change::Deleted);
    assert_eq!((value_of(core.before()), core.now().is_none()), (Some(2), true));
    assert!(core.is_empty() && core.changed().is_empty());
}

#[test]
fn a_kept_message_is_as_a_dump_would_have_it_but_for_what_is_dropped() {
    let mut core = table(false);
    told(&mut core, &about(NEW, NLM_F_REPLACE, 7, &[(COUNTER, 5), (VALUE, 1)]));
    assert_eq!(core.now().unwrap().bytes(), about(NEW, 0, 7, &[(VALUE, 1)]));
    assert_eq!(told(&mut core, &about(NEW, 0, 7, &[(COUNTER, 6), (VALUE, 1)])), Change::Nothing);
}

#[test]
fn a_difference_in_quiet_attributes_is_kept_and_not_told() {
    let mut core = table(false);
    told(&mut core, &about(NEW, 0, 7, &[(TIMER, 1)]));
    assert_eq!(told(&mut core, &about(NEW, 0, 7, &[(TIMER, 2)])), Change::Nothing);
    let like = about(NEW, 0, 7, &[]);
    let found = core.find(&Message::split(&like).unwrap().0, None).unwrap().unwrap();
    assert_eq!(found.bytes(), about(NEW, 0, 7, &[(TIMER, 2)]));
    assert_eq!(told(&mut core, &about(NEW, 0, 7, &[(TIMER, 3), (VALUE, 1)])), Change::Changed);
    assert_eq!(core.changed(), [VALUE]);
}

#[test]
fn a_difference_in_the_header_alone_is_a_change_without_attributes() {
    let mut core = table(false);
    told(&mut core, &about(NEW, 0, 7, &[]));
    let mut other = about(NEW, 0, 7, &[]);
    other[18] = 1;
    assert_eq!(told(&mut core, &other), Change::Changed);
    assert!(core.changed().is_empty());
}

#[test]
fn repeated_attributes_are_compared_in_order() {
    let mut core = table(false);
    told(&mut core, &about(NEW, 0, 7, &[(5, 1), (5, 2), (6, 1)]));
    assert_eq!(told(&mut core, &about(NEW, 0, 7, &[(5, 2), (5, 1), (6, 1)])), Change::Changed);
    assert_eq!(core.changed(), [5]);
    assert_eq!(told(&mut core, &about(NEW, 0, 7, &[(6, 1), (5, 2), (5, 1)])), Change::Nothing);
    assert_eq!(told(&mut core, &about(NEW, 0, 7, &[(6, 2), (5, 2)])), Change::Changed);
    let mut changed = core.changed().to_vec();
    changed.sort_unstable();
    assert_eq!(changed, [5, 6]);
}

#[test]
fn a_missing_part_of_the_key_is_another_key_than_an_empty_one() {
    let mut core = table(false);
    let without = Msg::new(NEW, 0).put_header(&[2, 0, 0, 0]).bytes().unwrap().to_vec();
    let empty = Msg::new(NEW, 0).put_header(&[2, 0, 0, 0]).put_flag(ID).bytes().unwrap().to_vec();
    assert_eq!((told(&mut core, &without), told(&mut core, &empty)), (Change::New, Change::New));
    assert_eq!((told(&mut core, &without), core.len()), (Change::Nothing, 2));
}

#[test]
fn after_a_dump_what_it_did_not_show_is_gone() {
    let mut core = table(false);
    (0..5).for_each(|id| _ = told(&mut core, &about(NEW, 0, id, &[])));
    core.begin(None);
    (0..7).step_by(2).for_each(|id| _ = row(&mut core, &about(NEW, 0, id, &[(VALUE, 1)])));
    assert_eq!((core.gone(), value_of(core.before())), (Some(Change::Deleted), None));
    assert_eq!((core.gone(), core.gone()), (Some(Change::Deleted), None));
    assert_eq!(content(&core), [(0, 1), (2, 1), (4, 1), (6, 1)]);
}

#[test]
fn notifications_win_over_rows() {
    for exact in [false, true] {
        let mut core = table(exact);
        (1..4).for_each(|id| _ = told(&mut core, &about(NEW, 0, id, &[(VALUE, 1)])));
        core.begin(None);
        assert_eq!(told(&mut core, &about(DEL, 0, 1, &[(VALUE, 1)])), Change::Deleted);
        assert_eq!(told(&mut core, &about(DEL, 0, 9, &[(VALUE, 1)])), Change::Nothing);
        let replaced = about(NEW, NLM_F_REPLACE, 2, &[(VALUE, 2)]);
        assert_eq!(told(&mut core, &replaced), Change::Changed);
        for id in [1, 2, 3, 9] {
            assert_eq!(row(&mut core, &about(NEW, 0, id, &[(VALUE, 1)])), Change::Nothing, "{id}");
        }
        assert_eq!(told(&mut core, &about(NEW, 0, 9, &[(VALUE, 3)])), Change::New);
        assert_eq!(swept(&mut core), 0);
        assert_eq!(content(&core), [(2, 2), (3, 1), (9, 3)]);
        core.begin(None);
        assert_eq!(row(&mut core, &about(NEW, 0, 1, &[(VALUE, 1)])), Change::New);
    }
}

#[test]
fn a_dump_that_is_made_again_forgets_what_the_first_try_showed() {
    let mut core = table(false);
    core.begin(None);
    (1..4).for_each(|id| _ = row(&mut core, &about(NEW, 0, id, &[])));
    told(&mut core, &about(DEL, 0, 5, &[]));
    core.begin(None);
    [2, 5].into_iter().for_each(|id| _ = row(&mut core, &about(NEW, 0, id, &[])));
    assert_eq!(swept(&mut core), 2);
    assert_eq!(content(&core), [(2, 0), (5, 0)]);
}

#[test]
fn objects_of_one_key_are_told_apart_by_their_content() {
    let mut core = table(true);
    for value in 1..4 {
        assert_eq!(told(&mut core, &about(NEW, 0, 7, &[(VALUE, value)])), Change::New);
    }
    assert_eq!(told(&mut core, &about(NEW, 0, 7, &[(VALUE, 2), (TIMER, 1)])), Change::Nothing);
    assert_eq!(told(&mut core, &about(NEW, NLM_F_REPLACE, 7, &[(VALUE, 9)])), Change::Stir);
    assert_eq!(told(&mut core, &about(DEL, 0, 7, &[(VALUE, 9)])), Change::Stir);
    assert!(core.stirred());
    assert_eq!(told(&mut core, &about(DEL, 0, 7, &[(VALUE, 2)])), Change::Deleted);
    assert!(!core.stirred());
    let mut other = about(DEL, 0, 7, &[(VALUE, 3)]);
    other[18] = 1;
    assert_eq!(told(&mut core, &other), Change::Deleted);
    assert_eq!(content(&core), [(7, 1)]);
    assert_eq!(told(&mut core, &about(NEW, NLM_F_REPLACE, 7, &[(VALUE, 9)])), Change::Changed);
    assert_eq!(told(&mut core, &about(DEL, 0, 7, &[(VALUE, 8)])), Change::Deleted);
    assert_eq!(core.len(), 0);
}

#[test]
fn parts_that_come_or_go_alone_stir() {
    let mut core = table(true);
    let whole = about(NEW, 0, 7, &[(PARTS, 12)]);
    assert_eq!(told(&mut core, &whole), Change::New);
    assert_eq!(told(&mut core, &about(NEW, 0, 7, &[(PARTS, 123)])), Change::Stir);
    assert_eq!(told(&mut core, &about(DEL, 0, 7, &[(VALUE, 1)])), Change::Stir);
    assert_eq!(told(&mut core, &whole), Change::Nothing);
    assert_eq!(told(&mut core, &about(DEL, 0, 7, &[(PARTS, 9)])), Change::Deleted);
}

#[test]
fn rows_of_one_key_are_matched_with_what_is_known() {
    let mut core = table(true);
    let object = |value| about(NEW, 0, 7, &[(VALUE, value)]);
    told(&mut core, &object(1));
    core.begin(None);
    assert_eq!(row(&mut core, &object(2)), Change::Changed);
    assert_eq!((row(&mut core, &object(3)), swept(&mut core)), (Change::New, 0));
    core.begin(None);
    assert_eq!(
        (row(&mut core, &object(3)), row(&mut core, &object(2))),
        (Change::Nothing, Change::Nothing)
    );
    assert_eq!((row(&mut core, &object(3)), swept(&mut core)), (Change::Nothing, 0));
    core.begin(None);
    assert_eq!(told(&mut core, &object(4)), Change::New);
    assert_eq!(
        (row(&mut core, &object(5)), row(&mut core, &object(4))),
        (Change::Stir, Change::Nothing)
    );
    assert_eq!((swept(&mut core), content(&core)), (2, vec![(7, 4)]));
}

#[test]
fn a_dump_brings_no_object_in_whose_state_nobody_tells_of() {
    let unsaid = Test { attr: VALUE, at: 0, mask: u32::MAX, value: 9 };
    let ignores = vec![Ignore::Unsaid(unsaid)];
    let mut core = Core::new(Spec { ignores, ..spec(false) }, 1, 1 << 20).unwrap();
    let object = |id, value| about(NEW, 0, id, &[(VALUE, value)]);
    core.begin(None);
    assert_eq!((row(&mut core, &object(1, 9)), swept(&mut core)), (Change::Nothing, 0));
    assert_eq!(told(&mut core, &object(2, 1)), Change::New);
    assert_eq!(told(&mut core, &object(3, 9)), Change::New);
    core.begin(None);
    let changes = [1, 2, 3].map(|id| row(&mut core, &object(id, 9)));
    assert_eq!(changes, [Change::Nothing, Change::Changed, Change::Nothing]);
    assert_eq!((swept(&mut core), content(&core)), (0, vec![(2, 9), (3, 9)]));
}

#[test]
fn what_stirs_is_told_by_group_kind_and_header() {
    let only = Test {
        attr: 0,
        at: 0,
        mask: u32::from_ne_bytes([0xff, 0, 0, 0]),
        value: u32::from_ne_bytes([2, 0, 0, 0]),
    };
    let mut core = Core::new(
        Spec {
            stirs: vec![Stir { group: 2, kind: Kind::of(DOWN), only: [only, Test::default()] }],
            ..spec(false)
        },
        1,
        9999,
    )
    .unwrap();
    let mut heard = |kind, group, family| {
        let mut bytes = about(kind, 0, 1, &[]);
        bytes[16] = family;
        core.notified(&Message::split(&bytes).unwrap().0, group, None).unwrap()
    };
    assert_eq!(heard(DOWN, 2, 2), Change::Stir);
    assert_eq!(heard(DOWN, 1, 2), Change::Nothing);
    assert_eq!(heard(DOWN, 2, 3), Change::Nothing);
    assert_eq!(heard(DEL, 2, 2), Change::Nothing);
}

#[test]
fn namespaces_are_kept_apart() {
    let mut core = table(false);
    let bytes = about(NEW, 0, 7, &[]);
    let m = Message::split(&bytes).unwrap().0;
    for nsid in [None, Some(0), Some(1)] {
        assert_eq!(core.notified(&m, GROUP, nsid), Ok(Change::New));
        assert_eq!(core.nsid(), nsid);
    }
    core.begin(Some(0));
    assert_eq!((core.gone(), core.nsid(), core.gone()), (Some(Change::Deleted), Some(0), None));
    assert!(core.find(&m, Some(0)).unwrap().is_none());
    assert!(core.find(&m, Some(1)).unwrap().is_some());
}

#[test]
fn beyond_the_cap_is_an_error_and_the_table_stays() {
    for bulk in [false, true] {
        let mut core = Core::new(spec(false), 1, 10_000).unwrap();
        if bulk {
            core.begin(None);
        }
        let mut put = |id| {
            let bytes = about(NEW, 0, id, &[]);
            let m = Message::split(&bytes).unwrap().0;
            if bulk { core.row(&m, None) } else { core.notified(&m, GROUP, None) }
        };
        let full = (0..1000).find(|id| put(*id) == Err(Fault::TooMuch)).unwrap();
        assert!(full > 100, "{full}");
        assert!(core.len() == full as usize && core.bytes() <= 10_000);
    }
}

#[test]
fn tables_that_make_no_sense_are_refused() {
    let bad = [
        Spec { keys: vec![], ..spec(false) },
        Spec { keys: vec![Key::of(Part::Header { at: 3, len: 2 })], ..spec(false) },
        Spec { del: Kind::of(NEW), ..spec(false) },
        Spec { ignores: vec![Ignore::Drop([ID, 0, 0])], ..spec(false) },
        Spec { ignores: vec![Ignore::Drop([COUNTER, 0, 1])], ..spec(false) },
        Spec { ignores: vec![Ignore::Bits { at: 0, mask: 1 }], ..spec(false) },
        Spec { keys: (0..9).map(|kind| Key::of(Part::Attr(kind))).collect(), ..spec(false) },
    ];
    for spec in bad {
        assert!(matches!(Core::new(spec, 1, 1 << 20), Err(Fault::BadArgument)));
    }
}

#[test]
fn memory_of_what_went_comes_back() {
    let mut core = table(false);
    for round in 0..4u32 {
        for id in 0..20_000 {
            told(&mut core, &about(NEW, 0, id, &vec![(VALUE, round); 2 + round as usize]));
        }
        assert!(core.bytes() < 20_000 * 130, "{round}: {}", core.bytes());
        for id in 10..20_000 {
            told(&mut core, &about(DEL, 0, id, &[]));
        }
        assert_eq!(core.len(), 10);
    }
    core.begin(None);
    assert!(core.bytes() < 1 << 21);
}

#[test]
fn of_what_a_first_dump_shows_twice_the_later_stays() {
    for exact in [false, true] {
        let mut core = table(exact);
        core.begin(None);
        [1, 2, 2].into_iter().for_each(|v| _ = row(&mut core, &about(NEW, 0, 7, &[(VALUE, v)])));
        assert_eq!(core.gone(), None);
        assert_eq!(told(&mut core, &about(NEW, 0, 8, &[(VALUE, 1)])), Change::New);
        let expected: &[_] = if exact { &[(7, 1), (7, 2), (8, 1)] } else { &[(7, 2), (8, 1)] };
        assert_eq!(content(&core), expected);
    }
}

/// Numbers that look random, the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as u32 % sides
    }
}

/// What is in a socket's queue.
enum Item {
    Notification(Vec<u8>),
    Row(Vec<u8>),
    Done,
}

/// A kernel with objects, and the messages it has sent.
struct World {
    dice: Dice,
    exact: bool,
    objects: BTreeSet<(u32, u32)>,
    queue: VecDeque<Item>,
    /// Rows that have been made of objects, and are not in the queue yet.
    rows: Vec<Vec<u8>>,
    /// Keys that the dump has not come to yet.
    rest: Option<Vec<u32>>,
}

/// Keys there may be.
const KEYS: u32 = 40;

impl World {
    fn tell(&mut self, kind: u16, flags: u16, (id, value): (u32, u32)) {
        let timer = self.dice.roll(9);
        let bytes = about(kind, flags, id, &[(VALUE, value), (TIMER, timer)]);
        self.queue.push_back(Item::Notification(bytes));
    }

    fn of(&self, id: u32) -> Vec<u32> {
        self.objects.range((id, 0)..(id + 1, 0)).map(|(_, value)| *value).collect()
    }

    /// Changes an object, and says so.
    fn change(&mut self) {
        let (id, value) = (self.dice.roll(KEYS), self.dice.roll(50));
        let there = self.of(id);
        let old = there.first().map(|old| (id, *old));
        let (kind, flags) = match (self.dice.roll(3), old) {
            (0, Some(old)) => {
                self.objects.remove(&old);
                return self.tell(DEL, 0, old);
            }
            (1, Some(old)) if !self.exact || !there.contains(&value) => {
                self.objects.remove(&old);
                (NEW, NLM_F_REPLACE)
            }
            (_, None) => (NEW, 0),
            _ if self.exact && !there.contains(&value) => (NEW, 0),
            _ => return,
        };
        self.objects.insert((id, value));
        self.tell(kind, flags, (id, value));
    }

    /// The dump goes on: it makes rows of objects, or sends those it has made, some time later.
    fn dump(&mut self) {
        let Some(rest) = &mut self.rest else { return };
        if self.dice.roll(4) > 0 && !rest.is_empty() {
            let id = rest.pop().unwrap();
            let rows = self.of(id).into_iter().map(|value| about(NEW, 2, id, &[(VALUE, value)]));
            self.rows.extend(rows.collect::<Vec<_>>());
        } else {
            self.queue.extend(self.rows.drain(..).map(Item::Row));
            if rest.is_empty() {
                self.rest = None;
                self.queue.push_back(Item::Done);
            }
        }
    }
}

/// Who follows the world by a table, and by the table's events alone.
struct Follower {
    core: Core,
    known: BTreeSet<(u32, u32)>,
    /// Whether the table must be what the world is once the queue is empty.
    in_step: bool,
    dumping: bool,
    stirred: bool,
}

impl Follower {
    fn begin(&mut self, world: &mut World) {
        (self.in_step, self.dumping, self.stirred) = (false, true, false);
        world.queue.retain(|item| matches!(item, Item::Notification(_)));
        world.rows.clear();
        world.rest = Some((0..KEYS).rev().collect());
        self.core.begin(None);
    }

    fn take(&mut self, item: Item) {
        let change = match item {
            Item::Notification(bytes) => told(&mut self.core, &bytes),
            Item::Row(bytes) => row(&mut self.core, &bytes),
            Item::Done => {
                while let Some(change) = self.core.gone() {
                    self.replay(change);
                }
                (self.in_step, self.dumping) = (!self.stirred, false);
                return;
            }
        };
        self.stirred |= self.core.stirred();
        self.in_step &= !self.stirred;
        self.replay(change);
    }

    fn replay(&mut self, change: Change) {
        let name = |m: Message<'_>| {
            (m.attrs(4).get(ID).unwrap().u32().unwrap(), value_of(Some(m)).unwrap())
        };
        let (before, now) = (self.core.before().map(name), self.core.now().map(name));
        let expected = match change {
            Change::New => (false, true),
            Change::Changed => (true, true),
            Change::Deleted => (true, false),
            Change::Nothing | Change::Stir => (false, false),
        };
        assert_eq!((before.is_some(), now.is_some()), expected);
        assert!(before.is_none_or(|object| self.known.remove(&object)), "{change:?}: not there");
        assert!(now.is_none_or(|object| self.known.insert(object)), "{change:?}: there already");
    }

    fn check(&self, world: &World) {
        assert_eq!(content(&self.core), world.objects.iter().copied().collect::<Vec<_>>());
        assert_eq!(self.known, world.objects);
    }
}

/// One run: changes, losses, dumps beside changes; then quiet, and dumps until none stirs.
/// Gives how often the table was found in step while the world went on.
fn run(seed: u64, exact: bool) -> usize {
    let (objects, queue) = (BTreeSet::new(), VecDeque::new());
    let mut world = World { dice: Dice(seed), exact, objects, queue, rows: vec![], rest: None };
    let mut follower = Follower {
        core: table(exact),
        known: BTreeSet::new(),
        in_step: false,
        dumping: false,
        stirred: false,
    };
    let mut checks = 0;
    for step in 0..4000 {
        let quiet = step > 2000;
        match world.dice.roll(64) {
            0..=15 if !quiet => world.change(),
            16 if !quiet && world.dice.roll(4) == 0 => {
                world.queue.clear();
                follower.begin(&mut world);
            }
            17 if !follower.in_step && !follower.dumping => follower.begin(&mut world),
            18 if !quiet && world.dice.roll(8) == 0 => follower.begin(&mut world),
            19..=40 => world.dump(),
            _ => {
                let Some(item) = world.queue.pop_front() else { continue };
                follower.take(item);
                if follower.in_step && world.queue.is_empty() {
                    follower.check(&world);
                    checks += usize::from(!quiet);
                }
            }
        }
    }
    assert!(follower.in_step && world.queue.is_empty(), "the end was never quiet");
    checks
}

#[test]
fn the_table_is_what_the_kernel_has_and_so_is_the_replay() {
    let seeds = (0..100).flat_map(|seed| [(seed, false), (seed, true)]);
    let checks: usize = seeds.map(|(seed, exact)| run(seed, exact)).sum();
    assert!(checks > 1000, "{checks}");
}
