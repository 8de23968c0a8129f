"""What a linked dataset has to count, with the columns that conditions name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from localcare.analysis.dataset import LinkedDataset
from localcare.analysis.libraries import ibis
from localcare.analysis.measures.calendar import Stretch
from localcare.analysis.measures.places import Places
from localcare.analysis.scores.acsc import sensitive_stays

CODES = Path(__file__).parents[2] / "definitions" / "cohorts" / "measures.yaml"
Parameters = Mapping[str, Any]


@cache
def meanings() -> Mapping[str, Any]:
    """What a code in the record is taken to mean: the reviewed lists that the cohorts use too."""
    found: Mapping[str, Any] = yaml.safe_load(CODES.read_text(encoding="utf-8"))["codes"]
    return found


def stays(dataset: LinkedDataset, parameters: Parameters) -> Any:
    """Hospital stays, with what followed them."""
    found, persons = dataset.table("stays"), dataset.table("persons")
    died = persons.select(dead="person_id", death_date="death_date")
    found = found.left_join(died, found.person_id == died.dead).drop("dead")
    left = found.discharged_on
    found = found.mutate(
        row=found.stay_id, person=found.person_id, service=found.provider_code.fill_null(""),
        nights=left.delta(found.admitted_on, unit="day"), month=left.month().cast("int64"),
        left_alive=left.notnull() & (found.death_date.isnull() | (found.death_date > left)),
    )  # fmt: skip
    found = _with_sensitive(found, dataset)
    found = _marked(found, _readmissions(found, int(parameters.get("within_days", 30))), "readmitted")
    found = _marked(found, _reablement(found, dataset, int(parameters.get("reablement_within_days", 7))),
                    "had_reablement")  # fmt: skip
    return _with_home(found, dataset, int(parameters.get("on_day", 91)))


def _with_sensitive(found: Any, dataset: LinkedDataset) -> Any:
    emergencies = found.filter(found.admission_type == "emergency").select(
        emergency_stay_id="stay_id", emergency_person_id="person_id"
    )
    codes = dataset.distinct("diagnoses", "code")
    hits = sensitive_stays(dataset.table("diagnoses"), emergencies, codes)
    return _marked(found, hits.select(hit="stay_id"), "is_sensitive")


def _marked(found: Any, hits: Any, name: str) -> Any:
    """True for the rows whose stay is among the hits."""
    hits = hits.distinct().mutate(was_hit=ibis.literal(True))
    joined = found.left_join(hits, found.stay_id == hits.hit)
    return joined.mutate(**{name: joined.was_hit.fill_null(False)}).drop("hit", "was_hit")


def _readmissions(found: Any, within: int) -> Any:
    """Stays followed by an emergency admission of the same person, on the day of discharge or within the days after."""
    again = found.filter(found.admission_type == "emergency").select(
        a_stay="stay_id", a_person="person_id", a_day="admitted_on", a_from="admitted_on"
    )
    days = again.a_day.delta(found.discharged_on, unit="day")
    later = (again.a_day > found.admitted_on) | (again.a_stay > found.stay_id)
    same = [
        found.person_id == again.a_person,
        found.stay_id != again.a_stay,
        days >= 0,
        days <= within,
        later,
    ]
    return found.join(again, same).select(hit="stay_id")


def _reablement(found: Any, dataset: LinkedDataset, within: int) -> Any:
    """Stays after which reablement began within the days."""
    packages = dataset.table("packages")
    begun = packages.filter(packages.package_type == "reablement").select(
        r_person="person_id", r_day="started_on"
    )
    days = begun.r_day.delta(found.discharged_on, unit="day")
    return found.join(begun, [found.person_id == begun.r_person, days >= 0, days <= within]).select(
        hit="stay_id"
    )


def _with_home(found: Any, dataset: LinkedDataset, on_day: int) -> Any:
    """Whether the person was alive, in no hospital bed and in no care home so many days after the discharge."""
    found = found.mutate(home_day=(found.discharged_on + ibis.interval(days=on_day)).cast("date"))
    beds = dataset.table("stays").select(person="person_id", begins="admitted_on", ends="discharged_on")
    packages = dataset.table("packages")
    homes = packages.filter(packages.package_type.isin(meanings()["care_home_packages"])).select(
        person="person_id", begins="started_on", ends="ended_on"
    )
    away = beds.union(homes)
    away = away.select(w_person="person", begins="begins", ends="ends")
    there = [
        found.person_id == away.w_person,
        away.begins <= found.home_day,
        away.ends.isnull() | (away.ends > found.home_day),
    ]
    found = _marked(found, found.join(away, there).select(hit="stay_id"), "is_away")
    alive = found.death_date.isnull() | (found.death_date > found.home_day)
    return found.mutate(at_home_on_day=found.discharged_on.notnull() & alive & ~found.is_away)


def attendances(dataset: LinkedDataset, parameters: Parameters) -> Any:
    """Attendances at urgent and emergency care."""
    found = dataset.table("attendances")
    service = found.provider_code.fill_null("")
    return found.mutate(row=found.attendance_id, person=found.person_id, service=service)


def packages(dataset: LinkedDataset, parameters: Parameters) -> Any:
    """Packages of care, with whether the person came from a package of the same kind of place."""
    found = dataset.table("packages")
    in_homes = found.package_type.isin(meanings()["care_home_packages"])
    homes = found.filter(in_homes).select(
        h_package="package_id", h_person="person_id", h_begins="started_on", h_ends="ended_on"
    )
    before = (homes.h_begins < found.started_on) | (
        (homes.h_begins == found.started_on) & (homes.h_package < found.package_id)
    )
    until = homes.h_ends.isnull() | (homes.h_ends >= found.started_on)
    moved = found.filter(in_homes).join(homes, [found.person_id == homes.h_person, before, until])
    moved = moved.select(moved="package_id").distinct().mutate(was_hit=ibis.literal(True))
    found = found.left_join(moved, found.package_id == moved.moved)
    return found.mutate(
        row=found.package_id, person=found.person_id, service=found.provider_code.fill_null(""),
        is_first=found.was_hit.isnull(),
    ).drop("moved", "was_hit")  # fmt: skip


ROWS: Mapping[str, Callable[[LinkedDataset, Parameters], Any]] = {
    "stays": stays, "attendances": attendances, "packages": packages,
}  # fmt: skip


TABLES = tuple(ROWS)  # subjects that are rows of a table of the same name


def with_people(rows: Any, dataset: LinkedDataset, places: Any) -> Any:
    """Who each row (columns row, person, day) is about: sex, birth, deprivation, and the practice on that day."""
    persons = dataset.table("persons").select(
        who="person_id", sex="sex", birth_date="birth_date", deprivation_decile="imd_decile"
    )
    rows = rows.left_join(persons, rows.person == persons.who).drop("who")
    listed = dataset.table("registrations").select(
        listed="person_id", practice="practice_code", listed_on="started_on", listed_until="ended_on",
        registration="registration_id",
    )  # fmt: skip
    there = [
        rows.person == listed.listed,
        listed.listed_on <= rows.day,
        listed.listed_until.isnull() | (listed.listed_until > rows.day),
    ]
    on_the_day = rows.select("row", "person", "day").join(listed, there)
    newest = ibis.window(group_by="row", order_by=[ibis.desc("listed_on"), ibis.desc("registration")])
    on_the_day = on_the_day.mutate(rank=ibis.row_number().over(newest))
    one = on_the_day.filter(on_the_day["rank"] == 0).select(of_row="row", practice="practice")
    rows = rows.left_join(one, rows.row == one.of_row).drop("of_row")
    return rows.left_join(places, rows.practice == places.of_practice).drop("of_practice")


def registered(dataset: LinkedDataset, days: Any, places: Any) -> Any:
    """Everyone registered and alive on each of the days (column day): one row per person and day."""
    persons = dataset.table("persons").select(
        "death_date", person="person_id", sex="sex", birth_date="birth_date", deprivation_decile="imd_decile"
    )
    listed = dataset.table("registrations").select(
        listed="person_id", practice="practice_code", listed_on="started_on", listed_until="ended_on",
        registration="registration_id",
    )  # fmt: skip
    there = [
        listed.listed_on <= days.day,
        listed.listed_until.isnull() | (listed.listed_until > days.day),
    ]
    found = listed.join(days, there)
    newest = ibis.window(
        group_by=("listed", "day"), order_by=[ibis.desc("listed_on"), ibis.desc("registration")]
    )
    found = found.mutate(rank=ibis.row_number().over(newest))
    found = found.filter(found["rank"] == 0)
    found = found.join(persons, found.listed == persons.person)
    found = found.filter(found.death_date.isnull() | (found.death_date > found.day))
    return found.left_join(places, found.practice == places.of_practice).drop("of_practice")


def facts_of_plans_and_frailty(dataset: LinkedDataset) -> Any:
    """The facts that say how frail somebody is, or that there is a care plan."""
    facts, codes = dataset.table("facts"), meanings()
    wanted = [*(code for grade in codes["frailty"].values() for code in grade), *codes["plan"]]
    return facts.filter(facts.code.isin(wanted)).select("person_id", "code", "occurred_on", "ended_on")


def with_coded(people: Any, facts: Any) -> Any:
    """The frailty and the care plan that were coded by the day; of frailty the newest code, of one day the gravest."""
    grades = {code: grade for grade, codes in meanings()["frailty"].items() for code in codes}
    order = list(meanings()["frailty"])
    frail = facts.filter(facts.code.isin(tuple(grades)))
    frail = frail.select(
        f_person="person_id", f_day="occurred_on", f_ends="ended_on",
        f_grade=ibis.cases(*((frail.code == code, order.index(grade)) for code, grade in grades.items())),
    )  # fmt: skip
    known = people.select("person", "day").distinct()
    holds = [
        known.person == frail.f_person,
        frail.f_day <= known.day,
        frail.f_ends.isnull() | (frail.f_ends > known.day),
    ]
    by_then = known.join(frail, holds)
    newest = ibis.window(group_by=("person", "day"), order_by=[ibis.desc("f_day"), ibis.desc("f_grade")])
    by_then = by_then.mutate(rank=ibis.row_number().over(newest))
    by_then = by_then.filter(by_then["rank"] == 0)
    names = ibis.cases(*((by_then.f_grade == place, grade) for place, grade in enumerate(order)), else_="")
    grade = by_then.select(g_person="person", g_day="day", frailty=names)
    people = people.left_join(grade, [people.person == grade.g_person, people.day == grade.g_day])
    plans = facts.filter(facts.code.isin(tuple(meanings()["plan"])))
    plans = plans.select(p_person="person_id", p_begins="occurred_on", p_ends="ended_on")
    held = [
        known.person == plans.p_person,
        plans.p_begins <= known.day,
        plans.p_ends.isnull() | (plans.p_ends > known.day),
    ]
    holders = known.join(plans, held).select(h_person="person", h_day="day").distinct()
    people = people.drop("g_person", "g_day")
    found = people.left_join(holders, [people.person == holders.h_person, people.day == holders.h_day])
    return found.mutate(
        has_plan=found.h_person.notnull(), frailty=found.frailty.fill_null(""), period_end=found.day
    ).drop("h_person", "h_day")


def days_of(stretches: list[Stretch], *, at_end: bool) -> list[dict[str, Any]]:
    """The day of each stretch on which people are counted, and how many days it stands for."""
    return [
        {"starts_on": one.starts_on, "day": one.last if at_end else one.middle, "days": one.days}
        for one in stretches
    ]


def places_rows(places: Places) -> list[dict[str, Any]]:
    """Where each practice lies, as rows."""
    return [
        {"of_practice": practice, "cluster": cluster, "locality": locality}
        for practice, (cluster, locality) in places.items()
    ]
