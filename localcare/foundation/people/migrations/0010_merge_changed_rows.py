"""A merge also remembers registrations whose end it changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0006_note_practices")]
    operations = [
        migrations.AddField(model_name="merge", name="changed_rows", field=models.JSONField(default=dict))
    ]
