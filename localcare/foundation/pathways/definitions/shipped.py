"""Every shipped pathway, read once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

import yaml

from localcare.analysis.pathways.model import Pathway, Span
from localcare.analysis.pathways.reading import read_pathway
from localcare.analysis.pathways.settings import read_settings, resolve
from localcare.foundation.services.hours import hours
from localcare.kernel.definitions import DEFINITIONS

__all__ = ["content_of", "hours", "pathways", "span_on"]
FOLDER = DEFINITIONS / "pathways"


@cache
def _contents() -> Mapping[str, Mapping[str, Any]]:
    found = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.yaml")))
    return MappingProxyType({content["pathway"]: content for content in found if "pathway" in content})


def content_of(code: str) -> Mapping[str, Any]:
    """What the file of a pathway says; LookupError when there is none."""
    return _contents()[code]


@cache
def pathways() -> Mapping[str, Pathway]:
    """Every shipped pathway by its code."""
    return MappingProxyType({code: read_pathway(content) for code, content in _contents().items()})


@cache
def _settings() -> Any:
    return read_settings(yaml.safe_load((FOLDER / "settings.yaml").read_text(encoding="utf-8")))


def span_on(span: Span, day: date) -> Span:
    """The length that a span means on a day."""
    return resolve(span, _settings(), day)
