# SPDX-License-Identifier: MIT OR Apache-2.0
"""The plot: one panel a row, one bar a contestant, written as plain SVG."""

from html import escape

from .report import duration

WIDTH = 860
LABEL = 190  # where bars begin
REACH = 500  # how long the longest is
BAR = 15
STEP = 21
COLOURS = {"": "#8a8f98", "mnl": "#4c78a8", "nl": "#72a0c1", "nl-route": "#9dbcd4", "ip": "#b3a369",
           "pyroute2": "#b3a369", "rnl": "#e4572e", "rnl-numpy": "#e4572e"}


def _text(x, y, words, size=12, weight="normal", fill="#222", anchor="start"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
            f'fill="{fill}" text-anchor="{anchor}">{escape(words)}</text>')


def _rect(x, y, width, height, fill):
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" '
            f'height="{height:.1f}" fill="{fill}"/>')


def _line(x1, y1, x2, y2, stroke, dash=""):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{stroke}" stroke-dasharray="{dash}"/>')


class Bar:
    """A value, how far its rounds lie apart, and the words at its end."""

    def __init__(self, label, library, value, low, high, words):
        self.label, self.library, self.value = label, library, value
        self.low, self.high, self.words = low, high, words


class Panel:
    """Bars on one scale, perhaps with the line they should stay below."""

    def __init__(self, title, bars, goal=None):
        self.title, self.bars, self.goal = title, bars, goal

    @property
    def height(self):
        return 50 + STEP * len(self.bars)

    def draw(self, top):
        # An outlier of one round may leave the panel; a median may not.
        scale = REACH / max([b.value for b in self.bars] + [self.goal or 0])
        yield _text(12, top + 16, self.title, 13, "bold")
        for i, bar in enumerate(self.bars):
            yield from self._draw_bar(bar, top + 26 + i * STEP, scale)
        if self.goal:
            x = LABEL + self.goal * scale
            end = top + 26 + STEP * len(self.bars)
            yield _line(x, top + 22, x, end, "#1a7f37", "4 3")
            yield _text(x, end + 10, f"goal {self.goal:.3g}", 10, fill="#1a7f37", anchor="middle")

    def _draw_bar(self, bar, y, scale):
        low, high = LABEL + bar.low * scale, LABEL + min(bar.high * scale, REACH + 20)
        end = LABEL + bar.value * scale
        yield _text(LABEL - 8, y + 12, bar.label, anchor="end")
        yield _rect(LABEL, y, bar.value * scale, BAR, COLOURS[bar.library])
        if high - low > 1:
            yield _line(low, y + BAR / 2, high, y + BAR / 2, "#222")
        yield _text(max(end, high) + 6, y + 12, bar.words, 11)


def _goal_of(result, verdicts):
    """The goal as a multiple of the row's limit, where it can be said so."""
    for v in verdicts:
        if v["row"] == result.row.key and v["got"]:
            own = result.ratio(v["contestant"], result.row.limit)
            if own is not None and v["measure"] in ("ratio", "ns"):
                return own * v["most"] / v["got"]
    return None


def _row_panel(result, verdicts):
    bars = []
    for c in result.contestants:
        ratio = result.ratio(c.key, result.row.limit)
        if ratio is not None:
            rounds = result.ratios(c.key, result.row.limit)
            words = f"{ratio:.2f} · {duration(result.typical(c.key, result.row.clock))}"
            bars.append(Bar(c.label, c.library, ratio, min(rounds), max(rounds), words))
    return Panel(result.row.title, bars, _goal_of(result, verdicts))


def _size_panel(weights, libraries, goal):
    bars = [Bar(label, libraries[label], w["bytes"] / 1000, w["bytes"] / 1000, w["bytes"] / 1000,
                f"{w['bytes'] / 1000:.0f} KB, {w['relocations']} relocations")
            for label, w in weights.items()]
    return Panel("Shared libraries, stripped", bars, goal / 1000)


def write_svg(path, results, weights, libraries, verdicts, size_goal):
    panels = [_row_panel(result, verdicts) for result in results.values()]
    if weights:
        panels.append(_size_panel(weights, libraries, size_goal))
    parts, top = [], 44
    for panel in panels:
        parts.extend(panel.draw(top))
        top += panel.height
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top + 12}" '
            f'viewBox="0 0 {WIDTH} {top + 12}" font-family="sans-serif">')
    title = _text(12, 24, "CPU time as a multiple of the limit (shorter is better; "
                  "thin lines: the spread of the rounds)", 14, "bold")
    body = "\n".join([head, _rect(0, 0, WIDTH, top + 12, "#fff"), title, *parts, "</svg>"])
    path.write_text(body + "\n", encoding="utf-8")
