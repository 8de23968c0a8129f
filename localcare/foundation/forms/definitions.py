"""The reviewed forms: read from their files, checked, and kept as versions by their content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from localcare.foundation.forms.checking import faults_of
from localcare.foundation.forms.models import FormVersion
from localcare.foundation.forms.reading import read_form
from localcare.foundation.forms.shape import FormDefinition
from localcare.kernel.definitions import DEFINITIONS, DefinitionError, Fault, load
from localcare.kernel.definitions.lines import line_of, read_with_lines

FOLDER = DEFINITIONS / "forms"
SCHEMA = FOLDER / "form.schema.json"


class NoSuchForm(LookupError):
    """A form was asked for that no definition describes; the message lists those there are."""


def form(code: str) -> FormDefinition:
    """The form as its file says it today."""
    try:
        return forms()[code]
    except KeyError as error:
        raise NoSuchForm(f"There is no form {code!r}: choose {', '.join(sorted(forms()))}.") from error


@cache
def forms() -> Mapping[str, FormDefinition]:
    """Every form that is shipped, by its code."""
    return {code: read_form(content) for code, content in contents().items()}


@cache
def contents() -> Mapping[str, Mapping[str, Any]]:
    """The content of every shipped form, checked, by code."""
    return {file.stem: content_of(file) for file in sorted(FOLDER.glob("*.yaml"))}


def content_of(file: Path) -> dict[str, Any]:
    """The content of one form file; DefinitionError naming line, fault and remedy of each fault."""
    content: dict[str, Any] = json.loads(json.dumps(load(file.resolve(), SCHEMA), default=str))
    found = faults_of(content)
    if content["form"] != file.stem:
        found.append((("form",), f"The file is named {file.stem}", "Name the file after the form"))
    if found:
        _, lines = read_with_lines(file.read_text(encoding="utf-8"))
        faults = [
            Fault(file, line_of(place, lines), ".".join(map(str, place)), fault, remedy)
            for place, fault, remedy in found
        ]
        raise DefinitionError(sorted(faults, key=lambda fault: fault.line))
    return content


def faults_in(file: Path) -> tuple[Fault, ...]:
    """Every fault of a form file, none when it can be used."""
    try:
        content_of(file)
    except DefinitionError as error:
        return error.faults
    return ()


def digest_of(content: Mapping[str, Any]) -> str:
    """What names this content: the same words give the same digest, in whatever order the keys stand."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def current_version(code: str) -> FormVersion:
    """The version of today's content, numbered when it is seen for the first time."""
    content = contents()[form(code).code]
    digest = digest_of(content)
    known = FormVersion.objects.filter(form=code, digest=digest).first()
    return known or _new_version(code, content, digest)


def _new_version(code: str, content: Mapping[str, Any], digest: str) -> FormVersion:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"form-version:{code}"])
        last = FormVersion.objects.filter(form=code).aggregate(last=Max("number"))["last"] or 0
        version, _ = FormVersion.objects.get_or_create(
            form=code,
            digest=digest,
            defaults={"number": last + 1, "title": content["title"], "content": content},
        )
    return version


def definition_of(version: FormVersion) -> FormDefinition:
    """The form as it read in this version."""
    return _definition(version.pk, version.digest)


@cache
def _definition(key: int, digest: str) -> FormDefinition:
    return read_form(FormVersion.objects.get(pk=key, digest=digest).content)
