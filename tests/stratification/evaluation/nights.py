"""Published lists that lie back, with what became of their people, put straight onto the register and into the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.evaluation.asking import carry_out
from localcare.care.stratification.models import (
    Decision,
    ListEvaluation,
    PersonRisk,
    PersonScore,
    RiskModel,
    RiskScoring,
    Run,
)
from localcare.care.stratification.risk.rules import LISTED_OUTCOME
from localcare.foundation.pathways.models import Journey, JourneyState, PathwayVersion
from localcare.foundation.people.models import Person, Registration
from localcare.foundation.record.models import Attendance, Source, Stay
from tests.factories import practice, synthetic_nhs_numbers, user_with_role

TODAY = timezone.localdate()
NIGHT = TODAY - timedelta(days=200)
_numbers = synthetic_nhs_numbers()


def published(as_of: date, *, people: int = 0) -> Run:
    """A run whose list was put in force."""
    return Run.objects.create(
        as_of=as_of, definitions_version=definitions().version, status=Run.Status.PUBLISHED, requested_by="tests",
        started_at=datetime.combine(as_of, time(2), UTC), people=people,
    )  # fmt: skip


def asked(client: Client, **question: Any) -> None:
    """Ask on the page, and let the worker work."""
    client.post(reverse("list-evaluation-ask"), question)
    for kept in ListEvaluation.objects.filter(status=ListEvaluation.Status.WAITING):
        carry_out(str(kept.reference))


def _plain(field_: models.Field[Any, Any]) -> Any:
    kind = field_.get_internal_type()
    return "" if kind == "CharField" else False if kind == "BooleanField" else 0


@dataclass
class Night:
    """A list of one night and the list in force; people are added to the first with what happened to them."""

    run: Run = field(default_factory=lambda: published(NIGHT))
    in_force: Run = field(default_factory=lambda: published(TODAY))
    keys: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.source, _ = Source.objects.get_or_create(code="tests", defaults={"name": "Tests"})
        self.reviewer = user_with_role("case-manager", practice="P1")

    def person(
        self, *, at: str = "P1", listed: bool = True, risk: int | None = None, died: int | None = None,
        left: int | None = None, cohorts: int = 0, segment: str = "generally-well",
    ) -> Person:  # fmt: skip
        """Somebody registered on the night; `died` and `left` count days after it."""
        person = Person.objects.create(
            nhs_number=next(_numbers), birth_date=date(1945, 1, 1), sex="female", family_name="Testperson",
            death_date=None if died is None else NIGHT + timedelta(days=died),
        )  # fmt: skip
        Registration.objects.create(
            person=person, practice=practice(at), started_on=date(2001, 1, 1),
            ended_on=None if left is None else NIGHT + timedelta(days=left),
        )  # fmt: skip
        said = self.scores(at, listed) | {"cohorts": cohorts, "segment": segment}
        PersonScore.objects.create(person=person, from_run=self.run, **said)
        if risk is not None:
            PersonRisk.objects.create(
                person=person, outcome=LISTED_OUTCOME, model=self.model, from_run=self.run, per_mille=risk
            )
        Run.objects.filter(pk=self.run.pk).update(people=models.F("people") + 1)
        return person

    @staticmethod
    def scores(at: str, listed: bool) -> dict[str, Any]:
        """What a run finds about somebody of 80 to whom nothing happened."""
        plain = {
            one.name: _plain(one)
            for one in PersonScore._meta.fields
            if not one.null and not one.is_relation and not one.primary_key
        }
        return plain | {"practice_code": at, "age": 80, "on_list": listed}

    @property
    def model(self) -> RiskModel:
        """The model that gave the night's risks."""
        found, made = RiskModel.objects.get_or_create(
            outcome=LISTED_OUTCOME, status=RiskModel.Status.PUBLISHED,
            defaults={"outcome_title": "Emergency admission", "method": "logistic", "as_of": NIGHT, "seed": 1,
                      "asked_at": timezone.now(), "asked_by_name": "tests"},
        )  # fmt: skip
        if made:
            RiskScoring.objects.create(run=self.run, model=found)
        return found

    def stay(self, person: Person, day: int, *, nights: int | None = 3, how: str = "emergency") -> None:
        """A stay that began so many days after the night (or before it, below nought)."""
        admitted = NIGHT + timedelta(days=day)
        Stay.objects.create(
            person=person, source=self.source, source_key=str(next(self.keys)), admission_type=how, admitted_on=admitted,
            discharged_on=None if nights is None else admitted + timedelta(days=nights),
        )  # fmt: skip

    def attendance(self, person: Person, day: int) -> None:
        """An A&E attendance."""
        Attendance.objects.create(
            person=person,
            source=self.source,
            source_key=str(next(self.keys)),
            arrived_on=NIGHT + timedelta(days=day),
        )

    def decision(self, person: Person, day: int, kind: str = "mdt", *, look_again: int | None = None) -> None:
        """What a reviewer decided; put aside until the day `look_again`."""
        on = NIGHT + timedelta(days=day)
        Decision.objects.create(
            person=person, kind=kind, decided_by=self.reviewer, decided_at=datetime.combine(on, time(12), UTC), decided_on=on,
            practice_code="P1", look_again_on=None if look_again is None else NIGHT + timedelta(days=look_again),
        )  # fmt: skip

    def journey(self, person: Person, day: int) -> None:
        """A journey that opened at noon."""
        version = self.pathway
        opened = datetime.combine(NIGHT + timedelta(days=day), time(12), UTC)
        made = Journey.objects.create(person=person, version=version)
        JourneyState.objects.create(
            journey=made, person=person, pathway=version.pathway, is_open=True, opened_at=opened, last_entry=0
        )

    @property
    def pathway(self) -> PathwayVersion:
        """The pathway that people are taken on to."""
        version, _ = PathwayVersion.objects.get_or_create(
            pathway="integrated-case-management",
            number=1,
            digest="tests",
            defaults={"title": "Tests", "content": {}},
        )
        return version

    def plan(self, person: Person, day: int) -> None:
        """A care plan recorded on a day, as a later run found it."""
        before = PersonScore.objects.get(person=person, to_run=None)
        PersonScore.objects.filter(pk=before.pk).update(to_run=self.in_force)
        before.pk, before.from_run, before.plan_recorded_on = None, self.in_force, NIGHT + timedelta(days=day)
        before.save()
