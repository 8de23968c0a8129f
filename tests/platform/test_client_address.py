"""The address that audit and lock-out go by."""

import pytest

from localcare.config.client_address import client_address
from localcare.kernel.audit.models import AuditEntry
from tests.factories import user_with_role

PROXIES = {"127.0.0.1", "10.0.0.2"}


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "is_client"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),  # the client wrote 1.1.1.1 itself
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),  # no proxy of ours
        ("127.0.0.1", "not an address", "127.0.0.1"),
        ("127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(peer, forwarded_for, is_client):
    assert client_address(peer, forwarded_for, PROXIES) == is_client


@pytest.mark.django_db(transaction=True)
def test_the_audit_trail_names_the_client_and_not_the_proxy(client):
    client.force_login(user_with_role("gp", practice="SYN-DEAL-A"))
    client.get("/audit/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert AuditEntry.objects.latest("sequence").address == "203.0.113.9"
