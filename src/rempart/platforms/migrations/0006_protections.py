"""What became of what care asks of platforms."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0004_protections"),
        ("platforms", "0005_labels_and_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name="CareExecution",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="execution", to="care.careorder"
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care_executions",
                        to="platforms.platform",
                    ),
                ),
            ],
            options={
                "ordering": ["next_try_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waits", "holds", "failed"])),
                        fields=["next_try_at"],
                        name="care_executions_to_look_at",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "holds"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                        ),
                        name="what_holds_was_sent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "failed"), _negated=True),
                            models.Q(("problem", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="what_failed_in_care_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dropped"), _negated=True), ("sent_at", None), _connector="OR"
                        ),
                        name="what_was_never_sent_is_dropped",
                    ),
                ],
            },
        ),
    ]
