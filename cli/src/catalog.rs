// SPDX-License-Identifier: MIT OR Apache-2.0
//! The families that are described, and what the running kernel says of them.

use std::fs;
use std::io;
use std::path::Path;

use rnl::family::genl::{self, Family as Known};
use rnl::family::named::Named;
use rnl::schema::{Family, Form, Op, Pack, Way};
use rnl::uapi::genetlink::{CTRL_CMD_GETFAMILY, GENL_ID_CTRL};
use rnl::uapi::{NETLINK_GENERIC, NLM_F_DUMP};
use rnl::{Mode, Socket};

use crate::args::Options;
use crate::fail::{self, Fail, Result};

/// Bytes of a pack; what is longer is none.
const LONGEST_PACK: u64 = 64 << 20;

/// All descriptions: the user's before those that are built in.
pub struct Catalog(Vec<&'static Pack<'static>>);

impl Catalog {
    pub fn open(options: &Options) -> Result<Catalog> {
        let own = options.packs.iter().map(|path| open(path));
        let mut packs = own.collect::<Result<Vec<_>>>()?;
        packs.push(lasting(Pack::builtin()));
        Ok(Catalog(packs))
    }

    /// Every family, each name once.
    pub fn families(&self) -> Vec<Family<'static>> {
        let mut families: Vec<Family<'static>> = Vec::new();
        for family in self.0.iter().flat_map(|pack| pack.families()) {
            if families.iter().all(|known| known.name() != family.name()) {
                families.push(family);
            }
        }
        families.sort_by_key(|family| family.name());
        families
    }

    /// The family of that name.
    pub fn find(&self, name: &str) -> Option<Family<'static>> {
        self.0.iter().find_map(|pack| pack.family(name))
    }

    /// The family of that name, or an error that names one that may have been meant.
    pub fn named(&self, name: &str) -> Result<Named<'static>> {
        let names = || self.families().into_iter().map(|family| family.name());
        let found = self.0.iter().find_map(|pack| Named::find(**pack, name).ok());
        found.ok_or_else(|| unknown("family", name, "rnl families lists them", names()))
    }

    /// What a message of a family that is not generic is.
    pub fn message(
        &self,
        protocol: i32,
        kind: u16,
        way: Way,
        body: &[u8],
    ) -> Option<(Op<'static>, Form)> {
        self.0.iter().find_map(|pack| pack.message(protocol, kind, way, body))
    }

    /// What the datagrams of a protocol are that has no headers.
    pub fn unframed(&self, protocol: i32) -> Option<Op<'static>> {
        let mut families = self.0.iter().flat_map(|pack| pack.families());
        let family = families.find(|f| f.is_unframed() && f.protocol() == protocol);
        family.and_then(|family| family.ops().next())
    }
}

/// A pack for as long as the program runs.
fn lasting(pack: Pack<'static>) -> &'static Pack<'static> {
    Box::leak(Box::new(pack))
}

/// A pack from a file.
fn open(path: &Path) -> Result<&'static Pack<'static>> {
    let wrong = |why: String| Fail::Failed(format!("{}: {why}", path.display()));
    let size = fs::metadata(path).map_err(|e| wrong(fail::system(&e)))?.len();
    if size > LONGEST_PACK {
        return Err(wrong("longer than any pack".to_owned()));
    }
    let bytes = fs::read(path).map_err(|e| wrong(fail::system(&e)))?;
    Pack::open(bytes.leak()).map(lasting).map_err(|e| wrong(e.to_string()))
}

/// The operation of that name.
pub fn operation(family: Family<'static>, name: &str) -> Result<Op<'static>> {
    let wrong = || {
        let hint = format!("rnl show {} lists them", family.name());
        unknown(
            &format!("operation of {}", family.name()),
            name,
            &hint,
            family.ops().map(|op| op.name()),
        )
    };
    family.op(name).ok_or_else(wrong)
}

/// There is no such thing, but perhaps one with nearly that name.
pub fn unknown<'n>(
    what: &str,
    name: &str,
    hint: &str,
    names: impl Iterator<Item = &'n str>,
) -> Fail {
    let near = names.map(|known| (distance(name, known), known)).min();
    let near = near.filter(|(distance, _)| *distance <= name.len().max(3) / 3);
    let advice =
        near.map_or_else(|| hint.to_owned(), |(_, known)| format!("did you mean {known}?"));
    Fail::Usage(format!("there is no {what} {name}; {advice}"))
}

/// How many characters to add, drop or change between two words.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (n, x) in a.chars().enumerate() {
        let (mut diagonal, mut left) = (n, n + 1);
        let mut next = vec![left];
        for (y, above) in b.chars().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(x != y)).min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.pop().unwrap_or_default()
}

/// A socket where the options say.
pub fn socket(protocol: i32, options: &Options) -> Result<Socket> {
    let netns = options.netns.as_deref().map(netns).transpose()?;
    let options =
        rnl::Options { netns: netns.as_ref().map(rnl::Fd::raw), ..rnl::Options::default() };
    Ok(Socket::open_with(protocol, &options)?)
}

fn netns(name: &str) -> Result<rnl::Fd> {
    rnl::netns_open(name).map_err(|errno| {
        let why = fail::system(&io::Error::from_raw_os_error(errno));
        Fail::Failed(format!("network namespace {name}: {why}"))
    })
}

/// The generic families that the kernel knows now.
pub fn generic(options: &Options) -> Result<Vec<Known>> {
    let mut socket = socket(NETLINK_GENERIC, options)?;
    let request = genl::request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_DUMP);
    let mut dump = socket.dump(&request, Mode::Consistent, options.patience())?;
    let mut families = Vec::new();
    while let Some(message) = dump.next()? {
        families.push(Known::parse(&message).map_err(rnl::Error::from)?);
    }
    Ok(families)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_as_far_apart_as_their_letters() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!((distance("", "ab"), distance("ab", ""), distance("é", "e")), (2, 2, 1));
    }

    #[test]
    fn a_near_name_is_offered_and_a_far_one_is_not() {
        let names = || ["rt-link", "rt-addr"].into_iter();
        let said =
            |name| unknown("family", name, "rnl families lists them", names()).end().1.unwrap();
        assert_eq!(said("rt-lnk"), "there is no family rt-lnk; did you mean rt-link?");
        assert_eq!(said("wiregard"), "there is no family wiregard; rnl families lists them");
    }
}
