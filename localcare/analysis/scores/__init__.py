"""Risk, frailty and multimorbidity scores over the linked dataset."""

from localcare.analysis.scores.columns import ALL, SCORE_COLUMNS, columns_of
from localcare.analysis.scores.pipeline import score

__all__ = ["ALL", "SCORE_COLUMNS", "columns_of", "score"]
