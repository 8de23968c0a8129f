"""What a model is trained and judged on: the people of both days, and which of them may be used for what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.risk.definitions import Factor, Outcome
from localcare.analysis.risk.frame import UNKNOWN, Frame
from localcare.analysis.risk.splitting import Dates


@dataclass(frozen=True)
class Material:
    """Both days as read, the practices held out, the factors used and, in words, those that are not."""

    outcome: Outcome
    dates: Dates
    training: Frame
    test: Frame
    held_out: tuple[str, ...]
    factors: tuple[Factor, ...]
    left_out_factors: tuple[str, ...]

    @cached_property
    def developed_on(self) -> Frame:
        """The rows of the training day that the model is fitted on: no held-out practice."""
        return self.training.where(usable(self.outcome, self.training) & ~self.is_held_out(self.training))

    @cached_property
    def judged(self) -> Frame:
        """The rows of the test day that it is judged by."""
        return self.test.where(usable(self.outcome, self.test))

    def is_held_out(self, frame: Frame) -> NDArray[np.bool_]:
        """The rows of held-out practices."""
        return np.isin(frame.columns["practice_code"], self.held_out)


def usable(outcome: Outcome, frame: Frame) -> NDArray[np.bool_]:
    """Rows that may be used to train and to judge: their follow-up is known, and no opt-out stands."""
    known = frame.event != UNKNOWN
    if outcome.opted_out_are_left_out:
        known &= frame.columns["opted_out"] != 1
    return np.asarray(known)
