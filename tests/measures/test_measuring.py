"""What a number is, at its edges: what is asked for wrongly, what is not known yet, breaches, and the shell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from localcare.analysis.dataset import write_metadata, write_table
from localcare.analysis.journal.parquet import About, JournalError, JournalFolder, write_folder
from localcare.analysis.journal.schema import JOURNAL
from localcare.analysis.measures.calendar import begins
from localcare.analysis.measures.definitions import indicators
from localcare.analysis.measures.engine import CannotMeasure, MeasureSource, breaches, known_days, measure
from localcare.config.command_line.application import application
from tests.journal.walks import CONTENTS

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
MONTH = {"since": date(2026, 11, 1), "until": date(2026, 12, 1)}


class Story:
    """A journal told in a few words: two-hour responses, each with what happened how many minutes after opening."""

    def __init__(self) -> None:
        self.rows: list[dict] = []
        self.journeys = 0

    def tell(self, opened: datetime, **minutes: float) -> None:
        self.journeys += 1
        self.add(opened, "opened", None)
        self.add(opened, "requested", 100 + self.journeys)
        for said, after in minutes.items():
            event, _, code = said.partition("_")
            self.add(opened + timedelta(minutes=after), event, 100 + self.journeys, code)

    def add(self, at: datetime, event: str, task: int | None, code: str = "") -> None:
        first = event in ("opened", "requested")
        states = {
            "requested": "requested",
            "accepted": "accepted",
            "cancelled": "cancelled",
            "declined": "declined",
        }
        self.rows.append({
            "entry": len(self.rows) + 1, "journey": self.journeys, "person": self.journeys,
            "pathway": "urgent-community-response", "version": "1", "task": task,
            "step": "respond" if task else None, "event": event, "from_state": "",
            "to_state": states.get(event, "started") if task else "", "effective_at": at, "recorded_at": at,
            "service": "east-team" if task else None, "service_kind": "rapid-response" if task else None,
            "code": code, "priority": "two-hour" if first else "", "detail": "{}",
        })  # fmt: skip

    def source(self, folder, until: datetime) -> MeasureSource:
        about = About("lived", datetime(2026, 11, 1, tzinfo=UTC), until)
        table = pa.Table.from_pylist(self.rows, schema=JOURNAL)
        pathways = {("urgent-community-response", "1"): CONTENTS["urgent-community-response"]}
        return MeasureSource(write_folder(folder, about=about, journal=table, pathways=pathways))


def number(code: str, source: MeasureSource, **options) -> tuple:
    [row] = measure(indicators()[code], source, **(MONTH | options), period="all").to_pylist()
    return row["numerator"], row["denominator"], row["value"]


@pytest.fixture
def story(tmp_path) -> MeasureSource:
    told = Story()
    told.tell(NOON, accepted=5, milestone_seen=90)
    told.tell(NOON, accepted=5, milestone_seen=120)  # on the minute is in time
    told.tell(NOON, accepted=5, milestone_seen=121)
    told.tell(NOON, accepted=5)  # never seen
    told.tell(NOON, accepted=5, cancelled=30)  # not needed any more, in time
    told.tell(NOON, accepted=5, cancelled=300)  # given up long after the two hours
    return told.source(tmp_path / "journal", NOON + timedelta(days=1))


@pytest.mark.trace("T096", "T234")
def test_the_published_share_counts_who_was_seen(story):
    assert number("urgent-response-two-hours", story) == (2, 3, pytest.approx(200 / 3))


@pytest.mark.trace("T096")
def test_who_was_never_seen_is_missed_when_the_two_hours_are_up(story):
    assert number("urgent-response-two-hours-known", story) == (2, 5, 40.0)


@pytest.mark.trace("T096")
def test_the_breach_list_names_each_task_that_missed_it_and_who_still_waits(story):
    missed = breaches(indicators()["urgent-response-two-hours"], story, **MONTH)
    assert missed["task"].to_pylist() == [103, 104, 106]
    assert "birth_date" not in missed.column_names
    assert missed["service"].unique().to_pylist() == ["east-team"]


@pytest.mark.trace("T096")
def test_a_request_moved_out_of_the_two_hours_is_counted_as_moved(tmp_path):
    told = Story()
    told.tell(NOON, accepted=5, milestone_seen=90)
    told.tell(NOON, accepted=5, **{"prioritised_two-day": 180})
    source = told.source(tmp_path / "journal", NOON + timedelta(days=1))
    assert number("urgent-response-two-hours-known", source) == (1, 1, 100.0)
    assert number("moved-out-of-two-hours", source) == (1, 2, 50.0)


def test_a_clock_that_still_runs_is_in_neither_number(tmp_path):
    told = Story()
    told.tell(NOON, accepted=5)
    source = told.source(tmp_path / "journal", NOON + timedelta(hours=1))
    found = measure(indicators()["urgent-response-two-hours-known"], source, **MONTH)
    assert found.num_rows == 0


def test_refusals_and_time_to_answer(tmp_path):
    told = Story()
    told.tell(NOON, accepted=10)
    told.tell(NOON, accepted=20)
    told.tell(NOON, **{"declined_not-available-in-time": 60})
    told.tell(NOON)
    source = told.source(tmp_path / "journal", NOON + timedelta(days=1))
    assert number("requests-refused", source) == (1, 3, pytest.approx(100 / 3))
    assert number("time-to-answer", source) == (3, 3, 20.0)
    assert number("mean-time-to-answer", source) == (90, 3, 30.0)
    assert number("requests-answered-in-time", source) == (1, 4, 25.0)
    [row] = measure(
        indicators()["requests-refused"], source, **MONTH, by=["service"], period="all"
    ).to_pylist()
    assert row["service"] == "east-team"
    missed = breaches(indicators()["requests-answered-in-time"], source, **MONTH)
    assert missed["reason"].to_pylist() == ["", "not-available-in-time", ""]


def test_a_month_in_which_nothing_was_counted_is_nought(tmp_path):
    told = Story()
    told.tell(NOON, accepted=5, milestone_seen=90)
    source = told.source(tmp_path / "journal", NOON + timedelta(days=70))
    counting = replace(indicators()["carers-assessments"], among=())
    rows = measure(counting, source, since=date(2026, 11, 1), until=date(2027, 1, 1)).to_pylist()
    assert [(row["period_start"].month, row["value"]) for row in rows] == [(11, 0.0), (12, 0.0)]


def test_a_pathway_that_the_journal_does_not_know_has_no_number(story):
    assert measure(indicators()["carers-assessments"], story, **MONTH).num_rows == 0


def test_what_is_not_known_yet_is_left_out(tmp_path):
    """A discharge of the last days says nothing of readmission."""
    folder = tmp_path / "dataset"
    write_table(folder, "persons", [{"person_id": 1, "birth_date": date(1940, 1, 1), "sex": "male"}])
    write_table(folder, "registrations", [])
    stay = {"person_id": 1, "admission_type": "emergency", "bed_type": "acute"}
    days = [
        (date(2026, 1, 1), date(2026, 1, 3)),
        (date(2026, 2, 2), date(2026, 2, 4)),
        (date(2026, 3, 1), date(2026, 3, 2)),
    ]
    write_table(
        folder, "stays",
        [stay | {"stay_id": n, "admitted_on": a, "discharged_on": d} for n, (a, d) in enumerate(days, 1)],
    )  # fmt: skip
    write_metadata(folder, as_of=date(2026, 3, 31), source="test")
    span = {"since": date(2026, 1, 1), "until": date(2026, 4, 1)}
    assert number("readmitted-in-30-days", MeasureSource(dataset=folder), **span) == (2, 2, 100.0)
    write_metadata(folder, as_of=date(2026, 4, 1), source="test")
    assert number("readmitted-in-30-days", MeasureSource(dataset=folder), **span) == (
        2,
        3,
        pytest.approx(200 / 3),
    )


@pytest.mark.parametrize(
    ("code", "options", "said"),
    [
        ("emergency-admissions", {}, "read off a linked dataset: give the folder"),
        ("urgent-response-two-hours", {"by": ["moon"]}, "cannot be shown by 'moon': it can by locality"),
        ("urgent-response-two-hours", {"period": "decade"}, "'decade' is no period: use one of day"),
    ],
)
def test_what_cannot_be_measured_is_said(story, code, options, said):
    with pytest.raises(CannotMeasure, match=said):
        measure(indicators()[code], story, **MONTH, **options)


def test_nothing_is_missed_of_a_median(story):
    with pytest.raises(CannotMeasure, match="nothing in it can be missed"):
        breaches(indicators()["time-to-answer"], story, **MONTH)


def test_a_folder_without_a_journal_is_refused(tmp_path):
    with pytest.raises(JournalError, match=r"has no journal\.parquet: give a folder written by"):
        JournalFolder(tmp_path)


def test_from_the_shell(story, tmp_path):
    folder, out = str(story.journal.path), tmp_path / "numbers.csv"
    days = ["--since", "2026-11-01", "--until", "2026-12-01"]
    asked = ["measure", "urgent-response-two-hours", "requests-refused", "--journal", folder, *days]
    found = CliRunner().invoke(application, [*asked, "--by", "service", "--out", str(out)])
    assert found.exit_code == 0, found.output
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == '"indicator","period_start","service","numerator","denominator","value"'
    assert lines[1] == '"urgent-response-two-hours",2026-11-01,"east-team",2,3,66.66666666666667'
    missed = CliRunner().invoke(application, [*asked[:2], *asked[3:], "--breaches", "--out", str(out)])
    assert missed.exit_code == 0, missed.output
    assert len(out.read_text(encoding="utf-8").splitlines()) == 4
    for code, said in (("mdt-throughput", "has no number yet"), ("no-such", "There is no indicator no-such")):
        refused = CliRunner().invoke(application, ["measure", code, *days])
        assert refused.exit_code == 1
        assert said in refused.output


def test_a_feed_that_begins_within_a_month_is_no_whole_month(tmp_path):
    """Ten admissions, one a day from the 15th of March on: none before it is nought, and a rate counts its days alone."""
    folder = tmp_path / "feed"
    person = {"sex": "female", "birth_date": date(1940, 1, 1), "imd_decile": 3}
    write_table(folder, "persons", [person | {"person_id": number} for number in (1, 2)])
    write_table(
        folder, "registrations",
        [{"registration_id": n, "person_id": n, "practice_code": "SYN-DEAL-A", "started_on": date(2010, 1, 1)} for n in (1, 2)],
    )  # fmt: skip
    days = [date(2026, 3, 15) + timedelta(days=number) for number in range(10)]
    stay = {"person_id": 1, "admission_type": "emergency", "bed_type": "acute"}
    write_table(
        folder, "stays",
        [stay | {"stay_id": n, "admitted_on": day, "discharged_on": day} for n, day in enumerate(days, 1)],
    )  # fmt: skip
    write_table(folder, "diagnoses", [])
    write_table(folder, "packages", [])
    write_metadata(folder, as_of=date(2026, 4, 30), source="test")
    indicator, source = indicators()["emergency-admissions"], MeasureSource(dataset=folder)
    asked = {"since": date(2026, 1, 1), "until": date(2026, 6, 1)}
    march, april = measure(indicator, source, **asked).to_pylist()
    assert (march["period_start"], march["numerator"], march["denominator"]) == (date(2026, 3, 1), 10, 2 * 18)
    assert (april["period_start"], april["numerator"], april["denominator"]) == (date(2026, 4, 1), 0, 2 * 30)
    assert known_days(indicator, source, **asked) == (date(2026, 3, 14), date(2026, 5, 1))


@pytest.mark.parametrize(
    ("first", "last", "count", "expected"),
    [
        (
            date(2026, 3, 15),
            date(2026, 9, 15),
            5_000,
            date(2026, 3, 15),
        ),  # a busy feed begins on its first day
        (date(2026, 3, 15), date(2026, 3, 25), 11, date(2026, 3, 14)),
        (date(2026, 3, 31), date(2026, 6, 30), 2, date(2025, 12, 30)),  # two in a quarter do not tell
        (date(2026, 3, 15), date(2026, 3, 15), 1, None),
        (None, None, 0, None),
    ],
)
def test_when_a_feed_begins(first, last, count, expected):
    assert begins(first, last, count) == expected
