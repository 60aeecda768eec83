"""Until when somebody has to look at what a complainant says of a danger."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0010_times"),
        ("correspondence", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="complainant",
            name="dangers_to_look_at",
        ),
        migrations.AddField(
            model_name="complainant",
            name="danger_due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="telling",
            name="kind",
            field=models.CharField(
                choices=[
                    ("measure", "a measure began"),
                    ("lapse", "a measure ended by itself"),
                    ("before_lift", "a measure will be lifted"),
                    ("lift_cancelled", "a measure will not be lifted after all"),
                    ("lifted", "a measure was lifted"),
                    ("outcome", "the outcome"),
                ],
                max_length=18,
            ),
        ),
        migrations.AddIndex(
            model_name="complainant",
            index=models.Index(
                condition=models.Q(("danger_said_at__isnull", False), ("danger_seen_at", None)),
                fields=["danger_due_at"],
                name="dangers_to_look_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="complainant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("danger_due_at", None), ("danger_said_at", None)),
                    ("danger_due_at__gt", models.F("danger_said_at")),
                    _connector="OR",
                ),
                name="danger_is_looked_at_by_a_date",
            ),
        ),
    ]
