"""A scenario estimated from a journal: demand, durations, branches, places, and who is where at its end."""

from __future__ import annotations

from localcare.analysis.simulation.scenario.fitting.fit import Fitted, fit_folder, fit_journal

__all__ = ["Fitted", "fit_folder", "fit_journal"]
