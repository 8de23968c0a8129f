"""Find open stays without reading all that have ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0003_keep_people_with_a_record")]

    operations = [
        migrations.AddIndex(
            model_name="stay",
            index=models.Index(
                fields=["admitted_on"], condition=models.Q(("discharged_on", None)), name="record_stays_now"
            ),
        ),
    ]
