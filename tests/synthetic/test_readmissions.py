"""Coming back to hospital: the stated hazard, in the gaps of a chunk that is otherwise the same, never two beds at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from localcare.synthetic import population as population_module
from localcare.synthetic.columns import NEVER
from localcare.synthetic.definitions import definition
from localcare.synthetic.health import Health
from localcare.synthetic.people import People
from localcare.synthetic.readmissions import draw_readmissions, draw_waits
from localcare.synthetic.stays import ELECTIVE, EMERGENCY, MATERNITY, Stays
from tests.synthetic.conftest import AS_OF, write_small

Ask = Callable[[str], list[tuple]]
LEFT = 18_000  # a day of discharge
SAME = ("persons", "registrations", "facts", "contacts", "packages", "relationships", "truth")


def alike(count: int, *, age: float = 40.0, propensity: float = 0.0) -> tuple[People, Health]:
    """So many people of one age and frailty."""
    whole = np.zeros(count, dtype=np.int64)
    people = People(
        1, LEFT + 1000, whole, np.full(count, age), whole.astype(np.int8), whole, whole, whole,
        whole.astype(bool), whole, whole, whole.astype(np.int8), whole + NEVER,
    )  # fmt: skip
    return people, Health(np.full(count, propensity), np.zeros((count, 1), dtype=bool), np.zeros(count))


def one_stay_each(count: int, *, kind: int = EMERGENCY, nights: int = 1) -> Stays:
    """A stay of everybody that ended on the one day."""
    rows = np.arange(count)
    return Stays(rows, rows * 0 + kind, rows * 0 + LEFT - nights, rows * 0 + LEFT, rows * 0, rows * 0)


def share_back(stays: Stays, within: float, *, returned: bool = False, **who: float) -> float:
    people, health = alike(stays.count, **who)
    waits = draw_waits(np.random.default_rng(1), people, health, stays, returned)
    return float((waits < within).mean())


@pytest.mark.parametrize("days", [7, 30, 89])
def test_as_many_are_back_by_a_day_as_the_fading_hazard_says_in_closed_form(days: int):
    said = definition("readmissions")
    fades = said["fades_after_days"]
    expected = 1 - np.exp(-said["per_day"] * fades * (1 - np.exp(-days / fades)))
    found = share_back(one_stay_each(400_000), days)
    assert found == pytest.approx(expected, abs=4 * np.sqrt(expected / 400_000))


def test_the_effects_multiply_the_hazard_and_some_stays_have_none():
    hazard = lambda share: -np.log1p(-share)  # noqa: E731
    effects = definition("readmissions")["effects"]
    usual = hazard(share_back(one_stay_each(400_000), 90))
    times = {
        "propensity": hazard(share_back(one_stay_each(400_000), 90, propensity=1.0)),
        "older_by_ten_years": hazard(share_back(one_stay_each(400_000), 90, age=60)),
        "week_in_hospital": hazard(share_back(one_stay_each(400_000, nights=7), 90)),
        "back_before": hazard(share_back(one_stay_each(400_000), 90, returned=True)),
    }
    for name, found in times.items():
        assert np.log(found / usual) == pytest.approx(effects[name], abs=0.05), name
    assert hazard(share_back(one_stay_each(400_000, kind=ELECTIVE), 90)) == pytest.approx(usual / 2, rel=0.05)
    assert share_back(one_stay_each(1000, kind=MATERNITY), 90) == 0
    assert share_back(one_stay_each(1000, nights=0), 90) == 0


def test_nobody_comes_back_after_death_or_into_a_bed_that_they_lie_in():
    people, health = alike(40_000, age=85.0, propensity=3.0)
    people.died[::2] = LEFT + 10
    first = one_stay_each(40_000)
    again = np.arange(40_000).repeat(2)
    second = np.tile([0, 20], 40_000)  # a second stay, 20 days after the first one's end
    stays = Stays(
        again, again * 0, np.where(second, LEFT + 20, LEFT - 1), np.where(second, LEFT + 25, LEFT),
        again * 0, again * 0,
    )  # fmt: skip
    back = draw_readmissions(np.random.default_rng(2), people, health, stays)
    dead = people.died[back.who] < NEVER
    assert dead.sum() > 1000 and (back.admitted[dead] <= LEFT + 10).all()
    early = back.admitted < LEFT + 20
    assert early.sum() > 1000 and (back.discharged[early] < LEFT + 20).all()
    assert (back.admitted[~early] > LEFT + 25).all()
    times = np.bincount(draw_readmissions(np.random.default_rng(3), people, health, first).who)
    assert times.max() > 1, "some come back several times"


def test_everything_else_is_the_same_with_and_without_and_the_stays_there_were_are_all_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    whole = write_small(tmp_path / "with", people=4000)
    monkeypatch.setattr(population_module, "with_readmissions", lambda random, tables, *rest, **more: tables)
    without = write_small(tmp_path / "without", people=4000)
    for name in SAME:
        assert (whole / f"{name}.parquet").read_bytes() == (without / f"{name}.parquet").read_bytes(), name
    for name, key in (("stays", "stay_id"), ("attendances", "attendance_id")):
        there, more = (
            {
                tuple(row.values())
                for row in pq.read_table(folder / f"{name}.parquet").drop_columns([key]).to_pylist()
            }
            for folder in (without, whole)
        )
        assert there < more, name
    primary = ("person_id", "occurred_on", "position", "code")
    there, more = (
        {
            tuple(row.values())
            for row in pq.read_table(folder / "diagnoses.parquet", columns=list(primary)).to_pylist()
        }
        for folder in (without, whole)
    )
    assert there < more


def test_readmissions_of_a_population_fade_with_the_days_and_follow_frailty_and_long_stays(ask: Ask):
    rows = ask(f"""
        WITH ended AS (
            SELECT s.*, propensity, discharged_on - admitted_on AS nights, (
                SELECT min(n.admitted_on) - s.discharged_on FROM stays n WHERE n.person_id = s.person_id
                AND n.admission_type = 'emergency' AND n.admitted_on > s.discharged_on) AS back_after
            FROM stays s JOIN persons p USING (person_id) JOIN truth t USING (person_id)
            WHERE s.admission_type = 'emergency' AND discharged_on > admitted_on AND discharged_on < DATE '{AS_OF}' - 60
            AND date_sub('year', birth_date, discharged_on) >= 18 AND coalesce(death_date, DATE '9999-1-1') > discharged_on + 60)
        SELECT count(*), avg(coalesce(back_after <= 30, false)::INT), count(*) FILTER (back_after <= 15),
            count(*) FILTER (back_after BETWEEN 31 AND 45), avg(coalesce(back_after <= 30, false)::INT) FILTER (nights >= 7),
            avg(coalesce(back_after <= 30, false)::INT) FILTER (nights < 7),
            avg(coalesce(back_after <= 30, false)::INT) FILTER (propensity > 1),
            avg(coalesce(back_after <= 30, false)::INT) FILTER (propensity < 0) FROM ended
    """)  # fmt: skip
    [(ended, within_30, first, later, long, short, frail, fit)] = rows
    print(f"{ended} discharges, {within_30:.3f} back within 30 days, long {long:.3f}, short {short:.3f}")
    assert ended > 1500
    assert 0.08 < within_30 < 0.2
    assert first > 1.5 * later
    assert long > 1.15 * short
    assert frail > 1.7 * fit
