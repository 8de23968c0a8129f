"""A simulated journal is measured as the lived one is, and laid over it for whoever is offered it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from localcare.analysis.measures.definitions import indicators
from localcare.kernel.access.readers import Reader
from localcare.system.insight import overlays
from localcare.system.insight.models import Run, Value
from localcare.system.insight.overlays import Offer
from localcare.system.insight.queries import measure_folder
from tests.factories import user_with_role
from tests.simulation.engine_cases import every_pathway, run

CODE = "requests-answered-in-time"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory) -> Path:
    result = run(every_pathway(days=20, per_day=1.0), replications=1)
    return result.write_journal(tmp_path_factory.mktemp("simulated")).path


def test_a_folder_is_measured_by_the_same_definition_day_by_day(simulated):
    points = measure_folder(simulated, indicators()[CODE], period="day")
    assert points and all(0 <= point.number.numerator <= point.number.denominator for point in points)
    by_service = measure_folder(simulated, indicators()[CODE], period="all", by=("service",))
    everything = measure_folder(simulated, indicators()[CODE], period="all")
    assert sum(point.number.denominator for point in by_service) == everything[0].number.denominator
    assert sum(point.number.denominator for point in points) == everything[0].number.denominator


@pytest.mark.trace("T219")
def test_lived_and_simulated_lie_over_each_other_only_for_whom_it_is_offered(db, client, simulated):
    lived = measure_folder(simulated, indicators()[CODE], period="day")
    made = Run.objects.create(until=timezone.localdate(), status="published", started_at=timezone.now())
    for point in lived[:14]:  # the same days, so that both have something to show
        Value.objects.create(
            indicator=CODE, place="all", period="day", starts_on=point.starts_on, numerator=50, denominator=100,
            value=50.0, is_hidden=False, from_run=made,
        )  # fmt: skip
    analyst = user_with_role("analyst", everywhere=True)

    def offered(reader: Reader) -> list[Offer]:
        return [Offer("winter", "Winter plan", simulated)] if reader.user == analyst else []

    overlays.register_offers(offered)
    try:
        address, query = reverse("insight-indicator", args=[CODE]), {"place": "all", "overlay": "winter"}
        client.force_login(analyst)
        page = client.get(address, query).content.decode()
        assert "Winter plan" in page and "what its assumptions lead to" in page
        picture = client.get(reverse("insight-picture", args=[CODE, "overlay"]), query)
        assert picture.status_code == 200 and b"<svg" in picture.content[:400]
        assert (
            "lived,simulated"
            in client.get(reverse("insight-csv", args=[CODE, "overlay"]), query).content.decode()
        )
        client.force_login(user_with_role("commissioner", everywhere=True))
        assert "Winter plan" not in client.get(address, query).content.decode()
        assert client.get(reverse("insight-picture", args=[CODE, "overlay"]), query).status_code == 404
    finally:
        overlays._offering.remove(offered)
