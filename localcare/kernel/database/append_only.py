"""Triggers with which the database itself refuses to change, delete or empty a table; for use in migrations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """A trigger function that refuses, what it says, and the setting with which a test seals even the emptying."""

    function: str
    what: str  # as in "The journal is append-only"
    hint: str
    sealed_by: str  # for example localcare.journal_sealed

    @property
    def sql(self) -> str:
        """The statement that makes the function."""
        return f"""
CREATE FUNCTION {self.function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The test runner empties its own database between tests; a test of this very rule seals it first.
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%'
        AND coalesce(current_setting('{self.sealed_by}', true), '') <> 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '{self.what} is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', HINT = '{self.hint}';
END $$;
"""


def guard(table: str, *, trigger: str, function: str) -> str:
    """The statements that put a table under a refusal; triggers are named after `trigger`."""
    return f"""
CREATE TRIGGER {trigger}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {function}();
CREATE TRIGGER {trigger}_not_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""


def unguard(table: str, *, trigger: str) -> str:
    """The statements that take the guard away."""
    return f"""
DROP TRIGGER {trigger}_append_only ON {table};
DROP TRIGGER {trigger}_not_emptied ON {table};
"""
