// SPDX-License-Identifier: MIT OR Apache-2.0
//! Numbers of IPsec that have names.

use core::ffi::{c_char, c_int, c_uint};

use crate::names::{Names, names, translate};

/// `XFRM_MODE_*`.
pub(super) static MODES: Names =
    names! { 0 "transport", 1 "tunnel", 2 "route optimization", 3 "in trigger", 4 "beet" };

/// `XFRM_STATE_*`.
pub(super) static SA_FLAGS: Names = names! {
    1 "no ecn", 2 "decap dscp", 4 "no pmtu discovery", 8 "wild receive", 16 "icmp",
    32 "unspecified", 64 "align4", 128 "esn",
};

/// `XFRM_POLICY_*` as flags.
pub(super) static SP_FLAGS: Names =
    names! { 1 "allow policy override by user", 2 "auto include ICMP in policy" };

/// `XFRM_AE_*`.
pub(super) static AE_FLAGS: Names = names! {
    1 "replay threshold", 2 "replay value", 4 "lifetime value", 8 "expiry time threshold",
    16 "replay update event", 32 "timer expiry event", 64 "policy update event",
};

/// `XFRM_POLICY_*` as actions.
pub(super) static ACTIONS: Names = names! { 0 "allow", 1 "block" };

/// `XFRM_POLICY_TYPE_*`.
pub(super) static TYPES: Names = names! { 0 "main", 1 "sub", 2 "max", 255 "any" };

/// `XFRM_POLICY_*` as directions.
pub(super) static DIRS: Names = names! { 0 "in", 1 "out", 2 "fwd", 3 "mask" };

/// `XFRM_SHARE_*`.
pub(super) static SHARES: Names = names! { 0 "any", 1 "session", 2 "user", 3 "unique" };

translate! {
    MODES: xfrmnl_sa_mode2str xfrmnl_sa_str2mode;
    MODES: xfrmnl_user_tmpl_mode2str xfrmnl_user_tmpl_str2mode;
    ACTIONS: xfrmnl_sp_action2str xfrmnl_sp_str2action;
    TYPES: xfrmnl_sp_type2str xfrmnl_sp_str2type;
    DIRS: xfrmnl_sp_dir2str xfrmnl_sp_str2dir;
    SHARES: xfrmnl_sp_share2str xfrmnl_sp_str2share;
}

/// The direction is in the last bits of a policy's index.
#[unsafe(no_mangle)]
pub extern "C" fn xfrmnl_sp_index2dir(index: c_uint) -> c_int {
    (index & 7) as c_int
}
