"""What the codes in a pathway are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import yaml

from localcare.analysis.pathways.words import Names
from localcare.foundation.pathways.definitions.loading import contents
from localcare.foundation.pathways.definitions.timing import all_hours, settings
from localcare.kernel.definitions import DEFINITIONS


def names_on(day: date) -> Names:
    """The titles of kinds, forms, hours and pathways, and what each setting is on the day."""
    return Names(
        kinds=_kind_titles(),
        forms=_form_titles(),
        hours={code: hours.title for code, hours in all_hours().items()},
        pathways={code: str(content["title"]) for code, content in contents().items()},
        spans={code: value.span for code, setting in settings().items() if (value := setting.on(day))},
    )


@cache
def _kind_titles() -> Mapping[str, str]:
    file = DEFINITIONS / "services" / "kinds.yaml"
    kinds: Mapping[str, Mapping[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))["kinds"]
    return {code: kind["title"] for code, kind in kinds.items()} | {"any-service": "Any service"}


@cache
def _form_titles() -> Mapping[str, str]:
    files = sorted((DEFINITIONS / "forms").glob("*.yaml"))
    contents = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
    return {content["form"]: content["title"] for content in contents if "form" in content}
