"""Answers in words, for pages and for the stories of journeys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from localcare.foundation.forms import queries, rules
from localcare.foundation.forms.definitions import definition_of
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.shape import FactRule, FormDefinition, Item
from localcare.foundation.forms.words import answer_words
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_date, format_moment, format_short_date

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


def later_of(response: FormResponse) -> FormResponse | None:
    """The amendment that stands in place of the response."""
    return FormResponse.objects.filter(supersedes=response).first()


def response_page(response: FormResponse, reader: Reader) -> dict[str, Any]:
    """What the page of a completed response shows."""
    later = later_of(response)
    return {
        "response": response,
        "person": response.person,
        "title": response.version.title,
        "about": _about_response(response),
        "sections": answers_in_words(response),
        "scores": scores_in_words(response),
        "later": later,
        "may_amend": later is None and reader.may("task.work") and queries.may_amend(reader, response),
    }


def _about_response(response: FormResponse) -> list[tuple[str, str]]:
    rows = [
        ("Completed", format_moment(response.completed_at)),
        ("By", response.author_name),
        ("Version of the form", str(response.version.number)),
    ]
    if response.reason:
        rows.append(("Why it was amended", response.reason))
    return rows


def list_row(definition: FormDefinition) -> tuple[Any, ...]:
    """One form as a row of the list: title, owner, questions, review date, status."""
    link = format_html('<a href="{}">{}</a>', reverse("form", args=[definition.code]), definition.title)
    questions = sum(item.type not in ("display", "group") for item in definition.items())
    review = format_short_date(date.fromisoformat(definition.review_by))
    return link, definition.owner, questions, review, definition.status.capitalize()


def about(definition: FormDefinition) -> list[tuple[str, str]]:
    """Who answers for a form, and from where it comes."""
    rows = [
        ("Purpose", definition.purpose),
        ("Owner", definition.owner),
        ("Version", definition.version),
        ("Source", definition.source),
        (
            "Status",
            ". ".join(part for part in (definition.status.capitalize(), definition.status_note) if part),
        ),
        ("Review by", format_date(date.fromisoformat(definition.review_by))),
        ("Left out", definition.slot),
        ("Licence", definition.licence),
    ]
    return [row for row in rows if row[1]]


def fact_rows(definition: FormDefinition) -> list[tuple[str, ...]]:
    """Which answers become facts of the record."""
    return [_fact_row(rule, definition) for rule in definition.facts]


def _fact_row(rule: FactRule, definition: FormDefinition) -> tuple[str, ...]:
    asked = definition.item(rule.item).text if rule.item else rule.score.upper()
    when = "" if rule.equals is None else f"if {answer_words(definition.item(rule.item), rule.equals)}"
    return asked, when, rule.kind.capitalize(), f"{rule.text} ({rule.system} {rule.code})"
