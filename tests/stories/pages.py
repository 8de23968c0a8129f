"""What a browser would send back of a page."""

from __future__ import annotations

from typing import Any

from tests.forms.requests import _Inputs


def sent_back(response: Any) -> dict[str, Any]:
    """The hidden fields and answers of the forms on a page, unchanged."""
    inputs = _Inputs()
    inputs.feed(response.content.decode())
    return {name: values for name, values in inputs.sent.items() if name not in ("", "action")}


def date_parts(name: str, day: Any) -> dict[str, str]:
    """A day as its three fields."""
    return {f"{name}_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
