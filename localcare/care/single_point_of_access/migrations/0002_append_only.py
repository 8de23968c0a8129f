"""The database itself refuses to change, delete or empty what arrived and what was signed."""

from django.db import migrations

from localcare.kernel.database.append_only import guard, unguard

TABLES = ("contact", "identification", "abandonment", "attempt", "handover", "handoverreceipt")
GUARDED = {f"spoa_{table}": f"single_point_of_access_{table}" for table in TABLES}
REFUSE = "".join(
    guard(table, trigger=trigger, function="pathways_refuse") for trigger, table in GUARDED.items()
)
ALLOW = "".join(unguard(table, trigger=trigger) for trigger, table in GUARDED.items())


class Migration(migrations.Migration):
    """Triggers, with the function that guards the journal."""

    dependencies = [("single_point_of_access", "0001_initial"), ("pathways", "0002_append_only")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
