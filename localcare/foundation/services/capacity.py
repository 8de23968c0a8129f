"""Room on a day: promised at most once, given back, and set by those who run the service.

Every path locks the row of the day first; the database's own constraint has the last word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from localcare.foundation.services.errors import NoRoom, ServiceRefused
from localcare.foundation.services.models import Capacity, Hold, Service
from localcare.foundation.services.words import day_words, room_words


def hold_capacity(*, service: Service, day: date, key: str, quantity: int = 1) -> Hold | None:
    """Promise a part of a day to one piece of work, once however often it is asked; NoRoom when none is left.

    None for a service that does not count its room.
    """
    if quantity < 1 or not key:
        raise ValueError("A hold names its work and takes at least one.")
    if not service.capacity_unit:
        return None
    with transaction.atomic():
        room = Capacity.objects.select_for_update().filter(service=service, day=day).first()
        held = room and room.holds.filter(key=key, released_at=None).first()
        if held:
            return held
        if room is None or room.promised + quantity > room.total:
            raise NoRoom(_no_room(service, day, room, quantity))
        Capacity.objects.filter(pk=room.pk).update(promised=F("promised") + quantity)
        return Hold.objects.create(capacity=room, key=key, quantity=quantity)


def hold_days(*, service: Service, days: Mapping[date, int], key: str) -> int:
    """Promise room on several days to one piece of work, all or none; how many holds are new.

    A day of which nothing is said refuses nobody, and nothing is held on it. NoRoom names the first day without room.
    """
    if not key or any(quantity < 1 for quantity in days.values()):
        raise ValueError("A hold names its work and takes at least one.")
    if not service.capacity_unit or not days:
        return 0
    with transaction.atomic():
        rows = (
            Capacity.objects.select_for_update().filter(service=service, day__in=list(days)).order_by("day")
        )
        rooms = list(rows)
        held = Hold.objects.filter(capacity__in=rooms, key=key, released_at=None)
        known = set(held.values_list("capacity", flat=True))
        wanted = [(room, days[room.day]) for room in rooms if room.pk not in known]
        for room, quantity in wanted:
            if room.promised + quantity > room.total:
                raise NoRoom(_no_room(service, room.day, room, quantity))
            room.promised += quantity
        Capacity.objects.bulk_update([room for room, _ in wanted], ["promised"])
        Hold.objects.bulk_create(Hold(capacity=room, key=key, quantity=quantity) for room, quantity in wanted)
    return len(wanted)


def release(*, key: str, day: date | None = None, since: date | None = None) -> int:
    """Give back what is held for the work (on one day, or from a day on, when said); how many holds that were."""
    holds = Hold.objects.filter(key=key, released_at=None)
    if day is not None:
        holds = holds.filter(capacity__day=day)
    if since is not None:
        holds = holds.filter(capacity__day__gte=since)
    if not holds.exists():
        return 0
    with transaction.atomic():
        days = Capacity.objects.select_for_update().filter(pk__in=holds.values("capacity"))
        locked = [room.pk for room in days.order_by("service", "day")]
        released = list(holds.filter(capacity__in=locked))
        given_back: dict[int, int] = defaultdict(int)
        for hold in released:
            given_back[hold.capacity_id] += hold.quantity
        rooms = list(Capacity.objects.filter(pk__in=given_back))
        for room in rooms:
            room.promised -= given_back[room.pk]
        Capacity.objects.bulk_update(rooms, ["promised"])
        Hold.objects.filter(pk__in=[hold.pk for hold in released]).update(released_at=timezone.now())
    return len(released)


def write_totals(service: Service, totals: Sequence[tuple[date, int]]) -> None:
    """Set how much there is on each day, all or none; ServiceRefused when more is promised already."""
    days = sorted(totals)
    Capacity.objects.bulk_create(
        [Capacity(service=service, day=day, total=0) for day, _ in days], ignore_conflicts=True
    )
    rows = Capacity.objects.select_for_update().filter(service=service, day__in=[day for day, _ in days])
    rooms = {room.day: room for room in rows.order_by("day")}
    for day, total in days:
        if total < rooms[day].promised:
            raise ServiceRefused(_already_promised(service, rooms[day], total))
        rooms[day].total = total
    Capacity.objects.bulk_update(rooms.values(), ["total"])


def next_room(service: Service, after: date, quantity: int = 1) -> date | None:
    """The first day after this one that has so much room left."""
    rooms = service.capacities.filter(day__gt=after, total__gte=F("promised") + quantity)
    return rooms.order_by("day").values_list("day", flat=True).first()


def _no_room(service: Service, day: date, room: Capacity | None, quantity: int) -> str:
    following = next_room(service, day, quantity)
    then = f"The next day with room is {day_words(following)}." if following else "No later day has room yet."
    if room is None:
        return f"{service.title} has not said what room it has on {day_words(day)}. {then}"
    left = room_words(room.total - room.promised, service.capacity_unit)
    return f"{service.title} has {left} left on {day_words(day)} and {quantity} is asked for. {then}"


def _already_promised(service: Service, room: Capacity, total: int) -> str:
    promised = room_words(room.promised, service.capacity_unit)
    return (
        f"On {day_words(room.day)} {promised} are promised already, so the total cannot be {total}. "
        f"Enter {room.promised} or more, or release some first."
    )
