"""Scores of a completed form, worked out by the analysis library from its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from localcare.analysis.early_warning import news2
from localcare.foundation.forms.shape import FormDefinition
from localcare.foundation.people.models import Person
from localcare.kernel.nhs_design.formatting import age_in_years

Score = dict[str, Any]
SCALES = {"scale-1": 1, "scale-2": 2}


def scores_of(
    definition: FormDefinition, answers: Mapping[str, Any], person: Person, on: date
) -> dict[str, Score]:
    """Each score of the form: its value and band, or why there is none."""
    return {
        name: _SCORERS[name]({measure: answers.get(code) for measure, code in uses.items()}, person, on)
        for name, uses in definition.scores.items()
    }


def _news2(seen: Mapping[str, Any], person: Person, on: date) -> Score:
    about = {"title": "NEWS2", "source": "Royal College of Physicians 2017"}
    needed = [name for name in news2.MEASURES if name not in news2.OPTIONAL]
    missing = [name for name in needed if seen.get(name) is None]
    if missing:
        return about | {
            "value": None,
            "why_not": "Not worked out: an observation is missing.",
            "missing": missing,
        }
    observations = news2.Observations(
        **{name: seen[name] for name in needed},
        saturation_scale=2 if SCALES.get(str(seen.get("saturation_scale")), 1) == 2 else 1,
    )
    try:
        result = news2.news2(
            observations,
            age_years=age_in_years(person.birth_date, on),
            is_pregnant=seen.get("pregnant") is True,
        )
    except (news2.NotApplicable, news2.NotAMeasurement) as error:
        return about | {"value": None, "why_not": str(error)}
    return about | {
        "value": result.total,
        "band": result.band,
        "band_title": result.band_title,
        "points": dict(result.points),
        "scale": observations.saturation_scale,
    }


_SCORERS: Mapping[str, Callable[[Mapping[str, Any], Person, date], Score]] = {"news2": _news2}
