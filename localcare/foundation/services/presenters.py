"""The directory in words: rows of the list, hours of the coming week, room by day, how it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from localcare.analysis.pathways.working_time import WorkingHours
from localcare.foundation.places.models import Area
from localcare.foundation.services.definitions import kinds, needs
from localcare.foundation.services.hours import holidays
from localcare.foundation.services.matching import Match
from localcare.foundation.services.models import Capacity, Service
from localcare.foundation.services.words import age_words, closed_words, day_words, room_words
from localcare.kernel.nhs_design.formatting import format_interval, format_time

NOT_KNOWN = "Not known yet"
EVERYWHERE = "Everywhere"
HEADINGS = ("Service", "Kind", "Serves", "Now", "Room today", "Telephone", "Answers")
CSV_HEADINGS = (
    "Code", "Service", "Kind", "Organisation", "Serves", "For", "Needs", "Open now", "Opens", "Room today", "Telephone",
    "What a referral must say", "Not for", "Share accepted", "Usual time to an answer",
)  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Tag:
    """A state in a word or two, with a colour of the design system."""

    words: str
    colour: str


def area_names() -> dict[str, str]:
    """What each area is called today."""
    return dict(Area.objects.values_list("code", "name"))


def serves_words(service: Service, names: Mapping[str, str]) -> str:
    """The areas it serves."""
    return ", ".join(names.get(code, code) for code in service.area_codes) or EVERYWHERE


def kind_words(service: Service) -> str:
    """The kind it is of."""
    kind = kinds().get(service.kind)
    return kind.title if kind else service.kind


def need_words(service: Service) -> list[str]:
    """What it answers."""
    return [needs()[code].title if code in needs() else code for code in service.needs]


def for_whom(service: Service) -> str:
    """The ages it takes."""
    words = age_words(service.minimum_age, service.maximum_age)
    return words.capitalize() if words else "People of any age"


def opening_tag(match: Match, now: datetime) -> Tag:
    """Open, or closed until when."""
    if match.open_now:
        return Tag("Open", "green")
    return Tag(closed_words(match.opens_at, now).capitalize(), "grey")


def room_today(match: Match) -> str:
    """What is left today; a dash where nothing is counted."""
    if not match.service.capacity_unit:
        return "Not counted"
    if match.room_left is None:
        return "Not filled in"
    return room_words(match.room_left, match.service.capacity_unit).capitalize()


def answers_words(match: Match) -> str:
    """How many requests it accepts and how soon it answers."""
    if match.acceptance_rate is None:
        return NOT_KNOWN
    words = f"{match.acceptance_rate:.0%} accepted"
    return words + (
        f", usually within {format_interval(match.time_to_answer)}" if match.time_to_answer else ""
    )


def directory_rows(matches: Iterable[Match], now: datetime) -> list[list[object]]:
    """Cells for the table of the directory."""
    names = area_names()
    return [_directory_row(match, names, now) for match in matches]


def _directory_row(match: Match, names: Mapping[str, str], now: datetime) -> list[object]:
    service, tag = match.service, opening_tag(match, now)
    link = format_html('<a href="{}">{}</a>', reverse("service", args=[service.code]), service.title)
    return [
        link,
        kind_words(service),
        serves_words(service, names),
        format_html('<strong class="nhsuk-tag nhsuk-tag--{}">{}</strong>', tag.colour, tag.words),
        room_today(match),
        service.telephone,
        answers_words(match),
    ]


def csv_rows(matches: Iterable[Match]) -> list[list[str]]:
    """The directory as rows of text that a spreadsheet does not take for formulas."""
    names = area_names()
    return [[_cell(value) for value in _csv_values(match, names)] for match in matches]


def _csv_values(match: Match, names: Mapping[str, str]) -> tuple[object, ...]:
    service = match.service
    return (
        service.code, service.title, kind_words(service), service.organisation or "", serves_words(service, names),
        for_whom(service), "; ".join(need_words(service)), "yes" if match.open_now else "no",
        timezone.localtime(match.opens_at).isoformat(timespec="minutes") if match.opens_at else "", room_today(match),
        service.telephone, service.referral_needs, service.exclusions,
        "" if match.acceptance_rate is None else f"{match.acceptance_rate:.2f}",
        format_interval(match.time_to_answer) if match.time_to_answer else "",
    )  # fmt: skip


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def week_of(hours: WorkingHours, first: date) -> list[tuple[str, str]]:
    """Seven days from the first: the day, and when it is open on it."""
    days = (first + timedelta(days=ahead) for ahead in range(7))
    return [(day_words(day), _times_on(hours, day)) for day in days]


def _times_on(hours: WorkingHours, day: date) -> str:
    holiday = " (bank holiday)" if day in holidays() else ""
    if hours.is_always:
        return f"Day and night{holiday}"
    times = [f"{format_time(opens)} to {format_time(closes)}" for opens, closes in hours.times_on(day)]
    return (" and ".join(times) or "Closed") + holiday


def room_rows(service: Service, days: Sequence[tuple[date, Capacity | None]]) -> list[list[str]]:
    """Cells for the table of room: day, in all, promised, left."""
    return [
        [day_words(day), str(room.total), str(room.promised), str(room.total - room.promised)]
        if room
        else [day_words(day), "Not filled in", "", ""]
        for day, room in days
    ]


def room_points(days: Sequence[tuple[date, Capacity | None]]) -> list[tuple[str, float | None]]:
    """What is left on each day, for the picture."""
    return [(f"{day.day} {day:%b}", room.total - room.promised if room else None) for day, room in days]
