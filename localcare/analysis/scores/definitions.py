"""Score definitions: reviewed YAML files with weights, code maps, windows, bands, source and status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from localcare.analysis.scores.codes import expand_codes

DEFINITIONS = Path(__file__).parents[2] / "definitions" / "scores"
SCHEMA_FILE = DEFINITIONS / "score.schema.json"


class DefinitionError(ValueError):
    """A definition cannot be used; the message names the file, the place in it and the remedy."""


@dataclass(frozen=True)
class ValueRule:
    """A measured value that stands for a code: strictly above or below a limit, or at it when `inclusive`."""

    code_list: str
    units: tuple[str, ...]
    above: float | None = None
    below: float | None = None
    inclusive: bool = False
    sex: str = ""

    def holds(self, value: float | None, unit: str | None) -> bool:
        """Whether a measured value in its unit meets the rule; an unlisted unit never does."""
        if value is None or (unit or "") not in self.units:
            return False
        beyond = (self.above is not None and value > self.above) or (
            self.below is not None and value < self.below
        )
        return beyond or (self.inclusive and value in (self.above, self.below))


@dataclass(frozen=True)
class Item:
    """One thing a score counts: its weight as an integer in the score's scale, and the codes that show it."""

    name: str
    label: str
    weight: int = 1
    weights: Mapping[str, int] = field(default_factory=dict)
    prefixes: tuple[str, ...] = ()
    needs_secondary: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    code_list: str = ""
    look_back_months: int | None = None
    value_rules: tuple[ValueRule, ...] = ()
    status: str = ""


@dataclass(frozen=True)
class Band:
    """A named band up to and including a value; the last has no upper end."""

    name: str
    up_to: int | None


@dataclass(frozen=True)
class Definition:
    """One version of one score, as reviewed; weights and band limits are integers in units of 1/scale."""

    score: str
    title: str
    version: str
    status: str
    status_note: str
    source: str
    intended_use: str
    cannot_see: str
    owner: str
    review_by: date
    rule: str
    scale: int
    age_from: int | None
    look_back_months: int | None
    items: tuple[Item, ...]
    bands: tuple[Band, ...]
    hierarchies: tuple[tuple[str, str], ...]
    weight_sets: tuple[str, ...]
    parameters: Mapping[str, Any]

    def band_of(self, value: int) -> str:
        """The name of the band a value lies in."""
        return next(band.name for band in self.bands if band.up_to is None or value <= band.up_to)

    def applies_to(self, age: int) -> bool:
        """Whether the published score covers this age."""
        return self.age_from is None or age >= self.age_from

    def item(self, name: str) -> Item:
        """The named item; KeyError when there is none."""
        for candidate in self.items:
            if candidate.name == name:
                return candidate
        raise KeyError(f"{self.score} has no item {name!r}")


def read_yaml(file: Path) -> Any:
    """The content of a YAML or JSON file, by the C parser where PyYAML has it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506


@cache
def definition(score: str) -> Definition:
    """The project's own definition of a score, read once."""
    return load_definition(DEFINITIONS / f"{score}.yaml")


def load_definition(file: Path) -> Definition:
    """Read and check one definition.

    Raises DefinitionError that names the file, the place and the remedy.
    """
    try:
        content = read_yaml(file)
    except FileNotFoundError as missing:
        raise DefinitionError(f"{file}: there is no such definition; restore it or name another") from missing
    except yaml.YAMLError as broken:
        raise DefinitionError(f"{file}: not valid YAML ({broken}); mend the line it names") from broken
    _check_shape(file, content)
    try:
        result = _build(content)
        _check_meaning(result)
    except ValueError as wrong:
        raise DefinitionError(f"{file}: {wrong}") from wrong
    return result


@cache
def _schema() -> Any:
    return jsonschema.Draft202012Validator(read_yaml(SCHEMA_FILE))


def _check_shape(file: Path, content: Any) -> None:
    for problem in sorted(
        _schema().iter_errors(content), key=lambda error: list(map(str, error.absolute_path))
    ):
        place = "/".join(str(step) for step in problem.absolute_path) or "the file"
        raise DefinitionError(
            f"{file}: at {place}: {problem.message}; see {SCHEMA_FILE.name} for what is expected"
        )


def _build(content: Mapping[str, Any]) -> Definition:
    scale = int(content.get("scale", 1))
    return Definition(
        score=content["score"],
        title=content["title"],
        version=content["version"],
        status=content["status"],
        status_note=content.get("status_note", ""),
        source=content["source"],
        intended_use=content["intended_use"],
        cannot_see=content["cannot_see"],
        owner=content["owner"],
        review_by=content["review_by"],
        rule=content["rule"],
        scale=scale,
        age_from=content.get("applies_to", {}).get("age_from"),
        look_back_months=content.get("look_back", {}).get("months"),
        items=tuple(_item(item, scale) for item in content.get("items", ())),
        bands=tuple(
            Band(band["name"], _scaled(band["up_to"], scale) if "up_to" in band else None)
            for band in content.get("bands", ())
        ),
        hierarchies=tuple((pair["severe"], pair["mild"]) for pair in content.get("hierarchies", ())),
        weight_sets=tuple(content.get("weight_sets", ())),
        parameters=content.get("parameters", {}),
    )


def _item(content: Mapping[str, Any], scale: int) -> Item:
    return Item(
        name=content["name"],
        label=content["label"],
        weight=_scaled(content.get("weight", 1), scale),
        weights={name: _scaled(weight, scale) for name, weight in content.get("weights", {}).items()},
        prefixes=tuple(expand_codes(content.get("codes", ()))),
        needs_secondary=tuple(
            (tuple(expand_codes(rule["codes"])), tuple(expand_codes(rule["secondary"])))
            for rule in content.get("only_with_secondary", ())
        ),
        code_list=content.get("code_list", ""),
        look_back_months=content.get("look_back_months"),
        value_rules=tuple(_value_rule(rule) for rule in content.get("value_rules", ())),
        status=content.get("status", ""),
    )


def _value_rule(content: Mapping[str, Any]) -> ValueRule:
    return ValueRule(
        code_list=content["code_list"],
        units=tuple(content["units"]),
        above=content.get("above"),
        below=content.get("below"),
        inclusive=content.get("inclusive", False),
        sex=content.get("sex", ""),
    )


def _scaled(value: float, scale: int) -> int:
    exact = Decimal(str(value)) * scale
    if exact != int(exact):
        raise ValueError(f"{value} is finer than 1/{scale}; give fewer decimals or a larger scale")
    return int(exact)


def _check_meaning(checked: Definition) -> None:
    names = [item.name for item in checked.items]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"the item {repeated[0]} appears twice; keep one")
    for pair in checked.hierarchies:
        if missing := [name for name in pair if name not in names]:
            raise ValueError(f"a hierarchy names {missing[0]}, which is no item; correct the name")
    for item in checked.items:
        if missing := [name for name in checked.weight_sets if name not in item.weights]:
            raise ValueError(f"the item {item.name} has no weight for {missing[0]}; add it")
    limits = [band.up_to for band in checked.bands]
    if limits and (None in limits[:-1] or limits[-1] is not None or sorted(limits[:-1]) != limits[:-1]):  # type: ignore[type-var]
        raise ValueError("bands must rise and only the last may be open; put them in order")
