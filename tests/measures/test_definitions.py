"""The shipped indicators are in order, say where they come from, and a faulty one is told with line and remedy."""

from __future__ import annotations

from datetime import date

import pytest
import yaml
from typer.testing import CliRunner

from localcare.analysis.measures.checking import faults_of
from localcare.analysis.measures.definitions import FOLDER, indicators, load_indicator, read_indicator
from localcare.analysis.measures.subjects import BREAKDOWNS
from localcare.config.command_line.application import application
from localcare.kernel.definitions import DEFINITIONS

ASKED_FOR = {  # what a place must be able to see of local care
    "urgent-response-two-hours", "contact-answered-in-time", "contact-triaged-in-time", "contact-arranged-in-time",
    "requests-refused", "time-to-answer", "assessed-within-24-hours", "package-ended-by-six-weeks",
    "package-ended-independent", "home-on-day-91", "readmitted-in-30-days", "emergency-admissions",
    "emergency-admissions-65", "emergency-admissions-avoidable", "attendances", "attendances-65",
    "attendances-avoidable", "stays-of-7-nights", "stays-of-14-nights", "stays-of-21-nights",
    "waiting-in-an-acute-bed", "care-plans-held", "mdt-throughput", "carers-assessments", "care-home-admissions-65",
}  # fmt: skip
A_SHARE = """\
indicator: mine
title: Mine
version: 1
why: To try
domain: access
kind: share
unit: per cent
numerator: Some
denominator: All
clock: A clock
population: People
direction: high
source: Me
status: local
owner: me
review_by: 2027-01-01
counts:
  subject: clocks
  "on": known_at
  among:
    - {column: standard, is: ucr-2-hour}
  hits:
    - {column: in_time, is_true: true}
"""


def told(file, text: str) -> str:
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(application, ["indicator", "check", str(file)])


@pytest.mark.trace("T234")
def test_what_was_asked_for_is_shipped():
    assert indicators().keys() >= ASKED_FOR


@pytest.mark.trace("T234")
def test_the_framework_has_outcomes_workforce_admissions_and_spend():
    domains = {one.domain for one in indicators().values()}
    assert {"outcomes", "workforce", "activity", "spend"} <= domains
    assert "costs" in indicators()["spend-and-outcomes"].not_yet


def test_everything_counted_can_be_seen_by_place_age_sex_and_deprivation():
    wanted = {"locality", "cluster", "practice", "age_band", "sex", "deprivation_quintile"}
    for one in indicators().values():
        if not one.not_yet:
            assert wanted <= set(one.by) <= set(BREAKDOWNS), one.code
            if one.reads == "journal":
                assert "pathway" in one.by


def test_every_target_says_who_wants_it_and_whether_it_was_seen():
    for one in indicators().values():
        for target in one.targets:
            assert target.source, one.code
            assert target.status in ("verified", "paper", "from-memory", "local"), one.code


def test_the_two_hour_target_is_the_one_the_team_sees():
    said = yaml.safe_load((DEFINITIONS / "rapid_response" / "standards.yaml").read_text(encoding="utf-8"))
    target = indicators()["urgent-response-two-hours"].target_on(date(2026, 11, 1))
    assert target is not None
    assert target.value == said["share_wanted"]["percent"] == 70


def test_a_target_holds_from_its_day_on():
    content = yaml.safe_load(A_SHARE)
    one = {"value": 70, "status": "local", "source": "us"}
    content["targets"] = [
        one | {"from": "2026-01-01", "to": "2026-06-01"},
        one | {"from": "2026-09-01", "value": 80},
    ]
    read = read_indicator(content)
    assert read.target_on(date(2025, 12, 31)) is None
    assert read.target_on(date(2026, 5, 31)).value == 70
    assert read.target_on(date(2026, 6, 1)) is None
    assert read.target_on(date(2026, 9, 1)).value == 80


def test_the_shipped_ones_are_in_order():
    found = CliRunner().invoke(application, ["indicator", "check"])
    assert found.exit_code == 0, found.output
    assert f"{len(list(FOLDER.glob('*.yaml')))} indicators are in order" in found.output


@pytest.mark.parametrize(
    ("before", "after", "line", "fault"),
    [
        ("subject: clocks", "subject: cloks", 18, "Use one of clocks, requests"),
        ("column: standard", "column: standart", 21, "there is no column 'standart'"),
        ("is: ucr-2-hour", "at_least: 3", 21, "standard is a text and cannot be tested so"),
        ('"on": known_at', '"on": minutes', 19, "'minutes' is no day of clocks"),
        ("kind: share", "kind: rate", 18, "a rate counts people of the linked dataset"),
        ("kind: share", "kind: median", 17, "a median needs a number"),
        ("kind: share", "kind: census", 18, "only waits are counted at midnight"),
        ("kind: share", "kind: shares", 6, "'shares' is not one of"),
        ("owner: me\n", "", 1, "owner is missing"),
        ("why: To try", "wy: To try", 1, "wy"),
        ("status: local", "status: local\nnot_yet: soon", 1, "not_yet"),
        ("counts:", "by: [moon]\ncounts:", 17, "clocks cannot be shown by 'moon'"),
    ],
)
def test_a_fault_is_told_with_file_line_and_remedy(tmp_path, before, after, line, fault):
    assert before in A_SHARE
    file = tmp_path / "mine.yaml"
    found = told(file, A_SHARE.replace(before, after, 1))
    assert found.exit_code == 3, found.output
    assert f"{file}:{line}" in found.output.replace("\n", ""), found.output
    assert fault in found.output


def test_one_in_order_passes(tmp_path):
    found = told(tmp_path / "mine.yaml", A_SHARE)
    assert found.exit_code == 0, found.output


def test_a_faulty_file_is_not_read(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(A_SHARE.replace("known_at", "never"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"mine\.yaml: counts\.on: 'never' is no day of clocks"):
        load_indicator(file)


def test_a_file_that_is_no_mapping():
    assert [str(fault) for fault in faults_of([1])] == [
        "the file: The file is not a mapping. Begin it with indicator: …"
    ]


def test_every_indicator_with_numbers_says_how_it_can_mislead():
    for one in indicators().values():
        assert one.not_yet or one.misleads, one.code
