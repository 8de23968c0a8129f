"""The database itself refuses to change, delete or empty the journal."""

from django.db import migrations

from localcare.kernel.database.append_only import Refusal, guard, unguard

REFUSAL = Refusal(
    function="pathways_refuse",
    what="The journal",
    hint="Add a new entry that takes the earlier one back.",
    sealed_by="localcare.journal_sealed",
)
GUARDED = {"pathways_entry": "pathways_journalentry", "pathways_task": "pathways_task"}
JOURNEY = """
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

CREATE TRIGGER pathways_journey_not_changed BEFORE UPDATE ON pathways_journey
    FOR EACH ROW EXECUTE FUNCTION pathways_journey_only_follows_person();
CREATE TRIGGER pathways_journey_not_deleted BEFORE DELETE ON pathways_journey
    FOR EACH ROW EXECUTE FUNCTION pathways_refuse();
CREATE TRIGGER pathways_journey_not_emptied BEFORE TRUNCATE ON pathways_journey
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_refuse();
CREATE TRIGGER pathways_version_not_changed BEFORE UPDATE OR DELETE ON pathways_pathwayversion
    FOR EACH ROW EXECUTE FUNCTION pathways_refuse();
"""
JOURNEY_FREE = """
DROP TRIGGER pathways_journey_not_changed ON pathways_journey;
DROP TRIGGER pathways_journey_not_deleted ON pathways_journey;
DROP TRIGGER pathways_journey_not_emptied ON pathways_journey;
DROP TRIGGER pathways_version_not_changed ON pathways_pathwayversion;
DROP FUNCTION pathways_journey_only_follows_person();
"""
REFUSE = REFUSAL.sql + "".join(
    guard(table, trigger=trigger, function=REFUSAL.function) for trigger, table in GUARDED.items()
)
ALLOW = "".join(unguard(table, trigger=trigger) for trigger, table in GUARDED.items())


class Migration(migrations.Migration):
    """Triggers on the facts; the derived views may change."""

    dependencies = [("pathways", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE + JOURNEY, JOURNEY_FREE + ALLOW + f"DROP FUNCTION {REFUSAL.function}();")
    ]
