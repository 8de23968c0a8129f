"""Figures as answers: SVG, PNG and CSV, drawn once for all who see the same."""

from __future__ import annotations

import csv
from hashlib import sha256
from io import StringIO

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse

from localcare.kernel.nhs_design.formatting import MINUS
from localcare.system.insight.figures.figure import Figure, Format

KEPT_FOR = 60 * 60  # seconds
TYPES = {"svg": "image/svg+xml; charset=utf-8", "png": "image/png"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def picture(request: HttpRequest, figure: Figure | None, name: str) -> HttpResponse:
    """The figure as SVG, or as PNG when the address asks for it. Http404 when it cannot be drawn."""
    wanted: Format = "png" if request.GET.get("format") == "png" else "svg"
    if figure is None or figure.draw is None:
        raise Http404("There is no such chart of this indicator and place.")
    draw = figure.draw
    key = sha256(repr((figure.kind, figure.title, figure.raw, figure.words, wanted)).encode()).hexdigest()
    drawn = cache.get_or_set(f"insight-picture-{key}", lambda: draw(wanted), KEPT_FOR)
    response = HttpResponse(drawn, content_type=TYPES[wanted])
    response["Content-Disposition"] = (
        f'{"attachment" if wanted == "png" else "inline"}; filename="{name}.{wanted}"'
    )
    response["Cache-Control"] = "private, max-age=300"
    return response


def as_csv(figure: Figure | None, name: str, about: tuple[str, ...]) -> HttpResponse:
    """The figure's table as CSV, with what it is on its first lines."""
    if figure is None or not figure.raw:
        raise Http404("There is no such table of this indicator and place.")
    lines = StringIO()
    writer = csv.writer(lines)
    for line in (figure.title, *about, *figure.notes):
        writer.writerow([f"# {line}"])
    writer.writerow(figure.columns)
    writer.writerows([_plain(cell) for cell in row] for row in figure.raw)
    response = HttpResponse(lines.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _plain(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(cell, str):
        text = cell.replace(MINUS, "-")
        return f"'{text}" if text.startswith(FORMULA) else text
    return cell
