"""Some files are not for all who read cases: what an authority is given, what a legal hold keeps out of sight."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("files", "0002_kept_as_they_are")]

    operations = [
        migrations.AddField(
            model_name="storedfile",
            name="opened_with",
            field=models.CharField(default="read_cases", max_length=20),
        ),
    ]
