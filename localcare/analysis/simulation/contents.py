"""A pathway written out as its file would say it, so that a journal carries what it was lived on."""

from __future__ import annotations

from typing import Any

from localcare.analysis.pathways.model import (
    Acceptance,
    Clock,
    Escalation,
    Moment,
    Outcome,
    Pathway,
    Span,
    Step,
)


def content_of(pathway: Pathway) -> dict[str, Any]:
    """What `read_pathway` reads as this pathway."""
    plain = (
        "version",
        "title",
        "intervention",
        "source",
        "owner",
        "review_by",
        "summary",
        "opens_with",
        "sensitive",
    )
    said = {
        "pathway": pathway.code,
        **{name: getattr(pathway, name) for name in plain},
        "opened_by": list(pathway.opened_by),
        "needs": list(pathway.needs),
        "priorities": dict(pathway.priorities),
        "starts_with": list(pathway.starts_with),
        "steps": {code: _step(step) for code, step in pathway.steps.items()},
        "ends": dict(pathway.ends),
        "stops_on": dict(pathway.stops_on),
    }
    return _said(said)


def _said(content: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty."""
    return {key: value for key, value in content.items() if value not in ("", None, False, [], {}, ())}


def _step(step: Step) -> dict[str, Any]:
    said: dict[str, Any] = {
        "title": step.title,
        "by": step.by,
        "form": step.form,
        "after": step.after,
        "uses": dict(step.uses),
        "waits_in": step.waits_in,
        "milestones": dict(step.milestones),
        "decline_reasons": dict(step.decline_reasons),
        "books": step.books,
        "help": step.help,
        "acceptance": _acceptance(step.acceptance) if step.acceptance else None,
        "clocks": {clock.code: _clock(clock) for clock in step.clocks},
        "outcomes": {code: _outcome(outcome) for code, outcome in step.outcomes.items()},
    }
    if step.lasts:
        said["lasts"] = _said(
            {
                "up_to": _span(step.lasts.up_to),
                "review_every": _span(step.lasts.review_every) if step.lasts.review_every else None,
                "review_form": step.lasts.review_form,
            }
        )
    return _said(said)


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return _said(
        {
            "title": outcome.title,
            "to": list(outcome.to),
            "end": outcome.end,
            "stop": outcome.stop,
            "opens": [{"pathway": one.pathway, "for": one.whom} for one in outcome.opens],
            "needs_reason": outcome.needs_reason,
            "without_form": outcome.without_form,
        }
    )


def _clock(clock: Clock) -> dict[str, Any]:
    return _said(
        {
            "code": clock.code,
            "title": clock.title,
            "within": _span(clock.within),
            "from": _moment(clock.start),
            "to": _moment(clock.stop),
            "hours": clock.hours,
            "stops_when_paused": clock.stops_when_paused,
            "standard": clock.standard,
            "priorities": list(clock.priorities),
            "on_breach": _escalation(clock.on_breach) if clock.on_breach else None,
            "counts_back": clock.counts_back,
        }
    )


def _acceptance(acceptance: Acceptance) -> dict[str, Any]:
    return _said(
        {
            "within": _span(acceptance.within),
            "hours": acceptance.hours,
            "then": _escalation(acceptance.escalation),
        }
    )


def _escalation(escalation: Escalation) -> dict[str, str]:
    return {escalation.act: escalation.to}


def _span(span: Span) -> Any:
    return {"setting": span.setting} if span.setting else f"{span.amount}{span.unit}"


def _moment(moment: Moment) -> str:
    event = f"milestone:{moment.milestone}" if moment.event == "milestone" else moment.event
    return f"{moment.step}.{event}" if moment.step else event
