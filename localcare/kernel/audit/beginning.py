"""The beginning of the chain: the head of an empty trail."""

from __future__ import annotations

from typing import Any

from django.db import connections

from localcare.kernel.audit.chain import GENESIS

BEGIN = """
    INSERT INTO audit_audithead (single, sequence, hash)
    SELECT true, 0, %s WHERE NOT EXISTS (SELECT FROM audit_auditentry) ON CONFLICT DO NOTHING
"""


def begin_chain(using: str = "default", **_: Any) -> None:
    """Put the head in place when there is none and nothing was ever written; a lost head is not replaced."""
    with connections[using].cursor() as cursor:
        if "audit_audithead" in connections[using].introspection.table_names(cursor):
            cursor.execute(BEGIN, [GENESIS])
