"""Which steps can be reached from which: the arithmetic of a pathway's arrows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from localcare.analysis.pathways.model import Pathway

Arrows = Mapping[str, Iterable[str]]  # step -> the steps that may follow it


def arrows_of(pathway: Pathway) -> dict[str, set[str]]:
    """The steps that may follow each step, only those that exist."""
    return {
        code: {to for outcome in step.outcomes.values() for to in outcome.to if to in pathway.steps}
        for code, step in pathway.steps.items()
    }


def reached_from(starts: Iterable[str], arrows: Arrows) -> set[str]:
    """The starts themselves and everything that can follow."""
    seen: set[str] = set()
    left = list(starts)
    while left:
        step = left.pop()
        if step not in seen:
            seen.add(step)
            left.extend(arrows.get(step, ()))
    return seen


def following(step: str, arrows: Arrows) -> set[str]:
    """What can come after the step: itself only when it can come round again."""
    return reached_from(arrows.get(step, ()), arrows)


def turned_round(arrows: Arrows) -> dict[str, set[str]]:
    """The same arrows, pointing back."""
    back: dict[str, set[str]] = {step: set() for step in arrows}
    for step, to in arrows.items():
        for target in to:
            back.setdefault(target, set()).add(step)
    return back
