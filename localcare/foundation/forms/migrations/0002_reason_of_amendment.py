"""Why a completed response was amended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the reason."""

    dependencies = [("forms", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="formresponse", name="reason", field=models.CharField(blank=True, max_length=300)
        ),
    ]
