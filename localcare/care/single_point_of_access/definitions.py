"""The reviewed meaning of a contact's answers, checked against the forms, the pathway and the services directory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from localcare.foundation.forms.definitions import form
from localcare.foundation.pathways.definitions import pathways
from localcare.foundation.services.definitions import needs
from localcare.kernel.definitions import DEFINITIONS, DefinitionError, Fault, load

FILE = DEFINITIONS / "single_point_of_access" / "contacts.yaml"
SCHEMA = DEFINITIONS / "single_point_of_access" / "contacts.schema.json"
CONTACT = "single-point-of-access-contact"  # pathway and form have the same name
TRIAGE = "clinical-triage"


@dataclass(frozen=True)
class Need:
    """The need of the services directory that an answer means; empty when it means none."""

    need: str
    mental_health: bool = False


@dataclass(frozen=True)
class ResponseClass:
    """What follows from a triage decision: the outcome of the step, and how urgent the contact is now."""

    outcome: str
    priority: str


@dataclass(frozen=True)
class Asking:
    """A pathway that may be opened for a service, and its priority for each urgency of the contact."""

    pathway: str
    priorities: Mapping[str, str]


@dataclass(frozen=True)
class Definitions:
    """Everything the file says."""

    channels: Mapping[str, str]
    professional_callers: frozenset[str]
    needs: Mapping[str, Need]
    red_flags: Mapping[str, str]
    what_to_do: Mapping[str, str]
    urgency: Mapping[str, str]
    urgency_not_said: str  # what a contact counts as before anybody has asked
    response_classes: Mapping[str, ResponseClass]
    safety_net: Mapping[str, tuple[str, str]]
    pathways: tuple[Asking, ...]

    def advice(self, codes: Iterable[str]) -> str:
        """The safety-net words that fit the first of the needs that has words of its own."""
        own = next((code for code in codes if code in self.safety_net), "general")
        return self.safety_net[own][1]


def choice_words(item: str, code: str) -> str:
    """What an answer of the contact form is called."""
    return form(CONTACT).item(item).choice_text(code)


def caller_types() -> dict[str, str]:
    """Who may be calling, as the contact form lists them."""
    return {choice.code: choice.text for choice in form(CONTACT).item("caller-type").choices}


@cache
def definitions() -> Definitions:
    """The definitions, checked; DefinitionError names file, place, fault and remedy."""
    content = load(FILE, SCHEMA)
    if faults := list(_faults(content)):
        raise DefinitionError(faults)
    return Definitions(
        channels=content["channels"],
        professional_callers=frozenset(content["professional_callers"]),
        needs={code: Need(**row) for code, row in content["needs"].items()},
        red_flags=content["red_flags"],
        what_to_do=content["what_to_do"],
        urgency=content["urgency"],
        urgency_not_said=content["urgency_not_said"],
        response_classes={code: ResponseClass(**row) for code, row in content["response_classes"].items()},
        safety_net={code: (row["title"], row["text"]) for code, row in content["safety_net"].items()},
        pathways=tuple(Asking(row["pathway"], row["priorities"]) for row in content["pathways"]),
    )


def _faults(content: Mapping[str, Any]) -> Iterable[Fault]:
    """Every answer has its meaning, and every meaning is something that exists."""
    yield from _differing("needs", content["needs"], _codes(CONTACT, "needs"))
    yield from _differing("red_flags", content["red_flags"], _codes(CONTACT, "red-flags") - {"none"})
    yield from _differing("urgency", content["urgency"], _codes(CONTACT, "urgency"))
    yield from _differing("channels", content["channels"], _codes(CONTACT, "channel"))
    yield from _differing("response_classes", content["response_classes"], _codes(TRIAGE, "response-class"))
    yield from _unknown(
        "professional_callers", content["professional_callers"], _codes(CONTACT, "caller-type")
    )
    yield from _unknown("needs", (row["need"] for row in content["needs"].values()), {*needs(), ""})
    priorities, outcomes = pathways()[CONTACT].priorities, pathways()[CONTACT].steps["triage"].outcomes
    classes = content["response_classes"].values()
    yield from _unknown("urgency", [*content["urgency"].values(), content["urgency_not_said"]], priorities)
    yield from _unknown("response_classes", (row["priority"] for row in classes), {*priorities, ""})
    yield from _unknown("response_classes", (row["outcome"] for row in classes), outcomes)
    for row in content["pathways"]:
        yield from _unknown("pathways", [row["pathway"]], pathways())
        yield from _unknown("pathways", row["priorities"], priorities)
        yield from _unknown("pathways", row["priorities"].values(), pathways()[row["pathway"]].priorities)


def _codes(form_code: str, item: str) -> set[str]:
    return {choice.code for choice in form(form_code).item(item).choices}


def _differing(place: str, said: Iterable[str], known: set[str]) -> Iterable[Fault]:
    yield from _unknown(place, said, known)
    for code in sorted(known - set(said)):
        yield Fault(FILE, 1, place, f"The answer {code!r} has no meaning here", "Add it")


def _unknown(place: str, said: Iterable[str], known: Iterable[str]) -> Iterable[Fault]:
    for code in sorted(set(said) - set(known)):
        yield Fault(FILE, 1, place, f"There is no {code!r}", f"Use one of {', '.join(sorted(known))}")
