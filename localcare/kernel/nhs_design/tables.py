"""The rows of a table as text: the largest part of most pages, drawn here in a third of the time a template takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

from markupsafe import Markup, escape

NOTHING = Markup("\N{EN DASH}")
Heading = str | Mapping[str, Any]


def table_rows(
    headings: Sequence[Heading], rows: Iterable[Iterable[Any]], row_headers: bool = True
) -> Markup:
    """Rows of the design system's responsive table; each cell repeats its heading for narrow screens.

    A cell is words, safe HTML or None; with `row_headers` the first of a row names the row.
    """
    openings = [
        _opening(heading, is_header=row_headers and not place) for place, heading in enumerate(headings)
    ]
    return Markup("\n").join(_row(row, openings, row_headers) for row in rows)


def _opening(heading: Heading, *, is_header: bool) -> Markup:
    words, numeric = (
        (heading, False) if isinstance(heading, str) else (heading.get("text", ""), heading.get("numeric"))
    )
    if is_header:
        start = Markup('<th class="nhsuk-table__header" scope="row" role="rowheader">')
    else:
        extra = " nhsuk-table__cell--numeric" if numeric else ""
        start = Markup('<td class="nhsuk-table__cell{}" role="cell">').format(extra)
    return start + Markup('<span class="nhsuk-table__heading" aria-hidden="true">{} </span><span>').format(
        words
    )


UNNAMED = _opening("", is_header=False)  # a cell beyond the last heading


def _row(row: Iterable[Any], openings: Sequence[Markup], row_headers: bool) -> Markup:
    ends = chain(["</span></th>" if row_headers else "</span></td>"], repeat("</span></td>"))
    cells = "".join(
        f"{opening}{NOTHING if cell is None or cell == '' else escape(cell)}{end}"
        for cell, opening, end in zip(row, chain(openings, repeat(UNNAMED)), ends, strict=False)
    )
    return Markup(f'<tr class="nhsuk-table__row" role="row">{cells}</tr>')  # noqa: S704 - each cell is escaped above
