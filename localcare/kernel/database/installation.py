"""A mark on a database that serves real people, so that demonstration data never enters it."""

from __future__ import annotations

from django.db import connection
from psycopg import sql

SETTING = "localcare.environment"


def mark_production() -> None:
    """Remember in the database itself that it is used in production."""
    name = connection.settings_dict["NAME"]
    statement = sql.SQL("alter database {} set {} = 'production'").format(
        sql.Identifier(name), sql.SQL(SETTING)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)


def is_marked_production() -> bool:
    """Whether the database has ever been migrated in a production configuration."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase"
            " where d.datname = current_database() and %s = any (s.setconfig))",
            [f"{SETTING}=production"],
        )
        return bool(cursor.fetchone()[0])
