"""The panel of the person page that says the risk in words: the number, what moved it, what the model does not know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcare.care.stratification import queries
from localcare.care.stratification.models import PersonRisk, RiskModel, Run
from localcare.care.stratification.risk import queries as risk_queries
from localcare.care.stratification.risk.words import for_whom, in_words, what_of
from localcare.foundation.people.models import Person
from localcare.foundation.record.person_page.registry import Panel, register_panel
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_short_date


def join() -> None:
    """Register the panel."""
    register_panel(Panel("risk", "Risk", "list.read", "stratification/panels/risk.jinja", 15, risk_panel))


def risk_panel(person: Person, reader: Reader) -> Mapping[str, Any]:
    """The risks by the models in force, or why there is no number."""
    run = queries.run_shown_to(reader)
    if run is None or not queries.may_see(person, reader):
        return {"run": None}
    shown = risk_queries.models_shown(run)
    risks = risk_queries.risks_of([person.pk], shown).get(person.pk, {})
    return {
        "run": run,
        "shown": shown,
        "risks": in_words(risks, shown),
        "without": [(what_of(outcome), for_whom(outcome)) for outcome in shown if outcome not in risks],
        "faulty": [] if shown else _faulty(run),
        "histories": _histories(person, reader, shown) if risks else [],
    }


def _faulty(run: Run) -> list[RiskModel]:
    """Published models that could not score in the run in force."""
    return [found.model for found in risk_queries.warned(run) if found.fault]


def _histories(
    person: Person, reader: Reader, shown: Mapping[str, RiskModel]
) -> list[tuple[str, list[tuple[str, float]]]]:
    """The risk at each run that changed it, of every model: the table names no model, the caption says so."""
    histories = risk_queries.risk_histories(person, reader, shown)
    return [
        (f"Risk of {what_of(outcome)}, in 100", _points(history))
        for outcome, history in histories.items()
        if len(history) > 1
    ]


def _points(history: list[PersonRisk]) -> list[tuple[str, float]]:
    return [(format_short_date(risk.from_run.as_of), risk.per_mille / 10) for risk in history]
