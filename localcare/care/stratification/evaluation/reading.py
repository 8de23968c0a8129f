"""What became of the people of a list, and of those near the threshold, read off the record in one question."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from localcare.analysis.effect import usual_bandwidth
from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.evaluation.questions import Question
from localcare.care.stratification.risk.rules import LISTED_OUTCOME

DAYS_OF_A_MONTH = 30.4375
WIDEST = 1.5  # bandwidths from the threshold within which people are read
EMERGENCY, ATTENDANCE, BED_DAYS, DEATHS = "emergency", "attendance", "bed-days", "deaths"
COUNTED = (EMERGENCY, ATTENDANCE, BED_DAYS)  # before the list as well; nobody on a list had died
EARLIER, BEFORE, AFTER = "earlier", "before", "after"
PERIODS = (EARLIER, BEFORE, AFTER)
Column = NDArray[Any]


@dataclass(frozen=True)
class Followed:
    """Columns of equal length, one row a person. `events` holds counts by what and period, `months` the time seen after."""

    practice: Column
    listed: Column
    kind: Column  # age band and frailty, by which people are held against people like them
    per_mille: Column  # NaN where there was no risk on the night
    decision: (
        Column  # the first within the time; "before" when one of before the night was in force; "" for none
    )
    decided_after: Column  # days to it; NaN where there is none
    has_plan: Column
    has_journey: Column
    months: Column
    died: Column
    events: dict[tuple[str, str], Column]

    @property
    def acted(self) -> Column:
        """Whether a care plan or a journey followed within the time."""
        return self.has_plan | self.has_journey


def read(question: Question, definitions: Definitions) -> Followed:
    """Everybody of the list asked about, and everybody whose risk was near the threshold."""
    condition, chosen = _who(question, definitions)
    reach = WIDEST * usual_bandwidth(question.threshold)
    values: dict[str, Any] = chosen | {
        "run": question.run.pk,
        "night": question.night,
        "before": question.night - question.window,
        "earlier": question.night - 2 * question.window,
        "until": question.until,
        "outcome": LISTED_OUTCOME,
        "low": question.threshold - reach,
        "high": question.threshold + reach,
    }
    with connection.cursor() as cursor:
        cursor.execute(FOLLOWED.format(who=condition), values)
        names = [column.name for column in cursor.description]
        rows = cursor.fetchall()
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    return Followed(
        practice=np.array(columns["practice_code"], dtype=object),
        listed=np.array(columns["listed"], dtype=bool),
        kind=np.array(columns["kind"], dtype=object),
        per_mille=np.array(columns["per_mille"], dtype=float),
        decision=np.array(columns["decision"], dtype=object),
        decided_after=np.array(columns["decided_after"], dtype=float),
        has_plan=np.array(columns["has_plan"], dtype=bool),
        has_journey=np.array(columns["has_journey"], dtype=bool),
        months=np.array(columns["days_seen"], dtype=float) / DAYS_OF_A_MONTH,
        died=np.array(columns["died"], dtype=bool),
        events={
            (what, period): np.array(columns[f"{what}_{period}".replace("-", "_")], dtype=float)
            for what in COUNTED
            for period in PERIODS
        },
    )


def everybody_before(question: Question) -> dict[str, dict[int, tuple[int, float]]]:
    """Registered people by kind and emergency admissions in the earlier period, with their admissions in the next one."""
    values: dict[str, Any] = {
        "run": question.run.pk,
        "night": question.night,
        "before": question.night - question.window,
        "earlier": question.night - 2 * question.window,
    }
    found: dict[str, dict[int, tuple[int, float]]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(EVERYBODY_BEFORE, values)
        for kind, first, people, following in cursor.fetchall():
            found[kind][first] = (people, float(following))
    return dict(found)


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
        SELECT p.person_id, p.practice_code, {_KIND} AS kind, p.on_list AND {{who}} AS listed, r.per_mille
        FROM stratification_personscore p
        LEFT JOIN stratification_personrisk r
          ON r.person_id = p.person_id AND r.outcome = %(outcome)s AND {_IN_FORCE.format("r")}
        WHERE {_IN_FORCE.format("p")} AND (p.on_list AND {{who}} OR r.per_mille BETWEEN %(low)s AND %(high)s)
    ), gone AS (
        SELECT g.person_id, CASE WHEN bool_or(g.ended_on IS NULL) THEN NULL ELSE max(g.ended_on) END AS left_on
        FROM people_registration g JOIN chosen USING (person_id) GROUP BY 1
    ), followed AS MATERIALIZED (
        SELECT c.*, q.death_date, greatest(%(night)s::date, least(%(until)s::date, q.death_date, gone.left_on)) AS out_on
        FROM chosen c JOIN people_person q ON q.id = c.person_id LEFT JOIN gone ON gone.person_id = c.person_id
    ), stays AS (
        SELECT s.person_id, {_counts("emergency", "s.admitted_on", "s.admission_type = 'emergency'")}, {_nights()}
        FROM followed f JOIN record_stay s USING (person_id)
        WHERE s.admitted_on <= %(until)s AND coalesce(s.discharged_on, %(until)s) > %(earlier)s GROUP BY 1
    ), attendances AS (
        SELECT a.person_id, {_counts("attendance", "a.arrived_on")}
        FROM followed f JOIN record_attendance a USING (person_id)
        WHERE a.arrived_on > %(earlier)s AND a.arrived_on <= %(until)s GROUP BY 1
    )
    SELECT f.practice_code, f.kind, f.listed, f.per_mille, f.out_on - %(night)s::date AS days_seen,
        coalesce(f.death_date > %(night)s AND f.death_date <= f.out_on, false) AS died,
        {_filled("stays", "emergency", "bed_days")}, {_filled("attendances", "attendance")},
        coalesce(decided.kind, CASE WHEN earlier.is_aside THEN 'before' ELSE '' END) AS decision,
        decided.decided_on - %(night)s::date AS decided_after,
        EXISTS (SELECT 1 FROM stratification_personscore n WHERE n.person_id = f.person_id
                AND n.plan_recorded_on > %(night)s AND n.plan_recorded_on <= %(until)s) AS has_plan,
        EXISTS (SELECT 1 FROM pathways_journeystate j WHERE j.person_id = f.person_id
                AND (j.opened_at AT TIME ZONE 'Europe/London')::date > %(night)s
                AND (j.opened_at AT TIME ZONE 'Europe/London')::date <= %(until)s) AS has_journey
    FROM followed f
    LEFT JOIN stays ON stays.person_id = f.person_id
    LEFT JOIN attendances ON attendances.person_id = f.person_id
    LEFT JOIN LATERAL (
        SELECT d.kind, d.decided_on FROM stratification_decision d WHERE d.person_id = f.person_id AND d.kind <> 'reopen'
            AND d.decided_on >= %(night)s AND d.decided_on <= %(until)s ORDER BY d.id LIMIT 1) decided ON true
    LEFT JOIN LATERAL (
        SELECT d.kind <> 'reopen' AND d.look_again_on > %(night)s AS is_aside FROM stratification_decision d
        WHERE d.person_id = f.person_id AND d.decided_on < %(night)s ORDER BY d.id DESC LIMIT 1) earlier ON true
    ORDER BY f.person_id
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
