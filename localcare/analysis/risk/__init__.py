"""Risk models trained on a place's own linked data, judged before anybody sees a list, and explained to everybody."""

from localcare.analysis.risk.card import read_card
from localcare.analysis.risk.definitions import Outcome, RiskDefinitionError, outcome, outcomes
from localcare.analysis.risk.drift import DriftReport, drift
from localcare.analysis.risk.model import ModelError, TrainedModel, Verdict, load
from localcare.analysis.risk.scoring import RiskRun, score
from localcare.analysis.risk.training import METHODS, TrainingError, train

__all__ = [
    "METHODS",
    "DriftReport",
    "ModelError",
    "Outcome",
    "RiskDefinitionError",
    "RiskRun",
    "TrainedModel",
    "TrainingError",
    "Verdict",
    "drift",
    "load",
    "outcome",
    "outcomes",
    "read_card",
    "score",
    "train",
]
