"""A refusal knows whether another service has been asked in its place; derived, as a rebuild would say it."""

from django.db import migrations, models

ASKED_SINCE = """
    UPDATE pathways_taskstate state SET is_dealt_with = true
    WHERE state.state IN ('declined', 'cancelled') AND EXISTS (
        SELECT 1 FROM pathways_taskstate later
        JOIN pathways_journalentry asked ON asked.task_id = later.task_id AND asked.event = 'requested'
        WHERE later.journey_id = state.journey_id AND later.step = state.step AND later.task_id > state.task_id
          AND NOT asked.detail ? 'because')
"""


class Migration(migrations.Migration):
    """Add the column and fill it for what is kept already."""

    dependencies = [("pathways", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="taskstate", name="is_dealt_with", field=models.BooleanField(default=False)
        ),
        migrations.RunSQL(ASKED_SINCE, migrations.RunSQL.noop),
    ]
