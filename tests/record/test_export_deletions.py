"""Deleted rows stay noted for as long as an export may be gone on from, and no longer."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from localcare.foundation.people.models import Person
from localcare.foundation.record import jobs
from localcare.foundation.record.exporting import states
from localcare.foundation.record.exporting.deletions import (
    KEPT_FOR,
    ExportUnderWay,
    prune_deletions,
    transactions,
)
from localcare.foundation.record.models import DeletedRow, Fact, RememberedExport
from tests.record.exports import export, fact, rows_of, with_full_record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_home")]
ALL_DAYS = KEPT_FOR + timedelta(days=1)


def deleted_fact(name: str) -> int:
    """The key of a fact that was there and is deleted."""
    made = fact(Person.objects.order_by("pk")[0], name)
    key = int(made.pk)
    Fact.objects.filter(pk=key).delete()
    return key


def noted() -> set[int]:
    return set(DeletedRow.objects.values_list("row_id", flat=True))


def nothing_else_runs(name: str) -> None:
    """Move an export's horizon to now: other databases of the server, with tests of their own, hold it back."""
    latest, _ = transactions()
    RememberedExport.objects.filter(name=name).update(horizon=latest)


def test_without_an_export_no_deleted_row_is_kept():
    with_full_record()
    deleted_fact("gone")
    assert prune_until_nothing_else_runs() == 1
    assert noted() == set()


def prune_until_nothing_else_runs() -> int:
    """Other databases of the server may have changes under way, which keep the latest rows noted for a moment."""
    deadline = timezone.now() + timedelta(seconds=60)
    while timezone.now() < deadline:
        if pruned := prune_deletions():
            return pruned
    raise AssertionError("nothing was pruned for a minute")


def test_rows_deleted_before_every_export_go_and_those_since_stay(tmp_path):
    with_full_record()
    before = deleted_fact("before")
    for name in ("one", "two"):
        export(tmp_path / name, pseudonymous=True)
        nothing_else_runs(RememberedExport.objects.latest("pk").name)
    since = deleted_fact("since")
    assert noted() == {before, since}
    assert prune_until_nothing_else_runs() == 1
    assert noted() == {since}
    for name in ("one", "two"):
        assert export(tmp_path / "on", pseudonymous=True, since=tmp_path / name).since
        assert len(rows_of(tmp_path / "on", "facts")) == 1


def test_an_export_past_its_time_is_not_gone_on_from_and_says_so(tmp_path):
    with_full_record()
    fact(Person.objects.get(), "goes")
    export(tmp_path / "one", "direct-care", pseudonymous=True)
    Fact.objects.filter(source_key="goes").delete()
    assert prune_deletions(at=timezone.now() + KEPT_FOR - timedelta(minutes=1)) == 0
    assert RememberedExport.objects.count() == 1
    prune_deletions(at=timezone.now() + ALL_DAYS)
    summary = export(tmp_path / "two", pseudonymous=True, since=tmp_path / "one")
    assert summary.why_whole == (
        "which rows were deleted since then is known no more: that is kept for 35 days"
    )
    assert len(rows_of(tmp_path / "two", "facts")) == 1


def test_while_an_export_is_made_nothing_is_pruned(tmp_path):
    """It is remembered only when it is finished, and rows may be deleted meanwhile."""
    with_full_record()
    refused = []

    def meanwhile(done: int, total: int, what: str) -> None:
        if what == "rows read" and not refused:
            refused.append(True)
            with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
                other.execute("DELETE FROM record_fact WHERE source_key = 'goes'")
                other.commit()
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    other.execute("LOCK TABLE record_rememberedexport IN SHARE MODE NOWAIT")

    fact(Person.objects.get(), "goes")
    export(tmp_path / "one", pseudonymous=True, progress=meanwhile)
    assert refused
    assert len(rows_of(tmp_path / "one", "facts")) == 2
    prune_deletions()
    assert export(tmp_path / "two", pseudonymous=True, since=tmp_path / "one").since
    assert len(rows_of(tmp_path / "two", "facts")) == 1


@pytest.fixture
def export_elsewhere():
    """The lock that an export on another machine holds until it is finished."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("LOCK TABLE record_rememberedexport IN ROW EXCLUSIVE MODE")
        yield other


def test_the_night_after_next_does_what_an_export_kept_from_being_done(export_elsewhere):
    with_full_record()
    deleted_fact("gone")
    with pytest.raises(ExportUnderWay):
        prune_deletions()
    assert jobs.forget_deletions(0) == 0
    assert len(noted()) == 1
    export_elsewhere.rollback()
    prune_until_nothing_else_runs()
    assert noted() == set()


def test_a_row_whose_deletion_is_under_way_stays_noted(tmp_path):
    """Whoever exports now does not see it, and must hear of it later."""
    with_full_record()
    gone = fact(Person.objects.get(), "gone")
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as slow:
        slow.execute("DELETE FROM record_fact WHERE id = %s", [gone.pk])
        prune_deletions()
        export(tmp_path / "one", pseudonymous=True)
        slow.commit()
    prune_deletions()
    assert noted() == {gone.pk}
    assert export(tmp_path / "two", pseudonymous=True, since=tmp_path / "one").since
    assert len(rows_of(tmp_path / "two", "facts")) == 1


def test_what_a_machine_keeps_of_an_export_goes_with_the_database_s_memory_of_it(tmp_path):
    """It tells which pseudonym is whose; memories of other databases are theirs to forget."""
    with_full_record()
    export(tmp_path / "one", pseudonymous=True)
    (state,) = states.states_folder().glob(f"*/{states.STATE}")
    other = states.states_folder() / "of-another-database"
    other.mkdir()
    (other / states.STATE).write_text(state.read_text().replace('"server": "', '"server": "9'))
    jobs.forget_deletions(0)
    assert state.exists()
    RememberedExport.objects.update(finished_at=timezone.now() - ALL_DAYS)
    jobs.forget_deletions(0)
    assert list(states.states_folder().iterdir()) == [other]


def test_the_database_forgets_an_export_with_its_machine(tmp_path):
    """Of exports of one kind only the latest are kept, and rows are noted for no others."""
    with_full_record()
    for number in range(states.KEPT + 2):
        export(tmp_path / str(number), pseudonymous=True)
    kept = {folder.name for folder in states.states_folder().iterdir()}
    assert set(RememberedExport.objects.values_list("name", flat=True)) == kept
    assert len(kept) == states.KEPT
