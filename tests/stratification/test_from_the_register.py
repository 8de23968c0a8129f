"""The whole way: a synthetic dataset loaded into the database, exported, stratified, listed."""

from __future__ import annotations

import pytest

from localcare.care.stratification.actions import run_stratification
from localcare.care.stratification.models import ListEntry, PersonScore
from localcare.exchange.extracts.load import load_dataset
from localcare.foundation.people.models import Person
from localcare.foundation.places.actions import load_place_definitions
from localcare.kernel.access.readers import system_reader
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import kent_and_medway_practices
from tests.stratification.population import TODAY


@pytest.mark.trace("T047", "T052", "T074", "T075")
@pytest.mark.django_db(transaction=True)
def test_vera_and_dorothy_end_on_the_list(tmp_path):
    by = system_reader("tests")
    load_place_definitions(by=by)
    synthesise(
        people=300, seed=7, as_of=TODAY, practices=kent_and_medway_practices(), out=tmp_path / "dataset"
    )
    load_dataset(tmp_path / "dataset", by=by)

    run = run_stratification(as_of=TODAY, by=by)

    assert run.people == PersonScore.objects.filter(to_run=None).count() > 280
    for given, family in (("Vera", "Marshfield"), ("Dorothy", "Oakhollow")):
        person = Person.objects.get(given_name=given, family_name=family)
        assert ListEntry.objects.get(person=person).plan_recorded_on is None
    assert run_stratification(as_of=TODAY, by=by) == run
