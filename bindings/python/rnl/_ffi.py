# SPDX-License-Identifier: MIT OR Apache-2.0
# Made from rnl.h by tools/gen_ctypes.py.
"""What librnl offers, declared for ctypes."""

from __future__ import annotations

from ctypes import (
    POINTER,
    Structure,
    c_char_p,
    c_int,
    c_int16,
    c_int32,
    c_int64,
    c_int8,
    c_size_t,
    c_uint16,
    c_uint32,
    c_uint64,
    c_uint8,
    c_void_p,
)

from ._library import function

RNL_FROM_KERNEL = 1
RNL_FROM_LOCAL = 2
RNL_FROM_SOCKET = 3
RNL_FROM_TIMEOUT = 4
RNL_OPEN_DGRAM = 0x01
RNL_OPEN_NO_CLOEXEC = 0x02
RNL_OPEN_NONBLOCK = 0x04
RNL_OPEN_NO_EXT_ACK = 0x08
RNL_OPEN_NO_CAP_ACK = 0x10
RNL_OPEN_NO_STRICT = 0x20
RNL_OPEN_ANY_SENDER = 0x40
RNL_OPEN_NETNS = 0x80
RNL_MATCH_TYPE = 0
RNL_MATCH_HEADER = 1
RNL_MATCH_ATTR = 2
RNL_SUBMIT_QUIET = 0x1
RNL_SUBMIT_DUMP = 0x2
RNL_READY_DONE = 0x1
RNL_READY_NOTIFICATION = 0x2
RNL_DUMP_CONSISTENT = 0
RNL_DUMP_STREAM = 1
RNL_DUMP_BEST_EFFORT = 2
RNL_KEY_HEADER = 0
RNL_KEY_ATTR = 1
RNL_KEY_FIRST_OF = 2
RNL_IGNORE_DROP = 0
RNL_IGNORE_QUIET = 1
RNL_IGNORE_BITS = 2
RNL_IGNORE_MESSAGE = 3
RNL_TABLE_SPEC_EXACT = 0x1
RNL_TABLE_QUIET_START = 0x1
RNL_TABLE_ALL_NSID = 0x2
RNL_EVENT_NEW = 1
RNL_EVENT_CHANGE = 2
RNL_EVENT_DEL = 3
RNL_EVENT_SYNCED = 4
RNL_EVENT_RESYNCED = 5
RNL_RULE_SIGNED = 0x01
RNL_RULE_UNSIGNED = 0x02
RNL_RULE_MIN_LEN = 0x04
RNL_RULE_MAX_LEN = 0x08
RNL_RULE_NESTED = 0x10
RNL_RULE_MASK = 0x20
RNL_FORM_DO = 0
RNL_FORM_DUMP = 1
RNL_JSON_EXACT = 1
RNL_JSON_NAMED = 2
RNL_JSON_READABLE = 4
RNL_JSON_PICKLE = 8
RNL_FORM_REPLY = 2
RNL_FORM_ROW = 3
RNL_TRACE_OFF = 0
RNL_TRACE_TEXT = 1
RNL_TRACE_PCAPNG = 2


class struct_rnl_bind(Structure):
    pass


class struct_rnl_dump(Structure):
    pass


class struct_rnl_err(Structure):
    pass


class struct_rnl_family(Structure):
    pass


class struct_rnl_genl(Structure):
    pass


class struct_rnl_msg(Structure):
    pass


class struct_rnl_pack(Structure):
    pass


class struct_rnl_policy(Structure):
    pass


class struct_rnl_reply(Structure):
    pass


class struct_rnl_sock(Structure):
    pass


class struct_rnl_table(Structure):
    pass


class struct_rnl_text(Structure):
    pass


class struct_sock_filter(Structure):
    pass


class struct_rnl_bytes(Structure):
    ptr: int | None
    len: int
    _fields_ = [
        ("ptr", c_void_p),
        ("len", c_size_t),
    ]


class struct_rnl_view(Structure):
    msg: struct_rnl_bytes
    body: struct_rnl_bytes
    type: int
    flags: int
    seq: int
    port: int
    group: int
    nsid: int
    reserved: int
    _fields_ = [
        ("msg", struct_rnl_bytes),
        ("body", struct_rnl_bytes),
        ("type", c_uint16),
        ("flags", c_uint16),
        ("seq", c_uint32),
        ("port", c_uint32),
        ("group", c_uint32),
        ("nsid", c_int32),
        ("reserved", c_uint32),
    ]


class struct_rnl_attrs(Structure):
    rest: struct_rnl_bytes
    end: int
    reserved: int
    _fields_ = [
        ("rest", struct_rnl_bytes),
        ("end", c_uint32),
        ("reserved", c_uint32),
    ]


class struct_rnl_attr(Structure):
    data: struct_rnl_bytes
    type: int
    flags: int
    offset: int
    _fields_ = [
        ("data", struct_rnl_bytes),
        ("type", c_uint16),
        ("flags", c_uint16),
        ("offset", c_uint32),
    ]


class struct_rnl_opts(Structure):
    size: int
    flags: int
    netns_fd: int
    port: int
    rcvbuf: int
    sndbuf: int
    reserved: int
    max_datagram: int
    max_queue: int
    max_result: int
    max_pending: int
    max_table: int
    _fields_ = [
        ("size", c_size_t),
        ("flags", c_uint32),
        ("netns_fd", c_int32),
        ("port", c_uint32),
        ("rcvbuf", c_uint32),
        ("sndbuf", c_uint32),
        ("reserved", c_uint32),
        ("max_datagram", c_size_t),
        ("max_queue", c_size_t),
        ("max_result", c_size_t),
        ("max_pending", c_size_t),
        ("max_table", c_size_t),
    ]


class struct_rnl_match(Structure):
    place: int
    at: int
    width: int
    reserved: int
    value: int
    _fields_ = [
        ("place", c_uint16),
        ("at", c_uint16),
        ("width", c_uint16),
        ("reserved", c_uint16),
        ("value", c_uint32),
    ]


class struct_rnl_stats(Structure):
    size: int
    rx_datagrams: int
    rx_messages: int
    rx_bytes: int
    tx_datagrams: int
    tx_messages: int
    tx_bytes: int
    restarts: int
    overruns: int
    drops: int
    rmem: int
    rcvbuf: int
    in_flight: int
    _fields_ = [
        ("size", c_size_t),
        ("rx_datagrams", c_uint64),
        ("rx_messages", c_uint64),
        ("rx_bytes", c_uint64),
        ("tx_datagrams", c_uint64),
        ("tx_messages", c_uint64),
        ("tx_bytes", c_uint64),
        ("restarts", c_uint64),
        ("overruns", c_uint64),
        ("drops", c_uint32),
        ("rmem", c_uint32),
        ("rcvbuf", c_uint32),
        ("in_flight", c_uint32),
    ]


class struct_rnl_datagram(Structure):
    data: struct_rnl_bytes
    port: int
    group: int
    nsid: int
    reserved: int
    _fields_ = [
        ("data", struct_rnl_bytes),
        ("port", c_uint32),
        ("group", c_uint32),
        ("nsid", c_int32),
        ("reserved", c_uint32),
    ]


class struct_rnl_done(Structure):
    id: int
    user: int
    result: int
    reserved: int
    reply: object
    err: object
    _fields_ = [
        ("id", c_uint64),
        ("user", c_uint64),
        ("result", c_int32),
        ("reserved", c_uint32),
        ("reply", POINTER(struct_rnl_reply)),
        ("err", POINTER(struct_rnl_err)),
    ]


class struct_rnl_dump_job(Structure):
    sock: object
    msg: object
    reply: object
    err: object
    result: int
    reserved: int
    _fields_ = [
        ("sock", POINTER(struct_rnl_sock)),
        ("msg", POINTER(struct_rnl_msg)),
        ("reply", POINTER(struct_rnl_reply)),
        ("err", POINTER(struct_rnl_err)),
        ("result", c_int32),
        ("reserved", c_uint32),
    ]


class struct_rnl_key(Structure):
    part: int
    at: int
    len: int
    family: int
    _fields_ = [
        ("part", c_uint16),
        ("at", c_uint16),
        ("len", c_uint16),
        ("family", c_uint16),
    ]


class struct_rnl_ignore(Structure):
    what: int
    path: object
    mask: int
    _fields_ = [
        ("what", c_uint16),
        ("path", c_uint16 * 3),
        ("mask", c_uint32),
    ]


class struct_rnl_stir(Structure):
    group: int
    type: int
    cmd: int
    at: int
    mask: int
    value: int
    _fields_ = [
        ("group", c_uint32),
        ("type", c_uint16),
        ("cmd", c_uint16),
        ("at", c_uint32),
        ("mask", c_uint32),
        ("value", c_uint32),
    ]


class struct_rnl_table_spec(Structure):
    size: int
    protocol: int
    new_type: int
    del_type: int
    new_cmd: int
    del_cmd: int
    header_size: int
    parts: int
    flags: int
    target: int
    reserved: int
    dump: object
    groups: object
    n_groups: int
    keys: object
    n_keys: int
    matches: object
    n_matches: int
    ignores: object
    n_ignores: int
    stirs: object
    n_stirs: int
    _fields_ = [
        ("size", c_size_t),
        ("protocol", c_int32),
        ("new_type", c_uint16),
        ("del_type", c_uint16),
        ("new_cmd", c_uint8),
        ("del_cmd", c_uint8),
        ("header_size", c_uint16),
        ("parts", c_uint16),
        ("flags", c_uint16),
        ("target", c_uint16),
        ("reserved", c_uint16),
        ("dump", POINTER(struct_rnl_msg)),
        ("groups", POINTER(c_uint32)),
        ("n_groups", c_size_t),
        ("keys", POINTER(struct_rnl_key)),
        ("n_keys", c_size_t),
        ("matches", POINTER(struct_rnl_match)),
        ("n_matches", c_size_t),
        ("ignores", POINTER(struct_rnl_ignore)),
        ("n_ignores", c_size_t),
        ("stirs", POINTER(struct_rnl_stir)),
        ("n_stirs", c_size_t),
    ]


class struct_rnl_event(Structure):
    kind: int
    nsid: int
    now: struct_rnl_view
    before: struct_rnl_view
    changed: object
    n_changed: int
    _fields_ = [
        ("kind", c_int32),
        ("nsid", c_int32),
        ("now", struct_rnl_view),
        ("before", struct_rnl_view),
        ("changed", POINTER(c_uint16)),
        ("n_changed", c_size_t),
    ]


class struct_rnl_table_stats(Structure):
    size: int
    objects: int
    bytes: int
    resyncs: int
    synced: int
    reserved: int
    _fields_ = [
        ("size", c_size_t),
        ("objects", c_uint64),
        ("bytes", c_uint64),
        ("resyncs", c_uint64),
        ("synced", c_uint32),
        ("reserved", c_uint32),
    ]


class struct_rnl_genl_group(Structure):
    name: bytes | None
    id: int
    reserved: int
    _fields_ = [
        ("name", c_char_p),
        ("id", c_uint32),
        ("reserved", c_uint32),
    ]


class struct_rnl_genl_op(Structure):
    cmd: int
    flags: int
    _fields_ = [
        ("cmd", c_uint32),
        ("flags", c_uint32),
    ]


class struct_rnl_policy_rule(Structure):
    policy: int
    attr: int
    kind: int
    stated: int
    min_len: int
    max_len: int
    nested: int
    nested_max: int
    reserved: int
    min_s: int
    max_s: int
    min_u: int
    max_u: int
    mask: int
    _fields_ = [
        ("policy", c_uint16),
        ("attr", c_uint16),
        ("kind", c_uint32),
        ("stated", c_uint32),
        ("min_len", c_uint32),
        ("max_len", c_uint32),
        ("nested", c_uint32),
        ("nested_max", c_uint32),
        ("reserved", c_uint32),
        ("min_s", c_int64),
        ("max_s", c_int64),
        ("min_u", c_uint64),
        ("max_u", c_uint64),
        ("mask", c_uint64),
    ]


class struct_rnl_policy_use(Structure):
    cmd: int
    request: int
    dump: int
    _fields_ = [
        ("cmd", c_uint32),
        ("request", c_int32),
        ("dump", c_int32),
    ]


class struct_rnl_slot(Structure):
    path: bytes | None
    offset: int
    width: int
    _fields_ = [
        ("path", c_char_p),
        ("offset", c_size_t),
        ("width", c_size_t),
    ]


rnl_version = function("rnl_version", c_char_p)
rnl_view_next = function(
    "rnl_view_next", c_int, POINTER(struct_rnl_bytes), POINTER(struct_rnl_view)
)
rnl_view_fixed = function("rnl_view_fixed", c_int, POINTER(struct_rnl_view), c_void_p, c_size_t)
rnl_view_attrs = function(
    "rnl_view_attrs", c_int, POINTER(struct_rnl_view), c_size_t, POINTER(struct_rnl_attrs)
)
rnl_view_status = function(
    "rnl_view_status", c_int, POINTER(struct_rnl_view), c_int, POINTER(struct_rnl_bytes),
    POINTER(POINTER(struct_rnl_err))
)
rnl_attrs_of = function("rnl_attrs_of", c_int, POINTER(struct_rnl_bytes), POINTER(struct_rnl_attrs))
rnl_attrs_next = function(
    "rnl_attrs_next", c_int, POINTER(struct_rnl_attrs), POINTER(struct_rnl_attr)
)
rnl_attrs_find = function(
    "rnl_attrs_find", c_int, POINTER(struct_rnl_attrs), c_uint16, POINTER(struct_rnl_attr)
)
rnl_attrs_table = function(
    "rnl_attrs_table", c_int, POINTER(struct_rnl_attrs), POINTER(struct_rnl_attr), c_size_t
)
rnl_attr_nested = function(
    "rnl_attr_nested", c_int, POINTER(struct_rnl_attr), POINTER(struct_rnl_attrs)
)
rnl_attr_u8 = function("rnl_attr_u8", c_int, POINTER(struct_rnl_attr), POINTER(c_uint8))
rnl_attr_u16 = function("rnl_attr_u16", c_int, POINTER(struct_rnl_attr), POINTER(c_uint16))
rnl_attr_u32 = function("rnl_attr_u32", c_int, POINTER(struct_rnl_attr), POINTER(c_uint32))
rnl_attr_u64 = function("rnl_attr_u64", c_int, POINTER(struct_rnl_attr), POINTER(c_uint64))
rnl_attr_s8 = function("rnl_attr_s8", c_int, POINTER(struct_rnl_attr), POINTER(c_int8))
rnl_attr_s16 = function("rnl_attr_s16", c_int, POINTER(struct_rnl_attr), POINTER(c_int16))
rnl_attr_s32 = function("rnl_attr_s32", c_int, POINTER(struct_rnl_attr), POINTER(c_int32))
rnl_attr_s64 = function("rnl_attr_s64", c_int, POINTER(struct_rnl_attr), POINTER(c_int64))
rnl_attr_be16 = function("rnl_attr_be16", c_int, POINTER(struct_rnl_attr), POINTER(c_uint16))
rnl_attr_be32 = function("rnl_attr_be32", c_int, POINTER(struct_rnl_attr), POINTER(c_uint32))
rnl_attr_be64 = function("rnl_attr_be64", c_int, POINTER(struct_rnl_attr), POINTER(c_uint64))
rnl_attr_uint = function("rnl_attr_uint", c_int, POINTER(struct_rnl_attr), POINTER(c_uint64))
rnl_attr_sint = function("rnl_attr_sint", c_int, POINTER(struct_rnl_attr), POINTER(c_int64))
rnl_attr_bitfield32 = function(
    "rnl_attr_bitfield32", c_int, POINTER(struct_rnl_attr), POINTER(c_uint32), POINTER(c_uint32)
)
rnl_attr_str = function("rnl_attr_str", c_int, POINTER(struct_rnl_attr), POINTER(struct_rnl_bytes))
rnl_attr_strcpy = function("rnl_attr_strcpy", c_int, POINTER(struct_rnl_attr), c_char_p, c_size_t)
rnl_attr_ip = function("rnl_attr_ip", c_int, POINTER(struct_rnl_attr), POINTER(c_uint8))
rnl_attr_mac = function("rnl_attr_mac", c_int, POINTER(struct_rnl_attr), POINTER(c_uint8))
rnl_attr_fixed = function("rnl_attr_fixed", c_int, POINTER(struct_rnl_attr), c_void_p, c_size_t)
rnl_attr_element = function(
    "rnl_attr_element", c_int, POINTER(struct_rnl_attr), c_size_t, c_size_t,
    POINTER(struct_rnl_bytes)
)
rnl_err_errno = function("rnl_err_errno", c_int, POINTER(struct_rnl_err))
rnl_err_origin = function("rnl_err_origin", c_int, POINTER(struct_rnl_err))
rnl_err_text = function("rnl_err_text", c_char_p, POINTER(struct_rnl_err))
rnl_err_kernel_text = function("rnl_err_kernel_text", c_char_p, POINTER(struct_rnl_err))
rnl_err_attr = function("rnl_err_attr", c_char_p, POINTER(struct_rnl_err))
rnl_err_missing = function("rnl_err_missing", c_char_p, POINTER(struct_rnl_err))
rnl_err_guess = function("rnl_err_guess", c_char_p, POINTER(struct_rnl_err))
rnl_err_offset = function("rnl_err_offset", c_int, POINTER(struct_rnl_err), POINTER(c_uint32))
rnl_err_cookie = function(
    "rnl_err_cookie", c_int, POINTER(struct_rnl_err), POINTER(struct_rnl_bytes)
)
rnl_err_policy = function(
    "rnl_err_policy", c_int, POINTER(struct_rnl_err), POINTER(struct_rnl_bytes)
)
rnl_err_request = function(
    "rnl_err_request", c_int, POINTER(struct_rnl_err), POINTER(struct_rnl_bytes)
)
rnl_err_free = function("rnl_err_free", c_int, POINTER(struct_rnl_err))
rnl_msg_new = function("rnl_msg_new", POINTER(struct_rnl_msg), c_uint16, c_uint16)
rnl_msg_free = function("rnl_msg_free", c_int, POINTER(struct_rnl_msg))
rnl_msg_reset = function("rnl_msg_reset", c_int, POINTER(struct_rnl_msg), c_uint16, c_uint16)
rnl_msg_status = function(
    "rnl_msg_status", c_int, POINTER(struct_rnl_msg), c_int, POINTER(POINTER(struct_rnl_err))
)
rnl_msg_bytes = function("rnl_msg_bytes", c_int, POINTER(struct_rnl_msg), POINTER(struct_rnl_bytes))
rnl_msg_put_header = function(
    "rnl_msg_put_header", c_int, POINTER(struct_rnl_msg), c_void_p, c_size_t
)
rnl_msg_put_bytes = function(
    "rnl_msg_put_bytes", c_int, POINTER(struct_rnl_msg), c_uint16, c_void_p, c_size_t
)
rnl_msg_put_flag = function("rnl_msg_put_flag", c_int, POINTER(struct_rnl_msg), c_uint16)
rnl_msg_put_u8 = function("rnl_msg_put_u8", c_int, POINTER(struct_rnl_msg), c_uint16, c_uint8)
rnl_msg_put_u16 = function("rnl_msg_put_u16", c_int, POINTER(struct_rnl_msg), c_uint16, c_uint16)
rnl_msg_put_u32 = function("rnl_msg_put_u32", c_int, POINTER(struct_rnl_msg), c_uint16, c_uint32)
rnl_msg_put_u64 = function("rnl_msg_put_u64", c_int, POINTER(struct_rnl_msg), c_uint16, c_uint64)
rnl_msg_put_s8 = function("rnl_msg_put_s8", c_int, POINTER(struct_rnl_msg), c_uint16, c_int8)
rnl_msg_put_s16 = function("rnl_msg_put_s16", c_int, POINTER(struct_rnl_msg), c_uint16, c_int16)
rnl_msg_put_s32 = function("rnl_msg_put_s32", c_int, POINTER(struct_rnl_msg), c_uint16, c_int32)
rnl_msg_put_s64 = function("rnl_msg_put_s64", c_int, POINTER(struct_rnl_msg), c_uint16, c_int64)
rnl_msg_put_be16 = function("rnl_msg_put_be16", c_int, POINTER(struct_rnl_msg), c_uint16, c_uint16)
rnl_msg_put_be32 = function("rnl_msg_put_be32", c_int, POINTER(struct_rnl_msg), c_uint16, c_uint32)
rnl_msg_put_be64 = function("rnl_msg_put_be64", c_int, POINTER(struct_rnl_msg), c_uint16, c_uint64)
rnl_msg_put_uint = function("rnl_msg_put_uint", c_int, POINTER(struct_rnl_msg), c_uint16, c_uint64)
rnl_msg_put_sint = function("rnl_msg_put_sint", c_int, POINTER(struct_rnl_msg), c_uint16, c_int64)
rnl_msg_put_u64_aligned = function(
    "rnl_msg_put_u64_aligned", c_int, POINTER(struct_rnl_msg), c_uint16, c_uint16, c_uint64
)
rnl_msg_put_bitfield32 = function(
    "rnl_msg_put_bitfield32", c_int, POINTER(struct_rnl_msg), c_uint16, c_uint32, c_uint32
)
rnl_msg_put_str = function("rnl_msg_put_str", c_int, POINTER(struct_rnl_msg), c_uint16, c_char_p)
rnl_msg_put_ip = function("rnl_msg_put_ip", c_int, POINTER(struct_rnl_msg), c_uint16, c_char_p)
rnl_msg_put_mac = function("rnl_msg_put_mac", c_int, POINTER(struct_rnl_msg), c_uint16, c_char_p)
rnl_msg_put_raw = function("rnl_msg_put_raw", c_int, POINTER(struct_rnl_msg), c_void_p, c_size_t)
rnl_msg_nest_begin = function("rnl_msg_nest_begin", c_int, POINTER(struct_rnl_msg), c_uint16)
rnl_msg_nest_end = function("rnl_msg_nest_end", c_int, POINTER(struct_rnl_msg))
rnl_msg_nest_cancel = function("rnl_msg_nest_cancel", c_int, POINTER(struct_rnl_msg))
rnl_sock_open = function(
    "rnl_sock_open", c_int, POINTER(POINTER(struct_rnl_sock)), c_int, POINTER(struct_rnl_opts),
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_adopt = function(
    "rnl_sock_adopt", c_int, POINTER(POINTER(struct_rnl_sock)), c_int, POINTER(struct_rnl_opts),
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_close = function("rnl_sock_close", c_int, POINTER(struct_rnl_sock))
rnl_netns_open = function("rnl_netns_open", c_int, c_char_p, POINTER(POINTER(struct_rnl_err)))
rnl_sock_fd = function("rnl_sock_fd", c_int, POINTER(struct_rnl_sock))
rnl_sock_port = function("rnl_sock_port", c_int, POINTER(struct_rnl_sock), POINTER(c_uint32))
rnl_sock_protocol = function("rnl_sock_protocol", c_int, POINTER(struct_rnl_sock))
rnl_sock_connect = function(
    "rnl_sock_connect", c_int, POINTER(struct_rnl_sock), c_uint32, c_uint32,
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_setopt = function(
    "rnl_sock_setopt", c_int, POINTER(struct_rnl_sock), c_int, c_int,
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_getopt = function(
    "rnl_sock_getopt", c_int, POINTER(struct_rnl_sock), c_int, POINTER(c_int),
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_set_rcvbuf = function(
    "rnl_sock_set_rcvbuf", c_int, POINTER(struct_rnl_sock), c_uint32,
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_set_sndbuf = function(
    "rnl_sock_set_sndbuf", c_int, POINTER(struct_rnl_sock), c_uint32,
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_filter = function(
    "rnl_sock_filter", c_int, POINTER(struct_rnl_sock), POINTER(struct_sock_filter), c_size_t,
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_join = function(
    "rnl_sock_join", c_int, POINTER(struct_rnl_sock), c_uint32, POINTER(POINTER(struct_rnl_err))
)
rnl_sock_leave = function(
    "rnl_sock_leave", c_int, POINTER(struct_rnl_sock), c_uint32, POINTER(POINTER(struct_rnl_err))
)
rnl_sock_groups = function(
    "rnl_sock_groups", c_int, POINTER(struct_rnl_sock), POINTER(c_uint32), c_size_t,
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_keep = function(
    "rnl_sock_keep", c_int, POINTER(struct_rnl_sock), POINTER(struct_rnl_match), c_size_t, c_size_t,
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_stats = function(
    "rnl_sock_stats", c_int, POINTER(struct_rnl_sock), POINTER(struct_rnl_stats)
)
rnl_sock_send = function(
    "rnl_sock_send", c_int, POINTER(struct_rnl_sock), c_void_p, c_size_t, c_uint32, c_uint32,
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_recv = function(
    "rnl_sock_recv", c_int, POINTER(struct_rnl_sock), POINTER(struct_rnl_datagram), c_int,
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_next = function(
    "rnl_sock_next", c_int, POINTER(struct_rnl_sock), POINTER(struct_rnl_view), c_int,
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_call = function(
    "rnl_sock_call", c_int, POINTER(struct_rnl_sock), POINTER(struct_rnl_msg), c_int,
    POINTER(POINTER(struct_rnl_reply)), POINTER(POINTER(struct_rnl_err))
)
rnl_reply_next = function(
    "rnl_reply_next", c_int, POINTER(struct_rnl_reply), POINTER(struct_rnl_view)
)
rnl_reply_warning = function("rnl_reply_warning", c_char_p, POINTER(struct_rnl_reply))
rnl_reply_free = function("rnl_reply_free", c_int, POINTER(struct_rnl_reply))
rnl_sock_submit = function(
    "rnl_sock_submit", c_int, POINTER(struct_rnl_sock), POINTER(struct_rnl_msg), c_uint32, c_uint64,
    c_int, POINTER(c_uint64), POINTER(POINTER(struct_rnl_err))
)
rnl_sock_flush = function(
    "rnl_sock_flush", c_int, POINTER(struct_rnl_sock), POINTER(POINTER(struct_rnl_err))
)
rnl_sock_complete = function(
    "rnl_sock_complete", c_int, POINTER(struct_rnl_sock), POINTER(struct_rnl_done), c_int,
    POINTER(POINTER(struct_rnl_err))
)
rnl_sock_cancel = function("rnl_sock_cancel", c_int, POINTER(struct_rnl_sock), c_uint64)
rnl_sock_transact = function(
    "rnl_sock_transact", c_int, POINTER(struct_rnl_sock), POINTER(POINTER(struct_rnl_msg)),
    c_size_t, c_uint16, c_uint32, c_int, POINTER(c_size_t), POINTER(POINTER(struct_rnl_err))
)
rnl_sock_process = function(
    "rnl_sock_process", c_int, POINTER(struct_rnl_sock), POINTER(POINTER(struct_rnl_err))
)
rnl_sock_events = function("rnl_sock_events", c_int, POINTER(struct_rnl_sock))
rnl_sock_timeout = function("rnl_sock_timeout", c_int, POINTER(struct_rnl_sock))
rnl_dump_start = function(
    "rnl_dump_start", c_int, POINTER(POINTER(struct_rnl_dump)), POINTER(struct_rnl_sock),
    POINTER(struct_rnl_msg), c_int, c_int, POINTER(POINTER(struct_rnl_err))
)
rnl_dump_next = function(
    "rnl_dump_next", c_int, POINTER(struct_rnl_dump), POINTER(struct_rnl_view),
    POINTER(POINTER(struct_rnl_err))
)
rnl_dump_interrupted = function("rnl_dump_interrupted", c_int, POINTER(struct_rnl_dump))
rnl_dump_restarts = function("rnl_dump_restarts", c_int, POINTER(struct_rnl_dump))
rnl_dump_free = function("rnl_dump_free", c_int, POINTER(struct_rnl_dump))
rnl_dump_together = function(
    "rnl_dump_together", c_int, POINTER(struct_rnl_dump_job), c_size_t, c_int
)
rnl_table_open = function(
    "rnl_table_open", c_int, POINTER(POINTER(struct_rnl_table)), c_char_p, c_uint32,
    POINTER(struct_rnl_opts), POINTER(POINTER(struct_rnl_err))
)
rnl_table_define = function(
    "rnl_table_define", c_int, POINTER(POINTER(struct_rnl_table)), POINTER(struct_rnl_table_spec),
    c_uint32, POINTER(struct_rnl_opts), POINTER(POINTER(struct_rnl_err))
)
rnl_table_next = function(
    "rnl_table_next", c_int, POINTER(struct_rnl_table), POINTER(struct_rnl_event), c_int,
    POINTER(POINTER(struct_rnl_err))
)
rnl_table_find = function(
    "rnl_table_find", c_int, POINTER(struct_rnl_table), POINTER(struct_rnl_msg), c_int32,
    POINTER(struct_rnl_view)
)
rnl_table_each = function(
    "rnl_table_each", c_int, POINTER(struct_rnl_table), POINTER(c_uint64), POINTER(struct_rnl_view)
)
rnl_table_fd = function("rnl_table_fd", c_int, POINTER(struct_rnl_table))
rnl_table_events = function("rnl_table_events", c_int, POINTER(struct_rnl_table))
rnl_table_timeout = function("rnl_table_timeout", c_int, POINTER(struct_rnl_table))
rnl_table_stats = function(
    "rnl_table_stats", c_int, POINTER(struct_rnl_table), POINTER(struct_rnl_table_stats)
)
rnl_table_sock_stats = function(
    "rnl_table_sock_stats", c_int, POINTER(struct_rnl_table), POINTER(struct_rnl_stats)
)
rnl_table_close = function("rnl_table_close", c_int, POINTER(struct_rnl_table))
rnl_genl_find = function(
    "rnl_genl_find", c_int, POINTER(POINTER(struct_rnl_genl)), POINTER(struct_rnl_sock), c_char_p,
    c_int, POINTER(POINTER(struct_rnl_err))
)
rnl_genl_parse = function(
    "rnl_genl_parse", c_int, POINTER(POINTER(struct_rnl_genl)), POINTER(struct_rnl_view)
)
rnl_genl_id = function("rnl_genl_id", c_int, POINTER(struct_rnl_genl))
rnl_genl_name = function("rnl_genl_name", c_char_p, POINTER(struct_rnl_genl))
rnl_genl_version = function("rnl_genl_version", c_int, POINTER(struct_rnl_genl))
rnl_genl_hdrsize = function("rnl_genl_hdrsize", c_int, POINTER(struct_rnl_genl))
rnl_genl_maxattr = function("rnl_genl_maxattr", c_int, POINTER(struct_rnl_genl))
rnl_genl_group = function(
    "rnl_genl_group", c_int, POINTER(struct_rnl_genl), c_char_p, POINTER(c_uint32)
)
rnl_genl_group_at = function(
    "rnl_genl_group_at", c_int, POINTER(struct_rnl_genl), c_size_t, POINTER(struct_rnl_genl_group)
)
rnl_genl_op_at = function(
    "rnl_genl_op_at", c_int, POINTER(struct_rnl_genl), c_size_t, POINTER(struct_rnl_genl_op)
)
rnl_genl_free = function("rnl_genl_free", c_int, POINTER(struct_rnl_genl))
rnl_genl_msg = function(
    "rnl_genl_msg", POINTER(struct_rnl_msg), c_uint16, c_uint8, c_uint8, c_uint16
)
rnl_policy_get = function(
    "rnl_policy_get", c_int, POINTER(POINTER(struct_rnl_policy)), POINTER(struct_rnl_sock),
    c_uint16, c_int, c_int, POINTER(POINTER(struct_rnl_err))
)
rnl_policy_rule_at = function(
    "rnl_policy_rule_at", c_int, POINTER(struct_rnl_policy), c_size_t,
    POINTER(struct_rnl_policy_rule)
)
rnl_policy_use_at = function(
    "rnl_policy_use_at", c_int, POINTER(struct_rnl_policy), c_size_t, POINTER(struct_rnl_policy_use)
)
rnl_policy_free = function("rnl_policy_free", c_int, POINTER(struct_rnl_policy))
rnl_text_new = function("rnl_text_new", POINTER(struct_rnl_text))
rnl_text_get = function("rnl_text_get", c_void_p, POINTER(struct_rnl_text), POINTER(c_size_t))
rnl_text_clear = function("rnl_text_clear", c_int, POINTER(struct_rnl_text))
rnl_text_free = function("rnl_text_free", c_int, POINTER(struct_rnl_text))
rnl_pack_open = function(
    "rnl_pack_open", c_int, POINTER(POINTER(struct_rnl_pack)), c_char_p,
    POINTER(POINTER(struct_rnl_err))
)
rnl_pack_close = function("rnl_pack_close", c_int, POINTER(struct_rnl_pack))
rnl_family_open = function(
    "rnl_family_open", c_int, POINTER(POINTER(struct_rnl_family)), POINTER(struct_rnl_pack),
    c_char_p, POINTER(POINTER(struct_rnl_err))
)
rnl_family_free = function("rnl_family_free", c_int, POINTER(struct_rnl_family))
rnl_family_protocol = function("rnl_family_protocol", c_int, POINTER(struct_rnl_family))
rnl_family_resolve = function(
    "rnl_family_resolve", c_int, POINTER(struct_rnl_family), POINTER(struct_rnl_sock), c_int,
    POINTER(POINTER(struct_rnl_err))
)
rnl_family_group = function("rnl_family_group", c_int, POINTER(struct_rnl_family), c_char_p)
rnl_family_request = function(
    "rnl_family_request", c_int, POINTER(POINTER(struct_rnl_msg)), POINTER(struct_rnl_family),
    c_char_p, c_int, c_uint16, c_char_p, POINTER(POINTER(struct_rnl_err))
)
rnl_family_check = function(
    "rnl_family_check", c_int, POINTER(struct_rnl_family), POINTER(struct_rnl_msg),
    POINTER(POINTER(struct_rnl_err))
)
rnl_family_json = function(
    "rnl_family_json", c_int, POINTER(struct_rnl_family), POINTER(struct_rnl_view), c_int,
    POINTER(struct_rnl_text)
)
rnl_family_rows = function(
    "rnl_family_rows", c_int, POINTER(struct_rnl_family), POINTER(struct_rnl_dump), c_size_t, c_int,
    POINTER(struct_rnl_text), POINTER(POINTER(struct_rnl_err))
)
rnl_family_call = function(
    "rnl_family_call", c_int, POINTER(struct_rnl_family), POINTER(struct_rnl_sock), c_char_p,
    c_uint16, c_char_p, c_int, POINTER(struct_rnl_text), POINTER(POINTER(struct_rnl_err))
)
rnl_family_describe = function(
    "rnl_family_describe", c_int, POINTER(struct_rnl_family), c_char_p, POINTER(struct_rnl_text)
)
rnl_bind_new = function(
    "rnl_bind_new", c_int, POINTER(POINTER(struct_rnl_bind)), POINTER(struct_rnl_family), c_char_p,
    c_int, c_size_t, POINTER(struct_rnl_slot), c_size_t, POINTER(POINTER(struct_rnl_err))
)
rnl_bind_free = function("rnl_bind_free", c_int, POINTER(struct_rnl_bind))
rnl_bind_read = function(
    "rnl_bind_read", c_int, POINTER(struct_rnl_bind), POINTER(struct_rnl_view), c_void_p,
    POINTER(POINTER(struct_rnl_err))
)
rnl_bind_rows = function(
    "rnl_bind_rows", c_int, POINTER(struct_rnl_bind), POINTER(struct_rnl_dump), c_void_p, c_size_t,
    POINTER(POINTER(struct_rnl_err))
)
rnl_bind_request = function(
    "rnl_bind_request", c_int, POINTER(POINTER(struct_rnl_msg)), POINTER(struct_rnl_bind), c_uint16,
    c_void_p, POINTER(POINTER(struct_rnl_err))
)
rnl_sock_trace = function(
    "rnl_sock_trace", c_int, POINTER(struct_rnl_sock), c_int, c_int,
    POINTER(POINTER(struct_rnl_err))
)
