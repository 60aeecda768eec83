"""Some files are not for everybody who reads cases: what an authority is given, what a legal hold keeps."""

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
