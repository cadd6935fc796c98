// SPDX-License-Identifier: MIT OR Apache-2.0
//! Kinds: what `htb`, `u32` or `mirred` have of their own.
//!
//! A kind is a struct for its fields, which implements [`Data`], and a `rtnl_tc_ops` that says how they are
//! read, written and shown. The struct begins with a mask of those that are set. [`fields!`] makes accessors.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::mem::transmute;
use core::ptr::null;

use super::object::rtnl_tc;
use crate::abi::{nl_dump_params, nlattr};
use crate::error::{Done, NLE_NOMEM};
use crate::mem;
use crate::msg::nl_msg;

/// A struct of what a kind has of its own. Zeroed memory is one: that is how it begins.
pub(super) trait Data: Sized {
    /// What tells it from the others.
    const OF: Of;
}

/// Each [`Data`].
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Of {
    Nothing,
    Sfq,
    Htb,
    HtbClass,
    Tbf,
    Prio,
    FqCodel,
    Hfsc,
    HfscClass,
    Netem,
    Mqprio,
    Plug,
    Red,
    Cbq,
    Dsmark,
    DsmarkClass,
    Fifo,
    U32,
    Basic,
    Cgroup,
    Fw,
    Flower,
    Matchall,
    Mirred,
    Skbedit,
    Gact,
    Vlan,
    Nat,
}

type Show<T> = unsafe fn(&T, *mut nl_dump_params);
type Parse<T> = unsafe fn(&mut T, &mut rtnl_tc, &nlattr) -> Done;
type Fill<T> = unsafe fn(&mut T, &rtnl_tc, &mut nl_msg) -> Done;
type Owned<T> = unsafe fn(&mut T) -> Done;

/// A kind. What programs see of it is where it is; libnl-cli also looks at name and type.
#[repr(C)]
pub struct rtnl_tc_ops {
    name: *const c_char,
    /// `enum rtnl_tc_type`.
    pub(super) of_type: c_int,
    of: Of,
    size: u16,
    /// Says also in messages that there are no options.
    pub(super) keep_empty: bool,
    /// Options of this kind are not marked as a nest.
    pub(super) plain: bool,
    /// Messages must have options.
    pub(super) needs_options: bool,
    init: Option<Owned<c_void>>,
    clone: Option<Owned<c_void>>,
    free: Option<Owned<c_void>>,
    pub(super) parse: Option<Parse<c_void>>,
    pub(super) fill: Option<Fill<c_void>>,
    /// Brief, with details: what is added to what all kinds have.
    pub(super) dump: [Option<Show<c_void>>; 2],
}

// SAFETY: it is never changed, and what it points to lives as long as the program.
unsafe impl Sync for rtnl_tc_ops {}

/// A kind's functions, each for its own [`Data`]: a reference to that is a pointer like any other.
macro_rules! hooks {
    ($($(#[$doc:meta])* $name:ident: $of:ident = $field:ident $([$at:literal])?;)*) => {
        $(
            $(#[$doc])*
            pub(super) const fn $name<T: Data>(mut self, hook: $of<T>) -> Self {
                // SAFETY: it is called with what `data` of the same object points to.
                self.$field$([$at])? = Some(unsafe { transmute::<$of<T>, $of<c_void>>(hook) });
                self
            }
        )*
    };
}

impl rtnl_tc_ops {
    /// A kind that has nothing of its own.
    pub(super) const fn bare(name: &'static CStr) -> Self {
        Self {
            name: name.as_ptr(),
            of_type: 0,
            of: Of::Nothing,
            size: 0,
            keep_empty: false,
            plain: false,
            needs_options: false,
            init: None,
            clone: None,
            free: None,
            parse: None,
            fill: None,
            dump: [None; 2],
        }
    }

    pub(super) const fn new<T: Data>(name: &'static CStr) -> Self {
        Self { of: T::OF, size: size_of::<T>() as u16, ..Self::bare(name) }
    }

    /// The same with another name.
    pub(super) const fn called(self, name: &'static CStr) -> Self {
        Self { name: name.as_ptr(), ..self }
    }

    /// The same, but messages say also that there are no options.
    pub(super) const fn keeping_empty(self) -> Self {
        Self { keep_empty: true, ..self }
    }

    /// The same, but messages must have options.
    pub(super) const fn requires_options(self) -> Self {
        Self { needs_options: true, ..self }
    }

    /// The same, but options are not marked as a nest.
    pub(super) const fn plain_options(self) -> Self {
        Self { plain: true, ..self }
    }

    hooks! {
        /// Sets what is not 0 in a new one.
        init: Owned = init;
        /// Makes what it owns its own, after its bytes have been copied; on failure, nothing is left of the other's.
        clone: Owned = clone;
        /// Frees what it owns.
        free: Owned = free;
        /// Reads the options.
        parse: Parse = parse;
        /// Writes what is in the options. What it works out stays.
        fill: Fill = fill;
        /// What is added to the line that all kinds have.
        line: Show = dump[0];
        details: Show = dump[1];
    }

    /// Whether that is its name.
    pub(super) fn is_called(&self, name: *const c_char) -> bool {
        // SAFETY: both are strings.
        unsafe { libc::strcmp(self.name, name) == 0 }
    }
}

impl rtnl_tc {
    /// What the kind has of its own, if it is that.
    pub(super) fn data<T: Data>(&self) -> Option<&T> {
        let data = self.data.cast::<T>();
        // SAFETY: NULL, or what `new_data` made for this kind.
        unsafe { (self.ops.as_ref()?.of == T::OF).then_some(data.as_ref()).flatten() }
    }

    /// The same, to change it.
    pub(super) fn data_mut<T: Data>(&mut self) -> Option<&mut T> {
        let data = self.data.cast::<T>();
        // SAFETY: as for `data`, and nothing else refers to it.
        unsafe { (self.ops.as_ref()?.of == T::OF).then_some(data.as_mut()).flatten() }
    }

    /// The same, or the error that there is no such thing.
    pub(super) fn wanted<T: Data>(&mut self) -> Result<&mut T, c_int> {
        self.data_mut().ok_or(NLE_NOMEM)
    }
}

/// Finds an object's kind, and makes what that has of its own.
pub(super) unsafe fn new_data(tc: &mut rtnl_tc) -> Done {
    let kinds = super::kinds_of(&tc.h);
    let Some(ops) = kinds.iter().find(|ops| ops.is_called(tc.kind.as_ptr())) else { return Ok(()) };
    tc.ops = ops;
    if ops.size == 0 {
        return Ok(());
    }
    tc.data = mem::zalloc::<u8>(usize::from(ops.size) - 1).cast();
    // SAFETY: the data is NULL or new.
    unsafe {
        let data = tc.data.as_mut().ok_or(NLE_NOMEM)?;
        ops.init.map_or(Ok(()), |init| init(data))
    }
}

/// Copies what an object's kind has of its own to a copy of the object, which has none yet.
pub(super) unsafe fn clone_data(new: &mut rtnl_tc, from: &rtnl_tc) -> Done {
    // SAFETY: the data is NULL or what its kind says.
    unsafe {
        let (Some(ops), false) = (from.ops.as_ref(), from.data.is_null()) else { return Ok(()) };
        new.data = mem::copy(from.data, ops.size.into());
        let data = new.data.as_mut().ok_or(NLE_NOMEM)?;
        ops.clone.map_or(Ok(()), |clone| clone(data))
    }
}

/// Frees what an object's kind has of its own.
pub(super) unsafe fn free_data(tc: &mut rtnl_tc) {
    // SAFETY: the data is NULL or what its kind says, and not used again.
    unsafe {
        if let (Some(ops), Some(data)) = (tc.ops.as_ref(), tc.data.as_mut()) {
            if let Some(free) = ops.free {
                let _ = free(data);
            }
        }
        mem::free(tc.data);
    }
}

/// What a getter says of an object that is of another kind.
pub(super) trait OfAnotherKind {
    const ANSWER: Self;
}

impl OfAnotherKind for c_int {
    const ANSWER: c_int = -NLE_NOMEM;
}

impl OfAnotherKind for u32 {
    const ANSWER: u32 = 0;
}

/// Accessors of a kind's fields:
///
/// ```text
/// fields! { Thing:
///     put rtnl_thing_set_limit(c_int) limit: LIMIT;                 // void f(tc, int)
///     set rtnl_thing_set_mark(u32) mark: MARK;                      // int f(tc, uint32_t), 0
///     set rtnl_thing_set_action(c_int) action;                      // the same for what has no bit
///     get rtnl_thing_get_limit() -> c_int = limit: LIMIT, -NLE_NOATTR;  // the value, or that if it is not set
///     get rtnl_thing_get_action() -> c_int = action;
///     out rtnl_thing_get_mark(u32) mark: MARK, NLE_NOATTR;          // int f(tc, uint32_t *)
///     out rtnl_thing_get_addr(u32) addr;
/// }
/// ```
#[allow(unused_macro_rules)]
macro_rules! fields {
    ($of:ident: $($how:tt $name:ident($($arg:ty)?) $(-> $ret:ty =)? $($field:ident).+ $(: $bit:ident)? $(, $none:expr)?;)*) => {
        $($crate::tc::kind::fields!(@$how $of $name [$($arg)?] [$($ret)?] [$($field).+] [$($bit)?] [$($none)?]);)*
    };
    (@put $of:ident $name:ident [$arg:ty] [] [$($field:ident).+] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(tc: &mut $crate::tc::object::rtnl_tc, value: $arg) {
            if let Some(data) = tc.data_mut::<$of>() {
                data.$($field).+ = value as _;
                data.mask |= $bit;
            }
        }
    };
    (@set $of:ident $name:ident [$arg:ty] [] [$($field:ident).+] [$($bit:ident)?] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(tc: &mut $crate::tc::object::rtnl_tc, value: $arg) -> core::ffi::c_int {
            let Some(data) = tc.data_mut::<$of>() else { return -$crate::error::NLE_NOMEM };
            data.$($field).+ = value as _;
            $(data.mask |= $bit;)?
            0
        }
    };
    (@get $of:ident $name:ident [] [$ret:ty] [$($field:ident).+] [] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(tc: &$crate::tc::object::rtnl_tc) -> $ret {
            let other = <$ret as $crate::tc::kind::OfAnotherKind>::ANSWER;
            tc.data::<$of>().map_or(other, |data| data.$($field).+ as $ret)
        }
    };
    (@get $of:ident $name:ident [] [$ret:ty] [$($field:ident).+] [$bit:ident] [$none:expr]) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(tc: &$crate::tc::object::rtnl_tc) -> $ret {
            let other = <$ret as $crate::tc::kind::OfAnotherKind>::ANSWER;
            let value = |data: &$of| if data.mask & $bit != 0 { data.$($field).+ as $ret } else { $none };
            tc.data::<$of>().map_or(other, value)
        }
    };
    (@out $of:ident $name:ident [$arg:ty] [] [$($field:ident).+] [$($bit:ident)?] [$($none:expr)?]) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(tc: &$crate::tc::object::rtnl_tc, value: &mut $arg) -> core::ffi::c_int {
            let Some(data) = tc.data::<$of>() else { return -$crate::error::NLE_NOMEM };
            $(if data.mask & $bit == 0 {
                return -$none;
            })?
            *value = data.$($field).+ as $arg;
            0
        }
    };
}
pub(super) use fields;

/// The kind of that name, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtnl_tc_lookup_ops(
    kind: c_int,
    name: *const c_char,
) -> *const rtnl_tc_ops {
    let kinds = super::kinds(kind);
    kinds.iter().find(|ops| ops.is_called(name)).map_or(null(), |ops| &raw const *ops)
}

/// The object's kind, or NULL where that has nothing of its own.
#[unsafe(no_mangle)]
pub extern "C" fn rtnl_tc_get_ops(tc: &rtnl_tc) -> *const rtnl_tc_ops {
    tc.ops
}
