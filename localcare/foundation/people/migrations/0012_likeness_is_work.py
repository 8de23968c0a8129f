"""A search by likeness is work like any other: the same columns as every other kind."""

from uuid import uuid4

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0011_search_by_likeness")]

    operations = [
        migrations.RenameField("likenesssearch", "state", "status"),
        migrations.RenameField("likenesssearch", "step", "stage"),
        migrations.RenameField("likenesssearch", "steps_done", "done"),
        migrations.RenameField("likenesssearch", "steps", "total"),
        migrations.AlterField(
            "likenesssearch",
            "status",
            models.CharField(
                choices=[
                    ("waiting", "Waiting for a worker"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("stopped", "Stopped"),
                ],
                default="waiting",
                max_length=16,
            ),
        ),
        migrations.AlterField("likenesssearch", "stage", models.CharField(blank=True, max_length=200)),
        migrations.AlterField("likenesssearch", "done", models.PositiveBigIntegerField(default=0)),
        migrations.AlterField("likenesssearch", "total", models.PositiveBigIntegerField(default=0)),
        migrations.AlterField("likenesssearch", "message", models.TextField(blank=True)),
        migrations.AlterField("likenesssearch", "asked_at", models.DateTimeField()),
        migrations.AddField("likenesssearch", "started_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("likenesssearch", "attempts", models.PositiveIntegerField(default=0)),
        migrations.AddField("likenesssearch", "stop_asked_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("likenesssearch", "stop_asked_by", models.CharField(blank=True, max_length=200)),
        migrations.AddField("likenesssearch", "reference", models.UUIDField(null=True)),
        migrations.RunSQL(
            "UPDATE people_likenesssearch SET reference = gen_random_uuid(); SET CONSTRAINTS ALL IMMEDIATE",
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            "likenesssearch", "reference", models.UUIDField(default=uuid4, editable=False, unique=True)
        ),
    ]
