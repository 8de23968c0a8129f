"""The navigation bar: each room registers its entries, and a reader sees those they may open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.urls import reverse


class MayOpen(Protocol):
    """Whoever asks, as far as navigation needs to know them."""

    def may(self, permission: str) -> bool:
        """Whether the permission is held for anybody at all."""
        ...


@dataclass(frozen=True)
class NavigationItem:
    """One entry: its words, the url name it leads to, the permission that opens that page, and to whom it is of use."""

    label: str
    url_name: str
    permission: str | None = None
    order: int = 50
    arguments: tuple[str, ...] = field(default=())
    shown_to: Callable[[Any], bool] | None = None  # narrower than the permission, for example a team's desk

    def is_for(self, reader: MayOpen) -> bool:
        """Whether the entry is of use to the reader."""
        may = self.permission is None or reader.may(self.permission)
        return may and (self.shown_to is None or self.shown_to(reader))

    @property
    def address(self) -> str:
        """Where the entry leads."""
        return reverse(self.url_name, args=self.arguments)


@dataclass(frozen=True)
class Link:
    """An entry as drawn on one page."""

    label: str
    address: str
    is_current: bool


_items: dict[str, NavigationItem] = {}


def register(item: NavigationItem) -> None:
    """Add an entry; registering the same url name again replaces it."""
    _items[item.url_name] = item


def registered() -> list[NavigationItem]:
    """All entries in their order on the bar."""
    return sorted(_items.values(), key=lambda item: (item.order, item.label))


def links_for(reader: MayOpen | None, path: str) -> list[Link]:
    """The entries this reader may open, the one that holds the path marked as current."""
    if reader is None:
        return []
    open_items = [item for item in registered() if item.is_for(reader)]
    current = _longest_prefix([item.address for item in open_items], path)
    return [Link(item.label, item.address, item.address == current) for item in open_items]


def _longest_prefix(addresses: Sequence[str], path: str) -> str | None:
    """The most specific address that contains the path; the home page only contains itself."""
    holding = [
        address for address in addresses if path == address or (address != "/" and path.startswith(address))
    ]
    return max(holding, key=len, default=None)
