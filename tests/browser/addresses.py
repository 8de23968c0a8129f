"""Every address of the site, and what the tests need to open it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from localcare.kernel.access.guards import declared
from tests.browser.place import Place

Arguments = Callable[[Place], dict[str, Any]]


def one_person(place: Place) -> dict[str, Any]:
    return {"reference": place.person.reference}


def one_account(place: Place) -> dict[str, Any]:
    return {"pk": place.account.pk}


def one_quarantined_row(place: Place) -> dict[str, Any]:
    return {"row_id": place.quarantined.pk}


# Url name -> what its address needs. A page whose address needs nothing is found without an entry.
ARGUMENTS: dict[str, Arguments] = {
    "person": one_person,
    "person-timeline": one_person,
    "person-who-looked": one_person,
    "account": one_account,
    "change_account": one_account,
    "close_account": one_account,
    "reopen_account": one_account,
    "reset_password": one_account,
    "reset_second_factor": one_account,
    "give_role": one_account,
    "duplicate": lambda place: {"key": place.duplicate.pk},
    "merge": lambda place: {"key": place.merge.pk},
    "load": lambda place: {"run_id": place.load.pk},
    "quarantined_row": one_quarantined_row,
    "quarantined_row_correct": one_quarantined_row,
    "quarantined_row_dismiss": one_quarantined_row,
    "quarantined_row_reopen": one_quarantined_row,
    "list-run": lambda place: {"run_id": place.run.pk},
    "end_role": lambda place: {"pk": place.grant.pk},
}

# Url name -> what follows the address, when the bare page shows less than there is to check.
QUERIES: dict[str, Arguments] = {
    "audit": lambda place: {"person": place.person.reference},
    "audit_activity": lambda place: {"actor": place.account.username},
}

# Answers to machines, downloads, and what ends the session that the next address needs.
NOT_PAGES = {
    "metrics": "for machines",
    "health-live": "for machines",
    "health-ready": "for machines",
    "list-delete-view": "takes only what a form sends",
    "account_logout": "would end the session; opened on its own below",
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


def address(pattern: URLPattern, place: Place) -> str:
    """The address of a page in the seeded place, with what follows it."""
    made = reverse(pattern.name, kwargs=ARGUMENTS[pattern.name](place) if pattern.name in ARGUMENTS else {})
    query = QUERIES[pattern.name](place) if pattern.name in QUERIES else {}
    return made + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")
