"""The panels of this desk on the person page: why the person is on the list, scores, decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localcare.care.stratification import presenters, queries, words
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.explanations import explanations_of
from localcare.care.stratification.models import ListEvent, PersonScore
from localcare.foundation.people.models import Person
from localcare.foundation.record.person_page.registry import Panel, register_panel
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_short_date

FOLDER = "stratification/panels"


def join() -> None:
    """Register the panels."""
    register_panel(
        Panel("list", "On the patient tracking list", "list.read", f"{FOLDER}/list.jinja", 10, list_panel)
    )
    register_panel(
        Panel("decisions", "Decisions", "list.read", f"{FOLDER}/decisions.jinja", 20, decisions_panel)
    )
    register_panel(Panel("scores", "Scores", "list.read", f"{FOLDER}/scores.jinja", 30, scores_panel))


def list_panel(person: Person, reader: Reader) -> Mapping[str, Any]:
    """Segment, tier and cohorts with reasons, and the points for the order."""
    score, run, rules = queries.score_in_force(person, reader), queries.run_shown_to(reader), definitions()
    if score is None or run is None:
        return {"score": None}
    row = words.row_of(score, rules)
    cohorts = rules.cohorts_in(score.cohorts)
    entry = queries.entry_of(person, reader)
    return {
        "score": score,
        "entry": entry,
        "run": run,
        "tier": rules.tier(score.tier),
        "segment": rules.segment(score.segment),
        "other_segments": [
            segment
            for segment in rules.segments_in(score.segment_flags)
            if segment.code not in (score.segment, rules.segments[-1].code)
        ],
        "cohorts": [(cohort, words.reasons(cohort, row, run.as_of, rules)) for cohort in cohorts],
        "points": words.points(cohorts, row, run.as_of, rules),
        "changes": words.changes(entry.changes, rules) if entry else [],
        "cautions": presenters.cautions(score, run.as_of),
        "contacts": presenters.last_contacts(score),
        "caution": rules.caution,
    }


def decisions_panel(person: Person, reader: Reader) -> Mapping[str, Any]:
    """What was decided, what happened to the person's place, and the way to decide."""
    rules = definitions()
    return {
        "person": person,
        "decisions": [
            presenters.decision_in_words(decision, rules) for decision in queries.decisions_of(person, reader)
        ],
        "events": [
            (format_short_date(event.happened_on), _event(event))
            for event in queries.events_of(person, reader)
        ],
        "may_decide": reader.may("list.decide"),
    }


def _event(event: ListEvent) -> str:
    if event.kind == ListEvent.Kind.TIER:
        return f"Tier of acuity from {event.before} to {event.after}"
    return ListEvent.Kind(event.kind).label


def scores_panel(person: Person, reader: Reader) -> Mapping[str, Any]:
    """Each score with what counted and when, and how it went over the runs."""
    run = queries.run_shown_to(reader)
    history = queries.score_history(person, reader)
    if run is None or not history:
        return {"scores": []}
    return {
        "scores": explanations_of(person, reader, as_of=run.as_of),
        "trends": _trends(history, format_short_date(run.as_of)),
        "run": run,
    }


def _trends(history: list[PersonScore], today: str) -> list[tuple[str, list[tuple[str, float]]]]:
    """Value at each change, with the last carried to the run in force."""
    shown: dict[str, Callable[[PersonScore], float]] = {
        "Hospital Frailty Risk Score": lambda score: score.hfrs_tenths / 10,
        "Frailty deficits": lambda score: float(score.efi_deficits),
        "Emergency admissions in 12 months": lambda score: float(score.emergency_admissions_12m),
    }
    trends = []
    for title, value in shown.items():
        found = [(format_short_date(score.from_run.as_of), value(score)) for score in history]
        if found[-1][0] != today:
            found.append((today, value(history[-1])))
        if len(found) > 1:
            trends.append((title, found))
    return trends
