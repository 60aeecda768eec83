"""The phrases that the live detector follows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lookout", "0002_radar_alerts"),
    ]

    operations = [
        migrations.AddField(
            model_name="detectorstate",
            name="phrases",
            field=models.JSONField(default=list),
        ),
    ]
