"""Turns a terminal's screen into a picture: reads what `tmux capture-pane -e -p` printed, writes SVG.

Usage: picture.py [TITLE] < capture > docs/picture.svg
"""

import re
import sys
import unicodedata
from xml.sax.saxutils import escape

CELL_X, CELL_Y, FONT = 8.43, 18, 14
MARGIN, BAR = 16, 34
BACK, FRONT = "#1b1f27", "#d8dee9"
BASIC = ["#3b4252", "#e06c75", "#8fbc7f", "#e5c07b", "#6ea1e0", "#c48fd6", "#67b7c4", "#d8dee9"]
BRIGHT = ["#6b7486", "#ef7d86", "#a3d18f", "#f2d08a", "#83b4f2", "#d6a1e8", "#7acbd8", "#ffffff"]
SGR = re.compile(r"\x1b\[([0-9;:]*)m")


def color_256(n):
    if n < 16:
        return (BASIC + BRIGHT)[n]
    if n >= 232:
        level = 8 + 10 * (n - 232)
        return f"#{level:02x}{level:02x}{level:02x}"
    steps = [0, 95, 135, 175, 215, 255]
    n -= 16
    return "#" + "".join(f"{steps[i]:02x}" for i in (n // 36, n // 6 % 6, n % 6))


class Pen:
    """What the next characters look like."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.color, self.bold, self.dim, self.underline = FRONT, False, False, False

    def apply(self, parameters):
        codes = [int(p) if p else 0 for p in re.split("[;:]", parameters)]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code in (1, 2, 4):
                setattr(self, {1: "bold", 2: "dim", 4: "underline"}[code], True)
            elif code == 22:
                self.bold = self.dim = False
            elif code == 24:
                self.underline = False
            elif 30 <= code <= 37:
                self.color = BASIC[code - 30]
            elif 90 <= code <= 97:
                self.color = BRIGHT[code - 90]
            elif code == 39:
                self.color = FRONT
            elif code == 38 and codes[:1] == [5]:
                self.color = color_256(codes[1])
                del codes[:2]

    def attributes(self):
        found = f' fill="{self.color}"' if self.color != FRONT else ""
        found += ' font-weight="bold"' if self.bold else ""
        found += ' opacity="0.6"' if self.dim else ""
        return found + (' text-decoration="underline"' if self.underline else "")


def width(text):
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) - sum(bool(unicodedata.combining(c)) for c in text) + wide


def draw_line(line, y, pen):
    column, drawn = 0, []
    for i, part in enumerate(SGR.split(line)):
        if i % 2:
            pen.apply(part)
            continue
        # One element a run of words, each at its own column: no font can shift what follows.
        for match in re.finditer(r"\S+(?: \S+)*", part):
            x = MARGIN + (column + width(part[: match.start()])) * CELL_X
            length = width(match[0]) * CELL_X
            drawn.append(
                f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}"{pen.attributes()}>{escape(match[0])}</text>'
            )
        column += width(part)
    return drawn, column


def picture(lines, title):
    while lines and not lines[-1].strip():
        lines.pop()
    columns = max(80, *(width(SGR.sub("", line)) for line in lines))
    size_x = round(columns * CELL_X + 2 * MARGIN)
    size_y = BAR + len(lines) * CELL_Y + MARGIN + 6
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size_x} {size_y}" width="{size_x}" height="{size_y}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{size_x}" height="{size_y}" rx="9" fill="{BACK}"/>',
    ]
    for i, color in enumerate(("#e06c75", "#e5c07b", "#8fbc7f")):
        out.append(f'<circle cx="{20 + 20 * i}" cy="17" r="6" fill="{color}"/>')
    font = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
    out.append(f'<g font-family="{font}" font-size="{FONT}" fill="{FRONT}" xml:space="preserve">')
    pen, column, y = Pen(), 0, 0
    for number, line in enumerate(lines):
        y = BAR + FONT + number * CELL_Y
        drawn, column = draw_line(line, y, pen)
        out += drawn
    cursor = MARGIN + column * CELL_X
    out.append(f'<rect x="{cursor:.1f}" y="{y - FONT + 1}" width="{CELL_X}" height="{CELL_Y - 1}" fill="{FRONT}"/>')
    out += ["</g>", "</svg>"]
    return "\n".join(out) + "\n"


def main():
    title = sys.argv[1] if len(sys.argv) > 1 else "A terminal"
    sys.stdout.write(picture(sys.stdin.read().split("\n"), title))


if __name__ == "__main__":
    main()
