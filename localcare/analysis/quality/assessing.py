"""Assess a dataset: count, judge, say what each finding would do, and whether a run may go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.quality.codes_known import CodesKnown
from localcare.analysis.quality.counting import Counting, count
from localcare.analysis.quality.counts import Counts
from localcare.analysis.quality.effects import BY_THE_LIST, BY_THE_SCORES, Lists, frail_people, with_effects
from localcare.analysis.quality.findings import Accepted, accept, findings_of
from localcare.analysis.quality.report import Report
from localcare.analysis.quality.rules import Rules, shipped_rules
from localcare.analysis.quality.verdict import verdict_of
from localcare.analysis.scores.packs import Packs, shipped_packs

Progress = Callable[[str, int, int], None]
Key = tuple[str, str, str, str]


def assess(
    dataset: LinkedDataset | Path | str,
    *,
    as_of: date,
    rules: Rules | None = None,
    packs: Packs | None = None,
    lists: Lists | None = None,
    accepted: Mapping[Key, Accepted] | None = None,
    also_known: Callable[[Counts], Counts] | None = None,
    until: date | None = None,
    progress: Progress | None = None,
    temp_directory: Path | None = None,
) -> Report:
    """What the rules say of a linked dataset as of a day, gravest first, and what each finding would do to the lists.

    `lists` makes the place's own list from a dataset (person_id, on_list); without it the effect is told by who the
    scores call frail. `accepted` gives, by `Finding.key`, what somebody has accepted and in what words. `also_known`
    may add to the counts what the caller knows from elsewhere. `until` is the day on which the data were taken, where it
    is after `as_of`: days up to it are not in the future. Raises DatasetError, RulesError and PackError.
    """
    if not isinstance(dataset, LinkedDataset):
        with LinkedDataset.open(dataset, temp_directory=temp_directory, allow_missing=True) as opened:
            return assess(opened, as_of=as_of, rules=rules, packs=packs, lists=lists, accepted=accepted,
                          also_known=also_known, until=until, progress=progress)  # fmt: skip
    began = time.perf_counter()
    in_force, installed = rules or shipped_rules(), packs or shipped_packs()
    counting = Counting(dataset, as_of, CodesKnown(installed), until)
    counts = count(counting, progress, least=min(rule.smallest_place for rule in in_force.rules))
    if also_known:
        counts = also_known(counts)
    findings, not_measured = findings_of(counts, in_force.rules)
    who = BY_THE_LIST if lists else BY_THE_SCORES
    findings = with_effects(
        accept(findings, accepted or {}), counting, in_force, lists or frail_people(as_of, installed), who=who,
        progress=progress,
    )  # fmt: skip
    return Report(
        as_of=as_of,
        verdict=verdict_of(findings, counts, in_force),
        findings=tuple(findings),
        not_measured=tuple(not_measured),
        registered=counts.registered,
        rules=in_force,
        counts=counts,
        seconds=time.perf_counter() - began,
    )
