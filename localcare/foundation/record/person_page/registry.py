"""Panels that desks add to the person page, so that the page never imports a desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localcare.foundation.people.models import Person
from localcare.kernel.access.readers import Reader


@dataclass(frozen=True)
class Panel:
    """One panel: shown to readers with `permission`, drawn by `template` with what `context` returns.

    `order` places it: 0-99 above the record, 100-199 between problems and stays, 200 and over below.
    """

    slug: str
    title: str
    permission: str
    template: str
    order: int
    context: Callable[[Person, Reader], Mapping[str, Any]]


_panels: dict[str, Panel] = {}


def register_panel(panel: Panel) -> None:
    """Add a panel; the same slug twice is a programming error."""
    known = _panels.get(panel.slug)
    if known is not None and known != panel:
        raise ValueError(f"a panel named {panel.slug!r} is already on the person page")
    _panels[panel.slug] = panel


def panels_for(reader: Reader) -> list[Panel]:
    """The panels that this reader may see, in their order."""
    allowed = (panel for panel in _panels.values() if reader.may(panel.permission))
    return sorted(allowed, key=lambda panel: (panel.order, panel.slug))
