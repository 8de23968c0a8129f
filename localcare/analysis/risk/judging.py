"""A model judged on later days and other practices, and whether it may be published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.risk.benefit import decision_curve, list_of
from localcare.analysis.risk.calibration import brier, brier_skill, calibrate, deciles, smooth_curve
from localcare.analysis.risk.discrimination import auc, average_precision_estimate
from localcare.analysis.risk.frame import EVENT, UNKNOWN, Frame
from localcare.analysis.risk.groups import by_group, shown
from localcare.analysis.risk.lists import beside_frailty_scores, week_to_week
from localcare.analysis.risk.logistic import to_risk
from localcare.analysis.risk.material import Material
from localcare.analysis.risk.model import Estimator
from localcare.analysis.risk.values import matrix
from localcare.analysis.scores.packs import Packs

SETS = {
    "overall": "Everybody on the day of the test",
    "held_out_practices": "Practices the model never saw",
    "practices_trained_on": "Practices it was trained on, a period later",
}


@dataclass(frozen=True)
class Judgement:
    """All figures of the card, and why the model may not be published (nothing when it may)."""

    figures: dict[str, Any]
    reasons: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether nothing speaks against publishing."""
        return not self.reasons


def judge(
    material: Material, estimator: Estimator, source: LinkedDataset, *, seed: int, packs: Packs | None
) -> Judgement:
    """Work out every figure on the rows that may be judged by."""
    outcome, test = material.outcome, material.judged
    limits = outcome.content["judging"]
    risk = to_risk(estimator.log_odds(matrix(test.columns, material.factors)))
    groups = by_group(test, risk, outcome.groups, limits["groups"])
    figures: dict[str, Any] = {
        "people": {
            "training": _counts(material, material.training),
            "test": _counts(material, material.test),
        },
        "performance": _performances(material, test, risk, seed=seed, draws=limits["bootstraps"]),
        "deciles": [vars(point) for point in deciles(test.event, risk)],
        "smooth": smooth_curve(test.event, risk),
        "decision_curve": decision_curve(test.event, risk, outcome.content["decision_curve"]["thresholds"]),
        "groups": shown(groups, len(test), int(test.event.sum()), told_together=material.held_out),
        "list": list_of(test.event, risk, test.keys, outcome.content["list"]["share"]),
        "frailty_scores": beside_frailty_scores(test, risk, outcome.content["list"]["share"]),
        "week_to_week": week_to_week(
            source, outcome, estimator, material.test, part=outcome.content["list"]["share"], packs=packs
        ),
    }
    reasons = [*reasons_against(figures, limits), *reasons_of_groups(groups, figures["groups"], limits)]
    return Judgement(figures, tuple(reasons))


def _performances(
    material: Material, test: Frame, risk: NDArray[np.float64], *, seed: int, draws: int
) -> dict[str, Any]:
    found = {"overall": performance(test.event, risk, seed=seed, draws=draws)}
    out = material.is_held_out(test)
    for name, chosen in (("held_out_practices", out), ("practices_trained_on", ~out)):
        if out.any():
            found[name] = performance(test.event[chosen], risk[chosen], seed=seed, draws=draws)
    return found


def performance(event: NDArray[Any], risk: NDArray[np.float64], *, seed: int, draws: int) -> dict[str, Any]:
    """The figures of one set of people, each with its 95% interval."""
    calibration = calibrate(event, risk)
    return {
        "people": len(event),
        "events": int(event.sum()),
        "observed": float(event.mean()),
        "expected": float(risk.mean()),
        "auc": auc(event, risk),
        "average_precision": average_precision_estimate(event, risk, seed=seed, draws=draws),
        "brier": brier(event, risk),
        "brier_skill": brier_skill(event, risk),
        "calibration_slope": calibration.slope,
        "calibration_intercept": calibration.intercept,
        "observed_to_expected": calibration.observed_to_expected,
    }


def _counts(material: Material, frame: Frame) -> dict[str, int]:
    """Who is in and who is left out, and why."""
    opted = frame.columns["opted_out"] == 1
    opted &= material.outcome.opted_out_are_left_out
    unknown = frame.event == UNKNOWN
    return {
        "registered and alive": frame.counts["registered"],
        "younger than the age asked about": frame.counts["too young"],
        "in another bed on the day": frame.counts["still in a bed"],
        "opted out of use beyond direct care": int(opted.sum()),
        "left every practice first, so not known": int((unknown & ~opted).sum()),
        "died first, counted as no event": int((frame.columns["died_first"] == 1)[~opted & ~unknown].sum()),
        "used": int((~opted & ~unknown).sum()),
        "events": int((frame.event == EVENT)[~opted].sum()),
    }


def reasons_against(figures: Mapping[str, Any], limits: Mapping[str, Any]) -> Iterator[str]:
    """Every reason not to publish in the figures of everybody and of the held-out practices, in words."""
    for when, said in (("training", "The day of training"), ("test", "The day of the test")):
        events = figures["people"][when]["events"]
        if events < limits["least_events"]:
            yield f"{said} has {events} events; fewer than {limits['least_events']} are too few to judge by."
    for name in ("overall", "held_out_practices"):
        found = figures["performance"].get(name)
        if found and (name == "overall" or found["events"] >= limits["groups"]["least_events"]):
            yield from _against_slope(SETS[name], found["calibration_slope"].value, limits["slope"])
    area = figures["performance"]["overall"]["auc"].value
    if not area >= limits["least_auc"]:
        yield f"It orders people too little: AUC {area:.2f}, below {limits['least_auc']}."


def reasons_of_groups(
    exact: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]], limits: Mapping[str, Any]
) -> Iterator[str]:
    """Every group that the model fails: the whole interval of observed to expected lies outside what is allowed.

    Judged by the exact figures, said without those that are hidden.
    """
    allowed = limits["groups"]["observed_to_expected"]
    for group, shown_group in zip(exact, told, strict=True):
        for part, shown_part in zip(group["parts"], shown_group["parts"], strict=True):
            if not part["enough_to_judge"]:
                continue
            value, low, high = part["observed_to_expected"]
            if low <= allowed["most"] and high >= allowed["least"]:
                continue
            way = "too low" if value > 1 else "too high"
            figures = f"{value:.2f} ({low:.2f} to {high:.2f})"
            said = "a share that is hidden with a small number" if shown_part["hidden"] else figures
            yield (
                f"{group['title']}, {part['label']}: risks are {way}. For each person expected to have it, {said} had"
                f" it; allowed is {allowed['least']} to {allowed['most']}."
            )


def _against_slope(who: str, slope: float, allowed: Mapping[str, float]) -> Iterator[str]:
    between = f"{allowed['least']} to {allowed['most']}"
    if not np.isfinite(slope):
        yield f"{who}: the calibration slope could not be worked out."
    elif slope < allowed["least"]:
        yield f"{who}: calibration slope {slope:.2f}, outside {between}. High risks are too high, low ones too low."
    elif slope > allowed["most"]:
        yield f"{who}: calibration slope {slope:.2f}, outside {between}. High risks are too low, low ones too high."
