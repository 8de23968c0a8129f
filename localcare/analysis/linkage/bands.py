"""The bands in which pairs are shown, with what was measured for each on people whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from localcare.analysis.linkage.definition import FOLDER, LinkageDefinitionError, read_checked
from localcare.analysis.spc.rates import proportion

VERY_LIKELY, LIKELY, POSSIBLE, RIVALLED = "very-likely", "likely", "possible", "rivalled"


@dataclass(frozen=True)
class Wanted:
    """What a band asks for: a lower bound of its share of true pairs, and a share of its weakest pairs."""

    code: str
    title: str
    lower_bound: float
    weakest: int = 0
    of_weakest: float = 0.0


@dataclass(frozen=True)
class Band:
    """A band from so many bits, and of how many pairs in it how many were of one person when it was measured."""

    wanted: Wanted
    from_bits: float
    pairs: int
    same: int

    @property
    def code(self) -> str:
        """The code of the band."""
        return self.wanted.code

    @property
    def title(self) -> str:
        """The name of the band."""
        return self.wanted.title

    @property
    def share(self) -> float:
        """The share of its pairs that were of one person."""
        return self.same / self.pairs

    @property
    def in_words(self) -> str:
        """What was measured, said so that nobody takes it for a promise; never rounded up to all or down to none."""
        of_hundred = max(1, min(round(100 * self.share), 99))
        return f"in tests on synthetic people {of_hundred} of 100 such pairs were the same person"


@dataclass(frozen=True)
class Bands:
    """Bands from the strongest to the weakest, and the one of pairs with a rival, whatever their bits."""

    bands: tuple[Band, ...]
    rivalled: Band
    people: int
    seed: int

    @property
    def all(self) -> tuple[Band, ...]:
        """Every band, that of pairs with a rival last."""
        return (*self.bands, self.rivalled)

    def band(self, code: str) -> Band:
        """The band of that code; KeyError when there is none."""
        return {band.code: band for band in self.all}[code]

    @property
    def least_bits(self) -> float:
        """From where on a pair is proposed at all."""
        return min(band.from_bits for band in self.all)


@cache
def linkage_bands() -> Bands:
    """The shipped bands."""
    return read_bands(FOLDER)


def read_bands(folder: Path) -> Bands:
    """The bands of `bands.yaml`; LinkageDefinitionError when they do not fall or promise more than was measured."""
    content, _ = read_checked(folder, "bands")
    file = folder / "bands.yaml"
    bands = [_band(row) for row in content["bands"]]
    starts = [band.from_bits for band in bands[:-1]]
    if [band.code for band in bands] != [VERY_LIKELY, LIKELY, POSSIBLE, RIVALLED]:
        raise LinkageDefinitionError(
            f"{file}: the bands are {VERY_LIKELY}, {LIKELY}, {POSSIBLE}, {RIVALLED}, in this order. Name all four."
        )
    if starts != sorted(starts, reverse=True):
        raise LinkageDefinitionError(
            f"{file}: from_bits must fall from band to band. Put the strongest first."
        )
    for band in bands:
        lower = proportion(band.same, band.pairs).lower
        if lower < band.wanted.lower_bound:
            raise LinkageDefinitionError(
                f"{file}: {band.code} asks for at least {band.wanted.lower_bound}, but the lower bound measured is"
                f" {lower:.4f}. Measure again with localcare link evaluate, or raise from_bits."
            )
    return Bands(
        tuple(bands[:-1]), bands[-1], content["measured_on"]["people"], content["measured_on"]["seed"]
    )


def _band(row: dict[str, Any]) -> Band:
    weakest = row.get("weakest", {"pairs": 0, "true_at_least": 0.0})
    wanted = Wanted(
        row["code"],
        row["title"],
        float(row["lower_bound_at_least"]),
        weakest["pairs"],
        float(weakest["true_at_least"]),
    )
    return Band(wanted, float(row["from_bits"]), row["measured"]["pairs"], row["measured"]["same"])
