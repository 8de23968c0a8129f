"""The standards of urgent community response as reviewed: how each clock runs, and which words stand for which need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from localcare.analysis.pathways.model import Clock, Moment, Span, Step
from localcare.analysis.pathways.spans import words_of_span
from localcare.foundation.pathways import definitions
from localcare.foundation.services.definitions import needs
from localcare.kernel.definitions import DEFINITIONS, DefinitionError, Fault, load

FILE = DEFINITIONS / "rapid_response" / "standards.yaml"
PATHWAY = "urgent-community-response"
STATUS_WORDS = {
    "verified": "Seen in the source",
    "paper": "From the local papers",
    "from-memory": "From memory: to be checked",
    "local": "Local: to be agreed",
}


@dataclass(frozen=True)
class Rule:
    """How a published standard counts, from a day on."""

    start: str
    stop: str
    pause: str
    left_out: str
    counted: str
    status: str
    source: str


@dataclass(frozen=True)
class Standard:
    """One clock of the pathway beside the published rule it follows."""

    title: str
    within: str
    within_status: str
    runs_here: str
    rule: Rule | None

    @property
    def rule_status(self) -> str:
        """Whether the rule was seen or remembered, in words."""
        return STATUS_WORDS[self.rule.status] if self.rule else "No published rule"


@cache
def content() -> Mapping[str, Any]:
    """What the file says; DefinitionError when a condition means a need that does not exist."""
    found = load(FILE, "rapid_response/standards.schema.json")
    unknown = set(found["conditions"].values()) - needs().keys()
    if unknown:
        remedy = "Correct it, or add it to services/needs.yaml"
        raise DefinitionError(
            [
                Fault(FILE, 1, "conditions", f"No need has the code {code!r}", remedy)
                for code in sorted(unknown)
            ]
        )
    return found


def rule_on(standard: str, day: date) -> Rule | None:
    """The published rule of a standard in force on the day; None for a standard that the file does not know."""
    rows = content()["standards"].get(standard, ())
    held = [row for row in rows if str(row["from"]) <= day.isoformat()]
    if not held:
        return None
    row = max(held, key=lambda row: str(row["from"]))
    return Rule(**{name: str(value) for name, value in row.items() if name != "from"})


def condition_words(answers: Mapping[str, Any]) -> list[str]:
    """The conditions that a contact or triage names, in the words of the directory; what it names besides is left out."""
    said = [answers.get("urgent-condition"), *(answers.get("needs") or ())]
    known = content()["conditions"]
    codes = dict.fromkeys(known[code] for code in said if code in known)
    return [needs()[code].title for code in codes]


def share_wanted() -> int:
    """The share of two-hour referrals that should be seen in time, in percent."""
    return int(content()["share_wanted"]["percent"])


def standards_on(step: Step, day: date) -> list[Standard]:
    """The clocks of a step in words, each with its published rule and what that rests on."""
    return [
        Standard(
            title=clock.title,
            within=words_of_span(definitions.span_on(clock.within, day)),
            within_status=status_of(clock.within, day),
            runs_here=runs_here(clock, step),
            rule=rule_on(clock.standard, day),
        )
        for clock in step.clocks
    ]


def status_of(span: Span, day: date) -> str:
    """What the length of a setting rests on, in words; empty for a length written in the pathway itself."""
    setting = definitions.settings().get(span.setting)
    value = setting.on(day) if setting else None
    return STATUS_WORDS.get(value.status, value.status) if value else ""


def source_of(span: Span, day: date) -> str:
    """Where the length of a setting comes from."""
    setting = definitions.settings().get(span.setting)
    value = setting.on(day) if setting else None
    return value.source if value else ""


def runs_here(clock: Clock, step: Step) -> str:
    """From when to when a clock runs, in which hours, and whether it pauses: as the pathway says."""
    hours = definitions.hours(clock.hours)
    when = f"only {hours.title}" if hours is not None else "day and night"
    pauses = "stops while the work is paused" if clock.stops_when_paused else "never pauses"
    return f"From {_moment(clock.start, step)} to {_moment(clock.stop, step)}; runs {when}; {pauses}."


def _moment(moment: Moment, step: Step) -> str:
    if moment.milestone:
        return f"“{step.milestones.get(moment.milestone, moment.milestone)}”"
    words = {
        "opened": "the request",
        "requested": "the asking of the team",
        "started": "the start",
        "done": "the end",
    }
    return words.get(moment.event, moment.event)


def news2_days() -> int:
    """For how many days a NEWS2 total is shown on the board."""
    return int(content()["news2_shown_for"]["days"])
