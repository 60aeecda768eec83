"""Groups that reporters were seen to act with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0004_watched_tags"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReporterCommunity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reporter", models.CharField(max_length=128)),
                ("community", models.CharField(max_length=128)),
                ("until", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "reporter communities",
                "indexes": [models.Index(fields=["until"], name="intake_repo_until_25e2d8_idx")],
                "constraints": [models.UniqueConstraint(fields=("reporter", "community"), name="once_in_a_community")],
            },
        ),
    ]
