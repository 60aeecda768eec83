"""The gate: attempts to sign up, and where their answers led."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import rempart.intake.fields
import rempart.ledger.clock


class Migration(migrations.Migration):
    dependencies = [
        ("age", "0002_challenges"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("number", models.CharField(max_length=200)),
                ("country", models.CharField(blank=True, max_length=6)),
                ("language", models.CharField(default="fr", max_length=2)),
                (
                    "asked",
                    django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), size=None),
                ),
                ("return_to", models.CharField(max_length=500)),
                ("device", models.CharField(blank=True, max_length=64)),
                ("network", models.CharField(blank=True, max_length=64)),
                ("made_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("on", "back to the platform"),
                            ("guardian", "to a parent or guardian"),
                            ("not_yet", "no account for now"),
                        ],
                        max_length=8,
                    ),
                ),
                ("handle", models.CharField(blank=True, max_length=255)),
                ("platform_id", models.CharField(max_length=255, null=True)),
                ("bound_at", models.DateTimeField(null=True)),
                (
                    "follows",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="age.attempt"
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("service", "number"), name="one_attempt_a_number"),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))), name="an_attempt_ends"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("way", "")),
                            models.Q(("answered_at__isnull", False), ("way__in", ["on", "guardian", "not_yet"])),
                            _connector="OR",
                        ),
                        name="an_answer_leads_somewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("bound_at", None), ("handle", ""), ("platform_id", None)),
                            models.Q(("bound_at__isnull", False), models.Q(("handle", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="a_bound_attempt_has_its_account",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("device", ""), _negated=True),
                        fields=["device"],
                        name="attempts_on_a_device",
                    )
                ],
            },
        ),
    ]
