"""A measuring can be stopped, and says who asked for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insight", "0003_run_is_work")]

    operations = [
        migrations.AddField("run", "stop_asked_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("run", "stop_asked_by", models.CharField(blank=True, max_length=200)),
        migrations.AlterField(
            "run",
            "status",
            models.CharField(
                choices=[('running', 'Being measured'), ('published', 'Published'), ('failed', 'Failed'), ('stopped', 'Stopped')],
                default="running",
                max_length=16,
            ),
        ),
    ]
