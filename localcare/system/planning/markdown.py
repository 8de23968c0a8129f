"""The few words of Markdown that a report uses, as safe HTML: headings, lists, tables, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

HEADING = re.compile(r"(#{1,6})\s+(.*)")
BOLD = re.compile(r"\*\*(.+?)\*\*")
CODE = re.compile(r"`([^`]+)`")
RULE = re.compile(r"[\s|:-]+")


def html_of(text: str) -> SafeString:
    """The HTML of a report; every character of it is escaped first. Its first heading becomes a second-level one."""
    return mark_safe("\n".join(_blocks(text)))  # noqa: S308 - each block is escaped below


def _blocks(text: str) -> Iterator[SafeString]:
    under, tables = "the report", 0
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        lines = [line for line in block.split("\n") if line.strip()]
        while lines and (heading := HEADING.fullmatch(lines[0].strip())):
            level = min(len(heading[1]) + 1, 6)
            yield format_html("<h{0}>{1}</h{0}>", level, _words(heading[2]))
            lines, under = lines[1:], heading[2]
        if lines and all(line.lstrip().startswith("|") for line in lines):
            tables += 1
            yield _table(lines, f"Table {tables}: {under}")
        elif lines:
            yield _block(lines)


def _block(lines: list[str]) -> SafeString:
    if lines[0].lstrip().startswith(("- ", "* ")):
        return _list(lines)
    return format_html("<p>{}</p>", _words(" ".join(line.strip() for line in lines)))


def _list(lines: list[str]) -> SafeString:
    items: list[str] = []
    for line in lines:
        if line.lstrip().startswith(("- ", "* ")):
            items.append(line.lstrip()[2:])
        else:
            items[-1] += f" {line.strip()}"
    inner = format_html_join("", "<li>{}</li>", ((_words(item),) for item in items))
    return format_html('<ul class="nhsuk-list nhsuk-list--bullet">{}</ul>', inner)


def _table(lines: list[str], name: str) -> SafeString:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    head, *rest = [row for row, line in zip(rows, lines, strict=True) if not RULE.fullmatch(line)]
    top = format_html_join(
        "", '<th class="nhsuk-table__header" scope="col">{}</th>', ((_words(cell),) for cell in head)
    )
    body = format_html_join(
        "",
        '<tr class="nhsuk-table__row">{}</tr>',
        (
            (
                format_html_join(
                    "", '<td class="nhsuk-table__cell">{}</td>', ((_words(cell),) for cell in row)
                ),
            )
            for row in rest
        ),
    )
    return format_html(
        '<div class="lc-wide" role="region" aria-label="{}" tabindex="0"><table class="nhsuk-table">'
        '<thead class="nhsuk-table__head"><tr>{}</tr></thead><tbody class="nhsuk-table__body">{}</tbody></table></div>',
        name,
        top,
        body,
    )


def _words(text: str) -> SafeString:
    said = BOLD.sub(r"<strong>\1</strong>", str(escape(text)))
    return mark_safe(CODE.sub(r"<code>\1</code>", said))  # noqa: S308 - escaped above, only our own tags added
