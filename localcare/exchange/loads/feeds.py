"""The feeds that fill the quarantine: each says how what it refused is tried again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from localcare.exchange.loads.models import LoadRun
from localcare.exchange.loads.quarantine import Refused
from localcare.foundation.record.models import Source

Replay = Callable[[LoadRun, str, Sequence[Any]], list[Refused | None]]
PeopleOf = Callable[[Source, str, Any], list[str]]


@dataclass(frozen=True)
class Feed:
    """One kind of feed; `is_json` when its content is corrected as a text rather than field by field."""

    code: str
    name: str
    replay: Replay
    people_of: PeopleOf
    is_json: bool = False


_feeds: dict[str, Feed] = {}


def register_feed(feed: Feed) -> None:
    """Make a feed known (called by its room at start-up)."""
    _feeds[feed.code] = feed


def feed_of(code: str) -> Feed:
    """The feed of this code; KeyError when no room has registered it."""
    return _feeds[code]


def feed_names() -> dict[str, str]:
    """Every feed's code and name."""
    return {feed.code: feed.name for feed in _feeds.values()}
