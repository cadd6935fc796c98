// SPDX-License-Identifier: MIT OR Apache-2.0
//! Numbers that descriptions give by name: constants, limits of types, masks of flags.

use crate::family::Family;
use crate::yaml::{At, Result, number};

impl<'d> Family<'d, '_> {
    /// A number, a constant, `u16-max` and the like, or one less than a constant: `NAME - 1`.
    pub fn constant(&self, at: At<'d>) -> Result<i128> {
        let text = at.text()?;
        let (name, less) = text.strip_suffix(" - 1").map_or((text, 0), |name| (name, 1));
        let value = number(name).or_else(|| limit(name));
        match value {
            Some(value) => Ok(value - less),
            None => Ok(self.named_constant(at, name)?.want("value")?.number()? - less),
        }
    }

    /// The definition of a constant: by its name, or by that with the prefix it has in C.
    fn named_constant(&self, at: At<'d>, name: &str) -> Result<At<'d>> {
        let in_c = |def: &&At<'d>| {
            let prefix = def.get("name-prefix").and_then(|prefix| prefix.text().ok());
            let rest = prefix.and_then(|prefix| name.strip_prefix(prefix));
            is_of(**def, "const") && rest.is_some() && rest == def.name().ok()
        };
        let found = self.definitions.values().find(in_c);
        found.map_or_else(|| self.defined(at, name, "const"), |def| Ok(*def))
    }

    /// A constant that must fit into `T`.
    pub fn fitting<T: TryFrom<i128>>(&self, at: At<'d>) -> Result<T> {
        let value = self.constant(at)?;
        T::try_from(value).map_err(|_| at.wrong(format_args!("{value} is out of range")))
    }

    /// The definition called `name`, which must be of that type.
    pub fn defined(&self, at: At<'d>, name: &str, ty: &str) -> Result<At<'d>> {
        let found = self.definitions.get(name).filter(|def| is_of(**def, ty));
        found.copied().ok_or_else(|| at.wrong(format_args!("`{name}`: no {ty} is called so")))
    }

    /// All bits of an enum or of flags.
    pub fn mask(&self, at: At<'d>) -> Result<u64> {
        let entries = self.entries(self.defined(at, at.text()?, "enum")?)?;
        let bit = |value: i64| u32::try_from(value).ok().and_then(|bit| 1u64.checked_shl(bit));
        entries.iter().try_fold(0, |all, (name, value)| {
            let no_bit = || name.wrong(format_args!("{value} is no number of a bit"));
            Ok(all | bit(*value).ok_or_else(no_bit)?)
        })
    }
}

/// Whether a definition is a `const`, a `struct`, or an `enum`, which `flags` are too.
fn is_of(def: At<'_>, ty: &str) -> bool {
    let own = def.get("type").and_then(|t| t.text().ok()).unwrap_or_default();
    own == ty || (own == "flags" && ty == "enum")
}

/// `u8-min` to `s64-max`.
fn limit(name: &str) -> Option<i128> {
    let (ty, end) = name.split_once('-')?;
    let (sign, bits) = ty.split_at_checked(1)?;
    let bits: u32 = bits.parse().ok().filter(|bits| [8, 16, 32, 64].contains(bits))?;
    match (sign, end) {
        ("u", "min") => Some(0),
        ("u", "max") => Some((1 << bits) - 1),
        ("s", "min") => Some(-(1 << (bits - 1))),
        ("s", "max") => Some((1 << (bits - 1)) - 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::limit;

    #[test]
    fn types_have_limits() {
        assert_eq!(limit("u32-max"), Some(u32::MAX.into()));
        assert_eq!(limit("s64-min"), Some(i64::MIN.into()));
        assert_eq!(limit("u64-max"), Some(u64::MAX.into()));
        assert_eq!([limit("u12-max"), limit("max"), limit("x8-max")], [None; 3]);
    }
}
