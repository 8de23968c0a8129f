"""The Jinja environment with the NHS design system's components."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader, Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context

from localcare.kernel.nhs_design import charts, formatting, forms
from localcare.kernel.nhs_design.identity import identity
from localcare.kernel.nhs_design.tables import table_rows


class SharedTemplate(Template):
    """A template whose macros are made once, wherever they are imported.

    At each import Jinja compares the globals of both templates, a tenth of the time of a page with a form; here all
    templates have the globals of the environment and none of their own.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


def environment(**options: Any) -> Environment:
    """Build the environment; `ChainableUndefined` is what the NHS macros expect."""
    options["undefined"] = ChainableUndefined
    built = Environment(trim_blocks=True, lstrip_blocks=True, **options)  # noqa: S701 - Django sets autoescape
    built.template_class = SharedTemplate
    loaders = [built.loader, PackageLoader("nhsuk_frontend_jinja"), PackageLoader("django.forms", "jinja2")]
    built.loader = ChoiceLoader([loader for loader in loaders if loader])
    built.globals.update(static=static, url=_url, identity=identity, table_rows=table_rows)
    built.filters.update(FILTERS)
    return built


def _url(name: str, args: Sequence[Any] = (), **named: Any) -> str:
    """The address of a named page: `url("person", reference=…)` or `url("person", args=[…])`."""
    return reverse(name, args=args or None, kwargs=named or None)


def _relative_moment(moment: datetime | None) -> str:
    return formatting.format_relative_moment(moment, timezone.now())


def _age(born: date | None, on: date | None = None) -> str:
    return formatting.format_age(born, on or timezone.localdate())


FILTERS = {
    "nhs_date": formatting.format_date,
    "nhs_short_date": formatting.format_short_date,
    "nhs_moment": formatting.format_moment,
    "relative_moment": _relative_moment,
    "age": _age,
    "nhs_number": formatting.format_nhs_number,
    "money": formatting.format_money,
    "number": formatting.format_number,
    "interval": formatting.format_interval,
    "plural": formatting.plural,
    "form_component": forms.component,
    "error_summary": forms.error_summary,
    "error_summary_once": forms.error_summary_once,
    "sparkline": charts.sparkline,
    "line_chart": charts.line_chart,
}
