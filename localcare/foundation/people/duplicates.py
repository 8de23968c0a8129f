"""Finding people who may be one: the database compares everybody, a person decides."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Case, Count, FloatField, Q, QuerySet, Value, When

from localcare.analysis.linkage.bands import linkage_bands
from localcare.analysis.spc.rates import proportion
from localcare.foundation.people import comparing
from localcare.foundation.people.likeness import (
    ENOUGH,
    STRONG,
    STRONGEST,
    VERY_STRONG,
    measured,
    points,
)
from localcare.foundation.people.models import Merge, PossibleDuplicate
from localcare.foundation.people.queries import visible_people
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

Progress = Callable[[int, int, str], None]
MERGE = "person.merge"
BY_RULES_ONLY = "rules"
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('people: find duplicates'))"
ROOM_TO_SORT = "SET LOCAL work_mem = '128MB'"  # the comparison sorts and joins the whole register


@dataclass(frozen=True)
class Search:
    """What one search over the register came to, in pairs."""

    compared: int
    new: int
    changed: int
    gone: int


def find_duplicates(*, by: Reader, progress: Progress | None = None, enough: int = ENOUGH) -> Search:
    """Compare everybody who shares something rare, and keep each pair that is strong enough.

    Searching again changes nothing where nobody has changed: open pairs are brought up to date or taken away when they
    no longer hold, and pairs that a person has decided stay as decided. Nothing is ever merged here.
    """
    steps = [*(words for words, _, _ in comparing.BLOCKS), "weighing every pair", "keeping the pairs"]

    def tell(done: int) -> None:
        if progress:
            progress(done, len(steps), steps[min(done, len(steps) - 1)])

    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in (ONE_AT_A_TIME, ROOM_TO_SORT, comparing.PREPARE, comparing.MAKE_PAIRS):
                cursor.execute(statement)
            cursor.execute(comparing.INDEX_COMPARED)
            cursor.execute("ANALYZE compared")
            for done, (_, key, having) in enumerate(comparing.BLOCKS):
                tell(done)
                cursor.execute(comparing.ADD_PAIRS.format(key=key, having=having))
            tell(len(comparing.BLOCKS))
            found = _weigh_and_keep(cursor, enough)
            tell(len(steps))
        record_access(reader=by, action="person.find-duplicates", detail=vars(found))
    return found


def _weigh_and_keep(cursor: CursorWrapper, enough: int) -> Search:
    cursor.execute("ANALYZE pair")
    cursor.execute("SELECT count(DISTINCT (first, second)) FROM pair")
    (compared,) = cursor.fetchone() or (0,)
    cursor.execute(comparing.FIND, {"points": json.dumps(points()), "enough": enough, "strongest": STRONGEST})
    cursor.execute("ANALYZE found")
    cursor.execute(comparing.KEEP)
    new, changed = cursor.fetchone() or (0, 0)
    cursor.execute(comparing.FORGET)
    gone = cursor.rowcount
    for table in ("found", "pair", "compared"):
        cursor.execute(f"DROP TABLE pg_temp.{table}")
    return Search(compared, new, changed, gone)


def duplicates_for(
    reader: Reader, *, decision: str = PossibleDuplicate.Decision.OPEN, at_least: int = 0, band: str = ""
) -> QuerySet[PossibleDuplicate]:
    """Pairs so decided, of whom the reader may see both, those most often of one person in tests first."""
    visible = visible_people(reader, MERGE).values("pk")
    pairs = PossibleDuplicate.objects.filter(
        decision=decision, score__gte=at_least, first__in=visible, second__in=visible
    )
    if band:
        pairs = pairs.filter(band="" if band == BY_RULES_ONLY else band)
    return pairs.select_related("first", "second").order_by(_standing().desc(), "-score", "pk")


def _standing() -> Case:
    """How often such pairs were of one person in tests, at the least: by the band, else by the strength of the rules."""
    bands = linkage_bands()
    found = [
        When(band=band.code, then=Value(proportion(band.same, band.pairs).lower))
        for band in (*bands.bands, bands.rivalled)
    ]
    strengths = [
        When(score__gte=score, then=Value(proportion(*measured(score)).lower))
        for score in (VERY_STRONG, STRONG, ENOUGH)
    ]
    return Case(*found, *strengths, default=Value(0.0), output_field=FloatField())


def decided_by_band() -> dict[str, tuple[int, int]]:
    """By band, how many pairs people have decided here, and how many of them were one person. Counts, nobody's names."""
    decided = Q(decision__in=(PossibleDuplicate.Decision.MERGED, PossibleDuplicate.Decision.NOT_SAME))
    rows = PossibleDuplicate.objects.filter(decided).exclude(band="").values("band")
    counted = rows.annotate(
        pairs=Count("pk"), same=Count("pk", filter=Q(decision=PossibleDuplicate.Decision.MERGED))
    )
    return {row["band"]: (row["pairs"], row["same"]) for row in counted}


def merges_for(reader: Reader) -> QuerySet[Merge]:
    """Merges, also those taken back, into people whom the reader may see, the latest first."""
    visible = visible_people(reader, MERGE).values("pk")
    return (
        Merge.objects.filter(kept__in=visible).select_related("kept", "removed").order_by("-merged_at", "-pk")
    )
