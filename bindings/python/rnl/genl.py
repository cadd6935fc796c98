# SPDX-License-Identifier: MIT OR Apache-2.0
"""Generic netlink families: found by name, described by the kernel."""

from __future__ import annotations

from ctypes import POINTER, byref

from . import _ffi
from ._calls import checked
from ._errors import check
from ._handle import NewError
from ._message import Message, c_string, number
from ._view import as_bytes
from ._wait import TIMEOUT, milliseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

    from ._socket import Socket
    from ._view import View

_ID_CTRL, _CMD_GETFAMILY, _VERSION = 16, 3, 2


def _items(pointer: Any, item_at: Callable[..., int], out: Any) -> Iterator[Any]:
    """What a function that takes an index fills in, until it has no more."""
    index = 0
    while check(item_at(pointer, index, byref(out))):
        yield out
        index += 1


class Family:
    """A generic family as the kernel describes it.

    `id` is the type of its messages, `version` that of its interface, `hdrsize` the bytes of its own
    fixed header, `maxattr` the highest attribute type or 0; `groups` its multicast groups by name,
    and `ops` the flags (GENL_CMD_CAP_DO, GENL_ADMIN_PERM ...) of its operations by command.
    """

    __slots__ = ("_sock", "groups", "hdrsize", "id", "maxattr", "name", "ops", "version")

    name: str
    id: int
    version: int
    hdrsize: int
    maxattr: int
    groups: dict[str, int]
    ops: dict[int, int]

    def __init__(self, sock: Socket, name: str, timeout: float | None = TIMEOUT) -> None:
        """Looks a family up by name, which may load its kernel module."""
        self._sock = sock
        sock.run(self._find, c_string(name), milliseconds(timeout))

    @classmethod
    def parse(cls, sock: Socket, view: View) -> Family:
        """Reads a family from a message of the controller: an object of a dump of CTRL_CMD_GETFAMILY,
        or a notification of group "notify"."""
        family = cls.__new__(cls)
        family._sock = sock
        message = _ffi.struct_rnl_view(msg=as_bytes(view.data), body=as_bytes(view.body), type=view.type)
        pointer = POINTER(_ffi.struct_rnl_genl)()
        check(_ffi.rnl_genl_parse(byref(pointer), byref(message)))
        family._take(pointer)
        return family

    def _find(self, sock: Any, name: bytes, timeout_ms: int) -> None:
        pointer, err = POINTER(_ffi.struct_rnl_genl)(), NewError()
        check(_ffi.rnl_genl_find(byref(pointer), sock, name, timeout_ms, byref(err)), err)
        self._take(pointer)

    def _take(self, genl: Any) -> None:
        """Copies everything, and frees the library's object."""
        try:
            self.name = _ffi.rnl_genl_name(genl).decode()
            self.id = check(_ffi.rnl_genl_id(genl))
            self.version = check(_ffi.rnl_genl_version(genl))
            self.hdrsize = check(_ffi.rnl_genl_hdrsize(genl))
            self.maxattr = check(_ffi.rnl_genl_maxattr(genl))
            groups = _items(genl, _ffi.rnl_genl_group_at, _ffi.struct_rnl_genl_group())
            self.groups = {group.name.decode(): group.id for group in groups}
            ops = _items(genl, _ffi.rnl_genl_op_at, _ffi.struct_rnl_genl_op())
            self.ops = {op.cmd: op.flags for op in ops}
        finally:
            _ffi.rnl_genl_free(genl)

    def message(self, cmd: int, flags: int = 0, version: int | None = None) -> Message:
        """A request to the family, of its version if none is given."""
        return Message.genl(self.id, cmd, self.version if version is None else version, flags)

    def policy(self, cmd: int | None = None, timeout: float | None = TIMEOUT) -> Policy:
        """What the family accepts, of one command or all."""
        only = -1 if cmd is None else number(cmd, 0, 0xFF)
        return self._sock.run(_policy, self.id, only, milliseconds(timeout))

    def __repr__(self) -> str:
        return f"<rnl.genl.Family {self.name} id={self.id} version={self.version}>"


def families(sock: Socket, timeout: float | None = TIMEOUT) -> list[Family]:
    """All families that the kernel has now."""
    request = Message.genl(_ID_CTRL, _CMD_GETFAMILY, _VERSION, 0)
    return [Family.parse(sock, view) for view in sock.dump(request, timeout=timeout)]


class Rule:
    """What a policy wants of one attribute; None where it does not say.

    `policy` is the index of the policy it belongs to, `attr` the type of the attribute, `kind` its
    NL_ATTR_TYPE_*; `min` and `max` bound a number, `min_len` and `max_len` its bytes, `mask` the bits
    that may be set; `nested` is the index of the policy of what is inside, `nested_max` the highest
    attribute type there.
    """

    __slots__ = (
        "attr", "kind", "mask", "max", "max_len", "min", "min_len", "nested", "nested_max", "policy",
    )  # fmt: skip

    def __init__(self, rule: _ffi.struct_rnl_policy_rule) -> None:
        def stated(flag: int, value: int) -> int | None:
            return value if rule.stated & flag else None

        signed = rule.stated & _ffi.RNL_RULE_SIGNED
        either = _ffi.RNL_RULE_SIGNED | _ffi.RNL_RULE_UNSIGNED
        self.policy = rule.policy
        self.attr = rule.attr
        self.kind = rule.kind
        self.min = stated(either, rule.min_s if signed else rule.min_u)
        self.max = stated(either, rule.max_s if signed else rule.max_u)
        self.min_len = stated(_ffi.RNL_RULE_MIN_LEN, rule.min_len)
        self.max_len = stated(_ffi.RNL_RULE_MAX_LEN, rule.max_len)
        self.mask = stated(_ffi.RNL_RULE_MASK, rule.mask)
        self.nested = stated(_ffi.RNL_RULE_NESTED, rule.nested)
        self.nested_max = stated(_ffi.RNL_RULE_NESTED, rule.nested_max)

    def __repr__(self) -> str:
        said = {name: getattr(self, name) for name in self.__slots__}
        return f"<rnl.genl.Rule {({n: v for n, v in said.items() if v is not None})}>"


class Use:
    """Which policies a command uses: indexes for a plain `request` and for a `dump`, None where it
    has none."""

    __slots__ = ("dump", "request")

    def __init__(self, use: _ffi.struct_rnl_policy_use) -> None:
        self.request = use.request if use.request >= 0 else None
        self.dump = use.dump if use.dump >= 0 else None


class Policy:
    """The policies of a family: `rules` of all of them, and the `uses` of each command."""

    __slots__ = ("rules", "uses")

    def __init__(self, policy: Any) -> None:
        rules = _items(policy, _ffi.rnl_policy_rule_at, _ffi.struct_rnl_policy_rule())
        uses = _items(policy, _ffi.rnl_policy_use_at, _ffi.struct_rnl_policy_use())
        self.rules: list[Rule] = [Rule(rule) for rule in rules]
        self.uses: dict[int, Use] = {use.cmd: Use(use) for use in uses}

    def of(self, index: int | None) -> list[Rule]:
        """The rules of one policy, by its index."""
        return [rule for rule in self.rules if rule.policy == index]


def _policy(sock: Any, family: int, cmd: int, timeout_ms: int) -> Policy:
    pointer, err = POINTER(_ffi.struct_rnl_policy)(), NewError()
    try:
        code = _ffi.rnl_policy_get(byref(pointer), sock, family, cmd, timeout_ms, byref(err))
        check(code, err)
        return Policy(pointer)
    finally:
        _ffi.rnl_policy_free(pointer)
