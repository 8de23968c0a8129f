"""When many things are due, by the one rule of working time, for whole columns of starts at once.

Where a span is plain elapsed time the rule is asked once for each setting in force; elsewhere once for each start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

import numpy as np

from localcare.analysis.journal.clocks import Rulebook
from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.pathways.model import Span
from localcare.analysis.pathways.working_time import instant, local_day

_NAMES = count(1)


@dataclass(frozen=True)
class Rule:
    """A span from a moment on, or back from it, in working hours."""

    span: Span
    hours: str
    counts_back: bool = False


@dataclass
class Dues:
    """The rules that a set of definitions names, by number."""

    rulebook: Rulebook
    numbers: dict[Rule, int] = field(default_factory=dict)

    def number(self, span: Span, hours: str, *, counts_back: bool = False) -> int:
        """The number of a rule."""
        return self.numbers.setdefault(Rule(span, hours, counts_back), len(self.numbers) + 1)

    def table(self, backend: Any, pairs: Any) -> Any:
        """Columns rule, start and due for the distinct rows (rule, start) of the expression."""
        asked = pairs.filter(pairs.rule.notnull(), pairs.start.notnull()).distinct().to_pyarrow()
        rules, starts = _numbers(asked["rule"]), _numbers(asked["start"].cast(pa.timestamp("us")))
        due = np.zeros_like(starts)
        for rule, number in self.numbers.items():
            mine = rules == number
            if mine.any():
                due[mine] = self._of_rule(rule, starts[mine])
        columns = {"rule": pa.array(rules), "start": _times(starts), "due": _times(due)}
        name = f"dues_{next(_NAMES)}"
        backend.con.register(name, pa.table(columns))
        return backend.table(name)

    def _of_rule(self, rule: Rule, starts: Any) -> Any:
        due = np.empty_like(starts)
        pieces = self._pieces(rule.span, _instant(starts.min()), _instant(starts.max()))
        which = np.searchsorted(np.array([begins for begins, _ in pieces[1:]]), starts, side="right")
        for piece, (_, span) in enumerate(pieces):
            mine = which == piece
            if mine.any():
                due[mine] = self._of_span(rule, span, starts[mine])
        return due

    def _of_span(self, rule: Rule, span: Span, starts: Any) -> Any:
        hours = self.rulebook.hours(rule.hours)
        if span.unit in ("m", "h") and (hours is None or hours.is_always):
            return starts + (self._ask(rule, starts[0]) - starts[0])
        distinct, place = np.unique(starts, return_inverse=True)
        return np.array([self._ask(rule, start) for start in distinct])[place]

    def _ask(self, rule: Rule, start: Any) -> int:
        ask = self.rulebook.before if rule.counts_back else self.rulebook.due
        return _microseconds(ask(_instant(start), rule.span, rule.hours))

    def _pieces(self, span: Span, first: datetime, last: datetime) -> list[tuple[int, Span]]:
        """From which instant on (microseconds) the span means what, over the days from first to last."""
        day, found = local_day(first), list[tuple[int, Span]]()
        while day <= local_day(last):
            meant = self.rulebook.span_on(span, day) if span.setting else span
            if not found or found[-1][1] != meant:
                found.append((_microseconds(_midnight(day)), meant))
            day += timedelta(days=1)
        return found


def _numbers(column: Any) -> Any:
    return column.cast(pa.int64()).to_numpy(zero_copy_only=False)


def _times(microseconds: Any) -> Any:
    return pa.array(microseconds).cast(pa.timestamp("us"))


def _midnight(day: date) -> datetime:
    return instant(datetime.combine(day, time()))


def _instant(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(microseconds))


def _microseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
