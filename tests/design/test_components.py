"""Components that are drawn here for speed are those of the design system, tag by tag."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.template import engines
from markupsafe import Markup

ANY = {"value": "", "text": "Any", "selected": False}
PLAIN = {
    "id": "filter-place", "name": "place", "label": {"text": "Practice or area"}, "classes": "", "attributes": {},
    "items": [ANY, {"value": "area:deal", "text": "Deal & Sandwich <cluster>", "selected": True}],
}  # fmt: skip
WITH = {
    "classes": {"classes": "nhsuk-u-width-full"},
    "attributes": {"attributes": {"data-live": 'say "now"', "autocomplete": "off"}},
    "hint": {"hint": {"html": Markup("Where they are <b>registered</b>")}},
    "error": {"errorMessage": {"text": "Choose a practice & go on"}},
    "hint-and-error": {"hint": {"html": "Where"}, "errorMessage": {"text": "Choose"}, "classes": "wide"},
    "no-choices": {"items": []},
}


def drawn(source: str, **context: object) -> list[str]:
    """The tags and words of a template, whatever white space lies between them."""
    html = str(engines["jinja2"].from_string(source).render(context))
    parts = re.findall(r"<[^>]+>|[^<]+", re.sub(r"\s+", " ", html))
    return [re.sub(r"\s+(?=>)", "", part.strip()).replace("'", "&#39;") for part in parts if part.strip()]


@pytest.mark.parametrize("more", [{}, *WITH.values()], ids=["plain", *WITH])
def test_a_select_is_drawn_as_the_design_system_draws_it(more):
    theirs = '{% from "nhsuk/components/select/macro.jinja" import select %}{{ select(params) }}'
    ours = '{% from "nhs_design/form_parts.jinja" import select %}{{ select(params) }}'

    def tags(source: str) -> list[str]:
        return [
            part.replace("&#34;", "&quot;").replace("=&#39;", '="')
            for part in drawn(source, params=PLAIN | more)
        ]

    if "attributes" in more:  # theirs puts a value with a quotation mark between single ones
        assert 'data-live="say &#34;now&#34;" autocomplete="off"' in "".join(drawn(ours, params=PLAIN | more))
        more = {"attributes": {"autocomplete": "off"}}
    assert tags(ours) == tags(theirs)


ROWS = """{% for row in rows %}
<tr class="nhsuk-table__row" role="row">
  {% for cell in row %}
  {% set heading = headings[loop.index0] %}
  {% set words = heading if heading is string else heading.text %}
  {% if loop.first and row_headers %}
  <th class="nhsuk-table__header" scope="row" role="rowheader">
  <span class="nhsuk-table__heading" aria-hidden="true">{{ words }} </span>
  <span>{{ cell if cell is not none and cell != "" else "–" }}</span></th>
  {% else %}
  <td class="nhsuk-table__cell{{ " nhsuk-table__cell--numeric" if heading.numeric }}" role="cell">
  <span class="nhsuk-table__heading" aria-hidden="true">{{ words }} </span>
  <span>{{ cell if cell is not none and cell != "" else "–" }}</span></td>
  {% endif %}
  {% endfor %}
</tr>
{% endfor %}"""


@pytest.mark.parametrize("row_headers", [True, False])
def test_rows_of_a_table_are_what_a_template_would_draw(row_headers):
    headings = ["Who & what", {"text": "Age <years>", "numeric": True}, {"text": "Why", "numeric": False}]
    rows = [
        ("O'Neill <b>", 84, None), (Markup('<a href="/">Vera</a>'), 0, ""), ["short"], (),
        ("longer", 1.5, False, "beyond the headings"), (SimpleNamespace(), "", Markup("&ndash;")),
    ]  # fmt: skip

    ours = "{{ table_rows(headings, rows, row_headers) }}"

    given = {"headings": headings, "rows": rows, "row_headers": row_headers}
    assert drawn(ours, **given) == drawn(ROWS, **given)
