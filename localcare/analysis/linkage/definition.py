"""The reviewed definition of how two records are compared: levels, what is looked at, what is held back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from localcare.analysis.yaml_lines import UnreadableYaml, line_of, read_with_lines

FOLDER = Path(__file__).parents[2] / "definitions" / "linkage"


class LinkageDefinitionError(ValueError):
    """A definition of linkage that cannot be used; the message names file, line, fault and remedy."""


@dataclass(frozen=True)
class Level:
    """One degree of agreement; `m` is the share of true pairs that stand at it before anything is learnt."""

    code: str
    test: str
    words: str
    m: float
    by_frequency: bool


@dataclass(frozen=True)
class Comparison:
    """One thing compared, with its levels from the strongest agreement to the last, which is "otherwise"."""

    name: str
    title: str
    levels: tuple[Level, ...]

    def level(self, code: str) -> Level:
        """The level of that code; KeyError when there is none."""
        return {level.code: level for level in self.levels}[code]


@dataclass(frozen=True)
class Block:
    """The columns that two records share before they are compared at all."""

    columns: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class HeldBack:
    """A combination of levels that no weight makes up for."""

    code: str
    when: Mapping[str, tuple[str, ...]]
    words: str


@dataclass(frozen=True)
class Training:
    """How the weights are learnt."""

    seed: int
    pairs_sampled: int
    least_known_pairs: int
    least_matches: int
    share_agreeing_exactly: float
    learn_from: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class LinkageModel:
    """The whole definition."""

    version: str
    comparisons: tuple[Comparison, ...]
    blocks: tuple[Block, ...]
    most_pairs: int
    held_back: tuple[HeldBack, ...]
    rival_bits: float
    rival_words: str
    training: Training
    unnamed: tuple[str, ...]
    placeholder_days: tuple[str, ...]
    short_forms: tuple[tuple[str, ...], ...]

    def comparison(self, name: str) -> Comparison:
        """The comparison of that name; KeyError when there is none."""
        return {comparison.name: comparison for comparison in self.comparisons}[name]


@cache
def linkage_model() -> LinkageModel:
    """The shipped definition."""
    return read_model(FOLDER)


def read_model(folder: Path) -> LinkageModel:
    """The definition of a folder (`model.yaml`, `short_forms.yaml`); LinkageDefinitionError naming the first fault."""
    content, lines = read_checked(folder, "model")
    forms, _ = read_checked(folder, "short_forms")
    comparisons = tuple(_comparison(name, given) for name, given in content["comparisons"].items())
    model = LinkageModel(
        version=str(content["version"]),
        comparisons=comparisons,
        blocks=tuple(Block(tuple(row["share"]), row["words"]) for row in content["look_at"]),
        most_pairs=int(content["most_pairs"]),
        held_back=tuple(
            HeldBack(row["code"], {k: tuple(v) for k, v in row["when"].items()}, row["words"])
            for row in content["held_back"]
        ),
        rival_bits=float(content["rivals"]["within_bits"]),
        rival_words=content["rivals"]["words"],
        training=_training(content["training"]),
        unnamed=tuple(content["unnamed"]),
        placeholder_days=tuple(content["placeholder_days"]),
        short_forms=tuple(tuple(group) for group in forms["groups"]),
    )
    _check_names(model, folder / "model.yaml", lines)
    return model


def read_checked(folder: Path, name: str) -> tuple[Any, dict[tuple[str | int, ...], int]]:
    """A file of the definition and the lines of its values; LinkageDefinitionError when its schema does not hold."""
    file = folder / f"{name}.yaml"
    try:
        content, lines = read_with_lines(file.read_text(encoding="utf-8"))
    except UnreadableYaml as error:
        raise LinkageDefinitionError(f"{file}:{error.line}: {error.fault}. {error.remedy}.") from error
    schema = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    fault = next(jsonschema.Draft202012Validator(schema).iter_errors(content), None)
    if fault:
        line = line_of(tuple(fault.absolute_path), lines)
        raise LinkageDefinitionError(
            f"{file}:{line}: {fault.json_path}: {fault.message}. Mend it as the schema asks."
        )
    return content, lines


def _comparison(name: str, given: dict[str, Any]) -> Comparison:
    levels = tuple(
        Level(row["code"], row["test"], row["words"], float(row["m"]), bool(row.get("frequency", False)))
        for row in given["levels"]
    )
    return Comparison(name, given["title"], levels)


def _training(given: dict[str, Any]) -> Training:
    return Training(
        seed=int(given["seed"]),
        pairs_sampled=int(given["pairs_sampled"]),
        least_known_pairs=int(given["least_known_pairs"]),
        least_matches=int(given["least_matches"]),
        share_agreeing_exactly=float(given["share_agreeing_exactly"]),
        learn_from=tuple(tuple(row) for row in given["learn_from"]),
    )


def _check_names(model: LinkageModel, file: Path, lines: Mapping[tuple[str | int, ...], int]) -> None:
    """What the schema cannot say: levels end in "otherwise", shares of m add up to one, held-back levels exist."""
    for comparison in model.comparisons:
        line = line_of(("comparisons", comparison.name), lines)
        if comparison.levels[-1].test != "otherwise":
            raise LinkageDefinitionError(
                f"{file}:{line}: the last level of {comparison.name} must have the test: otherwise."
            )
        total = sum(level.m for level in comparison.levels)
        if abs(total - 1) > 0.02:
            raise LinkageDefinitionError(
                f"{file}:{line}: the m of {comparison.name} add up to {total:.3f}. Make them add up to 1."
            )
    for number, held in enumerate(model.held_back):
        for name, codes in held.when.items():
            try:
                _ = [model.comparison(name).level(code) for code in codes]
            except KeyError as unknown:
                line = line_of(("held_back", number), lines)
                raise LinkageDefinitionError(
                    f"{file}:{line}: {held.code} names {unknown}, which is no comparison or level. Use one that exists."
                ) from None
