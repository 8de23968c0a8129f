"""A run gives everybody a risk by the published model: what the library says, with history, on list, panel and file."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pyarrow
import pyarrow.parquet as parquet
import pytest
from django.test import Client
from django.urls import reverse

from localcare.care.stratification.models import ListEntry, PersonRisk, PersonScore, RiskScoring, Run
from localcare.care.stratification.risk import actions, queries
from localcare.care.stratification.risk.rules import BANDS, people_in_100
from tests.factories import reader_with_role, user_with_role
from tests.stratification.risk.county import PRACTICES, TODAY, TOO_FEW, registered

pytestmark = pytest.mark.django_db
WHY = "Read the card with the safety officer; the lists carry decisions"
AT, ELSEWHERE = PRACTICES[0][0], PRACTICES[1][0]


@pytest.fixture
def model(county, by):
    return actions.publish(model=county.kept(), why=WHY, by=by)


@pytest.fixture
def gp():
    client = Client()
    client.force_login(user_with_role("gp", practice=AT), backend="django.contrib.auth.backends.ModelBackend")
    return client


def some_of_the_list(at: str = AT, limit: int = 8) -> list[int]:
    """Puts the people of a practice's list with the highest risk onto the register; their keys."""
    entries = ListEntry.objects.filter(practice_code=at).order_by("-risk_per_mille", "person_id")[:limit]
    keys = [entry.person_id for entry in entries]
    for key in keys:
        registered(key, at=at)
    return keys


def page_of(client: Client, name: str, query: str = "", *args) -> str:
    answer = client.get(f"{reverse(name, args=args)}?{query}")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode()


@pytest.mark.trace("T052", "T074")
def test_everybody_has_the_risk_that_the_library_gives(county, model, made):
    run = made()

    expected = parquet.read_table(county.scored()).to_pylist()
    found = {risk.person_id: risk for risk in PersonRisk.objects.filter(to_run=None)}
    assert set(found) == {row["person_id"] for row in expected}
    for row in expected:
        kept = found[row["person_id"]]
        assert kept.per_mille == row["risk_per_mille"]
        assert kept.factors == json.loads(row["top_factors"])
        assert kept.not_known == json.loads(row["not_known"])
    assert {risk.model_id for risk in found.values()} == {model.pk}
    assert run.risk_scorings.get().people == len(expected)
    listed = ListEntry.objects.exclude(risk_per_mille=None)
    assert listed.count() > 50
    assert all(entry.risk_per_mille == found[entry.person_id].per_mille for entry in listed)


def test_rows_are_kept_only_for_those_whose_risk_or_reasons_changed(model, made):
    first = made()
    before = PersonRisk.objects.count()
    second = made(as_of=TODAY + timedelta(days=7))

    changed = PersonRisk.objects.filter(to_run=second).count()
    assert 0 < changed < before / 3
    assert PersonRisk.objects.filter(from_run=first, to_run=None).count() == before - changed
    per_person = PersonRisk.objects.filter(to_run=None).values_list("person_id", flat=True)
    assert len(per_person) == len(set(per_person))


def test_the_same_data_and_model_change_nothing_and_a_new_model_scores_the_same_day_again(
    county, model, by, made
):
    first = made()
    assert made() == first

    actions.publish(model=county.kept(seed=2), why=WHY, by=by)

    assert made() != first
    assert list(Run.objects.order_by("pk").values_list("status", flat=True)) == [
        "published",
        "unchanged",
        "published",
    ]


@pytest.mark.trace("T052", "T075")
def test_the_list_shows_risk_and_what_moved_it_and_can_be_ordered_and_filtered_by_it(model, made, gp):
    made()
    keys = some_of_the_list()
    entry = ListEntry.objects.get(person_id=keys[0])

    page = page_of(gp, "list", "order=risk&state=all")
    assert (
        f"Risk of an emergency admission within 12 months: {people_in_100(entry.risk_per_mille)[:-7]}" in page
    )
    positions = [page.index(f"FAMILY{key}, ") for key in keys]
    assert positions == sorted(positions)
    factor = next(
        factor
        for factor in PersonRisk.objects.get(person_id=keys[0], to_run=None).factors
        if factor["direction"] == "raises"
    )
    assert factor["words"] in page

    low = ListEntry.objects.filter(practice_code=AT).exclude(risk_per_mille=None).earliest("risk_per_mille")
    registered(low.person_id)
    band = next(name for name, least in reversed(BANDS.items()) if least > low.risk_per_mille)
    assert entry.risk_per_mille >= BANDS[band]
    filtered = page_of(gp, "list", f"risk={band}&state=all")
    assert f"FAMILY{low.person_id}, " not in filtered and f"FAMILY{keys[0]}, " in filtered


def test_without_a_model_the_list_offers_no_order_and_no_filter_by_risk(made, gp):
    made()
    some_of_the_list()

    page = page_of(gp, "list", "order=risk&risk=500&state=all")

    assert "FAMILY" in page
    assert "Highest risk" not in page and "Risk of an emergency admission" not in page


@pytest.mark.trace("T052", "T078")
def test_the_panel_says_the_risk_in_words_what_moved_it_and_what_is_not_known(model, made, gp):
    made()
    person = registered(some_of_the_list()[0])
    risk = PersonRisk.objects.get(person=person, to_run=None)

    page = page_of(gp, "person", "", person.reference)

    assert f"{people_in_100(risk.per_mille)} with facts like these have an emergency admission" in page
    assert all(factor["words"] in page for factor in risk.factors)
    assert "A reason to look, not a decision" in page
    assert model.version[:12] in page and reverse("risk-about", args=[model.reference]) in page


def test_without_a_published_model_the_panel_says_so_and_gives_no_number(made, gp):
    made()
    person = registered(some_of_the_list()[0])

    page = page_of(gp, "person", "", person.reference)

    assert "No risk model is published here, so there is no number" in page
    assert "with facts like these" not in page


def test_somebody_the_model_is_not_for_is_told_for_whom_it_is(model, made, gp):
    made()
    child = PersonScore.objects.filter(practice_code=AT, age__lt=18, to_run=None).earliest("person_id")
    person = registered(child.person_id)

    page = page_of(gp, "person", "", person.reference)

    assert "No risk of an emergency admission within 12 months for this person" in page
    assert "aged 18 or over" in page


def test_a_withdrawn_number_is_on_no_page_and_in_no_file(model, made, gp, by):
    made()
    person = registered(some_of_the_list()[0])
    actions.withdraw(model=model, why="A clinician found numbers that are wrong", by=by)

    assert "with facts like these" not in page_of(gp, "person", "", person.reference)
    assert "Risk of an emergency" not in page_of(gp, "list", "order=risk&state=all")
    assert "Risk of an emergency" not in page_of(gp, "list-export", "state=all")


def test_the_file_of_the_list_carries_risk_reasons_and_model(model, made, gp):
    made()
    some_of_the_list()

    rows = list(csv.DictReader(io.StringIO(page_of(gp, "list-export", "order=risk&state=all"))))

    assert rows[0]["Risks"].startswith("Risk of an emergency admission within 12 months: ")
    assert rows[0]["What moved the risks most"]
    assert rows[0]["Risk models"] == f"emergency-admission-12m {model.version[:12]}"


def test_nobody_reads_a_risk_outside_the_scope(model, made):
    made()
    elsewhere = registered(some_of_the_list(ELSEWHERE)[0], at=ELSEWHERE)
    reader = reader_with_role("gp", practice=AT)

    from localcare.care.stratification.risk.panels import risk_panel

    assert queries.risk_histories(elsewhere, reader, [model.outcome]) == {model.outcome: []}
    assert risk_panel(elsewhere, reader) == {"run": None}
    assert (
        queries.evaluation(reader, 200).people
        == ListEntry.objects.filter(practice_code=AT, risk_per_mille__gte=200).count()
    )


@pytest.mark.trace("T052")
def test_each_run_keeps_its_drift_and_a_warning_reaches_the_analyst(county, model, made, client):
    made()
    scoring = RiskScoring.objects.get()
    assert scoring.fault == "" and scoring.drift

    from localcare.care.stratification.actions import run_stratification
    from localcare.kernel.access.readers import system_reader

    def older(out):
        county.export(TOO_FEW)(out)
        people = parquet.read_table(out / "persons.parquet")
        born = [
            day.replace(year=day.year - 25, day=min(day.day, 28)) if day.year > 1970 else day
            for day in people["birth_date"].to_pylist()
        ]
        place = people.column_names.index("birth_date")
        changed = people.set_column(
            place, "birth_date", pyarrow.array(born, people.schema.field("birth_date").type)
        )
        parquet.write_table(changed, out / "persons.parquet")

    run_stratification(
        as_of=TODAY + timedelta(days=1),
        by=system_reader("tests"),
        export=older,
        today=TODAY + timedelta(days=1),
    )

    warned = RiskScoring.objects.latest("pk")
    assert warned.warnings
    assert "drift warning" in page_of(client, "home")
    assert warned.warnings[0] in page_of(client, "risk-models")
    history = page_of(client, "risk-drift", "", model.reference)
    assert warned.warnings[0] in history
    rows = list(csv.reader(io.StringIO(page_of(client, "risk-drift", "file", model.reference))))
    assert len(rows) == 3
