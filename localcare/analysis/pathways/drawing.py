"""A pathway as a picture: SVG that reads on screen, on paper and aloud (title, description), without a style sheet."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from localcare.analysis.pathways.graph import arrows_of
from localcare.analysis.pathways.layout import Layers, Node, chain_of, layers_of
from localcare.analysis.pathways.model import Outcome, Pathway, Step
from localcare.analysis.pathways.words import NO_NAMES, Names, lasting_in_words, pathway_in_words

# Colours of the NHS identity; words are dark on light everywhere.
INK, BLUE, PALE, WHITE, GREY, YELLOW = "#212b32", "#005eb8", "#d8dde0", "#ffffff", "#4c6272", "#fff4cc"
BOX_WIDTH, GAP, PASSING, LAYER_GAP, MARGIN, LINE = 300, 36, 28, 56, 24, 18
LETTERS = {"title": 36, "plain": 42}  # letters to a line
END = "\u00a0■"  # what stands behind an outcome that ends its branch
FONT = "Frutiger W01, Arial, sans-serif"


@dataclass(frozen=True)
class Line:
    """One line of words in a box."""

    words: str
    is_bold: bool = False
    is_clock: bool = False
    badge: str = ""  # the number of an outcome that leads on


@dataclass
class Box:
    """A step as drawn."""

    step: Step
    lines: list[Line]
    ports: list[tuple[str, str]]  # number of the outcome, and the step it leads to
    x: float = 0
    y: float = 0
    height: float = 0

    @property
    def bottom(self) -> float:
        """Where its arrows leave."""
        return self.y + self.height


@dataclass
class Picture:
    """Everything placed."""

    pathway: Pathway
    layers: Layers
    boxes: dict[str, Box]
    centres: dict[Node, float] = field(default_factory=dict)
    tops: list[float] = field(default_factory=list)
    width: float = 0
    height: float = 0


def draw(pathway: Pathway, names: Names = NO_NAMES) -> str:
    """The picture as one SVG element with a title and, as its description, the pathway in words."""
    picture = _placed(pathway, names)
    code = pathway.code or "pathway"
    width, height = round(picture.width), round(picture.height)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby={quoteattr(f"{code}-picture-title")} '
        f"aria-describedby={quoteattr(f'{code}-picture-words')} "
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="{FONT}" font-size="14">',
        f"<title id={quoteattr(f'{code}-picture-title')}>{escape(pathway.title)}: the steps as a picture</title>",
        f"<desc id={quoteattr(f'{code}-picture-words')}>{escape(pathway_in_words(pathway, names))}</desc>",
        f"<defs><marker id={quoteattr(f'{code}-tip')} viewBox='0 0 10 10' refX='9' refY='5' markerWidth='8' "
        f"markerHeight='8' orient='auto'><path d='M0 0 10 5 0 10z' fill='{GREY}'/></marker></defs>",
        f'<rect width="{width}" height="{height}" fill="{WHITE}"/>',
        *_arrows(picture, f"url(#{code}-tip)"),
        *(_box(box) for box in picture.boxes.values()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _placed(pathway: Pathway, names: Names) -> Picture:
    arrows = arrows_of(pathway)
    layers = layers_of([*pathway.steps], arrows, pathway.starts_with)
    boxes = {code: _box_of(step, pathway, names) for code, step in pathway.steps.items()}
    picture = Picture(pathway, layers, boxes)
    widths = [sum(map(_width, row)) + GAP * (len(row) - 1) for row in layers.rows]
    lanes = 16 * len(layers.back)
    picture.width = max(widths, default=0) + 2 * MARGIN + lanes
    y: float = MARGIN
    for row, row_width in zip(layers.rows, widths, strict=True):
        picture.tops.append(y)
        x = MARGIN + (picture.width - lanes - 2 * MARGIN - row_width) / 2
        for node in row:
            picture.centres[node] = x + _width(node) / 2
            if isinstance(node, str):
                boxes[node].x, boxes[node].y = x, y
            x += _width(node) + GAP
        y += max((boxes[node].height for node in row if isinstance(node, str)), default=0) + LAYER_GAP
    picture.height = y - LAYER_GAP + MARGIN
    return picture


def _width(node: Node) -> float:
    return BOX_WIDTH if isinstance(node, str) else PASSING


def _box_of(step: Step, pathway: Pathway, names: Names) -> Box:
    title = [Line(words, is_bold=True) for words in textwrap.wrap(step.title, LETTERS["title"])]
    lines = [*title, *_wrapped(names.kind(step.by))]
    if step.after == "all":
        lines += _wrapped("Waits until every branch is done")
    lines += _wrapped(lasting_in_words(step.lasts, names))
    for clock in step.clocks:
        counted = "before" if clock.counts_back else "within"
        lines += _wrapped(f"{clock.title}: {counted} {names.span(clock.within)}", is_clock=True)
    ports: list[tuple[str, str]] = []
    for number, outcome in enumerate(step.outcomes.values(), start=1):
        lines += _outcome_lines(str(number), outcome, pathway)
        ports += [(str(number), to) for to in outcome.to if to in pathway.steps]
    return Box(step, lines, ports, height=len(lines) * LINE + 30)


def _wrapped(words: str, is_clock: bool = False) -> list[Line]:
    return [Line(line, is_clock=is_clock) for line in textwrap.wrap(words, LETTERS["plain"])]


def _outcome_lines(number: str, outcome: Outcome, pathway: Pathway) -> list[Line]:
    """An outcome in its box: the number of its arrow, or the end it comes to."""
    end = outcome.end or outcome.stop
    title = pathway.ends.get(end, end)
    leads = "" if not end else END if title == outcome.title else f"{END} {title}"
    lines = textwrap.wrap(outcome.title + leads, LETTERS["plain"] - 3)
    return [Line(line, badge=number if index == 0 else " ") for index, line in enumerate(lines)]


def _box(box: Box) -> str:
    titles = sum(line.is_bold for line in box.lines)
    head = titles * LINE + 12
    parts = [
        f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{BOX_WIDTH}" height="{box.height:.0f}" rx="4" '
        f'fill="{WHITE}" stroke="{BLUE}" stroke-width="2"/>',
        f'<path d="M{box.x + 1:.0f} {box.y + 1:.0f}h{BOX_WIDTH - 2}v{head}h-{BOX_WIDTH - 2}z" fill="{PALE}"/>',
    ]
    y = box.y + 21
    ruled = False
    for index, line in enumerate(box.lines):
        if index == titles:
            y += 8
        if line.badge and not ruled:
            ruled = True
            parts.append(f'<path d="M{box.x + 12:.0f} {y - 13:.0f}h{BOX_WIDTH - 24}" stroke="{PALE}"/>')
        parts += _line(line, box.x + 12, y)
        y += LINE
    return "\n".join(parts)


def _line(line: Line, x: float, y: float) -> list[str]:
    parts = []
    if line.is_clock:
        parts.append(
            f'<rect x="{x - 4:.0f}" y="{y - 14:.0f}" width="{BOX_WIDTH - 16}" height="{LINE}" fill="{YELLOW}"/>'
        )
    if line.badge.strip():
        parts.append(_text(line.badge, x, y, GREY, is_bold=True))
    parts.append(_text(line.words, x + (18 if line.badge else 0), y, INK, line.is_bold))
    return parts


def _text(words: str, x: float, y: float, fill: str, is_bold: bool = False) -> str:
    weight = ' font-weight="bold"' if is_bold else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="{fill}"{weight}>{escape(words)}</text>'


def _arrows(picture: Picture, tip: str) -> list[str]:
    """Arrows from the foot of a box to the head of the next; those that go round again run along the right."""
    arriving = _arriving(picture)
    drawn, lane = [], 0
    lanes: dict[tuple[str, str], float] = {}
    for code, box in picture.boxes.items():
        for index, (number, to) in enumerate(_from_left(box, picture)):
            start = box.x + BOX_WIDTH * (index + 1) / (len(box.ports) + 1)
            if (code, to) in picture.layers.back:
                if (code, to) not in lanes:
                    lane += 1
                    lanes[code, to] = picture.width - 16 * lane
                path = _round(box, picture.boxes[to], start, lanes[code, to])
                drawn.append(_path(path, tip, dashed=True))
            else:
                ends = arriving[to]
                target = picture.boxes[to]
                head = target.x + BOX_WIDTH * (ends.index((code, number)) + 1) / (len(ends) + 1)
                drawn.append(_path(_down(picture, code, to, start, head), tip))
            drawn.append(_text(number, start + 6, box.bottom + 14, GREY, is_bold=True))
    return drawn


def _from_left(box: Box, picture: Picture) -> list[tuple[str, str]]:
    """The arrows of a box from left to right by where they go first; those that go round last."""
    code, layer_of = box.step.code, picture.layers.layer_of

    def place(port: tuple[str, str]) -> tuple[bool, float]:
        goes_round = (code, port[1]) in picture.layers.back
        first = port[1] if goes_round else chain_of(code, port[1], layer_of)[1]
        return goes_round, picture.centres[first]

    return sorted(box.ports, key=place)


def _arriving(picture: Picture) -> dict[str, list[tuple[str, str]]]:
    """For each step the arrows that come down to it, ordered from left to right by where they come from."""
    found: dict[str, list[tuple[str, str]]] = {code: [] for code in picture.boxes}
    for code, box in picture.boxes.items():
        for number, to in box.ports:
            if (code, to) not in picture.layers.back:
                found[to].append((code, number))
    for to, ends in found.items():
        ends.sort(key=lambda end, to=to: picture.centres[chain_of(end[0], to, picture.layers.layer_of)[-2]])  # type: ignore[misc]
    return found


def _down(picture: Picture, code: str, to: str, start: float, head: float) -> str:
    """A smooth line through the places kept free for it in the layers between."""
    box = picture.boxes[code]
    points = [(start, box.bottom)]
    for node in chain_of(code, to, picture.layers.layer_of)[1:-1]:
        layer = node[2] if isinstance(node, tuple) else 0
        x = picture.centres[node]
        points += [(x, picture.tops[layer]), (x, picture.tops[layer + 1] - LAYER_GAP)]
    points.append((head, picture.boxes[to].y - 2))
    return _smooth(points)


def _smooth(points: Sequence[tuple[float, float]]) -> str:
    path = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for (x, y), (to_x, to_y) in itertools.pairwise(points):
        middle = (y + to_y) / 2
        path += f"C{x:.0f} {middle:.0f} {to_x:.0f} {middle:.0f} {to_x:.0f} {to_y:.0f}"
    return path


def _round(box: Box, target: Box, start: float, lane: float) -> str:
    """Down a little, right to the lane, up, and into the side of the earlier box."""
    side = target.x + BOX_WIDTH + 2
    return f"M{start:.0f} {box.bottom:.0f}v24H{lane:.0f}V{target.y + 20:.0f}H{side:.0f}"


def _path(path: str, tip: str, dashed: bool = False) -> str:
    dashes = ' stroke-dasharray="6 4"' if dashed else ""
    return f'<path d="{path}" fill="none" stroke="{GREY}" stroke-width="1.5"{dashes} marker-end="{tip}"/>'
