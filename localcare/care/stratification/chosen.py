"""What a reader chose to see of the list: filters from an address, the people they leave, and how that is written down."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from localcare.care.stratification import queries
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.filters import ListFilters
from localcare.care.stratification.models import ListEntry, RiskModel
from localcare.care.stratification.risk.rules import LISTED_OUTCOME
from localcare.kernel.access.readers import Reader

BASIS = "review of the patient tracking list"


def filters_of(
    reader: Reader,
    chosen: QueryDict,
    permission: str = "list.read",
    *,
    shown: Mapping[str, RiskModel],
) -> ListFilters:
    """The filters that were chosen, among the places of the reader."""
    places = queries.place_choices(reader.scope(permission), timezone.localdate())
    return ListFilters(chosen, places=places, definitions=definitions(), by_risk=LISTED_OUTCOME in shown)


def entries_of(reader: Reader, filters: ListFilters, permission: str = "list.read") -> QuerySet[ListEntry]:
    """The people of the list whom the reader may see and the filters leave."""
    entries = queries.entries_for(reader, permission).select_related("decision__decided_by")
    return filters.apply(entries, today=timezone.localdate())


def told(filters: ListFilters) -> dict[str, str]:
    """What was chosen, for the audit trail: without what was typed, for a typed name is personal data."""
    chosen = {name: str(value) for name, value in filters.values.items() if value and name != "q"}
    return chosen | ({"q": "typed"} if filters.values.get("q") else {})
