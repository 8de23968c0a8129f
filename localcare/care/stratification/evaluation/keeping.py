"""An answer as it is kept: what the page and the file need of it, in JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from localcare.analysis.effect import ByItself, Discontinuity, Effect, Following, Interval
from localcare.analysis.effect.discontinuity import Bin
from localcare.care.stratification.evaluation.counting import Counted
from localcare.care.stratification.evaluation.evaluating import OUTCOMES, Evaluation
from localcare.care.stratification.evaluation.questions import Question

EFFECT = ("method", "heading", "says", "cannot_say", "observed", "expected", "counts")


def as_json(found: Evaluation) -> dict[str, Any]:
    """The answer without its question."""
    return {
        "until": found.until.isoformat(),
        "counts": _counts_as_json(found.counts),
        "whole": _counts_as_json(found.whole) if found.whole else None,
        "itself": asdict(found.itself) if found.itself else None,
        "at_threshold": {
            what: one if isinstance(one, str) else _threshold_as_json(one)
            for what, one in found.at_threshold.items()
        },
    }


def from_json(question: Question, kept: dict[str, Any]) -> Evaluation:
    """The answer to the question, as it was kept."""
    return Evaluation(
        question,
        date.fromisoformat(kept["until"]),
        _counts(kept["counts"]),
        _counts(kept["whole"]) if kept["whole"] else None,
        _by_itself(kept["itself"]) if kept["itself"] else None,
        {
            what: one if isinstance(one, str) else _discontinuity(one)
            for what, one in ((what, kept["at_threshold"][what]) for what in OUTCOMES)
        },
    )


def _counts_as_json(counts: Counted) -> dict[str, Any]:
    return {
        "numbers": {
            code: {" ".join(measure): number for measure, number in of_practice.items()}
            for code, of_practice in counts.numbers.items()
        },
        "days": counts.days,
        "waits": counts.waits,
    }


def _counts(kept: dict[str, Any]) -> Counted:
    return Counted(
        {
            code: {tuple(measure.split(" ")): number for measure, number in of_practice.items()}
            for code, of_practice in kept["numbers"].items()
        },
        kept["days"],
        {
            code: {int(days): people for days, people in waits.items()}
            for code, waits in kept["waits"].items()
        },
    )


def _by_itself(kept: dict[str, Any]) -> ByItself:
    return ByItself(**kept | {"rows": tuple(Following(**row) for row in kept["rows"])})


def _threshold_as_json(found: Discontinuity) -> dict[str, Any]:
    whole = asdict(found)
    effect = whole["effect"]
    return whole | {
        "effect": {name: effect[name] for name in (*EFFECT, "estimate", "relative")},
    }


def _discontinuity(kept: dict[str, Any]) -> Discontinuity:
    effect = kept["effect"]
    return Discontinuity(
        Effect(
            estimate=_interval(effect["estimate"]),
            relative=_interval(effect["relative"]),
            **{name: effect[name] for name in EFFECT},
        ),
        kept["threshold"],
        kept["bandwidth"],
        _interval(kept["acted"]),
        _interval(kept["before"]),
        tuple((width, Interval(**interval)) for width, interval in kept["other_widths"]),
        tuple(Bin(**one) for one in kept["bins"]),
    )


def _interval(kept: dict[str, Any] | None) -> Interval | None:
    return Interval(**kept) if kept else None
