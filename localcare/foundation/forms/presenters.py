"""Answers in words, for pages and for the stories of journeys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcare.foundation.forms import rules
from localcare.foundation.forms.definitions import definition_of
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.shape import FormDefinition, Item
from localcare.foundation.forms.words import answer_words

NOTHING = "Nothing"
PARTS = {
    "respirations": "Respirations",
    "saturation": "Oxygen saturation",
    "oxygen": "Air or oxygen",
    "systolic": "Systolic blood pressure",
    "pulse": "Pulse",
    "consciousness": "Consciousness",
    "temperature": "Temperature",
}


@dataclass(frozen=True)
class AnsweredSection:
    """The answers of one section: pairs of question and answer."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Difference:
    """One question that two people answered differently."""

    question: str
    theirs: str
    yours: str


@dataclass(frozen=True)
class ShownScore:
    """A score in words, with the points behind it."""

    title: str
    words: str
    rows: tuple[tuple[str, int], ...] = ()


def answers_in_words(response: FormResponse) -> list[AnsweredSection]:
    """What was answered, section by section; questions without an answer are left out."""
    definition = definition_of(response.version)
    sections = (
        AnsweredSection(section.title, tuple(_rows(section.items, response.answers)))
        for section in definition.sections
    )
    return [section for section in sections if section.rows]


def _rows(items: Sequence[Item], answers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for item in items:
        if item.repeats:
            for number, row in enumerate(answers.get(item.code, []), 1):
                yield f"{item.text} {number}", "; ".join(": ".join(pair) for pair in _rows(item.items, row))
        elif item.type == "group":
            yield from _rows(item.items, answers)
        elif rules.is_answered(answers.get(item.code)):
            yield item.text, answer_words(item, answers[item.code])


def summary(response: FormResponse, *codes: str) -> str:
    """Some answers in one line, for lists: `Mobility: Walks with help. …`."""
    definition = definition_of(response.version)
    words = [
        f"{definition.item(code).text}: {answer_words(definition.item(code), response.answers[code])}"
        for code in codes
        if rules.is_answered(response.answers.get(code))
    ]
    return ". ".join(words)


def differences(
    definition: FormDefinition, *, theirs: Mapping[str, Any], yours: Mapping[str, Any]
) -> list[Difference]:
    """Every question that the two answer differently, in the order of the form."""
    found = []
    for section in definition.sections:
        their_rows, your_rows = dict(_rows(section.items, theirs)), dict(_rows(section.items, yours))
        for question in [*their_rows, *(one for one in your_rows if one not in their_rows)]:
            one, other = their_rows.get(question, NOTHING), your_rows.get(question, NOTHING)
            if one != other:
                found.append(Difference(question, one, other))
    return found


def scores_in_words(response: FormResponse) -> list[ShownScore]:
    """Each score with its band as the published table names it, or why there is none."""
    return [_score(score) for score in response.scores.values()]


def _score(score: Mapping[str, Any]) -> ShownScore:
    title = str(score.get("title", "Score"))
    if score.get("value") is None:
        return ShownScore(title, str(score.get("why_not", "Not worked out.")))
    scale = f" (oxygen saturation scale {score['scale']})" if score.get("scale") == 2 else ""
    rows = tuple((PARTS.get(name, name), points) for name, points in score.get("points", {}).items())
    return ShownScore(title, f"{score['value']}, {score['band_title'].lower()}{scale}", rows)
