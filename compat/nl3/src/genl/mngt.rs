// SPDX-License-Identifier: MIT OR Apache-2.0
//! Families that the program describes.

use core::ffi::{c_char, c_int};

use crate::names::{Names, names};

/// `GENL_ID_CTRL`: the controller's number is the same everywhere.
pub(crate) const CONTROLLER: c_int = 16;

/// The controller's commands.
static COMMANDS: Names =
    names! { 1 "NEWFAMILY", 2 "DELFAMILY", 3 "GETFAMILY", 4 "NEWOPS", 5 "DELOPS" };

/// The name of a command of a family, if someone has described it.
pub(crate) unsafe fn op_name(family: c_int, op: c_int) -> Option<*const c_char> {
    if family == CONTROLLER { COMMANDS.name(op.into()).map(|name| name.as_ptr()) } else { None }
}
