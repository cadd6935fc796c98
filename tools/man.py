#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Make a man3 page of every function of the header, from its comment.

usage: man.py VERSION HEADER FOLDER
"""

import os
import re
import sys

import contract

CALL = re.compile(r"\b(rnl_\w+)\(\)")
PAGE = re.compile(r"\b(rnl_\w+)\(\)|\b(\w+)\((\d)\)")
STRUCT = re.compile(r"^struct (rnl_\w+) \{.*?^\};", re.M | re.S)


def plain(text):
    """Text for roff with hyphens as typed."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


def roff(text):
    """The same with `code` and references to pages in bold."""
    text = re.sub(r"`([^`]+)`", r"\\fB\1\\fP", plain(text))
    return PAGE.sub(lambda page: f"\\fB{page[1] or page[2]}\\fP({page[3] or 3})", text)


def lowered(text):
    """A sentence's first letter made small, unless the word is a name."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def section(title, lines):
    return [f".SH {title}", *lines] if lines else []


def prose(lines):
    """Paragraphs; lines indented by four or more are code."""
    out, code = [], False
    for line in lines:
        indented = line.startswith("    ")
        if indented != code:
            out.append(".EX" if indented else ".EE")
        code = indented
        out.append(roff(line) if line else ".PP")
    return out + [".EE"] * code


def listed(pairs, style):
    return [line for label, text in pairs for line in
            ((".TP", f".{style} {roff(label)}", roff(text)) if label else (".PP", roff(text)))]


def see_also(page, pages):
    named = set(CALL.findall("\n".join(page.about + [page.returns])))
    siblings = {p.name for p in pages if (p.section, p.noun) == (page.section, page.noun)}
    names = (siblings | named & {p.name for p in pages}) - {page.name}
    return [f".BR {name} (3)," for name in sorted(names)] + [".BR rnl (7)"]


def types(page, structs):
    """The structs of the declaration that are not opaque."""
    named = dict.fromkeys(re.findall(r"struct (rnl_\w+)", page.declaration))
    lines = "\n\n".join(structs[name] for name in named if name in structs).split("\n")
    return [".EX", *map(plain, lines), ".EE"] if lines != [""] else []


def returned(page):
    errors = ", or one of the errors below."
    return [roff(page.returns.removesuffix(", or") + errors * page.returns.endswith(", or"))]


def render(page, pages, structs, version):
    synopsis = [".nf", ".B #include <rnl/rnl.h>", ".PP"]
    synopsis += [f".B {roff(line)}" if line[0] != " " else f"\\fB{roff(line)}\\fP" for line in page.declaration.split("\n")]
    lines = [
        f'.TH {page.name} 3 "" "rnl {version}" "rnl"',
        *section("NAME", [f"{page.name} \\- {plain(lowered(page.summary))}"]),
        *section("LIBRARY", ["Netlink for Linux (librnl, \\-lrnl)"]),
        *section("SYNOPSIS", [*synopsis, ".fi"]),
        *section("DESCRIPTION", prose(page.about)),
        *section("PARAMETERS", listed(page.parameters.items(), "I")),
        *section("RETURN VALUE", returned(page)),
        *section("ERRORS", listed(page.errors, "B")),
        *section("THREADS", [roff(page.threads)]),
        *section("SINCE", [f"rnl {page.since}"]),
        *section("TYPES", types(page, structs)),
        *section("SEE ALSO", see_also(page, pages)),
    ]
    return "\n".join(['.\\" Made by tools/man.py from rnl.h', *lines]) + "\n"


def main(version, header, folder):
    pages = list(contract.read(header))
    with open(header, encoding="utf-8") as file:
        structs = {found[1]: found[0].replace("/**", "/*") for found in STRUCT.finditer(file.read())}
    for page in pages:
        with open(os.path.join(folder, f"{page.name}.3"), "w", encoding="utf-8") as file:
            file.write(render(page, pages, structs, version))


if __name__ == "__main__":
    main(*sys.argv[1:])
