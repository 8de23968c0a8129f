"""Resources kept as received, and what is known from earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone

from localcare.exchange.fhir.context import Resource, key_of
from localcare.exchange.fhir.patients import own_system
from localcare.exchange.loads.models import LoadRun
from localcare.foundation.people.models import LocalIdentifier, Person
from localcare.foundation.record.models import Source, Stay

KNOWN = """SELECT received.resource_type || '/' || received.resource_id, received.digest, received.person_id
FROM unnest(%s::text[], %s::text[]) AS wanted (type, id)
JOIN fhir_receivedresource received ON received.source_id = %s AND received.resource_type = wanted.type
    AND received.resource_id = wanted.id"""

STAGING = """CREATE TEMP TABLE IF NOT EXISTS staged_received (
    resource_type text, resource_id text, digest text, person_id bigint, is_understood boolean, content jsonb
) ON COMMIT DROP"""

OUTDATE = """UPDATE fhir_receivedresource AS received SET is_current = false FROM staged_received AS staged
WHERE received.source_id = %(source)s AND received.resource_type = staged.resource_type
    AND received.resource_id = staged.resource_id AND received.digest <> staged.digest AND received.is_current"""

KEEP = """INSERT INTO fhir_receivedresource (source_id, resource_type, resource_id, digest, person_id, is_understood,
    is_current, load_key, received_at, content)
SELECT %(source)s, resource_type, resource_id, digest, person_id, is_understood, true, %(run)s, %(now)s, content
FROM staged_received
ON CONFLICT (source_id, resource_type, resource_id, digest) DO UPDATE SET is_current = true"""


@dataclass
class Kept:
    """Which versions of some resources have been received, and whom they are about."""

    digests: dict[str, set[str]] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, source_id: int, keys: Mapping[str, Any]) -> Kept:
        """Look up the resources named by their keys (type/id)."""
        pairs = [key.split("/", 1) for key in keys]
        kept = cls()
        with connection.cursor() as cursor:
            cursor.execute(KNOWN, [[kind for kind, _ in pairs], [name for _, name in pairs], source_id])
            for key, digest, person_id in cursor.fetchall():
                kept.digests.setdefault(key, set()).add(digest)
                if person_id is not None:
                    kept.people[key] = person_id
        return kept

    def has(self, key: str, digest: str) -> bool:
        """Whether this very version has been received."""
        return digest in self.digests.get(key, ())

    def is_known(self, resource: Resource) -> bool:
        """Whether any version of the resource has been received."""
        return key_of(resource) in self.digests

    def person(self, key: str) -> int:
        """Whom the resource is about; 0 when nobody."""
        return self.people.get(key, 0)


def keep_received(
    run: LoadRun,
    rows: Iterable[tuple[Resource, bytes, str, int | None]],
    *,
    is_understood: Callable[[str], bool],
) -> None:
    """Keep resources as received; the version kept now is the current one."""
    with connection.cursor() as cursor:
        cursor.execute(STAGING)
        with cursor.copy("COPY staged_received FROM STDIN") as copy:
            for resource, text, digest, person_id in rows:
                kind = resource["resourceType"]
                storable = text.replace(rb"\u0000", rb"\ufffd").decode()
                copy.write_row((kind, resource["id"][:64], digest, person_id, is_understood(kind), storable))
        given: dict[str, Any] = {"source": run.source_id, "run": run.pk, "now": timezone.now()}
        cursor.execute(OUTDATE, given)
        cursor.execute(KEEP, given)
        cursor.execute("TRUNCATE staged_received")


def known_people(
    source: Source, ids: Collection[str], numbers: Collection[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """People of earlier files by Patient id and by NHS number; merged people count as who they were merged into."""
    found = LocalIdentifier.objects.filter(system=own_system(source), value__in=ids).select_related("person")
    by_id = {row.value: _survivor(row.person) for row in found}
    people = Person.objects.filter(nhs_number__in=numbers)
    return by_id, {person.nhs_number or "": _survivor(person) for person in people}


def known_stays(source_id: int, encounters: Collection[str]) -> list[str]:
    """Which of the encounters are known as stays."""
    keys = [f"Encounter/{encounter}" for encounter in encounters]
    rows = Stay.objects.filter(source_id=source_id, source_key__in=keys).values_list("source_key", flat=True)
    return [key.removeprefix("Encounter/") for key in rows]


def _survivor(person: Person) -> int:
    while person.merged_into is not None:
        person = person.merged_into
    return int(person.pk)
