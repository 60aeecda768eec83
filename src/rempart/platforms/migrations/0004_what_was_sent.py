"""What was sent, checked and repeated of each order, and what was kept of an account before it changed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0001_initial"),
        ("platforms", "0003_what_was_heard"),
    ]

    operations = [
        migrations.AddField(model_name="execution", name="sent_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="execution", name="checked_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="execution", name="again", field=models.PositiveSmallIntegerField(default=0)),
        migrations.AddIndex(
            model_name="execution",
            index=models.Index(
                condition=models.Q(("state", "done")), fields=["platform", "checked_at"], name="executions_to_check"
            ),
        ),
        migrations.AddConstraint(
            model_name="execution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "failed"), _negated=True),
                    models.Q(("problem", ""), _negated=True),
                    _connector="OR",
                ),
                name="what_failed_says_why",
            ),
        ),
        migrations.CreateModel(
            name="PreservedCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=255)),
                (
                    "execution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="copies", to="platforms.execution"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("execution", "name"), name="preserved_once")],
            },
        ),
    ]
