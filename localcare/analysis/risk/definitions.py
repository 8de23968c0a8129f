"""What a risk model predicts, from which factors, and how it is judged: reviewed YAML, checked when read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from localcare.analysis.scores import cambridge, efi
from localcare.analysis.scores.definitions import definition as score_definition
from localcare.analysis.scores.definitions import read_yaml
from localcare.analysis.scores.windows import EARLIEST, months_before

FOLDER = Path(__file__).parents[2] / "definitions" / "risk"
LAYOUTS = {"cambridge": (cambridge.MASK, cambridge.layout), "efi": (efi.MASK, efi.layout)}


class RiskDefinitionError(ValueError):
    """A definition cannot be used; the message names the file, the place in it and the remedy."""


@dataclass(frozen=True)
class Factor:
    """One thing a model may use: where its value comes from, how it enters, and how it is said."""

    name: str
    title: str
    column: str
    words: Mapping[str, str]
    minus: str = ""
    divide_by: float = 1.0
    equals: str = ""
    known: tuple[str, ...] = ()
    bit: int = 0
    feed: str = ""
    needs_months: int | None = None
    may_be_missing: bool = False
    log: bool = False
    up_to: float | None = None
    bend_at: tuple[float, ...] = ()
    monotone: int = 0

    @property
    def is_flag(self) -> bool:
        """Whether it is either so or not so."""
        return "is" in self.words


@dataclass(frozen=True)
class Group:
    """One way to divide people, to see whether the model serves each part."""

    name: str
    title: str
    column: str
    bands: tuple[int, ...] = ()
    fifths: bool = False
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """One version of one question; `content` is the whole definition as reviewed."""

    name: str
    title: str
    version: str
    status: str
    question: str
    what: str
    index: str
    age_from: int
    content: Mapping[str, Any]
    factors: tuple[Factor, ...]
    groups: tuple[Group, ...]

    def end_of(self, index: date) -> date:
        """The last day on which the event counts for somebody with this index day."""
        horizon = self.content["horizon"]
        if "days" in horizon:
            return index + timedelta(days=horizon["days"])
        return months_before(index, -horizon["months"])

    def index_whose_end_is(self, day: date) -> date:
        """The latest index day whose follow-up is complete by the day."""
        horizon = self.content["horizon"]
        if "days" in horizon:
            return day - timedelta(days=horizon["days"])
        return months_before(day, horizon["months"])

    def first_index(self, last: date) -> date:
        """The day after which indexes are taken when `last` is their last day (the same day for a register)."""
        return months_before(last, self.content["index_months"]) if self.index == "discharges" else last

    @property
    def opted_out_are_left_out(self) -> bool:
        """Whether people with a national data opt-out are left out of training and judging."""
        return bool(self.content["opted_out_of_secondary_use"].startswith("left out"))


def outcomes() -> tuple[Outcome, ...]:
    """Every outcome that is shipped, in order of name."""
    return tuple(outcome(file.stem) for file in sorted(FOLDER.glob("*.yaml")))


@cache
def outcome(name: str) -> Outcome:
    """The named outcome; RiskDefinitionError when there is none or it is faulty."""
    file = FOLDER / f"{name}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("*.yaml")))
        raise RiskDefinitionError(f"There is no outcome {name!r}. Choose from {known}.")
    return load_outcome(file)


def load_outcome(file: Path) -> Outcome:
    """Read and check one outcome with the shared factors and groups."""
    content = _checked(file, "outcome.schema.json")
    shared = _checked(FOLDER / "common" / "factors.yaml", "common/factors.schema.json")
    groups = _checked(FOLDER / "common" / "groups.yaml", "common/groups.schema.json")
    content["review_by"] = str(content["review_by"])
    chosen = _chosen(file, content, [factor for item in shared["items"] for factor in _factors(item)])
    return Outcome(
        name=content["outcome"],
        title=content["title"],
        version=content["version"],
        status=content["status"],
        question=content["question"],
        what=content["what"],
        index=content["index"],
        age_from=content["age_from"],
        content=content,
        factors=tuple(chosen),
        groups=tuple(_group(item) for item in groups["groups"]),
    )


def _checked(file: Path, schema: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = read_yaml(file)
    except yaml.YAMLError as broken:
        raise RiskDefinitionError(f"{file}: not valid YAML ({broken}); mend the line it names") from broken
    validator = jsonschema.Draft202012Validator(read_yaml(FOLDER / schema))
    for problem in sorted(validator.iter_errors(content), key=lambda error: str(error.absolute_path)):
        place = "/".join(str(step) for step in problem.absolute_path) or "the file"
        raise RiskDefinitionError(f"{file}: at {place}: {problem.message[:300]}; see {schema}")
    return content


def _chosen(file: Path, content: Mapping[str, Any], known: list[Factor]) -> list[Factor]:
    names = [factor.name for factor in known]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise RiskDefinitionError(f"factors.yaml: the factor {repeated[0]} appears twice; keep one")
    wanted = names if content["factors"] == "all" else content["factors"]
    without = content.get("without", [])
    if strange := sorted({*wanted, *without} - set(names)):
        raise RiskDefinitionError(f"{file}: there is no factor {strange[0]}; correct the name")
    return [factor for factor in known if factor.name in wanted and factor.name not in without]


def _factors(item: Mapping[str, Any]) -> list[Factor]:
    monotone = {"up": 1, "down": -1}.get(item.get("monotone", ""), 0)
    if "each_item_of" in item:
        return _items(item, monotone)
    transform = item.get("transform", {})
    return [
        Factor(
            name=item["factor"],
            title=item["title"],
            column=item["column"],
            words=item["words"],
            minus=item.get("minus", ""),
            divide_by=item.get("divide_by", 1.0),
            equals=item.get("equals", ""),
            known=tuple(item.get("known", ())),
            feed=item.get("feed", ""),
            needs_months=item.get("needs_months"),
            may_be_missing=item.get("may_be_missing", False) or bool(item.get("known")),
            log=transform.get("log", False),
            up_to=transform.get("up_to"),
            bend_at=tuple(transform.get("bend_at", ())),
            monotone=monotone,
        )
    ]


def _items(item: Mapping[str, Any], monotone: int) -> list[Factor]:
    """One flag for each item of a score, with the score's own label."""
    score = item["each_item_of"]
    mask, layout = LAYOUTS[score]
    return [
        Factor(
            name=f"{score}_{each.name.replace('-', '_')}",
            title=each.label,
            column=mask,
            bit=layout().bits([each.name])[mask],
            words={key: said.replace("{label}", each.label) for key, said in item["words"].items()},
            feed=item.get("feed", ""),
            needs_months=item.get("needs_months"),
            monotone=monotone,
        )
        for each in score_definition(score).items
    ]


def _group(item: Mapping[str, Any]) -> Group:
    return Group(
        name=item["group"],
        title=item["title"],
        column=item["column"],
        bands=tuple(item.get("bands", ())),
        fifths=item.get("fifths", False),
        values={name: tuple(codes) for name, codes in item.get("values", {}).items()},
    )


def history_needed_from(factor: Factor, index: date) -> date:
    """The day from which the factor's feed must be complete for it to be right on the index day."""
    return EARLIEST if factor.needs_months is None else months_before(index, factor.needs_months)
