"""What changed from one version of a pathway to the next, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from localcare.analysis.pathways.model import Clock, Pathway, Step
from localcare.analysis.pathways.words import (
    NO_NAMES,
    Names,
    acceptance_in_words,
    clock_in_words,
    lasting_in_words,
    outcome_in_words,
)

HEADING = {
    "title": "title",
    "summary": "summary",
    "intervention": "intervention",
    "source": "source",
    "owner": "owner",
    "review_by": "review date",
    "version": "authors' version",
    "opens_with": "form that opens it",
}
LISTS = {
    "opened_by": "Who can open it",
    "needs": "The needs it answers",
    "starts_with": "The steps it starts with",
}
TITLES = {"ends": "end", "priorities": "priority", "stops_on": "reason to stop"}
STEP = {
    "title": "title",
    "by": "service",
    "form": "form",
    "waits_in": "place of waiting",
    "books": "booking",
    "help": "help",
}


def differences(before: Pathway, after: Pathway, names: Names = NO_NAMES) -> list[str]:
    """One sentence for each change, in the order of the pathway; empty when both say the same."""
    return [
        *_heading(before, after),
        *_steps(before, after, names),
    ]


def _heading(before: Pathway, after: Pathway) -> Iterator[str]:
    for attribute, name in HEADING.items():
        yield from _was_is(f"The {name}", getattr(before, attribute), getattr(after, attribute))
    for attribute, name in LISTS.items():
        yield from _was_is(name, ", ".join(getattr(before, attribute)), ", ".join(getattr(after, attribute)))
    for attribute, name in TITLES.items():
        yield from _mapping(f"The {name}", getattr(before, attribute), getattr(after, attribute))
    if before.sensitive != after.sensitive:
        yield f"It {'is now' if after.sensitive else 'is no longer'} sensitive."
    common_before = [code for code in before.priorities if code in after.priorities]
    if common_before != [code for code in after.priorities if code in before.priorities]:
        yield f"The order of priorities is now {', '.join(after.priorities)}."


def _steps(before: Pathway, after: Pathway, names: Names) -> Iterator[str]:
    for code, step in after.steps.items():
        if code not in before.steps:
            yield f"The step “{step.title}” is new."
        else:
            yield from _step(before.steps[code], step, before, after, names)
    for code, step in before.steps.items():
        if code not in after.steps:
            yield f"The step “{step.title}” was taken out."


def _step(old: Step, new: Step, before: Pathway, after: Pathway, names: Names) -> Iterator[str]:
    said = [
        *(
            line
            for key, name in STEP.items()
            for line in _was_is(f"the {name}", getattr(old, key), getattr(new, key))
        ),
        *_was_is("the wait for other branches", old.after, new.after),
        *_was_is("the time to answer", acceptance_in_words(old, names), acceptance_in_words(new, names)),
        *_was_is("how long it lasts", lasting_in_words(old.lasts, names), lasting_in_words(new.lasts, names)),
        *_clocks(old, new, before, after, names),
        *_mapping("the use of", old.uses, new.uses),
        *_mapping("the milestone", old.milestones, new.milestones),
        *_mapping("the reason to decline", old.decline_reasons, new.decline_reasons),
        *_outcomes(old, new, before, after, names),
    ]
    for line in said:
        yield f"{new.title}: {line[:1].lower()}{line[1:]}"


def _clocks(old: Step, new: Step, before: Pathway, after: Pathway, names: Names) -> Iterator[str]:
    was: dict[str, Clock] = {clock.code: clock for clock in old.clocks}
    now: dict[str, Clock] = {clock.code: clock for clock in new.clocks}
    only = len(was) == len(now) == 1
    for code, clock in now.items():
        earlier = was.get(code)
        name = "the clock" if only else f"the clock “{clock.title}”"
        if earlier is None:
            yield f"The clock “{clock.title}” is new ({names.span(clock.within)})."
            continue
        yield from _was_is(name, names.span(earlier.within), names.span(clock.within))
        yield from _was_is(f"the standard of {name}", earlier.standard, clock.standard)
        if earlier.within == clock.within:
            yield from _was_is(
                name, clock_in_words(earlier, old, before, names), clock_in_words(clock, new, after, names)
            )
    for code, clock in was.items():
        if code not in now:
            yield f"The clock “{clock.title}” was taken out."


def _outcomes(old: Step, new: Step, before: Pathway, after: Pathway, names: Names) -> Iterator[str]:
    for code, outcome in new.outcomes.items():
        earlier = old.outcomes.get(code)
        if earlier is None:
            yield f"The outcome “{outcome.title}” is new: {outcome_in_words(outcome, after, names)}."
            continue
        yield from _was_is("the title of an outcome", earlier.title, outcome.title)
        leads = outcome_in_words(earlier, before, names), outcome_in_words(outcome, after, names)
        if (
            earlier.to,
            earlier.end,
            earlier.stop,
            earlier.opens,
            earlier.needs_reason,
            earlier.without_form,
        ) != (
            outcome.to,
            outcome.end,
            outcome.stop,
            outcome.opens,
            outcome.needs_reason,
            outcome.without_form,
        ):
            yield f"The outcome “{outcome.title}” led on so: “{leads[0]}”; now: “{leads[1]}”."
    for code, outcome in old.outcomes.items():
        if code not in new.outcomes:
            yield f"The outcome “{outcome.title}” was taken out."


def _mapping(name: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for code, title in after.items():
        if code not in before:
            yield f"{name} {code} ({title}) is new."
        else:
            yield from _was_is(f"{name} {code}", before[code], title)
    for code in before:
        if code not in after:
            yield f"{name} {code} was taken out."


def _was_is(name: str, before: str, after: str) -> Iterator[str]:
    """`The owner was x, is now y`, or nothing when they are the same."""
    if before != after:
        yield f"{name} was {before or 'not given'}, is now {after or 'not given'}."
