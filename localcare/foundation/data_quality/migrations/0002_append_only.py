"""The database itself refuses to change or delete reports on data quality and what was accepted."""

from django.db import migrations

from localcare.kernel.database.append_only import Refusal, guard, unguard

REFUSAL = Refusal(
    function="data_quality_refuse",
    what="What was found about the data, and what was accepted,",
    hint="Add a row that takes the earlier one back.",
    sealed_by="localcare.data_quality_sealed",
)
TABLES = ("data_quality_report", "data_quality_finding", "data_quality_groupmonths", "data_quality_acceptance")


class Migration(migrations.Migration):
    """Triggers on every table of the room."""

    dependencies = [("data_quality", "0001_initial")]

    operations = [
        migrations.RunSQL(
            REFUSAL.sql + "".join(guard(table, trigger=table, function=REFUSAL.function) for table in TABLES),
            "".join(unguard(table, trigger=table) for table in TABLES) + f"DROP FUNCTION {REFUSAL.function}();",
        )
    ]
