"""Which people and which events of a table to hide, so that no number from 1 to 4 can be worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from localcare.analysis.disclosure import SMALLEST, Sum, hidden_cells

Numbers = Mapping[str, tuple[int, int]]


def hidden_labels(numbers: Numbers, totals: Numbers, sums: Sequence[Sum[str]]) -> tuple[set[str], set[str]]:
    """The labels whose people, and those whose events, to hide.

    `numbers` and `totals` are people and events by label; `sums` say which total holds which labels, and totals are
    told whatever happens. Few people without the event are as telling as few with it, so they hide the events too. A
    label whose people are hidden hides its events.
    """
    every = {**numbers, **totals}

    def hidden(values: Mapping[str, int]) -> set[str]:
        return hidden_cells(values, sums, known=set(totals), smallest=SMALLEST) & set(numbers)

    people = hidden({label: count for label, (count, _) in every.items()})
    events = hidden({label: count for label, (_, count) in every.items()})
    others = hidden({label: count - came for label, (count, came) in every.items()})
    return people, people | events | others
