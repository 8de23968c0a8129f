"""The fast counts are those of the slow twin, flag by flag, over datasets with dirt of every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from localcare.analysis.dataset import LinkedDataset
from localcare.analysis.quality.codes_known import CodesKnown
from localcare.analysis.quality.counting import Counting, count
from localcare.analysis.quality.counts import Counts, total
from localcare.analysis.quality.flags import COUNTED
from localcare.analysis.quality.twin import twin_counts
from localcare.analysis.scores.packs import shipped_packs
from tests.quality.dirty import AS_OF, dirty_tables, write


def ordered(counts: Counts) -> Counts:
    events = {
        name: tuple(
            sorted(
                (replace(one, flags=dict(sorted(one.flags.items()))) for one in several),
                key=lambda one: (one.practice, one.feed, one.kind, one.month, one.rows),
            )
        )
        for name, several in counts.events.items()
    }
    return replace(counts, events=events)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_count_is_the_twins(seed: int, tmp_path: Path) -> None:
    tables, known = dirty_tables(seed), CodesKnown(shipped_packs())
    until = AS_OF + timedelta(days=7)
    with LinkedDataset.open(write(tables, tmp_path)) as dataset:
        fast = ordered(count(Counting(dataset, AS_OF, known, until)))
    slow = ordered(twin_counts(tables, AS_OF, known, until))
    assert fast.people == slow.people
    for name in slow.events:
        assert fast.events[name] == slow.events[name], name
    assert fast == slow
    seen = {(name, flag) for name in slow.events for flag in COUNTED[name] if total(slow.events[name], flag)}
    unseen = {(name, flag) for name in slow.events for flag in COUNTED[name]} - seen
    allowed = {("procedures", "malformed"), ("attendances", "reversed"), ("contacts", "reversed")}
    assert unseen <= allowed, "the dirt must hold every fault, or the comparison shows nothing"
    assert [flag for flag in COUNTED["persons"] if not sum(one.flags[flag] for one in slow.people)] == []
