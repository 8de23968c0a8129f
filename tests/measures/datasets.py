"""A small linked dataset made at random, dense enough for everything that is counted to happen."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

from localcare.analysis.dataset import write_metadata, write_table

AS_OF = date(2026, 6, 30)
FIRST = date(2025, 9, 1)
SPAN = (AS_OF - FIRST).days
CODES = ("I50.0", "J18.1", "J44.1", "J20.9", "S72.0", "E11.9", "K52.9", "R07.4", "I501", "N10")
PLACES = {
    "practice-0": ("dover", "south-kent-coast"),
    "practice-1": ("quex", "thanet"),
    "practice-2": (None, "thanet"),
}
FACTS = (
    "925791000000100",
    "925831000000107",
    "925861000000102",
    "CARE-PLAN",
    "ANTICIPATORY-CARE-PLAN",
    "X99",
)


class Maker:
    """Rows by chance."""

    def __init__(self, seed: int, people: int) -> None:
        self.chance, self.people = random.Random(seed), people

    def day(self) -> date:
        return FIRST + timedelta(days=self.chance.randrange(SPAN + 1))

    def after(self, day: date, most: int) -> date | None:
        later = day + timedelta(days=self.chance.randrange(most))
        return None if later > AS_OF else later

    def person(self) -> int:
        return self.chance.randrange(1, self.people + 1)

    def persons(self) -> list[dict]:
        return [
            {
                "person_id": number, "sex": self.chance.choice(["female", "male", "unknown"]),
                "birth_date": date(self.chance.choice([1930, 1945, 1961, 1990, 2015]), number % 12 + 1, number % 28 + 1),
                "death_date": self.day() if self.chance.random() < 0.15 else None,
                "imd_decile": self.chance.choice([None, *range(1, 11)]),
            }
            for number in range(1, self.people + 1)
        ]  # fmt: skip

    def registrations(self) -> list[dict]:
        rows = []
        for person in range(1, self.people + 1):
            for _ in range(self.chance.choice([0, 1, 1, 2])):
                begins = self.chance.choice([date(2015, 1, 1), self.day()])
                rows.append({
                    "registration_id": len(rows) + 1, "person_id": person,
                    "practice_code": f"practice-{self.chance.randrange(4)}", "started_on": begins,
                    "ended_on": self.chance.choice([None, None, self.after(begins, 300)]),
                })  # fmt: skip
        return rows

    def stays(self, count: int) -> list[dict]:
        rows = []
        for number in range(1, count + 1):
            begins = self.day()
            rows.append({
                "stay_id": number, "person_id": self.person(), "provider_code": self.chance.choice([None, "RVV"]),
                "admission_type": self.chance.choice(["emergency", "emergency", "elective", "transfer"]),
                "bed_type": self.chance.choice(["acute", "acute", "community", None]), "admitted_on": begins,
                "discharged_on": self.after(begins, self.chance.choice([3, 10, 40])),
            })  # fmt: skip
        return rows

    def diagnoses(self, stays: list[dict]) -> list[dict]:
        rows = []
        for stay in stays:
            for position in range(1, self.chance.choice([2, 3, 4])):
                rows.append({
                    "diagnosis_id": len(rows) + 1, "person_id": stay["person_id"], "stay_id": stay["stay_id"],
                    "position": position, "code": self.chance.choice(CODES), "occurred_on": stay["admitted_on"],
                })  # fmt: skip
        return rows

    def attendances(self, count: int) -> list[dict]:
        return [
            {
                "attendance_id": number, "person_id": self.person(), "arrived_on": self.day(),
                "department_type": self.chance.choice(["1", "3", None]), "provider_code": "RVV",
            }
            for number in range(1, count + 1)
        ]  # fmt: skip

    def packages(self, count: int, stays: list[dict]) -> list[dict]:
        rows = []
        for number in range(1, count + 1):
            stay = self.chance.choice([None, *stays])
            left = stay["discharged_on"] if stay else None
            begins = left + timedelta(days=self.chance.randrange(9)) if left else self.day()
            kind = self.chance.choice(["reablement", "residential-care", "nursing-care", "domiciliary-care"])
            rows.append({
                "package_id": number, "person_id": stay["person_id"] if stay else self.person(), "package_type": kind,
                "started_on": begins, "ended_on": self.after(begins, 90),
            })  # fmt: skip
        return rows

    def facts(self, count: int) -> list[dict]:
        """No two of one person on one day, so that the newest is one."""
        rows = {}
        for number in range(1, count + 1):
            begins = self.day()
            row = {
                "fact_id": number, "person_id": self.person(), "kind": "condition", "system": "SNOMED-CT",
                "code": self.chance.choice(FACTS), "occurred_on": begins,
                "ended_on": self.chance.choice([None, None, self.after(begins, 100)]),
            }  # fmt: skip
            rows[row["person_id"], begins] = row
        return list(rows.values())


def random_dataset(folder: Path, seed: int, people: int = 40) -> Path:
    """A dataset folder made at random."""
    made = Maker(seed, people)
    stays = made.stays(people * 4)
    tables = {
        "persons": made.persons(), "registrations": made.registrations(), "stays": stays,
        "diagnoses": made.diagnoses(stays), "attendances": made.attendances(people * 3),
        "packages": made.packages(people * 3, stays), "facts": made.facts(people * 3), "contacts": [],
    }  # fmt: skip
    for name, rows in tables.items():
        write_table(folder, name, rows)
    write_metadata(folder, as_of=AS_OF, source="random rows of a test")
    return folder
