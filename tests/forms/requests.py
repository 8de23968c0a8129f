"""Posts to a form as a browser sends them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from django.test import RequestFactory

from localcare.foundation.forms.filling import FormFilling, fill
from localcare.kernel.access.readers import Reader


class _Inputs(HTMLParser):
    """The values that a browser would send for the drawn form."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "textarea":
            self._area = said["name"]
            self.sent.setdefault(self._area, [""])
        if tag == "input" and (said.get("type") not in ("radio", "checkbox") or "checked" in said):
            self.sent.setdefault(said["name"], []).append(said.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] = [self.sent[self._area][0] + data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


def opened(person: Any, by: Reader, form: str = "service-outcome", context: str = "task-1") -> FormFilling:
    """The form as a page shows it."""
    return fill(RequestFactory().get("/"), form=form, person=person, context=context, by=by)


def sent_by(filling: FormFilling) -> dict[str, list[str]]:
    """What a browser would send back of the page unchanged."""
    inputs = _Inputs()
    inputs.feed(str(filling.form))
    return inputs.sent


def _field_name(name: str) -> str:
    """`first_seen_at__day` is sent as `first-seen-at_day`."""
    return re.sub(r"__(day|month|year)$", r"_\1", re.sub(r"(?<!_)_(?!_)", "-", name))


def posted(
    filling: FormFilling, person: Any, by: Reader, *, action: str, key: str | None = None, **typed: Any
) -> FormFilling:
    """Post the page with what was typed."""
    data = sent_by(filling) | {_field_name(name): value for name, value in typed.items()}
    request = RequestFactory().post("/", {**data, "action": action})
    return fill(
        request, form=filling.definition.code, person=person, context=filling.response.context, by=by, key=key
    )
