"""What became of the people of a list, and of those near the threshold, read off the record and put together by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.db import connection, transaction

from localcare.analysis.effect import AtThreshold, usual_bandwidth
from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.evaluation.questions import Question
from localcare.care.stratification.risk.rules import LISTED_OUTCOME

DAYS_OF_A_MONTH = 30.4375
WIDEST = 1.5  # bandwidths from the threshold within which people are read
EMERGENCY, ATTENDANCE, BED_DAYS, DEATHS = "emergency", "attendance", "bed-days", "deaths"
COUNTED = (EMERGENCY, ATTENDANCE, BED_DAYS)  # before the list as well; nobody on a list had died
EARLIER, BEFORE, AFTER = "earlier", "before", "after"
PERIODS = (EARLIER, BEFORE, AFTER)
TABLE = "evaluation_followed"
Cursor = Any
Numbers = dict[
    str, dict[int, tuple[int, float]]
]  # by kind and events in a first period: people, and their events in the next


# Tables that were just filled look empty to the planner, which would then go through them once for each person.
BY_WHOLE_TABLES = "SET LOCAL enable_nestloop = off"


@contextmanager
def followed(question: Question, definitions: Definitions) -> Iterator[Cursor]:
    """For the time of the block, a table of everybody on the list and everybody whose risk was near the threshold.

    One row a person: where, of which kind, on the list or not, asked about or not (`listed`), the risk, days seen, whether they
    died, events by what and period, the first decision within the time ("before" when one of before the night was in force, else
    "none") and what followed.
    """
    condition, chosen = _who(question, definitions)
    reach = WIDEST * usual_bandwidth(question.threshold)
    values = chosen | _days(question) | {
        "outcome": LISTED_OUTCOME,
        "low": question.threshold - reach,
        "high": question.threshold + reach,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")  # what a fault left to this connection
        with transaction.atomic():
            cursor.execute(BY_WHOLE_TABLES)
            cursor.execute(f"CREATE TEMPORARY TABLE {TABLE} AS {FOLLOWED.format(who=condition)}", values)
        yield cursor
        cursor.execute(f"DROP TABLE {TABLE}")


def near_threshold(cursor: Cursor, what: str) -> AtThreshold:
    """Everybody with a risk, those alike in all that matters on one row. `what` is an outcome, "deaths" among them."""
    after, before = ("died::int", "0") if what == DEATHS else (column(what, AFTER), column(what, BEFORE))
    cursor.execute(
        f"SELECT per_mille, {after}, days_seen, {before}, has_plan OR has_journey, count(*) FROM {TABLE}"
        " WHERE per_mille IS NOT NULL GROUP BY 1, 2, 3, 4, 5"
    )
    rows = np.array(cursor.fetchall(), dtype=float).reshape(-1, 6)
    scores, events, days, earlier, acted, people = rows.T
    return AtThreshold(
        scores, events, days / DAYS_OF_A_MONTH, None if what == DEATHS else earlier, acted, people
    )


def listed_before(cursor: Cursor, question: Question) -> Numbers:
    """The listed by kind and emergency admissions just before the list, with their admissions after it.

    Only those who were seen to the end: the dead and the moved would count as fallen.
    """
    before, after = column(EMERGENCY, BEFORE), column(EMERGENCY, AFTER)
    cursor.execute(
        f"SELECT kind, {before}, count(*), sum({after}) FROM {TABLE} WHERE listed AND days_seen >= %s GROUP BY 1, 2",
        [question.days],
    )
    return _by_kind(cursor.fetchall())


def everybody_before(cursor: Cursor, question: Question) -> Numbers:
    """Registered people by kind and emergency admissions in the earlier period, with their admissions in the next one."""
    cursor.execute(EVERYBODY_BEFORE, _days(question))
    return _by_kind(cursor.fetchall())


def column(what: str, period: str) -> str:
    """The table's column of what was counted in a period."""
    return f"{what}_{period}".replace("-", "_")


def _by_kind(rows: list[tuple[str, int, int, Any]]) -> Numbers:
    found: Numbers = defaultdict(dict)
    for kind, first, people, following in rows:
        found[kind][first] = (people, float(following))
    return dict(found)


def _days(question: Question) -> dict[str, Any]:
    return {
        "run": question.run.pk,
        "night": question.night,
        "before": question.night - question.window,
        "earlier": question.night - 2 * question.window,
        "until": question.until,
    }


def _who(question: Question, definitions: Definitions) -> tuple[str, dict[str, Any]]:
    """The condition that chooses people of the list, and its values."""
    kind, _, code = question.who.partition(":")
    if kind == "cohort":
        return "p.cohorts & %(bit)s <> 0", {"bit": definitions.cohort(code).bit}
    if kind == "segment":
        return "p.segment = %(segment)s", {"segment": code}
    return "true", {}


_KIND = "p.efi_category || ' ' || width_bucket(p.age, ARRAY[65, 75, 85])"
_IN_FORCE = "{0}.from_run_id <= %(run)s AND ({0}.to_run_id IS NULL OR {0}.to_run_id > %(run)s)"
_WITHIN = {
    EARLIER: "{0} > %(earlier)s AND {0} <= %(before)s",
    BEFORE: "{0} > %(before)s AND {0} <= %(night)s",
    AFTER: "{0} > %(night)s AND {0} <= f.out_on",
}
_NIGHTS = {
    EARLIER: ("%(earlier)s::date", "%(before)s::date"),
    BEFORE: ("%(before)s::date", "%(night)s::date"),
    AFTER: ("%(night)s::date", "f.out_on"),
}


def _counts(name: str, day: str, condition: str = "true") -> str:
    return ", ".join(
        f"count(*) FILTER (WHERE {condition} AND {within.format(day)}) AS {name}_{period}"
        for period, within in _WITHIN.items()
    )


def _nights() -> str:
    return ", ".join(
        f"sum(greatest(0, least(coalesce(s.discharged_on, {end}), {end}) - greatest(s.admitted_on, {start})))"
        f" AS bed_days_{period}"
        for period, (start, end) in _NIGHTS.items()
    )


def _filled(table: str, *names: str) -> str:
    return ", ".join(
        f"coalesce({table}.{name}_{period}, 0) AS {name}_{period}" for name in names for period in PERIODS
    )


FOLLOWED = f"""
    WITH chosen AS MATERIALIZED (
        SELECT p.person_id, p.practice_code, {_KIND} AS kind, p.on_list, p.on_list AND {{who}} AS listed, r.per_mille
        FROM stratification_personscore p
        LEFT JOIN stratification_personrisk r
          ON r.person_id = p.person_id AND r.outcome = %(outcome)s AND {_IN_FORCE.format("r")}
        WHERE {_IN_FORCE.format("p")} AND (p.on_list OR r.per_mille BETWEEN %(low)s AND %(high)s)
    ), gone AS (
        SELECT g.person_id, max(g.ended_on) AS left_on FROM people_registration g
        WHERE g.ended_on IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM people_registration o WHERE o.person_id = g.person_id AND o.ended_on IS NULL)
        GROUP BY 1
    ), dead AS MATERIALIZED (
        SELECT id AS person_id, death_date FROM people_person WHERE death_date IS NOT NULL
    ), followed AS MATERIALIZED (
        SELECT c.*, dead.death_date,
            greatest(%(night)s::date, least(%(until)s::date, dead.death_date, gone.left_on)) AS out_on
        FROM chosen c LEFT JOIN dead USING (person_id) LEFT JOIN gone USING (person_id)
    ), stays AS (
        SELECT s.person_id, {_counts("emergency", "s.admitted_on", "s.admission_type = 'emergency'")}, {_nights()}
        FROM followed f JOIN record_stay s USING (person_id)
        WHERE s.admitted_on <= %(until)s AND coalesce(s.discharged_on, %(until)s) > %(earlier)s GROUP BY 1
    ), attendances AS (
        SELECT a.person_id, {_counts("attendance", "a.arrived_on")}
        FROM followed f JOIN record_attendance a USING (person_id)
        WHERE a.arrived_on > %(earlier)s AND a.arrived_on <= %(until)s GROUP BY 1
    ), decided AS (
        SELECT DISTINCT ON (d.person_id) d.person_id, d.kind, d.decided_on FROM stratification_decision d
        WHERE d.kind <> 'reopen' AND d.decided_on >= %(night)s AND d.decided_on <= %(until)s ORDER BY d.person_id, d.id
    ), aside AS (
        SELECT DISTINCT ON (d.person_id) d.person_id, d.kind <> 'reopen' AND d.look_again_on > %(night)s AS is_aside
        FROM stratification_decision d WHERE d.decided_on < %(night)s ORDER BY d.person_id, d.id DESC
    ), plans AS (
        SELECT DISTINCT person_id FROM stratification_personscore
        WHERE plan_recorded_on > %(night)s AND plan_recorded_on <= %(until)s
    ), journeys AS (
        SELECT DISTINCT person_id FROM pathways_journeystate
        WHERE (opened_at AT TIME ZONE 'Europe/London')::date > %(night)s
            AND (opened_at AT TIME ZONE 'Europe/London')::date <= %(until)s
    )
    SELECT f.person_id, f.practice_code, f.kind, f.on_list, f.listed, f.per_mille, f.out_on - %(night)s::date AS days_seen,
        coalesce(f.death_date > %(night)s AND f.death_date <= f.out_on, false) AS died,
        {_filled("stays", "emergency", "bed_days")}, {_filled("attendances", "attendance")},
        coalesce(decided.kind, CASE WHEN aside.is_aside THEN 'before' ELSE 'none' END) AS decision,
        decided.decided_on - %(night)s::date AS decided_after,
        plans.person_id IS NOT NULL AS has_plan, journeys.person_id IS NOT NULL AS has_journey
    FROM followed f
    LEFT JOIN stays USING (person_id) LEFT JOIN attendances USING (person_id) LEFT JOIN decided USING (person_id)
    LEFT JOIN aside USING (person_id) LEFT JOIN plans USING (person_id) LEFT JOIN journeys USING (person_id)
"""

EVERYBODY_BEFORE = f"""
    WITH counted AS (
        SELECT person_id, count(*) FILTER (WHERE admitted_on <= %(before)s) AS first,
            count(*) FILTER (WHERE admitted_on > %(before)s) AS following
        FROM record_stay
        WHERE admission_type = 'emergency' AND admitted_on > %(earlier)s AND admitted_on <= %(night)s GROUP BY 1
    )
    SELECT {_KIND} AS kind, coalesce(c.first, 0), count(*), coalesce(sum(c.following), 0)
    FROM stratification_personscore p LEFT JOIN counted c USING (person_id)
    WHERE {_IN_FORCE.format("p")} GROUP BY 1, 2
"""
