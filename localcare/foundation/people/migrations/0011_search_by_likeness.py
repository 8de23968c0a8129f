"""What a search by likeness found beside the rules, the searches themselves, and pairs that nobody is sure about."""
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0010_merge_changed_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="LikenessSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for a worker"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("asked_by", models.CharField(max_length=200)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("step", models.CharField(blank=True, max_length=80)),
                ("steps_done", models.PositiveSmallIntegerField(default=0)),
                ("steps", models.PositiveSmallIntegerField(default=1)),
                ("people", models.PositiveIntegerField(default=0)),
                ("without_number", models.PositiveIntegerField(default=0)),
                ("new", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("gone", models.PositiveIntegerField(default=0)),
                ("held_back", models.PositiveIntegerField(default=0)),
                ("definition", models.CharField(blank=True, max_length=40)),
                ("weights", models.JSONField(default=list)),
                ("message", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "ordering": ("-asked_at", "-id"),
            },
        ),
        migrations.AddField(
            model_name="possibleduplicate",
            name="band",
            field=models.CharField(blank=True, db_default="", max_length=12),
        ),
        migrations.AddField(
            model_name="possibleduplicate",
            name="bits",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="possibleduplicate",
            name="evidence",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="possibleduplicate",
            name="rivals",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="possibleduplicate",
            name="decision",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "To decide"),
                    ("not-sure", "Not sure yet"),
                    ("not-same", "Not the same person"),
                    ("merged", "Merged"),
                ],
                default="",
                max_length=8,
            ),
        ),
    ]
