"""A run of the list can be stopped, and whatever is stopped says who asked for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stratification", "0003_refused_runs")]

    operations = [
        migrations.AddField("riskmodel", "stop_asked_by", models.CharField(blank=True, max_length=200)),
        migrations.AddField("run", "stop_asked_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("run", "stop_asked_by", models.CharField(blank=True, max_length=200)),
        migrations.AlterField(
            "run",
            "status",
            models.CharField(
                choices=[('running', 'Running'), ('published', 'Published'), ('refused', 'Refused'), ('failed', 'Failed'), ('unchanged', 'Nothing had changed'), ('stopped', 'Stopped')],
                default="running",
                max_length=16,
            ),
        ),
    ]
