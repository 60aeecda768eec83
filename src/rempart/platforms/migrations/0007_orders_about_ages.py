"""What became of what the age room asks of platforms."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("age", "0002_challenges"),
        ("platforms", "0006_protections"),
    ]

    operations = [
        migrations.CreateModel(
            name="AgeExecution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waits", "waits"),
                            ("holds", "done"),
                            ("over", "taken off"),
                            ("failed", "a person has to look"),
                            ("dropped", "no longer wanted"),
                        ],
                        default="waits",
                        max_length=8,
                    ),
                ),
                ("tries", models.PositiveIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("again", models.PositiveSmallIntegerField(default=0)),
                ("mark", models.CharField(blank=True, max_length=300)),
                ("problem", models.TextField(blank=True)),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="execution", to="age.ageorder"
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="age_executions",
                        to="platforms.platform",
                    ),
                ),
            ],
            options={
                "ordering": ["next_try_at", "pk"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waits", "holds", "failed"])),
                        fields=["next_try_at"],
                        name="age_executions_to_look_at",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "holds"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                        ),
                        name="what_holds_for_an_age_was_sent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "failed"), _negated=True),
                            models.Q(("problem", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="what_failed_for_an_age_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dropped"), _negated=True), ("sent_at", None), _connector="OR"
                        ),
                        name="what_is_dropped_for_an_age_was_never_sent",
                    ),
                ],
            },
        ),
    ]
