"""What findings would do to the lists: the lists are made again without the suspect rows, for the people concerned only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.dataset.schema import table as schema_of
from localcare.analysis.quality.asking import kept, rows_of
from localcare.analysis.quality.counting import Counting
from localcare.analysis.quality.findings import Effect, Finding
from localcare.analysis.quality.rules import Rule, Rules, Severity
from localcare.analysis.scores.packs import Packs

Lists = Callable[[LinkedDataset], Any]  # person_id and on_list (boolean) of everyone registered
Progress = Callable[[str, int, int], None]
BY_THE_SCORES = (
    "people of 65 and over with moderate or severe frailty, or of 75 and over at high hospital frailty risk"
)
BY_THE_LIST = "people on the list"
MOST_MADE_AGAIN = 8  # of the gravest findings; for the others a bound is given


class Part(LinkedDataset):
    """Some people of a dataset, without some rows: what is asked of a whole dataset can be asked of it."""

    def __init__(self, whole: LinkedDataset, people: Any, without: Mapping[str, Any] | None = None) -> None:
        self.path, self.backend, self.files, self.views = whole.path, whole.backend, whole.files, whole.views
        self.whole, self.people, self.without = whole, people, dict(without or {})

    def table(self, name: str) -> Any:
        """The rows of the people, without those taken out (given by their keys)."""
        rows = self.whole.table(name).semi_join(self.people, "person_id")
        if name not in self.without:
            return rows
        key = schema_of(name).key
        return rows.anti_join(self.without[name], key)


def frail_people(as_of: date, packs: Packs) -> Lists:
    """The list where no place's own rules are at hand: whom the scores call frail."""
    from localcare.analysis.scores import score

    def lists(dataset: LinkedDataset) -> Any:
        scored = score(dataset, as_of=as_of, scores=("efi", "hfrs"), packs=packs)
        by_record = (scored.age >= 65) & scored.efi_category.isin(["moderate", "severe"])
        by_stays = (scored.age >= 75) & (scored.hfrs_band == "high")
        return scored.select("person_id", on_list=by_record | by_stays)

    return lists


def with_effects(
    findings: list[Finding],
    counting: Counting,
    rules: Rules,
    lists: Lists,
    *,
    who: str,
    progress: Progress | None = None,
) -> list[Finding]:
    """The findings, each with what it would do; the list is made again for the gravest that ask for it."""
    made = 0
    found: list[Finding] = []
    for step, one in enumerate(findings):
        rule = rules.rule(one.rule)
        asks = (
            rule.effect_number in ("without-rows", "without-feed") and one.severity.rank >= Severity.WARN.rank
        )
        if asks and made < MOST_MADE_AGAIN:
            if progress:
                progress("Making the list again without what is suspect", step, len(findings))
            made += 1
            effect = _made_again(one, rule, counting, lists, who)
        else:
            effect = _bounded(one, rule)
        found.append(replace(one, effect=effect))
    return found


def _bounded(one: Finding, rule: Rule) -> Effect:
    """Without making the list again: people as counted, or as many at most as there are rows."""
    if rule.effect_number == "unseen":
        return Effect("counted", people=one.part)
    if rule.effect_number == "none":
        return Effect("nobody's place changes", people=0)
    if rule.check == "changed":
        return Effect("everyone registered with the practice, at most", at_most=one.part)
    if rule.check in ("silent", "months-missing"):
        return Effect("not worked out: too many graver findings, or a note only")
    return Effect("one row can touch one person", at_most=one.part)


def _made_again(one: Finding, rule: Rule, counting: Counting, lists: Lists, who: str) -> Effect:
    people, without = _suspect(one, rule, counting)
    before = lists(Part(counting.dataset, people)).rename(listed_person_id="person_id", listed="on_list")
    after = lists(Part(counting.dataset, people, without))
    both = before.join(after, before.listed_person_id == after.person_id, how="left")
    both = both.mutate(stays=both.on_list.fill_null(False))
    (row,) = rows_of(
        both.aggregate(
            people=both.count().cast("int64"),
            would_leave=(both.listed & ~both.stays).cast("int64").sum().cast("int64"),
            would_join=(~both.listed & both.stays).cast("int64").sum().cast("int64"),
        )
    )
    return Effect(
        f"made again for the people concerned: {who}", people=int(row["people"] or 0),
        would_leave=int(row["would_leave"] or 0), would_join=int(row["would_join"] or 0),
    )  # fmt: skip


def _suspect(one: Finding, rule: Rule, counting: Counting) -> tuple[Any, dict[str, Any]]:
    """The people concerned, and the keys of the rows to take out by table."""
    key = schema_of(one.table).key
    if rule.effect_number == "without-rows":
        rows = counting.rows(one.table)
        bad = _of_group(rows.filter(rows[rule.flag]), one)
    else:
        bad = _of_group(counting.rows(one.table), one)
    if one.kind == "practice" and rule.effect_number == "without-feed":
        registered = counting.people
        people = registered.filter(registered.practice_code == one.code).select("person_id")
    else:
        people = bad.select("person_id").distinct()
    without = {one.table: bad.select(key).distinct()}
    if one.table == "stays":
        without["diagnoses"] = _diagnoses_of(counting, bad)
    return kept(people), without


def _diagnoses_of(counting: Counting, stays: Any) -> Any:
    diagnoses = counting.dataset.table("diagnoses")
    return (
        diagnoses.semi_join(stays.select("stay_id").distinct(), "stay_id").select("diagnosis_id").distinct()
    )


def _of_group(rows: Any, one: Finding) -> Any:
    if one.kind == "practice":
        return rows.filter(rows.practice == one.code)
    return rows.filter(rows.feed == one.code) if one.kind == "feed" else rows
