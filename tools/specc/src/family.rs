// SPDX-License-Identifier: MIT OR Apache-2.0
//! One family: its definitions, sets of attributes and sub-messages.

use std::collections::HashMap;

use rnl::schema::format::{Part, enum_flags, family_flags, set_flags};

use crate::pack::{Row, Writer};
use crate::types::Attr;
use crate::yaml::{At, Result};

const SPEC: &str = "name doc protocol protonum version framing uapi-header c-family-name c-version-name max-by-define \
                    cmd-max-name cmd-cnt-name kernel-policy kernel-family definitions attribute-sets sub-messages \
                    operations mcast-groups";
const DEFINITION: &str = "name type doc header scope value value-start entries members render-max enum-name name-prefix \
                          enum-cnt-name";
const ENTRY: &str = "name value doc";
const SET: &str =
    "name doc subset-of attributes name-prefix enum-name attr-cnt-name attr-max-name header";
const SUB: &str = "name doc formats";
const FORMAT: &str = "value doc fixed-header attribute-set";
const GROUP: &str = "name doc value flags c-define-name";

/// Rows of fields without their number, which stands beside.
type Numbered = Vec<(u16, Row)>;

/// A family that is being compiled.
pub struct Family<'d, 'w> {
    pub w: &'w mut Writer,
    pub root: At<'d>,
    pub definitions: HashMap<&'d str, At<'d>>,
    pub enums: HashMap<&'d str, u16>,
    pub structs: HashMap<&'d str, Struct>,
    pub sets: HashMap<&'d str, (At<'d>, u16)>,
    pub subs: HashMap<&'d str, u16>,
    pub groups: HashMap<&'d str, u16>,
    /// Structs around the one that is being compiled.
    around: Vec<&'d str>,
}

/// A struct that was written.
#[derive(Clone, Copy)]
pub struct Struct {
    pub index: u16,
    pub size: u16,
    pub open: bool,
}

impl<'d, 'w> Family<'d, 'w> {
    /// Writes the family at the root of a file.
    pub fn compile(w: &'w mut Writer, root: At<'d>) -> Result<()> {
        root.only(SPEC)?;
        let mut family = Family {
            w,
            root,
            definitions: named(root.list("definitions")?)?,
            enums: HashMap::new(),
            structs: HashMap::new(),
            sets: HashMap::new(),
            subs: HashMap::new(),
            groups: HashMap::new(),
            around: Vec::new(),
        };
        family.write()
    }

    fn write(&mut self) -> Result<()> {
        let spans = [Part::Ops, Part::Groups, Part::Sets, Part::Enums, Part::Subs];
        let mut firsts = Vec::new();
        for part in spans {
            firsts.push(self.count(part)?);
        }
        self.write_definitions()?;
        self.write_sets()?;
        self.write_subs()?;
        self.write_groups()?;
        self.write_ops()?;
        let mut row = self.head()?;
        for (part, first) in spans.into_iter().zip(firsts) {
            row = row.u16(first).u16(self.count(part)? - first);
        }
        self.push(Part::Families, row).map(|_| ())
    }

    /// The start of a family's row.
    fn head(&mut self) -> Result<Row> {
        let raw = self.root.get("protocol").map_or(Ok("genetlink"), At::text)? == "netlink-raw";
        let number = self.root.get("protonum").map_or(Ok(None), |at| self.fitting(at).map(Some))?;
        if raw != number.is_some() {
            return Err(self
                .root
                .wrong("wanted `protonum` with `protocol: netlink-raw`, and only then"));
        }
        let version = self.root.get("version").map_or(Ok(1u8), |at| self.fitting(at))?;
        let unframed = match self.root.get("framing").map(|at| (at, at.text())) {
            None => 0,
            Some((_, Ok("none"))) => family_flags::UNFRAMED,
            Some((at, _)) => return Err(at.wrong("wanted none")),
        };
        let generic = if raw { 0 } else { family_flags::GENERIC };
        let name = self.name(self.root.want("name")?)?;
        let number: u16 = number.unwrap_or(16);
        Ok(Row::default().u32(name).u16(number).u8(version).u8(generic | unframed))
    }

    // ---- What the writer may refuse is the root's fault.

    pub fn count(&self, part: Part) -> Result<u16> {
        self.w.count(part).map_err(|e| self.root.wrong(e))
    }

    pub fn push(&mut self, part: Part, row: Row) -> Result<u16> {
        self.w.push(part, row).map_err(|e| self.root.wrong(e))
    }

    pub fn once(&mut self, part: Part, row: Row) -> Result<u16> {
        self.w.once(part, row).map_err(|e| self.root.wrong(e))
    }

    pub fn run(&mut self, part: Part, rows: Vec<Row>) -> Result<u16> {
        self.w.run(part, rows).map_err(|e| self.root.wrong(e))
    }

    /// The name in the pack of a text.
    pub fn name(&mut self, at: At<'d>) -> Result<u32> {
        self.w.name(at.text()?).map_err(|e| at.wrong(e))
    }

    /// The name of something that becomes a key in JSON, where some characters mean something.
    pub fn key_name(&mut self, at: At<'d>) -> Result<u32> {
        if at.text()?.contains(['#', '@', '(', ')', '.', '[', ']', '|', ',']) {
            return Err(at.wrong("wanted a name without any of # @ ( ) . [ ] | ,"));
        }
        self.name(at)
    }

    // ---- Definitions

    fn write_definitions(&mut self) -> Result<()> {
        let all = self.root.list("definitions")?;
        for &def in &all {
            def.only(DEFINITION)?;
            match def.want("type")?.text()? {
                "const" => _ = def.want("value")?,
                "enum" | "flags" => self.write_enum(def)?,
                "struct" => {}
                other => {
                    return Err(def.wrong(format_args!(
                        "type `{other}`: wanted const, enum, flags or struct"
                    )));
                }
            }
        }
        for &def in &all {
            if def.want("type")?.text()? == "struct" {
                self.structure(def, def.name()?)?;
            }
        }
        Ok(())
    }

    /// Names and values of an enum; of flags, the numbers of their bits.
    pub fn entries(&self, def: At<'d>) -> Result<Vec<(At<'d>, i64)>> {
        let start = def.get("value-start").map_or(Ok(0), |at| self.constant(at))?;
        let (mut next, mut entries) = (start, Vec::new());
        for entry in def.want("entries")?.items()? {
            let name = if entry.is_map() { entry.want("name")? } else { entry };
            if entry.is_map() {
                entry.only(ENTRY)?;
                next = entry.get("value").map_or(Ok(next), |at| self.constant(at))?;
            }
            // Unsigned values beyond 63 bits are negative here, as they are when a pack is read.
            entries.push((name, next as i64));
            next += 1;
        }
        entries.sort_by_key(|(_, value)| *value);
        Ok(entries)
    }

    fn write_enum(&mut self, def: At<'d>) -> Result<()> {
        let entries = self.entries(def)?;
        let mut names = Vec::new();
        for (name, _) in &entries {
            names.push(Row::default().name(self.key_name(*name)?));
        }
        let count = names.len() as u16;
        let first = self.run(Part::Names, names)?;
        let start = entries.first().map_or(0, |(_, value)| *value);
        let dense = entries.iter().zip(start..).all(|((_, value), wanted)| *value == wanted);
        let narrow = i32::try_from(start).ok().filter(|_| dense);
        let wide = entries.iter().any(|(_, value)| u32::try_from(*value).is_err());
        let values = if narrow.is_some() { None } else { Some(self.write_values(&entries, wide)?) };
        let is_flags = def.want("type")?.text()? == "flags";
        let flags =
            if is_flags { enum_flags::BITS } else { 0 } | if wide { enum_flags::WIDE } else { 0 };
        let name = self.name(def.want("name")?)?;
        let row = Row::default().u32(name).u16(first).u16(count).index(values).u16(flags);
        let index = self.push(Part::Enums, row.u32(narrow.unwrap_or(0) as u32))?;
        self.enums.insert(def.name()?, index);
        Ok(())
    }

    fn write_values(&mut self, entries: &[(At<'d>, i64)], wide: bool) -> Result<u16> {
        let words = entries.iter().flat_map(|(_, value)| [*value as u32, (*value >> 32) as u32]);
        let rows = words.enumerate().filter(|(n, _)| wide || n % 2 == 0);
        self.run(Part::Values, rows.map(|(_, word)| Row::default().u32(word)).collect())
    }

    /// A struct, which is written when it is first met: those inside come before those around.
    pub fn structure(&mut self, at: At<'d>, name: &str) -> Result<Struct> {
        if let Some(known) = self.structs.get(name) {
            return Ok(*known);
        }
        let def = self.defined(at, name, "struct")?;
        if self.around.contains(&def.name()?) {
            return Err(at.wrong(format_args!("struct {name} is inside of itself")));
        }
        self.around.push(def.name()?);
        let known = self.write_struct(def)?;
        self.around.pop();
        self.structs.insert(def.name()?, known);
        Ok(known)
    }

    fn write_struct(&mut self, def: At<'d>) -> Result<Struct> {
        let members = def.want("members")?.items()?;
        named(members.clone())?;
        let (mut rows, mut offset, mut flags) = (Vec::new(), 0u16, set_flags::STRUCT);
        for member in members {
            if flags & set_flags::OPEN != 0 {
                return Err(
                    member.wrong("behind a member without `len`, which takes all that is left")
                );
            }
            let (ty, width) = self.member(member)?;
            let name = self.key_name(member.want("name")?)?;
            rows.push((offset, Row::default().name(name).u16(ty)));
            flags |= if width == 0 { set_flags::OPEN } else { 0 };
            let is_shown = member.want("type")?.text()? != "pad";
            let is_shared = is_shown && self.is_attribute(member.name()?);
            flags |= if is_shared { set_flags::SHARED } else { 0 };
            offset =
                offset.checked_add(width).ok_or_else(|| def.wrong("longer than 65535 bytes"))?;
        }
        let index = self.write_fields(def, rows, offset, flags)?;
        Ok(Struct { index, size: offset, open: flags & set_flags::OPEN != 0 })
    }

    /// Whether any set of the family has an attribute that is called so.
    fn is_attribute(&self, name: &str) -> bool {
        let sets = self.root.list("attribute-sets").unwrap_or_default();
        let mut attrs = sets.iter().flat_map(|set| set.list("attributes").unwrap_or_default());
        attrs.any(|attr| attr.name().is_ok_and(|own| own == name))
    }

    /// Writes a set or a struct: fields by their number, which is left out where there is no gap.
    fn write_fields(&mut self, of: At<'d>, rows: Numbered, size: u16, flags: u16) -> Result<u16> {
        let count = u16::try_from(rows.len()).map_err(|_| of.wrong("too many members"))?;
        let start = rows.first().map_or(0, |(number, _)| *number);
        let is_dense = flags == 0
            && rows.iter().zip(u32::from(start)..).all(|((n, _), at)| u32::from(*n) == at);
        let (part, size, flags) = match is_dense {
            true => (Part::Dense, start, set_flags::DENSE),
            false => (Part::Fields, size, flags),
        };
        let whole = |(number, row): (u16, Row)| if is_dense { row } else { row.u16(number) };
        let first = self.run(part, rows.into_iter().map(whole).collect())?;
        let name = self.name(of.want("name")?)?;
        self.push(Part::Sets, Row::default().name(name).u16(first).u16(count).u16(size).u16(flags))
    }

    // ---- Attribute sets

    fn write_sets(&mut self) -> Result<()> {
        let sets = self.root.list("attribute-sets")?;
        named(sets.clone())?;
        let first = self.count(Part::Sets)?;
        for (set, index) in sets.iter().zip(first..) {
            set.only(SET)?;
            self.sets.insert(set.name()?, (*set, index));
        }
        for (sub, index) in
            self.root.list("sub-messages")?.into_iter().zip(self.count(Part::Subs)?..)
        {
            self.subs.insert(sub.name()?, index);
        }
        for set in sets {
            let rows = self.attributes(set)?;
            self.write_fields(set, rows, 0, 0)?;
        }
        Ok(())
    }

    fn attributes(&mut self, set: At<'d>) -> Result<Numbered> {
        let mut rows = Vec::new();
        for attr in self.numbered(set)? {
            // Numbers that were given up have no meaning.
            if attr.want("type")?.text()? != "unused" {
                let ty = self.attribute(&attr)?;
                let name = self.key_name(attr.own.want("name")?)?;
                rows.push((attr.number, Row::default().name(name).u16(ty)));
            }
        }
        rows.sort_by_key(|(number, _)| *number);
        if let Some(pair) = rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(set.wrong(format_args!("two attributes have number {}", pair[0].0)));
        }
        Ok(rows)
    }

    /// The attributes of a set with their numbers, those of a subset completed from the whole.
    pub fn numbered(&self, set: At<'d>) -> Result<Vec<Attr<'d>>> {
        let mut attrs: Vec<Attr<'d>> = Vec::new();
        let whole = match set.get("subset-of") {
            None => None,
            Some(at) => {
                let (whole, _) = self.set(at)?;
                if whole.get("subset-of").is_some() {
                    return Err(at.wrong("wanted a set that is no subset itself"));
                }
                Some(self.numbered(whole)?)
            }
        };
        for own in set.list("attributes")? {
            let name = own.name()?;
            let of_whole = whole.iter().flatten().find(|attr| attr.own.name().ok() == Some(name));
            let number = match (of_whole, own.get("value")) {
                (Some(attr), _) => attr.number,
                (None, _) if whole.is_some() => {
                    return Err(own.wrong("the whole set has no attribute of this name"));
                }
                (None, Some(at)) => self.fitting(at)?,
                (None, None) => attrs.last().map_or(1, |attr| attr.number + 1),
            };
            if number > 0x3fff {
                return Err(own.wrong("wanted a number of at most 14 bits"));
            }
            // The kernel's own files name some twice in a part, which says nothing new.
            if of_whole.is_some() && attrs.iter().any(|attr| attr.number == number) {
                continue;
            }
            attrs.push(Attr { own, whole: of_whole.map(|attr| attr.own), number });
        }
        Ok(attrs)
    }

    /// The set that a text names, and its index.
    pub fn set(&self, at: At<'d>) -> Result<(At<'d>, u16)> {
        let found = self.sets.get(at.text()?);
        found.copied().ok_or_else(|| {
            at.wrong(format_args!("`{}`: no attribute-set is called so", at.text().unwrap_or("")))
        })
    }

    /// The index of the set or the struct under a key, if that is there.
    pub fn set_under(&self, at: At<'d>, key: &str) -> Result<Option<u16>> {
        at.get(key).map_or(Ok(None), |at| Ok(Some(self.set(at)?.1)))
    }

    pub fn struct_under(&mut self, at: At<'d>, key: &str) -> Result<Option<Struct>> {
        at.get(key).map_or(Ok(None), |at| self.structure(at, at.text()?).map(Some))
    }

    // ---- Sub-messages and groups

    fn write_subs(&mut self) -> Result<()> {
        let subs = self.root.list("sub-messages")?;
        named(subs.clone())?;
        for sub in subs {
            sub.only(SUB)?;
            let (mut rows, mut values) = (Vec::new(), Vec::new());
            for format in sub.want("formats")?.items()? {
                format.only(FORMAT)?;
                let value = format.want("value")?;
                if values.contains(&value.text()?) {
                    return Err(value.wrong("a second format for this value"));
                }
                values.push(value.text()?);
                let header = self.struct_under(format, "fixed-header")?.map(|s| s.index);
                let set = self.set_under(format, "attribute-set")?;
                rows.push(Row::default().u32(self.name(value)?).index(header).index(set));
            }
            let count = rows.len() as u16;
            let first = self.run(Part::Formats, rows)?;
            let name = self.name(sub.want("name")?)?;
            self.push(Part::Subs, Row::default().u32(name).u16(first).u16(count))?;
        }
        Ok(())
    }

    fn write_groups(&mut self) -> Result<()> {
        let Some(groups) = self.root.get("mcast-groups") else { return Ok(()) };
        for group in groups.want("list")?.items()? {
            group.only(GROUP)?;
            let number: u32 = group.get("value").map_or(Ok(0), |at| self.fitting(at))?;
            let name = self.name(group.want("name")?)?;
            let index = self.push(Part::Groups, Row::default().u32(name).u32(number))?;
            self.groups.insert(group.name()?, index);
        }
        Ok(())
    }
}

/// Things by their names, which must differ.
pub fn named<'d>(items: Vec<At<'d>>) -> Result<HashMap<&'d str, At<'d>>> {
    let mut all = HashMap::new();
    for item in items {
        if all.insert(item.name()?, item).is_some() {
            return Err(item.wrong("a second one of this name"));
        }
    }
    Ok(all)
}
