# SPDX-License-Identifier: MIT OR Apache-2.0
"""Names and numbers in the kernel's uapi headers."""
import functools
import re
import subprocess
import tempfile

# What headers use without including it. linux/uio.h and the C library both have struct iovec.
BEFORE = """#include <linux/uio.h>
#define __iovec_defined 1
#include <sys/socket.h>
#include <stddef.h>
#include <stdint.h>
#include <limits.h>
#include <linux/netlink.h>
#define BIT(n) (1U << (n))
"""


def flags(include):
    multiarch = subprocess.run(["cc", "-print-multiarch"], capture_output=True, text=True, check=True).stdout.strip()
    return [f"-I{include}", f"-I{include}/{multiarch}", "-w", "-Werror=implicit-function-declaration", "-x", "c", "-"]


def compiler(include, source, *options):
    """What cc prints for a source text; None if it refuses."""
    run = subprocess.run(["cc", *options, *flags(include)], input=source, capture_output=True, text=True, check=False)
    return (run.stdout, run.stderr) if run.returncode == 0 else (None, run.stderr)


def preamble(headers):
    return BEFORE + "".join(f"#include <{header}>\n" for header in headers)


@functools.cache
def names(include, headers):
    """Identifiers of enums and macros that some headers bring."""
    source = preamble(headers)
    text = compiler(include, source, "-E", "-P")[0]
    if text is None:
        return {}
    found = [name for body in re.findall(r"\benum\b[^{;()]*\{([^}]*)\}", text)
             for name in re.findall(r"(?:^|,)\s*([A-Za-z_]\w*)", body)]
    macros = compiler(include, source, "-E", "-dM")[0]
    return dict.fromkeys(found + re.findall(r"^#define ([A-Z]\w*) .", macros, re.MULTILINE))


@functools.cache
def structs(include, headers):
    """Names of the structs that some headers define."""
    return set(re.findall(r"\bstruct\s+(\w+)\s*\{", compiler(include, preamble(headers), "-E", "-P")[0] or ""))


def values(include, headers, wanted):
    """{expression: number} of those wanted that are integer constants in C, in their order."""
    wanted, start = list(wanted), preamble(headers) + "#include <stdio.h>\nint main(void)\n{\n"
    if not wanted:
        return {}
    rows = "".join(f'printf("%lld\\n", (long long)({name}));\n' for name in wanted)
    with tempfile.TemporaryDirectory(prefix="rnl-headers-") as folder:
        output, errors = compiler(include, start + rows + "return 0;\n}\n", "-o", f"{folder}/program")
        if output is not None:
            said = subprocess.run([f"{folder}/program"], capture_output=True, text=True, check=True).stdout
            return dict(zip(wanted, map(int, said.split()), strict=True))
    first = start.count("\n") + 1
    bad = {int(line) - first for line in re.findall(r"<stdin>:(\d+):\d+: (?:error|note: in expansion)", errors)}
    if not bad or min(bad) < 0:
        raise SystemExit(f"headers: {' '.join(headers)}: {errors}")
    return values(include, headers, [name for at, name in enumerate(wanted) if at not in bad])


def with_prefix(include, header, prefix):
    wanted = [name for name in names(include, (header,)) if name.startswith(prefix)]
    return values(include, (header,), wanted)


def is_count(name, prefix):
    """Whether a constant only counts the others."""
    return name.startswith("__") or name[len(prefix):] in ("MAX", "CNT", "MAX_INDEX", "NUM", "UNSPEC")


def as_set(constants, prefix):
    """Lines of a set's attributes, with a value where it is not one more than the last."""
    expected = 1
    for name, number in sorted(constants.items(), key=lambda item: item[1]):
        if is_count(name, prefix):
            continue
        value = "" if number == expected else f", value: {number}"
        yield f"      - {{name: {name[len(prefix):].lower().replace('_', '-')}{value}, type: binary}}"
        expected = number + 1
