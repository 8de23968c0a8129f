"""Reading the short words of a pathway file into the shape the rest of the system works with.

A mapping whose order means something may also be a list of pairs, which is how a database keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

from localcare.analysis.pathways.errors import Place, UnreadablePathway
from localcare.analysis.pathways.model import (
    Acceptance,
    Act,
    Clock,
    Escalation,
    Event,
    Join,
    Lasting,
    Moment,
    Opening,
    Outcome,
    Pathway,
    Step,
    Whom,
)
from localcare.analysis.pathways.spans import read_span

EVENTS: tuple[str, ...] = get_args(Event)
ACTS: tuple[str, ...] = get_args(Act)
JOINS: tuple[str, ...] = get_args(Join)
WHOM: tuple[str, ...] = get_args(Whom)


def read_pathway(content: Mapping[str, Any]) -> Pathway:
    """The pathway that the content says; UnreadablePathway naming the place where it cannot be read.

    Whether what it says makes sense is for `checking.faults_of`.
    """
    reasons = _titles(content.get("decline_reasons"), ("decline_reasons",))
    steps = {
        code: _step(code, said, ("steps", code), reasons)
        for code, said in pairs(content.get("steps"), ("steps",))
    }
    starts = _words(content.get("starts_with"), ("starts_with",)) or tuple(steps)[:1]
    return Pathway(
        code=str(content.get("pathway", "")),
        version=str(content.get("version", "")),
        title=str(content.get("title", "")),
        intervention=str(content.get("intervention", "")),
        source=str(content.get("source", "")),
        owner=str(content.get("owner", "")),
        review_by=str(content.get("review_by", "")),
        steps=steps,
        starts_with=starts,
        ends=_titles(content.get("ends"), ("ends",)),
        opens_with=str(content.get("opens_with", "")),
        opened_by=_words(content.get("opened_by"), ("opened_by",)),
        priorities=_titles(content.get("priorities"), ("priorities",)),
        stops_on={key: str(end) for key, end in pairs(content.get("stops_on"), ("stops_on",))},
        needs=_words(content.get("needs"), ("needs",)),
        sensitive=bool(content.get("sensitive", False)),
        summary=str(content.get("summary", "")).strip(),
    )


def pairs(value: Any, place: Place) -> list[tuple[str, Any]]:
    """The entries of a mapping, or of a list of pairs, in their order; none when there is no value."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [(str(key), said) for key, said in value.items()]
    if isinstance(value, Sequence) and all(isinstance(item, Sequence) and len(item) == 2 for item in value):
        return [(str(key), said) for key, said in value]
    raise UnreadablePathway(place, f"{value!r} is not a mapping", "Write it as name: value, one a line")


def title_of_code(code: str) -> str:
    """`carer_needs` as `Carer needs`."""
    words = code.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def _titles(value: Any, place: Place) -> dict[str, str]:
    """Codes and their titles, from a mapping or from a list of codes alone."""
    if isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(v, str) for v in value):
        return {code: title_of_code(code) for code in value}
    return {code: str(title or title_of_code(code)) for code, title in pairs(value, place)}


def _words(value: Any, place: Place) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence):
        return tuple(str(word) for word in value)
    raise UnreadablePathway(place, f"{value!r} is neither a name nor a list of names", "Write [one, two]")


def _mapping(value: Any, place: Place, example: str) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise UnreadablePathway(place, f"{value!r} is not a mapping", f"Write it as {example}")


def _step(code: str, value: Any, place: Place, reasons: Mapping[str, str]) -> Step:
    said = _mapping(value, place, "{title: …, by: …, outcomes: …}")
    after = str(said.get("after", "each"))
    if after not in JOINS:
        raise UnreadablePathway((*place, "after"), f"{after!r} is no way to wait", f"Use {_one_of(JOINS)}")
    return Step(
        code=code,
        title=str(said.get("title", "")) or title_of_code(code),
        by=str(said.get("by", "")),
        outcomes={
            name: _outcome(name, outcome, (*place, "outcomes", name))
            for name, outcome in pairs(said.get("outcomes"), (*place, "outcomes"))
        },
        form=str(said.get("form", "")),
        clocks=_clocks(said, place),
        acceptance=_acceptance(said.get("acceptance"), (*place, "acceptance")),
        after=cast(Join, after),
        lasts=_lasting(said.get("lasts"), (*place, "lasts")),
        uses={name: str(amount) for name, amount in pairs(said.get("uses"), (*place, "uses"))},
        waits_in=str(said.get("waits_in", "")),
        milestones=_titles(said.get("milestones"), (*place, "milestones")),
        decline_reasons=_titles(said.get("decline_reasons"), (*place, "decline_reasons")) or dict(reasons),
        books=str(said.get("books", "")),
        help=str(said.get("help", "")).strip(),
    )


def _outcome(code: str, value: Any, place: Place) -> Outcome:
    if not isinstance(value, Mapping):
        to, end, stop = _leads_to(value, place)
        return Outcome(code, title_of_code(code), to, end, stop)
    to, end, stop = _leads_to(value.get("to"), (*place, "to"))
    return Outcome(
        code=code,
        title=str(value.get("title", "")) or title_of_code(code),
        to=to,
        end=str(value.get("end", "")) or end,
        stop=str(value.get("stop", "")) or stop,
        opens=tuple(
            _opening(opening, (*place, "opens", position))
            for position, opening in enumerate(value.get("opens") or ())
        ),
        needs_reason=bool(value.get("needs_reason", False)),
        without_form=bool(value.get("without_form", False)),
    )


def _leads_to(value: Any, place: Place) -> tuple[tuple[str, ...], str, str]:
    """Steps, an end of the branch, or a stop of the journey: one of the three."""
    words = _words(value, place)
    if len(words) == 1 and words[0].startswith("end:"):
        return (), words[0][4:].strip(), ""
    if len(words) == 1 and words[0].startswith("stop:"):
        return (), "", words[0][5:].strip()
    return words, "", ""


def _opening(value: Any, place: Place) -> Opening:
    if isinstance(value, str):
        return Opening(value)
    said = _mapping(value, place, "{pathway: carers-assessment, for: carer}")
    whom = str(said.get("for", "person"))
    if whom not in WHOM:
        raise UnreadablePathway((*place, "for"), f"{whom!r} is nobody we know", f"Use {_one_of(WHOM)}")
    return Opening(str(said.get("pathway", "")), cast(Whom, whom))


def _clocks(said: Mapping[str, Any], place: Place) -> tuple[Clock, ...]:
    single = [_clock("", said["clock"], (*place, "clock"))] if said.get("clock") is not None else []
    several = [
        _clock(code, clock, (*place, "clocks", code))
        for code, clock in pairs(said.get("clocks"), (*place, "clocks"))
    ]
    return (*single, *several)


def _clock(code: str, value: Any, place: Place) -> Clock:
    said = _mapping(value, place, "{within: 24h, from: requested, to: done}")
    for needed in ("within", "from", "to"):
        if not said.get(needed):
            raise UnreadablePathway(
                place, f"The clock has no {needed}", "Write {within: 24h, from: …, to: …}"
            )
    start = read_moment(said["from"], (*place, "from"))
    stop = read_moment(said["to"], (*place, "to"))
    code = str(said.get("code", "")) or code or stop.milestone or stop.event
    return Clock(
        code=code,
        title=str(said.get("title", "")) or title_of_code(code),
        within=read_span(said["within"], (*place, "within")),
        start=start,
        stop=stop,
        hours=str(said.get("hours", "")),
        stops_when_paused=bool(said.get("stops_when_paused", False)),
        standard=str(said.get("standard", "")),
        priorities=_words(said.get("priorities"), (*place, "priorities")),
        on_breach=_escalation(said["on_breach"], (*place, "on_breach")) if said.get("on_breach") else None,
        counts_back=bool(said.get("counts_back", False)),
        runs_again=bool(said.get("runs_again", False)),
    )


def read_moment(value: Any, place: Place = ()) -> Moment:
    """`opened`, `done`, `milestone:seen`, `settle_at_home.done` or `visit.milestone:seen`."""
    text = str(value).strip()
    step, dot, what = text.rpartition(".")
    event, colon, milestone = what.partition(":")
    if event not in EVENTS or bool(colon) != (event == "milestone") or (dot and not step):
        raise UnreadablePathway(
            place,
            f"{text!r} is no moment",
            f"Write {_one_of([e for e in EVENTS if e != 'milestone'])} or milestone:NAME; "
            "of another step, STEP.done",
        )
    return Moment(cast(Event, event), step, milestone.strip())


def _escalation(value: Any, place: Place) -> Escalation:
    said = _mapping(value, place, "{inform: single-point-of-access}")
    if len(said) != 1 or next(iter(said)) not in ACTS:
        raise UnreadablePathway(
            place,
            f"{dict(said)!r} is not one of the three acts",
            f"Write one of {_one_of(ACTS)}: kind of service",
        )
    act, to = next(iter(said.items()))
    return Escalation(cast(Act, act), str(to))


def _acceptance(value: Any, place: Place) -> Acceptance | None:
    if value is None:
        return None
    said = _mapping(value, place, "{within: 2h, then: {ask_for_help: single-point-of-access}}")
    if not said.get("within") or not said.get("then"):
        raise UnreadablePathway(
            place, "It does not say how long to wait and what then", "Write {within: 2h, then: {inform: …}}"
        )
    return Acceptance(
        read_span(said["within"], (*place, "within")),
        _escalation(said["then"], (*place, "then")),
        str(said.get("hours", "")),
    )


def _lasting(value: Any, place: Place) -> Lasting | None:
    if value is None:
        return None
    said = _mapping(value, place, "{up_to: 6w, review_every: 2w}")
    if not said.get("up_to"):
        raise UnreadablePathway(place, "It does not say how long it lasts", "Write {up_to: 6w}")
    every = said.get("review_every")
    return Lasting(
        read_span(said["up_to"], (*place, "up_to")),
        read_span(every, (*place, "review_every")) if every else None,
        str(said.get("review_form", "")),
    )


def _one_of(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + f" or {words[-1]}"
