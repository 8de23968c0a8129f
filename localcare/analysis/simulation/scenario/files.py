"""Scenario files and the pathway definitions they speak of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from localcare.analysis.pathways.model import Pathway
from localcare.analysis.pathways.reading import read_pathway
from localcare.analysis.simulation.scenario.checking import faults_of
from localcare.analysis.simulation.scenario.errors import FileFault, ScenarioError
from localcare.analysis.simulation.scenario.model import Scenario
from localcare.analysis.simulation.scenario.reading import read_scenario
from localcare.analysis.simulation.scenario.shape import SCENARIOS
from localcare.analysis.yaml_lines import Lines, UnreadableYaml, line_of, read_with_lines

PATHWAYS = SCENARIOS.parent / "pathways"


def scenario_files() -> dict[str, Path]:
    """The shipped scenario files by code."""
    return {file.stem: file for file in sorted(SCENARIOS.glob("*.yaml"))}


def shipped_content(code: str) -> dict[str, Any]:
    """The words of a shipped scenario, with those of the one it is based on; KeyError when there is none."""
    return load_content(scenario_files()[code])


def shipped_scenario(code: str) -> Scenario:
    """A shipped scenario; KeyError when there is none."""
    return read_scenario(shipped_content(code))


def named_scenario(name: str) -> Scenario:
    """The shipped scenario of a code, or that of a file; ScenarioError, or ValueError where there is none."""
    if name.endswith((".yaml", ".yml")):
        return load(Path(name))
    if name not in scenario_files():
        raise ValueError(
            f"There is no scenario {name}. Known: {', '.join(scenario_files())}; or name a .yaml file."
        )
    return shipped_scenario(name)


@cache
def shipped_pathways() -> Mapping[str, Pathway]:
    """The reviewed pathways by code, as the definitions folder holds them."""
    found = {}
    for file in sorted(PATHWAYS.glob("*.yaml")):
        content, _ = read_with_lines(file.read_text(encoding="utf-8"))
        if isinstance(content, Mapping) and "pathway" in content:
            pathway = read_pathway(content)
            found[pathway.code] = pathway
    return found


def load(file: Path, pathways: Mapping[str, Pathway] | None = None) -> Scenario:
    """The scenario of a file; ScenarioError naming file, line, fault and remedy of every fault.

    `pathways` are the reviewed ones; left out: those that are shipped.
    """
    return read_scenario(load_content(file, pathways))


def load_content(file: Path, pathways: Mapping[str, Pathway] | None = None) -> dict[str, Any]:
    """The words of a file and of the one it is based on, checked; ScenarioError."""
    content, lines = _merged(file, ())
    faults = faults_of(content, shipped_pathways() if pathways is None else pathways)
    if faults:
        found = [_in_file(file, lines, one.place, one.fault, one.remedy) for one in faults]
        raise ScenarioError(sorted(found, key=lambda one: one.line))
    return content


def _merged(file: Path, after: tuple[Path, ...]) -> tuple[dict[str, Any], Lines]:
    """The words of the file over those it is based on; the lines are those of the file itself."""
    content, lines = _read(file)
    base = content.pop("based_on", None)
    if base is None:
        return content, lines
    below = file.with_name(f"{base}.yaml")
    if below in (file, *after) or not below.is_file():
        fault = "goes round in a circle" if below in (file, *after) else "is not there"
        raise ScenarioError(
            [_in_file(file, lines, ("based_on",), f"{base} {fault}", "Name another file of the folder")]
        )
    return _laid_over(_merged(below, (file, *after))[0], content), lines


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(below.get(key), Mapping):
            result[key] = _laid_over(below[key], value)
        else:
            result[key] = value
    return result


def _read(file: Path) -> tuple[dict[str, Any], Lines]:
    try:
        content, lines = read_with_lines(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        fault = FileFault(file, 1, "", "There is no such file", "Check the name")
        raise ScenarioError([fault]) from None
    except UnreadableYaml as error:
        raise ScenarioError([FileFault(file, error.line, "", error.fault, error.remedy)]) from error
    if not isinstance(content, dict):
        raise ScenarioError(
            [FileFault(file, 1, "", "The file is not a mapping", "Begin it with scenario: …")]
        )
    return content, lines


def _in_file(file: Path, lines: Lines, place: tuple[str | int, ...], fault: str, remedy: str) -> FileFault:
    return FileFault(file, line_of(place, lines), ".".join(map(str, place)), fault, remedy)
