"""What pages show of the search by likeness: a pair's band and waterfall, and the searches."""

from __future__ import annotations

from dataclasses import dataclass

from localcare.analysis.linkage.bands import Band, linkage_bands
from localcare.analysis.linkage.definition import linkage_model
from localcare.analysis.linkage.explaining import Step, waterfall
from localcare.analysis.spc.rates import proportion
from localcare.foundation.people.models import LikenessSearch, PossibleDuplicate
from localcare.kernel.nhs_design.formatting import format_moment, format_number, plural

BAND_COLOURS = {"very-likely": "red", "likely": "orange", "possible": "grey", "rivalled": "purple"}
STATE_COLOURS = {"done": "green", "failed": "red", "running": "blue", "waiting": "grey", "stopped": "grey"}


@dataclass(frozen=True)
class Likeness:
    """What the search by likeness found of a pair."""

    band: str
    colour: str
    measured: str
    rivals: str
    probability: str
    steps: tuple[Step, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks for one person, the strongest first."""
        return tuple(_sentence(step.words) for step in self.steps if step.bits > 0)

    @property
    def against(self) -> tuple[str, ...]:
        """What speaks for two people, the strongest first."""
        return tuple(_sentence(step.words) for step in self.steps if step.bits < 0)


def likeness_of(pair: PossibleDuplicate) -> Likeness | None:
    """The likeness of a pair, or None where the search did not propose it."""
    if not pair.band or pair.bits is None:
        return None
    model, band = linkage_model(), linkage_bands().band(pair.band)
    known = {comparison.name: ("missing", 0.0) for comparison in model.comparisons}
    row = {
        name: value
        for comparison, (level, bits) in (known | pair.evidence).items()
        for name, value in ((f"level_{comparison}", level), (f"bits_{comparison}", bits))
    }
    several = "another record fits" if pair.rivals == 1 else f"{pair.rivals} other records fit"
    return Likeness(
        band=band.title,
        colour=BAND_COLOURS[band.code],
        measured=band.in_words,
        rivals=f"{several} nearly as well" if pair.rivals else "",
        probability=_probability(pair.bits),
        steps=tuple(waterfall(row, model)),
    )


def _probability(bits: float) -> str:
    """The model's own probability, never rounded to certainty."""
    share = 100 / (1 + 2.0**-bits)
    if share > 99.9:
        return "over 99.9%"
    return "under 1%" if share < 1 else f"{share:.0f}%" if share < 99 else f"{share:.1f}%"


@dataclass(frozen=True)
class SearchRow:
    """One search, as its page shows it."""

    state: str
    colour: str
    asked: str
    asked_by: str
    finished: str
    step: str
    work: LikenessSearch
    came_to: str
    message: str


def search_rows(searches: list[LikenessSearch]) -> list[SearchRow]:
    """The searches, the latest first."""
    return [_search_row(search) for search in searches]


def _search_row(search: LikenessSearch) -> SearchRow:
    came_to = ""
    if search.status == LikenessSearch.Status.DONE:
        came_to = (
            f"{format_number(search.people)} people, {format_number(search.without_number)} without an NHS number:"
            f" {format_number(search.new)} new pairs, {format_number(search.changed)} changed,"
            f" {format_number(search.gone)} no longer proposed."
            f" {format_number(search.held_back)} alike but held back, as twins or a parent and child are."
        )
    return SearchRow(
        state=search.get_status_display(),
        colour=STATE_COLOURS[search.status],
        asked=format_moment(search.asked_at),
        asked_by=search.asked_by,
        finished=format_moment(search.finished_at) if search.finished_at else "Not yet",
        step=search.stage.capitalize() or search.get_status_display(),
        work=search,
        came_to=came_to,
        message=f"Stopped by {search.stop_asked_by}." if search.was_stopped else search.message,
    )


@dataclass(frozen=True)
class BandRow:
    """One band: what was measured, what people decided here, and whether that falls short of what was measured."""

    title: str
    measured: str
    decided: str
    falls_short: bool


def band_rows(decided: dict[str, tuple[int, int]]) -> list[BandRow]:
    """The bands, the strongest first."""
    return [_band_row(band, *decided.get(band.code, (0, 0))) for band in linkage_bands().all]


def _band_row(band: Band, pairs: int, same: int) -> BandRow:
    words = (
        f"{format_number(same)} of {plural(pairs, 'pair')} decided here" if pairs else "None decided here yet"
    )
    short = pairs > 0 and proportion(same, pairs).upper < band.share
    return BandRow(band.title, _sentence(band.in_words), words, short)


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]
