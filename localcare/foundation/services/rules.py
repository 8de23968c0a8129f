"""Whether a service can be asked to do something for a person at a moment, and every reason why not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from localcare.analysis.pathways.working_time import WorkingHours
from localcare.foundation.services.words import age_words, closed_words, day_words, next_room_words

MOST_STEPS = 50  # closures and hours that alternate more often than this are taken as closed for good


@dataclass(frozen=True)
class Shut:
    """A time in which a service takes nobody; without an end until further notice."""

    starts_at: datetime
    ends_at: datetime | None
    reason: str

    def covers(self, at: datetime) -> bool:
        """Whether it is shut at the moment."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True)
class Opening:
    """Whether a service is open at a moment; otherwise when it opens (None: not known) and why it is shut."""

    is_open: bool
    opens_at: datetime | None
    reason: str = ""

    def words(self, now: datetime) -> str:
        """Empty while open; else `closed until 08:00`, with the reason of a closure."""
        if self.is_open:
            return ""
        words = closed_words(self.opens_at, now)
        return f"{words}: {self.reason}" if self.reason else words


@dataclass(frozen=True)
class Whom:
    """What the directory needs to know about a person; `areas` is None when nobody knows where they live."""

    age: int
    areas: frozenset[str] | None
    is_dead: bool = False


@dataclass(frozen=True)
class Room:
    """What is left on a day, and the next day with room; `left` is None where the day was not filled in."""

    left: int | None
    next_on: date | None


def opening(hours: WorkingHours, closures: Sequence[Shut], at: datetime) -> Opening:
    """Follow closures and hours from the moment until a moment at which it is open."""
    covering = next((shut for shut in closures if shut.covers(at)), None)
    if covering is None and hours.is_open(at):
        return Opening(True, at)
    reason, moment = covering.reason if covering else "", at
    for _ in range(MOST_STEPS):
        closure = next((shut for shut in closures if shut.covers(moment)), None)
        if closure is None and hours.is_open(moment):
            return Opening(False, moment, reason)
        if closure is not None and closure.ends_at is None:
            break
        moment = closure.ends_at if closure and closure.ends_at else hours.opens_at(moment)
    return Opening(False, None, reason)


def unsuited(
    *, minimum_age: int | None, maximum_age: int | None, area_codes: Collection[str], whom: Whom | None,
    area_names: Mapping[str, str],
) -> list[str]:  # fmt: skip
    """Why the service is not for this person, whatever the time."""
    if whom is None:
        return []
    reasons = ["the person has died"] if whom.is_dead else []
    too_young = minimum_age is not None and whom.age < minimum_age
    if too_young or (maximum_age is not None and whom.age > maximum_age):
        reasons.append(f"takes {age_words(minimum_age, maximum_age)}")
    if area_codes and whom.areas is not None and not whom.areas & set(area_codes):
        reasons.append(f"serves {_listed(area_names.get(code, code) for code in area_codes)}")
    return reasons


def cautions(*, area_codes: Collection[str], whom: Whom | None, area_names: Mapping[str, str]) -> list[str]:
    """What somebody should ask before relying on the match."""
    if whom is None or whom.areas is not None or not area_codes:
        return []
    names = _listed(area_names.get(code, code) for code in area_codes)
    return [f"no practice is recorded: ask whether the person lives in {names}"]


def without_room(room: Room | None, day: date, today: date) -> str:
    """Empty when there is room or none is counted; else `no room today; next room on Tuesday`."""
    if room is None or (room.left or 0) > 0:
        return ""
    when = "today" if day == today else f"on {day_words(day)}"
    said = f"no room {when}" if room.left is not None else f"has not said what room it has {when}"
    return f"{said}; {next_room_words(room.next_on, day)}"


def nearness(area_codes: Collection[str], narrowest_first: Sequence[str]) -> int:
    """How near a service is: 0 for the person's own cluster, then wider; everywhere comes last."""
    places = [position for position, code in enumerate(narrowest_first) if code in area_codes]
    return min(places, default=len(narrowest_first))


def _listed(names: Iterable[str]) -> str:
    words = list(names)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
