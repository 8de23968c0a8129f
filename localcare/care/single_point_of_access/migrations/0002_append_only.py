"""The database itself refuses to change, delete or empty what arrived and what was signed."""

from django.db import migrations

TABLES = ("contact", "identification", "abandonment", "attempt", "handover", "handoverreceipt")
REFUSE = "".join(
    f"""
CREATE TRIGGER spoa_{table}_append_only BEFORE UPDATE OR DELETE ON single_point_of_access_{table}
    FOR EACH ROW EXECUTE FUNCTION pathways_refuse();
CREATE TRIGGER spoa_{table}_not_emptied BEFORE TRUNCATE ON single_point_of_access_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_refuse();
"""
    for table in TABLES
)
ALLOW = "".join(
    f"""
DROP TRIGGER spoa_{table}_append_only ON single_point_of_access_{table};
DROP TRIGGER spoa_{table}_not_emptied ON single_point_of_access_{table};
"""
    for table in TABLES
)


class Migration(migrations.Migration):
    """Triggers, with the function that guards the journal."""

    dependencies = [("single_point_of_access", "0001_initial"), ("pathways", "0002_append_only")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
