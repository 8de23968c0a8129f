"""The reviewed rules of data quality: what is measured, by what, from which value on, and what it does to the lists."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import yaml

FOLDER = Path(__file__).parents[2] / "definitions" / "quality"
SCHEMA = FOLDER / "rules.schema.json"
VERDICT = "verdict.yaml"
LEAST_KEPT_DAYS = 90


class RulesError(ValueError):
    """Rules that cannot be used; the message names the file, the place and the remedy."""


class Severity(StrEnum):
    """How much a finding weighs, the least first."""

    GOOD = "good"
    NOTE = "note"
    WARN = "warn"
    REFUSE = "refuse"

    @property
    def rank(self) -> int:
        """0 for good to 3 for refuse."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Thresholds:
    """From which value on something is a note, a warning, a refusal; None is never."""

    note: float | None
    warn: float | None
    refuse: float | None

    def severity_of(self, value: float) -> Severity:
        """The gravest that the value reaches."""
        for severity, limit in (
            (Severity.REFUSE, self.refuse),
            (Severity.WARN, self.warn),
            (Severity.NOTE, self.note),
        ):
            if limit is not None and value >= limit:
                return severity
        return Severity.GOOD


@dataclass(frozen=True)
class Rule:
    """One rule about one table (or, for feeds, several)."""

    code: str
    title: str
    dimension: str
    check: str
    unit: str
    measured: str
    by: str
    thresholds: Thresholds
    status: str
    effect: str
    effect_number: str
    remedy: str
    tables: tuple[str, ...]
    column: str = ""
    flag: str = ""
    of: str = ""
    smallest_place: int = 0
    smallest_group: int = 0
    parameters: Mapping[str, float] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """The table of a rule about one."""
        return self.tables[0]

    @property
    def limits(self) -> str:
        """From which values on it is what, in words, and how far these can be relied on."""
        named = (
            ("note", self.thresholds.note),
            ("warning", self.thresholds.warn),
            ("refusal", self.thresholds.refuse),
        )
        told = [f"{name} from {self.limit(value)}" for name, value in named if value is not None]
        return f"{', '.join(told).capitalize()}: {self.status}"

    def limit(self, value: float) -> str:
        """A threshold in the rule's unit."""
        return f"{100 * value:g}%" if self.unit == "share" else f"{value:g} {self.unit}"


@dataclass(frozen=True)
class Rules:
    """All rules in force, when findings let a run go on, and a version of their content."""

    rules: tuple[Rule, ...]
    refuse_when_groups_hold: float
    warn_when_groups_hold: float
    accepted_for_at_most_days: int
    reports_kept_for_days: int
    version: str
    headings: tuple[Mapping[str, str], ...] = ()

    def rule(self, code: str) -> Rule:
        """The rule with this code; KeyError when there is none."""
        for one in self.rules:
            if one.code == code:
                return one
        raise KeyError(f"there is no rule {code!r}")


@cache
def shipped_rules() -> Rules:
    """The rules of the project, read once."""
    return load_rules()


def load_rules(local: Path | None = None) -> Rules:
    """The project's rules; those of a place's own file (or folder) take the place of rules with the same code.

    Raises RulesError naming the file, the place in it and the remedy.
    """
    files = [file for file in sorted(FOLDER.glob("*.yaml")) if file.name != VERDICT]
    own = [] if local is None else sorted(local.glob("*.yaml")) if local.is_dir() else [local]
    verdict = _read(FOLDER / VERDICT)
    found: dict[str, Rule] = {}
    headings = []
    for file in files + [file for file in own if file.name != VERDICT]:
        content = _checked(file)
        headings.append(
            {key: str(content[key]) for key in ("title", "version", "owner", "source", "review_by", "status")}
        )
        found |= {rule.code: rule for rule in _rules_of(content)}
    for file in own:
        if file.name == VERDICT:
            verdict |= _read(file)
    return Rules(
        tuple(found.values()),
        float(verdict["refuse_when_groups_hold"]),
        float(verdict["warn_when_groups_hold"]),
        int(verdict["accepted_for_at_most_days"]),
        _kept_for(verdict),
        _version([FOLDER / VERDICT, *files, *own]),
        tuple(headings),
    )


def _kept_for(verdict: Mapping[str, Any]) -> int:
    days = int(verdict["reports_kept_for_days"])
    if days < LEAST_KEPT_DAYS:
        raise RulesError(
            f"{VERDICT}: reports_kept_for_days is {days}. The database lets no report go before {LEAST_KEPT_DAYS} days:"
            f" set {LEAST_KEPT_DAYS} or more."
        )
    return days


def _rules_of(content: Mapping[str, Any]) -> Iterator[Rule]:
    for item in content["rules"]:
        yield Rule(
            code=item["code"],
            title=item["title"],
            dimension=content["dimension"],
            check=item["check"],
            unit=item["unit"],
            measured=item["measured"],
            by=item["by"],
            thresholds=Thresholds(**item["thresholds"]),
            status=item["status"],
            effect=item["effect"]["words"],
            effect_number=item["effect"]["number"],
            remedy=item["remedy"],
            tables=tuple(item.get("tables") or (item["table"],)),
            column=item.get("column", ""),
            flag=item.get("flag", ""),
            of=item.get("of", ""),
            smallest_place=content["smallest"]["place"],
            smallest_group=content["smallest"]["group"],
            parameters=item.get("parameters", {}),
        )


def _checked(file: Path) -> dict[str, Any]:
    content = _read(file)
    for error in sorted(
        _validator().iter_errors(_plain(content)), key=lambda error: list(map(str, error.path))
    ):
        place = ".".join(map(str, error.absolute_path)) or "the file"
        raise RulesError(f"{file}: {place}: {error.message}. Compare it with {SCHEMA.name}.")
    for item in content["rules"]:
        if "table" not in item and "tables" not in item:
            raise RulesError(f"{file}: {item['code']}: it names no table. Add table or tables.")
        if item["check"] in ("people", "rows") and not item.get("flag"):
            raise RulesError(
                f"{file}: {item['code']}: it names no fault. Add flag, with a fault of the reference page."
            )
        _refuse_what_is_not_counted(file, item)
        limits = [
            limit
            for limit in (item["thresholds"][key] for key in ("note", "warn", "refuse"))
            if limit is not None
        ]
        if limits != sorted(limits):
            raise RulesError(
                f"{file}: {item['code']}: note, warn and refuse must not fall. Put them in order."
            )
    return content


def _refuse_what_is_not_counted(file: Path, item: Mapping[str, Any]) -> None:
    from localcare.analysis.quality.flags import COUNTED

    if item["check"] not in ("people", "rows"):
        return
    known = COUNTED[item["table"]]
    for key in ("flag", "of"):
        if item.get(key) and item[key] not in known:
            raise RulesError(
                f"{file}: {item['code']}: {key} {item[key]!r} is not counted of {item['table']}."
                f" Use one of {', '.join(known)}."
            )


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as broken:
        raise RulesError(f"{file}: it cannot be read ({broken}); mend or restore it") from broken
    if not isinstance(content, dict):
        raise RulesError(f"{file}: the file is not a mapping. Begin it with title: …")
    return content


@cache
def _validator() -> Any:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _plain(content: Any) -> Any:
    """Days as text, as the schema asks."""
    if isinstance(content, Mapping):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_plain(value) for value in content]
    return content.isoformat() if isinstance(content, date) else content


def _version(files: Sequence[Path]) -> str:
    digest = sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
