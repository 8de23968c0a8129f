"""A few invented people whose place on the list is known, written as a linked dataset and onto the register."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils import timezone

from localcare.analysis.dataset.writing import write_metadata, write_table
from localcare.analysis.scores.definitions import definition
from localcare.foundation.people.models import Person, Registration
from tests.factories import practice as practice_of
from tests.factories import synthetic_nhs_numbers

TODAY = timezone.localdate()
SEVERE = [item.name for item in definition("efi").items if item.name != "polypharmacy"][:14]
MODERATE = SEVERE[:10]
NHS_NUMBERS = list(islice(synthetic_nhs_numbers(), 60, 120))


def days_ago(days: int, *, of: date = TODAY) -> date:
    return of - timedelta(days=days)


class Population:
    """People by name; each keeps the same key on the register and in the dataset."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.tables: dict[str, list[dict[str, Any]]] = {name: [] for name in (
            "persons", "registrations", "facts", "stays", "diagnoses", "attendances", "contacts", "packages")}  # fmt: skip

    def add(
        self, name: str, *, age: int = 40, practice: str = "P1", deficits: list[str] | None = None
    ) -> int:
        born = TODAY.replace(year=TODAY.year - age) - timedelta(days=30)
        key = len(self.keys) + 1
        self.keys[name] = key
        Person.objects.get_or_create(
            pk=key,
            defaults={
                "nhs_number": NHS_NUMBERS[key - 1],
                "given_name": name,
                "family_name": f"Test{name.lower()}",
                "birth_date": born,
                "sex": "female",
            },
        )
        Registration.objects.get_or_create(
            person_id=key, practice=practice_of(practice), started_on=days_ago(4000)
        )
        self._row("persons", "person_id", key=key, birth_date=born, sex="female", imd_decile=5)
        self._row("registrations", "registration_id", person_id=key, practice_code=practice,
                  started_on=days_ago(4000))  # fmt: skip
        for deficit in deficits or ():
            self.fact(name, f"EFI-{deficit.upper()}")
        return key

    def fact(
        self, name: str, code: str, *, ago: int = 100, kind: str = "condition", system: str = "LOCAL"
    ) -> None:
        self._row("facts", "fact_id", person_id=self.keys[name], kind=kind, system=system, code=code,
                  occurred_on=days_ago(ago))  # fmt: skip

    def stay(self, name: str, *, ago: int, nights: int | None = 3, codes: tuple[str, ...] = ("J18.9",),
             how: str = "emergency", bed: str = "acute", specialty: str = "300") -> None:  # fmt: skip
        admitted = days_ago(ago)
        stay_id = self._row(
            "stays", "stay_id", person_id=self.keys[name], admission_type=how, bed_type=bed, admitted_on=admitted,
            specialty_code=specialty, discharged_on=None if nights is None else admitted + timedelta(days=nights),
        )  # fmt: skip
        for position, code in enumerate(codes, 1):
            self._row("diagnoses", "diagnosis_id", person_id=self.keys[name], stay_id=stay_id, position=position,
                      code=code, occurred_on=admitted)  # fmt: skip

    def attend(self, name: str, *, ago: int) -> None:
        self._row("attendances", "attendance_id", person_id=self.keys[name], department_type="1",
                  arrived_on=days_ago(ago), outcome="discharged")  # fmt: skip

    def contact(self, name: str, setting: str, *, ago: int) -> None:
        self._row(
            "contacts", "contact_id", person_id=self.keys[name], setting=setting, occurred_on=days_ago(ago)
        )

    def package(self, name: str, package_type: str, *, ago: int = 200) -> None:
        self._row("packages", "package_id", person_id=self.keys[name], package_type=package_type,
                  started_on=days_ago(ago))  # fmt: skip

    def move(self, name: str, practice: str) -> None:
        for row in self.tables["registrations"]:
            if row["person_id"] == self.keys[name]:
                row["practice_code"] = practice

    def remove(self, name: str) -> None:
        key = self.keys[name]
        for rows in self.tables.values():
            rows[:] = [row for row in rows if row.get("person_id") != key]

    def write(self, folder: Path) -> None:
        for name, rows in self.tables.items():
            write_table(folder, name, rows)
        write_metadata(folder, as_of=TODAY, source="tests")

    def _row(self, table: str, key_column: str, **values: Any) -> int:
        key = values.pop("key", None) or sum(len(rows) for rows in self.tables.values()) + 1
        self.tables[table].append({key_column: key, **values})
        return key


def small_place() -> Population:
    """Vera (severe frailty, two recent emergencies), Dorothy (moderate), Sam (well), Ada (attends often)."""
    place = Population()
    place.add("Vera", age=79, deficits=SEVERE)
    place.stay("Vera", ago=160, nights=9, codes=("S72.0", "F00.1", "F00.9", "J44.9"))
    place.stay("Vera", ago=15, nights=12, codes=("I63.9", "G81.9", "F00.1", "F00.9", "E11.9", "J44.9"))
    place.contact("Vera", "general-practice", ago=40)
    place.add("Dorothy", age=79, deficits=MODERATE)
    place.stay("Dorothy", ago=200, nights=4, codes=("J44.1", "E11.9", "R29.6"))
    place.add("Sam", age=35)
    place.add("Ada", age=50, practice="P2")
    for ago in (10, 40, 80, 120, 200):
        place.attend("Ada", ago=ago)
    place.add("Tom", age=70, practice="P2")
    return place
