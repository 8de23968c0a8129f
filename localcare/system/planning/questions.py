"""A scenario to ask about: where it comes from, what can be moved in it, and what it says once moved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import yaml
from django.urls import reverse

from localcare.analysis.simulation.closed_forms.answer import answer
from localcare.analysis.simulation.closed_forms.answers import ClosedAnswer
from localcare.analysis.simulation.scenario.checking import faults_of
from localcare.analysis.simulation.scenario.files import (
    scenario_files,
    shipped_content,
    shipped_pathways,
)
from localcare.analysis.simulation.scenario.model import Scenario
from localcare.analysis.simulation.scenario.reading import read_scenario
from localcare.system.planning.levers import Lever, levers_of
from localcare.system.planning.models import SavedScenario, SavedVersion
from localcare.system.planning.moving import CannotMove, Moves, moved
from localcare.system.planning.texts import kept_content

MOST_REMEMBERED = 64
PAPER = re.compile(r"00\d:")


@dataclass(frozen=True)
class Said:
    """What a scenario says, remembered by its words."""

    content: Mapping[str, Any]
    scenario: Scenario
    levers: tuple[Lever, ...]

    @cached_property
    def closed(self) -> ClosedAnswer | None:
        """The answer of the closed forms; worked out once, since every keystroke compares with it."""
        return answer(self.scenario, shipped_pathways())


@dataclass(frozen=True)
class Base:
    """A scenario before anything is moved: a ready one, or a version that somebody saved."""

    said: Said
    ready: str = ""
    version: SavedVersion | None = None

    @property
    def compared(self) -> Base | None:
        """The ready scenario that this one is held against, where it says so."""
        code = based_on(self.ready or (self.version.saved.based_on if self.version else ""))
        return ready_base(code) if code else None

    @property
    def content(self) -> Mapping[str, Any]:
        """The words."""
        return self.said.content

    @property
    def scenario(self) -> Scenario:
        """The scenario read from them."""
        return self.said.scenario

    @property
    def levers(self) -> tuple[Lever, ...]:
        """What can be moved in it."""
        return self.said.levers

    @property
    def title(self) -> str:
        """What the page is called."""
        return self.version.saved.name if self.version else self.scenario.title

    def address(self, page: str = "") -> str:
        """The address of a page about it: "", answer, solve, run, save or file."""
        name = f"planning-{'saved' if self.version else 'ready'}{'-' + page if page else ''}"
        if self.version:
            return reverse(name, args=[self.version.saved.reference, self.version.number])
        return reverse(name, args=[self.ready])

    def moved(self, moves: Moves) -> tuple[dict[str, Any], Scenario]:
        """The words and the scenario with other numbers; CannotMove when they make no sense together."""
        content = moved(self.content, self.levers, moves)
        if moves and (fault := next(iter(faults_of(content, shipped_pathways())), None)):
            raise CannotMove(next(iter(moves)), f"{fault.fault}. {fault.remedy}")
        return content, read_scenario(content)


@dataclass(frozen=True)
class Ready:
    """A shipped scenario as a line of the list."""

    code: str
    title: str
    summary: str
    source: str

    @property
    def is_from_papers(self) -> bool:
        """Whether a paper asks it; the others are published cases that prove the engines."""
        return bool(PAPER.match(self.source))


@lru_cache(maxsize=1)
def ready_scenarios() -> tuple[Ready, ...]:
    """The shipped scenarios by title; they are checked when they are read."""
    found = [(code, ready_base(code).scenario) for code in scenario_files()]
    lines = [Ready(code, scenario.title, scenario.summary, scenario.source) for code, scenario in found]
    return tuple(sorted(lines, key=lambda line: line.title))


@lru_cache(maxsize=MOST_REMEMBERED)
def ready_base(code: str) -> Base:
    """A shipped scenario; KeyError when there is none."""
    return Base(_said(shipped_content(code)), ready=code)


@lru_cache(maxsize=MOST_REMEMBERED)
def based_on(code: str) -> str:
    """The code of the ready scenario that a ready one is based on; empty where it stands alone."""
    file = scenario_files().get(code)
    return str(yaml.safe_load(file.read_text(encoding="utf-8")).get("based_on", "")) if file else ""


def saved_base(saved: SavedScenario, number: int | None = None) -> Base:
    """A version of a saved scenario, the latest when not said; SavedVersion.DoesNotExist."""
    versions = saved.versions.select_related("content", "saved")
    version = versions.latest("number") if number is None else versions.get(number=number)
    return Base(_read(version.content_id, version.content.text), version=version)


@lru_cache(maxsize=MOST_REMEMBERED)
def _read(digest: str, text: str) -> Said:
    """What a kept text says; the digest is what it is remembered by."""
    return _said(kept_content(text))


def _said(content: Mapping[str, Any]) -> Said:
    scenario = read_scenario(content)
    return Said(content, scenario, levers_of(content, scenario, shipped_pathways()))
