"""Form errors in the words of the NHS content style: say what to do, name the field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

CHOICE_FIELDS = (forms.ChoiceField, forms.ModelChoiceField, forms.BooleanField)


def field_errors(form: forms.BaseForm, name: str) -> list[str]:
    """The errors of one field, with the framework's own wording put into ours."""
    field = form.fields[name]
    label = str(form[name].label)
    return [
        reworded(field, label, error)
        for problem in form.errors.as_data().get(name, [])
        for error in problem.error_list
    ]


def reworded(field: forms.Field, label: str, error: ValidationError) -> str:
    """The message of one error; a message that the form's author wrote is kept."""
    message = " ".join(str(text) for text in error.messages)
    if not _is_default(field, error):
        return message
    capital = label.rstrip("?:. ")
    values: dict[str, Any] = error.params or {}
    wording = {
        "required": _when_missing(field, label),
        "invalid": _when_invalid(field, capital, message),
        "invalid_choice": _when_not_a_choice(label),
        "max_length": f"{capital} must be {values.get('limit_value')} characters or fewer",
        "min_length": f"{capital} must be {values.get('limit_value')} characters or more",
        "max_value": f"{capital} must be {values.get('limit_value')} or less",
        "min_value": f"{capital} must be {values.get('limit_value')} or more",
    }
    return wording.get(error.code or "", message)


def _is_default(field: forms.Field, error: ValidationError) -> bool:
    """Whether the message comes from the framework: neither the field nor the form gave its own."""
    if error.code in ("max_length", "min_length", "max_value", "min_value"):
        return True
    own = field.error_messages.get(error.code or "")
    for owner in type(field).__mro__:
        default = getattr(owner, "default_error_messages", {}).get(error.code)
        if default is not None:
            return str(own) == str(default) and str(error.message) == str(own)
    return error.code == "invalid" and _is_from_a_validator(field, error)


def _is_from_a_validator(field: forms.Field, error: ValidationError) -> bool:
    """Whether one of the framework's validators of this field raised the error."""
    return any(getattr(check, "message", None) == error.message for check in field.default_validators)


def _when_missing(field: forms.Field, label: str) -> str:
    name = _inside_a_sentence(label)
    if label.rstrip().endswith("?"):
        verb = "Select an answer to" if isinstance(field, CHOICE_FIELDS) else "Answer"
        return f"{verb} “{label.strip()}”"
    if isinstance(field, forms.FileField):
        return f"Choose {_with_article(name)}"
    if isinstance(field.widget, forms.CheckboxInput):
        return f"Tick “{label.strip()}”"
    verb = "Select" if isinstance(field, CHOICE_FIELDS) else "Enter"
    return f"{verb} {_with_article(name)}"


def _when_not_a_choice(label: str) -> str:
    if label.rstrip().endswith("?"):
        return f"Select one of the answers to “{label.strip()}”"
    return f"Select {_with_article(_inside_a_sentence(label))} from the list"


def _when_invalid(field: forms.Field, capital: str, message: str) -> str:
    if isinstance(field, forms.DateField | forms.DateTimeField):
        return f"{capital} must be a real date, like 27 3 2026"
    if isinstance(field, forms.IntegerField | forms.FloatField | forms.DecimalField):
        return f"{capital} must be a number"
    if isinstance(field, forms.EmailField):
        return f"{capital} must look like name@example.com"
    return message


def _inside_a_sentence(label: str) -> str:
    """`Family name` becomes `family name`; `NHS number` and `GP practice` keep their capitals."""
    words = label.strip().rstrip("?:.")
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def _with_article(name: str) -> str:
    first = name.split(" ")[0]
    is_plural = name.endswith("s") and not name.endswith(("ss", "us", "is"))
    if is_plural or first in {
        "a",
        "an",
        "the",
        "your",
        "their",
        "who",
        "what",
        "why",
        "how",
        "when",
        "where",
    }:
        return name
    spelt = first[:2].isupper()  # letters are read out: an NHS number, a GP practice
    vowel = first[0] in "AEFHILMNORSX" if spelt else first[0].lower() in "aeiou"
    return f"{'an' if vowel else 'a'} {name}"
