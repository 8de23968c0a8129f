"""Reports are kept, shown in scope with small numbers hidden, compared, accepted and taken back; runs heed them."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from localcare.care.stratification.actions import run_stratification
from localcare.care.stratification.models import Run
from localcare.care.stratification.queries import run_in_force
from localcare.foundation.data_quality import actions, queries
from localcare.foundation.data_quality.actions import CannotAccept, DataRefused, accept, assess, take_back
from localcare.foundation.data_quality.models import Acceptance, Finding, Report
from localcare.foundation.people.models import Person
from localcare.kernel.access.permitted import NotAllowed
from localcare.kernel.access.readers import reader_for, system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.factories import area, practice, user_with_role
from tests.quality.conftest import AS_OF, PRACTICES, Damage
from tests.quality.test_findings import GROSS, often_in_hospital

BY = system_reader("tests of data quality")
UNKNOWN = GROSS["fact-system-unknown"]
A_FEW_UNKNOWN = {
    "facts": "select t.* replace (if(practice_code = 'P2' and fact_id % 3 = 0, 'READ-V9', system) as system)"
    " from t left join registered using (person_id)"
}
IN_A_WEEK = timezone.localdate() + timedelta(days=7)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_home(settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path / "home"


@pytest.fixture
def places() -> None:
    within = area("deal")
    for code, *_ in PRACTICES:
        practice(code, within=within)


def assessed(folder: Path, run: str = "stratification-1", version: str = "v1") -> Report:
    return assess(folder, as_of=AS_OF, run=run, by=BY, data_version=version, lists=often_in_hospital)


def page(client, name: str, *args) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def test_a_refused_dataset_is_kept_once_and_audited_and_nobody_changes_the_report(damaged: Damage) -> None:
    bad = damaged(**UNKNOWN)
    for _ in range(2):
        with pytest.raises(DataRefused, match="The list in force stays"):
            assessed(bad)
    report = Report.objects.get()
    assert report.is_refused and report.reasons and report.practices["P2"]
    assert report.findings.filter(rule="fact-system-unknown", kind="place", severity="refuse").exists()
    entry = AuditEntry.objects.get(action="quality.assess")
    assert entry.detail["verdict"] == "refused"
    for table in ("report", "finding", "groupmonths"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM data_quality_{table}")


def test_an_accepted_refusal_lets_a_run_go_on_until_it_is_taken_back(damaged: Damage, places: None) -> None:
    bad = damaged(**UNKNOWN)
    with pytest.raises(DataRefused):
        assessed(bad)
    analyst = user_with_role("analyst", everywhere=True)
    for finding in Finding.objects.filter(severity="refuse"):
        made = accept(finding=finding, reason="The supplier mends it", until=IN_A_WEEK, by=analyst)
    assert not assessed(bad, run="stratification-2").is_refused
    again = Finding.objects.filter(
        report__run="stratification-2", rule="fact-system-unknown", kind="place"
    ).get()
    assert "The supplier mends it" in again.accepted and analyst.username in again.accepted
    assert AuditEntry.objects.filter(action="quality.accept", basis="The supplier mends it").exists()

    place = Acceptance.objects.get(rule="fact-system-unknown", kind="place")
    take_back(acceptance=place, reason="It was not mended", by=analyst)
    with pytest.raises(CannotAccept, match="already"):
        take_back(acceptance=place, reason="Twice", by=analyst)
    with pytest.raises(DataRefused):
        assessed(bad, run="stratification-3")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Acceptance.objects.filter(pk=made.pk).update(reason="Something else")


def test_who_may_accept_and_until_when(damaged: Damage, places: None) -> None:
    assessed(damaged(**A_FEW_UNKNOWN))
    finding = Finding.objects.get(rule="fact-system-unknown", kind="practice", code="P2")
    place = Finding.objects.get(rule="fact-system-unknown", kind="place")
    of_two, of_one = user_with_role("analyst", practice="P2"), user_with_role("analyst", practice="P1")
    for user, one in ((of_one, finding), (of_two, place), (user_with_role("gp", practice="P2"), finding)):
        with pytest.raises(NotAllowed):
            accept(finding=one, reason="Known", until=IN_A_WEEK, by=user)
    for until, reason in (
        (timezone.localdate() - timedelta(days=1), "Known"),
        (timezone.localdate() + timedelta(days=91), "Known"),
        (IN_A_WEEK, "  "),
    ):
        with pytest.raises(CannotAccept):
            accept(finding=finding, reason=reason, until=until, by=of_two)
    assert accept(finding=finding, reason="Known", until=IN_A_WEEK, by=of_two).until == IN_A_WEEK


def test_a_practice_sees_its_own_and_not_anothers(damaged: Damage, places: None, client) -> None:
    report = assessed(damaged(**A_FEW_UNKNOWN))
    client.force_login(user_with_role("gp", practice="P2"))
    shown = page(client, "data-quality")
    assert "Codes of a system that is not known" in shown
    assert "P2" in page(client, "data-quality-group", report.pk, "practice", "P2")
    assert client.get(reverse("data-quality-group", args=[report.pk, "practice", "P1"])).status_code == 403
    assert client.get(reverse("data-quality-group", args=[report.pk, "practice", "P2\0"])).status_code == 404
    rows = list(csv.DictReader(io.StringIO(page(client, "data-quality-csv", report.pk))))
    assert rows and not {row["code"] for row in rows if row["of"] == "practice"} - {"P2"}
    client.force_login(user_with_role("gp", practice="P1"))
    rule = reverse("data-quality-rule", args=[report.pk, "fact-system-unknown"])
    assert ">P2<" not in client.get(rule).content.decode()
    client.force_login(user_with_role("care-navigator", everywhere=True))
    assert client.get(reverse("data-quality")).status_code == 403
    assert AuditEntry.objects.filter(action="quality.read").exists()


def test_small_numbers_are_hidden_from_whoever_sees_no_people(damaged: Damage, places: None, client) -> None:
    few = "select * replace (if(person_id in (select person_id from registered where practice_code = 'P3' limit 3), 'unknown', sex) as sex) from t"  # noqa: E501
    report = assessed(damaged(persons=few))
    small = Finding.objects.create(
        report=report, position=999, rule="sex-not-known", title="Sex not known", dimension="completeness", unit="share",
        kind="practice", code="P3", table="persons", part=3, whole=241, value=3 / 241, severity="warn",
        words="3 of 241 people, 1.2%", effect={"people": 3, "how": "counted"}, effect_words="…", measured="…",
        remedy="…", status="proposed",
    )  # fmt: skip
    for role, options, exact in (("analyst", {"everywhere": True}, False), ("gp", {"practice": "P3"}, True)):
        client.force_login(user_with_role(role, **options))
        for text in (
            page(client, "data-quality-rule", report.pk, small.rule),
            page(client, "data-quality-group", report.pk, "practice", "P3"),
            page(client, "data-quality-csv", report.pk),
            page(client, "data-quality-print", report.pk),
        ):
            assert ("3 of 241" in text) is exact
            assert ("ewer than 5 of 240 people" in text) is not exact
            assert "241" not in text or exact


def test_small_numbers_are_hidden_in_the_reasons_too(places: None, client) -> None:
    report = Report.objects.create(
        run="stratification-1", as_of=AS_OF, made_at=timezone.now(), requested_by="tests", data_version="v",
        rules_version="r", verdict="warned", reasons=["People who share an NHS number: 2 of 603 people, 0.33%."],
        registered=603, practices={"P1": 603}, seconds=1,
    )  # fmt: skip
    Finding.objects.create(
        report=report, position=1, rule="number-twice", title="People who share an NHS number", dimension="duplicates",
        unit="share", kind="place", table="persons", part=2, whole=603, value=2 / 603, severity="warn",
        words="2 of 603 people, 0.33%", effect={"people": 2}, effect_words="…", measured="…", remedy="…", status="…",
    )  # fmt: skip
    for role, options, exact in (("analyst", {"everywhere": True}, False), ("gp", {"practice": "P1"}, True)):
        client.force_login(user_with_role(role, **options))
        for text in (page(client, "data-quality"), page(client, "data-quality-history")):
            assert ("2 of 603" in text) is exact


def test_what_is_new_and_what_is_gone_since_the_report_before(
    sound: Path, damaged: Damage, places: None, client
) -> None:
    client.force_login(user_with_role("analyst", everywhere=True))
    assert "Nothing has been assessed yet" in page(client, "data-quality")
    assessed(sound)
    assessed(damaged(**A_FEW_UNKNOWN), run="stratification-2", version="v2")
    text = page(client, "data-quality")
    assert "Since the report of" in text and "New" in text
    assessed(sound, run="stratification-3", version="v3")
    assert "Gone" in page(client, "data-quality")
    assert page(client, "data-quality-history").count("/data-quality/reports/") >= 3


def test_a_finding_is_accepted_on_a_page_and_taken_back(damaged: Damage, places: None, client) -> None:
    assessed(damaged(**A_FEW_UNKNOWN))
    finding = Finding.objects.get(rule="fact-system-unknown", kind="practice", code="P2")
    client.force_login(user_with_role("analyst", everywhere=True))
    address = reverse("data-quality-accept", args=[finding.pk])
    assert "What would mend it" in client.get(address).content.decode()
    assert "Enter why" in client.post(address, {}).content.decode()
    day = {f"until_{part}": getattr(IN_A_WEEK, part) for part in ("day", "month", "year")}
    answer = client.post(address, {"reason": "The supplier mends it", **day})
    assert answer.status_code == 302, answer.content.decode()
    made = Acceptance.objects.get()
    assert "The supplier mends it" in page(client, "data-quality-accepted")
    assert "from the next run on" in page(client, "data-quality-rule", finding.report_id, finding.rule)
    client.post(reverse("data-quality-take-back", args=[made.pk]), {"reason": "It is mended"})
    assert "It is mended" in page(client, "data-quality-accepted")
    assert not queries.acceptances(on=timezone.localdate()).exists()


@pytest.mark.trace("T188")
def test_a_refused_run_leaves_the_list_in_force_and_the_page_says_so(
    damaged: Damage, places: None, client
) -> None:
    before = Run.objects.create(as_of=AS_OF - timedelta(days=1), definitions_version="d", requested_by="tests",
                                status=Run.Status.PUBLISHED, started_at=timezone.now())  # fmt: skip
    bad = damaged(**UNKNOWN)
    with pytest.raises(DataRefused):
        run_stratification(as_of=AS_OF, by=BY, export=lambda out: shutil.copytree(bad, out))
    run = Run.objects.latest("pk")
    assert run_in_force() == before
    assert run.status == Run.Status.REFUSED
    assert run.message.startswith("The data of ") and "accept the finding" in run.message
    effect = Finding.objects.filter(report__run=f"stratification-{run.pk}", kind="place").first()
    assert effect is not None
    client.force_login(user_with_role("gp", practice="P2"))
    text = page(client, "list")
    assert "Newer data were refused" in text
    assert reverse("data-quality-report", args=[Report.objects.get().pk]) in text
    client.force_login(user_with_role("analyst", everywhere=True))
    assert "Refused (1)" in page(client, "list-runs")
    assert "The latest data were refused" in page(client, "home")


def test_a_run_with_warnings_goes_on_and_the_list_carries_them(damaged: Damage, places: None, client) -> None:
    warned = damaged(facts="select * replace (if(unit = 'g/L', 'stone', unit) as unit) from t")
    people = parquet.read_table(
        warned / "persons.parquet", columns=["person_id", "birth_date", "sex"]
    ).to_pylist()
    Person.objects.bulk_create(
        Person(pk=row["person_id"], family_name="Test", birth_date=row["birth_date"], sex=row["sex"])
        for row in people
    )
    run = run_stratification(as_of=AS_OF, by=BY, export=lambda out: shutil.copytree(warned, out))
    assert run.status == Run.Status.PUBLISHED and run.listed
    assert Report.objects.get(run=f"stratification-{run.pk}").verdict == "warned"
    client.force_login(user_with_role("gp", practice="P2"))
    text = page(client, "list")
    assert "Made from data with known faults" in text and "unit that no score can use" in text


def test_the_register_says_who_has_no_number_where_the_dataset_may_not(damaged: Damage, places: None) -> None:
    somebody = Person.objects.create(family_name="Test", birth_date=AS_OF, sex="female")
    somebody.registrations.create(practice=practice("P2"), started_on=AS_OF - timedelta(days=9))
    assert queries.identifiers_by_practice(AS_OF) == {"P2": (1, 0)}
    assessed(damaged(persons="select * replace (null::varchar as nhs_number) from t"))
    assert not Report.objects.get().not_measured or "nhs-number-missing" not in {
        one["rule"] for one in Report.objects.get().not_measured
    }


def test_a_reader_without_the_permission_is_refused() -> None:
    with pytest.raises(NotAllowed):
        actions.permitted(reader_for(user_with_role("gp", practice="P2")), actions.ACCEPT)
