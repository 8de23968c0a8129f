"""The nightly run goes on from the last one's export where the installation keeps it, and keeps none otherwise."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from localcare.care.stratification import stages
from localcare.care.stratification.actions import run_stratification
from localcare.exchange.extracts.load import load_dataset
from localcare.foundation.people.models import Person
from localcare.foundation.places.actions import load_place_definitions
from localcare.foundation.record.models import Fact
from localcare.kernel.access.readers import system_reader
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import kent_and_medway_practices
from tests.stratification.population import TODAY


def report() -> dict:
    return json.loads((stages.latest_export() / "export-report.json").read_text())


@pytest.mark.django_db(transaction=True)
def test_the_next_run_reads_only_what_changed(tmp_path, settings):
    settings.HOME = tmp_path / "home"
    settings.KEEP_NIGHTLY_EXPORT = True
    by = system_reader("tests")
    load_place_definitions(by=by)
    synthesise(
        people=300, seed=7, as_of=TODAY, practices=kent_and_medway_practices(), out=tmp_path / "dataset"
    )
    load_dataset(tmp_path / "dataset", by=by)
    yesterday = TODAY - timedelta(days=1)
    run_stratification(as_of=yesterday, by=by)
    assert stages.latest_export().stat().st_mode & 0o077 == 0
    first = report()
    gone = Person.objects.filter(merged_into=None).order_by("pk").first()
    Fact.objects.filter(person=gone).delete()
    run_stratification(as_of=TODAY, by=by)
    second = report()
    assert (first["since"], second["since"]) == ("", first["export"])
    assert second["rows"]["facts"] < first["rows"]["facts"]

    settings.KEEP_NIGHTLY_EXPORT = False
    Person.objects.filter(pk=gone.pk).update(death_date=TODAY - timedelta(days=2))
    run_stratification(as_of=TODAY, by=by)
    assert not stages.latest_export().exists()
