"""The pathways, hours, holidays and settings that are shipped, against what the papers ask for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from jsonschema import Draft202012Validator

from localcare.analysis.pathways.model import Span
from localcare.foundation.pathways.definitions import hours, pathways, settings, span_on
from localcare.foundation.pathways.definitions.loading import known_forms, load_content, pathway_files, schema
from localcare.foundation.pathways.definitions.timing import holidays
from localcare.kernel.definitions import DefinitionError

CODES = {
    "single-point-of-access-contact", "urgent-community-response", "discharge-to-assess", "home-to-settle",
    "home-to-decide", "reablement-package", "carers-assessment", "falls-response", "fast-track-end-of-life",
    "non-weight-bearing-package", "challenging-behaviour-package", "community-service-request",
}  # fmt: skip
TODAY = date(2026, 11, 23)


@pytest.mark.trace("T089", "T096", "T102", "T113", "T115", "T136", "T137", "T181")
def test_every_pathway_of_the_papers_is_shipped_and_sound():
    assert set(pathways()) == CODES
    assert known_forms() is not None
    Draft202012Validator.check_schema(schema())


def test_every_setting_named_has_a_value_today_and_a_status():
    for setting in settings().values():
        assert setting.on(TODAY) is not None
        assert {value.status for value in setting.values} <= {"verified", "paper", "from-memory", "local"}


@pytest.mark.trace("T100")
def test_the_winter_plan_makes_the_rapid_response_package_five_days():
    package = pathways()["urgent-community-response"].steps["package"].lasts.up_to
    assert span_on(package, date(2017, 11, 30)) == Span(2, "d")
    assert span_on(package, date(2017, 12, 1)) == Span(5, "d")
    with pytest.raises(LookupError, match="no value"):
        span_on(package, date(2000, 1, 1))


@pytest.mark.trace("T107", "T109", "T110", "T111")
def test_discharge_to_assess_is_the_story_of_vera():
    story = pathways()["discharge-to-assess"]
    assert (story.opens_with, story.opened_by[0]) == ("discharge-support", "acute-discharge")
    assert story.steps["coordinate"].by == "single-point-of-access"
    clock = story.steps["assess"].clocks[0]
    assert span_on(clock.within, TODAY) == Span(24, "h")
    assert (clock.start.step, clock.start.event, clock.stop.event) == ("settle_at_home", "done", "started")
    assert story.steps["arrange_package"].outcomes["care_and_nursing"].to == ("home_care", "district_nursing")
    for step in ("home_care", "district_nursing"):
        assert span_on(story.steps[step].lasts.up_to, TODAY) == Span(6, "w")
        assert span_on(story.steps[step].lasts.review_every, TODAY) == Span(2, "w")
    carer = story.steps["coordinate"].outcomes["home_with_support_and_carer"].opens
    assert [(opening.pathway, opening.whom) for opening in carer] == [("carers-assessment", "carer")]
    assert story.steps["close"].after == "all"
    assert {"independent", "readmitted", "died", "long_term_care"} <= set(story.ends)


def test_the_two_hour_clock_runs_from_the_opening_to_being_seen_without_pauses():
    respond = pathways()["urgent-community-response"].steps["respond"]
    by_code = {clock.code: clock for clock in respond.clocks}
    for code, within, standard in (
        ("two-hour", Span(2, "h"), "ucr-2-hour"),
        ("two-day", Span(2, "d"), "ucr-2-day"),
    ):
        clock = by_code[code]
        assert (span_on(clock.within, TODAY), clock.standard) == (within, standard)
        assert (clock.start.event, clock.stop.milestone, clock.priorities) == ("opened", "seen", (code,))
        assert not clock.stops_when_paused
    assert list(respond.milestones) == ["set-off", "arrived", "seen"]


@pytest.mark.trace("T093")
def test_mental_health_contacts_go_to_the_screening_queue_day_and_night():
    contact = pathways()["single-point-of-access-contact"]
    (to,) = contact.steps["triage"].outcomes["mental_health"].to
    assert contact.steps[to].by == "mental-health-screening"
    assert not contact.steps[to].acceptance.hours


def test_every_pathway_stops_on_death_and_opt_out():
    assert {
        code for code, pathway in pathways().items() if set(pathway.stops_on) == {"death", "opt-out"}
    } == CODES


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian rule (Nature, 1876)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), g = divmod(b, 4), (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    (i, k), m = divmod(c, 4), (a + 11 * h) // 319
    x = (2 * e + 2 * i - k - h + m + 32) % 7
    month = (h - m + x + 90) // 25
    return date(year, month, (h - m + x + month + 19) % 32)


def monday_of(year, month, last=False):
    days = [date(year, month, day) for day in range(1, 32 if month in (5, 8) else 31)]
    mondays = [day for day in days if day.weekday() == 0]
    return mondays[-1] if last else mondays[0]


def expected(year: int) -> set[date]:
    """The holidays without one-off days, with substitutes for those that fall on a weekend."""
    days = {easter(year) - timedelta(days=2), easter(year) + timedelta(days=1)}
    days |= {monday_of(year, 5), monday_of(year, 5, last=True), monday_of(year, 8, last=True)}
    for fixed in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while fixed.weekday() > 4 or fixed in days:
            fixed += timedelta(days=1)
        days.add(fixed)
    return days


ONE_OFF = {
    2020: ({date(2020, 5, 8)}, {date(2020, 5, 4)}),
    2022: ({date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19)}, {date(2022, 5, 30)}),
    2023: ({date(2023, 5, 8)}, set()),
}


@pytest.mark.parametrize("year", range(2017, 2029))
def test_bank_holidays_agree_with_the_rule_and_the_proclamations(year):
    added, moved = ONE_OFF.get(year, (set(), set()))
    written = {day for day in holidays() if day.year == year}
    assert written == (expected(year) | added) - moved


def test_unknown_hours_are_refused_and_no_hours_are_always():
    assert hours("") is None
    with pytest.raises(LookupError, match="every-day-8-to-20"):
        hours("sometimes")


def test_a_broken_file_is_told_with_line_and_remedy(tmp_path):
    file = next(file for file in pathway_files() if file.stem == "discharge-to-assess")
    text = file.read_text(encoding="utf-8")
    broken = tmp_path / "discharge-to-assess.yaml"
    broken.write_text(
        text.replace("by: integrated-discharge-team", "by: integrated-discharge-tem"), encoding="utf-8"
    )
    line = next(n for n, said in enumerate(text.splitlines(), 1) if "by: integrated-discharge-team" in said)
    with pytest.raises(DefinitionError) as refused:
        load_content(broken)
    (fault,) = refused.value.faults
    assert (fault.line, fault.place) == (line, "steps.assess.by")
    assert "Did you mean 'integrated-discharge-team'?" in fault.remedy


@pytest.mark.parametrize(
    "old, new", [("within:", "whithin:"), ("by: rapid-response", "by: [one, two]"), ("steps:", "steps: [")]
)
def test_what_the_schema_or_yaml_refuses_names_the_line(tmp_path, old, new):
    file = next(file for file in pathway_files() if file.stem == "reablement-package")
    broken = tmp_path / "broken.yaml"
    old = old if old != "by: rapid-response" else "by: reablement"
    broken.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_content(broken)
    assert all(fault.line > 1 and fault.remedy for fault in refused.value.faults)
