"""What the pages of the pathways show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from localcare.analysis.pathways.model import Pathway, Step
from localcare.analysis.pathways.reading import title_of_code
from localcare.analysis.pathways.spans import words_of_span
from localcare.analysis.pathways.words import (
    WAITS,
    Names,
    acceptance_in_words,
    clock_in_words,
    lasting_in_words,
    outcome_in_words,
)
from localcare.foundation.pathways.definitions.timing import settings

STATUS = {
    "verified": "Verified: seen in the source",
    "paper": "As the source papers say",
    "from-memory": "From memory: to be checked",
    "local": "Local proposal: to be agreed",
}


@dataclass(frozen=True)
class StepShown:
    """One step in words; `clocks` and `outcomes` are lists, `facts` pairs of name and words."""

    title: str
    help: str
    facts: Sequence[tuple[str, str]]
    clocks: Sequence[tuple[str, str]]  # words, standard
    outcomes: Sequence[tuple[str, str]]


def search(pathways: Iterable[Pathway], words: str) -> list[Pathway]:
    """The pathways in which every word occurs: title, summary, needs, steps or services."""
    wanted = words.lower().split()
    return [pathway for pathway in pathways if all(word in _text(pathway) for word in wanted)]


def _text(pathway: Pathway) -> str:
    steps = " ".join(f"{step.title} {step.by}" for step in pathway.steps.values())
    said = f"{pathway.code} {pathway.title} {pathway.summary} {' '.join(pathway.needs)} {steps}"
    return f"{said} {title_of_code(said)}".lower()


def groups(pathways: Sequence[Pathway]) -> list[tuple[str, list[Pathway]]]:
    """Pathways under the intervention they belong to."""
    ordered = sorted(pathways, key=lambda pathway: (pathway.intervention, pathway.title))
    return [
        (title_of_code(code), list(found))
        for code, found in groupby(ordered, key=lambda pathway: pathway.intervention)
    ]


def is_review_overdue(pathway: Pathway, today: date) -> bool:
    """Whether its owner should have looked at it again."""
    return date.fromisoformat(pathway.review_by) < today


def facts(pathway: Pathway, names: Names) -> list[tuple[str, str]]:
    """What is said about the pathway as a whole."""
    stops = [
        f"{title_of_code(change)}: {pathway.ends[end].lower()}" for change, end in pathway.stops_on.items()
    ]
    said = [
        ("Opened by", _listed(names.kind(code) for code in pathway.opened_by)),
        ("Opens with", names.form(pathway.opens_with) if pathway.opens_with else ""),
        ("Needs it answers", _listed(map(title_of_code, pathway.needs))),
        ("Priorities", _listed(pathway.priorities.values())),
        ("Ways it can end", _listed(pathway.ends.values())),
        ("Stops at once on", _listed(stops)),
        ("Source", pathway.source),
        ("Owner", names.kind(pathway.owner)),
    ]
    return [(name, words) for name, words in said if words]


def _listed(words: Iterable[str]) -> str:
    return "; ".join(words)


def steps(pathway: Pathway, names: Names) -> list[StepShown]:
    """The steps in their order: the picture's alternative in words."""
    return [_step(step, pathway, names) for step in pathway.steps.values()]


def _step(step: Step, pathway: Pathway, names: Names) -> StepShown:
    said = [
        ("By", names.kind(step.by)),
        ("When several branches lead here", WAITS[step.after]),
        ("Form", names.form(step.form) if step.form else ""),
        ("Answer", acceptance_in_words(step, names)),
        ("Lasts", lasting_in_words(step.lasts, names)),
        ("Milestones", _listed(step.milestones.values())),
        ("Uses", _listed(f"{what}: {amount}" for what, amount in step.uses.items())),
        ("Waits in", title_of_code(step.waits_in)),
        ("Reasons to decline", _listed(step.decline_reasons.values())),
    ]
    return StepShown(
        title=step.title,
        help=step.help,
        facts=[(name, words) for name, words in said if words],
        clocks=[(clock_in_words(clock, step, pathway, names), clock.standard) for clock in step.clocks],
        outcomes=[(o.title, outcome_in_words(o, pathway, names)) for o in step.outcomes.values()],
    )


def settings_in_force(pathway: Pathway, today: date) -> list[tuple[str, str, date, str, str]]:
    """Title, length, first day, status and source of each setting the pathway names, as of today."""
    found = []
    for code in _settings_of(pathway):
        value = settings()[code].on(today)
        if value is not None:
            status = STATUS.get(value.status, value.status)
            length = words_of_span(value.span)
            found.append((settings()[code].title, length, value.starts_on, status, value.source))
    return found


def _settings_of(pathway: Pathway) -> list[str]:
    spans = []
    for step in pathway.steps.values():
        spans += [clock.within for clock in step.clocks]
        if step.acceptance:
            spans.append(step.acceptance.within)
        if step.lasts:
            spans += [span for span in (step.lasts.up_to, step.lasts.review_every) if span]
    return list(dict.fromkeys(span.setting for span in spans if span.setting))
