"""An entry is durable before the page is sent, appends do not lose one another, and refusals survive."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.actions import record_access, refusals_survive
from localcare.kernel.audit.models import AuditEntry
from localcare.kernel.audit.verification import verify

pytestmark = pytest.mark.django_db(transaction=True)

READER = system_reader("test")


def test_appends_of_eight_connections_at_once_make_one_chain():
    def work(worker: int) -> None:
        try:
            for number in range(25):
                record_access(reader=READER, action="person.read", subjects=[f"{worker}-{number}"])
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    report = verify()
    assert report.is_sound
    assert report.head_sequence == AuditEntry.objects.count() == 200


def test_a_read_outside_a_transaction_is_committed_when_the_call_returns():
    record_access(reader=READER, action="person.read")

    def seen_by_another() -> int:
        try:
            return AuditEntry.objects.count()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(seen_by_another).result() == 1


def test_a_change_that_is_rolled_back_leaves_no_entry_and_no_gap():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record_access(reader=READER, action="person.edit")
        1 / 0  # noqa: B018
    record_access(reader=READER, action="person.edit")
    assert list(AuditEntry.objects.values_list("sequence", flat=True)) == [1]
    assert verify().is_sound


def test_a_refusal_survives_the_rollback_of_what_was_refused():
    with refusals_survive(), pytest.raises(ZeroDivisionError), transaction.atomic():
        record_access(reader=READER, action="person.edit", outcome="denied", subjects=["p1"])
        1 / 0  # noqa: B018
    entry = AuditEntry.objects.get()
    assert (entry.outcome, entry.subjects.get().reference) == ("denied", "p1")


def test_a_refusal_that_was_committed_is_not_written_twice():
    with refusals_survive(), transaction.atomic():
        record_access(reader=READER, action="person.edit", outcome="denied")
    assert AuditEntry.objects.count() == 1


def test_a_page_is_not_sent_when_it_cannot_be_audited(client, settings):
    from tests.factories import user_with_role

    client.force_login(user_with_role("information-governance-lead", everywhere=True))
    address = "/audit/?person=9f0c6a2e-2f5c-4f3c-8f6e-0a3f6a1b2c3d"
    assert client.get(address).status_code == 200
    settings.AUDIT_KEY = ""
    client.raise_request_exception = False
    assert client.get(address).status_code == 500
