"""The database itself refuses to change or delete what was decided about a chart."""

from django.db import migrations

from localcare.kernel.database.append_only import Refusal, guard, unguard

REFUSAL = Refusal(
    function="insight_refuse",
    what="What was decided about charts",
    hint="Add a row that takes the earlier one back.",
    sealed_by="localcare.insight_sealed",
)


class Migration(migrations.Migration):
    """Triggers on new beginnings of charts."""

    dependencies = [("insight", "0001_initial")]

    operations = [
        migrations.RunSQL(
            REFUSAL.sql + guard("insight_rebase", trigger="insight_rebase", function=REFUSAL.function),
            unguard("insight_rebase", trigger="insight_rebase") + f"DROP FUNCTION {REFUSAL.function}();",
        )
    ]
