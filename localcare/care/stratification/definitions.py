"""The reviewed definitions of segments, tiers, cohorts and the list, checked and ready to use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from localcare.analysis.scores.definitions import definition as score_definition
from localcare.care.stratification.conditions import Condition, condition
from localcare.care.stratification.packs import installed_packs
from localcare.kernel.definitions import DEFINITIONS, load

FOLDER = DEFINITIONS / "cohorts"
SCHEMA = FOLDER / "cohorts.schema.json"
Named = TypeVar("Named")
FILES = ("measures", "segments", "tiers", "cohorts", "list")


@dataclass(frozen=True)
class Segment:
    """One segment; `bit` is its place among the flags."""

    code: str
    title: str
    sentence: str
    proxy: str
    when: Condition
    bit: int


@dataclass(frozen=True)
class Tier:
    """One tier of acuity."""

    tier: int
    title: str
    sentence: str
    when: Condition


@dataclass(frozen=True)
class Cohort:
    """One cohort; `bit` is its place in the mask."""

    code: str
    title: str
    sentence: str
    source: str
    status: str
    puts_on_list: bool
    points: int
    when: Condition
    bit: int


@dataclass(frozen=True)
class Flag:
    """A condition that any of several items of scores shows."""

    name: str
    label: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Measure:
    """How a column is called and put in words."""

    name: str
    label: str
    says: str
    one: str = ""
    scale: int = 1


@dataclass(frozen=True)
class PointRule:
    """Points for the order of the list when the condition holds."""

    name: str
    says: str
    points: int
    when: Condition


@dataclass(frozen=True)
class CountRule:
    """Points for each of a count, up to a limit of points."""

    column: str
    points_each: int
    at_most: int


@dataclass(frozen=True)
class Definitions:
    """Everything that decides who is where, with one version made from the content."""

    version: str
    segments: tuple[Segment, ...]
    tiers: tuple[Tier, ...]
    cohorts: tuple[Cohort, ...]
    flags: tuple[Flag, ...]
    measures: Mapping[str, Measure]
    codes: Mapping[str, Any]
    points: tuple[PointRule, ...]
    counts: tuple[CountRule, ...]
    caution: str
    material_rises: tuple[str, ...]
    material_cohorts: bool
    shown_changes: tuple[str, ...]
    not_now_reasons: Mapping[str, str]
    decision_periods_days: tuple[int, ...]
    headings: tuple[Mapping[str, Any], ...]

    def segment(self, code: str) -> Segment:
        """The named segment; KeyError when there is none."""
        return _named(self.segments, "code", code)

    def tier(self, number: int) -> Tier:
        """The tier of that number; KeyError when there is none."""
        return _named(self.tiers, "tier", number)

    def cohort(self, code: str) -> Cohort:
        """The named cohort; KeyError when there is none."""
        return _named(self.cohorts, "code", code)

    def cohorts_in(self, mask: int) -> tuple[Cohort, ...]:
        """The cohorts whose bits are set."""
        return tuple(cohort for cohort in self.cohorts if mask & cohort.bit)

    def segments_in(self, mask: int) -> tuple[Segment, ...]:
        """The segments whose bits are set."""
        return tuple(segment for segment in self.segments if mask & segment.bit)

    @property
    def list_mask(self) -> int:
        """The bits of the cohorts that put a person on the list."""
        return sum(cohort.bit for cohort in self.cohorts if cohort.puts_on_list)


def _named(items: Iterable[Named], attribute: str, value: object) -> Named:
    for item in items:
        if getattr(item, attribute) == value:
            return item
    raise KeyError(value)


@cache
def definitions() -> Definitions:
    """The project's own definitions, read once."""
    return load_definitions(FOLDER)


def load_definitions(folder: Path) -> Definitions:
    """Read and check a folder of definitions; DefinitionError or ValueError names the fault and the remedy."""
    contents = {name: load(folder / f"{name}.yaml", SCHEMA) for name in FILES}
    built = _build(contents, _version(folder))
    _check_columns(built)
    _check_ends(built)
    return built


def _version(folder: Path) -> str:
    digest = sha256()
    for name in FILES:
        digest.update((folder / f"{name}.yaml").read_bytes())
    for name in ("hfrs", "charlson", "efi", "cambridge", "acsc", "activity", "polypharmacy"):
        digest.update(f"{name} {score_definition(name).version}".encode())
    for pack in installed_packs().packs:
        digest.update(f"{pack.name} {pack.checksum}".encode())
    return digest.hexdigest()[:12]


def _build(contents: Mapping[str, Mapping[str, Any]], version: str) -> Definitions:
    measures, rules = contents["measures"], contents["list"]
    return Definitions(
        version=version,
        segments=tuple(
            Segment(**{**content, "when": condition(content["when"])}, bit=1 << place)
            for place, content in enumerate(contents["segments"]["segments"])
        ),
        tiers=tuple(
            Tier(**{**content, "when": condition(content["when"])}) for content in contents["tiers"]["tiers"]
        ),
        cohorts=tuple(
            Cohort(**{**content, "when": condition(content["when"])}, bit=1 << place)
            for place, content in enumerate(contents["cohorts"]["cohorts"])
        ),
        flags=tuple(_flag(content) for content in measures["flags"]),
        measures={content["name"]: Measure(**content) for content in measures["measures"]},
        codes=measures["codes"],
        points=tuple(
            PointRule(**{**content, "when": condition(content["when"])}) for content in rules["points"]
        ),
        counts=tuple(CountRule(**content) for content in rules["counts"]),
        caution=rules["caution"],
        material_rises=tuple(rules["material_rises"]),
        material_cohorts=rules["material_cohorts"],
        shown_changes=tuple(rules["shown_changes"]),
        not_now_reasons={reason["code"]: reason["label"] for reason in rules["not_now_reasons"]},
        decision_periods_days=tuple(rules["decision_periods_days"]),
        headings=tuple({"file": name, **_heading(content)} for name, content in contents.items()),
    )


def _heading(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: content[key] for key in ("title", "version", "owner", "source", "review_by", "status")}


def _flag(content: Mapping[str, Any]) -> Flag:
    items = tuple((score, item) for score, item in (name.split(".", 1) for name in content["any_of"]))
    for score, item in items:
        if item not in {known.name for known in score_definition(score).items}:
            raise ValueError(
                f"measures.yaml: flag {content['name']}: {score} has no item {item}; correct the name"
            )
    return Flag(content["name"], content["label"], items)


def _check_columns(built: Definitions) -> None:
    known = set(built.measures) | {flag.name for flag in built.flags}
    asked: list[tuple[str, Iterable[str]]] = []
    asked += [(segment.code, segment.when.columns()) for segment in built.segments]
    asked += [(f"tier {tier.tier}", tier.when.columns()) for tier in built.tiers]
    asked += [(cohort.code, cohort.when.columns()) for cohort in built.cohorts]
    asked += [(rule.name, rule.when.columns()) for rule in built.points]
    asked += [("the counts of list.yaml", (count.column for count in built.counts))]
    for name, columns in asked:
        if missing := sorted(set(columns) - known):
            raise ValueError(f"{name}: no measure or flag is called {missing[0]}; add it to measures.yaml")


def _check_ends(built: Definitions) -> None:
    for kind, last in (("segments", built.segments[-1].when), ("tiers", built.tiers[-1].when)):
        if last != condition({"column": "age", "at_least": 0}):
            raise ValueError(f"{kind}.yaml: the last must take everyone; give it column age at_least 0")
    for kind, names in (
        ("segments", [segment.code for segment in built.segments]),
        ("cohorts", [cohort.code for cohort in built.cohorts]),
    ):
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{kind}.yaml: {repeated[0]} appears twice; keep one")
