"""An export that goes on from an earlier one is, table by table, what a whole export is."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import psycopg
import pytest
from django.db import connection

from localcare.analysis.dataset.schema import TABLES
from localcare.foundation.people.merging import merge_people, unmerge
from localcare.foundation.people.models import Merge, Person, Registration, Relationship
from localcare.foundation.places.models import Organisation
from localcare.foundation.record.exporting import states
from localcare.foundation.record.exporting.deletions import transactions
from localcare.foundation.record.exporting.report import JSON_FILE
from localcare.foundation.record.models import Consent, Contact, Diagnosis, Fact, Source, Stay
from tests.factories import registered_person
from tests.record.exports import DAY, SYSTEM, export, fact, people_in, with_full_record

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("own_home", "keys", "lists_for_all_systems"),
]
SEEDS = (1, 2)
STEPS = 3


def assert_same(one: Path, other: Path) -> None:
    """Every table has the same rows in the same order."""
    engine = duckdb.connect()
    for table in TABLES:
        first, second = (
            engine.execute(f"SELECT * FROM '{folder}/{table.name}.parquet'").fetchall()
            for folder in (one, other)
        )
        assert first == second, table.name


def nothing_else_runs(folder: Path) -> None:
    """Move an export's horizon to now: other databases of the server, with tests of their own, had held it back."""
    (state,) = states.states_folder().glob(
        f"{json.loads((folder / JSON_FILE).read_text())['export']}/{states.STATE}"
    )
    content = json.loads(state.read_text())
    latest, _ = transactions()
    assert content["horizon"] <= latest
    state.write_text(json.dumps(content | {"horizon": latest}))


class Life:
    """Changes as they come to a register, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.number = 0

    def somebody(self) -> Person:
        return self.draw.choice(list(Person.objects.filter(merged_into=None).order_by("pk")))

    def key(self) -> str:
        self.number += 1
        return f"life-{self.number}"

    def comes(self) -> None:
        with_full_record(birth_date=date(1930, 1, 1) + timedelta(days=self.draw.randrange(30_000)))

    def is_diagnosed(self) -> None:
        fact(self.somebody(), self.key(), code=self.draw.choice(["1", "2", "999000001"]))

    def is_corrected(self) -> None:
        if found := Fact.objects.order_by("?").first():
            Fact.objects.filter(pk=found.pk).update(
                value=self.draw.random(), system=self.draw.choice(["ICD-10", "LOCAL"])
            )

    def was_never_so(self) -> None:
        for model in (Fact, Contact, Relationship):
            model.objects.filter(pk__in=list(model.objects.values_list("pk", flat=True)[:1])).delete()

    def stay_was_never(self) -> None:
        if found := Stay.objects.order_by("-pk").first():
            found.delete()

    def moves(self) -> None:
        person = self.somebody()
        Person.objects.filter(pk=person.pk).update(
            postcode="ME1 1AA", lsoa_code=f"E0100000{self.draw.randrange(9)}"
        )
        Registration.objects.filter(person=person).update(ended_on=date(2026, 1, self.draw.randrange(1, 28)))

    def is_merged(self) -> None:
        people = list(Person.objects.filter(merged_into=None).order_by("pk"))
        if len(people) > 1:
            kept, removed = self.draw.sample(people, 2)
            merge_people(kept=kept, removed=removed, reason="test", by=SYSTEM, nhs_number=kept.nhs_number)

    def is_parted(self) -> None:
        if merge := Merge.objects.filter(undone_at=None).order_by("-pk").first():
            unmerge(merge=merge, reason="test", by=SYSTEM)

    def points_to_another(self) -> None:
        """As in a register where rows stay with the entry that was merged."""
        people = list(Person.objects.filter(merged_into=None, merged=None).order_by("pk"))
        if len(people) > 1:
            one, other = self.draw.sample(people, 2)
            Person.objects.filter(pk=one.pk).update(merged_into=other)

    def opts_out(self) -> None:
        Person.objects.filter(pk=self.somebody().pk).update(national_data_opt_out=True)

    def opts_out_by_consent(self) -> None:
        Consent.objects.create(person=self.somebody(), source=Source.objects.get(code="test"), source_key=self.key(),
                               kind=Consent.Kind.NATIONAL_DATA_OPT_OUT, starts_on=DAY)  # fmt: skip

    def opts_in(self) -> None:
        Person.objects.update(national_data_opt_out=False)
        Consent.objects.all().delete()

    def is_related(self) -> None:
        one, other = self.somebody(), self.somebody()
        Relationship.objects.get_or_create(person=one, related_person=other, kind="household")

    def has_a_number(self) -> None:
        if found := Person.objects.filter(nhs_number=None, merged_into=None).first():
            Person.objects.filter(pk=found.pk).update(nhs_number=registered_person().nhs_number[:-1])

    def practice_is_renamed(self) -> None:
        Organisation.objects.filter(pk__in=Organisation.objects.values("pk")[:1]).update(
            code=f"NEW-{self.key()}"
        )

    def another_diagnosis(self) -> None:
        if stay := Stay.objects.order_by("?").first():
            Diagnosis.objects.create(person_id=stay.person_id, source_id=stay.source_id, source_key=self.key(), stay=stay,
                                     position=2, code=self.draw.choice(["J44", "B20"]), occurred_on=DAY)  # fmt: skip

    def step(self) -> None:
        """A few changes at once."""
        acts: list[Callable[[], None]] = [
            self.comes, self.is_diagnosed, self.is_corrected, self.was_never_so, self.stay_was_never, self.moves,
            self.is_merged, self.is_parted, self.points_to_another, self.opts_out, self.opts_out_by_consent,
            self.opts_in, self.is_related, self.has_a_number, self.practice_is_renamed, self.another_diagnosis,
        ]  # fmt: skip
        for act in self.draw.sample(acts, 6):
            act()


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_changes_going_on_gives_what_a_whole_export_gives(tmp_path, seed):
    life = Life(seed)
    for _ in range(4):
        life.comes()
    with_full_record(nhs_number=None)
    kinds = {"care": ("direct-care", True), "names": ("direct-care", None), "planning": ("planning", None)}
    for name, (purpose, pseudonymous) in kinds.items():
        export(tmp_path / f"{name}-0", purpose, pseudonymous=pseudonymous)
        nothing_else_runs(tmp_path / f"{name}-0")
    for step in range(1, STEPS + 1):
        life.step()
        for name, (purpose, pseudonymous) in kinds.items():
            day = date(2026, 11, step)
            summary = export(tmp_path / f"{name}-{step}", purpose, pseudonymous=pseudonymous, as_of=day,
                             since=tmp_path / f"{name}-{step - 1}")  # fmt: skip
            assert summary.why_whole == ""
            assert summary.since
            nothing_else_runs(tmp_path / f"{name}-{step}")
            export(tmp_path / f"{name}-whole", purpose, pseudonymous=pseudonymous, as_of=day)
            assert_same(tmp_path / f"{name}-{step}", tmp_path / f"{name}-whole")


def test_only_what_changed_is_read(tmp_path):
    for _ in range(10):
        with_full_record()
    whole = export(tmp_path / "one", pseudonymous=True)
    nothing_else_runs(tmp_path / "one")
    fact(Person.objects.first(), "new")
    onto = export(tmp_path / "two", pseudonymous=True, since=tmp_path / "one")
    assert (whole.rows_read, onto.rows_read) == (90, 1)
    assert onto.rows["facts"] == 11


def test_beyond_care_only_what_changed_is_read_as_well(tmp_path):
    """Of people those who changed and those of the oldest ages; of diagnoses those of stays in which one changed."""
    for born in (date(1920, 1, 1), *(date(1960, 1, 1 + day) for day in range(9))):
        with_full_record(birth_date=born)
    export(tmp_path / "one", "planning")
    nothing_else_runs(tmp_path / "one")
    stay = Stay.objects.order_by("pk").last()
    Person.objects.filter(pk=stay.person_id).update(lsoa_code="E01000001")
    Diagnosis.objects.create(person_id=stay.person_id, source_id=stay.source_id, source_key="more", stay=stay,
                             position=2, code="J44", occurred_on=DAY)  # fmt: skip
    export(tmp_path / "two", "planning", since=tmp_path / "one")
    read = json.loads((tmp_path / "two" / JSON_FILE).read_text())["read"]
    assert {table: rows for table, rows in read.items() if rows} == {"persons": 2, "diagnoses": 2}
    export(tmp_path / "whole", "planning")
    assert_same(tmp_path / "two", tmp_path / "whole")


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (date(2026, 11, 1), date(2026, 11, 20)),
        (date(2026, 11, 20), date(2026, 11, 1)),
        (date(2026, 11, 1), date(2026, 12, 31)),
    ],
)
def test_who_grows_old_is_shown_as_in_a_whole_export(tmp_path, first, then):
    """The oldest age moves with the day, forwards as in life and backwards where somebody asks about an earlier day."""
    for day in range(1, 30):
        with_full_record(birth_date=date(1936, 11, day))
    export(tmp_path / "one", "planning", as_of=first)
    nothing_else_runs(tmp_path / "one")
    assert export(tmp_path / "two", "planning", as_of=then, since=tmp_path / "one").since
    export(tmp_path / "whole", "planning", as_of=then)
    assert_same(tmp_path / "two", tmp_path / "whole")


def positions(folder: Path) -> list[tuple]:
    rows = duckdb.connect().execute(
        f"SELECT position, code FROM '{folder}/diagnoses.parquet' WHERE code <> 'I10' ORDER BY position, code"
    )
    return rows.fetchall()


CODES_OF_A_STAY = ["J44", "B20", "E11", "N39"]  # the second is on a shipped sensitive list


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda rows: rows[0].delete(), [(1, "E11"), (2, "N39")]),
        (lambda rows: rows[1].delete(), [(1, "J44"), (2, "E11"), (3, "N39")]),
        (lambda rows: Diagnosis.objects.filter(pk=rows[2].pk).update(code="B21"), [(1, "J44"), (2, "N39")]),
        (
            lambda rows: Diagnosis.objects.filter(pk=rows[1].pk).update(code="K52"),
            [(1, "J44"), (2, "K52"), (3, "E11"), (4, "N39")],
        ),
        (
            lambda rows: Diagnosis.objects.filter(pk=rows[3].pk).update(position=0),
            [(1, "N39"), (2, "J44"), (3, "E11")],
        ),
    ],
    ids=[
        "first goes",
        "sensitive one goes",
        "one becomes sensitive",
        "no longer sensitive",
        "last comes first",
    ],
)
def test_positions_are_closed_up_as_in_a_whole_export(tmp_path, change, expected):
    with_full_record()
    stay = Stay.objects.get(person=with_full_record())
    Diagnosis.objects.filter(stay=stay).delete()
    rows = [
        Diagnosis.objects.create(person_id=stay.person_id, source_id=stay.source_id, source_key=f"d{number}", stay=stay,
                                 position=number, code=code, occurred_on=DAY)
        for number, code in enumerate(CODES_OF_A_STAY, 1)
    ]  # fmt: skip
    export(tmp_path / "one", "planning")
    nothing_else_runs(tmp_path / "one")
    change(rows)
    assert export(tmp_path / "two", "planning", since=tmp_path / "one").since
    assert positions(tmp_path / "two") == expected
    export(tmp_path / "whole", "planning")
    assert_same(tmp_path / "two", tmp_path / "whole")


@pytest.mark.parametrize("inside_a_savepoint", [False, True])
def test_who_began_earlier_and_ended_later_is_not_missed(tmp_path, inside_a_savepoint):
    """A change under way during an export, committed after it and before others, is in the next."""
    person = with_full_record()
    row = f"(person_id, source_id, source_key, kind, system, code, text, value_text, unit, occurred_on, recorded_by) \
        VALUES ({person.pk}, {Source.objects.get().pk}, %s, 'condition', 'LOCAL', %s, '', '', '', '2025-01-01', '')"
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as slow:
        slow.execute("SELECT pg_current_xact_id()")
        if (
            inside_a_savepoint
        ):  # its rows carry a number of their own, which is in no list of what is under way
            slow.execute("SAVEPOINT one")
        slow.execute(f"INSERT INTO record_fact {row}", ["slow", "BEGAN-FIRST"])
        fact(person, "quick", system="LOCAL", code="BEGAN-SECOND")
        export(tmp_path / "one", pseudonymous=True)
        assert people_in(tmp_path / "one", "facts", "code") == {"1", "BEGAN-SECOND"}
        slow.commit()
        fact(person, "third", system="LOCAL", code="BEGAN-THIRD")
    onto = export(tmp_path / "two", pseudonymous=True, since=tmp_path / "one")
    assert onto.since
    assert people_in(tmp_path / "two", "facts", "code") == {"1", "BEGAN-FIRST", "BEGAN-SECOND", "BEGAN-THIRD"}


def test_a_delete_under_way_is_not_missed(tmp_path):
    person = with_full_record()
    gone = fact(person, "gone", system="LOCAL", code="GONE")
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as slow:
        slow.execute("DELETE FROM record_fact WHERE id = %s", [gone.pk])
        fact(person, "quick", system="LOCAL", code="QUICK")
        export(tmp_path / "one", pseudonymous=True)
        slow.commit()
    assert "GONE" in people_in(tmp_path / "one", "facts", "code")
    assert export(tmp_path / "two", pseudonymous=True, since=tmp_path / "one").since
    assert people_in(tmp_path / "two", "facts", "code") == {"1", "QUICK"}
