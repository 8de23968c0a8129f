"""The database itself refuses to change, delete or empty the audit trail."""

from django.db import migrations

from localcare.kernel.database.append_only import Refusal, guard, unguard

REFUSAL = Refusal(
    function="audit_refuse",
    what="The audit trail",
    hint="Add a new entry that corrects the earlier one.",
    sealed_by="localcare.audit_sealed",
)
GUARDED = {"audit_entry": "audit_auditentry", "audit_subject": "audit_auditsubject"}
HEAD = """
CREATE FUNCTION audit_head_only_advances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence <> OLD.sequence + 1 THEN
        RAISE EXCEPTION 'The head of the audit trail only advances by one: % to % is refused.',
            OLD.sequence, NEW.sequence USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER audit_head_advances BEFORE UPDATE ON audit_audithead
    FOR EACH ROW EXECUTE FUNCTION audit_head_only_advances();
CREATE TRIGGER audit_head_not_deleted BEFORE DELETE ON audit_audithead
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_not_emptied BEFORE TRUNCATE ON audit_audithead
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
HEAD_FREE = """
DROP TRIGGER audit_head_advances ON audit_audithead;
DROP TRIGGER audit_head_not_deleted ON audit_audithead;
DROP TRIGGER audit_head_not_emptied ON audit_audithead;
DROP FUNCTION audit_head_only_advances();
"""
REFUSE = REFUSAL.sql + "".join(
    guard(table, trigger=trigger, function=REFUSAL.function) for trigger, table in GUARDED.items()
)
ALLOW = "".join(unguard(table, trigger=trigger) for trigger, table in GUARDED.items())


class Migration(migrations.Migration):
    """Triggers on the three tables of the trail."""

    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE + HEAD, HEAD_FREE + ALLOW + f"DROP FUNCTION {REFUSAL.function}();")
    ]
