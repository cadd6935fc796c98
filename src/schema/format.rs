// SPDX-License-Identifier: MIT OR Apache-2.0
//! How a pack is laid out: what `rnl-specc` writes and [`Pack`](super::Pack) reads.
//!
//! A pack is one blob, little-endian everywhere, and is read in place. It begins with [`MAGIC`] and the
//! offset of each [`Part`], in order, and of the end, behind which [`WIDEST`] bytes of zero stand; each
//! part is an array of rows of one width, the last, the heap, of text. Rows refer to each other by their index in a part, 16 bits, [`NONE`] for
//! nothing, and to text by a name, 24 bits: 17 of offset in the heap and 7 of length. Equal texts of a
//! pack have equal names.
//!
//! | part | its row |
//! |---|---|
//! | families | name, protocol u16, version u8, flags u8 ([`family_flags`]), then first and count (u16 each) of its ops, groups, sets, enums and subs |
//! | ops | name, flags ([`op_flags`]), notify, group, first of its forms |
//! | forms | number, layout: one for each [`Form`] that the operation has, in their order |
//! | layouts | header, type of the body, set, list of the attributes expected, list that tells it: what a message is made of |
//! | groups | name, number u32 (0 if the kernel gives it out) |
//! | sets | name, first field, count, size in bytes or first number, flags ([`set_flags`]): an attribute set or a struct |
//! | fields | name, type, type number or offset: an attribute or a member; ascending by number |
//! | dense | name, type: an attribute of a set whose numbers have no gap |
//! | types | kind u8, kind of elements u8, hint u8, flags u8 ([`type_flags`]), target, header, check, length u16, selector |
//! | checks | lowest, highest (64 bits each, signed where the type is) |
//! | enums | name, first name, count, first value or [`NONE`], flags ([`enum_flags`]), start i32 |
//! | names | a name: of an entry of an enum, or of what the type of a nest says |
//! | values | u32: values of the entries of an enum that are not consecutive, ascending; two each if wide |
//! | subs | name, first format, count |
//! | formats | the selector's value (a name; ascending), header, set |
//! | lists | u16: count, then numbers of attributes; or, to tell messages of one number apart, the offset and the width of a member of the header, then what it may be |
//! | heap | printable ASCII without `"` and `\`, so that any piece of it can stand in JSON as it is |

/// What every pack begins with; the last byte is the version of the layout.
pub const MAGIC: [u8; 8] = *b"rnlpack\x02";

/// An index that refers to nothing.
pub const NONE: u16 = u16::MAX;

/// The parts of a pack, in order.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Part {
    Families,
    Ops,
    Forms,
    Layouts,
    Groups,
    Sets,
    Fields,
    Dense,
    Types,
    Checks,
    Enums,
    Names,
    Values,
    Subs,
    Formats,
    Lists,
    Heap,
}

/// Bits of the length of a text in a name.
pub const NAME_BITS: u32 = 7;

/// The longest text.
pub const NAME_MAX: u32 = (1 << NAME_BITS) - 1;

/// How many parts there are.
pub const PARTS: usize = 17;

/// Bytes of a row of each part.
pub const WIDTHS: [usize; PARTS] = [28, 12, 4, 10, 8, 11, 7, 5, 16, 16, 16, 3, 4, 8, 8, 2, 1];

/// The widest row. As many bytes of zero follow the last part, so that a row can be read as that much
/// wherever it stands.
pub const WIDEST: usize = 28;

/// Bytes before the first part: the magic, the start of each part and the end of the last.
pub const HEADER: usize = MAGIC.len() + 4 * (PARTS + 1);

/// What is special about a family.
pub mod family_flags {
    /// It is found by name, and its messages begin with `struct genlmsghdr`.
    pub const GENERIC: u8 = 1;
    /// Its datagrams have no `struct nlmsghdr`: each is one body.
    pub const UNFRAMED: u8 = 2;
}

/// What an operation has. Notifications and events have the number and layout of [`Form::DoReply`].
pub mod op_flags {
    /// A request that is no dump.
    pub const DO: u16 = 1;
    /// A dump.
    pub const DUMP: u16 = 2;
    /// A notification with the contents of another operation's reply.
    pub const NOTIFY: u16 = 4;
    /// A notification with contents of its own.
    pub const EVENT: u16 = 8;
    /// Needs CAP_NET_ADMIN.
    pub const ADMIN: u16 = 16;
    /// Needs CAP_NET_ADMIN in the user namespace that owns the network namespace.
    pub const UNS_ADMIN: u16 = 32;
    /// From this bit on, one for each [`Form`](super::Form) that there is.
    pub const FORMS: u32 = 8;
}

/// What there is to know of a type beside its kind.
pub mod type_flags {
    /// Big-endian, where a number would be in host order.
    pub const BIG: u8 = 1;
    /// Little-endian, on every machine.
    pub const LITTLE: u8 = 2;
    /// The attribute may come many times.
    pub const MULTI: u8 = 4;
    /// Values of the enum are numbers of bits.
    pub const BITS: u8 = 8;
    /// The check's highest value is a mask of the bits allowed.
    pub const MASK: u8 = 16;
    /// Text that is all of a message's body, without a NUL.
    pub const BARE: u8 = 32;
}

/// Whether a set is a struct.
pub mod set_flags {
    /// It is one: its fields are members.
    pub const STRUCT: u16 = 1;
    /// Its last member is all that is left of the payload, however much that is.
    pub const OPEN: u16 = 2;
    /// A set of attributes without gaps: its fields are of the part for such, and in place of a size
    /// stands the number of the first.
    pub const DENSE: u16 = 8;
    /// Some member is called like an attribute of the family.
    pub const SHARED: u16 = 4;
}

/// How an enum is stored.
pub mod enum_flags {
    /// A list of bits by its definition.
    pub const BITS: u16 = 1;
    /// Two values of 32 bits for each entry, the lower first.
    pub const WIDE: u16 = 2;
}

/// One of the messages of an operation, by its index in an op's numbers and layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Form {
    /// The request that is no dump.
    Do,
    /// Its answer; of notifications and events, the message itself.
    DoReply,
    /// The request for a dump.
    Dump,
    /// An object of the dump.
    DumpReply,
}

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $first:ident = $first_word:literal, $($entry:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[allow(missing_docs)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[repr(u8)]
        pub enum $name { #[default] $first, $($entry),+ }

        impl $name {
            /// All of them, by their number in a pack.
            pub const ALL: &'static [$name] = &[$name::$first, $($name::$entry),+];

            /// Its number in a pack back; the first for a number that none has.
            #[inline]
            pub fn of(number: u8) -> $name {
                match number {
                    $(n if n == $name::$entry as u8 => $name::$entry,)+
                    _ => $name::$first,
                }
            }

            /// What it is called in descriptions and errors.
            pub fn word(self) -> &'static str {
                match self {
                    $name::$first => $first_word,
                    $($name::$entry => $word),+
                }
            }
        }
    };
}

numbered! {
    /// What an attribute or a member of a struct holds.
    Kind {
        Binary = "binary",
        Pad = "pad",
        Flag = "flag",
        U8 = "u8",
        U16 = "u16",
        U32 = "u32",
        U64 = "u64",
        S8 = "s8",
        S16 = "s16",
        S32 = "s32",
        S64 = "s64",
        Uint = "uint",
        Sint = "sint",
        Text = "string",
        Bitfield32 = "bitfield32",
        // A struct, or elements of one width: `binary` with `struct` or `sub-type`.
        Struct = "struct",
        List = "list",
        // What holds attributes.
        Nest = "nest",
        Array = "indexed-array",
        TypeValue = "nest-type-value",
        Sub = "sub-message",
        Records = "record-array",
    }
}

numbered! {
    /// How a value is shown.
    Hint {
        None = "",
        Hex = "hex",
        Mac = "mac",
        Fddi = "fddi",
        Ipv4 = "ipv4",
        Ipv6 = "ipv6",
        Ip = "ipv4-or-v6",
        Uuid = "uuid",
    }
}

impl Hint {
    /// Whether it is shown as an IP address.
    pub(super) fn is_address(self) -> bool {
        matches!(self, Hint::Ipv4 | Hint::Ipv6 | Hint::Ip)
    }
}
