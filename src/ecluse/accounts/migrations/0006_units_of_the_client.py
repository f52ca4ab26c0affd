"""What a provisioning client calls a unit, and since when it no longer has it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_throttle_and_slips")]

    operations = [
        migrations.AddField(
            "unit", "external_id", models.CharField(blank=True, editable=False, max_length=255, null=True)
        ),
        migrations.AddField("unit", "closed", models.DateTimeField(blank=True, editable=False, null=True)),
    ]
