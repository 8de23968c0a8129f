"""Renders Django forms as NHS forms: the `FORM_RENDERER` of the site, and what its templates are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import BaseRenderer
from django.template import engines

from localcare.kernel.nhs_design.error_messages import field_errors
from localcare.kernel.nhs_design.fields import PARTS, SplitDateWidget

INLINE_AT_MOST = 48  # letters of all choices of a compact form that fit on one line
NARROW_INPUTS = ((2, 2), (4, 4), (6, 5), (10, 10), (20, 20))  # at most so many characters: width class


class NhsFormRenderer(BaseRenderer):
    """Uses the site's own Jinja environment, so that a form looks the same wherever it is printed."""

    form_template_name = "nhs_design/form.jinja"
    field_template_name = "nhs_design/field.jinja"

    def get_template(self, template_name: str) -> Any:
        """Find a form template among the site's templates."""
        return engines.all()[0].get_template(template_name)


@dataclass(frozen=True)
class Component:
    """Which component of the design system draws a field, with its parameters."""

    macro: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class SummaryLine:
    """One error of a form and the input it leads to."""

    message: str
    address: str


def component(field: BoundField) -> Component:
    """Choose the component for a bound field by its widget."""
    widget = field.field.widget
    for kinds, build in _BUILDERS:
        if isinstance(widget, kinds):
            return build(field)
    return _input(field)


def first_input_id(field: BoundField) -> str:
    """The id of the input to which an error leads."""
    identifier = field.auto_id or field.html_name
    return f"{identifier}_0" if isinstance(field.field.widget, SplitDateWidget) else identifier


def error_summary(form: forms.BaseForm) -> list[SummaryLine]:
    """All errors of a bound form in the order of its fields, those of the whole form first."""
    if not form.is_bound or not form.errors:
        return []
    visible = form.visible_fields()
    top = f"#{first_input_id(visible[0])}" if visible else "#maincontent"
    lines = [SummaryLine(str(message), top) for message in form.non_field_errors()]
    for field in form:
        address = top if field.is_hidden else f"#{first_input_id(field)}"
        lines += [SummaryLine(message, address) for message in field_errors(form, field.name)]
    return lines


def error_summary_once(form: forms.BaseForm) -> list[SummaryLine]:
    """The summary the first time it is asked for: the page prints it on top, otherwise the form does."""
    if getattr(form, "_summary_is_printed", False):
        return []
    form._summary_is_printed = True  # type: ignore[attr-defined]
    return error_summary(form)


def _shared(field: BoundField) -> dict[str, Any]:
    """Label, hint and error, as every component takes them."""
    errors = field_errors(field.form, field.name) if field.form.is_bound else []
    parameters: dict[str, Any] = {"name": field.html_name}
    if field.help_text:
        parameters["hint"] = {"html": field.help_text}
    if errors:
        parameters["errorMessage"] = {"text": ". ".join(errors)}
    return parameters


def _labelled(field: BoundField) -> dict[str, Any]:
    attributes = field.build_widget_attrs(dict(field.field.widget.attrs), field.field.widget)
    classes = attributes.pop("class", "")
    for replaced in ("required", "aria-describedby", "aria-invalid", "maxlength", "min", "max", "step", "id"):
        attributes.pop(replaced, None)  # the component says it in the design system's own way
    return _shared(field) | {
        "id": field.auto_id or field.html_name,
        "label": {"text": _label(field)},
        "classes": classes,
        "attributes": attributes,
    }


def _label(field: BoundField) -> str:
    """The label; a field that may stay empty says so."""
    is_filter = getattr(field.form, "hides_optional", False)
    return str(field.label) if field.field.required or is_filter else f"{field.label} (optional)"


def _legend(field: BoundField) -> dict[str, Any]:
    return {"legend": {"text": _label(field), "size": "s"}}


def _input(field: BoundField) -> Component:
    widget = field.field.widget
    kind = getattr(widget, "input_type", "text")
    value = widget.format_value(field.value())  # None for an empty answer
    parameters = _labelled(field) | {"type": kind}
    if kind == "number":  # number inputs scroll and swallow letters: a text input with a number keyboard
        parameters |= {"type": "text", "inputmode": "numeric"}
    if kind not in ("password", "file") and value not in (None, ""):
        parameters["value"] = str(value)
    autocomplete = parameters["attributes"].pop("autocomplete", None)
    if autocomplete:
        parameters["autocomplete"] = autocomplete
    limit = getattr(field.field, "max_length", None)
    width = next((width for most, width in NARROW_INPUTS if limit and limit <= most), None)
    if width:
        parameters["width"] = str(width)
    return Component("input", parameters)


def _textarea(field: BoundField) -> Component:
    parameters = _labelled(field)
    rows = parameters["attributes"].pop("rows", "5")
    if getattr(field.form, "is_compact", False):
        rows = "2"
    parameters["attributes"].pop("cols", None)
    return Component("textarea", parameters | {"value": str(field.value() or ""), "rows": str(rows)})


def _select(field: BoundField) -> Component:
    items = [
        {"value": str(value), "text": str(text), "selected": selected}
        for value, text, selected in _options(field)
    ]
    return Component("select", _labelled(field) | {"items": items})


def _radios(field: BoundField) -> Component:
    return _choices(field, "radios")


def _checkboxes(field: BoundField) -> Component:
    return _choices(field, "checkboxes")


def _choices(field: BoundField, macro: str) -> Component:
    items = [
        {"value": str(value), "text": str(text), "checked": checked}
        for value, text, checked in _options(field)
        if value != ""
    ]
    identifier = field.auto_id or field.html_name
    parameters = _shared(field) | {"idPrefix": identifier, "fieldset": _legend(field), "items": items}
    is_compact = getattr(field.form, "is_compact", False)
    classes = [f"nhsuk-{macro}--small"] if is_compact or len(items) > 8 else []
    if is_compact and macro == "radios" and sum(len(str(item["text"])) for item in items) <= INLINE_AT_MOST:
        classes.append("nhsuk-radios--inline")
    return Component(macro, parameters | {"classes": " ".join(classes)} if classes else parameters)


def _single_checkbox(field: BoundField) -> Component:
    shared = _shared(field)
    hint = shared.pop("hint", None)
    item: dict[str, Any] = {"value": "on", "text": field.label, "checked": bool(field.value())}
    if hint:
        item["hint"] = hint
    return Component("checkboxes", shared | {"idPrefix": field.auto_id or field.html_name, "items": [item]})


def _split_date(field: BoundField) -> Component:
    identifier, values = field.auto_id or field.html_name, _date_parts(field)
    items = [
        {
            "id": f"{identifier}_{place}",
            "name": f"{field.html_name}_{part}",
            "label": part.capitalize(),
            "width": "4" if part == "year" else "2",
            "value": value,
        }
        for place, (part, value) in enumerate(zip(PARTS, values, strict=True))
    ]
    return Component(
        "date-input", _shared(field) | {"id": identifier, "fieldset": _legend(field), "items": items}
    )


def _date_parts(field: BoundField) -> list[str]:
    widget, value = field.field.widget, field.value()
    parts = value if isinstance(value, list | tuple) else widget.decompress(value)
    return ["" if part is None else str(part) for part in parts]


def _options(field: BoundField) -> list[tuple[Any, Any, bool]]:
    """Value, words and whether chosen, of every choice; groups are flattened."""
    chosen = field.field.widget.format_value(field.value())
    picked = {str(value) for value in ([chosen] if isinstance(chosen, str) else chosen or [])}
    options: list[tuple[Any, Any, bool]] = []
    for value, text in field.field.widget.choices:
        group = text if isinstance(text, list | tuple) else [(value, text)]
        options += [(key, words, str("" if key is None else key) in picked) for key, words in group]
    return options


_BUILDERS: tuple[tuple[Any, Callable[[BoundField], Component]], ...] = (
    (SplitDateWidget, _split_date),
    (forms.Textarea, _textarea),
    (forms.CheckboxSelectMultiple, _checkboxes),
    (forms.RadioSelect, _radios),
    (forms.CheckboxInput, _single_checkbox),
    (forms.Select, _select),
)
