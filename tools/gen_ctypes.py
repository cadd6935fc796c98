#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Write the Python package's ctypes declarations from the C header.

gen_ctypes.py           write bindings/python/rnl/_ffi.py from include/rnl/rnl.h
gen_ctypes.py --check   fail if that file is not what would be written
"""

import difflib
import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = ROOT / "include/rnl/rnl.h"
OUTPUT = ROOT / "bindings/python/rnl/_ffi.py"
WIDTH = 100

NUMBERS = {
    "bool": "c_bool",
    "int": "c_int",
    "size_t": "c_size_t",
    **{f"{sign}int{bits}_t": f"c_{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}
COMMENT = re.compile(r"/\*.*?\*/", re.S)
CONSTANT = re.compile(r"^#define (RNL_\w+) (-?(?:0x[0-9a-fA-F]+|\d+))$", re.M)
STRUCT = re.compile(r"^(struct \w+) \{(.*?)^\};$", re.M | re.S)
OPAQUE = re.compile(r"^(struct \w+);$", re.M)
FUNCTION = re.compile(r"^([a-z][\w ]*?[ *]+)(rnl_\w+)\(([^()]*)\);$", re.M)
VARIABLE = re.compile(r"(.*?)(\w+)(?:\[(\d+)\])?$", re.S)
# What a header has around its declarations.
FRAME = re.compile(r'^#(?:if|ifn?def|define RNL_RNL_H|include|endif)\b.*$|^extern "C" \{$|^\}$', re.M)


def class_name(struct):
    """The class for a struct, which may share its name with a function."""
    if not struct.startswith("struct "):
        raise ValueError(f"unknown type: {struct}")
    return struct.replace(" ", "_")


def c_type(text):
    """The ctypes type of a C type as the header writes it."""
    words = re.findall(r"struct \w+|\w+|\*", text.replace("const ", ""))
    base, stars = words[0], len(words) - 1
    if set(words[1:]) - {"*"}:
        raise ValueError(f"type of several words: {text!r}")
    if base in ("void", "char") and stars:
        name, stars = ("c_void_p" if base == "void" else "c_char_p"), stars - 1
    else:
        name = {"void": "None", **NUMBERS}.get(base) or class_name(base)
    return "POINTER(" * stars + name + ")" * stars


def c_field(text):
    """The ctypes type of a member. Bytes that somebody else owns are an address: quick to read."""
    kind = c_type(text)
    return "c_void_p" if kind == "POINTER(c_uint8)" else kind


def variables(text, separator, kind):
    """(name, ctypes type) of the declarations in a list of them."""
    found = []
    for declaration in filter(None, map(str.strip, text.split(separator))):
        c, name, length = VARIABLE.fullmatch(declaration).groups()
        found.append((name, f"{kind(c)} * {length}" if length else kind(c)))
    return found


def python_type(kind):
    """How a member reads in Python."""
    names = {"c_void_p": "int | None", "c_char_p": "bytes | None", "c_bool": "bool"}
    if kind.startswith("POINTER(") or " * " in kind:
        return "object"
    return names.get(kind, "int" if kind in NUMBERS.values() else kind)


def struct_lines(name, members):
    """A struct as a class."""
    lines = [f"class {class_name(name)}(Structure):"]
    lines += [f"    {member}: {python_type(kind)}" for member, kind in members]
    lines += ["    _fields_ = ["]
    lines += [f'        ("{member}", {kind}),' for member, kind in members]
    return [*lines, "    ]", "", ""]


def c_result(result, arguments):
    """The ctypes type of what a function returns. A text of which the length is told beside may have NULs:
    it is an address, as ctypes would end it at the first."""
    kind = c_type(result)
    return "c_void_p" if kind == "c_char_p" and ("len", "POINTER(c_size_t)") in arguments else kind


def function_lines(result, name, arguments):
    """A function as a call of _library.function()."""
    arguments = variables(arguments, ",", c_type)
    parts = [f'"{name}"', c_result(result, arguments), *(kind for _, kind in arguments)]
    line = f"{name} = function({', '.join(parts)})"
    if len(line) <= WIDTH:
        return [line]
    wrapped = textwrap.wrap(", ".join(parts), WIDTH, initial_indent="    ", subsequent_indent="    ")
    return [f"{name} = function(", *wrapped, ")"]


def parse(header):
    """The header's constants, structs, opaque structs and functions. What is none of them is an error."""
    text = COMMENT.sub("", header)
    constants = CONSTANT.findall(text)
    structs = {name: variables(body, ";", c_field) for name, body in STRUCT.findall(text)}
    opaque = sorted(set(OPAQUE.findall(text)) - set(structs))
    functions = [(r, n, "" if a == "void" else a) for r, n, a in FUNCTION.findall(text)]
    for known in (CONSTANT, STRUCT, OPAQUE, FUNCTION, FRAME):
        text = known.sub("", text)
    if text.strip():
        raise ValueError(f"not understood: {text.strip()[:200]}")
    return constants, structs, opaque, functions


def generate(header):
    """The Python module."""
    constants, structs, opaque, functions = parse(header)
    body = [f"{name} = {value}" for name, value in constants] + ["", ""]
    for name in opaque:
        body += [f"class {class_name(name)}(Structure):", "    pass", "", ""]
    for name, members in structs.items():
        body += struct_lines(name, members)
    for function in functions:
        body += function_lines(*function)
    used = sorted(set(re.findall(r"\b(?:c_\w+|POINTER|Structure)\b", "\n".join(body))))
    head = [
        "# SPDX-License-Identifier: MIT OR Apache-2.0",
        "# Made from rnl.h by tools/gen_ctypes.py.",
        '"""What librnl offers, declared for ctypes."""',
        "",
        "from __future__ import annotations",
        "",
        "from ctypes import (",
        *(f"    {name}," for name in used),
        ")",
        "",
        "from ._library import function",
        "",
    ]
    return "\n".join(head + body) + "\n"


def main():
    wanted = generate(HEADER.read_text(encoding="utf-8"))
    if sys.argv[1:] == ["--check"]:
        found = OUTPUT.read_text(encoding="utf-8")
        changes = difflib.unified_diff(found.splitlines(), wanted.splitlines(), str(OUTPUT), str(HEADER), lineterm="")
        sys.exit("\n".join(changes) or 0)
    if sys.argv[1:]:
        sys.exit(__doc__)
    OUTPUT.write_text(wanted, encoding="utf-8")


if __name__ == "__main__":
    main()
