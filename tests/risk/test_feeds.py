"""Since when a feed is held, and what follows for the factors that look back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.risk.definitions import outcome
from localcare.analysis.risk.feeds import held_since, missing_feeds, not_usable
from tests.risk.hand_made import person, registration, stay, write

FACTORS = {factor.name: factor for factor in outcome("emergency-admission-12m").factors}


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, date | None]:
    """Two stays a week since February 2024, and one stray stay of 1999; contacts of one setting only."""
    days = [date(2024, 2, 1) + timedelta(days=3 * number) for number in range(300)]
    stays = [stay(number, 1, day, day) for number, day in enumerate([date(1999, 5, 5), *days])]
    contacts = [
        {"contact_id": number, "person_id": 1, "setting": "community", "occurred_on": day}
        for number, day in enumerate(days)
    ]
    folder = write(
        tmp_path_factory.mktemp("feeds"),
        persons=[person(1)],
        registrations=[registration(1)],
        stays=stays,
        contacts=contacts,
    )
    with LinkedDataset.open(folder) as dataset:
        return held_since(dataset, date(2026, 6, 30))


def test_a_stray_row_is_no_feed(feeds: dict[str, date | None]):
    assert feeds["stays"] == date(2024, 2, 1)
    assert feeds["contacts community"] == date(2024, 2, 1)
    assert feeds["contacts social-care"] is None
    assert feeds["attendances"] is None


def test_a_factor_needs_its_feed_and_its_history(feeds: dict[str, date | None]):
    year, two_years = FACTORS["emergency_admissions_12m"], FACTORS["hfrs"]
    assert not_usable(year, feeds, date(2025, 2, 1)) == ""
    assert not_usable(year, feeds, date(2025, 1, 5)) == ""  # the first month begins within the slack
    assert "held since February 2024 only" in not_usable(year, feeds, date(2024, 12, 1))
    assert "looks back 24 months from 1 February 2025" in not_usable(two_years, feeds, date(2025, 2, 1))
    assert not_usable(FACTORS["attendances_12m"], feeds, date(2026, 6, 30)).endswith("are held")
    assert not_usable(FACTORS["age"], feeds, date(1990, 1, 1)) == ""


def test_what_is_not_supplied_is_said(feeds: dict[str, date | None]):
    assert "Not supplied to this dataset: contacts: social care" in missing_feeds(feeds)
    assert len(missing_feeds(feeds)) == 3 + 5
