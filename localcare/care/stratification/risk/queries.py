"""Reads about risk models, and about people's risks within a reader's scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from localcare.care.stratification import queries
from localcare.care.stratification.models import PersonRisk, RiskModel, RiskScoring, Run
from localcare.foundation.people.models import Person
from localcare.kernel.access.readers import Reader

SHOWN = (RiskModel.Status.PUBLISHED, RiskModel.Status.REPLACED)


@dataclass(frozen=True)
class Evaluation:
    """What became of the people with the highest risks on a reader's list: looked at or not, and what was decided."""

    from_per_mille: int
    people: int
    to_review: int
    mdt: int
    not_now: int
    known: int


def models() -> QuerySet[RiskModel]:
    """Every model, newest first, without the figures of its card."""
    return RiskModel.objects.defer("card").select_related("asked_by").order_by("-asked_at", "-pk")


def model_of(reference: UUID) -> RiskModel | None:
    """The model with this reference."""
    return RiskModel.objects.select_related("asked_by").filter(reference=reference).first()


def published(outcome: str) -> RiskModel | None:
    """The model of an outcome that is published."""
    return RiskModel.objects.filter(outcome=outcome, status=RiskModel.Status.PUBLISHED).first()


def models_shown(run: Run | None) -> dict[str, RiskModel]:
    """The models whose numbers pages show now, by outcome, given the run in force.

    They scored in that run and nobody withdrew them since; what was published after the run comes with the next one,
    and until then the model that it replaces is shown under its own name.
    """
    if run is None:
        return {}
    found = RiskModel.objects.filter(scorings__run=run, scorings__fault="", status__in=SHOWN)
    return {model.outcome: model for model in found.defer("card").order_by("outcome")}


def risks_of(keys: Iterable[int], shown: Mapping[str, RiskModel]) -> dict[int, dict[str, PersonRisk]]:
    """The risks in force, by person and outcome, of people whom the caller has found in the reader's scope."""
    if not shown:
        return {}
    wanted = [model.pk for model in shown.values()]
    found: dict[int, dict[str, PersonRisk]] = {}
    for risk in PersonRisk.objects.filter(person_id__in=list(keys), to_run=None, model__in=wanted):
        found.setdefault(risk.person_id, {})[risk.outcome] = risk
    return found


def risk_histories(person: Person, reader: Reader, outcomes: Iterable[str]) -> dict[str, list[PersonRisk]]:
    """Every version of a person's risks by outcome, oldest first, within the reader's scope."""
    histories: dict[str, list[PersonRisk]] = {outcome: [] for outcome in outcomes}
    if not queries.may_see(person, reader):
        return histories
    found = PersonRisk.objects.filter(person=person, outcome__in=histories).select_related("from_run")
    for risk in found.only("outcome", "per_mille", "from_run__as_of").order_by("from_run"):
        histories[risk.outcome].append(risk)
    return histories


def scorings_of(model: RiskModel) -> list[RiskScoring]:
    """How the published runs fared with a model, latest first."""
    found = RiskScoring.objects.filter(model=model, run__status=Run.Status.PUBLISHED)
    return list(found.select_related("run").order_by("-run_id")[:60])


def latest_scorings() -> dict[int, RiskScoring]:
    """How the run in force fared with each model, by the key of the model."""
    run = queries.run_in_force()
    if run is None:
        return {}
    return {found.model_id: found for found in RiskScoring.objects.filter(run=run).select_related("run")}


def warned(run: Run | None) -> list[RiskScoring]:
    """What an analyst should look at: published models that warned or did not score in the run in force."""
    scorings = RiskScoring.objects.filter(run=run, model__status=RiskModel.Status.PUBLISHED)
    found = scorings.select_related("model", "run").defer("model__card")
    return [scoring for scoring in found if scoring.fault or scoring.warnings]


def evaluation(reader: Reader, from_per_mille: int) -> Evaluation:
    """Counts among those of the reader's list whose listed risk is at least so high."""
    entries = queries.entries_for(reader).filter(risk_per_mille__gte=from_per_mille)
    counted = entries.aggregate(
        people=Count("pk"),
        mdt=Count("pk", filter=Q(decision_kind="mdt")),
        not_now=Count("pk", filter=Q(decision_kind="not-now")),
        known=Count("pk", filter=Q(decision_kind="known")),
    )
    decided = counted["mdt"] + counted["not_now"] + counted["known"]
    return Evaluation(from_per_mille, to_review=counted["people"] - decided, **counted)
