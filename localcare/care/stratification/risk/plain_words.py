"""What a clinician who reads a risk should know about its model, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localcare.care.stratification.models import RiskModel
from localcare.care.stratification.risk.card import card_of, figures_of
from localcare.care.stratification.risk.definitions import known_outcomes
from localcare.care.stratification.risk.figures import number, performance_of
from localcare.care.stratification.risk.words import what_of
from localcare.kernel.nhs_design.formatting import format_date


@dataclass(frozen=True)
class PlainWords:
    """How good the number is, what it cannot see, and for whom it is less right."""

    lede: str
    says: tuple[str, ...]
    cannot_see: str
    less_right: tuple[str, ...]


def about(model: RiskModel) -> PlainWords:
    """The evaluation of a model in sentences."""
    figures, found = figures_of(model), known_outcomes().get(model.outcome)
    highest = figures["deciles"][-1]
    what = what_of(model.outcome)
    lede = (
        f"Of the tenth of people with the highest risks it said {_in_100(highest['risk'])} would have {what};"
        f" {_in_100(highest['observed']['value'])} had it."
    )
    overall = performance_of(figures)
    card = card_of(model)
    says = (
        f"Learnt from this place’s own records up to {format_date(model.as_of)}, and judged on a later year"
        f" that it had not seen: {number(overall['people'])} people.",
        f"Of two people, one who had the event and one who had not, it gives the higher number to the right one"
        f" in {overall['auc']['value'] * 100:.0f} of 100 pairs. Tossing a coin gives 50.",
        f"{card.listed}. The others who had it were not among the highest.",
        card.week_to_week,
    )
    cannot_see = str(found.content["cannot_see"]).strip() if found else ""
    return PlainWords(lede, says, cannot_see, tuple(_less_right(figures)))


def _in_100(share: float) -> str:
    return f"{share * 100:.0f} in 100"


def _less_right(figures: Mapping[str, Any]) -> Iterator[str]:
    """Groups of which the interval excludes 1, then those with too few people to judge (practices apart)."""
    for group in figures["groups"]:
        for part in group["parts"]:
            if part["enough_to_judge"]:
                yield from _too_high_or_low(group["title"], part)
    for group in figures["groups"]:
        few = [part["label"] for part in group["parts"] if not part["enough_to_judge"]]
        if few and group["group"] == "practice":
            yield f"{len(few)} practices have too few people to judge it by."
        elif few:
            yield f"{group['title']}: too few people to judge it for {', '.join(few)}."


def _too_high_or_low(title: str, part: Mapping[str, Any]) -> Iterator[str]:
    value, low, high = (part["observed_to_expected"][end] for end in ("value", "low", "high"))
    if low is not None and low > 1:
        yield f"{title}, {part['label']}: its numbers are too low; {value:.2f} had the event for each expected."
    elif high is not None and high < 1:
        yield f"{title}, {part['label']}: its numbers are too high; {value:.2f} had the event for each expected."
