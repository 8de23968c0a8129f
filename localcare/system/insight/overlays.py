"""Journals that can be laid over the lived one: rooms above offer the folders of their simulations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from localcare.kernel.access.readers import Reader


@dataclass(frozen=True)
class Offer:
    """One journal folder that a reader may lay over: `key` names it in an address."""

    key: str
    title: str
    folder: Path
    is_of_lived_days: bool = False  # whether it was made to be laid over what was lived


OffersOf = Callable[[Reader], list[Offer]]
_offering: list[OffersOf] = []


def register_offers(offers: OffersOf) -> None:
    """Say which journals a reader may lay over (called by rooms above at start-up)."""
    if offers not in _offering:
        _offering.append(offers)


def offers_for(reader: Reader) -> list[Offer]:
    """Every journal that the reader may lay over and whose folder is there."""
    found = [offer for offers in _offering for offer in offers(reader)]
    return [offer for offer in found if (offer.folder / "about.json").is_file()]
