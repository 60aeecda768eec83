"""The country of who reports, so that their page shows numbers to call."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0002_reports"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="country",
            field=models.CharField(blank=True, max_length=2),
        ),
    ]
