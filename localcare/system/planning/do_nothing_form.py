"""The inputs of the do-nothing case that no paper gives."""

from __future__ import annotations

from typing import Any

from django import forms

from localcare.analysis.projection.population import READINGS
from localcare.analysis.projection.reading import projections
from localcare.system.planning.forms import NumberField, WholeField

POPULATION, DEFICIT, BED_DAYS = "population-2031", "deficit-2020-21", "bed-days-2031"


class DoNothingForm(forms.Form):
    """Synthetic stand-ins to be replaced by the place's own figures, and the readings to choose between."""

    base = WholeField(label="People now", min_value=1000, max_value=100_000_000)
    over_65_low = NumberField(label="Over 65 now, at least (% of people)", min_value=1, max_value=99)
    over_65_high = NumberField(label="Over 65 now, at most (% of people)", min_value=1, max_value=99)
    times = NumberField(
        label="Growth of the over 65s: how many times that of the rest?", min_value=0, max_value=100
    )
    reading = forms.ChoiceField(
        label="Reading of “4 times greater” that the bed days follow", choices=list(READINGS.items())
    )
    from_year = forms.TypedChoiceField(label="First year of the deficit", coerce=int)
    cost = NumberField(
        label="Spent on health and social care in the first year (£ million)",
        min_value=200,
        max_value=1_000_000,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, use_required_attribute=False)
        deficit = projections()[DEFICIT]
        field = self.fields["from_year"]
        assert isinstance(field, forms.ChoiceField)
        years = (*deficit.other_from_years, deficit.from_year)
        field.choices = [(str(year), financial_year(year)) for year in sorted(years)]

    @classmethod
    def of(cls, sent: Any) -> DoNothingForm:
        """The form with what was sent, and otherwise with what the definitions say."""
        now = _as_defined()
        return cls(now | {name: sent[name] for name in now if name in sent})

    def clean(self) -> dict[str, Any]:
        """The two shares in their order."""
        said = super().clean() or {}
        if said.get("over_65_low", 0) > said.get("over_65_high", 100):
            self.add_error("over_65_high", "Over 65 now, at most, must not be less than at least")
        return said


def financial_year(year: int) -> str:
    """`2016/17` for 2016."""
    return f"{year}/{(year + 1) % 100:02}"


def _as_defined() -> dict[str, str]:
    population, deficit = projections()[POPULATION], projections()[DEFICIT]
    return {
        "base": f"{population.input('base'):,}",
        "over_65_low": f"{population.input('over_65_low') * 100:.10g}",
        "over_65_high": f"{population.input('over_65_high') * 100:.10g}",
        "times": f"{population.input('times'):.10g}",
        "reading": population.reading,
        "from_year": str(deficit.from_year),
        "cost": f"{float(deficit.input('cost') / 1_000_000):,.10g}",
    }
