"""A simulated journal is a journal: the fold accepts it, clocks and measures work on it, from the shell as well."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from localcare.analysis.dataset.engine import connect
from localcare.analysis.journal.lines import ServiceNumbers, journeys_of
from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.journal.rulebook import shipped_rulebook
from localcare.analysis.journal.schema import JOURNAL, PEOPLE
from localcare.analysis.journal.set_clocks import JournalTables
from localcare.analysis.journal.states import MOVES, state_after
from localcare.analysis.journal.timeline import ends_now
from localcare.analysis.measures.definitions import indicators
from localcare.analysis.measures.engine import MeasureSource, measure
from localcare.analysis.pathways.reading import read_pathway
from localcare.analysis.simulation.contents import content_of
from localcare.analysis.simulation.scenario.files import shipped_pathways, shipped_scenario
from localcare.analysis.simulation.scenario.model import Scenario
from tests.simulation.engine_cases import every_pathway, run
from tests.simulation.test_engines_agree import busy, forward

WINTER = dataclasses.replace(shipped_scenario("winter-plan"), warm_up_days=4, days=10, replications=1)


@cache
def winter() -> Any:
    """Ten days of the winter plan, on the shipped pathways."""
    return run(WINTER)


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> JournalFolder:
    """The journal of those days."""
    found: JournalFolder = winter().write_journal(tmp_path_factory.mktemp("winter"))
    return found


def faults_of(folder: JournalFolder) -> list[str]:
    """What the fold and the table of moves do not accept."""
    found = []
    for lines in journeys_of(folder.arrow("journal").to_pylist(), ServiceNumbers()):
        states: dict[int, str] = {}
        for line in lines.lines:
            if line.task_id is None:
                continue
            before = states.get(line.task_id, "")
            states[line.task_id] = state_after(line.event, before)
            if before not in MOVES[line.event].sources or (before, states[line.task_id]) != (
                line.from_state,
                line.to_state,
            ):
                found.append(f"{line.event} from {before}: {line}")
        standing = lines.standing(folder.pathways)
        if standing.opened_at is None or (standing.is_open and ends_now(standing)):
            found.append(f"journey {lines.journey} should have opened or ended")
        if not standing.is_open and standing.blocking():
            found.append(f"journey {lines.journey} ended with work open")
        times = [line.effective_at for line in lines.lines]
        if times != sorted(times):
            found.append(f"journey {lines.journey} goes back in time")
    return found


def test_the_fold_accepts_every_simulated_journey(journal: JournalFolder, tmp_path: Path) -> None:
    assert journal.arrow("journal").num_rows > 5_000
    assert faults_of(journal) == []
    for number, given in enumerate((busy(), forward())):
        assert faults_of(run(given, replications=1).write_journal(tmp_path / str(number))) == []


def test_every_shipped_pathway_can_be_simulated_and_measured(tmp_path: Path) -> None:
    """The contact, the response, discharge to assess and all others, with lengths and shares of no meaning."""
    result = run(every_pathway(days=8, per_day=4.0), replications=1)
    assert all(row["holds"] for row in result.littles_law().to_pylist())
    folder = result.write_journal(tmp_path)
    assert faults_of(folder) == []
    source = MeasureSource(journal=folder, dataset=None)
    span = {"since": date(2025, 1, 6), "until": date(2025, 1, 14), "period": "all"}
    for code in ("urgent-response-two-hours", "contact-answered-in-time", "assessed-within-24-hours"):
        (row,) = measure(indicators()[code], source, **span).to_pylist()
        assert 0 < row["numerator"] <= row["denominator"], code


def test_the_journal_has_the_shape_that_is_agreed(journal: JournalFolder) -> None:
    table = journal.arrow("journal")
    assert table.schema.equals(JOURNAL)
    assert table["entry"].to_pylist() == [*range(1, table.num_rows + 1)]
    times = table["effective_at"].to_pylist()
    assert times == sorted(times)
    events = Counter(table["event"].to_pylist())
    assert {"opened", "requested", "accepted", "started", "milestone", "done", "ended", "cancelled"} <= set(
        events
    )
    people = journal.arrow("people")
    assert people.schema.equals(PEOPLE)
    assert set(table["person"].to_pylist()) == set(people["person"].to_pylist())
    assert (journal.about.kind, journal.about.seed, journal.about.replication) == (
        "simulated",
        WINTER.seed,
        0,
    )
    assert set(journal.arrow("services")["code"].to_pylist()) >= set(table["service"].drop_null().to_pylist())


def test_what_led_to_a_request_is_its_cause(journal: JournalFolder) -> None:
    rows = {row["entry"]: row for row in journal.arrow("journal").to_pylist()}
    caused = 0
    for row in rows.values():
        because = json.loads(row["detail"]).get("because")
        if because is not None:
            caused += 1
            cause = rows[because]
            assert cause["event"] in ("done", "cancelled") and cause["journey"] == row["journey"]
            assert (cause["entry"], cause["effective_at"]) <= (row["entry"], row["effective_at"])
            assert row["event"] == "requested" and row["asked_by"] == cause["service"]
            steps = journal.pathways[row["pathway"], row["version"]].steps
            assert (
                row["step"] in steps[cause["step"]].outcomes[cause["code"]].to
                or steps[row["step"]].after == "all"
            )
    assert caused > 300


def counted_clocks(result: Any) -> Counter[tuple[str, ...]]:
    """Clocks met and missed as the engine counted them."""
    counted: Counter[tuple[str, ...]] = Counter()
    for row in result.clock_days().to_pylist():
        for what in ("met", "missed"):
            counted[row["pathway"], row["step"], row["clock"], what] += row[what]
    return +counted


def folded_clocks(journal: JournalFolder) -> Counter[tuple[str, ...]]:
    """Clocks met and missed as they are read off the journal."""
    tables = JournalTables(journal, connect(threads=1), shipped_rulebook())
    found: Counter[tuple[str, ...]] = Counter()
    for row in tables.clocks.to_pyarrow().to_pylist():
        begun, due = (
            row[name] and row[name].replace(tzinfo=journal.about.since.tzinfo)
            for name in ("started_at", "due_at")
        )
        if begun < journal.about.since or (row["is_void"] and row["stopped_at"] is None):
            continue
        is_met = row["is_met"]
        if is_met is None:
            if due >= journal.about.until:
                continue
            is_met = False
        found[row["pathway"], row["step"], row["clock"], "met" if is_met else "missed"] += 1
    return found


def test_clocks_of_the_journal_are_those_that_the_engine_counted(journal: JournalFolder) -> None:
    found = folded_clocks(journal)
    assert found == counted_clocks(winter())
    assert sum(found.values()) > 900
    assert len({key[:3] for key in found}) > 6


def slow_to_begin(answered: float | None) -> Scenario:
    """All shipped pathways, without limits: work begins after two fifths of each length."""
    given = every_pathway(days=8, per_day=4.0)
    endless = {
        code: dataclasses.replace(one, capacity=tuple(dataclasses.replace(part, places=None) for part in one.capacity))
        for code, one in given.services.items()
    }  # fmt: skip
    pathways = {
        code: dataclasses.replace(
            one,
            steps={
                step: dataclasses.replace(said, begins_after=0.4, answered_after=answered)
                for step, said in one.steps.items()
            },
        )
        for code, one in given.pathways.items()
    }
    return dataclasses.replace(given, services=endless, pathways=pathways)


@pytest.mark.trace("T219")
@pytest.mark.parametrize("answered", [None, 0.0, 0.1])
def test_work_that_begins_some_way_into_its_length(answered: float | None, tmp_path: Path) -> None:
    """The fold accepts it, its clocks are those that were counted, and each moment is that part of the way."""
    result = run(slow_to_begin(answered), replications=1)
    folder = result.write_journal(tmp_path)
    assert faults_of(folder) == []
    assert folded_clocks(folder) == counted_clocks(result)
    moments: dict[int, dict[str, Any]] = {}
    for row in folder.arrow("journal").to_pylist():
        if row["task"] is not None:
            moments.setdefault(row["task"], {})[row["event"]] = row["effective_at"]
    done = [one for one in moments.values() if "done" in one]
    assert len(done) > 500
    for one in done:
        length = (one["done"] - one["requested"]).total_seconds()
        assert (one["started"] - one["requested"]).total_seconds() == pytest.approx(
            0.4 * length, rel=1e-4, abs=0.01
        )
        to_answer = 0.4 if answered is None else answered
        assert (one["accepted"] - one["requested"]).total_seconds() == pytest.approx(
            to_answer * length, rel=1e-3, abs=0.01
        )


def test_a_pathway_written_out_reads_as_itself() -> None:
    for pathway in shipped_pathways().values():
        assert read_pathway(content_of(pathway)) == pathway


def test_the_report_has_the_headings_of_stress_des() -> None:
    report = winter().report()
    for heading in (
        "## 1 Objectives", "### 1.1 Purpose", "### 1.2 Model outputs", "### 1.3 Aims of the experiment", "## 2 Logic",
        "### 2.1 Base model overview", "### 2.2 Scenario logic", "### 2.3 Algorithms", "### 2.4 Components", "## 3 Data",
        "### 3.1 Data sources", "### 3.2 Input parameters", "### 3.3 Pre-processing", "### 3.4 Assumptions about data",
        "## 4 Experimentation", "### 4.1 Initialisation", "### 4.2 Run length", "### 4.3 Estimation approach",
        "## 5 Implementation", "### 5.1 Software", "### 5.2 Random sampling", "### 5.3 Model execution",
        "### 5.4 System specification", "## 6 Code access",
    ):  # fmt: skip
        assert heading in report
    assert all(words in report for words in WINTER.assumptions)
    assert "Little's law (average number there = arrivals x mean time) holds in every service." in report
    assert "80 more from December to March" in report or "Eighty beds" in report


def test_the_command_runs_a_scenario_from_the_shell(tmp_path: Path) -> None:
    from localcare.config.command_line.application import application

    ask = ["simulate", "single-queue", "--replications", "2", "--seed", "5", "--out"]
    done = CliRunner().invoke(application, [*ask, str(tmp_path / "one")])
    assert done.exit_code == 0, done.output
    assert "2 replications by recursion with seed 5" in done.output
    CliRunner().invoke(application, [*ask, str(tmp_path / "two"), "--threads", "1"])
    for name in (
        "summary.csv",
        "report.md",
        "run.json",
        "daily.parquet",
        "clocks.parquet",
        "littles-law.csv",
    ):
        assert (tmp_path / "one" / name).is_file()
    first, second = (tmp_path / folder / "journal-0" / "journal.parquet" for folder in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()
    facts = json.loads((tmp_path / "one" / "run.json").read_text())
    assert facts["seconds"] > 0 and facts["versions"]["numpy"]
    refused = CliRunner().invoke(application, ["simulate", "no-such", "--out", str(tmp_path / "x")])
    assert refused.exit_code == 1 and "winter-plan" in refused.output
