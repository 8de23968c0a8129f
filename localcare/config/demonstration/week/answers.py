"""Plausible answers to the forms of the week. Invented, and complete by the forms' own rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from localcare.foundation.forms.actions import complete
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways.models import Task
from localcare.foundation.people.models import Person
from localcare.kernel.access.readers import Reader

LONDON = ZoneInfo("Europe/London")
Answers = dict[str, Any]
SAFETY_NET = "Ring the single point of access at any time if it gets worse; 999 in an emergency."


def filled(
    form: str, *, person: Person, by: Reader, at: datetime, random: Random, context: str, outcome: str = "",
    seen_at: datetime | None = None,
) -> FormResponse:  # fmt: skip
    """A form completed at a moment through the forms room."""
    answers = ANSWERS[form](person, seen_at or at, random, outcome)
    key = f"week:{context}:{form}:{at:%Y%m%dT%H%M%S}"
    return complete(person=person, form=form, answers=answers, by=by, context=context, key=key, at=at)


def filled_for(
    task: Task, form: str, *, by: Reader, at: datetime, random: Random, outcome: str = "",
    seen_at: datetime | None = None,
) -> FormResponse:  # fmt: skip
    """The form of a task, completed."""
    return filled(
        form, person=task.journey.person, by=by, at=at, random=random, context=str(task.reference),
        outcome=outcome, seen_at=seen_at,
    )  # fmt: skip


def _local(at: datetime) -> str:
    return at.astimezone(LONDON).isoformat(timespec="minutes")


def _day(at: datetime) -> str:
    return at.astimezone(LONDON).date().isoformat()


def observations(random: Random) -> Answers:
    """A set of observations, most of them of somebody who is a little unwell."""
    ill = random.random()
    return {
        "observations-taken": True,
        "respirations": round(random.gauss(17 + 6 * ill, 1.5)),
        "saturation-scale": "scale-1",
        "saturation": min(100, round(random.gauss(97 - 4 * ill, 1))),
        "oxygen": "air",
        "systolic": round(random.gauss(138 - 20 * ill, 12)),
        "diastolic": round(random.gauss(76, 6)),
        "pulse": round(random.gauss(76 + 22 * ill, 7)),
        "consciousness": "confusion" if ill > 0.9 else "alert",
        "temperature": round(random.gauss(36.7 + 0.9 * ill, 0.25), 1),
    }


def _visit(person: Person, at: datetime, random: Random, outcome: str) -> Answers:
    following = {
        "package": "package",
        "package_and_refer_on": "package",
        "refer_on": "refer",
        "conveyed": "convey",
    }
    what = following.get(outcome, "nothing-more")
    answers = {
        "seen-at": _local(at),
        "seen-where": "home",
        "presenting": random.choice(PRESENTING),
        **observations(random),
        "findings": random.choice(FINDINGS),
        "done": random.choice(DONE),
        "fell": random.random() < 0.2,
        "agreed": "Stays at home; agreed with the person and whoever was there.",
        "outcome": what,
        "safety-net": SAFETY_NET,
    }
    more: Mapping[str, Answers] = {
        "package": {"package-days": random.randint(2, 5), "visits-per-day": random.randint(1, 2)},
        "refer": {"refer-to": "What comes next, through the single point of access"},
        "convey": {"convey-reason": "Worse than can be looked after at home today."},
    }
    return answers | more.get(what, {})


PRESENTING = (
    "Weaker since two days, hardly out of the chair.",
    "Short of breath on the stairs, more than usual.",
    "Unsteady after a fall, afraid to walk.",
    "Drowsy and off food since yesterday.",
    "Pain when passing water, warm, restless at night.",
)
FINDINGS = (
    "Comfortable at rest. Chest clear. Eats and drinks a little.",
    "Dry, blood pressure lower standing. No new weakness.",
    "Crackles at both bases, ankles swollen. No distress.",
    "Tender knee without swelling, walks with a frame and one person.",
)
DONE = (
    "Bloods taken, medicines gone through, fluids encouraged.",
    "Catheter changed. Medicines gone through.",
    "Frame and commode brought. Exercises shown.",
    "Dressing renewed. Practice rung about the water tablets.",
)


def _home_assessment(person: Person, at: datetime, random: Random, outcome: str) -> Answers:
    able = ["alone", "with-difficulty", "with-help"]
    decided = {"package": "package", "independent": "independent", "readmitted": "readmit"}.get(
        outcome, "package"
    )
    answers = {
        "seen-at": _local(at),
        **{
            item: random.choice(able)
            for item in ("nutrition", "hygiene", "toilet", "dressing", "home-safely")
        },
        "falls": False,
        "hazards": "Loose rug in the hall, taken up.",
        "goals": "To wash and dress alone, and to get to the garden again.",
        "outcome": decided,
        "carer-needs": random.random() < 0.3,
    }
    services = [
        {"service": "domiciliary-care", "times": random.randint(1, 3), "per": "day", "weeks": 6},
        {"service": "district-nursing", "times": random.randint(1, 3), "per": "week", "weeks": 6},
    ]
    return answers | ({"services": services} if decided == "package" else {})


def _review(person: Person, at: datetime, random: Random, outcome: str) -> Answers:
    return {
        "reviewed-on": _day(at),
        "with": "The person and the care worker",
        "goal-progress": random.choice(["on-the-way", "on-the-way", "reached", "no-change"]),
        "progress-note": random.choice(
            ["Dresses the upper half alone now.", "Steadier on the stairs, with the rail.", "Eats better; one meal alone."]
        ),
        "visits-per-day": random.randint(1, 3),
        "mobility": random.choice(["aid", "aid", "one-person", "independent"]),
        "decision": "continue",
    }  # fmt: skip


def _package_end(person: Person, at: datetime, random: Random, outcome: str) -> Answers:
    lives = {
        "independent": "independent", "recovered": "independent", "settled": "independent",
        "less_care": "home-less-care", "continuing_need": "home-same-care", "conveyed": "hospital",
        "readmitted": "hospital", "in_hospital": "hospital", "declined_by_person": "withdrew",
    }.get(outcome, "home-less-care")  # fmt: skip
    goals = {} if lives in ("hospital", "withdrew") else {"goals-reached": random.choice(["all", "some"])}
    return {"ended-on": _day(at), "outcome": lives, "person-said": "Glad to be at home.", **goals}


def _carers_assessment(person: Person, at: datetime, random: Random, outcome: str) -> Answers:
    is_eligible = outcome in ("eligible", "")
    return {
        "assessed-on": _day(at),
        "cares-for": "Wife or husband at the same address",
        "what-caring": "Washing, dressing, meals, medicines, up at night.",
        "hours-per-week": random.randint(20, 90),
        "willing": "with-support",
        "necessary-care": True,
        "health-at-risk": is_eligible,
        **({"health-detail": "Sleeps badly, back pain from lifting."} if is_eligible else {}),
        "unable": ["recreation", "relationships"] if is_eligible else [],
        "wellbeing-impact": is_eligible,
        **({"wellbeing-detail": "Has not been out alone for months."} if is_eligible else {}),
        "wants": "A morning a week, and somebody to ring at night.",
        "eligible": "eligible" if is_eligible else "not-eligible",
        "eligible-reason": "Necessary care, health at risk."
        if is_eligible
        else "Manages with advice for now.",
        "support": ["break", "emergency-plan"] if is_eligible else ["information"],
    }


def _falls_assessment(person: Person, at: datetime, random: Random, outcome: str) -> Answers:
    return {
        "assessed-on": _day(at),
        "number-of-falls": random.randint(1, 5),
        "fall-circumstances": "At night on the way to the bathroom.",
        "injured": random.random() < 0.3,
        "blackout": False,
        "gait-balance": "Short steps, needs the arms to rise from a chair.",
        "home-hazards": "Rug and cable in the hall.",
        "lying-systolic": 142,
        "standing-systolic": 118 + random.randint(0, 15),
        "interventions": [{"intervention": "exercise", "who": "Community therapy"}],
        "agreed": "Wants to try the exercises at home.",
    }


def _fast_track(person: Person, at: datetime, random: Random, outcome: str) -> Answers:
    return {
        "requested-by": "The consultant or general practitioner",
        "deteriorating": True,
        "reason": "Rapidly worse in the last week.",
        "place-of-care": "home",
        "knows": True,
        "needs": "Personal care four times a day, nursing for symptoms.",
        "needed-by": _day(at + timedelta(days=1)),
        "night-care": random.random() < 0.5,
        "anticipatory-medicines": "ordered",
    }


def _service_outcome(person: Person, at: datetime, random: Random, outcome: str) -> Answers:
    if outcome in ("no_contact", "not_wanted", "not_needed"):
        why = {"no_contact": "no-answer", "not_wanted": "declined", "not_needed": "not-needed"}[outcome]
        return {"seen": "not-seen", "why-not-seen": why, "done": "Tried as agreed.", "result": "met"}
    result = {"partly_done": "partly", "handed_on": "handed-on"}.get(outcome, "met")
    more: Mapping[str, Answers] = {
        "partly": {"result-reason": "Needs a second visit."},
        "handed-on": {"handed-to": "Another service, through the single point of access"},
    }
    return {
        "seen": "in-person",
        "first-seen-at": _local(at),
        "done": random.choice(["Done as asked.", "Dressing renewed, next visit agreed.", "Equipment brought and shown."]),
        "result": result,
        **more.get(result, {}),
    }  # fmt: skip


ADMITTED_FOR = ("Chest infection", "Fall with a fracture of the wrist", "Heart failure", "Stroke")


def _discharge_support(person: Person, at: datetime, random: Random, outcome: str) -> Answers:
    carer = random.choice(["with-support", "able", "no-carer"])
    return {
        "home-address": ", ".join(part for part in (person.address_line, person.postcode) if part) or "Own home",
        "contact": "Ward sister, extension 4410",
        "ward": "William Harvey Hospital, Cambridge ward (synthetic)",
        "admitted-on": _day(at - timedelta(days=random.randint(4, 14))),
        "reason-for-admission": random.choice(ADMITTED_FOR),
        "criteria-to-reside": False,
        "discharge-ready-on": _day(at),
        "planned-discharge": _day(at + timedelta(hours=12)),
        "discharge-pathway": "p1",
        "mobility": random.choice(["aid", "one-person"]),
        "weight-bearing": "full",
        "personal-care": "Needs help to wash and dress, uses the toilet with a rail.",
        "cognition": "no-concern",
        "carer-able": carer,
        **({"carer-detail": "Somebody to sit in, and a number for the night."} if carer == "with-support" else {}),
        "services": [{"service": "domiciliary-care", "times": 2, "per": "day", "weeks": 6}],
        "safeguarding": False,
        "capacity": "has-capacity",
        "consent": True,
        "goals": "To be at home and to manage alone again.",
    }  # fmt: skip


def _criteria(person: Person, at: datetime, random: Random, outcome: str) -> Answers:
    if outcome == "stays":
        return {"criteria-to-reside": True, "criteria": ["oxygen"]}
    return {"criteria-to-reside": False, "discharge-ready-on": _day(at)}


ANSWERS: Mapping[str, Callable[[Person, datetime, Random, str], Answers]] = {
    "urgent-response-visit": _visit,
    "home-assessment": _home_assessment,
    "reablement-review": _review,
    "package-end": _package_end,
    "carers-assessment": _carers_assessment,
    "falls-assessment": _falls_assessment,
    "fast-track-request": _fast_track,
    "service-outcome": _service_outcome,
    "discharge-support": _discharge_support,
    "criteria-to-reside": _criteria,
}
