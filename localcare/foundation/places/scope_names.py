"""What the code of an area or practice is called where roles are given."""

from __future__ import annotations

from localcare.foundation.places.models import Area, Organisation


def scope_name(kind: str, code: str) -> str | None:
    """The name of an area or practice; None when there is none with the code."""
    if kind == "practice":
        practices = Organisation.objects.filter(code=code, organisation_type__contains="practice")
        return practices.values_list("name", flat=True).first()
    return Area.objects.filter(code=code).values_list("name", flat=True).first()
