"""One engine for every indicator, over a lived or simulated journal and a linked dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.measures.definitions import Indicator, NotYet

Period = Literal["day", "week", "month", "quarter", "all"]
COLUMNS = ("indicator", "period_start", "numerator", "denominator", "value")  # breakdowns after period_start


@dataclass(frozen=True)
class MeasureSource:
    """What indicators are read off: a journal folder, a linked dataset's folder, or both."""

    journal: JournalFolder | None = None
    dataset: Path | None = None


def measure(
    indicator: Indicator,
    source: MeasureSource,
    *,
    since: date,
    until: date,
    by: Sequence[str] = (),
    period: Period = "month",
) -> Any:
    """The indicator from the day `since` to before the day `until`, as a pyarrow Table.

    Columns: indicator, period_start (date), one per breakdown (string, "" where not known), numerator (int64),
    denominator (int64) and value (float64: per cent of a share, people of a census and so on; null without a
    denominator). Only rows with something to count; nothing is suppressed here. Raises NotYet, LookupError.
    """
    raise NotYet(indicator.not_yet)


def breaches(indicator: Indicator, source: MeasureSource, *, since: date, until: date) -> Any:
    """The things that the indicator counts and that missed it, one row each, as a pyarrow Table."""
    raise NotYet(indicator.not_yet)
