"""What findings would do to the lists: the lists are made again without the suspect rows, for the people concerned only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
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
BY_THE_SCORES = "people scored as frail"
BY_THE_LIST = "people on the list"
FEW = 50_000  # people whose rows fit in memory, as they are recorded
MOST_MADE_AGAIN = 8  # of the gravest findings; for the others a bound is given


class Part(LinkedDataset):
    """Some people of a dataset, without some rows: what is asked of a whole dataset can be asked of it.

    The rows of few people are looked up once and kept, because the lists are made twice, from many looks at each table.
    """

    def __init__(self, whole: LinkedDataset, people: Any) -> None:
        self.path, self.backend, self.files, self.views = whole.path, whole.backend, whole.files, whole.views
        self.whole, self.people = whole, people
        self.rows: dict[str, Any] = {}
        self.taken_out: Mapping[str, Any] = {}
        (found,) = rows_of(people.aggregate(people=people.count().cast("int64")))
        self.few = found["people"] <= FEW

    def table(self, name: str) -> Any:
        """The rows of the people, without those taken out (given by their keys)."""
        if name not in self.rows:
            rows = self.whole.table(name).semi_join(self.people, "person_id")
            self.rows[name] = kept(rows) if self.few and self.files[name] else rows
        if name not in self.taken_out:
            return self.rows[name]
        return self.rows[name].anti_join(self.taken_out[name], schema_of(name).key)

    def without(self, taken_out: Mapping[str, Any]) -> Part:
        """The same people without these rows."""
        part = copy(self)
        part.taken_out = {name: kept(keys) if self.few else keys for name, keys in taken_out.items()}
        return part


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
    """The findings, each with what it would do; the list is made again for those of the gravest that ask for it.

    Practices share nobody, so that all of them are answered by making the list again once.
    """
    asking = [one for one in findings if _asks(one, rules)]
    practices = sorted({one.code for one in asking if one.kind == "practice" and _is_of_feed(one, rules)})
    by_practice = _practices_made_again(practices, counting, lists, who) if practices else {}
    others = list(dict.fromkeys(_subject(one, rules) for one in asking if not _in(one, by_practice, rules)))
    made: dict[tuple[str, ...], Effect] = {}
    for step, subject in enumerate(others[:MOST_MADE_AGAIN]):
        if progress:
            progress("Making the list again without what is suspect", step, len(others[:MOST_MADE_AGAIN]))
        one = next(one for one in asking if _subject(one, rules) == subject)
        made[subject] = _made_again(one, rules.rule(one.rule), counting, lists, who)
    return [
        replace(
            one,
            effect=by_practice[one.code]
            if _asks(one, rules) and _in(one, by_practice, rules)
            else made.get(
                _subject(one, rules) if _asks(one, rules) else (), _bounded(one, rules.rule(one.rule))
            ),
        )
        for one in findings
    ]


def _asks(one: Finding, rules: Rules) -> bool:
    asks = rules.rule(one.rule).effect_number in ("without-rows", "without-feed")
    return asks and one.severity.rank >= Severity.WARN.rank


def _is_of_feed(one: Finding, rules: Rules) -> bool:
    return rules.rule(one.rule).effect_number == "without-feed"


def _in(one: Finding, by_practice: Mapping[str, Effect], rules: Rules) -> bool:
    return one.kind == "practice" and _is_of_feed(one, rules) and one.code in by_practice


def _subject(one: Finding, rules: Rules) -> tuple[str, ...]:
    """What would be taken out: findings of several rules about one feed ask for the same."""
    rule = rules.rule(one.rule)
    return (one.kind, one.table, one.code, rule.flag if rule.effect_number == "without-rows" else "")


def _practices_made_again(
    practices: list[str], counting: Counting, lists: Lists, who: str
) -> dict[str, Effect]:
    """What would become of the list without any coded fact of these practices, for each of them."""
    known = counting.people
    people = kept(known.filter(known.practice_code.isin(practices)).select("person_id", "practice_code"))
    part = Part(counting.dataset, people.select("person_id"))
    both = _before_and_after(part, {"facts": part.table("facts").select("fact_id")}, lists)
    at = people.select(at_person_id="person_id", at="practice_code")
    both = both.join(at, both.listed_person_id == at.at_person_id)
    rows = rows_of(both.group_by("at").aggregate(**_changes_of(both)))
    found = {row["at"]: _effect(row, who) for row in rows}
    return {code: found.get(code, Effect("nobody is registered there", people=0)) for code in practices}


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
    both = _before_and_after(Part(counting.dataset, people), without, lists)
    (row,) = rows_of(both.aggregate(**_changes_of(both)))
    return _effect(row, who)


def _before_and_after(part: Part, without: Mapping[str, Any], lists: Lists) -> Any:
    """Whether each of the part's people is on the list (listed), and would be without these rows (stays)."""
    before = lists(part).rename(listed_person_id="person_id", listed="on_list")
    after = lists(part.without(without))
    both = before.join(after, before.listed_person_id == after.person_id, how="left")
    return both.mutate(stays=both.on_list.fill_null(False))


def _changes_of(both: Any) -> dict[str, Any]:
    return {
        "people": both.count().cast("int64"),
        "would_leave": (both.listed & ~both.stays).cast("int64").sum().cast("int64"),
        "would_join": (~both.listed & both.stays).cast("int64").sum().cast("int64"),
    }


def _effect(row: Mapping[str, Any], who: str) -> Effect:
    return Effect(
        f"made again for the people concerned: {who}",
        people=int(row["people"] or 0),
        would_leave=int(row["would_leave"] or 0),
        would_join=int(row["would_join"] or 0),
    )


def _suspect(one: Finding, rule: Rule, counting: Counting) -> tuple[Any, dict[str, Any]]:
    """The people concerned, and the keys of the rows to take out by table."""
    key = schema_of(one.table).key
    if rule.effect_number == "without-rows":
        rows = counting.rows(one.table)
        bad = _of_group(rows.filter(rows[rule.flag]), one)
    else:
        bad = _of_group(counting.rows(one.table), one)
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
