"""A run is work like any other; one whose data were refused has a state of its own, no longer a failure's words."""

from django.db import migrations, models

REFUSED = """
    UPDATE stratification_run SET status = 'refused', message = substr(message, length('DataRefused: ') + 1)
    WHERE status = 'failed' AND message LIKE 'DataRefused: %'
"""
FAILED = """
    UPDATE stratification_run SET status = 'failed', message = 'DataRefused: ' || message WHERE status = 'refused'
"""


class Migration(migrations.Migration):
    dependencies = [("stratification", "0002_risk_models")]

    operations = [
        migrations.AlterField("run", "attempts", models.PositiveIntegerField(default=0)),
        migrations.AlterField("run", "stage", models.CharField(blank=True, max_length=200)),
        migrations.AlterField("run", "started_at", models.DateTimeField(blank=True, null=True)),
        migrations.AlterField(
            "run",
            "status",
            models.CharField(
                choices=[
                    ("running", "Running"),
                    ("published", "Published"),
                    ("refused", "Refused"),
                    ("failed", "Failed"),
                    ("unchanged", "Nothing had changed"),
                ],
                default="running",
                max_length=16,
            ),
        ),
        migrations.RunSQL(REFUSED, FAILED),
    ]
