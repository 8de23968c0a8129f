"""Matched controls: each person (or place) with the change beside the most alike without it.

Sources: Rosenbaum and Rubin 1985 (caliper of the propensity's logit); Austin 2011 (Pharm Stat 10:150: 0.2 standard deviations);
Stuart 2010 (Stat Sci 25:1: standardised mean differences, 0.25 as the most that may be left). Errors are those of matched pairs:
the bootstrap fails for nearest neighbours (Abadie and Imbens 2008).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from localcare.analysis.effect.propensity import logits
from localcare.analysis.effect.results import BalanceRow, CannotCompare, Effect, Interval
from localcare.analysis.effect.two_groups import Values, mean_of
from localcare.analysis.effect.wording import direction, span, verdict
from localcare.analysis.plain_numbers import figure, percent

FEWEST_PAIRS = 20
ALIKE = 0.1  # standardised difference below which groups count as alike
TOO_UNALIKE = 0.25  # above this no figure is given

CANNOT_SAY = (
    "Only what was recorded could be matched. What nobody coded (how ill somebody looked, family at home, wishes, why a "
    "clinician chose them) may differ and is then counted as effect. Nothing is said about those who had no match."
)


@dataclass(frozen=True)
class Candidates:
    """One group: identifiers, the outcome of each, covariates to balance on and keys that must agree exactly."""

    identifiers: Sequence[str]
    outcomes: Sequence[float]
    covariates: Mapping[str, Sequence[float]]
    exact: Mapping[str, Sequence[Hashable]] = field(default_factory=dict)


def matched_controls(
    treated: Candidates,
    controls: Candidates,
    *,
    what: str = "the outcome",
    seed: int = 0,
    caliper: float = 0.2,
    level: float = 0.95,
) -> Effect:
    """Exact strata, then the nearest neighbour by propensity, one control each, without replacement.

    `caliper` is the farthest a match may be, in standard deviations of the logit; `seed` orders those who choose. When the groups
    stay unalike after matching, `estimate` is None and `says` why. Raises CannotCompare when there are too few pairs.
    """
    _check(treated, controls)
    pairs = _pairs(treated, controls, seed, caliper)
    if len(pairs) < FEWEST_PAIRS:
        raise CannotCompare(
            f"{len(pairs)} of {len(treated.identifiers)} found a match: at least {FEWEST_PAIRS} pairs are needed; ask for fewer "
            "exact keys, offer more controls or wait for more people"
        )
    chosen, beside = (np.array(side) for side in zip(*pairs, strict=True))
    balance = _balance(treated, controls, chosen, beside)
    alike = all(abs(row.after) <= TOO_UNALIKE for row in balance)
    with_change, without = _outcomes(treated)[chosen], _outcomes(controls)[beside]
    estimate = mean_of(with_change - without).interval(level) if alike else None
    expected = float(without.mean())
    counts = {
        "with the change": len(treated.identifiers),
        "pairs": len(pairs),
        "possible controls": len(controls.identifiers),
    }
    return Effect(
        method="matched controls",
        heading="Estimated effect",
        estimate=estimate,
        relative=estimate.over(expected) if estimate else None,
        observed=float(with_change.mean()),
        expected=expected if alike else None,
        says=_says(what, estimate, expected, counts, balance),
        cannot_say=CANNOT_SAY,
        balance=balance,
        pairs=tuple((treated.identifiers[one], controls.identifiers[two]) for one, two in pairs),
        counts=counts,
    )


def _check(treated: Candidates, controls: Candidates) -> None:
    if set(treated.covariates) != set(controls.covariates) or set(treated.exact) != set(controls.exact):
        raise CannotCompare(
            "the two groups are described by different covariates or keys; give both the same"
        )
    if not treated.covariates:
        raise CannotCompare(
            "there is nothing to match on; give at least one covariate, best the outcome's own past"
        )
    for group in (treated, controls):
        size = len(group.identifiers)
        for name, column in [("outcomes", group.outcomes), *group.covariates.items(), *group.exact.items()]:
            if len(column) != size:
                raise CannotCompare(f"{name} has {len(column)} values for {size} people; give one each")
        for name, column in [("outcomes", group.outcomes), *group.covariates.items()]:
            if not np.isfinite(np.asarray(column, dtype=float)).all():
                raise CannotCompare(
                    f"{name} has missing values; leave those people out or match on its being missing"
                )
    if shared := set(treated.identifiers) & set(controls.identifiers):
        raise CannotCompare(
            f"{min(shared)} is in both groups; take out of the controls whoever had the change"
        )


def _pairs(treated: Candidates, controls: Candidates, seed: int, caliper: float) -> list[tuple[int, int]]:
    """Rows of treated and control, in order of the treated."""
    table = np.vstack([_covariates(treated), _covariates(controls)])
    has_change = np.arange(len(table)) < len(treated.identifiers)
    scores = logits(table, has_change)
    farthest = caliper * float(scores.std())
    own, others = scores[has_change], scores[~has_change]
    free: dict[tuple[Hashable, ...], list[int]] = defaultdict(list)
    for place, stratum in enumerate(_strata(controls)):
        free[stratum].append(place)
    pools = {stratum: _Pool(np.array(places), others[places]) for stratum, places in free.items()}
    strata = _strata(treated)
    found = []
    for place in np.random.default_rng(seed).permutation(len(own)):
        pool = pools.get(strata[place])
        match = pool.take(own[place], farthest) if pool else None
        if match is not None:
            found.append((int(place), match))
    return sorted(found)


class _Pool:
    """Controls of one stratum that nobody has taken yet."""

    def __init__(self, places: np.ndarray, scores: Values) -> None:
        self._places, self._scores = places, scores.copy()

    def take(self, score: float, farthest: float) -> int | None:
        """The nearest one left, if near enough; it is taken out."""
        distances = np.abs(self._scores - score)
        nearest = int(distances.argmin())
        if not distances[nearest] <= farthest:
            return None
        self._scores[nearest] = np.inf
        return int(self._places[nearest])


def _balance(
    treated: Candidates, controls: Candidates, chosen: np.ndarray, beside: np.ndarray
) -> tuple[BalanceRow, ...]:
    """Differences in standard deviations of the groups before matching, so that before and after compare."""
    rows = []
    for name in treated.covariates:
        one, two = (np.asarray(group.covariates[name], dtype=float) for group in (treated, controls))
        spread = float(np.sqrt((one.var(ddof=1) + two.var(ddof=1)) / 2)) or 1.0
        rows.append(
            BalanceRow(
                name=name,
                treated_mean=float(one[chosen].mean()),
                control_mean_before=float(two.mean()),
                control_mean_after=float(two[beside].mean()),
                before=float(one.mean() - two.mean()) / spread,
                after=float(one[chosen].mean() - two[beside].mean()) / spread,
            )
        )
    return tuple(rows)


def _covariates(group: Candidates) -> Values:
    return np.column_stack(
        [np.asarray(group.covariates[name], dtype=float) for name in sorted(group.covariates)]
    )


def _strata(group: Candidates) -> list[tuple[Hashable, ...]]:
    names = sorted(group.exact)
    return [tuple(group.exact[name][place] for name in names) for place in range(len(group.identifiers))]


def _outcomes(group: Candidates) -> Values:
    return np.asarray(group.outcomes, dtype=float)


def _says(
    what: str,
    estimate: Interval | None,
    expected: float,
    counts: Mapping[str, int],
    balance: Sequence[BalanceRow],
) -> str:
    matched = f"{counts['pairs']} of {counts['with the change']} with the change had a match."
    worst = max(balance, key=lambda row: abs(row.after))
    if estimate is None:
        return (
            f"No effect is stated. {matched} Even so the groups are unalike in {worst.name} "
            f"({figure(abs(worst.after))} standard deviations apart, more than {TOO_UNALIKE})."
        )
    share = f" ({percent(estimate.value / expected)})" if expected > 0 else ""
    left = "" if abs(worst.after) <= ALIKE else f" A difference in {worst.name} is left: read it with care."
    return (
        f"{matched} In these pairs {what} was {figure(abs(estimate.value))}{share} {direction(estimate.value)} with the change "
        f"than without ({span(estimate)}). {verdict(estimate)}{left}"
    )
