"""A run of the measuring is work like any other: the same columns as every other kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insight", "0002_append_only")]

    operations = [
        migrations.AlterField("run", "attempts", models.PositiveIntegerField(default=0)),
        migrations.AlterField("run", "done", models.PositiveBigIntegerField(default=0)),
        migrations.AlterField("run", "started_at", models.DateTimeField(blank=True, null=True)),
        migrations.AlterField("run", "total", models.PositiveBigIntegerField(default=0)),
    ]
