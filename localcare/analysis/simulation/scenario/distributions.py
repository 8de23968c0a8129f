"""What follows from a duration: mean, spread, how many still stay after a time; all in hours."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import gammainc, gammaincc, gammaincinv, ndtr, ndtri

from localcare.analysis.simulation.scenario.durations import Duration

Array = npt.NDArray[np.float64]


def mean_hours(duration: Duration) -> float:
    """The mean length in hours."""
    given, scale = duration.parameters, duration.hours_per_unit
    match duration.distribution:
        case "triangular":
            return scale * (given["low"] + given["mode"] + given["high"]) / 3
        case "uniform":
            return scale * (given["low"] + given["high"]) / 2
        case "fixed":
            return scale * given["value"]
        case "empirical":
            return float(scale * np.dot(_weights(duration), duration.values))
    return scale * given["mean"]


def variance_hours(duration: Duration) -> float:
    """The variance of the length, in square hours."""
    given, scale = duration.parameters, duration.hours_per_unit**2
    match duration.distribution:
        case "exponential":
            return scale * given["mean"] ** 2
        case "triangular":
            low, mode, high = given["low"], given["mode"], given["high"]
            return scale * (low**2 + mode**2 + high**2 - low * mode - low * high - mode * high) / 18
        case "uniform":
            return scale * (given["high"] - given["low"]) ** 2 / 12
        case "fixed":
            return 0.0
        case "empirical":
            weights, values = _weights(duration), np.asarray(duration.values, float)
            return float(scale * (np.dot(weights, values**2) - np.dot(weights, values) ** 2))
    return scale * given["sd"] ** 2


def survival(duration: Duration, hours: Array) -> Array:
    """The share that lasts longer than each of the times."""
    time = np.maximum(np.asarray(hours, float), 0.0) / duration.hours_per_unit
    given = duration.parameters
    match duration.distribution:
        case "exponential":
            found = np.exp(-time / given["mean"])
        case "lognormal":
            mu, sigma = lognormal_parameters(given["mean"], given["sd"])
            found = ndtr((mu - _log(time)) / sigma)
        case "gamma":
            shape, scale = gamma_parameters(given["mean"], given["sd"])
            found = gammaincc(shape, time / scale)
        case "triangular":
            found = 1 - _triangular_below(time, given["low"], given["mode"], given["high"])
        case "uniform":
            found = 1 - np.clip((time - given["low"]) / (given["high"] - given["low"]), 0, 1)
        case "fixed":
            found = np.where(time < given["value"], 1.0, 0.0)
        case "empirical":
            values, weights = np.asarray(duration.values, float), _weights(duration)
            above = np.concatenate([np.cumsum(weights[::-1])[::-1], [0.0]])
            found = above[np.searchsorted(values, time, side="right")]
    return np.asarray(found, float)


def limited_mean(duration: Duration, hours: Array) -> Array:
    """E[min(length, time)] in hours: the survival integrated from 0 to each of the times, in closed form."""
    time = np.maximum(np.asarray(hours, float), 0.0) / duration.hours_per_unit
    given = duration.parameters
    match duration.distribution:
        case "exponential":
            found = given["mean"] * -np.expm1(-time / given["mean"])
        case "lognormal":
            mu, sigma = lognormal_parameters(given["mean"], given["sd"])
            log = _log(time)
            found = given["mean"] * ndtr((log - mu - sigma**2) / sigma) + time * ndtr((mu - log) / sigma)
        case "gamma":
            shape, scale = gamma_parameters(given["mean"], given["sd"])
            found = given["mean"] * gammainc(shape + 1, time / scale) + time * gammaincc(shape, time / scale)
        case "triangular":
            found = _limited_triangular(time, given["low"], given["mode"], given["high"])
        case "uniform":
            low, high = given["low"], given["high"]
            inside = np.clip(time, low, high) - low
            found = np.minimum(time, low) + inside - inside**2 / (2 * (high - low))
        case "fixed":
            found = np.minimum(time, given["value"])
        case "empirical":
            found = np.minimum.outer(time, np.asarray(duration.values, float)) @ _weights(duration)
    return np.asarray(found, float) * duration.hours_per_unit


def quantiles(duration: Duration, shares: Array) -> Array:
    """The lengths in hours that the shares of all do not exceed."""
    given = duration.parameters
    match duration.distribution:
        case "exponential":
            found = -given["mean"] * np.log1p(-shares)
        case "lognormal":
            mu, sigma = lognormal_parameters(given["mean"], given["sd"])
            found = np.exp(mu + sigma * ndtri(shares))
        case "gamma":
            shape, scale = gamma_parameters(given["mean"], given["sd"])
            found = scale * gammaincinv(shape, shares)
        case "triangular":
            low, mode, high = given["low"], given["mode"], given["high"]
            rising = low + np.sqrt(shares * (high - low) * (mode - low))
            falling = high - np.sqrt((1 - shares) * (high - low) * (high - mode))
            found = np.where(shares * (high - low) < mode - low, rising, falling)
        case "uniform":
            found = given["low"] + shares * (given["high"] - given["low"])
        case "fixed":
            found = np.full_like(np.asarray(shares, float), given["value"])
        case "empirical":
            at = np.searchsorted(np.cumsum(_weights(duration)), shares, side="left")
            found = np.asarray(duration.values, float)[np.minimum(at, len(duration.values) - 1)]
    return np.asarray(found, float) * duration.hours_per_unit


def lognormal_parameters(mean: float, sd: float) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm, from those of the length."""
    sigma2 = math.log1p((sd / mean) ** 2)
    return math.log(mean) - sigma2 / 2, math.sqrt(sigma2)


def gamma_parameters(mean: float, sd: float) -> tuple[float, float]:
    """Shape and scale, from mean and standard deviation."""
    return (mean / sd) ** 2, sd**2 / mean


def _weights(duration: Duration) -> Array:
    given = np.asarray(duration.weights or [1.0] * len(duration.values), float)
    return np.asarray(given / given.sum(), float)


def _log(time: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(time), float)


def _triangular_below(time: Array, low: float, mode: float, high: float) -> Array:
    up, down = mode - low or 1.0, high - mode or 1.0  # a side of no width is never asked for
    rising = (time - low) ** 2 / ((high - low) * up)
    falling = 1 - (high - time) ** 2 / ((high - low) * down)
    inside = np.where(time < mode, rising, falling)
    return np.asarray(np.where(time <= low, 0.0, np.where(time >= high, 1.0, inside)), float)


def _limited_triangular(time: Array, low: float, mode: float, high: float) -> Array:
    up, down = mode - low or 1.0, high - mode or 1.0
    rising = time - np.maximum(time - low, 0) ** 3 / (3 * (high - low) * up)
    falling = (low + mode + high) / 3 - np.maximum(high - time, 0) ** 3 / (3 * (high - low) * down)
    return np.asarray(np.where(time <= low, time, np.where(time < mode, rising, falling)), float)
