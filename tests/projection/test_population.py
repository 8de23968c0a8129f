"""Growth of the population in both readings, against the identities written out."""

from decimal import Decimal

import pytest

from localcare.analysis.projection.model import ProjectionError
from localcare.analysis.projection.population import growth, readings_of
from localcare.analysis.projection.reading import projections

SHIPPED = {"more": Decimal(414_000), "times": Decimal(4), "base": Decimal(1_800_000)}


@pytest.mark.trace("T013", "T014")
@pytest.mark.parametrize(("share", "under", "over"), [("0.19", "0.146", "0.586"), ("0.20", "0.144", "0.575")])
def test_by_rate_the_published_base_gives_the_published_growth(share, under, over):
    found = growth(**SHIPPED, share_over_65=Decimal(share), reading="rate")

    assert found.under_65_more + found.over_65_more == 414_000
    assert round(found.under_65_rate, 3) == Decimal(under)
    assert round(found.over_65_rate, 3) == Decimal(over)
    assert found.over_65_rate / found.under_65_rate == pytest.approx(Decimal(4), abs=Decimal("0.0001"))


@pytest.mark.trace("T014")
def test_by_number_four_of_five_more_people_are_over_65():
    found = growth(**SHIPPED, share_over_65=Decimal("0.20"), reading="absolute")

    assert (found.under_65_more, found.over_65_more) == (82_800, 331_200)
    assert round(found.over_65_rate, 2) == Decimal("0.92")


def test_the_two_readings_agree_where_the_groups_are_of_one_size():
    by_rate = growth(**SHIPPED, share_over_65=Decimal("0.5"), reading="rate")
    by_number = growth(**SHIPPED, share_over_65=Decimal("0.5"), reading="absolute")

    assert (by_rate.under_65_more, by_rate.over_65_more) == (by_number.under_65_more, by_number.over_65_more)


def test_the_shipped_projection_shows_both_readings_at_both_shares():
    found = readings_of(projections()["population-2031"])

    assert [(one.reading, one.share_over_65) for one in found] == [
        ("rate", Decimal("0.19")),
        ("rate", Decimal("0.2")),
        ("absolute", Decimal("0.19")),
        ("absolute", Decimal("0.2")),
    ]
    assert all(one.share_over_65_end > one.share_over_65 for one in found)


@pytest.mark.parametrize(
    "wrong", [{"base": Decimal(0)}, {"share": Decimal(1)}, {"reading": "both"}, {"times": Decimal(-1)}]
)
def test_inputs_that_make_no_sense_are_refused_with_the_remedy(wrong):
    said = SHIPPED | {"share_over_65": wrong.pop("share", Decimal("0.2"))} | wrong
    with pytest.raises(ProjectionError, match=r"Correct the inputs|Use one of"):
        growth(**said)
