"""Due times of whole columns are those of the one rule, for every kind of span and hours, over years."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from localcare.analysis.dataset.engine import connect
from localcare.analysis.journal.dues import Dues
from localcare.analysis.journal.rulebook import shipped_rulebook
from localcare.analysis.pathways.model import Span

SPANS = (
    *(Span(15, "m"), Span(2, "h"), Span(26, "h"), Span(1, "d"), Span(2, "w")),
    *(Span(setting=code) for code in ("rapid-response-package", "ucr-two-hour", "care-package")),
)
HOURS = ("", "always", "every-day-8-to-20", "nights-20-to-8", "weekdays-9-to-17")


@pytest.mark.parametrize("hours", HOURS)
def test_a_column_is_due_when_each_is(hours):
    chance, rules = random.Random(hours), shipped_rulebook()
    first = datetime(
        2017, 10, 20, tzinfo=UTC
    )  # a setting changes in December, the clock in October and March
    starts = [
        first + timedelta(seconds=chance.randrange(200 * 86400), microseconds=chance.randrange(10))
        for _ in range(150)
    ]
    dues, backend = Dues(rules), connect(threads=1)
    kinds = [(span, back) for span in SPANS for back in (False, True)]
    rows = [(dues.number(span, hours, counts_back=back), start) for span, back in kinds for start in starts]
    plain = pa.array([start.replace(tzinfo=None) for _, start in rows], pa.timestamp("us"))
    backend.con.register("asked", pa.table({"rule": [number for number, _ in rows], "start": plain}))
    found = dues.table(backend, backend.table("asked")).to_pyarrow().to_pylist()
    told = {(row["rule"], row["start"]): row["due"] for row in found}
    for span, back in kinds:
        number, ask = dues.number(span, hours, counts_back=back), rules.before if back else rules.due
        for start in starts:
            due = ask(start, span, hours).replace(tzinfo=None)
            assert told[number, start.replace(tzinfo=None)] == due, (span, hours, back, start)
