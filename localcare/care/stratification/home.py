"""What this desk puts on the navigation bar and the home page."""

from __future__ import annotations

from django.utils import timezone

from localcare.care.stratification.filters import in_cohort, in_state
from localcare.care.stratification.models import Run
from localcare.care.stratification.queries import entries_for, run_in_force
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.wording import register_actions
from localcare.kernel.nhs_design.formatting import format_date, plural
from localcare.kernel.nhs_design.home import HomeCard, register_card
from localcare.kernel.nhs_design.navigation import NavigationItem, register

NO_LIST = {
    Run.Status.FAILED: "The latest run failed",
    Run.Status.REFUSED: "The latest data were refused",
}
ACTIONS = {
    "list.read": "Read the patient tracking list",
    "list.export": "Took the patient tracking list out as a file",
    "list.decide": "Decided on the patient tracking list",
    "list.decide-read": "Opened the page to decide",
    "list.run": "Asked for or made a new list",
    "list.evaluate": "Asked whether a list helped",
    "list.evaluate-stop": "Stopped working out whether a list helped",
}


def join() -> None:
    """Register the entries, the cards and what actions are called in the audit trail."""
    register_actions(ACTIONS)
    register(NavigationItem("Patient list", "list", permission="list.read", order=10))
    register(NavigationItem("Overview", "list-overview", permission="list.read", order=15))
    register(NavigationItem("Runs", "list-runs", permission="list.run", order=60))
    register_card(
        HomeCard(
            title="Patient tracking list",
            description="People who may need care soon, why, and what changed since the last run.",
            url_name="list",
            permission="list.read",
            order=10,
            waiting=to_review,
        )
    )
    register_card(
        HomeCard(
            title="Fits the criteria for a care plan",
            description="People who fit the criteria, have no plan, and no MDT has been asked about yet.",
            url_name="list-worklist",
            permission="list.read",
            order=11,
            waiting=not_identified,
        )
    )
    register_card(
        HomeCard(
            title="Overview of the list",
            description="How many people are in each tier, segment and cohort, and how many were taken to the MDT.",
            url_name="list-overview",
            permission="list.read",
            order=30,
        )
    )
    register_card(
        HomeCard(
            title="Does the list help?",
            description="Whether anybody acted on a list that lies back, and whether that changed what happened.",
            url_name="list-evaluation",
            permission="dataset.read",
            order=31,
        )
    )
    register_card(
        HomeCard(
            title="Nightly runs",
            description="When the list was last made, and how to make it now.",
            url_name="list-runs",
            permission="list.run",
            order=60,
            waiting=last_run,
        )
    )


def to_review(reader: Reader) -> str | None:
    """How many people wait for a review."""
    people = entries_for(reader).filter(in_state("review", timezone.localdate())).count()
    return f"{plural(people, 'person', 'people')} to review" if people else None


def not_identified(reader: Reader) -> str | None:
    """How many people of the worklist wait."""
    from localcare.care.stratification.definitions import definitions

    entries = entries_for(reader).filter(in_state("review", timezone.localdate()), plan_recorded_on=None)
    people = in_cohort(entries, definitions().cohort("care-plan-criteria").bit).count()
    return f"{plural(people, 'person', 'people')} not yet identified" if people else None


def last_run(reader: Reader) -> str | None:
    """When the list in force was made, or that the latest run came to no list."""
    latest = Run.objects.order_by("-id").first()
    if latest and latest.status in NO_LIST:
        return NO_LIST[Run.Status(latest.status)]
    found = run_in_force()
    return f"List as of {format_date(found.as_of)}" if found else "No run yet"
