"""What the list of risk models shows, made from rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from localcare.care.stratification.models import RiskModel, RiskScoring
from localcare.care.stratification.risk.rules import METHODS
from localcare.kernel.nhs_design.formatting import format_date, format_number, format_relative_moment, plural

COLOURS = {
    "published": "green", "evaluated": "blue", "training": "blue", "waiting": "yellow", "refused": "red",
    "failed": "red",
}  # fmt: skip


def model_rows(models: Iterable[RiskModel], scorings: Mapping[int, RiskScoring]) -> list[list[Any]]:
    """A row for each model: what it is, where it stands, how good it is, what to know."""
    return [
        [
            _link(model),
            _state(model),
            METHODS.get(model.method, model.method),
            format_number(model.figures.get("auc"), 3) or "–",
            format_number(model.figures.get("slope"), 2) or "–",
            f"{format_relative_moment(model.asked_at, timezone.now())} by {_who(model)}",
            _to_know(model, scorings.get(model.pk)),
        ]
        for model in models
    ]


def _link(model: RiskModel) -> SafeString:
    return format_html(
        '<a href="{}">{}, learnt up to {}</a>',
        reverse("risk-model", args=[model.reference]),
        model.outcome_title,
        format_date(model.as_of),
    )


def _state(model: RiskModel) -> SafeString:
    colour = COLOURS.get(model.status, "grey")
    return format_html(
        '<strong class="nhsuk-tag nhsuk-tag--{}">{}</strong>', colour, model.get_status_display()
    )


def _who(model: RiskModel) -> str:
    return (model.asked_by.get_full_name() if model.asked_by else "") or model.asked_by_name


def _to_know(model: RiskModel, scoring: RiskScoring | None) -> str:
    if model.status == RiskModel.Status.REFUSED:
        return " ".join(model.reasons)
    if model.status == RiskModel.Status.FAILED:
        return model.message
    if not model.is_over:
        return model.stage or "Waits"
    if model.status != RiskModel.Status.PUBLISHED:
        return ""
    if scoring is None:
        return "Scores from the next run on"
    if scoring.fault:
        return "Gave no numbers in the last run"
    if scoring.warnings:
        return f"{plural(len(scoring.warnings), 'drift warning')} in the last run"
    return f"{format_number(scoring.people)} people scored in the last run, no drift"
