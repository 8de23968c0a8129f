"""Steps that a fitted scenario needs and a journal did not show: a guess for each, and a way out of every round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcare.analysis.pathways.model import Pathway
from localcare.analysis.simulation.scenario.fitting.branches import evened
from localcare.analysis.simulation.scenario.fitting.steps import unseen_step

ROUNDS = 20  # where nobody was seen to get out of a round: one in so many does


def complete(content: dict[str, Any], pathways: Mapping[str, Pathway]) -> None:
    """Give a guess for each step that people can reach and that nobody was seen in."""
    for code, said in content["pathways"].items():
        pathway, steps = pathways[code], said["steps"]
        ahead = [*pathway.starts_with, *steps]
        while ahead:
            step = ahead.pop()
            if step not in steps:
                kind = pathway.steps[step].by
                service = f"any-{kind}"
                content["services"].setdefault(
                    service,
                    {
                        "kind": kind,
                        "title": f"{kind.replace('-', ' ').capitalize()}, where nobody was seen",
                        "capacity": [
                            {
                                "from": content["starts_on"],
                                "places": "unlimited",
                                "source": "guessed: nobody was seen there",
                            }
                        ],
                    },
                )
                steps[step] = unseen_step(pathway, step, service)
                ahead += pathway.steps[step].outcomes[next(iter(steps[step]["outcomes"]))].to
                continue
            ahead += [to for to in _ways(steps[step], pathway, step) if to not in steps]


def let_end(content: dict[str, Any], pathways: Mapping[str, Pathway]) -> None:
    """Where everybody who was seen went round, let one in so many find the way out that the pathway has."""
    for code, said in content["pathways"].items():
        pathway, steps = pathways[code], said["steps"]
        while stuck := _never_ending(steps, pathway):
            step, outcome = next(
                (step, outcome)
                for step in sorted(stuck)
                for outcome, one in pathway.steps[step].outcomes.items()
                if not set(one.to) & stuck
            )
            seen = sum(steps[step]["outcomes"].values())
            parts = {name: share / seen for name, share in steps[step]["outcomes"].items()}
            rare = 1 / ROUNDS
            steps[step]["outcomes"] = evened(
                {name: part * (1 - rare) for name, part in parts.items()} | {outcome: rare}
            )
            steps[step]["source"] += f"; nobody was seen to leave by {outcome}: guessed as one in {ROUNDS}"
            complete(content, pathways)


def _never_ending(steps: Mapping[str, Any], pathway: Pathway) -> set[str]:
    ending = {
        step
        for step, one in steps.items()
        if any(not pathway.steps[step].outcomes[outcome].to for outcome in one["outcomes"])
    }
    while fresh := {step for step in set(steps) - ending if _ways(steps[step], pathway, step) & ending}:
        ending |= fresh
    return set(steps) - ending


def _ways(said: Mapping[str, Any], pathway: Pathway, step: str) -> set[str]:
    return {to for outcome in said["outcomes"] for to in pathway.steps[step].outcomes[outcome].to}
