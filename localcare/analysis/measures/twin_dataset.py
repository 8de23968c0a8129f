"""What a linked dataset has to count, row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from localcare.analysis.dataset import LinkedDataset
from localcare.analysis.measures.dataset_rows import meanings
from localcare.analysis.measures.places import shipped_places
from localcare.analysis.scores.codes import normalise_icd10
from localcare.analysis.scores.definitions import definition

if TYPE_CHECKING:
    from localcare.analysis.measures.engine import MeasureSource

Row = dict[str, Any]


class TwinDataset:
    """A linked dataset as lists of rows."""

    def __init__(self, source: MeasureSource) -> None:
        assert source.dataset is not None
        names = ("persons", "registrations", "stays", "diagnoses", "attendances", "packages", "facts")
        with LinkedDataset.open(source.dataset, allow_missing=True, threads=1) as dataset:
            self.tables: dict[str, list[Row]] = {
                name: dataset.table(name).to_pyarrow().to_pylist() for name in names
            }
        self.persons = {row["person_id"]: row for row in self.tables["persons"]}
        self.of_person: dict[str, dict[int, list[Row]]] = {name: defaultdict(list) for name in names}
        for name in names:
            for row in self.tables[name]:
                self.of_person[name][row["person_id"]].append(row)
        self.places = shipped_places() if source.places is None else source.places

    def who(self, person: int, day: date) -> Row | None:
        """What is known of a person, with the practice on the day."""
        known = self.persons.get(person)
        if known is None:
            return None
        listed = [
            row
            for row in self.of_person["registrations"][person]
            if _covers(row["started_on"], row["ended_on"], day)
        ]
        newest = max(listed, key=lambda row: (row["started_on"], row["registration_id"]), default=None)
        practice = newest["practice_code"] if newest else None
        cluster, locality = self.places.get(practice, (None, None)) if practice else (None, None)
        return {
            "practice": practice, "cluster": cluster, "locality": locality, "sex": known["sex"],
            "birth_date": known["birth_date"], "deprivation_decile": known["imd_decile"],
        }  # fmt: skip

    def registered(self, day: date) -> Iterator[tuple[int, Row]]:
        """Everyone registered and alive on the day."""
        for person, known in self.persons.items():
            who = self.who(person, day)
            alive = known["death_date"] is None or known["death_date"] > day
            if who and who["practice"] and alive:
                yield person, who

    def coded(self, person: int, day: date) -> Row:
        """The frailty and the care plan coded by the day."""
        grades = list(meanings()["frailty"])
        frail, plans = [], []
        for fact in self.of_person["facts"][person]:
            if _covers(fact["occurred_on"], fact["ended_on"], day):
                frail += [
                    (fact["occurred_on"], grades.index(grade))
                    for grade, codes in meanings()["frailty"].items()
                    if fact["code"] in codes
                ]
                plans += [fact["code"] for _ in [0] if fact["code"] in meanings()["plan"]]
        return {"person": person, "frailty": grades[max(frail)[1]] if frail else "", "has_plan": bool(plans)}

    def things(self, subject: str, parameters: Mapping[str, Any]) -> Iterator[Row]:
        """Every thing of a subject, with the columns of the engine."""
        for row in self.tables[subject]:
            shared = {**row, "person": row["person_id"], "service": row["provider_code"] or ""}
            if subject == "stays":
                shared |= self._stay(row, parameters)
            elif subject == "packages":
                shared["is_first"] = not self._moved(row)
            yield shared

    def _stay(self, row: Row, parameters: Mapping[str, Any]) -> Row:
        left = row["discharged_on"]
        if left is None:
            return {"nights": None, "month": None, "is_sensitive": self._sensitive(row)} | dict.fromkeys(
                ("left_alive", "readmitted", "had_reablement", "at_home_on_day"), False
            )
        died = self.persons.get(row["person_id"], {}).get("death_date")
        mine, packages = (self.of_person[name][row["person_id"]] for name in ("stays", "packages"))
        again = any(
            one["admission_type"] == "emergency"
            and one["stay_id"] != row["stay_id"]
            and 0 <= (one["admitted_on"] - left).days <= parameters.get("within_days", 30)
            and (one["admitted_on"] > row["admitted_on"] or one["stay_id"] > row["stay_id"])
            for one in mine
        )
        within = parameters.get("reablement_within_days", 7)
        helped = any(
            one["package_type"] == "reablement" and 0 <= (one["started_on"] - left).days <= within
            for one in packages
        )
        home_day = left + timedelta(days=parameters.get("on_day", 91))
        in_bed = any(_covers(one["admitted_on"], one["discharged_on"], home_day) for one in mine)
        in_home = any(
            _is_home(one) and _covers(one["started_on"], one["ended_on"], home_day) for one in packages
        )
        alive = died is None or died > home_day
        return {
            "nights": (left - row["admitted_on"]).days,
            "month": left.month,
            "left_alive": died is None or died > left,
            "is_sensitive": self._sensitive(row),
            "readmitted": again,
            "had_reablement": helped,
            "at_home_on_day": alive and not in_bed and not in_home,
        }

    def _sensitive(self, stay: Row) -> bool:
        """An emergency admission whose main diagnosis is of the reviewed list, with its second where it needs one."""
        if stay["admission_type"] != "emergency":
            return False
        mine = [
            row for row in self.of_person["diagnoses"][stay["person_id"]] if row["stay_id"] == stay["stay_id"]
        ]
        first = [normalise_icd10(row["code"]) for row in mine if row["position"] == 1]
        others = [normalise_icd10(row["code"]) for row in mine if row["position"] != 1]
        for item in definition("acsc").items:
            conditional = [codes for codes, _ in item.needs_secondary]
            never_alone = {code for codes in conditional for code in codes}
            plain = tuple(code for code in item.prefixes if code not in never_alone)
            if any(code.startswith(plain) for code in first if plain):
                return True
            for codes, seconds in item.needs_secondary:
                if any(code.startswith(codes) for code in first) and any(
                    c.startswith(seconds) for c in others
                ):
                    return True
        return False

    def _moved(self, row: Row) -> bool:
        """Whether the person came into this care home from another."""
        return _is_home(row) and any(
            _is_home(one)
            and (one["started_on"], one["package_id"]) < (row["started_on"], row["package_id"])
            and (one["ended_on"] is None or one["ended_on"] >= row["started_on"])
            for one in self.of_person["packages"][row["person_id"]]
        )


def _is_home(package: Row) -> bool:
    return package["package_type"] in meanings()["care_home_packages"]


def _covers(begins: date, ends: date | None, day: date) -> bool:
    return begins <= day and (ends is None or ends > day)


@cache
def twin_dataset(source: MeasureSource) -> TwinDataset:
    """The dataset of a source, read once."""
    return TwinDataset(source)
