"""Accounts whose owner may be being hurt: looked at before anything is asked."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.intake.fields
import rempart.ledger.clock


class Migration(migrations.Migration):
    dependencies = [
        ("age", "0004_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProtectionCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("handle", models.CharField(max_length=255)),
                ("platform_id", models.CharField(max_length=255, null=True)),
                ("signs", models.JSONField()),
                ("sealed_texts", models.BinaryField(null=True)),
                ("opened_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("due_at", models.DateTimeField()),
                ("rang_at", models.DateTimeField(null=True)),
                ("rings", models.PositiveSmallIntegerField(default=0)),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_sign", "no sign of harm"),
                            ("supported", "support offered"),
                            ("referred", "referred to child protection or the police"),
                        ],
                        max_length=9,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("authority", models.CharField(blank=True, max_length=200)),
                ("report_number", models.CharField(blank=True, max_length=100)),
                ("go_ahead", models.BooleanField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at", None)),
                        fields=("service", "handle"),
                        name="one_open_protection_case_a_handle",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finding", ""), ("go_ahead", None), ("settled_at", None), ("settled_by", None)),
                            models.Q(
                                ("go_ahead__isnull", False),
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                                ("finding__in", ["no_sign", "supported", "referred"]),
                                models.Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_settled_protection_case_says_what_was_done",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finding", "referred"), _negated=True),
                            models.Q(("authority", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="what_is_referred_says_to_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("opened_at"))), name="a_protection_case_is_due"
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at", None)), fields=["due_at"], name="protection_cases_due"
                    )
                ],
            },
        ),
    ]
