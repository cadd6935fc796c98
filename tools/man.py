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
PAGE = re.compile(r"\b(\w+)\((\d)\)")


def roff(text):
    """Plain text for roff: a hyphen that is typed, `code` and calls in bold."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"`([^`]+)`", r"\\fB\1\\fP", text)
    text = PAGE.sub(r"\\fB\1\\fP(\2)", CALL.sub(r"\\fB\1\\fP(3)", text))
    return "\\&" + text if text.startswith((".", "'")) else text


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
    return [line for label, text in pairs for line in (".TP", f".{style} {roff(label)}", roff(text))]


def see_also(page, pages):
    named = set(CALL.findall("\n".join(page.about + [page.returns])))
    noun = page.name.split("_")[1]
    names = {p.name for p in pages if p.name.split("_")[1] == noun or p.name in named} - {page.name}
    return [f".BR {name} (3)," for name in sorted(names)] + [".BR rnl (7)"]


def render(page, pages, version):
    synopsis = [".nf", ".B #include <rnl/rnl.h>", ".PP"]
    synopsis += [f".B {roff(line)}" if line[0] != " " else f"\\fB{roff(line)}\\fP" for line in page.declaration.split("\n")]
    lines = [
        f'.TH {page.name} 3 "" "rnl {version}" "rnl"',
        *section("NAME", [f"{page.name} \\- {roff(lowered(page.summary))}"]),
        *section("LIBRARY", ["Netlink for Linux (librnl, \\-lrnl)"]),
        *section("SYNOPSIS", [*synopsis, ".fi"]),
        *section("DESCRIPTION", prose(page.about)),
        *section("PARAMETERS", listed(page.parameters.items(), "I")),
        *section("RETURN VALUE", [roff(page.returns.removesuffix(", or") + "." * page.returns.endswith(", or"))]),
        *section("ERRORS", listed(page.errors, "B")),
        *section("THREADS", [roff(page.threads[:1].upper() + page.threads[1:])]),
        *section("SINCE", [f"rnl {page.since}"]),
        *section("SEE ALSO", see_also(page, pages)),
    ]
    return "\n".join(['.\\" Made by tools/man.py from rnl.h', *lines]) + "\n"


def main(version, header, folder):
    pages = list(contract.read(header))
    for page in pages:
        with open(os.path.join(folder, f"{page.name}.3"), "w", encoding="utf-8") as file:
            file.write(render(page, pages, version))


if __name__ == "__main__":
    main(*sys.argv[1:])
