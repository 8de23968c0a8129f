"""A pathway in plain words: its clocks, its waits, where its outcomes lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from localcare.analysis.pathways.model import Clock, Escalation, Lasting, Moment, Outcome, Pathway, Span, Step
from localcare.analysis.pathways.reading import title_of_code
from localcare.analysis.pathways.spans import words_of_span

EVENTS: Mapping[str, str] = {
    "requested": "is asked for",
    "accepted": "is accepted",
    "declined": "is declined",
    "started": "begins",
    "paused": "is paused",
    "resumed": "goes on",
    "done": "is done",
    "booked": "is booked",
    "cancelled": "is cancelled",
}
ACTS: Mapping[str, str] = {
    "transfer": "it is transferred to {}",
    "ask_for_help": "help is asked of {}",
    "inform": "{} is informed",
}
WAITS: Mapping[str, str] = {
    "each": "",
    "any": "Asked for once, by the first branch that arrives",
    "all": "Waits until every branch is done",
}


@dataclass(frozen=True)
class Names:
    """What codes are called where a pathway only has the code; without an entry the code says it itself."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    hours: Mapping[str, str] = field(default_factory=dict)
    pathways: Mapping[str, str] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)  # settings in force

    def kind(self, code: str) -> str:
        """The title of a kind of service."""
        return self.kinds.get(code) or title_of_code(code)

    def form(self, code: str) -> str:
        """The title of a form."""
        return self.forms.get(code) or title_of_code(code)

    def open_in(self, code: str) -> str:
        """The title of working hours."""
        return self.hours.get(code) or title_of_code(code)

    def pathway(self, code: str) -> str:
        """The title of a pathway."""
        return self.pathways.get(code) or title_of_code(code)

    def span(self, span: Span) -> str:
        """`24 hours`, also where a setting says so."""
        return words_of_span(self.spans.get(span.setting, span) if span.setting else span)


NO_NAMES = Names()


def moment_in_words(moment: Moment, step: Step, pathway: Pathway) -> str:
    """`the journey opens`, `“Assess at home” begins`, `seen in person`."""
    if moment.event == "opened":
        return "the journey opens"
    whose = pathway.steps.get(moment.step, step)
    if moment.event == "milestone":
        said = whose.milestones.get(moment.milestone, title_of_code(moment.milestone)).lower()
        return said if whose is step else f"“{whose.title}”: {said}"
    return f"{'it' if whose is step else f'“{whose.title}”'} {EVENTS[moment.event]}"


def clock_in_words(clock: Clock, step: Step, pathway: Pathway, names: Names = NO_NAMES) -> str:
    """What the clock promises, in one sentence without its full stop."""
    span = names.span(clock.within)
    start, stop = moment_in_words(clock.start, step, pathway), moment_in_words(clock.stop, step, pathway)
    parts = [f"{clock.title}: {span} {'before' if clock.counts_back else 'from when'} {start}, until {stop}"]
    if clock.hours:
        parts.append(f"counted {_lower(names.open_in(clock.hours))}")
    if clock.priorities:
        parts.append(f"for {' or '.join(_lower(pathway.priorities.get(p, p)) for p in clock.priorities)}")
    if clock.stops_when_paused:
        parts.append("not counted while paused")
    if clock.runs_again:
        parts.append("running again while finished work is taken up again")
    if clock.on_breach:
        parts.append(f"when missed, {escalation_in_words(clock.on_breach, names)}")
    return "; ".join(parts)


def escalation_in_words(escalation: Escalation, names: Names = NO_NAMES) -> str:
    """`help is asked of single point of access`."""
    return ACTS[escalation.act].format(_lower(names.kind(escalation.to)))


def acceptance_in_words(step: Step, names: Names = NO_NAMES) -> str:
    """How long a request waits for an answer; empty when the step does not say."""
    accepts = step.acceptance
    if accepts is None:
        return ""
    counted = f" (counted {_lower(names.open_in(accepts.hours))})" if accepts.hours else ""
    then = escalation_in_words(accepts.escalation, names)
    return f"Answered within {names.span(accepts.within)}{counted}, or {then}"


def lasting_in_words(lasts: Lasting | None, names: Names = NO_NAMES) -> str:
    """`Up to 6 weeks, reviewed every 2 weeks`; empty for a step that does not last."""
    if lasts is None:
        return ""
    every = lasts.review_every
    rhythm = "" if every is None else f", reviewed every {_every(names.span(every))}"
    form = f" with {names.form(lasts.review_form)}" if lasts.review_form else ""
    return f"Up to {names.span(lasts.up_to)}{rhythm}{form if rhythm else ''}"


def _every(span: str) -> str:
    """`every day`, not `every 1 day`."""
    return span.removeprefix("1 ")


def outcome_in_words(outcome: Outcome, pathway: Pathway, names: Names = NO_NAMES) -> str:
    """Where an outcome leads: steps side by side, or an end, and what it opens."""
    steps = [f"“{pathway.steps[to].title}”" for to in outcome.to if to in pathway.steps]
    if outcome.stop:
        leads = f"the whole journey stops: {_lower(pathway.ends.get(outcome.stop, outcome.stop))}"
    elif outcome.end:
        leads = f"this branch ends: {_lower(pathway.ends.get(outcome.end, outcome.end))}"
    else:
        leads = "then " + " and, side by side, ".join(steps)
    opened = "".join(
        f"; opens {_lower(names.pathway(opening.pathway))} for the {opening.whom}"
        for opening in outcome.opens
    )
    asked = "; a reason is needed" if outcome.needs_reason else ""
    asked += "; the form need not be complete" if outcome.without_form else ""
    return f"{leads}{opened}{asked}"


def step_in_words(step: Step, pathway: Pathway, names: Names = NO_NAMES) -> list[str]:
    """Everything a step says, one sentence each: who, how long, which clocks, where it leads."""
    said = [
        f"By {_lower(names.kind(step.by))}",
        WAITS[step.after],
        f"Form: {names.form(step.form)}" if step.form else "",
        acceptance_in_words(step, names),
        lasting_in_words(step.lasts, names),
        *(clock_in_words(clock, step, pathway, names) for clock in step.clocks),
        f"Milestones: {', '.join(step.milestones.values())}" if step.milestones else "",
        *(f"{o.title}: {outcome_in_words(o, pathway, names)}" for o in step.outcomes.values()),
    ]
    return [f"{sentence}." for sentence in said if sentence]


def pathway_in_words(pathway: Pathway, names: Names = NO_NAMES) -> str:
    """The whole pathway as text: what the picture shows, for those who cannot see it."""
    numbered = enumerate(pathway.steps.values(), start=1)
    steps = (
        f"{number}. {step.title}. {' '.join(step_in_words(step, pathway, names))}"
        for number, step in numbered
    )
    return "\n".join(steps)


def _lower(words: str) -> str:
    """The words inside a sentence: the first letter small, unless it is an abbreviation or a name."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]
