"""The register is searched by likeness: pairs come to the review list with reasons, and a person decides about each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

import localcare
from localcare.analysis.linkage.bands import linkage_bands
from localcare.foundation.people import jobs, linking
from localcare.foundation.people.duplicates import decided_by_band, duplicates_for, find_duplicates
from localcare.foundation.people.linking import SearchRefused, search_by_likeness
from localcare.foundation.people.linking_presenters import band_rows, likeness_of
from localcare.foundation.people.merging import (
    MergeRefused,
    decide_not_same,
    decide_not_sure,
    merge_people,
    propose_again,
)
from localcare.foundation.people.models import LikenessSearch, Merge, Person, PossibleDuplicate
from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.models import AuditEntry
from localcare.kernel.database.one_at_a_time import InProgress
from localcare.kernel.work import carrying_out
from localcare.kernel.work.files import work_folder
from tests.factories import PersonFactory, area, practice, registered_person, user_with_role
from tests.linkage.both_ways import address, proposed, register_with_strays, shares
from tests.linkage.conftest import quick_model

BY = system_reader("tests of likeness")
PEOPLE, STRAYS = 1500, 120
RECALL_AT_LEAST, PRECISION_AT_LEAST = 0.93, 0.97  # measured in 60,000 people: 0.98 and 0.99


@pytest.fixture(scope="module")
def searched(django_db_setup, django_db_blocker) -> Iterator[dict[tuple[int, int], str]]:
    """A register with strays, searched by the rules and by likeness; the true pairs. Undone at the end of the module."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(linking, "linkage_model", quick_model)
        true = register_with_strays(people=PEOPLE, strays=STRAYS, seed=3)
        find_duplicates(by=BY)
        search_by_likeness(by=BY)
        yield true
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def undone(request, searched) -> Iterator[None]:
    """What one test changes, the next does not see."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def strong_pair() -> PossibleDuplicate:
    return duplicates_for(BY).filter(band="very-likely").first()


def test_true_pairs_are_proposed_with_reasons_and_the_band_says_what_was_measured(searched):
    by_likeness = proposed(band__in=["very-likely", "likely"])
    recall, precision = shares(by_likeness, searched)
    print(f"{len(searched)} true pairs: recall {recall:.3f}, precision {precision:.3f}")
    assert recall >= RECALL_AT_LEAST and precision >= PRECISION_AT_LEAST
    shown = likeness_of(strong_pair())
    assert shown.measured == linkage_bands().bands[0].in_words
    assert "Same date of birth" in shown.reasons and shown.steps[0].bits >= shown.steps[-1].bits
    assert shown.probability == "over 99.9%"


def test_what_the_rules_and_the_likeness_find_stands_on_one_row_and_the_surest_first(searched):
    both = proposed(score__gt=0) & proposed(band="very-likely")
    assert len(both) > 0.8 * len(searched)
    listed = list(duplicates_for(BY))
    assert (
        len(listed) == PossibleDuplicate.objects.count() == len({(p.first_id, p.second_id) for p in listed})
    )
    assert listed[0].band == "very-likely"
    assert [p.band for p in duplicates_for(BY, band="very-likely")] == ["very-likely"] * len(
        proposed(band="very-likely")
    )
    assert {p.band for p in duplicates_for(BY, band="rules")} <= {""}


def test_nothing_is_merged_by_a_search(searched):
    assert not Merge.objects.exists()
    assert not Person.objects.exclude(merged_into=None).exists()
    assert set(PossibleDuplicate.objects.values_list("decision", flat=True)) == {""}


def test_only_a_form_that_a_person_sends_merges():
    """No job, search, load or command can: one function merges, and its one caller is the page that took a form."""
    package = Path(localcare.__file__).parent
    texts = {str(path.relative_to(package)): path.read_text("utf-8") for path in package.rglob("*.py")}
    named = {name: text for name, text in texts.items() if "merge_people" in text or "merged_into" in text}
    trees = {name: ast.parse(text) for name, text in named.items()}
    callers = {name for name, tree in trees.items() if any(_merges(node) for node in ast.walk(tree))}
    writers = {
        name for name, tree in trees.items() if any(_points_elsewhere(node) for node in ast.walk(tree))
    }
    assert callers == {"foundation/people/duplicate_views.py"}
    assert writers == {"foundation/people/merging.py"}


def _merges(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "merge_people"
    )


def _points_elsewhere(node: ast.AST) -> bool:
    """An update or creation that sets merged_into to somebody, an assignment to it, or SQL that sets it."""
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("update", "create"):
        return any(word.arg == "merged_into" and not _is_none(word.value) for word in node.keywords)
    if isinstance(node, ast.Assign):
        return any(getattr(target, "attr", "") == "merged_into" for target in node.targets)
    return isinstance(node, ast.Constant) and "SET merged_into" in str(node.value)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def test_searching_again_changes_nothing():
    before = list(PossibleDuplicate.objects.order_by("pk").values())
    again = search_by_likeness(by=BY)
    assert (again.new, again.changed, again.gone) == (0, 0, 0)
    assert (again.status, again.done) == (LikenessSearch.Status.DONE, again.total)
    assert list(PossibleDuplicate.objects.order_by("pk").values()) == before


def test_what_a_person_decided_stays_and_corrections_are_followed(searched):
    apart, unsure, corrected, merged = [p for p in duplicates_for(BY) if p.band == "very-likely"][:4]
    decide_not_same(duplicate=apart, reason="Cousins", by=BY)
    decide_not_sure(duplicate=unsure, reason="Ask the practice", by=BY)
    merge_people(kept=merged.first, removed=merged.second, reason="The same", by=BY)
    Person.objects.filter(pk=corrected.second_id).update(birth_date=date(1921, 7, 1), given_name="Otto")
    find_duplicates(by=BY)
    again = search_by_likeness(by=BY)
    assert again.new == 0 and again.gone >= 1
    for pair in (apart, unsure, merged):
        kept = PossibleDuplicate.objects.get(pk=pair.pk)
        assert kept.decision == {apart.pk: "not-same", unsure.pk: "not-sure", merged.pk: "merged"}[pair.pk]
    assert not PossibleDuplicate.objects.filter(pk=corrected.pk).exists()
    assert not duplicates_for(BY).filter(pk__in=[apart.pk, unsure.pk, merged.pk]).exists()


def test_a_pair_nobody_is_sure_about_waits_aside_and_can_come_back():
    pair = strong_pair()
    decide_not_sure(duplicate=pair, reason="Ask the practice", by=BY)
    aside = duplicates_for(BY, decision="not-sure").get()
    assert (aside.pk, aside.decision_reason) == (pair.pk, "Ask the practice")
    with pytest.raises(MergeRefused, match="decided already"):
        decide_not_sure(duplicate=pair, reason="Again", by=BY)
    propose_again(duplicate=aside, reason="The practice called", by=BY)
    assert duplicates_for(BY).filter(pk=pair.pk).exists()
    actions = AuditEntry.objects.filter(action__startswith="person.not-s").order_by("sequence")
    assert [entry.action for entry in actions] == ["person.not-sure", "person.not-same-undone"]


def test_a_pair_that_the_rules_lose_stays_while_likeness_proposes_it(monkeypatch):
    pair = duplicates_for(BY).filter(band="very-likely", score__gt=0).first()
    find_duplicates(by=BY, enough=101)  # as if the rules found nobody any more
    kept = PossibleDuplicate.objects.get(pk=pair.pk)
    assert (kept.score, kept.reasons, kept.band) == (0, [], "very-likely")
    assert not PossibleDuplicate.objects.filter(band="").exists()


def test_too_few_people_to_learn_from_are_refused_with_the_reason(monkeypatch):
    monkeypatch.setattr(linking, "LEAST_PEOPLE", 10_000)
    with pytest.raises(SearchRefused, match="Until then the rules search alone"):
        search_by_likeness(by=BY)
    failed = LikenessSearch.objects.first()
    assert failed.status == LikenessSearch.Status.FAILED and "Until then the rules" in failed.message
    assert PossibleDuplicate.objects.exclude(band="").exists(), "what was found before stays"


def test_a_register_that_would_take_too_much_is_refused_with_the_reason(monkeypatch):
    monkeypatch.setattr(linking, "linkage_model", lambda: replace(quick_model(), most_pairs=1))
    with pytest.raises(SearchRefused, match="raise most_pairs"):
        search_by_likeness(by=BY)
    failed = LikenessSearch.objects.first()
    assert failed.status == LikenessSearch.Status.FAILED and "would have to be compared" in failed.message
    assert PossibleDuplicate.objects.exclude(band="").exists(), "what was found before stays"


def test_a_search_that_breaks_says_so_without_repeating_anybody(monkeypatch):
    def broken(engine):
        raise ValueError("Vera Vale, born 1947-03-12")

    monkeypatch.setattr(linking, "_pairs", broken)
    with pytest.raises(ValueError, match="Vera"):
        search_by_likeness(by=BY)
    assert "Vera" not in LikenessSearch.objects.first().message


def test_a_search_that_is_asked_for_twice_waits_once_and_the_job_does_it():
    asked = jobs.ask_for_search(asked_by="Asha")
    assert jobs.ask_for_search(asked_by="somebody else") == asked
    jobs.search_by_likeness_nightly.func(timestamp=0)
    assert LikenessSearch.objects.filter(status="waiting").count() == 1
    jobs.search_by_likeness.func(reference=str(asked.reference))
    asked.refresh_from_db()
    assert (asked.status, asked.asked_by, asked.new) == ("done", "Asha", 0)
    assert AuditEntry.objects.filter(action="person.search-by-likeness").exists()
    assert jobs.ask_for_search(asked_by="Asha") != asked


def killed_search(**changes: object) -> LikenessSearch:
    """Under way, with nobody at work on it, and with the file that it took out of the register."""
    begun = {"status": "running", "attempts": 1, "started_at": timezone.now(), "asked_at": timezone.now()}
    killed = LikenessSearch.objects.create(asked_by="Asha", **begun | changes)
    (work_folder(killed) / "register.csv").write_text("record_id\n")
    return killed


def test_a_search_whose_worker_was_killed_is_done_when_its_job_is_given_back():
    killed = killed_search()
    assert jobs.ask_for_search(asked_by="Asha") == killed
    jobs.search_by_likeness.func(reference=str(killed.reference))
    killed.refresh_from_db()
    assert (killed.status, killed.attempts) == ("done", 2)
    assert not (work_folder(killed) / "register.csv").exists()


def test_a_killed_search_that_nobody_gives_back_is_closed_and_cleared_by_the_next(searched):
    killed = killed_search(asked_at=timezone.now() - timedelta(hours=13))
    again = jobs.ask_for_search(asked_by="Asha")
    assert again != killed
    jobs.search_by_likeness.func(reference=str(again.reference))
    killed.refresh_from_db()
    assert killed.status == "failed" and "another took its place" in killed.message
    assert not (work_folder(killed) / "register.csv").exists()


def test_a_search_is_stopped_at_its_next_step_by_whoever_may_start_it_and_the_list_stays(client, monkeypatch):
    monkeypatch.setattr(carrying_out, "TELL_EVERY_SECONDS", 0)
    user = user_with_role("mdt-co-ordinator", everywhere=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    before = list(PossibleDuplicate.objects.order_by("pk").values())
    asked = jobs.ask_for_search(asked_by="Asha")
    said: list[str] = []

    def stopped_meanwhile(done: int, total: int, what: str) -> None:
        said.append(what)
        if done == 2:
            assert "Stop this search" in client.get("/people/duplicates/searches/").content.decode()
            client.post(f"/people/duplicates/searches/{asked.reference}/stop/")

    ended = search_by_likeness(by=BY, search=asked, progress=stopped_meanwhile)
    assert (ended.status, len(said)) == ("stopped", 3)
    assert list(PossibleDuplicate.objects.order_by("pk").values()) == before
    page = client.get("/people/duplicates/searches/").content.decode()
    assert f"Stopped by {user.get_full_name()}" in page and "Search now" in page
    assert AuditEntry.objects.filter(action="person.search-stop").exists()
    assert jobs.ask_for_search(asked_by="Asha") != asked


def test_the_register_leaves_no_file_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = search_by_likeness(by=BY)
    assert list(tmp_path.iterdir()) == [] and not list(work_folder(done).iterdir())


def test_the_pages_say_it_in_words_and_keep_to_the_scope(client):
    place = practice("SYN-DEAL-A", within=area("deal"))
    mine = user_with_role("mdt-co-ordinator", practice=place)
    client.force_login(mine, backend="django.contrib.auth.backends.ModelBackend")
    assert b"Nothing to decide" in client.get("/people/duplicates/").content
    pair = strong_pair()
    assert client.get(f"/people/duplicates/{pair.pk}/").status_code == 404
    for person in (pair.first, pair.second):
        person.registrations.create(practice=place, started_on=date(2020, 1, 1))
    page = client.get("/people/duplicates/?likeness=very-likely").content.decode()
    assert "Very likely the same person" in page and "99 of 100 such pairs were the same person" in page
    page = client.get(f"/people/duplicates/{pair.pk}/").content.decode()
    assert "How much each comparison says" in page and "Not sure yet" in page
    answer = client.post(f"/people/duplicates/{pair.pk}/not-sure/", {"reason": "Ask the practice"})
    assert answer.url == "/people/duplicates/"
    assert "Ask the practice" in client.get("/people/duplicates/?state=not-sure").content.decode()
    assert client.get("/people/duplicates/searches/now/").status_code == 405
    assert client.post("/people/duplicates/searches/now/").url == "/people/duplicates/searches/"
    page = client.get("/people/duplicates/searches/").content.decode()
    assert "Waiting for a worker" in page and "one of 100" not in page


def test_what_people_decided_is_held_against_what_was_measured(client):
    assert not any(row.falls_short for row in band_rows(decided_by_band()))
    for pair in [p for p in duplicates_for(BY) if p.band == "very-likely"][:12]:
        decide_not_same(duplicate=pair, reason="Cousins", by=BY)
    for pair in [p for p in duplicates_for(BY) if p.band == "very-likely"][:3]:
        merge_people(kept=pair.first, removed=pair.second, reason="The same", by=BY)
    assert decided_by_band() == {"very-likely": (15, 3)}
    very_likely, *others = band_rows(decided_by_band())
    assert (very_likely.decided, very_likely.falls_short) == ("3 of 15 pairs decided here", True)
    assert {row.decided for row in others} == {"None decided here yet"}
    user = user_with_role("mdt-co-ordinator", everywhere=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/people/duplicates/searches/").content.decode()
    assert "fewer were the same person than in the tests" in page


def test_who_may_not_merge_sees_no_search(client):
    client.force_login(
        user_with_role("gp", everywhere=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get("/people/duplicates/searches/").status_code == 403
    assert client.post("/people/duplicates/searches/now/").status_code == 403
    assert not LikenessSearch.objects.filter(status="waiting").exists()


def test_people_known_to_have_two_numbers_are_left_to_the_rules():
    registered_person(
        at="SYN-DEAL-A", family_name="Twonumbers", given_name="Vera", address_line="1 Harbour Street"
    )
    PersonFactory(family_name="Twonumbers", given_name="Vera", address_line="1 Harbour Street")
    find_duplicates(by=BY)
    search_by_likeness(by=BY)
    pair = PossibleDuplicate.objects.get(first__family_name="Twonumbers")
    assert "number-differs" in pair.reasons and pair.band == ""


def test_only_one_search_runs_at_a_time(django_db_blocker):
    import psycopg

    with psycopg.connect(**address()) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [linking.SEARCH_LOCK])
        with pytest.raises(InProgress, match="runs already"):
            search_by_likeness(by=BY)
