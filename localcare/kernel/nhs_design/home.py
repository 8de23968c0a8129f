"""What the home page offers: each room registers a card for the work it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from localcare.kernel.nhs_design.navigation import MayOpen


@dataclass(frozen=True)
class HomeCard:
    """One thing a reader can do next; `waiting` may say how much of it waits, `None` when nothing does."""

    title: str
    description: str
    url_name: str
    permission: str | None = None
    order: int = 50
    waiting: Callable[[Any], str | None] | None = None
    shown_to: Callable[[Any], bool] | None = None  # narrower than the permission, for example a team's desk

    def is_for(self, reader: MayOpen) -> bool:
        """Whether the card is of use to the reader."""
        may = self.permission is None or reader.may(self.permission)
        return may and (self.shown_to is None or self.shown_to(reader))


@dataclass(frozen=True)
class ShownCard:
    """A card as drawn for one reader."""

    title: str
    description: str
    address: str
    waiting: str | None


_cards: dict[str, HomeCard] = {}


def register_card(card: HomeCard) -> None:
    """Offer a card; registering the same url name again replaces it."""
    _cards[card.url_name] = card


def cards_for(reader: MayOpen) -> list[ShownCard]:
    """The cards this reader may open, most urgent work first."""
    ordered = sorted(_cards.values(), key=lambda card: (card.order, card.title))
    return [
        ShownCard(
            title=card.title,
            description=card.description,
            address=reverse(card.url_name),
            waiting=card.waiting(reader) if card.waiting else None,
        )
        for card in ordered
        if card.is_for(reader)
    ]
