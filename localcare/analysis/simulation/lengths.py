"""Lengths of time drawn from a scenario's distributions, in whole microseconds."""

from __future__ import annotations

import math

import numpy as np

from localcare.analysis.simulation.calendar import HOUR
from localcare.analysis.simulation.scenario.durations import Duration

SINGLE = np.float32  # seven digits are enough for a length, and faster


def draw(duration: Duration, count: int, random: np.random.Generator) -> np.ndarray:
    """So many lengths; a longer row begins with the same numbers as a shorter one."""
    return to_be_cut(duration, count, random).astype(np.int64)


def to_be_cut(duration: Duration, count: int, random: np.random.Generator) -> np.ndarray:
    """The same lengths as floating numbers half a microsecond too long, so that cutting them off rounds them."""
    given = duration.parameters
    scale = duration.hours_per_unit * HOUR
    found: np.ndarray
    match duration.distribution:
        case "exponential":
            found = random.standard_exponential(count, dtype=SINGLE)
            found *= SINGLE(given["mean"] * scale)
        case "lognormal":
            variance = math.log1p((given["sd"] / given["mean"]) ** 2)
            found = random.standard_normal(count, dtype=SINGLE)
            found *= SINGLE(math.sqrt(variance))
            found += SINGLE(math.log(given["mean"] * scale) - variance / 2)
            np.exp(found, out=found)
        case "gamma":
            shape = (given["mean"] / given["sd"]) ** 2
            found = random.standard_gamma(shape, count) * (given["mean"] / shape * scale)
        case "triangular":
            found = _triangular(given["low"], given["mode"], given["high"], random.random(count)) * scale
        case "uniform":
            found = (given["low"] + (given["high"] - given["low"]) * random.random(count)) * scale
        case "empirical":
            weights = np.array(duration.weights or (1.0,) * len(duration.values))
            edges = np.cumsum(weights) / weights.sum()
            places = np.searchsorted(edges, random.random(count), side="right")
            found = np.array(duration.values)[np.minimum(places, len(edges) - 1)] * scale
        case "fixed":
            found = np.full(count, given["value"] * scale)
    found += 0.5
    return found


def mean_hours(duration: Duration) -> float:
    """The mean length in hours."""
    given = duration.parameters
    match duration.distribution:
        case "exponential" | "lognormal" | "gamma":
            mean = given["mean"]
        case "triangular":
            mean = (given["low"] + given["mode"] + given["high"]) / 3
        case "uniform":
            mean = (given["low"] + given["high"]) / 2
        case "empirical":
            mean = float(np.average(duration.values, weights=duration.weights or None))
        case "fixed":
            mean = given["value"]
    return mean * duration.hours_per_unit


def _triangular(low: float, mode: float, high: float, uniform: np.ndarray) -> np.ndarray:
    if high <= low:
        return np.full(len(uniform), low)
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt(uniform * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - uniform) * (high - low) * (high - mode))
    return np.where(uniform < turn, rising, falling)
