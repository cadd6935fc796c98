// SPDX-License-Identifier: MIT OR Apache-2.0
//! Getters and setters of objects, as rows of a table.

/// The accessors of a type, one a row:
///
/// ```text
/// accessors! { rtnl_thing:
///     set  rtnl_thing_set_index(c_int) index: INDEX;            // void f(thing, int): stores, sets the bit
///     flags rtnl_thing_set_flags(c_uint) flags: FLAGS;          // void f(thing, unsigned int): sets bits of Flags
///     unflags rtnl_thing_unset_flags(c_uint) flags: FLAGS;      // the same: unsets them
///     get  rtnl_thing_get_index() -> c_int = index;             // int f(thing): what is stored
///     get  rtnl_thing_get_prio() -> c_int = prio: PRIO, -1;     // or that, if it is not set
///     get  rtnl_thing_get_dst() -> *mut nl_addr = dst;          // pointers: NULL until it is set
///     slot rtnl_thing_get_dst() dst;                            // the same of a Slot
///     out  rtnl_thing_get_mtu(u32) mtu: MTU, NLE_NOATTR;        // int f(thing, uint32_t *)
///     text rtnl_thing_set_name() name: NAME;                    // void f(thing, const char *) to [c_char; N]
///     chars rtnl_thing_get_name() name: NAME;                   // char *f(thing): NULL if it is not set
///     str  rtnl_thing_set_label() label: LABEL;                 // int f(thing, const char *) to *mut c_char
///     addr rtnl_thing_set_dst() dst: DST;                       // int f(thing, struct nl_addr *)
///     test rtnl_thing_test_dst() dst: DST;                      // int f(thing): whether it is set
/// }
/// ```
///
/// The object's head is its field `h`.
#[allow(unused_macro_rules)]
macro_rules! accessors {
    ($of:ident: $($kind:ident $name:ident($($arg:ty)?) $(-> $ret:ty =)? $($field:ident).+ $(: $bit:ident)? $(, $none:expr)?;)*) => {
        $($crate::accessors::accessors!(@$kind $of $name [$($arg)?] [$($ret)?] [$($field).+] [$($bit)?] [$($none)?]);)*
    };
    (@set $of:ident $name:ident [$arg:ty] [] [$($field:ident).+] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(obj: &mut $of, value: $arg) {
            obj.$($field).+ = value as _;
            obj.h.mask |= $bit;
        }
    };
    (@flags $of:ident $name:ident [$arg:ty] [] [$($field:ident).+] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(obj: &mut $of, bits: $arg) {
            obj.$($field).+.set(bits as u32);
            obj.h.mask |= $bit;
        }
    };
    (@unflags $of:ident $name:ident [$arg:ty] [] [$($field:ident).+] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(obj: &mut $of, bits: $arg) {
            obj.$($field).+.unset(bits as u32);
            obj.h.mask |= $bit;
        }
    };
    (@get $of:ident $name:ident [] [$ret:ty] [$($field:ident).+] [] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(obj: &$of) -> $ret {
            obj.$($field).+ as $ret
        }
    };
    (@slot $of:ident $name:ident [] [] [$($field:ident).+] [] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(obj: &$of) -> *mut $crate::addr::nl_addr {
            obj.$($field).+.get()
        }
    };
    (@slot $of:ident $name:ident [] [] [$($field:ident).+] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(obj: &$of) -> *mut $crate::addr::nl_addr {
            if obj.h.mask & $bit != 0 { obj.$($field).+.get() } else { core::ptr::null_mut() }
        }
    };
    (@get $of:ident $name:ident [] [$ret:ty] [$($field:ident).+] [$bit:ident] [$none:expr]) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(obj: &$of) -> $ret {
            if obj.h.mask & $bit != 0 { obj.$($field).+ as $ret } else { $none }
        }
    };
    (@out $of:ident $name:ident [$arg:ty] [] [$($field:ident).+] [$bit:ident] [$none:expr]) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(obj: &$of, value: &mut $arg) -> core::ffi::c_int {
            if obj.h.mask & $bit == 0 {
                return -$none;
            }
            *value = obj.$($field).+ as $arg;
            0
        }
    };
    (@text $of:ident $name:ident [] [] [$($field:ident).+] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(obj: &mut $of, text: *const core::ffi::c_char) {
            // SAFETY: the caller's text is a string.
            unsafe { $crate::mem::set_text(&mut obj.$($field).+, text) };
            obj.h.mask |= $bit;
        }
    };
    (@chars $of:ident $name:ident [] [] [$($field:ident).+] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(obj: &mut $of) -> *mut core::ffi::c_char {
            if obj.h.mask & $bit != 0 { obj.$($field).+.as_mut_ptr() } else { core::ptr::null_mut() }
        }
    };
    (@str $of:ident $name:ident [] [] [$($field:ident).+] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(obj: &mut $of, text: *const core::ffi::c_char) -> core::ffi::c_int {
            // SAFETY: the caller's text is NULL or a string.
            if !unsafe { $crate::mem::set_str(&mut obj.$($field).+, text) } {
                return -$crate::error::NLE_NOMEM;
            }
            obj.h.mask |= $bit;
            0
        }
    };
    (@addr $of:ident $name:ident [] [] [$($field:ident).+] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(obj: &mut $of, addr: *mut $crate::addr::nl_addr) -> core::ffi::c_int {
            // SAFETY: the caller's address is live.
            unsafe { $crate::rows::set_addr(&mut obj.$($field).+, addr) };
            obj.h.mask |= $bit;
            0
        }
    };
    (@test $of:ident $name:ident [] [] [$($field:ident).+] [$bit:ident] []) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(obj: &$of) -> core::ffi::c_int {
            (obj.h.mask & $bit != 0).into()
        }
    };
}
pub(crate) use accessors;
