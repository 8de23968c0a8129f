"""The database itself refuses to change, delete or empty the audit trail."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The test runner empties its own database between tests; a test of this very rule seals it first.
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%'
        AND coalesce(current_setting('localcare.audit_sealed', true), '') <> 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The audit trail is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', HINT = 'Add a new entry that corrects the earlier one.';
END $$;

CREATE FUNCTION audit_head_only_advances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence <> OLD.sequence + 1 THEN
        RAISE EXCEPTION 'The head of the audit trail only advances by one: % to % is refused.',
            OLD.sequence, NEW.sequence USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entry_not_emptied BEFORE TRUNCATE ON audit_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_subject_append_only BEFORE UPDATE OR DELETE ON audit_auditsubject
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_subject_not_emptied BEFORE TRUNCATE ON audit_auditsubject
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_advances BEFORE UPDATE ON audit_audithead
    FOR EACH ROW EXECUTE FUNCTION audit_head_only_advances();
CREATE TRIGGER audit_head_not_deleted BEFORE DELETE ON audit_audithead
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_not_emptied BEFORE TRUNCATE ON audit_audithead
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

ALLOW = """
DROP TRIGGER audit_entry_append_only ON audit_auditentry;
DROP TRIGGER audit_entry_not_emptied ON audit_auditentry;
DROP TRIGGER audit_subject_append_only ON audit_auditsubject;
DROP TRIGGER audit_subject_not_emptied ON audit_auditsubject;
DROP TRIGGER audit_head_advances ON audit_audithead;
DROP TRIGGER audit_head_not_deleted ON audit_audithead;
DROP TRIGGER audit_head_not_emptied ON audit_audithead;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_head_only_advances();
"""


class Migration(migrations.Migration):
    """Triggers on the three tables of the trail."""

    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
