"""Names that nobody knows, with the nearest that somebody does."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from localcare.analysis.pathways.errors import PathwayFault, Place
from localcare.analysis.pathways.model import Escalation, Span


def unknown(
    place: Place, what: str, name: str, names: Collection[str] | None, empty_is_fine: bool = True
) -> Iterator[PathwayFault]:
    """A fault when the name is none of those known, with the nearest as the remedy."""
    if names is None or name in names or (not name and empty_is_fine):
        return
    near = get_close_matches(name, list(names), n=1, cutoff=0.6)
    meant = f"Did you mean {near[0]!r}? " if near else ""
    listed = ", ".join(sorted(names)) or "none"
    said = f"There is no {what} {name!r}" if name else f"The {what} is missing"
    yield PathwayFault(place, said, f"{meant}Known: {listed}")


def unknown_setting(
    place: Place, span: Span | None, settings: Collection[str] | None
) -> Iterator[PathwayFault]:
    """A fault when the span names a setting that nobody set."""
    if span is not None:
        yield from unknown(place, "setting", span.setting, settings)


def unknown_kind(
    place: Place, escalation: Escalation | None, kinds: Collection[str] | None
) -> Iterator[PathwayFault]:
    """A fault when the escalation goes to a kind of service that does not exist."""
    if escalation is not None:
        yield from unknown((*place, escalation.act), "kind of service", escalation.to, kinds, False)
