"""The reference page of the indicators, from their definitions."""

from __future__ import annotations

from collections.abc import Iterator

from localcare.analysis.measures.definitions import Condition, Indicator, indicators
from localcare.analysis.measures.people import AGE_BANDS
from localcare.analysis.measures.subjects import SUBJECTS, Subject

DOMAINS = {
    "outcomes": "Outcomes for people",
    "access": "Access and time",
    "flow": "Flow through hospital",
    "activity": "Activity",
    "planning": "Planning care",
    "carers": "Carers",
    "workforce": "Workforce",
    "spend": "Spend",
}
TESTS = {
    "is": "is {}", "is_not": "is not {}", "at_least": "is at least {}", "at_most": "is at most {}",
    "below": "is below {}",
}  # fmt: skip


def reference_markdown() -> str:
    """docs/reference/indicators.md; a test keeps the file in step."""
    lines = [
        "# Indicators",
        "",
        "<!-- Generated from localcare/definitions/indicators; do not edit by hand. -->",
        "",
        "Each indicator is a reviewed file in `localcare/definitions/indicators`; `localcare indicator check` checks one,",
        "[how to measure](../how-to/measure-from-the-shell-and-a-notebook.md) says how to get its numbers. Numbers come off a",
        "[linked dataset](linked-dataset.md) and a journal, lived or simulated, always by the same rules. What has no data",
        "yet says so and never gives a number. Status: *verified* was seen in the source named; *paper* is in the source",
        "papers; *from memory* must be checked before figures leave the place; *local* is ours, to be agreed.",
        "",
        "A value is a factor times numerator over denominator. A median gives the number of things twice; a count has no",
        "denominator (0). Days are days in London. Days of which a source knows nothing (yet) are left out. Nothing is",
        "suppressed in files; pages hide small numbers. Age bands: "
        + ", ".join(name for _, name in AGE_BANDS)
        + ";",
        "`age_five` has bands of five years up to 90+. `deprivation_quintile` 1 is the most deprived fifth.",
    ]
    for domain, title in DOMAINS.items():
        lines += ["", f"## {title}"]
        for one in indicators().values():
            if one.domain == domain:
                lines += ["", *_indicator(one)]
    lines += ["", "## What can be counted", ""]
    for subject in SUBJECTS.values():
        lines += [*_subject(subject), ""]
    return "\n".join(lines).rstrip() + "\n"


def _indicator(one: Indicator) -> Iterator[str]:
    yield f"### {one.title}"
    yield ""
    yield f"`{one.code}`, version {one.version}, {one.status.replace('-', ' ')}; owner {one.owner}, review by {one.review_by}."
    yield ""
    yield one.why
    yield ""
    yield "| | |"
    yield "| --- | --- |"
    for name, said in _rows(one):
        if said:
            yield f"| {name} | {said.replace('|', '/')} |"


def _rows(one: Indicator) -> Iterator[tuple[str, str]]:
    better = {"high": "higher is better", "low": "lower is better", "neutral": "neither way is better"}
    yield "Number", f"{one.kind}, {one.unit}; {better[one.direction]}"
    yield "Numerator", one.numerator
    yield "Denominator", one.denominator
    yield "When it counts", one.clock
    yield "Population", one.population
    yield "Target", "; ".join(_targets(one))
    if one.not_yet:
        yield "**Not yet**", one.not_yet
    else:
        yield "Counted", _counted(one)
        yield "Broken down by", ", ".join(f"`{name}`" for name in one.by)
    yield "Can mislead", one.misleads
    yield "Source", one.source


def _targets(one: Indicator) -> Iterator[str]:
    for target in one.targets:
        until = f" to {target.ends_on}" if target.ends_on else ""
        yield f"{target.value:g} from {target.starts_on}{until} ({target.status}: {target.source})"


def _counted(one: Indicator) -> str:
    on = f" by `{one.counted_on}`" if one.counted_on else " at midnight"
    said = [f"`{one.subject}` of the {one.reads}{on}"]
    said += [f"where {_all(one.among)}"] if one.among else []
    said += [f"hit where {_all(one.hits)}"] if one.hits else []
    said += [f"of people where {_all(one.of_people)}"] if one.of_people else []
    said += [f"known after {one.follow_up_days} days"] if one.follow_up_days else []
    said += [f"with {name} {value}" for name, value in one.parameters.items()]
    return "; ".join(said)


def _all(conditions: tuple[Condition, ...]) -> str:
    return " and ".join(f"`{one.column}` {_test(one)}" for one in conditions)


def _test(one: Condition) -> str:
    if one.test == "is_true":
        return "is true" if one.value else "is not true"
    if one.test == "is_filled":
        return "is known" if one.value else "is not known"
    values = (
        [str(value) or "empty" for value in one.value] if isinstance(one.value, tuple) else [str(one.value)]
    )
    return TESTS[one.test].format(" or ".join(values))


def _subject(subject: Subject) -> Iterator[str]:
    columns = ", ".join(f"`{name}`" for name in subject.columns)
    yield f"- **{subject.code}** ({subject.reads}): {subject.meaning} Columns: {columns}."
