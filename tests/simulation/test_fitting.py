"""A scenario fitted from a journal: each part against data whose truth is known, and the whole against a simulation."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from localcare.analysis.journal.parquet import JournalError, JournalFolder
from localcare.analysis.simulation.run import simulate
from localcare.analysis.simulation.scenario.checking import faults_of
from localcare.analysis.simulation.scenario.distributions import mean_hours
from localcare.analysis.simulation.scenario.files import load, shipped_content, shipped_pathways
from localcare.analysis.simulation.scenario.fitting import Fitted, fit_folder
from localcare.analysis.simulation.scenario.fitting.branches import evened, outcome_shares
from localcare.analysis.simulation.scenario.fitting.fit import AHEAD
from localcare.analysis.simulation.scenario.fitting.lengths import fit_length, kaplan_meier
from localcare.analysis.simulation.scenario.fitting.observed import Journeys, Observed, Tasks
from localcare.analysis.simulation.scenario.fitting.places import fit_places
from localcare.analysis.simulation.scenario.fitting.steps import fit_step
from localcare.analysis.simulation.scenario.reading import read_scenario
from localcare.analysis.simulation.scenario.reading_durations import read_duration
from localcare.config.command_line.application import application
from tests.journal.walks import random_folder

NEAR = pytest.approx
SOME = 4000


def cut(lengths: np.ndarray, generator: np.random.Generator, mean: float) -> tuple[np.ndarray, np.ndarray]:
    """Lengths as they are known on a day: those that are longer than the time since they began are still open."""
    known_for = generator.exponential(mean, len(lengths))
    return np.minimum(lengths, known_for), lengths <= known_for


@pytest.mark.parametrize("name", ["exponential", "lognormal", "gamma"])
def test_a_length_is_found_though_a_third_is_still_open(name: str) -> None:
    generator = np.random.default_rng(11)
    draws = {
        "exponential": generator.exponential(30.0, SOME),
        "lognormal": generator.lognormal(np.log(30.0) - 0.32, 0.8, SOME),
        "gamma": generator.gamma(4.0, 7.5, SOME),
    }
    hours, is_over = cut(draws[name], generator, 70.0)
    assert 0.2 < 1 - is_over.mean() < 0.4
    found = fit_length(hours, is_over)
    assert found.content["distribution"] == name
    assert mean_hours(read_duration(found.content, ())) == NEAR(30.0, rel=0.05)
    assert hours[is_over].mean() < 28  # whoever leaves out what is open is far off
    if "sd" in found.content:
        assert found.content["sd"] == NEAR(draws[name].std(), rel=0.1)
    assert found.furthest < 0.04


def test_lengths_of_two_kinds_are_kept_as_they_are() -> None:
    generator = np.random.default_rng(5)
    lengths = np.concatenate([generator.gamma(30, 0.1, 900), generator.gamma(60, 1.0, 900)])
    found = fit_length(lengths, np.ones(len(lengths), bool))
    assert found.content["distribution"] == "empirical"
    assert mean_hours(read_duration(found.content, ())) == NEAR(lengths.mean(), rel=0.02)
    assert found.furthest < 0.03


def test_a_length_that_never_varies_and_one_that_never_ended() -> None:
    assert fit_length(np.full(50, 0.25), np.ones(50, bool)).content == {
        "distribution": "fixed",
        "unit": "minutes",
        "value": 15,
    }
    assert fit_length(np.zeros(9), np.ones(9, bool)).content["value"] == 0
    open_only = fit_length(np.array([10.0, 30.0]), np.zeros(2, bool))
    assert (open_only.ended, open_only.says[:7]) == (0, "nothing")


def test_kaplan_and_meier_by_hand() -> None:
    times, still = kaplan_meier(np.array([1.0, 2.0, 2.5, 4.0]), np.array([True, False, True, True]))
    assert times.tolist() == [1.0, 2.5, 4.0]
    assert still == NEAR([3 / 4, 3 / 8, 0.0])


def tasks_of(hours: np.ndarray, outcomes: np.ndarray) -> Tasks:
    """Tasks of one step that were started one after the other, and all ended."""
    started = np.linspace(0, 100, len(hours))
    words = np.full(len(hours), "urgent-community-response", dtype=object)
    step = np.full(len(hours), "package", dtype=object)
    return Tasks(words, step, words, words, outcomes.astype(object), started, started, started + hours)


@pytest.mark.parametrize(("conveyed_hours", "differs"), [(12.0, True), (48.0, False)])
def test_a_length_goes_with_the_end_only_where_it_does(conveyed_hours: float, differs: bool) -> None:
    """More tasks than are weighed, so that the likelihoods would not compare if they were of different ones."""
    generator = np.random.default_rng(2)
    conveyed = generator.random(25_000) < 0.3
    hours = np.where(
        conveyed, generator.gamma(4, conveyed_hours / 4, 25_000), generator.gamma(4, 12.0, 25_000)
    )
    tasks = tasks_of(hours, np.where(conveyed, "conveyed", "recovered"))
    pathway = shipped_pathways()["urgent-community-response"]
    nothing = np.array([], dtype=object)
    journeys = Journeys(nothing, nothing, np.array([]), np.array([], bool))
    observed = Observed(
        "lived", datetime(2025, 1, 1, tzinfo=UTC), 1e4, journeys, tasks, {}, {}, {}, frozenset()
    )
    found = fit_step(observed, tasks, pathway, "package", "team", 1e4).content
    assert found["outcomes"]["conveyed"] == NEAR(0.3, abs=0.01)
    assert ("duration_by_outcome" in found) == differs
    if differs:
        shorter = found["duration_by_outcome"]["conveyed"]
        assert mean_hours(read_duration(shorter, ())) == NEAR(12, rel=0.03)


def test_outcomes_that_come_late_are_not_underrated() -> None:
    """One in five is readmitted within days, the others stay for weeks; half of the stays are still open."""
    generator = np.random.default_rng(3)
    quick = generator.random(SOME) < 0.2
    lengths = np.where(quick, generator.exponential(3.0, SOME), generator.gamma(9.0, 4.0, SOME))
    hours, is_over = cut(lengths, generator, 60.0)
    outcomes = np.where(is_over, np.where(quick, "readmitted", "home"), "").astype(object)
    naive = (outcomes == "readmitted").sum() / is_over.sum()
    found = outcome_shares(hours, outcomes)
    assert naive > 0.29
    assert found["readmitted"] == NEAR(0.2, abs=0.02)
    assert sum(found.values()) == NEAR(1, abs=1e-9)
    assert outcome_shares(np.array([2.0]), np.array([""], dtype=object)) == {}
    assert evened({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}) == {"a": 0.333334, "b": 0.333333, "c": 0.333333}


def queue_of(places: Any, arrivals: np.ndarray, lengths: np.ndarray) -> Tasks:
    """A first-come queue whose number of places may go up once: a plain loop."""
    free = [0.0] * places(0.0)
    started, finished = [], []
    for came, length in zip(arrivals, lengths, strict=True):
        while len(free) < places(came):
            free.append(came)
        free.sort()
        begin = max(came, free[0])
        free[0] = begin + length
        started.append(begin)
        finished.append(begin + length)
    words = np.full(len(arrivals), "x", dtype=object)
    return Tasks(words, words, words, words, words, arrivals, np.array(started), np.array(finished))


def clock(hour: float) -> datetime:
    """The local time, as if the journal began at a Monday's midnight."""
    return datetime.fromtimestamp(hour * 3600 + 4 * 86400, UTC)


def test_places_are_those_taken_while_somebody_waits() -> None:
    generator = np.random.default_rng(8)
    arrivals = np.cumsum(generator.exponential(0.5, 1300))
    lengths = generator.exponential(2.0, 1300)
    until = float(arrivals[-1])
    steady = fit_places(queue_of(lambda _: 5, arrivals, lengths).as_of(until), until, clock)
    assert steady.places == 5
    assert {level for level in steady.by_week if level is not None} == {5}
    grown = fit_places(
        queue_of(lambda at: 5 if at < 336 else 6, arrivals, lengths).as_of(until), until, clock
    )
    assert grown.by_week[0] == 5
    assert grown.places == 6
    roomy = fit_places(queue_of(lambda _: 60, arrivals, lengths).as_of(until), until, clock)
    assert roomy.places is None
    assert "nobody waited" in roomy.says
    other = queue_of(lambda _: 60, arrivals, lengths)
    late = Tasks(
        *(getattr(other, name) for name in ("pathway", "step", "service", "kind", "outcome")),
        other.requested - generator.exponential(3.0, 1300), other.started, other.finished,
    )  # fmt: skip
    assert fit_places(late.as_of(until), until, clock).places is None


def truth() -> dict[str, Any]:
    """A call desk that is never full, and twelve beds that are; a third of the callers need a bed."""
    content = copy.deepcopy(shipped_content("single-queue"))
    content |= {"scenario": "truth", "days": 112, "warm_up_days": 0, "seed": 77}
    content["own_pathways"] = {
        "call": {
            "title": "Call",
            "priorities": {"soon": "Soon", "later": "Later"},
            "steps": {
                "answer": {"by": "desk", "outcomes": {"bed": ["bed"], "advice": "end:advised"}},
                "bed": {"by": "ward", "milestones": {"assessed": "Assessed"},
                        "outcomes": {"home": "end:home", "moved": "end:moved"}},
            },
            "ends": {"advised": "Advised", "home": "Home", "moved": "Moved"},
        }
    }  # fmt: skip
    content["services"] = {
        "desk": {
            "kind": "desk",
            "source": "synthetic",
            "capacity": [{"from": "2025-01-01", "places": "unlimited"}],
        },
        "ward": {"kind": "ward", "source": "synthetic", "capacity": [{"from": "2025-01-01", "places": 26}]},
    }
    content["pathways"] = {
        "call": {
            "source": "synthetic",
            "demand": {"per_day": 36, "by_hour": [0.4] * 8 + [1.6] * 12 + [0.4] * 4, "by_weekday": [1.5] + [1] * 4 + [0.75] * 2},
            "priorities": {"soon": 0.25, "later": 0.75},
            "steps": {
                "answer": {
                    "service": "desk", "outcomes": {"bed": 0.3333, "advice": 0.6667},
                    "duration": {"distribution": "lognormal", "mean": 20, "sd": 12, "unit": "minutes"},
                },
                "bed": {
                    "service": "ward", "outcomes": {"home": 0.85, "moved": 0.15}, "milestones": {"assessed": 0.25},
                    "duration": {"distribution": "gamma", "mean": 48, "sd": 20, "unit": "hours"},
                },
            },
        }
    }  # fmt: skip
    return content


def live(seed: int, folder: Path) -> JournalFolder:
    """A journal whose truth is known."""
    content = truth() | {"seed": seed}
    result = simulate(read_scenario(content), pathways=shipped_pathways(), replications=1, threads=1)
    return result.write_journal(folder)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> JournalFolder:
    """One such journal."""
    assert faults_of(truth(), shipped_pathways()) == []
    return live(77, tmp_path_factory.mktemp("lived"))


@pytest.fixture(scope="module")
def fitted(lived: JournalFolder) -> Fitted:
    """What is fitted to it."""
    return fit_folder(lived, held_out_weeks=3, code="found")


def test_the_whole_truth_is_found(fitted: Fitted) -> None:
    call = fitted.content["pathways"]["call"]
    assert call["demand"]["per_day"] == NEAR(36, rel=0.05)
    day, night = np.mean(call["demand"]["by_hour"][8:20]), np.mean(call["demand"]["by_hour"][:8])
    assert day / night == NEAR(4, rel=0.15)
    assert call["demand"]["by_weekday"][0] == NEAR(1.5, abs=0.15)
    assert call["priorities"]["soon"] == NEAR(0.25, abs=0.03)
    answer, bed = call["steps"]["answer"], call["steps"]["bed"]
    assert answer["outcomes"]["bed"] == NEAR(0.3333, abs=0.03)
    assert answer["duration"]["distribution"] == "lognormal"
    assert answer["duration"]["mean"] == NEAR(20, rel=0.05)
    assert bed["duration"]["distribution"] == "gamma"
    assert mean_hours(read_duration(bed["duration"], ())) == NEAR(48, rel=0.05)
    assert bed["outcomes"]["moved"] == NEAR(0.15, abs=0.03)
    assert bed["milestones"]["assessed"] == NEAR(0.25, abs=1e-3)
    services = fitted.content["services"]
    assert services["ward"]["capacity"][0]["places"] == 26
    assert services["desk"]["capacity"][0]["places"] == "unlimited"


def test_weeks_it_has_not_seen_are_foretold(fitted: Fitted, tmp_path: Path) -> None:
    """Over three journals, nine in ten figures or so lie within their 95% interval; never all by being vague."""
    several = [fitted, *(fit_folder(live(seed, tmp_path / str(seed)), held_out_weeks=3) for seed in (78, 80))]
    assert all(one.foretold == 15 for one in several)
    assert sum(one.within for one in several) / 45 >= 0.85
    assert "| ward | mean wait, hours |" in fitted.report
    assert "## Weeks that were not fitted" in fitted.report
    assert f"foretold {fitted.within} of 15 weekly figures" in fitted.report


def test_the_caseload_is_that_of_the_last_moment(fitted: Fitted, lived: JournalFolder) -> None:
    entries = lived.arrow("journal").to_pylist()
    tasks: dict[int, str] = {}
    for row in entries:
        if row["step"] == "bed" and row["to_state"]:
            tasks[row["task"]] = row["to_state"]
    here = {group["state"]: group["count"] for group in fitted.content["initial"] if group["step"] == "bed"}
    states = list(tasks.values())
    assert here.get("started", 0) == states.count("started")
    assert here.get("requested", 0) == sum(states.count(state) for state in ("requested", "accepted"))


def test_what_is_fitted_is_a_scenario_file(fitted: Fitted, tmp_path: Path) -> None:
    file = tmp_path / "found.yaml"
    file.write_text(fitted.text)
    again = load(file)
    assert again == read_scenario(fitted.content)
    assert again.starts_on.isoformat() == "2025-04-23"
    assert "no weeks were held out" not in fitted.report.lower()


def test_a_journal_that_is_too_short_or_none(lived: JournalFolder, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too few to hold 12 out"):
        fit_folder(lived, held_out_weeks=12)
    with pytest.raises(JournalError, match=r"journal\.parquet"):
        fit_folder(tmp_path)


def test_fitting_from_the_shell(lived: JournalFolder, tmp_path: Path) -> None:
    out, report = tmp_path / "My winter.yaml", tmp_path / "fit.md"
    arguments = ["scenario", "fit", "--journal", str(lived.path), "--out", str(out), "--held-out-weeks", "0"]
    told = CliRunner().invoke(application, [*arguments, "--report", str(report)])
    assert told.exit_code == 0, told.output
    assert yaml.safe_load(out.read_text())["scenario"] == "my-winter"
    assert "No weeks were held out" in report.read_text()
    assert CliRunner().invoke(application, ["scenario", "check", str(out)]).exit_code == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happened_what_is_fitted_can_be_run(seed: int, tmp_path: Path) -> None:
    """Journals of any legal events: refusals, transfers, pauses, what was taken back, journeys that never end."""
    folder = random_folder(tmp_path / "walks", seed)
    found = fit_folder(folder, held_out_weeks=0)
    assert faults_of(found.content, shipped_pathways()) == []
    few = read_scenario(found.content | {"days": 3})
    assert simulate(few, pathways=shipped_pathways(), replications=1).daily().num_rows > 0


def slow() -> dict[str, Any]:
    """The truth with an answer after a tenth, and work after a third, of each length at the desk."""
    content = truth()
    content["pathways"]["call"]["steps"]["answer"] |= {"begins_after": 0.3333, "answered_after": 0.1}
    return content


@pytest.mark.trace("T219")
def test_waits_that_no_place_explains_are_fitted_and_can_be_lived_again(tmp_path: Path) -> None:
    result = simulate(read_scenario(slow()), pathways=shipped_pathways(), replications=1, threads=1)
    folder = result.write_journal(tmp_path)
    again = fit_folder(folder, held_out_weeks=0, replay=True)
    answer = again.content["pathways"]["call"]["steps"]["answer"]
    assert answer["duration"]["mean"] == NEAR(20, rel=0.05)
    assert answer["begins_after"] == NEAR(0.3333, abs=0.01)
    assert answer["answered_after"] == NEAR(0.1, abs=0.01)
    assert again.content["pathways"]["call"]["steps"]["bed"].get("begins_after") is None
    assert again.content["starts_on"] == "2025-01-01"
    assert again.content["days"] == 112 + AHEAD
    assert "initial" not in again.content  # nobody was there when the journal begins
    assert again.content["title"] == "As simulated, 1 January to 23 April 2025"
    assert again.content["services"]["desk"]["title"] == "desk"


def test_waiting_within_the_length_needs_a_service_without_limit() -> None:
    content = slow()
    content["pathways"]["call"]["steps"]["bed"]["begins_after"] = 0.2
    (fault,) = faults_of(content, shipped_pathways())
    assert fault.place[-1] == "begins_after" and "ward has a limited number" in fault.fault


def test_nothing_of_fewer_than_five_people_is_told(tmp_path: Path) -> None:
    """Off a few hours of a journal: no exact share, no count, no group of the caseload below five."""
    content = truth() | {"days": 2}
    content["pathways"]["call"]["demand"] = {"per_day": 6}
    result = simulate(read_scenario(content), pathways=shipped_pathways(), replications=1, threads=1)
    folder = result.write_journal(tmp_path)
    plain, coarse = (fit_folder(folder, held_out_weeks=0, coarse=one).content for one in (False, True))
    assert faults_of(coarse, shipped_pathways()) == []
    assert "journeys in 2 days" in str(plain) and "journeys in" not in str(coarse)
    assert "ended" in str(plain["pathways"]) and "ended" not in str(coarse["pathways"])
    assert all(group["count"] >= 5 for group in coarse.get("initial", ()))
    assert any(group["count"] < 5 for group in plain["initial"])
    shares = coarse["pathways"]["call"]["steps"]["answer"]["outcomes"].values()
    assert sum(shares) == NEAR(1) and all(
        round(share * 20, 6) == int(round(share * 20, 6)) for share in shares
    )
