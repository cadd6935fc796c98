# SPDX-License-Identifier: MIT OR Apache-2.0
"""Read the header's functions and what their comments promise."""

import re
from dataclasses import dataclass, field

SECTION = re.compile(r"^/\* ---- (.+?) -+ \*/$", re.M)
DECLARED = re.compile(r"^\w[^;{}#/]*?\b(rnl_\w+)\(([^;{}]*)\);$", re.M)
COMMENT = re.compile(r"/\*\*(?:(?!\*/).)*\*/\n\Z", re.S)
PARAMETER = re.compile(r"@(\w+)\s+(.*)")
ERROR = re.compile(r"\s+(-E[A-Z0-9]+(?:, -E[A-Z0-9]+)*)\s+(.*)")
TAIL = re.compile(r"(?:Threads: (?P<threads>.*?\.))?(?:\s*Since (?P<since>\d[\d.]*\d)\.)?")
PARTS = {"@": "parameters", "Returns": "returns", "Threads:": "tail", "Since ": "tail"}


@dataclass
class Contract:
    """One function: its declaration and the parts of its comment."""

    name: str
    declaration: str
    arguments: list
    section: str
    about: list = field(default_factory=list)
    parameters: dict = field(default_factory=dict)
    returns: str = ""
    errors: list = field(default_factory=list)
    threads: str = ""
    since: str = ""

    @property
    def noun(self):
        return self.name.split("_")[1]

    @property
    def summary(self):
        """What the first sentence says, up to its first stop."""
        gap = self.about.index("") if "" in self.about else len(self.about)
        return re.split(r"[.:;](?:\s|$)", " ".join(self.about[:gap]), maxsplit=1)[0]


def read(path):
    """Every function the header declares, in its order."""
    with open(path, encoding="utf-8") as file:
        header = file.read()
    sections = [(found.start(), found.group(1)) for found in SECTION.finditer(header)]
    for found in DECLARED.finditer(header):
        section = [title for at, title in sections if at < found.start()][-1:]
        contract = Contract(found.group(1), found.group(0), arguments(found.group(2)), *section or [""])
        comment = COMMENT.search(header, 0, found.start())
        fill(contract, lines_of(comment.group(0)) if comment else [])
        yield contract


def arguments(declared):
    """The names in a parameter list; a function pointer's own parameters are not among them."""
    flat = re.sub(r"\(\*\s*(\w+)\)\s*\([^()]*\)", r"\1", " ".join(declared.split()))
    return [re.search(r"(\w+)(\[\w*\])?$", one.strip()).group(1) for one in flat.split(",") if flat != "void"]


def lines_of(comment):
    inner = comment.strip()[3:-2]
    lines = [line.strip() if at == 0 else re.sub(r"^ \* ?", "", line) for at, line in enumerate(inner.split("\n"))]
    return "\n".join(lines).strip().split("\n")


def fill(contract, lines):
    """Sort the lines of a comment into the parts of a contract. A blank line ends a part."""
    parts = {"about": [], "parameters": [], "returns": [], "tail": []}
    part = "about"
    for line in lines:
        part = next((name for word, name in PARTS.items() if line.startswith(word)), part if line else "about")
        parts[part].append(line)
    contract.about = "\n".join(parts["about"]).strip().split("\n")
    contract.parameters = dict(pieces(parts["parameters"], PARAMETER))
    contract.errors = list(pieces(parts["returns"], ERROR))
    prose = [line for line in parts["returns"] if not line.startswith(" ")]
    contract.returns = " ".join(prose)
    tail = TAIL.fullmatch(" ".join(" ".join(parts["tail"]).split()))
    contract.threads, contract.since = (tail and tail["threads"]) or "", (tail and tail["since"]) or ""


def pieces(lines, opening):
    """Pairs of a label and its text, each with the lines it goes on for; no label where a list ends in prose."""
    found = []
    for line in lines:
        if match := opening.match(line):
            found.append(match.groups())
        elif line.startswith("    ") and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        elif line.startswith("  "):
            found.append(("", line.strip()))
    return found
