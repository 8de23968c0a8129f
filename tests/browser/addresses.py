"""Every address of the site, and what the tests need to open it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from localcare.foundation.pathways.definitions import current_version, pathways
from localcare.foundation.people.models import Relationship
from localcare.foundation.places.operating import OPERATIONS
from localcare.kernel.access.guards import declared
from localcare.system.insight.rules import months_before
from tests.browser.place import Place
from tests.desk.in_the_place import one_journey, one_task, some_acts, starting
from tests.single_point_of_access.in_the_place import at

Arguments = Callable[
    [Place], dict[str, Any] | list[dict[str, Any]]
]  # a list: the page is opened once for each


def one_person(place: Place) -> dict[str, Any]:
    return {"reference": place.person.reference}


def one_relationship(place: Place) -> dict[str, Any]:
    found, _ = Relationship.objects.get_or_create(person=place.person, kind="friend", name="Ned Next-Door")
    return {"reference": place.person.reference, "key": found.pk}


def one_account(place: Place) -> dict[str, Any]:
    return {"pk": place.account.pk}


def one_quarantined_row(place: Place) -> dict[str, Any]:
    return {"row_id": place.quarantined.pk}


def one_pair(place: Place) -> dict[str, Any]:
    return {"key": place.duplicate.pk}


def one_service(place: Place) -> dict[str, Any]:
    return {"code": place.membership.service.code}


def kept_pathway(place: Place) -> dict[str, Any]:
    version = current_version("discharge-to-assess")
    return {"code": version.pathway, "number": version.number}


def rapid_responses(place: Place) -> list[dict[str, Any]]:
    return [{"reference": task.reference} for task in place.rapid_response]


def ways_home(place: Place) -> list[dict[str, Any]]:
    person = place.person.reference
    return [
        {"reference": person, "pathway": one}
        for one in ("discharge-to-assess", "challenging-behaviour-package")
    ]


def kept_plan(place: Place) -> dict[str, Any]:
    version = place.plans["saved"]
    return {"reference": version.saved.reference, "number": version.number}


def one_run(place: Place) -> dict[str, Any]:
    return {"reference": place.plans["done"].reference}


def some_indicators(place: Place) -> list[dict[str, Any]]:
    return [
        {"code": code} for code in ("emergency-admissions", "waiting-in-an-acute-bed", "workforce-in-post")
    ]


def risk_models(*states: str) -> Arguments:
    return lambda place: [{"reference": place.risk_models[state].reference} for state in states]


# Url name -> what its address needs. A page whose address needs nothing is found without an entry.
ARGUMENTS: dict[str, Arguments] = {
    "person": one_person,
    "person-edit": one_person,
    "person-relationships": one_person,
    "person-relationship-end": one_relationship,
    "discharge-person": one_person,
    "discharge-criteria": one_person,
    "discharge-plan": one_person,
    "discharge-plan-pathway": ways_home,
    "navigation-person": one_person,
    "navigation-ask": one_person,
    "person-timeline": one_person,
    "person-who-looked": one_person,
    "account": one_account,
    "change_account": one_account,
    "close_account": one_account,
    "reopen_account": one_account,
    "reset_password": one_account,
    "reset_second_factor": one_account,
    "give_role": one_account,
    "duplicate": one_pair,
    "merge-keep-first": one_pair,
    "merge-keep-second": one_pair,
    "duplicate-not-same": one_pair,
    "duplicate-not-sure": one_pair,
    "area": lambda place: {"code": place.cluster.code},
    "area-operate": lambda place: [{"code": place.cluster.code, "kind": kind} for kind in OPERATIONS],
    "organisation": lambda place: {"code": place.practice.code},
    "place-operation-reverse": lambda place: {"key": place.operation.pk},
    "merge": lambda place: {"key": place.merge.pk},
    "load": lambda place: {"run_id": place.load.pk},
    "quarantined_row": one_quarantined_row,
    "quarantined_row_correct": one_quarantined_row,
    "quarantined_row_dismiss": one_quarantined_row,
    "quarantined_row_reopen": one_quarantined_row,
    "list-run": lambda place: [{"run_id": run.pk} for run in (place.run, place.quality["run"])],
    "end_role": lambda place: {"pk": place.grant.pk},
    "pathway": lambda place: [{"code": code} for code in pathways()],
    "pathway-version": kept_pathway,
    "task": one_task,
    "task-act": some_acts,
    "journey": one_journey,
    "journey-stop": one_journey,
    "person-journeys": one_person,
    "inbox-settings": one_service,
    "form": lambda place: {"code": "urgent-response-visit"},
    "form-response": lambda place: {"reference": place.response.reference},
    "form-response-amend": lambda place: {"reference": place.response.reference},
    "service": one_service,
    "service-edit": one_service,
    "service-member-add": one_service,
    "service-member-end": lambda place: {"key": place.membership.pk},
    "service-close": one_service,
    "service-open": one_service,
    "service-closure-take-back": lambda place: {"key": place.closure.pk},
    "service-room": one_service,
    "access-contact": at("waiting", "answer", "triage", "arrange", "ring", "tell", "close"),
    "access-take": at("answer"),
    "access-take-over": lambda place: place.contacts["another"],
    "access-note": at("triage"),
    "access-answer": at("waiting", "answer"),
    "access-triage": at("triage"),
    "access-urgency": at("triage"),
    "access-arrange": at("arrange"),
    "access-another": lambda place: place.contacts["another"],
    "access-withdraw": lambda place: place.contacts["another"],
    "access-ring": at("waiting", "ring"),
    "access-tell": at("tell"),
    "access-screening": at("triage"),
    "access-close": at("close"),
    "access-receive": at("hand-over"),
    "rapid-response-case": rapid_responses,
    "rapid-response-visit": rapid_responses,
    "rapid-response-outcome": rapid_responses,
    "rapid-response-late": rapid_responses,
    "data-quality-report": lambda place: {"key": place.quality["report"].pk},
    "data-quality-print": lambda place: {"key": place.quality["report"].pk},
    "data-quality-rule": lambda place: {"key": place.quality["report"].pk, "code": "feed-silent"},
    "data-quality-group": lambda place: [
        {"key": place.quality["report"].pk, "kind": kind, "code": code}
        for kind, code in (("practice", place.quality["practice"]), ("feed", "SYN01"))
    ],
    "data-quality-accept": lambda place: {"key": place.quality["finding"].pk},
    "data-quality-take-back": lambda place: {"key": place.quality["acceptance"].pk},
    "insight-run": lambda place: {"run_id": place.measuring.pk},
    "insight-indicator": some_indicators,
    "insight-definition": lambda place: {"code": "urgent-response-two-hours"},
    "insight-breaches": lambda place: {"code": "contact-answered-in-time"},
    "insight-begin-anew": lambda place: {"code": "emergency-admissions"},
    "insight-take-back": lambda place: {"key": place.rebase.pk},
    "planning-ready": lambda place: [{"code": code} for code in ("winter-plan", "stroke-unit")],
    "planning-ready-solve": lambda place: {"code": "single-queue"},
    "planning-latest": lambda place: {"reference": place.plans["saved"].saved.reference},
    "planning-saved": kept_plan,
    "planning-saved-solve": kept_plan,
    "planning-run": lambda place: [{"reference": place.plans[run].reference} for run in ("done", "waiting")],
    "planning-run-report": one_run,
    "planning-run-days": lambda place: {**one_run(place), "service": "ward"},
    "planning-beside": lambda place: {**one_run(place), "other": place.plans["other"].reference},
    "planning-lived": one_run,
    "risk-model": risk_models("in-force", "refused", "failed", "waiting"),
    "risk-publish": risk_models("refused"),
    "risk-withdraw": risk_models("in-force", "refused"),
    "risk-drift": risk_models("in-force", "refused"),
    "risk-about": risk_models("in-force"),
    "risk-beside": lambda place: {
        "reference": place.risk_models["in-force"].reference,
        "other": place.risk_models["refused"].reference,
    },
}

# Url name -> what follows the address, when the bare page shows less than there is to check.
QUERIES: dict[str, Arguments] = {
    "audit": lambda place: {"person": place.person.reference},
    "journey-new": starting,
    "audit_activity": lambda place: {"actor": place.account.username},
    "insight-compare": lambda place: {
        "indicator": "emergency-admissions",
        "level": "practice",
        "changed": "practice:SYN-TEST-A",
        "starts_on": months_before(place.measuring.until, 6).isoformat(),
    },
    "planning-ready-solve": lambda place: {
        "ask": "places",
        "service": "nurses",
        "share": "95",
        "within": "1",
        "unit": "minutes",
    },
    "planning-lived": lambda place: {"indicator": "requests-answered-in-time"},
}

# Answers to machines, downloads, and what ends the session that the next address needs.
NOT_PAGES = {
    "access-rows": "a part of the queue, which shows it",
    "access-wall-rows": "a part of the wall board, which shows it",
    "metrics": "for machines",
    "health-live": "for machines",
    "health-ready": "for machines",
    "services-csv": "a download",
    "rapid-response-rows": "a part of the board, which shows it",
    "rapid-response-press": "takes only what a form sends",
    "list-delete-view": "takes only what a form sends",
    "list-evaluation-csv": "a download",
    "list-evaluation-picture": "a picture, which the evaluation shows",
    "list-evaluation-progress": "a part of a page, for renewing it",
    "list-evaluation-stop": "takes only what a form sends",
    "inbox-read": "takes only what a form sends",
    "work-rows": "a part of a page, for renewing it",
    "insight-picture": "a picture, which the page of the indicator shows",
    "insight-csv": "a download",
    "data-quality-csv": "a download",
    "insight-map-picture": "a picture, which the map's page shows",
    "insight-map-csv": "a download",
    "insight-compare-picture": "a picture, which the comparison shows",
    "insight-compare-csv": "a download",
    "pathway-picture": "a picture, which the page of the pathway shows",
    "planning-ready-answer": "a part of a page, for renewing it",
    "planning-saved-answer": "a part of a page, for renewing it",
    "planning-run-progress": "a part of a page, for renewing it",
    "planning-ready-run": "takes only what a form sends",
    "planning-ready-save": "takes only what a form sends",
    "planning-saved-run": "takes only what a form sends",
    "planning-saved-save": "takes only what a form sends",
    "planning-away": "takes only what a form sends",
    "planning-fit": "takes only what a form sends",
    "planning-run-stop": "takes only what a form sends",
    "planning-run-again": "takes only what a form sends",
    "planning-ready-file": "a download",
    "planning-saved-file": "a download",
    "planning-run-file": "a download",
    "planning-run-results": "a download",
    "planning-run-days-chart": "a picture, which the page of the days shows",
    "planning-do-nothing-chart": "a picture, which its page shows",
    "risk-progress": "a part of a page, for renewing it",
    "risk-stop": "takes only what a form sends",
    "list-run-stop": "takes only what a form sends",
    "insight-run-stop": "takes only what a form sends",
    "likeness-search-stop": "takes only what a form sends",
    "risk-again": "takes only what a form sends",
    "risk-card-file": "a download",
    "risk-card-csv": "a download",
    "risk-plot": "a picture, which the card shows",
    "mfa_download_recovery_codes": "a download",
    "mfa_generate_recovery_codes": "asks for the password first",
}


def patterns(entries: list[Any] | None = None) -> Iterator[URLPattern]:
    """Every pattern of the URL conf."""
    for entry in get_resolver().url_patterns if entries is None else entries:
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns)
        else:
            yield entry


def pages() -> list[URLPattern]:
    """Every pattern that shows a page: not closed for good and not for machines."""
    return [pattern for pattern in patterns() if pattern.name not in NOT_PAGES and not is_closed(pattern)]


def is_closed(pattern: URLPattern) -> bool:
    declaration = declared(pattern.callback, pattern.name)
    return declaration is not None and declaration.is_closed


def without_entry() -> list[str]:
    """Pages that need arguments and have no entry above."""
    return [
        f"{pattern.name or pattern.pattern} needs {sorted(pattern.pattern.converters)}: "
        "add it to ARGUMENTS in tests/browser/addresses.py (or to NOT_PAGES with the reason)"
        for pattern in pages()
        if pattern.pattern.converters and pattern.name not in ARGUMENTS
    ]


def addresses(pattern: URLPattern, place: Place) -> list[str]:
    """The addresses of a page in the seeded place, with what follows them."""
    found = ARGUMENTS[pattern.name](place) if pattern.name in ARGUMENTS else {}
    query = urlencode(QUERIES[pattern.name](place)) if pattern.name in QUERIES else ""
    made = [reverse(pattern.name, kwargs=one) for one in (found if isinstance(found, list) else [found])]
    return [f"{address}?{query}" if query else address for address in made]
