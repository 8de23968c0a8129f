"""A person's risk in words a clinician uses: what the number means, what moved it, what the model does not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from localcare.care.stratification.models import PersonRisk, RiskModel
from localcare.care.stratification.risk.definitions import known_outcomes
from localcare.care.stratification.risk.rules import people_in_100, short_risk

GONE = "what the model predicts"


@dataclass(frozen=True)
class RiskInWords:
    """One risk of a person, as drawn in a line of the list or in a panel."""

    outcome: str
    what: str
    short: str
    sentence: str
    raised: tuple[str, ...]
    lowered: tuple[str, ...]
    not_known: tuple[str, ...]
    model: RiskModel

    @property
    def line(self) -> str:
        """For a cell of the list."""
        return f"Risk of {self.what}: {self.short}"


def what_of(outcome: str) -> str:
    """What a model of this outcome predicts, as it stands within a sentence."""
    found = known_outcomes().get(outcome)
    return found.what if found else GONE


def in_words(risks: Mapping[str, PersonRisk], shown: Mapping[str, RiskModel]) -> list[RiskInWords]:
    """The risks of a person by the models whose numbers are shown, in the order of the outcomes."""
    return [_in_words(risks[outcome], shown[outcome]) for outcome in shown if outcome in risks]


def _in_words(risk: PersonRisk, model: RiskModel) -> RiskInWords:
    what = what_of(risk.outcome)
    number = people_in_100(risk.per_mille)
    return RiskInWords(
        outcome=risk.outcome,
        what=what,
        short=short_risk(risk.per_mille),
        sentence=f"{number[0].upper()}{number[1:]} with facts like these have {what}.",
        raised=_said(risk.factors, "raises"),
        lowered=_said(risk.factors, "lowers"),
        not_known=tuple(str(words) for words in risk.not_known),
        model=model,
    )


def _said(factors: Sequence[Mapping[str, object]], direction: str) -> tuple[str, ...]:
    return tuple(str(factor["words"]) for factor in factors if factor["direction"] == direction)


def for_whom(outcome: str) -> str:
    """Whom a model of this outcome scores, as a sentence for somebody it did not score."""
    found = known_outcomes().get(outcome)
    if found is None:
        return "The model scores nobody any more."
    if found.index == "discharges":
        who = "who have left hospital lately after a night or more"
    else:
        who = "who were registered on the day of the list"
    return f"It is worked out for people aged {found.age_from} or over {who}."
