"""Forms of the quarantine: what to show, the corrected content, and why a row is left out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import orjson
from django import forms

from localcare.analysis.dataset.schema import Column
from localcare.analysis.dataset.schema import table as dataset_table
from localcare.exchange.loads.models import QuarantinedRow
from localcare.exchange.loads.queries import ReasonCount, title_of

LONGEST = 4_000


class FilterForm(forms.Form):
    """Which quarantined rows to list."""

    hides_optional = True
    status = forms.ChoiceField(
        label="Status", required=False, choices=[*QuarantinedRow.Status.choices, ("all", "All")]
    )
    table = forms.ChoiceField(label="Table", required=False)
    reason = forms.ChoiceField(label="Reason", required=False)
    load = forms.IntegerField(label="Load number", required=False, min_value=1)

    def __init__(
        self, *arguments: Any, tables: Iterable[str], reasons: Iterable[str], **keywords: Any
    ) -> None:
        super().__init__(*arguments, **keywords)
        self.fields["table"].choices = [("", "All"), *((name, name) for name in tables)]  # type: ignore[attr-defined]
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            ("", "All"), *((code, title_of(code)) for code in reasons)
        ]  # fmt: skip


class RowForm(forms.Form):
    """A row of the linked dataset, field by field."""

    def __init__(self, *arguments: Any, row: QuarantinedRow, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        described = {column.name: column for column in dataset_table(row.table).columns}
        for name, column in described.items():
            self.fields[name] = _field(column, row.content.get(name) or "", is_faulty=name == row.column)
        self.fields["note"] = forms.CharField(
            label="What you corrected, and how you know", required=False, max_length=LONGEST
        )

    def content(self) -> dict[str, str | None]:
        """The row as corrected; an emptied field is empty."""
        return {name: value or None for name, value in self.cleaned_data.items() if name != "note"}


class ResourceForm(forms.Form):
    """A FHIR resource as text."""

    text = forms.CharField(
        label="The resource (JSON)", widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
        error_messages={"required": "Enter the resource"},
    )  # fmt: skip
    note = forms.CharField(label="What you corrected, and how you know", required=False, max_length=LONGEST)

    def __init__(self, data: Any = None, *, row: QuarantinedRow) -> None:
        content = row.content
        is_text = isinstance(content, dict) and set(content) == {"text"}
        text = content["text"] if is_text else json.dumps(content, indent=2, ensure_ascii=False)
        super().__init__(data, initial={"text": text})

    def clean_text(self) -> str:
        """Text that is JSON; otherwise the line of the fault is named."""
        text = str(self.cleaned_data["text"])
        try:
            self.parsed = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise forms.ValidationError(f"The text is not JSON: {error}") from error
        if not isinstance(self.parsed, dict) or "resourceType" not in self.parsed:
            raise forms.ValidationError("A resource is an object with a resourceType")
        return text

    def content(self) -> Any:
        """The resource as corrected."""
        return self.parsed


class DismissForm(forms.Form):
    """Why a row is left out."""

    note = forms.CharField(
        label="Why this row is left out for good", max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": "Enter why the row is left out"},
    )  # fmt: skip


class ReplayAllForm(forms.Form):
    """Which rows to try again, as they are."""

    table = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(widget=forms.HiddenInput)


def correction_form(row: QuarantinedRow, *, is_json: bool, data: Any = None) -> RowForm | ResourceForm:
    """The form in which this row is corrected."""
    return ResourceForm(data, row=row) if is_json else RowForm(data, row=row)


def words_for(counts: Iterable[ReasonCount]) -> list[str]:
    """The reasons in these counts, once each."""
    return sorted({count.reason for count in counts})


def _field(column: Column, value: str, *, is_faulty: bool) -> forms.Field:
    hint = f"{column.meaning} ({column.type})" + (". The fault is here" if is_faulty else "")
    if column.values and (not value or value in column.values):
        choices = [("", "Empty"), *((allowed, allowed) for allowed in column.values)]
        return forms.ChoiceField(
            label=column.name,
            help_text=hint,
            choices=choices,
            required=column.required,
            initial=value,
            error_messages={"required": f"Choose {column.name}"},
        )
    if column.values:
        hint += f". Allowed: {', '.join(column.values)}"
    return forms.CharField(
        label=column.name, help_text=hint, initial=value, required=column.required, max_length=LONGEST, strip=False,
        error_messages={"required": f"Enter {column.name}"},
    )  # fmt: skip
