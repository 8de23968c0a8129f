"""A form definition as a Django form drawn with the NHS components, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from localcare.foundation.forms import answer_fields, rules
from localcare.foundation.forms.prefill import Prefilled
from localcare.foundation.forms.shape import FormDefinition, Item, Path
from localcare.foundation.forms.words import in_words
from localcare.foundation.people.models import Person

COUNT = "__count"


@dataclass(frozen=True)
class Part:
    """One part of the page: a field, words, a group, or rows of a repeating group."""

    kind: str  # field, display, group, rows
    item: Item
    fields: tuple[BoundField, ...] = ()
    parts: tuple[Part, ...] = ()
    rows: tuple[tuple[Part, ...], ...] = ()
    name: str = ""
    hint: str = ""
    can_add: bool = False
    can_remove: bool = False


@dataclass(frozen=True)
class DrawnSection:
    """A section with its parts."""

    code: str
    title: str
    hint: str
    parts: tuple[Part, ...]


@dataclass
class Bookkeeping:
    """What the page sends back besides the answers, so that nothing is overwritten in silence."""

    reference: str = ""
    revision: int = 0
    after: str = ""


class AnswersForm(forms.Form):
    """A form made from a definition; `answers()` says what was answered, `check()` whether it is complete."""

    definition: ClassVar[FormDefinition]
    person: ClassVar[Person]
    template_name = "forms/fields.jinja"
    hides_optional = True  # the labels say themselves what may stay empty

    def __init__(
        self, data: Any = None, *, answers: Mapping[str, Any] | None = None,
        prefilled: Mapping[str, Prefilled] | None = None, **options: Any,
    ) -> None:  # fmt: skip
        self.shown_answers = dict(answers or {})
        self.prefilled = prefilled or {}
        self.bookkeeping = Bookkeeping()
        self._read: dict[str, Any] | None = None
        self.places: dict[Path, Item] = {}
        self.row_counts: dict[str, int] = {}
        options.setdefault("use_required_attribute", False)
        super().__init__(data, **options)
        for section in self.definition.sections:
            self._add_items(section.items, (), self.shown_answers)

    def _add_items(self, items: tuple[Item, ...], path: Path, shown: Mapping[str, Any]) -> None:
        for item in items:
            if item.repeats:
                self._add_rows(item, path, shown)
            elif item.type == "group":
                self._add_items(item.items, path, shown)
            elif item.type != "display":
                self._add_question(item, (*path, item.code), shown.get(item.code))

    def _add_rows(self, item: Item, path: Path, shown: Mapping[str, Any]) -> None:
        rows = shown.get(item.code) or []
        count = self._count_sent(item) if self.is_bound else len(rows)
        count = min(max(count, item.at_least, 1), item.at_most)
        self.row_counts[item.code] = count
        for number in range(count):
            row = rows[number] if number < len(rows) else {}
            self._add_items(item.items, (*path, item.code, number), row)

    def _count_sent(self, item: Item) -> int:
        sent = str(self.data.get(self.add_prefix(item.code + COUNT), ""))
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 4 else 0

    def _add_question(self, item: Item, path: Path, value: Any) -> None:
        name = name_of(path)
        self.places[path] = item
        label = item.text if item.required or item.required_when else f"{item.text} (optional)"
        self.fields |= answer_fields.fields_of(name, item, label=label, hint=self._hint(item))
        self.initial.update(answer_fields.shown_from(name, item, value))
        if self.is_bound and self.add_prefix(name + answer_fields.CONFIRMED) in self.data:
            self._add_confirmation(name, item)

    def _add_confirmation(self, name: str, item: Item, value: Any = None) -> None:
        if value is None:
            typed = str(self.data.get(self.add_prefix(name), "")).strip()
            try:
                value = float(typed)
            except ValueError:
                return
        self.fields[name + answer_fields.CONFIRMED] = answer_fields.confirmation(item, value)

    def _hint(self, item: Item) -> SafeString | str:
        """The hint, when the question is asked or needed, and where the first answer came from."""
        lines = [item.hint] if item.hint else []
        if item.show_when:
            lines.append(f"Only if {in_words(item.show_when, self.definition)}.")
        if item.required_when and item.required_when != item.show_when:
            lines.append(f"Needed if {in_words(item.required_when, self.definition)}.")
        if item.code in self.prefilled:
            lines.append(self.prefilled[item.code].source)
        return format_html_join(" ", "{}", ((line,) for line in lines)) if lines else ""

    def answers(self) -> dict[str, Any]:
        """What was answered so far, as it is kept; what could not be read is left out."""
        if self._read is not None:
            return self._read
        self.errors  # noqa: B018 - reads what was sent
        found: dict[str, Any] = {}
        for path, item in self.places.items():
            value = answer_fields.answer_from(name_of(path), item, self.cleaned_data)
            if value is not None:
                _put(found, path, value)
        self._read = found  # kept: an error that is found later takes its answer out of the cleaned data
        return found

    def check(self, *, today: date | None = None) -> bool:
        """Whether the answers are complete; what is not stands in `errors`."""
        answers = self.answers()
        day = today or timezone.localdate()
        self._drop_hidden_errors(answers)
        for problem in rules.problems(self.definition, answers, today=day, born=self.person.birth_date):
            self._tell(problem)
        for problem in rules.unusual(self.definition, answers):
            if name_of(problem.path) not in self.errors:
                self._ask_to_confirm(problem, answers)
        return not self.errors

    def _drop_hidden_errors(self, answers: Mapping[str, Any]) -> None:
        """What was typed wrongly where nothing is asked does not matter."""
        asked = rules.sift(self.definition, answers).asked
        for path in self.places.keys() - asked.keys():
            for name in (name_of(path), name_of(path) + answer_fields.TIME):
                self.errors.pop(name, None)

    def _tell(self, problem: rules.Problem) -> None:
        name = name_of(problem.path)
        if name not in self.fields:
            self.add_error(None, problem.words)
        elif problem.kind != "required":
            self.add_error(name, ValidationError(problem.words, code=problem.kind))
        elif name not in self.errors and name + answer_fields.TIME not in self.errors:
            self._tell_missing(name)

    def _tell_missing(self, name: str) -> None:
        clock = name + answer_fields.TIME
        if clock in self.fields and self.cleaned_data.get(name):
            self.add_error(clock, f"Enter the time: {self.fields[name].label}")
            return
        words = self.fields[name].error_messages["required"]
        self.add_error(name, ValidationError(words, code="required"))

    def _ask_to_confirm(self, problem: rules.Problem, answers: Mapping[str, Any]) -> None:
        name, item = name_of(problem.path), self.places[problem.path]
        value = rules.sift(self.definition, answers).given[problem.path]
        confirmed = name + answer_fields.CONFIRMED
        if f"{value:g}" in (self.cleaned_data.get(confirmed) or []):
            return
        self.errors.pop(confirmed, None)
        self._add_confirmation(name, item, value)
        self.add_error(name, ValidationError(problem.words, code="expected"))

    def sections(self) -> list[DrawnSection]:
        """The form in its order, for the template."""
        return [
            DrawnSection(
                section.code,
                section.title,
                " ".join(self._section_hints(section)),
                tuple(self._parts(section.items, ())),
            )
            for section in self.definition.sections
        ]

    def _section_hints(self, section: Any) -> Iterator[str]:
        if section.hint:
            yield section.hint
        if section.show_when:
            yield f"Only if {in_words(section.show_when, self.definition)}."

    def _parts(self, items: tuple[Item, ...], path: Path) -> Iterator[Part]:
        for item in items:
            hint = str(self._hint(item))
            if item.repeats:
                yield self._rows_part(item, path, hint)
            elif item.type == "group":
                yield Part("group", item, parts=tuple(self._parts(item.items, path)), hint=hint)
            elif item.type == "display":
                yield Part("display", item, hint=hint)
            else:
                name = name_of((*path, item.code))
                names = (name, name + answer_fields.CONFIRMED, name + answer_fields.TIME)
                yield Part("field", item, fields=tuple(self[one] for one in names if one in self.fields))

    def _rows_part(self, item: Item, path: Path, hint: str) -> Part:
        count = self.row_counts[item.code]
        rows = tuple(tuple(self._parts(item.items, (*path, item.code, number))) for number in range(count))
        return Part(
            "rows", item, rows=rows, name=self.add_prefix(item.code), hint=hint,
            can_add=count < item.at_most, can_remove=count > max(1, item.at_least),
        )  # fmt: skip


def name_of(path: Path) -> str:
    """The field name of a place: `services__0__frequency`."""
    return "__".join(map(str, path))


def _put(found: dict[str, Any], path: Path, value: Any) -> None:
    """Put an answer in its place, in its row of a repeating group; rows left empty stay empty."""
    if len(path) == 1:
        found[str(path[0])] = value
        return
    group, number, code = str(path[0]), int(path[1]), str(path[2])
    rows = found.setdefault(group, [])
    rows.extend({} for _ in range(number + 1 - len(rows)))
    rows[number][code] = value


def form_class(definition: FormDefinition, person: Person) -> type[AnswersForm]:
    """The Django form of a definition for one person."""
    name = "".join(part.capitalize() for part in definition.code.split("-")) + "Form"
    return type(name, (AnswersForm,), {"definition": definition, "person": person})
