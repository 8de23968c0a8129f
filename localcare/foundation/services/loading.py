"""Writing the services of the demonstration: what is there already is kept as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from localcare.foundation.places.models import Organisation
from localcare.foundation.services.definitions import demonstration_services
from localcare.foundation.services.hours import holidays
from localcare.foundation.services.models import Capacity, Service

SATURDAY = 5
DAYS_BEFORE, DAYS_AHEAD = 14, 49  # a week of lived work behind, six weeks of a package ahead
FICTION = "01632 960"  # numbers that are kept for fiction


def write_services(today: date) -> dict[str, int]:
    """Write services and days of room that are missing; how many there are of each."""
    organisations = Organisation.objects.in_bulk(field_name="code")
    rows = demonstration_services()
    services = {
        row["code"]: _write(row, organisations.get(row["organisation"]), number)
        for number, row in enumerate(rows)
    }
    rooms = [room for row in rows for room in _rooms(services[row["code"]], row["capacity"], today)]
    Capacity.objects.bulk_create(rooms, ignore_conflicts=True)
    return {"services": len(services), "days of room": len(rooms)}


def _write(row: Mapping[str, Any], organisation: Organisation | None, number: int) -> Service:
    fields = {name: value for name, value in row.items() if name not in ("code", "organisation", "capacity")}
    fields |= {"organisation": organisation, "telephone": f"{FICTION} {number:03}"}
    fields["capacity_unit"] = row["capacity"]["unit"] if row["capacity"] else ""
    service, _ = Service.objects.get_or_create(code=row["code"], defaults=fields)
    return service


def _rooms(service: Service, capacity: Mapping[str, Any] | None, today: date) -> Iterator[Capacity]:
    if not capacity:
        return
    for ahead in range(-DAYS_BEFORE, DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        is_rest = day.weekday() >= SATURDAY or day in holidays()
        total = capacity["weekend" if is_rest else "weekday"]
        yield Capacity(service=service, day=day, total=total)
