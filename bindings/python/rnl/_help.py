# SPDX-License-Identifier: MIT OR Apache-2.0
"""Operations in words, for help()."""

from __future__ import annotations

from textwrap import fill, indent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Object = dict[str, Any]

_FORMS = {
    "do": "Takes",
    "do-reply": "Gives",
    "dump": "A dump takes",
    "dump-reply": "Each object of a dump has",
}


def _range(field: Object) -> str:
    """The bounds of a number, or of the length of bytes."""
    low, high = field.get("min"), field.get("max")
    return f", {'' if low is None else low}..{'' if high is None else high}" if (low, high) != (None, None) else ""


def _kind(field: Object, enums: Object) -> str:
    """The type of an attribute, and what it may say."""
    kind: str = field.get("hint") or field["type"]
    if "enum" in field:
        names = list(enums.get(field["enum"], ()))
        kind += f" of {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}"
    elif "sub-message" in field:
        kind = f"depends on {field.get('selector', 'another')}"
    elif "set" in field:
        kind = f"object ({field['set']})"
    return kind + _range(field) + (" (list)" if field.get("multi") else "")


def _members(form: Object, description: Object) -> list[Object]:
    """The members of the header and the attributes that are expected."""
    header = description["structs"].get(form.get("header"), [])
    whole = description["sets"].get(form.get("set"), [])
    wanted = form.get("attributes")
    attributes = [field for field in whole if field["type"] != "pad"]
    if wanted:
        attributes = [field for field in attributes if field["name"] in wanted]
    return [field for field in header if field["type"] != "pad"] + attributes


def _part(title: str, form: Object, description: Object) -> str:
    enums = description["enums"]
    lines = [f"{field['name']}: {_kind(field, enums)}" for field in _members(form, description)]
    wrapped = (indent(fill(line, 84, subsequent_indent="    "), "    ") for line in lines)
    return "\n".join([f"{title}:", *wrapped]) if lines else f"{title} nothing."


def documentation(family: str, op: Object, description: Object) -> str:
    """What help() shows of an operation."""
    forms = [part for part in ("do", "dump") if part in op]
    head = f"{op['name']} of {family}: {' and '.join(forms)}."
    parts = [_part(title, op[key], description) for key, title in _FORMS.items() if key in op]
    return "\n\n".join([head, *parts])
