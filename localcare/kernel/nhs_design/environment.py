"""The Jinja environment with the NHS design system's components."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader


def environment(**options: Any) -> Environment:
    """Build the environment; `ChainableUndefined` is what the NHS macros expect."""
    options["undefined"] = ChainableUndefined
    built = Environment(trim_blocks=True, lstrip_blocks=True, **options)  # noqa: S701 - Django sets autoescape
    loaders = [built.loader, PackageLoader("nhsuk_frontend_jinja"), PackageLoader("django.forms", "jinja2")]
    built.loader = ChoiceLoader([loader for loader in loaders if loader])
    built.globals.update(static=static, url=reverse)
    return built
