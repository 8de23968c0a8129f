"""The breach lists of a run: what the engine says was missed, with the person and the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from localcare.analysis.measures.definitions import Indicator, NotYet
from localcare.analysis.measures.engine import MeasureSource, breaches
from localcare.system.insight.models import Breach

KEPT_DAYS = 365


def breaches_found(
    indicators: Mapping[str, Indicator], source: MeasureSource, *, until: date
) -> Iterator[Breach]:
    """Every breach of the last 12 months of each indicator that has a list."""
    for code, indicator in indicators.items():
        if indicator.kind != "share" or indicator.direction != "high" or indicator.reads != "journal":
            continue
        try:
            found = breaches(indicator, source, since=until - timedelta(days=KEPT_DAYS), until=until)
        except NotYet:
            continue
        for row in found.to_pylist():
            yield Breach(indicator=code, **row)
