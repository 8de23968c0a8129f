"""A run that was stopped says who asked for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0001_initial")]

    operations = [
        migrations.AddField("run", "stop_asked_by", models.CharField(blank=True, max_length=200)),
    ]
