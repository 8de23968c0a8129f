"""The tables of this room, one file for each concern; those of the risk models and evaluations lie with them."""

from __future__ import annotations

from localcare.care.stratification.evaluation.models import ListEvaluation
from localcare.care.stratification.models.entries import Decision, ListEntry, ListEvent, SavedView
from localcare.care.stratification.models.runs import Run, RunCount
from localcare.care.stratification.models.scores import PersonScore
from localcare.care.stratification.risk.models import (
    PersonRisk,
    RiskModel,
    RiskModelDecision,
    RiskModelFile,
    RiskScoring,
)

__all__ = [
    "Decision",
    "ListEntry",
    "ListEvaluation",
    "ListEvent",
    "PersonRisk",
    "PersonScore",
    "RiskModel",
    "RiskModelDecision",
    "RiskModelFile",
    "RiskScoring",
    "Run",
    "RunCount",
    "SavedView",
]
