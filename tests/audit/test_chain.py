"""How an entry is written for hashing: one text, exact, and the same after the database gives it back."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.audit.chain import Entry, canonical, chain_hash, chain_key, plain
from localcare.kernel.audit.verification import verify

ENTRY = Entry(
    sequence=7,
    occurred_at=datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    actor="amina",
    actor_role="gp",
    organisation="Elm Surgery",
    action="person.read",
    basis="direct care – review",
    outcome="success",
    address="10.0.0.1",
    detail={"b": 1, "a": [True, None]},
    subjects=("p1", "p2"),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_the_canonical_text_is_pinned():
    assert canonical(ENTRY).decode() == (
        '["localcare-audit-1",7,"2026-03-29T01:30:00.000000+00:00","amina","gp","Elm Surgery","person.read",'
        '"direct care – review","success","10.0.0.1",{"a":[true,null],"b":1},["p1","p2"]]'
    )


def test_the_hash_is_hmac_sha256_over_the_previous_hash_and_the_text():
    expected = hmac.new(b"key", b"before" + canonical(ENTRY), hashlib.sha256).digest()
    assert chain_hash(b"key", b"before", ENTRY) == expected
    assert chain_hash(b"other", b"before", ENTRY) != expected


def test_the_same_moment_in_another_zone_is_the_same_text():
    summer = timezone(timedelta(hours=1))
    moved = Entry(**{**vars(ENTRY), "occurred_at": ENTRY.occurred_at.astimezone(summer)})
    assert canonical(moved) == canonical(ENTRY)


def test_without_a_key_nothing_is_audited(settings):
    settings.AUDIT_KEY = ""
    with pytest.raises(ImproperlyConfigured, match="AUDIT_KEY"):
        chain_key()


@given(anything)
def test_plain_values_survive_json_and_have_no_floats(value):
    made = plain(value)
    assert json.loads(json.dumps(made)) == made
    assert "\x00" not in str(made)
    assert plain(made) == made


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(max_size=8), anything, max_size=4), st.text(max_size=40))
def test_whatever_is_said_verifies_after_the_database_gives_it_back(detail, basis):
    record_access(reader=system_reader("test"), action="test", detail=detail, basis=basis, subjects=["p1"])
    assert verify().is_sound
