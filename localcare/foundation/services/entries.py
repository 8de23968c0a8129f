"""What an entry of the directory may say."""

from __future__ import annotations

from localcare.foundation.places.models import Area
from localcare.foundation.services.definitions import kinds, needs
from localcare.foundation.services.hours import all_hours
from localcare.foundation.services.models import Service
from localcare.foundation.services.words import UNITS

EDITABLE = frozenset(
    {
        "title", "kind", "organisation", "description", "telephone", "hours", "area_codes", "needs", "referral_needs",
        "exclusions", "minimum_age", "maximum_age", "capacity_unit", "is_active", "valid_from", "valid_to",
    }
)  # fmt: skip


def faults_of_entry(entry: Service) -> list[str]:
    """What is wrong with an entry, each in a sentence that says how to mend it."""
    areas = set(Area.objects.filter(code__in=entry.area_codes).values_list("code", flat=True))
    youngest, oldest = entry.minimum_age, entry.maximum_age
    checks = (
        (not entry.title.strip(), "Enter the name of the service."),
        (
            entry.kind not in kinds(),
            f"No kind of service has the code {entry.kind!r}: choose one of the list.",
        ),
        (entry.hours and entry.hours not in all_hours(), f"No hours have the code {entry.hours!r}."),
        (set(entry.needs) - needs().keys(), "A need is not on the list of needs: choose from the list."),
        (set(entry.area_codes) - areas, "An area is not known: choose from the tree of places."),
        (entry.capacity_unit and entry.capacity_unit not in UNITS, "Count places, slots or visits."),
        (
            youngest is not None and oldest is not None and oldest < youngest,
            "The highest age must not be below the lowest age.",
        ),
        (
            entry.valid_from and entry.valid_to and entry.valid_to <= entry.valid_from,
            "The service must end after it begins: check the two days.",
        ),
    )
    return [words for is_wrong, words in checks if is_wrong]
