"""A fitted scenario without small numbers: for those who plan and may not see how few people something was."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from localcare.analysis.simulation.scenario.fitting.branches import evened

if TYPE_CHECKING:
    from localcare.analysis.simulation.scenario.fitting.fit import Estimate

FEWEST = 5  # people; fewer are not told
SOURCE = "fitted from what was seen; how many that were is not told"
SAYS = (
    f"Fewer than {FEWEST} of anything are not told: demand of fewer is taken as half as many, groups of fewer who were there "
    "at the beginning are left out, and shares and lengths of steps are rounded."
)
SHARES = 20  # in twentieths
NUMBERS = ("mean", "sd", "value", "minimum", "mode", "maximum", "median")


def coarsened(found: Estimate, days: float) -> dict[str, Any]:
    """The words of the scenario with every number that tells of fewer than five people rounded or left out."""
    content = deepcopy(found.content)
    ended = {(one.pathway, one.step): one.length.ended for one in found.steps}
    for code, pathway in content["pathways"].items():
        if "demand" in pathway:
            _demand(pathway["demand"], days)
        for step, said in pathway["steps"].items():
            _step(said, ended.get((code, step), 0))
    for service in content["services"].values():
        for period in service["capacity"]:
            period["source"] = SOURCE
    initial = [_group(group) for group in content.get("initial", ()) if group["count"] >= FEWEST]
    content.pop("initial", None)
    return (
        content | ({"initial": initial} if initial else {}) | {"assumptions": [*content["assumptions"], SAYS]}
    )


def _demand(demand: dict[str, Any], days: float) -> None:
    few = demand["per_day"] * days < FEWEST - 0.5
    demand["per_day"] = _short(FEWEST / 2 / days if few else demand["per_day"])
    demand["source"] = SOURCE


def _step(said: dict[str, Any], ended: int) -> None:
    rounded = {code: max(round(share * SHARES), 1) / SHARES for code, share in said["outcomes"].items()}
    said["outcomes"] = evened({code: share / sum(rounded.values()) for code, share in rounded.items()})
    said["source"] = SOURCE
    for one in (said["duration"], *said.get("duration_by_outcome", {}).values()):
        one["source"] = SOURCE
        if ended < FEWEST:
            one.update({name: _short(one[name], 1) for name in NUMBERS if one.get(name)})


def _group(group: dict[str, Any]) -> dict[str, Any]:
    elapsed = group.get("elapsed")
    if elapsed is None:
        return group
    return group | {"elapsed": elapsed | {"values": [float(round(hours)) for hours in elapsed["values"]]}}


def _short(value: float, figures: int = 2) -> float:
    return float(f"{value:.{figures}g}")
