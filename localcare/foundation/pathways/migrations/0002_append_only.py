"""The database itself refuses to change, delete or empty the journal."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION pathways_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The test runner empties its own database between tests; a test of this very rule seals it first.
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%'
        AND coalesce(current_setting('localcare.journal_sealed', true), '') <> 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The journal is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', HINT = 'Add a new entry that takes the earlier one back.';
END $$;

-- A journey follows its person when two entries of the register are merged; nothing else of it changes.
CREATE FUNCTION pathways_journey_only_follows_person() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved pathways_journey := NEW;
BEGIN
    moved.person_id := OLD.person_id;
    IF moved IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'The journal is append-only: UPDATE on % is refused.', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege', HINT = 'Add a new entry that takes the earlier one back.';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pathways_entry_append_only BEFORE UPDATE OR DELETE ON pathways_journalentry
    FOR EACH ROW EXECUTE FUNCTION pathways_refuse();
CREATE TRIGGER pathways_entry_not_emptied BEFORE TRUNCATE ON pathways_journalentry
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_refuse();
CREATE TRIGGER pathways_task_append_only BEFORE UPDATE OR DELETE ON pathways_task
    FOR EACH ROW EXECUTE FUNCTION pathways_refuse();
CREATE TRIGGER pathways_task_not_emptied BEFORE TRUNCATE ON pathways_task
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_refuse();
CREATE TRIGGER pathways_journey_not_changed BEFORE UPDATE ON pathways_journey
    FOR EACH ROW EXECUTE FUNCTION pathways_journey_only_follows_person();
CREATE TRIGGER pathways_journey_not_deleted BEFORE DELETE ON pathways_journey
    FOR EACH ROW EXECUTE FUNCTION pathways_refuse();
CREATE TRIGGER pathways_journey_not_emptied BEFORE TRUNCATE ON pathways_journey
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_refuse();
CREATE TRIGGER pathways_version_not_changed BEFORE UPDATE OR DELETE ON pathways_pathwayversion
    FOR EACH ROW EXECUTE FUNCTION pathways_refuse();
"""

ALLOW = """
DROP TRIGGER pathways_entry_append_only ON pathways_journalentry;
DROP TRIGGER pathways_entry_not_emptied ON pathways_journalentry;
DROP TRIGGER pathways_task_append_only ON pathways_task;
DROP TRIGGER pathways_task_not_emptied ON pathways_task;
DROP TRIGGER pathways_journey_not_changed ON pathways_journey;
DROP TRIGGER pathways_journey_not_deleted ON pathways_journey;
DROP TRIGGER pathways_journey_not_emptied ON pathways_journey;
DROP TRIGGER pathways_version_not_changed ON pathways_pathwayversion;
DROP FUNCTION pathways_refuse();
DROP FUNCTION pathways_journey_only_follows_person();
"""


class Migration(migrations.Migration):
    """Triggers on the facts; the derived views may change."""

    dependencies = [("pathways", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
