"""What the distinct codes of a dataset are worth: their shape, whether a list has them, which units their values need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from localcare.analysis.quality.code_shapes import Shape, shape_of
from localcare.analysis.scores.codes import normalise_code
from localcare.analysis.scores.definitions import definition
from localcare.analysis.scores.packs import Packs

Key = tuple[str, str]
WITH_LISTS = ("efi", "cambridge")
FRAILTY = "efi/"
MEASURES = "measure/"
WRONG = (Shape.MALFORMED, Shape.CHECK_DIGIT, Shape.SPOILT, Shape.NOT_A_CONCEPT)


@dataclass(frozen=True)
class CodeFlags:
    """What is known of one code of one system, as recorded."""

    malformed: bool
    system_unknown: bool
    covered: bool
    in_list: bool
    frailty: bool
    units: (
        frozenset[str] | None
    )  # in which a rule takes its value ("" is no unit); None where none asks for a value

    @property
    def measured(self) -> bool:
        """Whether some rule asks for values of the code."""
        return self.units is not None


NOTHING_KNOWN = CodeFlags(
    malformed=False, system_unknown=False, covered=False, in_list=False, frailty=False, units=None
)
Recorded = tuple[str | None, str | None, str | None]  # kind, system and code of a row


@dataclass(frozen=True)
class CodesFound:
    """The distinct codes of a table, in classes of one kind and system each, of which the same is known."""

    classes: tuple[tuple[str | None, str | None, CodeFlags], ...]
    class_of: Mapping[Recorded, int]


class CodesKnown:
    """The installed lists, asked about codes as recorded."""

    def __init__(self, packs: Packs) -> None:
        self.listed: set[Key] = set()
        self.frailty: set[Key] = set()
        self.systems: set[str] = set()
        for pack in packs.packs:
            for code in pack.codes:
                key = normalise_code(code.system, code.code)
                self.listed.add(key)
                if not code.code_list.startswith(MEASURES):
                    self.systems.add(key[0])
                if code.code_list.startswith(FRAILTY):
                    self.frailty.add(key)
        self.units = usable_units(packs)

    def flags(self, system: str, code: str) -> CodeFlags:
        """What is known of a code of a system."""
        key, shape = normalise_code(system, code), shape_of(system, code)
        return CodeFlags(
            malformed=shape in WRONG,
            system_unknown=shape is Shape.UNKNOWN_SYSTEM,
            covered=key[0] in self.systems,
            in_list=key in self.listed,
            frailty=key in self.frailty,
            units=self.units.get(key),
        )

    def classes(self, found: Iterable[Recorded]) -> CodesFound:
        """The codes found, as recorded, in their classes; of an empty one, or one of no system, nothing is known."""
        numbers: dict[tuple[str | None, str | None, CodeFlags], int] = {}
        class_of = {}
        for kind, system, code in found:
            flags = self.flags(system, code) if system and code else NOTHING_KNOWN
            class_of[kind, system, code] = numbers.setdefault((kind, system, flags), len(numbers))
        return CodesFound(tuple(numbers), class_of)


def usable_units(packs: Packs) -> dict[Key, frozenset[str]]:
    """The units in which some rule of a score takes the value of a code."""
    found: dict[Key, set[str]] = defaultdict(set)
    for name in WITH_LISTS:
        for item in definition(name).items:
            for rule in item.value_rules:
                for key in packs.codes_of(rule.code_list):
                    found[key] |= set(rule.units)
    return {key: frozenset(units) for key, units in found.items()}
