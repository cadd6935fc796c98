# SPDX-License-Identifier: MIT OR Apache-2.0
"""What families have in common, whether they wait or are awaited."""

from __future__ import annotations

from errno import EINVAL

from . import _ffi
from ._errors import local
from ._open import held_netns
from ._schema import Schema, dashed

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from typing import Any, Callable, TypeVar

    from ._calls import Reply
    from ._message import Message
    from ._open import Name
    from ._schema import Object
    from ._view import View

    T = TypeVar("T")


class Notice:
    """A notification: the `name` of what happened ("newlink-ntf"), what it says in `msg`, and the
    `group`, the `nsid` of the namespace it came from (-1: the socket's own) and the `view` of its bytes.
    Of a message that the family does not describe, `name` and `msg` are None."""

    __slots__ = ("group", "msg", "name", "nsid", "view")

    def __init__(self, schema: Schema, view: View) -> None:
        self.view, self.group, self.nsid = view, view.group, view.nsid
        named = schema.named(view)
        self.name: str | None = named["name"] if named else None
        self.msg: Object | None = named["msg"] if named else None

    def __repr__(self) -> str:
        return f"<rnl.Notice {self.name} {self.msg}>"


def all_groups(schema: Schema, names: tuple[str, ...]) -> list[int]:
    """The numbers of groups; of all that the family has, if none is named."""
    numbers = [schema.group(name) for name in names or schema.groups()]
    if not numbers:
        raise local(EINVAL, f"{schema.name} has no multicast group")
    return numbers


def _lacks(schema: Schema | None, name: str) -> str:
    """Says that a family has no such operation, and which has nearly that name."""
    if schema is None:
        return f" has no {name!r}"
    # Not before it is needed: importing rnl is to be cheap.
    from difflib import get_close_matches

    near = " or ".join(get_close_matches(dashed(name), schema.operations(), 2))
    return f" {schema.name} has no operation {name!r}{near and '; perhaps '}{near}"


class _Doc:
    """What help() shows: of an operation what it takes, of the class what operations are. It is made when it is
    asked for."""

    def __init__(self, of_class: str) -> None:
        self._of_class = of_class

    def __get__(self, operation: Operation | None, _: object = None) -> str:
        return self._of_class if operation is None else operation._documentation()


class Operation:
    __doc__ = _Doc(
        """An operation of a family. To call it makes a request, see Family.call(); dump() gives all objects,
see Family.dump(), and records() some of their values, see Family.records()."""
    )
    __slots__ = ("__name__", "_family", "_op")

    def __init__(self, family: Any, op: Object) -> None:
        self._family, self._op = family, op
        self.__name__: str = op["name"]

    def __call__(self, request: Any = None, /, **options: Any) -> Any:
        return self._family.call(self.__name__, request, **options)

    def dump(self, request: Any = None, /, **options: Any) -> Any:
        """All objects, one by one: an iterator of dicts. See Family.dump()."""
        return self._family.dump(self.__name__, request, **options)

    def records(self, *columns: Any, **options: Any) -> Any:
        """All objects of a dump as records of some of their values. See Family.records()."""
        return self._family.records(self.__name__, *columns, **options)

    def _documentation(self) -> str:
        # Not before it is needed: importing rnl is to be cheap.
        from ._help import documentation

        return documentation(self._family.name, self._op, self._family.describe())

    def __repr__(self) -> str:
        return f"<rnl.Operation {self.__name__} of {self._family.name}>"


class Named:
    """A family by its name."""

    def __init__(
        self,
        name: str,
        pack: str | os.PathLike[str] | None,
        netns: int | Name | None,
        options: dict[str, int],
    ) -> None:
        self._schema = Schema(name, pack)
        #: The namespace stays the same whatever becomes of the caller's descriptor or of the name.
        self._netns = None if netns is None else held_netns(netns)
        self._options = options

    def _opened(self, kind: Callable[..., T], options: dict[str, int]) -> T:
        """A socket of the family's protocol, in its namespace."""
        # What is closed opens nothing.
        self._schema.handle.run(_ffi.rnl_family_protocol)
        options = {**self._options, **options}
        if self._netns is None:
            return kind(self.protocol, **options)
        return self._netns.run(lambda fd: kind(self.protocol, netns=fd, **options))

    def _close(self) -> None:
        if self._netns is not None:
            self._netns.free()
        self._schema.close()

    @property
    def name(self) -> str:
        """What it is called."""
        return self._schema.name

    @property
    def protocol(self) -> int:
        """NETLINK_*"""
        return self._schema.protocol

    @property
    def groups(self) -> list[str]:
        """The names of its multicast groups."""
        return self._schema.groups()

    @property
    def operations(self) -> list[str]:
        """The names of its operations."""
        return self._schema.operations()

    def describe(self) -> Object:
        """All that is known of it: operations, sets of attributes, structs, enums, groups."""
        return self._schema.describe()

    def check(self, msg: Message) -> None:
        """Looks at a request that was built by hand, and raises what is wrong with it. The kernel is not
        asked."""
        self._schema.check(msg)

    def decode(self, view: View) -> Any:
        """A message of the kernel as a dict."""
        return self._schema.decode(view)

    def _answer(self, op: str, views: Reply) -> Any:
        if views.warning is not None:
            from warnings import warn

            # The caller of the operation is three calls away.
            warn(f"{op}: {views.warning}", stacklevel=4)
        objects = [self.decode(view) for view in views]
        return objects if len(objects) > 1 else objects[0] if objects else None

    def __getattr__(self, name: str) -> Any:
        # Before there is a schema, nothing has a name.
        schema = None if name.startswith("_") else self.__dict__.get("_schema")
        op = schema.operation(dashed(name)) if schema else None
        if op is None or not ("do" in op or "dump" in op):
            raise AttributeError(f"{type(self).__name__}{_lacks(schema, name)}")
        return Operation(self, op)

    def __dir__(self) -> Iterator[str]:
        own = super().__dir__()
        yield from own
        for name in self._schema.operations():
            name = name.replace("-", "_")
            yield f"{name}_" if name in own else name

    def __repr__(self) -> str:
        return f"<{type(self).__module__.partition('._')[0]}.Family {self.name}>"
