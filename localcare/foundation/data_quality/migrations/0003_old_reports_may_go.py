"""Old reports may be removed by the housekeeping; the database refuses younger ones, and every acceptance, as before."""

from django.db import migrations

from localcare.kernel.database.append_only import guard, unguard

PRUNED = ("data_quality_report", "data_quality_finding", "data_quality_groupmonths")
ONLY_OLD = """
CREATE FUNCTION data_quality_only_old() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE made timestamptz;
BEGIN
    IF TG_TABLE_NAME = 'data_quality_report' THEN
        made := OLD.made_at;
    ELSE
        SELECT made_at INTO made FROM data_quality_report WHERE id = OLD.report_id;
    END IF;
    IF coalesce(current_setting('localcare.data_quality_pruning', true), '') = 'on'
        AND made < now() - interval '90 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'What was found about the data is append-only: DELETE on % is refused.', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', HINT = 'The nightly housekeeping removes reports older than 90 days.';
END $$;
"""


def _let_old_go(table: str) -> str:
    return f"""
DROP TRIGGER {table}_append_only ON {table};
CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION data_quality_refuse();
CREATE TRIGGER {table}_only_old BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION data_quality_only_old();
"""


def _let_none_go(table: str) -> str:
    return (
        f"DROP TRIGGER {table}_only_old ON {table};"
        + unguard(table, trigger=table)
        + guard(table, trigger=table, function="data_quality_refuse")
    )


class Migration(migrations.Migration):
    """Triggers on reports, findings and months."""

    dependencies = [("data_quality", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            ONLY_OLD + "".join(map(_let_old_go, PRUNED)),
            "".join(map(_let_none_go, PRUNED)) + "DROP FUNCTION data_quality_only_old();",
        )
    ]
