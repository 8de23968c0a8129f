"""Every page answers an address that no page made: it shows what it can, or says that there is nothing there."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import override_settings
from django.urls import reverse

from localcare.care.stratification.actions import run_stratification
from localcare.foundation.people.merging import merge_people
from localcare.foundation.people.models import PossibleDuplicate
from localcare.kernel.access.models import RoleGrant
from localcare.kernel.access.readers import system_reader
from localcare.kernel.access.roles import roles
from tests.factories import LONG_AGO, registered_person, user_with_role
from tests.stratification.population import TODAY, small_place

pytestmark = pytest.mark.django_db

ANSWERS = (200, 302, 400, 404)
HUGE = "9" * 5000
BIGGER_THAN_ANY_KEY = 10**30
ODD = {
    "empty": "",
    "words": "nonsense",
    "negative": "-1",
    "fraction": "1.5",
    "beyond any key": str(BIGGER_THAN_ANY_KEY),
    "too many digits": HUGE,
    "very long": "x" * 20_000,
    "NUL": "\x00",
    "half a character": "\udcff",
    "digits of another script": "\u0663\u00b2",
    "markup": "<script>alert(1)</script>",
    "quotes": "'; --\"%_\\",
    "many dashes": "-" * 200 + uuid4().hex,
    "line end": "a\r\nSet-Cookie: b",
}
EVERYWHERE = ("page",)
FILTERS = ("state", "q", "place", "cohort", "tier", "segment", "frailty", "age", "order", "new", "no_plan")
DATES = tuple(f"{name}_{part}" for name in ("since", "until") for part in ("day", "month", "year"))
PAGES = {
    "list": FILTERS,
    "list-worklist": FILTERS,
    "list-print": FILTERS,
    "list-export": FILTERS,
    "list-decide": ("person", "next"),
    "list-overview": ("place",),
    "list-runs": (),
    "list-run": (),
    "person-search": ("new", "text"),
    "duplicates": ("state", "strength", "likeness"),
    "likeness-searches": (),
    "duplicate": (),
    "duplicate-not-same": (),
    "duplicate-not-sure": (),
    "merge-keep-first": (),
    "merges": (),
    "merge": (),
    "person": (),
    "person-timeline": ("kind",),
    "person-who-looked": (),
    "person-new": (),
    "person-edit": (),
    "person-relationships": (),
    "audit": ("person", "actor", "action", "outcome", "format", *DATES),
    "audit_activity": ("actor", "action", "outcome", "format", *DATES),
    "accounts": ("text", "state"),
    "account": (),
    "change_account": (),
    "give_role": (),
    "end_role": (),
    "what_may_i_see": (),
}
ABOUT_NOBODY = ("person-search", "person-new")
NUMBERED = {"list-run": "run_id", "duplicate": "key", "merge": "key", "account": "pk", "end_role": "pk"}


@pytest.fixture(scope="module")
def place(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """A list, a pair, a merge and somebody who may open every page; undone at the end of the module."""
    home = tmp_path_factory.mktemp("home")
    with django_db_blocker.unblock(), override_settings(HOME=home), transaction.atomic():
        yield a_place_with_everything()
        transaction.set_rollback(True)


def a_place_with_everything() -> SimpleNamespace:
    people = small_place()
    by = system_reader("tests of odd addresses")
    run = run_stratification(as_of=TODAY, by=by, export=people.write)
    first, second, kept, removed = (registered_person(pk=9000 + n, at="P1") for n in range(4))
    number = kept.nhs_number
    user = user_with_role("gp", everywhere=True)
    for role in roles():
        RoleGrant.objects.get_or_create(user=user, role=role, scope_kind="everywhere", starts_on=LONG_AGO)
    pair = PossibleDuplicate.objects.create(first=first, second=second, score=90, reasons=["by-hand"])
    merge = merge_people(kept=kept, removed=removed, reason="The same", by=by, nhs_number=number)
    numbers = {"reference": first.reference, "run_id": run.pk, "pk": user.pk}
    return SimpleNamespace(
        user=user, first=first, pair=pair, merge=merge, grant=user.role_grants.first(), numbers=numbers
    )


@pytest.fixture
def reader(client, place):
    client.force_login(place.user, backend="django.contrib.auth.backends.ModelBackend")
    client.raise_request_exception = False
    return client


def arguments(name: str, place: SimpleNamespace) -> dict[str, object]:
    if name.startswith("person") and name not in ABOUT_NOBODY:
        return {"reference": place.first.reference}
    return {
        "list-run": {"run_id": place.numbers["run_id"]},
        "duplicate": {"key": place.pair.pk},
        "duplicate-not-same": {"key": place.pair.pk},
        "duplicate-not-sure": {"key": place.pair.pk},
        "merge-keep-first": {"key": place.pair.pk},
        "merge": {"key": place.merge.pk},
        "account": {"pk": place.user.pk},
        "change_account": {"pk": place.user.pk},
        "give_role": {"pk": place.user.pk},
        "end_role": {"pk": place.grant.pk},
    }.get(name, {})


def companions(name: str, place: SimpleNamespace) -> dict[str, str]:
    """What must be right in the address for the odd part to be looked at."""
    return {
        "audit": {"person": str(place.first.reference), "actor": ""},
        "audit_activity": {"actor": place.user.username},
    }.get(name, {})


def escaped(value: str) -> str:
    return quote(value.encode("utf-8", "surrogateescape"))


def answer(client, address: str) -> int:
    response = client.get(address)
    if response.streaming:
        b"".join(response.streaming_content)
    return int(response.status_code)


def odd_queries(name: str, place: SimpleNamespace) -> Iterator[tuple[str, str]]:
    """Each odd value for each part of the address, and days that are none or the last there is."""
    for part in (*EVERYWHERE, *PAGES[name]):
        known = "".join(
            f"&{key}={quote(value)}" for key, value in companions(name, place).items() if key != part
        )
        for what, value in ODD.items():
            yield f"{part}: {what}", f"{part}={escaped(value)}{known}"
        yield f"{part} twice", f"{part}=1&{part}=2{known}"
        yield f"{part}[]", f"{part}[]=1{known}"
    if DATES[0] in PAGES[name]:
        known = "".join(f"&{key}={quote(value)}" for key, value in companions(name, place).items())
        for what, (day, month, year) in {
            "last day of all": (31, 12, 9999), "first day of all": (1, 1, 1), "no day": (31, 2, 2024),
            "a day of many digits": ("9" * 12, 1, 2024), "year nought": (1, 1, "0000"),
            "first day of all, in four digits": (1, 1, "0001"),
        }.items():  # fmt: skip
            for end in ("since", "until"):
                yield f"{end} {what}", f"{end}_day={day}&{end}_month={month}&{end}_year={year}{known}"


@pytest.mark.parametrize("name", PAGES)
def test_no_odd_query_breaks_a_page(reader, place, name):
    address = reverse(name, kwargs=arguments(name, place))

    assert answer(reader, address) in ANSWERS
    broken = {}
    for what, query in odd_queries(name, place):
        with transaction.atomic():  # a fault of the database is to spoil one request only
            status = answer(reader, f"{address}?{query}")
            transaction.set_rollback(True)
        if status not in ANSWERS:
            broken[what] = status
    assert not broken


@pytest.mark.parametrize("name", NUMBERED)
@pytest.mark.parametrize(
    "number", [0, BIGGER_THAN_ANY_KEY, HUGE], ids=["nought", "beyond", "too many digits"]
)
def test_no_odd_number_breaks_an_address(reader, name, number):
    address = reverse(name, kwargs={NUMBERED[name]: 1}).replace("/1/", f"/{number}/")

    assert answer(reader, address) == 404


@pytest.mark.parametrize("page", ["person", "person-timeline", "person-who-looked"])
def test_nobody_is_at_an_unknown_reference(reader, page):
    assert answer(reader, reverse(page, kwargs={"reference": uuid4()})) == 404


TYPED = (
    "12 \u017fep 1947",
    "ct14 9\u017fa",
    "0000-00-00",
    "99/99/99",
    "\u0661\u0662/\u0660\u0663/\u0661\u0669\u0664\u0667",
    "\u0669\u0669\u0669 123 4567",
    "\ufb03x \u01c4",
    "a" * 120,
    "ab " * 40,
)


@pytest.mark.parametrize("typed", [*ODD.values(), *TYPED])
def test_no_odd_search_breaks_the_register(reader, typed):
    response = reader.post(
        reverse("person-search"), {"text": typed.encode("utf-8", "replace").decode()}, follow=True
    )

    assert response.status_code in ANSWERS


@pytest.mark.parametrize("seen", ["", "-1", "\u00b2", HUGE, str(BIGGER_THAN_ANY_KEY)])
def test_no_odd_decision_breaks_the_list(reader, place, seen):
    reference = place.first.reference
    posted = {
        "person": str(reference),
        f"seen-{reference}": seen,
        "kind": "mdt",
        "next": "//elsewhere.example",
    }

    response = reader.post(reverse("list-decide"), posted)

    assert response.status_code in (200, 302, 409)
    assert "elsewhere.example" not in response.headers.get("Location", "")
