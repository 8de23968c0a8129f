"""The rules and the likeness, measured on one truth: what each finds, and what both find together."""

from __future__ import annotations

import os

import pytest

from localcare.foundation.people.duplicates import find_duplicates
from localcare.foundation.people.linking import search_by_likeness
from localcare.foundation.people.models import PossibleDuplicate
from localcare.kernel.access.readers import system_reader
from tests.linkage.both_ways import proposed, register_with_strays, shares

BY = system_reader("tests of both ways")
# The figures of docs/explanation/linkage.md: LINKAGE_PEOPLE=20000 LINKAGE_STRAYS=1000.
PEOPLE, STRAYS = int(os.environ.get("LINKAGE_PEOPLE", "1200")), int(os.environ.get("LINKAGE_STRAYS", "150"))


@pytest.mark.django_db
def test_together_they_find_more_than_either_and_likeness_is_the_surer(record_property):
    true = register_with_strays(people=PEOPLE, strays=STRAYS, seed=5)
    find_duplicates(by=BY)
    search_by_likeness(by=BY)
    by_rules, by_likeness = proposed(score__gt=0), proposed(band__in=["very-likely", "likely", "possible"])
    ways = {"rules": by_rules, "likeness": by_likeness, "together": by_rules | by_likeness}
    found = {name: shares(listed, true) for name, listed in ways.items()}
    only = {"rules": by_rules - by_likeness, "likeness": by_likeness - by_rules}
    for name, (recall, precision) in found.items():
        print(f"{name}: {len(ways[name])} listed, recall {recall:.4f}, precision {precision:.4f}")
        record_property(name, (recall, precision))
    for name, pairs in only.items():
        print(f"only by {name}: {len(pairs)}, true {len(pairs & set(true))}")
    for least, most in ((90, 100), (75, 89), (60, 74)):
        of_strength = proposed(score__gte=least, score__lte=most)
        print(f"rules {least} to {most}: {len(of_strength)} listed, {len(of_strength & set(true))} true")
    for band in ("very-likely", "likely", "possible", "rivalled"):
        print(f"{band}: {len(proposed(band=band))} listed, {len(proposed(band=band) & set(true))} true")
    assert found["together"][0] >= max(found["rules"][0], found["likeness"][0])
    assert found["likeness"][0] >= 0.93 and found["likeness"][1] >= 0.95
    assert found["rules"][0] >= 0.9
    assert PossibleDuplicate.objects.filter(score=0, band="").count() == 0
